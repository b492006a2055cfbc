// SPDX-License-Identifier: MIT
// Two buttons beside a long list on the panel, so that nobody has to drag. Not shown on phones.
import { el } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { t } from '/shared/words.js';

export function rail(scroller) {
    const turn = (by) => scroller.scrollBy({ top: by * Math.max(120, scroller.clientHeight - 60), behavior: 'instant' });
    const up = el('button', { type: 'button', class: 'square', 'aria-label': t('list.up'), on: { click: () => turn(-1) } }, icon('up'));
    const down = el('button', { type: 'button', class: 'square', 'aria-label': t('list.down'), on: { click: () => turn(1) } }, icon('down'));
    return el('div', { class: 'rail' }, up, down);
}
