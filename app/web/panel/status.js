// SPDX-License-Identifier: MIT
// What stands behind the header's pill: counts a lane, photos, the link, the board's health; "send now", and that the board hangs elsewhere now.
import { get, Offline, post } from '/shared/api.js';
import { recordConsent } from '/shared/consent.js';
import { el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import { may, place } from '/shared/place.js';
import { openSheet } from '/shared/sheet.js';
import { marks } from '/shared/states.js';
import { both, rooms } from '/shared/trade.js';
import { t } from '/shared/words.js';
import { diskIsShort, diskText, isWorn, moment, sizeText, wearText } from '/shared/when.js';
import { loadStatus, status } from './data.js';
import { say, setTitle } from './header.js';
import { rail } from './rail.js';

const LANES = ['alert', 'record', 'photo'];

function laneTable(m) {
    const head = ['saved', 'sent', 'received'].map((state) => el('th', { scope: 'col' }, icon(state), el('span', {}, t(`state.${state}`))));
    const rows = LANES.map((lane) => el('tr', {}, el('th', { scope: 'row' }, t(`lane.${lane}`)), ['saved', 'sent', 'received'].map((state) => el('td', {}, String(m.lanes[lane]?.[state] ?? 0)))));
    return el('table', { class: 'lanes' }, el('thead', {}, el('tr', {}, el('td', {}), head)), el('tbody', {}, rows));
}

function fact(picture, word, value, bad) {
    return el('li', { class: bad ? 'fact fact-bad' : 'fact' }, icon(bad ? 'warn' : picture), el('span', {}, t(word)), el('b', {}, value));
}

function facts(s, m) {
    return el('ul', { class: 'facts' },
        fact('link', 'fact.link', t(`link.${m.link}`), m.link !== 'up'),
        fact('received', 'fact.hub', t(`hub.${m.hub}`), m.hub === 'down'),
        fact('photos', 'fact.photos', m.photos.pending > 0 ? t('fact.pending', { n: m.photos.pending, size: sizeText(m.photos.pending_bytes) }) : t('fact.all-photos', { n: m.photos.total })),
        m.rejected > 0 && fact('rejected', 'fact.rejected', String(m.rejected), true),
        fact('clock', 'fact.clock', t(`clock.${s.clock}`), s.clock === 'none'),
        fact('camera', 'fact.camera', t(`camera.${s.camera}`), s.camera === 'failed'),
        s.power !== 'unknown' && s.power && fact('power', 'fact.power', t(`power.${s.power}`), s.power === 'failing'),
        fact('disk', 'fact.disk', diskText(s.disk), diskIsShort(s.disk)),
        wearText(s.disk) && fact('disk', 'fact.wear', wearText(s.disk), isWorn(s.disk)),
        s.temperature_c !== undefined && fact('board', 'fact.temperature', `${s.temperature_c} °C`, s.temperature_c >= 80),
        fact('board', 'fact.board', `${s.board} · ${s.version}`));
}

// Asks where the board hangs now; saying so ends a series of time-lapse frames, so a room alone, tapped by mistake, does not.
function askWhere() {
    const id = uuid7(); // the same for every attempt
    let room = null;
    const save = el('button', { type: 'button', class: 'main', disabled: true, on: { click: send } }, icon('check'), el('span', {}, t('viewpoint.save')));
    const grid = el('div', { class: 'room-grid' });
    const draw = () => fill(grid, [['', t('viewpoint.elsewhere')], ...rooms().map((r) => [r.key, both(r)])].map(([key, name]) => el('button', { type: 'button', class: 'toggle', 'aria-pressed': String(room === key), on: { click: () => {
        room = key;
        save.disabled = false;
        draw();
    } } }, name)));
    draw();
    const sheet = openSheet({ title: t('viewpoint.title'), className: 'sheet-wide sheet-where', content: [el('p', { class: 'where-hint' }, t('viewpoint.hint')), grid],
        foot: [el('b', { class: 'where-title' }, t('viewpoint.title')), el('button', { type: 'button', class: 'plain', on: { click: () => sheet.close() } }, t('cancel')), save] });
    async function send() {
        save.disabled = true;
        try {
            await post('/api/v1/viewpoint', room ? { id, room } : { id });
            sheet.close();
            say(t('viewpoint.saved'));
        } catch (error) {
            say(error instanceof Offline ? t('error.offline') : `${t('viewpoint.failed')} ${error.message}`, 'bad');
            save.disabled = false;
        }
    }
}

function atBoard(root) {
    const body = el('div', { class: 'scroller status' });
    const send = el('button', { type: 'button', class: 'main', on: { click: sendNow } }, icon('send'), el('span', {}, t('status.send-now')));
    const moved = may('shot') && el('button', { type: 'button', class: 'plain moved', on: { click: askWhere } }, icon('moved'), el('span', {}, t('viewpoint.button')));
    const consent = may('consent') && el('button', { type: 'button', class: 'plain consent', on: { click: () => recordConsent(say).then((stored) => stored && loadStatus().catch(() => {})) } }, icon('camera'), el('span', {}, t('consent.unrecorded')));
    fill(root, body, el('div', { class: 'side' }, send, moved, consent, rail(body)));
    async function sendNow() {
        say(t('status.sending'), 'busy');
        try {
            await post('/api/v1/send-now');
            await loadStatus();
            say(t('status.asked'));
        } catch {
            say(t('error.offline'), 'bad');
        }
    }
    const draw = () => {
        if (!status.get()) return;
        if (consent) consent.lastChild.textContent = t(`consent.${status.get().consent}`);
        fill(body, el('p', { class: 'explain' }, t('status.explain')), laneTable(marks.get()), facts(status.get(), marks.get()));
    };
    draw();
    const stops = [marks.watch(draw), status.watch(draw)];
    loadStatus().catch(() => {});
    return () => stops.forEach((stop) => stop());
}

function atHub(root) {
    const body = el('div', { class: 'scroller status' }, el('p', { class: 'explain' }, t('status.hub-explain')));
    fill(root, body, rail(body));
    get('/api/v1/sites').then(({ sites }) => {
        const here = sites.find((s) => s.site === place.site);
        body.append(el('ul', { class: 'facts' }, (here?.boards ?? []).map((b) => el('li', { class: b.silent_since ? 'fact fact-bad' : 'fact' }, icon(b.online ? 'board' : 'linkdown'),
            el('span', {}, b.board), el('b', {}, b.silent_since ? t('board.silent', { at: moment(b.silent_since) }) : b.online ? t('board.online') : t('board.offline', { at: b.last_seen ? moment(b.last_seen) : '–' }))))));
    }).catch(() => {});
    return null;
}

export function statusView(root, { home }) {
    setTitle(t('status.title'), home);
    return place.hub ? atHub(root) : atBoard(root);
}
