// SPDX-License-Identifier: MIT
// A number by thumb: what nobody shall type on the panel.
import { el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { openSheet } from '/shared/sheet.js';
import { t } from '/shared/words.js';

// Resolves with a number from min to max, or null when it was closed. fraction: so many digits after a point; 0: a whole number.
// judge(number): what is said of it as it is typed; null where nothing is typed yet.
// digits: it is no number but so many digits at most, and resolves as a text.
export function askNumber({ title, unit = '', min = 0, max = 9999, fraction = 0, digits = 0, judge }) {
    return new Promise((resolve) => {
        let text = '';
        let result = null;
        const shown = el('output', { class: 'number-shown', 'aria-live': 'polite' });
        const ok = el('button', { type: 'button', class: 'main', on: { click: () => {
            result = digits ? text : Number(text);
            sheet.close();
        } } }, icon('check'), t('chip.ok'));
        const fits = () => (digits ? text !== '' : text !== '' && !text.endsWith('.') && Number(text) >= min && Number(text) <= max);
        function set(value) {
            const [whole, part = ''] = value.split('.');
            if (whole.length > (digits || String(max).length) || part.length > fraction) return;
            text = value;
            fill(shown, text || '–', unit && el('span', { class: 'number-unit' }, ` ${unit}`), judge?.(text === '' || text.endsWith('.') ? null : Number(text)));
            ok.disabled = !fits();
        }
        const key = (digit) => el('button', { type: 'button', class: 'key', on: { click: () => set(text === '0' && !digits ? digit : text + digit) } }, digit);
        const erase = el('button', { type: 'button', class: 'key', 'aria-label': t('signin.erase'), on: { click: () => set(text.slice(0, -1)) } }, icon('erase'));
        const point = fraction > 0 && el('button', { type: 'button', class: 'key', on: { click: () => text !== '' && !text.includes('.') && set(`${text}.`) } }, '.');
        const sheet = openSheet({ title, className: 'sheet-wide sheet-number', content: el('div', { class: 'number-keys' }, ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'].map(key)), foot: [erase, point, shown, ok], onClose: () => resolve(result) });
        set('');
    });
}
