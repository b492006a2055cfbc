// SPDX-License-Identifier: MIT
// Questions on the panel: what is open both ways with its clock, asking by chips (words on a phone), answering.
import { get, getOne, sitePath } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import * as live from '/shared/live.js';
import { fact, moneyCard, photoRow, placeOf, questionLine, stateBadge } from '/shared/money.js';
import { may, place } from '/shared/place.js';
import { roomName } from '/shared/trade.js';
import { t } from '/shared/words.js';
import { moment } from '/shared/when.js';
import { photoTaker } from './camera.js';
import { said } from './change.js';
import { today } from './data.js';
import { say, setTitle } from './header.js';
import { rail } from './rail.js';
import { askRoom } from './room.js';
import { untilStored } from './submit.js';

const TOPICS = ['where', 'size', 'method', 'colour', 'drawing'];
const ANSWERS = ['yes', 'no', 'today', 'tomorrow', 'call'];
const button = (main, name, word, click, data = {}) => el('button', { type: 'button', class: main ? 'main' : 'plain', dataset: data, on: { click } }, icon(name), el('span', {}, t(word)));
const words = (label) => el('textarea', { class: place.hub ? 'field note-field' : 'field note-field phone-only', rows: 2, maxlength: 300, 'aria-label': label, placeholder: label });

async function store(path, body, word, then) {
    say(t('log.saving'), 'busy');
    try {
        await untilStored(path, said(body));
        say(t(word));
        then();
    } catch (error) {
        say(`${t('log.not-taken')} ${error.message}`, 'bad');
    }
}

function list(root, { goTo, home }) {
    const cards = el('div', { class: 'hazard-list' }, el('p', { class: 'hint' }, t('loading')));
    const scroller = el('div', { class: 'scroller', tabindex: -1 }, cards);
    setTitle(t('question.list'), home);
    fill(root, scroller, el('div', { class: 'side' }, may('raise') && button(true, 'plus', 'question.new', () => goTo('question/new')), rail(scroller)));
    return async () => {
        const { questions } = await get(sitePath('/questions?limit=100'));
        questions.sort((a, b) => (a.state === 'answered') - (b.state === 'answered') || b.late - a.late);
        fill(cards, questions.length ? questions.map((one) => moneyCard({ id: one.id, badge: stateBadge(one.state), text: one.again ?? one.text, line: questionLine(one), bad: one.late && one.state === 'open', open: () => goTo(`question/${one.id}`) })) : el('p', { class: 'hint' }, t('question.none')));
    };
}

function compose(root, { goTo }, stops) {
    const value = { id: uuid7(), to: 'designer', topic: '', room: '' };
    const facts = el('div', { class: 'hazard-facts' });
    const topics = el('div', { class: 'choices choices-row' });
    const text = words(t('question.text'));
    const taker = photoTaker({ fields: () => ({ stage: today.get()?.stage?.key ?? '', room: value.room }) });
    stops.push(taker.stop);
    setTitle(t('question.new'), () => goTo('question'));
    function toggle(name, options, prefix) {
        return options.map((option) => el('button', { type: 'button', class: 'toggle', dataset: { key: option }, 'aria-pressed': String(value[name] === option), on: { click: () => {
            value[name] = option;
            draw();
        } } }, t(`${prefix}.${option}`)));
    }
    function draw() {
        fill(facts, toggle('to', ['designer', 'office'], 'who'), el('button', { type: 'button', class: 'plain where', on: { click: async () => {
            value.room = (await askRoom(t('shoot.room'), value.room)) ?? value.room;
            draw();
        } } }, icon('room'), el('span', {}, value.room ? roomName(value.room) : t('shoot.no-room'))));
        fill(topics, toggle('topic', TOPICS, 'question.topic'));
    }
    function send() {
        const asked = text.value.trim() || (value.topic && [value.room && roomName(value.room), t(`question.topic.${value.topic}`)].filter(Boolean).join(' '));
        if (!asked) return void say(t('question.say-what'), 'bad');
        return store('/questions', { id: value.id, from: 'site', to: value.to, text: asked, room: value.room, stage: today.get()?.stage?.key, photos: taker.ids() }, 'question.saved', () => root.isConnected && goTo(`question/${value.id}`));
    }
    draw();
    fill(root, el('div', { class: 'compose' }, facts, topics, text, taker.node), el('div', { class: 'side' }, taker.buttons, button(true, 'check', 'question.send', send)));
    return async () => {};
}

function page(root, { goTo }, id) {
    const text = words(t('question.answer-text'));
    let chosen = '';
    setTitle(t('question.one'), () => goTo('question'));
    return async function load() {
        const one = await getOne(sitePath(`/questions/${id}`));
        if (!one) return void fill(root, el('p', { class: 'hint' }, t('question.unknown')));
        const mine = may('raise') && one.state === 'open' && (one.to === 'site' || may('decide'));
        const chips = el('div', { class: 'choices choices-row' });
        const draw = () => fill(chips, ANSWERS.map((key) => el('button', { type: 'button', class: 'toggle', 'aria-pressed': String(chosen === key), on: { click: () => {
            chosen = key;
            draw();
        } } }, t(`question.say.${key}`))));
        const scroller = el('div', { class: 'scroller hazard-page', tabindex: -1, dataset: { state: one.state } }, el('div', { class: 'hazard-head' }, stateBadge(one.state), el('span', { class: one.late && one.state === 'open' ? 'hazard-overdue' : '' }, questionLine(one))),
            el('p', { class: 'hazard-text' }, one.text), one.again && el('p', { class: 'hazard-text' }, one.again), fact('shoot.room', placeOf(one)), photoRow(one.photos), one.answer && fact('question.answer', `${one.answer.text} · ${moment(one.answer.at)}`), photoRow(one.answer?.photos), mine && chips, mine && text);
        const reply = () => {
            const answer = text.value.trim() || (chosen && t(`question.say.${chosen}`));
            if (!answer) return void say(t('question.say-answer'), 'bad');
            return store(`/questions/${id}/answer`, { id: uuid7(), text: answer }, 'question.answered', () => root.isConnected && load());
        };
        draw();
        fill(root, scroller, el('div', { class: 'side' }, mine && button(true, 'check', 'question.reply', reply, { step: 'answer' }), rail(scroller)));
    };
}

export function question(root, ctx) {
    const [first] = ctx.param;
    const stops = [];
    let stopped = false;
    const load = !first ? list(root, ctx) : first === 'new' ? compose(root, ctx, stops) : page(root, ctx, first);
    const draw = () => load().catch(() => !stopped && !root.textContent && fill(root, el('p', { class: 'hint' }, t('error.offline'))));
    const soon = debounce(draw, 400);
    if (!first) stops.push(live.on('record', (record) => record.type.startsWith('question-') && soon()), live.on('again', soon));
    draw();
    return () => {
        stopped = true;
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}
