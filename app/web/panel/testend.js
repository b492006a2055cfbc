// SPDX-License-Identifier: MIT
// The end of a timed test: the value that was read, a photo of it, and where water stood also the ceiling below. A board on the wall sees no ceiling of
// another storey: a phone takes that one, led here by a code on the panel, and both fill in the same draft.
import { get, sitePath } from '/shared/api.js';
import { el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import * as live from '/shared/live.js';
import { place } from '/shared/place.js';
import { clockLeft, testName } from '/shared/stages.js';
import { t } from '/shared/words.js';
import { atPanel, photoTaker } from './camera.js';
import { status } from './data.js';
import { say, setTitle } from './header.js';
import { qrCanvas } from './qr.js';
import { joinDraft } from './shared.js';
import { untilStored } from './submit.js';

const CODE_PX = 236;
export const clean = (body) => Object.fromEntries(Object.entries(body).filter(([, v]) => v !== undefined && v !== '' && v !== false && v?.length !== 0));

// What a phone is to open; '' where the board is in no network.
const addressOf = (test) => (status.get()?.pages?.[0] ? `${status.get().pages[0]}/panel/#/tests/${test.id}/below` : '');

// The code that leads a phone to the photo of the ceiling.
function handover(test) {
    const address = addressOf(test);
    if (!address) return el('p', { class: 'hint' }, t('test.no-network'));
    return el('div', { class: 'handover' }, qrCanvas(address, CODE_PX), el('div', { class: 'handover-text' }, el('b', {}, t('test.scan')), el('p', { class: 'handover-address' }, address), el('p', {}, t('test.scan-hint'))));
}

export function testEnd(root, { param, goTo }) {
    const [id, part] = param;
    let stopped = false;
    let stop = () => {};
    let again = () => {};
    const back = () => goTo(`tests/${id}`);
    setTitle(t('test.finish'), back);
    fill(root, el('p', { class: 'hint' }, t('loading')));
    Promise.all([get(sitePath(`/tests/${id}`)), joinDraft('test', id, ['photos', 'below'], () => again())]).then(([test, joined]) => {
        if (stopped || !joined || test.state !== 'running') {
            joined?.stop();
            if (!stopped) back(); // it has ended, or nobody is at it
            return;
        }
        ({ stop, again } = edit(root, test, joined, part === 'below', { goTo, back }));
    }, () => !stopped && fill(root, el('p', { class: 'hint' }, t('error.offline'))));
    return () => {
        stopped = true;
        stop();
    };
}

// onlyBelow: a phone that was sent for the ceiling.
function edit(root, test, joined, onlyBelow, { goTo, back }) {
    const { draft } = joined, { value } = draft;
    const lists = [!onlyBelow && 'photos', test.below && 'below'].filter(Boolean);
    const panel = atPanel();
    const stage = { stage: test.stage, room: test.room ?? '' };
    const takers = {};
    const send = el('button', { type: 'button', class: 'main save', on: { click: onlyBelow ? hand : submit } }, icon('check'), el('span', {}, t(onlyBelow ? 'test.below-done' : 'test.finish')));
    let at = lists[0]; // at the panel: of what the next photo is
    let byBoard = false; // the board itself was carried downstairs

    function taker(list) {
        takers[list] ??= photoTaker({ fields: () => stage, before: value[list] ?? [], changed: () => {
            draft.change((v) => { v[list] = takers[list].ids(); });
            draw();
        } });
        return takers[list];
    }
    function rest() {
        for (const list of Object.keys(takers)) {
            takers[list].stop();
            delete takers[list];
        }
    }
    const count = (list) => value[list]?.length ?? 0;
    const toggles = () => lists.length > 1 && el('div', { class: 'choices choices-row' }, lists.map((list) => el('button', { type: 'button', class: 'toggle', dataset: { list }, 'aria-pressed': String(at === list), on: { click: () => {
        rest();
        at = list;
        byBoard = false;
        draw();
    } } }, icon(count(list) ? 'check' : 'camera'), el('span', {}, t(`test.of-${list}`, { n: count(list) })))));
    const title = () => setTitle(testName(test), back);
    const facts = () => el('p', { class: 'stage-gate' }, icon('clock'), el('b', {}, [value.value !== undefined && `${value.value} ${test.unit ?? ''}`, value.leak && t('test.leaks')].filter(Boolean).join(' · ')));

    function drawPanel() {
        const below = at === 'below' && !byBoard;
        const own = !below && taker(at);
        if (own && root.contains(own.node)) { // it goes on showing its picture
            root.querySelector('.choices-row')?.replaceWith(toggles());
            return;
        }
        const board = below && el('button', { type: 'button', class: 'plain', dataset: { do: 'board' }, on: { click: () => {
            byBoard = true;
            draw();
        } } }, icon('board'), el('span', {}, t('test.by-board')));
        fill(root, el('div', { class: 'compose' }, toggles() || facts(), below ? handover(test) : own.node), el('div', { class: 'side' }, own ? own.buttons : board, send));
    }
    function drawPhone() {
        if (root.contains(send)) return;
        fill(root, el('div', { class: 'compose' }, !onlyBelow && facts(), lists.map((list) => [el('p', { class: 'hint-line' }, t(list === 'below' ? 'test.below' : 'test.photo-there')), taker(list).node])), el('div', { class: 'side' }, send));
    }
    function draw() {
        title();
        if (panel) drawPanel();
        else drawPhone();
    }
    async function hand() {
        if (!takers.below.ids().length) return say(t('test.below-first'), 'bad');
        try {
            await draft.flush();
            say(t('test.below-sent'));
            goTo('');
        } catch {
            say(t('log.kept-here'), 'bad');
        }
        return null;
    }
    async function submit() {
        if (!count('photos')) return say(t('test.photo-first'), 'bad');
        if (test.below && !count('below')) return say(t('test.below-first'), 'bad');
        send.disabled = true;
        joined.rest(true);
        await draft.settle();
        say(t('log.saving'), 'busy');
        try {
            const done = await untilStored(`/tests/${test.id}/finish`, clean({ id: value.id, value: value.value, leak: value.leak, photos: value.photos, below_photos: test.below ? value.below : [] }));
            draft.drop(false);
            say(t(`test.is-${done.state}`), done.state === 'passed' ? 'good' : 'bad');
            back();
        } catch (error) {
            send.disabled = false;
            joined.rest(false);
            const late = error.doc?.remaining_s;
            say(late ? t('test.too-early', { time: clockLeft(late) }) : `${t('log.not-taken')} ${error.message}`, 'bad');
        }
        return null;
    }
    const refresh = () => {
        for (const list of Object.keys(takers)) takers[list].add(value[list] ?? []);
        draw();
    };
    const ends = live.on('record', (record) => {
        if (record.site !== place.site) return;
        if (record.type === 'photo-taken') refresh();
        if (record.type !== 'timed-test-finished' || record.subject !== `test/${test.id}` || send.disabled) return;
        draft.drop(false);
        back();
    });
    draw();
    return {
        again() {
            if (panel && at === 'below' && count('below')) say(t('test.below-there', { n: count('below') }));
            refresh();
        },
        stop() {
            ends();
            rest();
            joined.stop();
        },
    };
}
