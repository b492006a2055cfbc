// SPDX-License-Identifier: MIT
// Which room, or one of a few words: questions that a tap answers.
import { el } from '/shared/dom.js';
import { openSheet } from '/shared/sheet.js';
import { both, rooms } from '/shared/trade.js';

// Resolves with the chosen value, or null when it was closed. options: [[value, text]].
export function askOne(title, options, chosen, wide = true) {
    return new Promise((resolve) => {
        let result = null;
        const sheet = openSheet({ title, className: wide ? 'sheet-wide sheet-chip' : '', onClose: () => resolve(result), content: el('div', { class: 'room-grid' }, options.map(([value, text]) => el('button', {
            type: 'button', class: 'toggle', 'aria-pressed': String(value === chosen), on: { click: () => {
                result = value;
                sheet.close();
            } } }, text))) });
    });
}

// but: keys of rooms that are not offered.
export const askRoom = (title, chosen, but = []) => askOne(title, rooms().filter((room) => !but.includes(room.key)).map((room) => [room.key, both(room)]), chosen);
