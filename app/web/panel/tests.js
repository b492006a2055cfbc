// SPDX-License-Identifier: MIT
// Timed tests: filled or pressed now, read again when the time is up. The board's clock counts; what is left runs down on the screen.
import { get, sitePath } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import * as live from '/shared/live.js';
import { may, place } from '/shared/place.js';
import { clockLeft, testBadge, testLines, testName } from '/shared/stages.js';
import { roomName, stageName } from '/shared/trade.js';
import { t } from '/shared/words.js';
import { photoTaker } from './camera.js';
import { beginDraft } from './draft.js';
import { say, setTitle } from './header.js';
import { askNumber } from './keypad.js';
import { rail } from './rail.js';
import { askOne, askRoom } from './room.js';
import { untilStored } from './submit.js';
import { clean, testEnd } from './testend.js';

// kind → unit, and whether it is of one room.
const KINDS = { ponding: ['mm', true], second_ponding: ['mm', true], pressure: ['MPa'], tightness: ['MPa'], hold: ['MPa'], coil: ['MPa'], as_built_ponding: ['mm', true], flow: [''] };
const STAGES = { ponding: 'waterproofing', second_ponding: 'tiling', pressure: 'plumbing_electrical', tightness: 'plumbing_electrical', hold: 'hvac', coil: 'hvac', as_built_ponding: 'preparation', flow: 'installation' };
const TICK_MS = 5000;
const askValue = (kind) => askNumber({ title: t(KINDS[kind][0] === 'mm' ? 'test.depth' : 'test.pressure'), unit: KINDS[kind][0], max: KINDS[kind][0] === 'mm' ? 999 : 99, fraction: KINDS[kind][0] === 'mm' ? 0 : 2 });

