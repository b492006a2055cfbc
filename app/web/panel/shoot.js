// SPDX-License-Identifier: MIT
// Taking photos: at the panel with the board's camera, on a phone with its own or from its album.
import { Offline, post } from '/shared/api.js';
import { el, fill } from '/shared/dom.js';
import { both, roomName, rooms, stageName } from '/shared/trade.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import { thumb } from '/shared/pictures.js';
import { may, place } from '/shared/place.js';
import { openSheet } from '/shared/sheet.js';
import { t } from '/shared/words.js';
import { sizeText } from '/shared/when.js';
import { aim } from './aim.js';
import { status, today } from './data.js';
import { say, setTitle } from './header.js';
import { preview } from './jpeg.js';
import { rail } from './rail.js';
import { addFiles, cancel, clearDone, retry, uploads } from './uploads.js';

const SHOT_MS = 25000;
let room = ''; // stays for the next photo
let last = null;
let request = ''; // head office's, that the next photo answers

function roomButton() {
    const button = el('button', { type: 'button', class: 'plain where', on: { click: choose } });
    const draw = () => fill(button, icon('room'), el('span', { class: 'where-text' }, el('b', {}, room ? roomName(room) : t('shoot.no-room')), el('span', {}, today.get()?.stage ? stageName(today.get().stage.key) : t('shoot.room'))));
    function choose() {
        const pick = (key) => {
            room = key;
            draw();
            sheet.close();
        };
        const toggle = (key, name) => el('button', { type: 'button', class: 'toggle', 'aria-pressed': String(room === key), on: { click: () => pick(key) } }, name);
        const sheet = openSheet({ title: t('shoot.room'), className: 'sheet-wide', content: el('div', { class: 'room-grid' }, toggle('', t('shoot.no-room')), rooms().map((r) => toggle(r.key, both(r)))) });
    }
    draw();
    return button;
}

// Of the next photo. A request is answered by one photo.
function takeFields() {
    const fields = { stage: today.get()?.stage?.key ?? '', room, inreplyto: request };
    request = '';
    return fields;
}

// ---- the board's camera ----

function cameraPart(result) {
    const shutter = el('button', { type: 'button', class: 'main shutter', on: { click: shoot } }, icon('camera'), el('span', {}, t('shoot.take')));
    let waiting = null; // an attempt without an answer: the same id again
    async function shoot() {
        if (shutter.disabled) return;
        shutter.disabled = true;
        say(t('shoot.taking'), 'busy');
        const body = waiting ?? { id: uuid7(), ...Object.fromEntries(Object.entries(takeFields()).filter(([, v]) => v)) };
        try {
            last = await post('/api/v1/camera/shot', body, { deadline: SHOT_MS });
            waiting = null;
            say(t('shoot.taken'));
            showLast(result);
        } catch (error) {
            if (error instanceof Offline) waiting = body;
            say(error instanceof Offline ? t('error.offline') : error.status === 507 ? t('upload.507') : t('shoot.failed'), 'bad');
        }
        shutter.disabled = false;
    }
    return shutter;
}

function showLast(result) {
    fill(result, last ? [may('read') ? thumb(last, t('photo.one')) : icon('check', t('shoot.taken')), el('p', { class: 'shot-line' }, [last.room && roomName(last.room), sizeText(last.bytes)].filter(Boolean).join(' · '))]
        : el('div', { class: 'shot-empty' }, icon('camera'), el('p', {}, t('shoot.hint'))));
}

// On a phone: shown, and at work, when it is asked for.
function boardCamera(result) {
    let live = null;
    const stop = () => {
        live?.stop();
        live?.node.remove();
        live = null;
    };
    const node = el('details', { class: 'board-camera', on: { toggle: () => {
        stop();
        if (!node.open) return;
        live = aim();
        node.insertBefore(live.node, node.lastChild);
    } } }, el('summary', { class: 'plain' }, icon('board'), t('shoot.board-camera')), cameraPart(result));
    return { node, stop };
}

// ---- a phone's own ----

