// SPDX-License-Identifier: MIT
// A site's boards and how they are.
import { get } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import * as live from '/shared/live.js';
import { has, t } from '/shared/words.js';
import { diskIsShort, diskText, isWorn, moment, sizeText, wearText } from '/shared/when.js';

const MINUTE_MS = 60000;

function fact(picture, word, value, bad) {
    return el('li', { class: bad ? 'fact fact-bad' : 'fact' }, icon(bad ? 'warn' : picture), el('span', {}, t(word)), el('b', {}, value));
}

function card(board) {
    const h = board.health ?? {};
    return el('article', { class: 'entry board-card', dataset: { board: board.board } }, el('h2', {}, icon('board'), el('span', {}, board.board)),
        el('ul', { class: 'facts' },
            fact(board.online ? 'link' : 'linkdown', 'fact.link', board.online ? t('board.online') : t('board.silent', { at: board.last_seen ? moment(board.last_seen) : '–' }), !board.online),
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

export function showBoards(root, site) {
    const list = el('div', { class: 'board-list' }, el('p', { class: 'hint' }, t('loading')));
    fill(root, list);
    async function load() {
        try {
            const { boards } = await get('/api/v1/boards');
            const mine = boards.filter((b) => b.site === site);
            fill(list, mine.length ? mine.map(card) : el('p', { class: 'hint' }, t('office.no-board-yet')));
        } catch {
            if (!list.querySelector('article')) fill(list, el('p', { class: 'hint' }, t('error.offline')));
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