export function tests(root, { param, goTo, home }) {
    let stop = () => {};
    let stopped = false;
    let composing = false;
    let shown = [];
    const [id, part] = param[0] === 'new' ? [] : param;
    let first = param[0] === 'new' ? param[1] : ''; // a kind that is to be begun at once
    if (part) return testEnd(root, { param, goTo });

    const left = (test) => Math.max(0, Math.round((test.until - Date.now()) / 1000)); // what the server said was left, run down here
    const received = (test) => Object.assign(test, { until: Date.now() + test.remaining_s * 1000 });

    async function load() {
        if (composing) return;
        try {
            shown = (id ? [await get(sitePath(`/tests/${id}`))] : (await get(sitePath('/tests?limit=50'))).tests).map(received);
            if (!stopped && !composing) draw();
            if (!stopped && KINDS[first]) begin(first);
            first = '';
        } catch {
            if (!stopped && !shown.length) fill(root, el('p', { class: 'hint' }, t('error.offline')));
        }
    }

    const counter = (test) => el('p', { class: 'test-left', dataset: { id: test.id } }, left(test) > 0 ? t('test.left', { time: clockLeft(left(test)) }) : t('test.time-up'));
    const running = (test) => test.state === 'running';

    function draw() {
        setTitle(id ? testName(shown[0]) : t('test.list'), id ? () => goTo('tests') : () => goTo('stages'));
        const list = id ? el('div', { class: 'stage-one' }, el('p', { class: 'stage-top' }, testBadge(shown[0].state), el('span', {}, stageName(shown[0].stage))), running(shown[0]) && counter(shown[0]), testLines(shown[0]))
            : el('div', { class: 'hazard-list' }, shown.length ? shown.map((test) => el('button', { type: 'button', class: 'hazard-card stage-card', dataset: { id: test.id, state: test.state }, on: { click: () => goTo(`tests/${test.id}`) } },
                el('span', { class: 'hazard-top' }, testBadge(test.state)), el('span', { class: 'hazard-text' }, testName(test)), running(test) && counter(test))) : el('p', { class: 'hint' }, t('test.none')));
        const scroller = el('div', { class: 'scroller', tabindex: -1 }, list);
        const one = id && running(shown[0]) && may('test');
        fill(root, scroller, el('div', { class: 'side' }, one && [el('button', { type: 'button', class: 'main', on: { click: () => finish(shown[0], false) } }, icon('check'), el('span', {}, t('test.finish'))),
            el('button', { type: 'button', class: 'plain', on: { click: () => finish(shown[0], true) } }, icon('warn'), el('span', {}, t('test.leaks')))],
        !id && may('test') && el('button', { type: 'button', class: 'main', on: { click: () => begin() } }, icon('plus'), el('span', {}, t('test.new'))), rail(scroller)));
    }

    async function begin(which) {
        const kind = which || await askOne(t('test.which'), Object.keys(KINDS).map((one) => [one, t(`test.kind-${one}`)]), '');
        if (!kind || stopped) return;
        const room = KINDS[kind][1] ? await askRoom(t('test.which-room'), '', ['whole']) : '';
        if (room === null || stopped) return;
        const value = KINDS[kind][0] ? await askValue(kind) : undefined;
        if (value === null || stopped) return;
        const body = { id: uuid7(), kind, room, value };
        compose(`${t(`test.kind-${kind}`)}${room ? t('brackets', { text: roomName(room) }) : ''}`, [value !== undefined && `${value} ${KINDS[kind][0]}`], STAGES[kind], room, t('test.start'), (photos) => ['/tests', clean({ ...body, photos })], (test) => {
            say(t('test.started'));
            goTo(`tests/${test.id}`);
        });
    }

    // leak: it is seen at once that it fails, whatever the time. What is there of its end is a draft that the panel and phones share.
    async function finish(test, leak) {
        if (!leak && left(test) > 0) {
            say(t('test.too-early', { time: clockLeft(left(test)) }), 'bad');
            return;
        }
        const value = test.unit ? await askValue(test.kind in KINDS ? test.kind : 'pressure') : undefined;
        if (value === null || stopped) return;
        beginDraft('test', test.id, { id: uuid7(), stage: test.stage, value, leak, photos: [], below: [] });
        goTo(`tests/${test.id}/finish`);
    }

    function compose(title, facts, stage, room, word, bodyOf, done) {
        const taker = photoTaker({ fields: () => ({ stage, room }) });
        const send = el('button', { type: 'button', class: 'main save', on: { click: submit } }, icon('check'), el('span', {}, word));
        composing = true;
        stop = taker.stop;
        const leave = () => {
            composing = false;
            stop();
            stop = () => {};
            load();
        };
        async function submit() {
            const photos = taker.ids();
            if (!photos.length) return say(t('test.photo-first'), 'bad');
            send.disabled = true;
            say(t('log.saving'), 'busy');
            try {
                done(await untilStored(...bodyOf(photos)));
            } catch (error) {
                send.disabled = false;
                say(`${t('log.not-taken')} ${error.message}`, 'bad');
            }
            return null;
        }
        setTitle(title, leave);
        fill(root, el('div', { class: 'compose' }, el('p', { class: 'stage-gate' }, icon('clock'), el('b', {}, facts.filter(Boolean).join(' · '))), taker.node), el('div', { class: 'side' }, taker.buttons, send));
    }

    const soon = debounce(load, 400);
    const tick = setInterval(() => {
        for (const test of shown.filter(running)) root.querySelector(`.test-left[data-id="${test.id}"]`)?.replaceWith(counter(test));
    }, TICK_MS);
    const stops = [live.on('record', (record) => record.site === place.site && /^(timed-|outage)/.test(record.type) && soon()), live.on('again', soon)];
    setTitle(t('test.list'), home);
    fill(root, el('p', { class: 'hint' }, t('loading')));
    load();
    return () => {
        stopped = true;
        clearInterval(tick);
        soon.cancel();
        stop();
        stops.forEach((one) => one());
    };
}