function picker(word, picture, main, capture) {
    const input = el('input', { type: 'file', accept: 'image/jpeg,image/*', multiple: true, capture: capture && 'environment', hidden: true, on: { change: () => {
        if (input.files.length) addFiles(input.files, { ...takeFields(), origin: capture ? 'phone' : 'import' });
        input.value = '';
    } } });
    return el('div', { class: 'picker' }, input, el('button', { type: 'button', class: main ? 'main' : 'plain', on: { click: () => input.click() } }, icon(picture), el('span', {}, t(word))));
}

function uploadRow(item) {
    const picture = el('span', { class: 'thumb upload-thumb' }, icon('album'));
    const bar = el('progress', { max: 100, 'aria-label': item.name });
    const text = el('p', { class: 'upload-state' });
    const again = el('button', { type: 'button', class: 'square', 'aria-label': t('retry'), on: { click: () => retry(item) } }, icon('retry'));
    const stop = el('button', { type: 'button', class: 'square', 'aria-label': t('cancel'), on: { click: () => cancel(item) } }, icon('close'));
    let painted = false;
    const node = el('li', { class: 'upload' }, picture, el('div', { class: 'upload-text' }, el('p', { class: 'upload-name' }, item.fields.room ? roomName(item.fields.room) : item.name || t('photo.one')), bar, text), again, stop);
    function refresh() {
        if (!painted && item.blob) {
            painted = true;
            preview(item.blob, 160).then((canvas) => fill(picture, canvas), () => {});
        }
        node.dataset.state = item.state;
        const part = Math.round(item.part * 100);
        bar.value = item.state === 'done' ? 100 : part;
        bar.hidden = item.state === 'failed';
        const word = item.error ? t(item.error) : t(`upload.${item.state}`, { n: part });
        fill(text, icon({ done: 'check', failed: 'warn', sending: 'sent' }[item.state] ?? 'clock'), el('span', {}, item.state === 'failed' && item.problem ? `${word} ${item.problem}` : word));
        again.hidden = !(item.state === 'failed' && item.blob);
        stop.hidden = item.state === 'done';
    }
    refresh();
    return { node, refresh };
}

function uploadList() {
    const list = el('ul', { class: 'uploads', 'aria-live': 'polite' });
    const rows = new Map();
    const clear = el('button', { type: 'button', class: 'plain', on: { click: clearDone } }, icon('check'), t('upload.clear'));
    function draw(all) {
        for (const item of all) {
            if (!rows.has(item.id)) {
                rows.set(item.id, uploadRow(item));
                list.append(rows.get(item.id).node);
            }
            rows.get(item.id).refresh();
        }
        for (const [id, row] of rows) {
            if (all.some((item) => item.id === id)) continue;
            row.node.remove();
            rows.delete(id);
        }
        clear.hidden = !all.some((item) => item.state === 'done');
    }
    draw(uploads.get());
    return { nodes: [list, clear], stop: uploads.watch(draw) };
}

export function shoot(root, { param, home, goTo }) {
    request = param[0] ?? '';
    const panel = matchMedia('(min-width: 700px)').matches && !place.hub;
    const camera = !place.hub && status.get()?.camera === 'ok' && may('shot');
    const result = el('div', { class: 'shot' });
    const gallery = may('read') && el('button', { type: 'button', class: 'plain', on: { click: () => goTo('photos') } }, icon('photos'), el('span', {}, t('tile.photos')));
    setTitle(t('tile.shoot'), home);
    showLast(result);
    if (panel) {
        const live = camera && aim();
        if (live) fill(root, el('div', { class: 'aiming' }, live.node, result));
        else fill(root, result);
        root.append(el('div', { class: 'side' }, camera ? cameraPart(result) : el('p', { class: 'hint' }, t(`camera.${status.get()?.camera ?? 'absent'}`)), roomButton(), gallery || ''));
        return live ? live.stop : null;
    }
    const list = uploadList();
    const scroller = el('div', { class: 'scroller shoot-list' }, list.nodes, camera && result);
    const board = camera && boardCamera(result);
    fill(root, el('div', { class: 'shoot-top' }, roomButton(), may('photo') && [picker('shoot.take', 'camera', true, true), picker('shoot.album', 'album', false, false)],
        board && board.node, gallery), scroller, rail(scroller));
    return () => {
        list.stop();
        if (board) board.stop();
    };
}
