// SPDX-License-Identifier: MIT
// Photos for one record: at the panel with the board's camera, on a phone or at a desk with its own or from the album. Ids are known at once; bytes
// follow by themselves.
import { Offline, post } from '/shared/api.js';
import { el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import { thumb } from '/shared/pictures.js';
import { may, place } from '/shared/place.js';
import { t } from '/shared/words.js';
import { aim } from './aim.js';
import { status } from './data.js';
import { say } from './header.js';
import { preview } from './jpeg.js';
import { addFiles, uploads } from './uploads.js';

const SHOT_MS = 25000;
export const atPanel = () => matchMedia('(min-width: 700px)').matches && !place.hub;

// fields(): {stage, room} of the next one. before: ids that are there already. Returns { node: what is seen, buttons: for the column beside it, ids(),
// add(ids): from another device, stop() }.
export function photoTaker({ fields, max = 12, changed = () => {}, before = [] }) {
    return atPanel() ? boardTaker(fields, max, changed, before) : phoneTaker(fields, max, changed, before);
}

function boardTaker(fields, max, changed, before) {
    const camera = status.get()?.camera === 'ok' && may('shot');
    const taken = before.map((id) => ({ id }));
    const result = el('div', { class: 'shot' });
    const live = camera && aim();
    let waiting = null; // an attempt without an answer: the same id again
    const shutter = el('button', { type: 'button', class: 'plain shutter', on: { click: shoot } }, icon('camera'), el('span', {}, t('shoot.take')));
    const draw = () => fill(result, taken.length ? [thumb(taken.at(-1), t('photo.one')), el('p', { class: 'shot-line' }, t('count.photos', { n: taken.length }))]
        : el('div', { class: 'shot-empty' }, icon('camera'), el('p', {}, t('shoot.hint'))));
    async function shoot() {
        if (shutter.disabled || taken.length >= max) return;
        shutter.disabled = true;
        say(t('shoot.taking'), 'busy');
        const body = waiting ?? { id: uuid7(), ...Object.fromEntries(Object.entries(fields()).filter(([, v]) => v)) };
        try {
            taken.push(await post('/api/v1/camera/shot', body, { deadline: SHOT_MS }));
            waiting = null;
            say(t('shoot.taken'));
            draw();
            changed();
        } catch (error) {
            if (error instanceof Offline) waiting = body;
            say(error instanceof Offline ? t('error.offline') : error.status === 507 ? t('upload.507') : t('shoot.failed'), 'bad');
        }
        shutter.disabled = false;
    }
    draw();
    return {
        node: live ? el('div', { class: 'aiming' }, live.node, result) : el('p', { class: 'hint' }, t(`camera.${status.get()?.camera ?? 'absent'}`)),
        buttons: camera ? [shutter] : [], ids: () => taken.map((photo) => photo.id), stop: () => live?.stop(),
        add(ids) {
            taken.unshift(...ids.filter((id) => !taken.some((photo) => photo.id === id)).map((id) => ({ id })));
            draw();
        },
    };
}

function phoneTaker(fields, max, changed, before) {
    const items = [];
    const known = new Map(); // from elsewhere: id → what is shown
    const row = el('div', { class: 'taken' });
    function pick(word, name, main, capture) {
        const input = el('input', { type: 'file', accept: 'image/jpeg,image/*', multiple: !capture, capture: capture && 'environment', hidden: true, on: { change: () => {
            const room = max - items.length - known.size;
            items.push(...addFiles([...input.files].slice(0, room), { ...fields(), origin: capture ? 'phone' : 'import' }));
            input.value = '';
            draw();
            changed();
        } } });
        return el('div', { class: 'picker' }, input, el('button', { type: 'button', class: main ? 'main' : 'plain', on: { click: () => input.click() } }, icon(name), el('span', {}, t(word))));
    }
    const drawn = new Map();
    function draw() {
        for (const item of items) {
            if (!drawn.has(item)) {
                const box = el('span', { class: 'thumb' }, icon('album'));
                drawn.set(item, { box, mark: el('span', { class: 'taken-mark' }), painted: false });
                row.append(el('span', { class: 'taken-photo' }, box, drawn.get(item).mark));
            }
            const one = drawn.get(item);
            if (!one.painted && item.blob) {
                one.painted = true;
                preview(item.blob, 160).then((canvas) => fill(one.box, canvas), () => {});
            }
            fill(one.mark, icon({ done: 'check', failed: 'warn' }[item.state] ?? 'sent'), item.state === 'failed' ? t(item.error) : t(`upload.${item.state}`, { n: Math.round(item.part * 100) }));
        }
    }
    function add(ids) {
        for (const id of ids.filter((one) => !items.some((item) => item.id === one))) {
            const shown = known.get(id);
            if (shown && !shown.querySelector('.thumb-missing')) continue; // its bytes may have come meanwhile
            if (!shown) row.prepend(known.set(id, el('span', { class: 'taken-photo' })).get(id));
            fill(known.get(id), thumb({ id }, t('photo.one')));
        }
    }
    add(before);
    const stop = uploads.watch(draw);
    return {
        node: el('div', { class: 'taker' }, may('photo') && [pick('shoot.take', 'camera', false, true), pick('shoot.album', 'album', false, false)], row),
        buttons: [], ids: () => [...known.keys(), ...items.filter((item) => !['failed', 'gone'].includes(item.state)).map((item) => item.id)], stop, add,
    };
}
