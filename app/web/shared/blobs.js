// SPDX-License-Identifier: MIT
// Which photo bytes have arrived. At the hub: which are stored here, so that no picture is asked for that cannot be shown. At a board: which
// head office has confirmed. Questions are put together and asked at once.
import { post } from './api.js';
import { debounce } from './dom.js';
import * as live from './live.js';
import { place } from './place.js';
import { marks } from './states.js';

const ASK_MAX = 500;
const arrived = new Set();
const asked = new Map(); // hash → Set of { node, fn }

async function ask() {
    const hashes = [...asked.keys()].filter((hash) => !arrived.has(hash));
    for (let i = 0; i < hashes.length; i += ASK_MAX) {
        const part = hashes.slice(i, i + ASK_MAX);
        try {
            const answer = place.hub ? (await post('/api/v1/blobs/have', { sha256: part })).have
                : (await post('/api/v1/blobs/confirmed', { sha256: part })).confirmed;
            answer.forEach(came);
        } catch {
            return; // asked again when something changes
        }
    }
}
const askSoon = debounce(ask, 60);

function came(hash) {
    arrived.add(hash);
    for (const one of asked.get(hash) ?? []) if (one.node.isConnected || one.young()) one.fn();
    asked.delete(hash);
}

function sweep() {
    for (const [hash, set] of asked) {
        for (const one of set) if (!one.node.isConnected && !one.young()) set.delete(one);
        if (!set.size) asked.delete(hash);
    }
}

// Runs fn once, as soon as these bytes have arrived, as long as node is in the page.
export function whenArrived(hash, node, fn) {
    if (!hash) return;
    if (arrived.has(hash)) {
        fn();
        return;
    }
    sweep();
    if (!asked.has(hash)) asked.set(hash, new Set());
    const born = Date.now();
    asked.get(hash).add({ node, fn, young: () => Date.now() - born < 2000 });
    askSoon();
}

export const hasArrived = (hash) => arrived.has(hash);

let pending = -1;
marks.watch((m) => {
    if (m?.photos?.pending === pending) return;
    pending = m?.photos?.pending;
    if (!place.hub && asked.size) askSoon();
});
live.on('blob', (blob) => came(blob.sha256));
live.on('again', () => asked.size && askSoon());
