// SPDX-License-Identifier: MIT
// Something is wrong: a phrase, what it needs (room, number), a photo, and it is raised. Three or four taps.
import { el, fill } from '/shared/dom.js';
import { severityBadge, filledText, phraseText, SEVERITIES } from '/shared/hazards.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import { place, may } from '/shared/place.js';
import { openSheet } from '/shared/sheet.js';
import { both, hazardsOf, roomName, severityTerms } from '/shared/trade.js';
import { t } from '/shared/words.js';
import { dayOf, dayPlus, moment, shortDay } from '/shared/when.js';
import { photoTaker } from './camera.js';
import { today } from './data.js';
import { say, setTitle } from './header.js';
import { askNumber } from './keypad.js';
import { rail } from './rail.js';
import { askRoom } from './room.js';
import { untilStored } from './submit.js';

let lastRoom = '';

// What is wrong without being a hazard.
const OTHERS = [['material', 'tool', 'wrong.material', 'raise'], ['change', 'edit', 'wrong.change', 'change'], ['question', 'info', 'wrong.question', 'raise']];

// "整改期限 11月25日": as the server will set it.
function dueOf(severity) {
    const hours = severityTerms(severity)?.due_hours ?? 168;
    return hours > 24 ? shortDay(dayPlus(dayOf(Date.now()), Math.floor(hours / 24))) : moment(Date.now() + hours * 3600000);
}

export function wrong(root, { goTo, home }) {
    let stop = () => {};
    function pick() {
        stop();
        stop = () => {};
        const list = el('div', { class: 'chips hazard-chips' }, OTHERS.map(([hash, name, word, permit]) => may(permit) && el('button', { type: 'button', class: 'chip hazard-chip', dataset: { key: hash }, on: { click: () => goTo(hash) } }, el('span', { class: 'chip-text' }, icon(name), el('span', {}, t(word))))), hazardsOf(today.get()?.stage?.key).map((phrase) => el('button', { type: 'button', class: `chip hazard-chip severity-edge-${phrase.severity}`, dataset: { key: phrase.key }, on: { click: () => begin(phrase) } },
            el('span', { class: 'chip-text' }, el('span', {}, phraseText(phrase)), severityBadge(phrase.severity)))));
        const scroller = el('div', { class: 'scroller' }, list);
        setTitle(t('hazard.what'), home);
        fill(root, scroller, el('div', { class: 'side' }, el('button', { type: 'button', class: 'plain', on: { click: () => goTo('hazards') } }, icon('look'), el('span', {}, t('hazard.list'))),
            may('stage') && el('button', { type: 'button', class: 'plain', on: { click: () => goTo('stopped') } }, icon('stop'), el('span', {}, t('delay.button'))),
            el('button', { type: 'button', class: place.hub ? 'plain' : 'plain phone-only', on: { click: () => compose({ id: uuid7(), phrase: null, room: '', severity: 'serious', text: '' }) } }, icon('edit'), el('span', {}, t('hazard.own-words'))), rail(scroller)));
    }
    async function begin(phrase) {
        const value = { id: uuid7(), phrase, room: '', severity: phrase.severity };
        const has = (what) => phrase.zh.includes(what);
        if (has('{room}')) value.room = (await askRoom(phraseText(phrase), lastRoom)) ?? '';
        if (has('{n}')) value.n = (await number(phrase, value.room)) ?? undefined;
        if (root.isConnected) compose(value);
    }
    const number = (phrase, room) => askNumber({ title: filledText(phrase, room, undefined), unit: t(`unit.${phrase.n?.unit}`), min: phrase.n?.min, max: phrase.n?.max });

    function compose(value) {
        stop();
        const { phrase } = value;
        const stage = phrase?.stage || today.get()?.stage?.key || '';
        const taker = photoTaker({ fields: () => ({ stage, room: value.room }) });
        const facts = el('div', { class: 'hazard-facts' });
        const send = el('button', { type: 'button', class: 'main save', on: { click: submit } }, icon('check'), el('span', {}, t('hazard.send')));
        const text = !phrase && el('textarea', { class: 'field note-field', id: 'hazard-text', rows: 3, maxlength: 130, 'aria-label': t('hazard.own-words'), on: { input: () => { value.text = text.value; } } });
        stop = taker.stop;

        function draw() {
            setTitle(phrase ? filledText(phrase, value.room, value.n) : t('hazard.own-words'), pick);
            const room = el('button', { type: 'button', class: 'plain where', on: { click: async () => {
                value.room = (await askRoom(t('shoot.room'), value.room)) ?? value.room;
                draw();
            } } }, icon('room'), el('span', {}, value.room ? roomName(value.room) : t('shoot.no-room')));
            const n = phrase?.zh.includes('{n}') && el('button', { type: 'button', class: 'plain where', on: { click: async () => {
                value.n = (await number(phrase, value.room)) ?? value.n;
                draw();
            } } }, icon('hash'), el('span', {}, value.n === undefined ? t('hazard.how-much') : `${value.n} ${t(`unit.${phrase.n?.unit}`)}`));
            const severities = !phrase && el('div', { class: 'choices choices-row' }, SEVERITIES.map((severity) => el('button', { type: 'button', class: 'toggle', 'aria-pressed': String(value.severity === severity), on: { click: () => {
                value.severity = severity;
                draw();
            } } }, severityBadge(severity))));
            fill(facts, severities, room, n, el('p', { class: 'hazard-due' }, phrase && severityBadge(value.severity), el('span', {}, icon('clock'), t('due.by', { at: dueOf(value.severity) }))));
        }
        async function submit() {
            const missing = !phrase && !value.text.trim() ? 'hazard.say-what' : phrase?.zh.includes('{room}') && !value.room ? 'hazard.say-room' : phrase?.zh.includes('{n}') && value.n === undefined ? 'hazard.say-number' : '';
            if (missing || send.disabled) {
                if (missing) say(t(missing), 'bad');
                return;
            }
            send.disabled = true;
            lastRoom = value.room;
            say(t('log.saving'), 'busy');
            const body = { id: value.id, stage, room: value.room, phrase: phrase?.key, n: value.n, text: phrase ? '' : value.text.trim(), severity: phrase ? '' : value.severity, photos: taker.ids() };
            try {
                await untilStored('/hazards', Object.fromEntries(Object.entries(body).filter(([, v]) => v !== undefined && v !== '' && v.length !== 0)));
                say(t('hazard.saved'));
                if (root.isConnected) goTo(`hazard/${value.id}`);
            } catch (error) {
                send.disabled = false;
                say(`${t('log.not-taken')} ${error.message}`, 'bad');
            }
        }
        draw();
        fill(root, el('div', { class: 'compose' }, facts, text, taker.node), el('div', { class: 'side' }, taker.buttons, send));
    }
    if (!may('hazard')) {
        home();
        return null;
    }
    pick();
    return () => stop();
}
