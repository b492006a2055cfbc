// SPDX-License-Identifier: MIT
// Forms over head office's lists: a sheet with fields and what can be done, sent under one id until it was taken. While it is open, photos and times are
// those of the site that it is about.
import { enterSite, Offline } from '/shared/api.js';
import { el } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { openSheet } from '/shared/sheet.js';
import { enterZone } from '/shared/when.js';
import { t } from '/shared/words.js';
import { zoneOf } from './allsites.js';

export const siteApi = (site, rest) => `/api/v1/sites/${encodeURIComponent(site)}${rest}`;
export const row = (id, word, node, ...more) => el('div', { class: 'form-field' }, el('label', { class: 'label', for: id }, t(word)), node, more);
export const noteField = (id, rows = 3, maxlength = 300) => el('textarea', { class: 'field note-field', id, rows, maxlength });
export const filled = (body) => Object.fromEntries(Object.entries(body).filter(([, v]) => v !== '' && v !== undefined && v !== null && v.length !== 0));

// site: whom it is about, or undefined. content(): draws it. actions: [{ main, name (of its icon), word, key, run }]; run() gives a promise, or a text
// that says what is missing. Returns the sheet, with say(text) and buttons.
export function openForm({ title, site, content, actions, onClose, wide = true }) {
    const leave = site ? [enterZone(zoneOf(site)), enterSite(site)] : [];
    const message = el('p', { class: 'pin-message', role: 'alert' });
    const buttons = actions.map(({ main, name, word, run, key }) => el('button', { type: 'button', class: main ? 'main' : 'plain', dataset: { step: key }, on: { click: async () => {
        const request = run();
        message.textContent = typeof request === 'string' ? request : '';
        if (typeof request === 'string') return;
        buttons.forEach((button) => { button.disabled = true; });
        try {
            await request;
            sheet.close();
        } catch (error) {
            message.textContent = error instanceof Offline ? t('error.offline') : error.message;
            buttons.forEach((button) => { button.disabled = false; });
        }
    } } }, icon(name), el('span', {}, t(word))));
    const sheet = openSheet({ title, className: `${wide ? 'sheet-wide ' : ''}sheet-money`, content: content(), foot: [message, ...buttons], onClose: () => {
        leave.forEach((end) => end());
        onClose?.();
    } });
    return Object.assign(sheet, { buttons, say: (text) => { message.textContent = text; } });
}
