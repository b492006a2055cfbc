// SPDX-License-Identifier: MIT
// What every field for free text has below it: a line that points out numbers that belong to a person, as they are typed, and shows how they will
// be stored. Nothing is blocked and nothing is changed here; the server masks them.
import { el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { findNumbers } from '/shared/privacy.js';
import { t } from '/shared/words.js';

// The line for one field, an input or a textarea; put it below the field.
export function privacyLine(field) {
    const line = el('span', { class: 'privacy-line', role: 'status', hidden: true });
    const look = () => {
        const found = [...new Set(findNumbers(field.value).map((one) => one.masked))];
        line.hidden = found.length === 0;
        fill(line, found.length > 0 && [icon('person'), el('span', {}, t('privacy.found', { numbers: found.join('  ') }))]);
    };
    field.addEventListener('input', look);
    look();
    return line;
}
