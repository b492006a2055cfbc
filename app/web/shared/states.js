// SPDX-License-Identifier: MIT
// How far a record got: saved here, sent, received at head office, or rejected. The lanes' marks say so for many records at once.
import { el, store } from './dom.js';
import { icon } from './icons.js';
import { place } from './place.js';
import { t } from './words.js';

// {"lanes":{lane:{saved,sent,received}},"photos":{…},"link","hub","rejected"}; null: not known (or at the hub).
export const marks = store(null);

const RANK = { rejected: 0, saved: 1, sent: 2, received: 3 };

export function totals(m) {
    const sum = { saved: 0, sent: 0, received: 0 };
    for (const lane of Object.values(m?.lanes ?? {})) for (const name of Object.keys(sum)) sum[name] += lane[name] ?? 0;
    return sum;
}

// Nothing is left to send: every record and every photo's bytes were confirmed.
export function allReceived(m) {
    const sum = totals(m);
    return sum.saved === sum.received && !(m?.photos?.pending > 0);
}

// An entry's state by now: the marks may have moved since it was read.
export function stateOf(entry) {
    const lane = marks.get()?.lanes?.[entry.lane];
    if (place.hub || !lane || entry.writer !== place.board || entry.state === 'rejected') return entry.state;
    if (entry.ordinal <= lane.received) return 'received';
    return entry.ordinal <= lane.sent ? 'sent' : 'saved';
}

export const worst = (states) => states.reduce((a, b) => (RANK[b] < RANK[a] ? b : a), 'received');

export function badge(state) {
    const node = el('span', { class: 'badge' });
    setBadge(node, state);
    return node;
}

export function setBadge(node, state, word = t(`state.${state}`)) {
    if (node.dataset.state === state && node.textContent === word) return;
    node.dataset.state = state;
    node.replaceChildren(icon(state === 'away' ? 'sent' : state), el('span', {}, word));
}
