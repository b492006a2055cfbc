// SPDX-License-Identifier: MIT
// The site's photos, newest first, each with how far it got; a tap shows it whole.
import { get, sitePath } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import * as live from '/shared/live.js';
import { openViewer, photoTile } from '/shared/pictures.js';
import { place } from '/shared/place.js';
import { marks } from '/shared/states.js';
import { t } from '/shared/words.js';
import { dayName, dayOf, madeAt } from '/shared/when.js';
import { setTitle } from './header.js';
import { rail } from './rail.js';

const PAGE = 24;

export function photos(root, { home }) {
    let list = [];
    let next = null;
    let tiles = [];
    let stopped = false;
    const grid = el('div', { class: 'gallery' }, el('p', { class: 'hint' }, t('loading')));
    const more = el('button', { type: 'button', class: 'plain more', hidden: true, on: { click: loadMore } }, icon('down'), t('more'));
    const scroller = el('div', { class: 'scroller', tabindex: -1 }, grid, more);
    setTitle(t('tile.photos'), home);
    fill(root, scroller, rail(scroller));

    function draw() {
        const nodes = [];
        let day = '';
        tiles = list.map((photo, i) => photoTile(photo, () => openViewer(list, i)));
        list.forEach((photo, i) => {
            const its = dayOf(madeAt(photo));
            if (its !== day) {
                day = its;
                nodes.push(el('h2', { class: 'day' }, dayName(day)));
            }
            nodes.push(tiles[i].node);
        });
        fill(grid, nodes.length ? nodes : el('p', { class: 'hint' }, t('photos.none')));
        more.hidden = !next;
    }
    const page = (before) => get(sitePath(`/photos?limit=${PAGE}${before ? `&before=${encodeURIComponent(before)}` : ''}`));
    async function load() {
        try {
            const answer = await page();
            if (stopped) return;
            const overlap = list.findIndex((p) => answer.photos.length && p.id === answer.photos.at(-1).id);
            if (overlap >= 0) {
                list = answer.photos.concat(list.slice(overlap + 1));
            } else {
                list = answer.photos;
                next = answer.next;
            }
            draw();
        } catch {
            if (!stopped && !list.length) fill(grid, el('p', { class: 'hint' }, t('error.offline')));
        }
    }
    async function loadMore() {
        more.disabled = true;
        try {
            const answer = await page(next);
            list = list.concat(answer.photos);
            next = answer.next;
            if (!stopped) draw();
        } catch {
            more.hidden = false;
        }
        more.disabled = false;
    }
    const loadSoon = debounce(load, 400);
    function heard({ type }) {
        if (type === 'clock-set') list = []; // it dates what is shown already
        if (type === 'clock-set' || type.startsWith('photo-')) loadSoon();
    }
    const stops = [live.on('record', (r) => r.site === place.site && heard(r)), live.on('again', loadSoon), marks.watch(() => tiles.forEach((tile) => tile.refresh()))];
    load();
    return () => {
        stopped = true;
        loadSoon.cancel();
        stops.forEach((stop) => stop());
    };
}
