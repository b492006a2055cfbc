// SPDX-License-Identifier: MIT
// The timeline of a site: pages on demand, what is new put on top by itself, states that move with the marks.
import { get, sitePath } from './api.js';
import { debounce, el, fill } from './dom.js';
import { renderEntries } from './entries.js';
import { icon } from './icons.js';
import * as live from './live.js';
import { marks } from './states.js';
import { t } from './words.js';

const PAGE = 30;

// Fills root; options as renderEntries has them, and site: only records of that site count. Returns how to stop.
export function showFeed(root, options = {}) {
    let entries = [];
    let next = null;
    let stopped = false;
    let refresh = () => {};
    const list = el('div', { class: 'entries' }, el('p', { class: 'hint' }, t('loading')));
    const more = el('button', { type: 'button', class: 'plain more', hidden: true, on: { click: loadMore } }, icon('down'), t('more'));
    fill(root, list, more);

    function draw() {
        const view = renderEntries(entries, options);
        refresh = view.refresh;
        fill(list, view.nodes.length ? view.nodes : el('p', { class: 'hint' }, t('timeline.empty')));
        more.hidden = !next;
    }
    async function load() {
        try {
            const page = await get(sitePath(`/timeline?limit=${PAGE}`));
            if (stopped) return;
            const newest = page.entries;
            const overlap = entries.findIndex((e) => newest.length && e.id === newest.at(-1).id);
            if (overlap >= 0) {
                entries = newest.concat(entries.slice(overlap + 1));
            } else {
                entries = newest;
                next = page.next;
            }
            draw();
        } catch {
            if (!stopped && !entries.length) fill(list, el('p', { class: 'hint' }, t('error.offline')));
        }
    }
    async function loadMore() {
        more.disabled = true;
        try {
            const page = await get(sitePath(`/timeline?limit=${PAGE}&before=${encodeURIComponent(next)}`));
            entries = entries.concat(page.entries);
            next = page.next;
            if (!stopped) draw();
        } catch {
            more.hidden = false;
        }
        more.disabled = false;
    }
    const loadSoon = debounce(load, 300);
    // A clock that was set dates what is shown already, on every page of it.
    function heard(record) {
        if (record.type === 'clock-set') entries = [];
        loadSoon();
    }
    const stops = [live.on('record', (record) => (!options.site || record.site === options.site) && heard(record)), live.on('again', loadSoon), marks.watch(() => refresh())];
    load();
    return () => {
        stopped = true;
        loadSoon.cancel();
        stops.forEach((stop) => stop());
    };
}
