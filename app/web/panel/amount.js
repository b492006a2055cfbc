// SPDX-License-Identifier: MIT
// An amount of money by thumb: digits, two decimals, added or taken off.
import { el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { yuan } from '/shared/money.js';
import { openSheet } from '/shared/sheet.js';
import { t } from '/shared/words.js';

const DIGITS = /^\d{0,8}(\.\d{0,2})?$/;

// Resolves with a number, never 0, or null when it was closed. credit: below 0 from the start, and nothing else.
export function askAmount({ title, credit = false }) {
    return new Promise((resolve) => {
        let text = '';
        let minus = credit;
        let result = null;
        const value = () => Number(text) * (minus ? -1 : 1);
        const shown = el('output', { class: 'number-shown', 'aria-live': 'polite' });
        const ok = el('button', { type: 'button', class: 'main', on: { click: () => {
            result = value();
            sheet.close();
        } } }, icon('check'), t('chip.ok'));
        const sign = el('button', { type: 'button', class: 'key', 'aria-pressed': String(minus), disabled: credit, on: { click: () => {
            minus = !minus;
            set(text);
        } } }, '±');
        function set(next) {
            if (!DIGITS.test(next)) return;
            text = next;
            sign.setAttribute('aria-pressed', String(minus));
            fill(shown, text ? yuan(value()) : '–');
            ok.disabled = !Number(text);
        }
        const key = (sign_) => el('button', { type: 'button', class: 'key', on: { click: () => set(text === '0' && sign_ !== '.' ? sign_ : text + sign_) } }, sign_);
        const erase = el('button', { type: 'button', class: 'key', 'aria-label': t('signin.erase'), on: { click: () => set(text.slice(0, -1)) } }, icon('erase'));
        const sheet = openSheet({ title, className: 'sheet-wide sheet-number', content: el('div', { class: 'number-keys' }, ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '.'].map(key), sign), foot: [erase, shown, ok], onClose: () => resolve(result) });
        set('');
    });
}
