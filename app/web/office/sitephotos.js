// SPDX-License-Identifier: MIT
// A site's photos by stage and room, newest first; the filters are in the address. New ones come by themselves.
import { get, sitePath } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import * as live from '/shared/live.js';
import { openViewer, photoTile } from '/shared/pictures.js';
import { marks } from '/shared/states.js';
import { both, rooms, stages } from '/shared/trade.js';
import { t } from '/shared/words.js';
import { dayName, dayOf, madeAt } from '/shared/when.js';
import { addressed, day, select } from './filters.js';

const PAGE = 48;

export function showPhotos(root, id, query) {
    let list = [];
    let next = null;
    let tiles = [];
    let stopped = false;
    const address = addressed(`site/${encodeURIComponent(id)}/photos`, query, ['stage', 'room', 'from', 'to'], again);
    const filters = el('div', { class: 'filters', role: 'group', 'aria-label': t('office.filter') }, select(address, 'stage', 'office.filter-stage', 'office.any', stages().map((stage) => [stage.key, both(stage)])),
        select(address, 'room', 'shoot.room', 'office.any', rooms().map((room) => [room.key, both(room)])), day(address, 'from', 'office.from'), day(address, 'to', 'office.to'));
    const grid = el('div', { class: 'gallery' }, el('p', { class: 'hint' }, t('loading')));
    const more = el('button', { type: 'button', class: 'plain more', hidden: true, on: { click: () => load(next) } }, icon('down'), t('more'));
    fill(root, filters, grid, more);

    function draw() {
        const nodes = [];
        let date = '';
        tiles = list.map((photo, i) => photoTile(photo, () => openViewer(list, i)));
        list.forEach((photo, i) => {
            const its = dayOf(madeAt(photo));
            if (its !== date) nodes.push(el('h2', { class: 'day' }, dayName(its)));
            date = its;
            nodes.push(tiles[i].node);
        });
        fill(grid, nodes.length ? nodes : el('p', { class: 'hint' }, t('office.no-photos')));
        more.hidden = !next;
    }
    async function load(before) {
        const asked = String(address.params());
        try {
            const ask = new URLSearchParams([...address.params(), ['limit', String(before ? PAGE : Math.min(200, Math.max(PAGE, list.length)))], ...(before ? [['before', before]] : [])]);
            const page = await get(sitePath(`/photos?${ask}`));
            if (stopped || asked !== String(address.params())) return;
            list = before ? list.concat(page.photos) : page.photos;
            ({ next } = page);
            draw();
        } catch {
            if (!stopped && !list.length) fill(grid, el('p', { class: 'hint' }, t('error.offline')));
        }
    }
    function again() {
        list = [];
        load();
    }
    const soon = debounce(() => load(), 400);
    const stops = [live.on('record', (record) => record.site === id && /^(photo-|clock-set)/.test(record.type) && soon()), live.on('again', soon), marks.watch(() => tiles.forEach((tile) => tile.refresh()))];
    load();
    return () => {
        stopped = true;
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}
