// SPDX-License-Identifier: MIT
// Asking a site for a photo, and what became of it.
import { get, Offline, post } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { privacyLine } from '/shared/freetext.js';
import { both, roomName, rooms, stageName, stages } from '/shared/trade.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import * as live from '/shared/live.js';
import { openViewer, thumb } from '/shared/pictures.js';
import { openSheet } from '/shared/sheet.js';
import { has, t } from '/shared/words.js';
import { moment } from '/shared/when.js';
import { say } from './bar.js';

const path = (site, rest) => `/api/v1/sites/${encodeURIComponent(site)}${rest}`;
const row = (id, word, node) => el('p', { class: 'form-row' }, el('label', { class: 'label', for: id }, t(word)), node);
const select = (id, options) => el('select', { class: 'field', id }, el('option', { value: '' }, t('request.any')), options.map(([value, name]) => el('option', { value }, name)));

export async function askForPhoto(site) {
    const id = uuid7(); // the same for every attempt
    const { boards } = await get('/api/v1/boards').catch(() => ({ boards: [] }));
    const mine = boards.filter((b) => b.site === site);
    const board = select('request-board', mine.map((b) => [b.board, b.board]));
    const stage = select('request-stage', stages().map((s) => [s.key, both(s)]));
    const room = select('request-room', rooms().map((r) => [r.key, both(r)]));
    const text = el('input', { class: 'field', id: 'request-text', maxlength: 120 });
    const due = el('input', { class: 'field', id: 'request-due', type: 'datetime-local' });
    const camera = el('input', { type: 'checkbox', id: 'request-camera', checked: true, class: 'tick' });
    const message = el('p', { class: 'pin-message', role: 'alert' });
    const go = el('button', { type: 'button', class: 'main', on: { click: send } }, icon('send'), el('span', {}, t('request.send')));
    const sheet = openSheet({
        title: t('request.ask'), foot: [message, go],
        content: [mine.length > 1 && row('request-board', 'fact.board', board), row('request-room', 'shoot.room', room), row('request-stage', 'request.stage', stage),
            row('request-text', 'request.text', text), privacyLine(text), row('request-due', 'request.due', due), el('label', { class: 'tick-row', for: 'request-camera' }, camera, t('request.camera'))],
    });
    async function send() {
        go.disabled = true;
        message.textContent = '';
        const body = { id, board: board.value, stage: stage.value, room: room.value, text: text.value.trim(), due: due.value ? new Date(due.value).toISOString() : '' };
        try {
            await post(path(site, '/photo-requests'), { ...Object.fromEntries(Object.entries(body).filter(([, v]) => v)), camera: camera.checked });
            sheet.close();
            say(t('request.sent'));
        } catch (error) {
            message.textContent = error instanceof Offline ? t('error.offline') : error.message;
            go.disabled = false;
        }
    }
}

const LOOK = { answered: ['received', 'check'], failed: ['rejected', 'warn'], open: ['sent', 'clock'] };

function card(site, request) {
    const what = [request.room && roomName(request.room), request.stage && stageName(request.stage), request.text].filter(Boolean).join(' · ') || t('photo.one');
    const [state, picture] = LOOK[request.state] ?? LOOK.open;
    const answer = el('div', {});
    if (request.photo) {
        get(path(site, `/photos/${request.photo}/info`)).then((photo) => fill(answer, el('button', { type: 'button', class: 'photo-tile request-photo', 'aria-label': what, on: { click: () => openViewer([photo], 0) } }, thumb(photo, what))), () => {});
    }
    return el('article', { class: 'entry', dataset: { request: request.id, state: request.state } },
        el('div', { class: 'entry-top' }, el('p', {}, what), el('span', { class: 'badge', dataset: { state } }, icon(picture), el('span', {}, t(`request.${request.state}`)))),
        el('p', { class: 'entry-when' }, [moment(request.at), request.actor?.name, request.due && t('due.by', { at: moment(request.due) })].filter(Boolean).join(' · ')),
        request.state === 'failed' && el('p', { class: 'entry-late' }, has(`reason.${request.reason}`) ? t(`reason.${request.reason}`) : request.reason), answer);
}

export function showRequests(root, site) {
    const list = el('div', { class: 'entries' });
    fill(root, el('h2', { class: 'day' }, t('request.title')), list);
    async function load() {
        try {
            const { photo_requests: all } = await get(path(site, '/photo-requests?limit=10'));
            fill(list, all.length ? all.map((request) => card(site, request)) : el('p', { class: 'hint' }, t('request.none')));
        } catch {
            if (!list.children.length) fill(list, el('p', { class: 'hint' }, t('error.offline')));
        }
    }
    const soon = debounce(load, 400);
    const stops = [live.on('record', (r) => r.site === site && r.type.startsWith('photo-') && soon()), live.on('again', soon)];
    load();
    return () => {
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}
