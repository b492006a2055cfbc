// SPDX-License-Identifier: MIT
// A site's boards and how they are. Silent is what the rule says, by the board's own hours; offline is every board whose power is off for the night.
import { get } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import * as live from '/shared/live.js';
import { has, t } from '/shared/words.js';
import { ofSite, siteName, siteOptions, sites } from './allsites.js';
import { setTitle } from './bar.js';
import { addressed, select, toggles } from './filters.js';
import { diskIsShort, diskText, isWorn, moment, sizeText, wearText } from '/shared/when.js';

const MINUTE_MS = 60000;

function fact(picture, word, value, bad) {
    return el('li', { class: bad ? 'fact fact-bad' : 'fact' }, icon(bad ? 'warn' : picture), el('span', {}, t(word)), el('b', {}, value));
}

const SHOW = { all: () => true, silent: (board) => Boolean(board.silent_since), offline: (board) => !board.online, unsent: (board) => board.unsent > 0 };

const presence = (board) => (board.silent_since ? t('board.silent', { at: moment(board.silent_since) }) : board.online ? t('board.online') : t('board.offline', { at: board.last_seen ? moment(board.last_seen) : '–' }));

// far: among those of other sites.
function card(board, far) {
    const h = board.health ?? {};
    return el('article', { class: 'entry board-card', dataset: { board: board.board } }, el('h2', {}, icon('board'), el('span', {}, board.board), far && el('a', { class: 'plain', href: `#/site/${encodeURIComponent(board.site)}/boards` }, icon('sites'), el('span', {}, siteName(board.site)))),
        el('ul', { class: 'facts' },
            fact(board.online ? 'link' : 'linkdown', 'fact.link', presence(board), Boolean(board.silent_since)),
            fact('sent', 'office.unsent-word', board.unsent === null ? t('hub.unknown') : String(board.unsent)),
            h.photos && fact('photos', 'fact.photos', h.photos.pending > 0 ? t('fact.pending', { n: h.photos.pending, size: sizeText(h.photos.pending_bytes) }) : t('fact.all-photos', { n: h.photos.total })),
            board.clock && fact('clock', 'fact.clock', has(`clock.${board.clock}`) ? t(`clock.${board.clock}`) : board.clock, board.clock === 'none'),
            h.camera && fact('camera', 'fact.camera', t(`camera.${h.camera}`), h.camera === 'failed'),
            h.power && h.power !== 'unknown' && fact('power', 'fact.power', t(`power.${h.power}`), h.power === 'failing'),
            h.disk && fact('disk', 'fact.disk', diskText(h.disk), diskIsShort(h.disk)),
            h.disk && wearText(h.disk) && fact('disk', 'fact.wear', wearText(h.disk), isWorn(h.disk)),
            h.temperature_c !== undefined && fact('board', 'fact.temperature', `${h.temperature_c} °C`, h.temperature_c >= 80),
            fact('retry', 'office.boots', String(board.boot ?? '–')), fact('board', 'office.software', board.software ?? '–')),
        board.findings?.map((finding) => el('p', { class: 'entry-late' }, `${moment(finding.at)} ${finding.text}`)));
}

// Of all sites, the silent ones first. query: what the address says: show, site.
export function boardsView(root, query) {
    const filters = el('div', { class: 'filters', role: 'group', 'aria-label': t('office.filter') });
    const list = el('div', {});
    const address = addressed('boards', query, ['show', 'site'], draw);
    let boards = null;
    setTitle(t('office.boards'));
    fill(root, filters, list);
    const fits = (board) => !address.values.site || board.site === address.values.site;
    function drawFilters() {
        const found = (boards ?? []).filter(fits);
        fill(filters, toggles(address, 'show', Object.entries(SHOW).map(([name, test]) => [name, t(`filter.${name}`), found.filter(test).length])), select(address, 'site', 'office.filter-site', 'office.any', siteOptions()));
    }
    function draw() {
        drawFilters();
        if (!boards) return;
        const found = boards.filter(fits).filter(SHOW[address.values.show] ?? SHOW.all).sort((a, b) => !a.silent_since - !b.silent_since || a.online - b.online || String(a.last_seen).localeCompare(String(b.last_seen)));
        fill(list, el('div', { class: 'board-list' }, found.length ? found.map((board) => ofSite(board.site, () => card(board, true))) : el('p', { class: 'hint' }, t('office.none-such'))));
    }
    const stop = follow(list, (all) => {
        boards = all;
        draw();
    });
    const unwatch = sites.watch(() => filters.contains(document.activeElement) || draw());
    draw();
    return () => {
        stop();
        unwatch();
    };
}

export function showBoards(root, site) {
    return follow(root, (boards) => {
        const mine = boards.filter((b) => b.site === site);
        fill(root, el('div', { class: 'board-list' }, mine.length ? mine.map((board) => card(board)) : el('p', { class: 'hint' }, t('office.no-board-yet'))));
    });
}

// Boards as they are now, and again whenever one changed.
function follow(root, draw) {
    const list = el('div', { class: 'board-list' }, el('p', { class: 'hint' }, t('loading')));
    fill(root, list);
    async function load() {
        try {
            const { boards } = await get('/api/v1/boards');
            if (root.isConnected) draw(boards);
        } catch {
            if (!root.querySelector('article')) fill(list, el('p', { class: 'hint' }, t('error.offline')));
        }
    }
    const soon = debounce(load, 400);
    const tick = setInterval(load, MINUTE_MS);
    const stops = [live.on('sites', soon), live.on('again', soon)];
    load();
    return () => {
        clearInterval(tick);
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}
