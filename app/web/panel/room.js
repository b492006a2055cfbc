// SPDX-License-Identifier: MIT
// Which room: one tap.
import { el } from '/shared/dom.js';
import { openSheet } from '/shared/sheet.js';
import { both, rooms } from '/shared/trade.js';

// Resolves with a room's key, or null when it was closed.
export function askRoom(title, chosen) {
    return new Promise((resolve) => {
        let result = null;
        const sheet = openSheet({ title, className: 'sheet-wide sheet-chip', onClose: () => resolve(result), content: el('div', { class: 'room-grid' }, rooms().map((room) => el('button', {
            type: 'button', class: 'toggle', 'aria-pressed': String(room.key === chosen), on: { click: () => {
                result = room.key;
                sheet.close();
            } } }, both(room)))) });
    });
}
