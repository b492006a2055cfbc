// SPDX-License-Identifier: MIT
// Stages: what is to be done with each, asking for acceptance (the stage, a room where its gate goes room by room, a photo, sent), and the customer's
// signature under what was accepted. #/stages/KEY//request and //sign begin that at once.
import { get, sitePath } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import * as live from '/shared/live.js';
import { may, place } from '/shared/place.js';
import { datesText, markLines, missingList, pressing, stateBadge, VERB_ICONS } from '/shared/stages.js';
import { both, roomName } from '/shared/trade.js';
import { t } from '/shared/words.js';
import { dayName, dayOf, moment } from '/shared/when.js';
import '/shared/rarewords.js';
import { begun, begunButtons, begunMark } from './begun.js';
import { photoTaker } from './camera.js';
import { say, setTitle } from './header.js';
import { rail } from './rail.js';
import { askOne, askRoom } from './room.js';
import { signing } from './sign.js';
import { untilStored } from './submit.js';

const WHYS = ['not-done', 'uneven', 'wrong-size', 'leaks', 'hazards', 'no-papers'];
const MAIN = ['accept', 'request', 'finish', 'start']; // the first that is allowed is the large one
const title = (stage, room) => both(stage) + (room ? t('brackets', { text: roomName(room) }) : '');

function card(stage, open, drafts) {
    return el('button', { type: 'button', class: 'hazard-card stage-card', dataset: { key: stage.key, state: stage.state }, on: { click: open } },
        el('span', { class: 'hazard-top' }, stateBadge(stage.state), stage.late_days > 0 && el('span', { class: 'stage-late' }, icon('warn'), t('stage.late', { n: stage.late_days })), begunMark(drafts)),
        el('span', { class: 'hazard-text' }, both(stage)), datesText(stage) && el('span', { class: 'hazard-place' }, datesText(stage)),
        stage.customer?.state === 'awaited' && el('span', { class: 'hazard-place stage-unsigned' }, icon('edit'), t('stage.customer-awaited')),
        stage.rooms.length > 0 && el('span', { class: 'stage-rooms' }, stage.rooms.map((room) => el('span', { class: 'stage-room' }, roomName(room.room), ' ', t(`stage.is-${room.state}`)))));
}

