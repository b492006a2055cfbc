// SPDX-License-Identifier: MIT
// Something is wrong: a phrase, what it needs (room, number), a photo, and it is raised. Three or four taps. What is not sent yet is a draft that the
// panel and phones share.
import { get, sitePath } from '/shared/api.js';
import { el, fill } from '/shared/dom.js';
import { severityBadge, filledText, phraseText, SEVERITIES } from '/shared/hazards.js';
import { privacyLine } from '/shared/freetext.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import * as live from '/shared/live.js';
import { place, may } from '/shared/place.js';
import { hazardsOf, phraseOfHazard, roomName, severityTerms } from '/shared/trade.js';
import { t } from '/shared/words.js';
import { dayOf, dayPlus, moment, shortDay } from '/shared/when.js';
import { photoTaker } from './camera.js';
import { today } from './data.js';
import { beginDraft } from './draft.js';
import { say, setTitle } from './header.js';
import { askNumber } from './keypad.js';
import { rail } from './rail.js';
import { askRoom } from './room.js';
import { begunDrafts, joinDraft } from './shared.js';
import { untilStored } from './submit.js';

const KIND = 'hazard';
const BEGUN_MAX = 6;
let lastRoom = '';

// What is wrong without being a hazard.
const OTHERS = [['material', 'tool', 'wrong.material', 'raise'], ['change', 'edit', 'wrong.change', 'change'], ['question', 'info', 'wrong.question', 'raise']];

// "整改期限 11月25日": as the server will set it.
function dueOf(severity) {
    const hours = severityTerms(severity)?.due_hours ?? 168;
    return hours > 24 ? shortDay(dayPlus(dayOf(Date.now()), Math.floor(hours / 24))) : moment(Date.now() + hours * 3600000);
}

// Whether a phrase asks for it: room, n.
const asks = (phrase, what) => phrase?.zh.includes(`{${what}}`);
const number = (phrase, room) => askNumber({ title: filledText(phrase, room, undefined), unit: t(`unit.${phrase.n?.unit}`), min: phrase.n?.min, max: phrase.n?.max });
const titleOf = ({ phrase, room, n, text }) => (phrase ? filledText(phraseOfHazard(phrase), room, n) : text?.trim() || t('hazard.own-words'));

// What is begun is a draft from the first tap on, under the id that the hazard will have.
function begin(value, goTo) {
    const id = uuid7();
    beginDraft(KIND, id, { id, room: '', photos: [], ...value });
    goTo(`wrong/${id}`);
}

function pick(root, { goTo, home }) {
    let stopped = false;
    const begun = el('div', { class: 'chips hazard-chips begun' });
    const chip = (name, text, more) => el('button', { type: 'button', class: `chip hazard-chip ${more.class ?? ''}`, dataset: more.dataset, on: { click: more.open } }, el('span', { class: 'chip-text' }, icon(name), el('span', {}, text)));
    async function choose(phrase) {
        const value = { phrase: phrase.key, stage: phrase.stage || today.get()?.stage?.key || '', severity: phrase.severity };
        if (asks(phrase, 'room')) value.room = (await askRoom(phraseText(phrase), lastRoom)) ?? '';
        if (asks(phrase, 'n')) value.n = (await number(phrase, value.room)) ?? undefined;
        if (!stopped) begin(value, goTo);
    }
    const list = el('div', { class: 'chips hazard-chips' }, OTHERS.map(([hash, name, word, permit]) => may(permit) && chip(name, t(word), { dataset: { key: hash }, open: () => goTo(hash) })), hazardsOf(today.get()?.stage?.key).map((phrase) => el('button', { type: 'button', class: `chip hazard-chip severity-edge-${phrase.severity}`, dataset: { key: phrase.key }, on: { click: () => choose(phrase) } },
        el('span', { class: 'chip-text' }, el('span', {}, phraseText(phrase)), severityBadge(phrase.severity)))));
    const scroller = el('div', { class: 'scroller' }, begun, list);
    setTitle(t('hazard.what'), home);
    fill(root, scroller, el('div', { class: 'side' }, el('button', { type: 'button', class: 'plain', on: { click: () => goTo('hazards') } }, icon('look'), el('span', {}, t('hazard.list'))),
        may('stage') && el('button', { type: 'button', class: 'plain', on: { click: () => goTo('stopped') } }, icon('stop'), el('span', {}, t('delay.button'))),
        el('button', { type: 'button', class: place.hub ? 'plain' : 'plain phone-only', on: { click: () => begin({ stage: today.get()?.stage?.key ?? '', severity: 'serious', text: '' }, goTo) } }, icon('edit'), el('span', {}, t('hazard.own-words'))), rail(scroller)));

    async function showBegun() {
        const all = await begunDrafts().then((drafts) => Promise.all(drafts.filter((one) => one.kind === KIND).slice(0, BEGUN_MAX).map((one) => get(sitePath(`/drafts/${KIND}/${one.key}`))))).catch(() => []);
        if (!stopped) fill(begun, all.map(({ draft }) => chip('edit', t('hazard.begun', { what: titleOf(draft) }), { class: 'chip-begun', dataset: { draft: draft.id }, open: () => goTo(`wrong/${draft.id}`) })));
    }
    const stops = [live.on('draft', (one) => one.site === place.site && one.kind === KIND && showBegun()), live.on('again', showBegun)];
    showBegun();
    return () => {
        stopped = true;
        stops.forEach((stop) => stop());
    };
}

