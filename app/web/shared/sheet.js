// SPDX-License-Identifier: MIT
// A panel over the page, modal: the browser's own dialog keeps focus inside and gives it back.
import { el } from './dom.js';
import { icon } from './icons.js';
import { t } from './words.js';

// content: nodes. foot: nodes below, always in sight. className: of the dialog. Returns { close }. onClose runs once, however it was closed.
export function openSheet({ title, content, foot, onClose, className = '' }) {
    const heading = el('h2', { class: 'sheet-title' }, title);
    const closer = el('button', { type: 'button', class: 'square quiet', 'aria-label': t('close') }, icon('close'));
    const dialog = el('dialog', { class: `sheet ${className}`, 'aria-label': title },
        el('div', { class: 'sheet-head' }, heading, closer),
        el('div', { class: 'sheet-body scroller' }, content),
        foot && el('div', { class: 'sheet-foot' }, foot));
    const close = () => dialog.open && dialog.close();
    closer.addEventListener('click', close);
    dialog.addEventListener('close', () => {
        dialog.remove();
        onClose?.();
    });
    dialog.addEventListener('click', (event) => {
        if (event.target === dialog) close();
    });
    document.body.append(dialog);
    dialog.showModal();
    return { close, dialog };
}

export function closeAllSheets() {
    for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close();
}

// One of several large buttons; resolves with its value, or null when it was closed.
export function choose(title, text, options) {
    return new Promise((resolve) => {
        let chosen = null;
        const buttons = options.map((option) => el('button', {
            type: 'button', class: option.main ? 'main' : 'plain',
            on: { click: () => { chosen = option.value; sheet.close(); } },
        }, option.icon && icon(option.icon), el('span', {}, option.label)));
        const sheet = openSheet({
            title,
            content: [text && el('p', { class: 'sheet-text' }, text), el('div', { class: 'choices' }, buttons)],
            onClose: () => resolve(chosen),
        });
    });
}