export function stages(root, { param, goTo, home }) {
    let stop = () => {};
    let stopped = false;
    let composing = false;
    const [key, room, step] = param;
    let first = step; // to be begun once

    async function load() {
        if (composing) return;
        try {
            if (key) drawOne(await get(sitePath(`/stages/${encodeURIComponent(key)}`)), (await begun()).filter((one) => one.stage === key));
            else drawAll((await get(sitePath('/stages'))).stages, await begun());
        } catch {
            if (!stopped && !root.querySelector('.stage-card, .stage-one')) fill(root, el('p', { class: 'hint' }, t('error.offline')));
        }
    }

    function drawAll(all, drafts) {
        const isBegun = (stage) => drafts.some((one) => one.stage === stage.key);
        if (stopped) return;
        const at = root.querySelector('.scroller')?.scrollTop ?? 0;
        const list = el('div', { class: 'hazard-list' }, pressing(all).sort((a, b) => isBegun(b) - isBegun(a)).map((stage) => {
            const its = drafts.filter((one) => one.stage === stage.key);
            return [card(stage, () => goTo(`stages/${stage.key}`), its), its.length > 0 && el('div', { class: 'stage-drafts' }, begunButtons(its, goTo))];
        }), el('button', { type: 'button', class: 'plain', on: { click: () => goTo('inspect') } }, icon('inspect'), el('span', {}, t('tile.inspect'))));
        const scroller = el('div', { class: 'scroller', tabindex: -1 }, list);
        setTitle(t('stage.list'), home);
        fill(root, scroller, el('div', { class: 'side' }, el('button', { type: 'button', class: 'plain', on: { click: () => goTo('tests') } }, icon('clock'), el('span', {}, t('test.list'))),
            may('stage') && el('button', { type: 'button', class: 'plain', on: { click: () => goTo('stopped') } }, icon('stop'), el('span', {}, t('delay.button'))), rail(scroller)));
        scroller.scrollTop = at;
    }

    function drawOne(stage, drafts) {
        if (stopped || composing) return;
        const life = (room && stage.rooms.find((one) => one.room === room)) || (room ? { ...stage, state: 'planned', allowed: stage.allowed, rooms: [] } : stage);
        const back = room ? () => goTo(`stages/${key}`) : () => goTo('stages');
        const signs = !room && stage.customer?.state === 'awaited' && may('change');
        const asked = first;
        first = '';
        if (asked === 'sign' && signs) return void sign(stage);
        if (asked === 'request' && life.allowed.includes('request')) return void act(stage, 'request');
        const verbs = [...life.allowed].sort((a, b) => MAIN.indexOf(a) - MAIN.indexOf(b)).filter((verb) => verb !== 'override' || place.hub);
        const lead = verbs.find((verb) => MAIN.includes(verb));
        const rooms = !room && stage.gate.rooms !== 'none' && el('div', { class: 'room-grid' }, stage.rooms.map((one) => el('button', { type: 'button', class: 'toggle stage-toggle', on: { click: () => goTo(`stages/${key}/${encodeURIComponent(one.room)}`) } }, el('span', {}, roomName(one.room)), stateBadge(one.state))));
        const scroller = el('div', { class: 'scroller stage-one', tabindex: -1 }, el('p', { class: 'stage-top' }, stateBadge(life.state), el('span', {}, datesText(room ? { ...life, planned_start: null } : stage))),
            el('p', { class: 'stage-gate' }, icon(stage.gate.kind === 'hard' ? 'stop' : 'info'), el('span', {}, t(`stage.gate-${stage.gate.kind}`, { what: both(stage.gate) }))),
            stage.wait && el('p', { class: 'stage-gate' }, icon('clock'), el('span', {}, both(stage.wait))), drafts.length > 0 && el('div', { class: 'stage-drafts' }, begunButtons(drafts, goTo)), missingList(life), rooms, markLines(life),
            !room && stage.customer && el('p', { class: 'stage-mark' }, t(`stage.customer-${stage.customer.state}`, { at: stage.customer.at && moment(stage.customer.at) })));
        setTitle(title(stage, room), back);
        fill(root, scroller, el('div', { class: 'side' }, verbs.map((verb) => el('button', { type: 'button', class: verb === lead ? 'main' : 'plain', dataset: { verb }, on: { click: () => act(stage, verb) } }, icon(VERB_ICONS[verb]), el('span', {}, t(`stage.do-${verb}`)))),
            signs && el('button', { type: 'button', class: 'main', dataset: { step: 'sign' }, on: { click: () => sign(stage) } }, icon('edit'), el('span', {}, t('change.sign'))),
            !room && key === 'completion' && may('change') && el('button', { type: 'button', class: stage.customer?.state === 'confirmed' ? 'main' : 'plain', dataset: { step: 'handover' }, on: { click: () => goTo('handover') } }, icon('checks'), el('span', {}, t('handover.title'))), rail(scroller)));
    }

    function sign(stage) {
        composing = true;
        const done = () => {
            composing = false;
            stop();
            stop = () => {};
            load();
        };
        setTitle(t('sign.stage', { stage: both(stage) }), done);
        stop = signing(root, { subject: `stage/${key}`, text: [t('sign.accepted', { stage: both(stage) }), both(stage.gate)].filter(Boolean).join(t('sign.then')), agree: t('sign.accept', { day: dayName(dayOf(Date.now())) }) }, done);
    }

    // A room is asked for where the stage goes by rooms; a reason where it is not accepted.
    async function act(stage, verb) {
        let where = room ?? '';
        const begun = stage.rooms.map((one) => one.room);
        const byRooms = stage.gate.rooms === 'needed' || begun.length > 0;
        if (!where && (byRooms || (verb === 'start' && stage.gate.rooms === 'may'))) {
            where = await askRoom(t('stage.which-room', { what: both(stage) }), '', byRooms ? ['whole', ...begun] : []);
            if (!where || stopped) return;
            if (where === 'whole') where = '';
        }
        if (verb === 'reject') {
            const why = await askOne(t('stage.why'), WHYS.map((one) => [one, t(`stage.why-${one}`)]), '');
            if (why && !stopped) compose(stage, verb, where, t(`stage.why-${why}`));
        } else if (!stopped) {
            compose(stage, verb, where, '');
        }
    }

    function compose(stage, verb, where, note) {
        const value = { id: uuid7(), note };
        const taker = photoTaker({ fields: () => ({ stage: stage.key, room: where }) });
        const text = el('textarea', { class: 'field note-field', rows: 3, maxlength: 300, value: note, 'aria-label': t(verb === 'override' ? 'stage.reason' : 'log.note'), placeholder: t(verb === 'override' ? 'stage.reason' : 'log.note') });
        const send = el('button', { type: 'button', class: 'main save', on: { click: submit } }, icon(VERB_ICONS[verb]), el('span', {}, t(`stage.do-${verb}`)));
        composing = true;
        stop = taker.stop;
        const leave = () => {
            composing = false;
            taker.stop();
            stop = () => {};
            load();
        };
        async function submit() {
            const said = text.value.trim() || note;
            if (verb === 'override' && !said) return say(t('stage.say-reason'), 'bad');
            if (verb === 'request' && !taker.ids().length) return say(t('stage.photo-first'), 'bad');
            send.disabled = true;
            say(t('log.saving'), 'busy');
            const body = { id: value.id, room: where, photos: taker.ids(), [verb === 'override' ? 'reason' : 'note']: said };
            try {
                await untilStored(`/stages/${stage.key}/${verb}`, Object.fromEntries(Object.entries(body).filter(([, v]) => v?.length > 0)));
                say(t(`stage.saved-${verb}`));
                composing = false;
                if (!stopped) goTo(where ? `stages/${stage.key}/${encodeURIComponent(where)}` : `stages/${stage.key}`);
            } catch (error) {
                send.disabled = false;
                refused(error);
            }
            return null;
        }
        // What a gate lacks is said where the photo was to be.
        function refused(error) {
            const missing = error.doc?.missing;
            say(missing ? t('stage.not-yet') : error.doc?.allowed ? t('stage.moved-on') : `${t('log.not-taken')} ${error.message}`, 'bad');
            if (missing) fill(note_, missingList({ missing }));
        }
        const note_ = el('div', {}, missingList(verb === 'start' || verb === 'accept' ? stage.rooms.find((one) => one.room === where) ?? stage : { missing: [] }));
        setTitle(`${t(`stage.do-${verb}`)} · ${title(stage, where)}`, leave);
        fill(root, el('div', { class: 'compose' }, note && el('p', { class: 'stage-gate' }, icon('back'), note), note_, el('div', { class: place.hub ? '' : 'phone-only' }, text), taker.node), el('div', { class: 'side' }, taker.buttons, send));
        return null;
    }

    const soon = debounce(load, 400);
    const stops = [live.on('record', (record) => record.site === place.site && /^(stage|acceptance|gate|timed|customer|hazard|inspection|daylog)-/.test(record.type) && soon()), live.on('draft', (one) => one.site === place.site && soon()), live.on('again', soon)];
    setTitle(t('stage.list'), home);
    fill(root, el('p', { class: 'hint' }, t('loading')));
    load();
    return () => {
        stopped = true;
        soon.cancel();
        stop();
        stops.forEach((one) => one());
    };
}