function compose(root, { goTo }, id) {
    let stop = () => {};
    let stopped = false;
    let again = () => {};
    setTitle(t('hazard.what'), () => goTo('wrong'));
    fill(root, el('p', { class: 'hint' }, t('loading')));
    joinDraft(KIND, id, ['photos'], () => again()).then((joined) => {
        if (stopped) joined?.stop();
        else if (joined) ({ stop, again } = edit(root, joined, goTo));
        else goTo(`hazard/${id}`); // it is raised, or thrown away
    }, () => !stopped && fill(root, el('p', { class: 'hint' }, t('error.offline'))));
    return () => {
        stopped = true;
        stop();
    };
}

function edit(root, joined, goTo) {
    const { draft } = joined, { value } = draft;
    const phrase = value.phrase ? phraseOfHazard(value.phrase) : null;
    const set = (member, to) => {
        if (to !== null) draft.change((v) => { v[member] = to; });
        draw();
    };
    const taker = photoTaker({ fields: () => ({ stage: value.stage, room: value.room }), before: value.photos ?? [], changed: () => draft.change((v) => { v.photos = taker.ids(); }) });
    const facts = el('div', { class: 'hazard-facts' });
    const send = el('button', { type: 'button', class: 'main save', on: { click: submit } }, icon('check'), el('span', {}, t('hazard.send')));
    const drop = el('button', { type: 'button', class: 'plain', dataset: { do: 'drop' }, on: { click: () => {
        joined.rest(true);
        draft.drop(true);
        goTo('wrong');
    } } }, icon('trash'), el('span', {}, t('hazard.drop')));
    const text = !phrase && el('textarea', { class: 'field note-field', id: 'hazard-text', rows: 3, maxlength: 130, value: value.text ?? '', 'aria-label': t('hazard.own-words'), on: { input: () => draft.change((v) => { v.text = text.value; }) } });

    function draw() {
        setTitle(titleOf({ ...value, text: '' }), () => goTo('wrong'));
        const fact = (name, words, ask) => el('button', { type: 'button', class: 'plain where', on: { click: ask } }, icon(name), el('span', {}, words));
        const severities = !phrase && el('div', { class: 'choices choices-row' }, SEVERITIES.map((severity) => el('button', { type: 'button', class: 'toggle', 'aria-pressed': String(value.severity === severity), on: { click: () => set('severity', severity) } }, severityBadge(severity))));
        fill(facts, severities, fact('room', value.room ? roomName(value.room) : t('shoot.no-room'), async () => set('room', await askRoom(t('shoot.room'), value.room))),
            asks(phrase, 'n') && fact('hash', value.n === undefined ? t('hazard.how-much') : `${value.n} ${t(`unit.${phrase.n?.unit}`)}`, async () => set('n', await number(phrase, value.room))),
            el('p', { class: 'hazard-due' }, phrase && severityBadge(value.severity), el('span', {}, icon('clock'), t('due.by', { at: dueOf(value.severity) }))));
    }
    async function submit() {
        const missing = !phrase && !value.text?.trim() ? 'hazard.say-what' : asks(phrase, 'room') && !value.room ? 'hazard.say-room' : asks(phrase, 'n') && value.n === undefined ? 'hazard.say-number' : '';
        if (missing || send.disabled) {
            if (missing) say(t(missing), 'bad');
            return;
        }
        send.disabled = true;
        joined.rest(true);
        lastRoom = value.room;
        await draft.settle();
        say(t('log.saving'), 'busy');
        const body = { id: value.id, stage: value.stage, room: value.room, phrase: value.phrase, n: value.n, text: phrase ? '' : value.text.trim(), severity: phrase ? '' : value.severity, photos: taker.ids() };
        try {
            await untilStored('/hazards', Object.fromEntries(Object.entries(body).filter(([, v]) => v !== undefined && v !== '' && v.length !== 0)));
            draft.drop(false);
            say(t('hazard.saved'));
            if (root.isConnected) goTo(`hazard/${value.id}`);
        } catch (error) {
            send.disabled = false;
            joined.rest(false);
            say(`${t('log.not-taken')} ${error.message}`, 'bad');
        }
    }
    const ends = live.on('record', (record) => {
        if (record.type === 'photo-taken') taker.add(value.photos ?? []);
        if (record.subject !== `hazard/${value.id}` || send.disabled) return;
        draft.drop(false);
        say(t('hazard.saved'));
        goTo(`hazard/${value.id}`);
    });
    draw();
    fill(root, el('div', { class: 'compose' }, facts, text, text && privacyLine(text), taker.node), el('div', { class: 'side' }, taker.buttons, send, drop));
    return {
        again() {
            taker.add(value.photos ?? []);
            if (text && document.activeElement !== text) text.value = value.text ?? '';
            draw();
        },
        stop() {
            ends();
            taker.stop();
            joined.stop();
        },
    };
}

export function wrong(root, ctx) {
    if (!may('hazard')) {
        ctx.home();
        return null;
    }
    return ctx.param[0] ? compose(root, ctx, ctx.param[0]) : pick(root, ctx);
}
