// SPDX-License-Identifier: MIT
// Change orders on the panel: what was asked for, asking for one (reason, amount, photo), and the customer's signature under what was decided.
import { get, getOne, sitePath } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import * as live from '/shared/live.js';
import { changeLine, fact, loadReasons, moneyCard, photoRow, placeOf, reasonName, reasonsOfChange, stateBadge, yuan } from '/shared/money.js';
import { may, place } from '/shared/place.js';
import { both, roomName } from '/shared/trade.js';
import { t } from '/shared/words.js';
import { dayName, dayOf, moment } from '/shared/when.js';
import { askAmount } from './amount.js';
import { photoTaker } from './camera.js';
import { today } from './data.js';
import { say, setTitle } from './header.js';
import { rail } from './rail.js';
import { askRoom } from './room.js';
import { signing } from './sign.js';
import { untilStored } from './submit.js';

const button = (main, name, word, click, data = {}) => el('button', { type: 'button', class: main ? 'main' : 'plain', dataset: data, on: { click } }, icon(name), el('span', {}, t(word)));

// A value of one's own in a body: what is empty is left out.
export const said = (body) => Object.fromEntries(Object.entries(body).filter(([, v]) => v !== undefined && v !== null && v !== '' && v !== false && v.length !== 0));

function list(root, { goTo, home }) {
    const cards = el('div', { class: 'hazard-list' }, el('p', { class: 'hint' }, t('loading')));
    const sums = el('p', { class: 'money-sums' });
    const scroller = el('div', { class: 'scroller', tabindex: -1 }, sums, cards);
    setTitle(t('change.list'), home);
    fill(root, scroller, el('div', { class: 'side' }, may('change') && button(true, 'plus', 'change.new', () => goTo('change/new')), rail(scroller)));
    return async () => {
        const [page] = await Promise.all([get(sitePath('/changes?limit=100')), loadReasons()]);
        const { totals } = page;
        fill(sums, totals && t('change.sums', { approved: yuan(totals.approved), percent: totals.contract === null ? '–' : totals.additions_percent, open: totals.open }));
        fill(cards, page.changes.length ? page.changes.map((one) => moneyCard({ id: one.id, badge: stateBadge(one.state), text: one.text, line: changeLine(one), open: () => goTo(`change/${one.id}`) })) : el('p', { class: 'hint' }, t('change.none')));
    };
}

function pick(root, { goTo }) {
    const chips = el('div', { class: 'chips hazard-chips' });
    const scroller = el('div', { class: 'scroller' }, chips);
    setTitle(t('change.why'), () => goTo('change'));
    fill(root, scroller, el('div', { class: 'side' }, rail(scroller)));
    return async () => {
        await loadReasons();
        fill(chips, (await reasonsOfChange()).map((reason) => el('button', { type: 'button', class: 'chip hazard-chip', dataset: { key: reason.key }, on: { click: () => goTo(`change/new/${reason.key}`) } }, el('span', { class: 'chip-text' }, both(reason)))));
    };
}

function compose(root, { goTo }, key, stops) {
    const value = { id: uuid7(), room: '', amount: null, material: key === 'owner-upgrades' || key === 'replaced' };
    const facts = el('div', { class: 'hazard-facts' });
    const taker = photoTaker({ fields: () => ({ stage: today.get()?.stage?.key ?? '', room: value.room }) });
    const text = el('textarea', { class: place.hub ? 'field note-field' : 'field note-field phone-only', rows: 2, maxlength: 300, 'aria-label': t('change.text'), placeholder: t('change.text') });
    const send = el('button', { type: 'button', class: 'main save', on: { click: submit } }, icon('check'), el('span', {}, t('change.send')));
    let reason = null;
    stops.push(taker.stop);
    function draw() {
        setTitle(reasonName(key), () => goTo('change/new'));
        fill(facts, el('button', { type: 'button', class: 'plain', on: { click: async () => {
            value.amount = (await askAmount({ title: t('change.how-much'), credit: Boolean(reason?.credit) })) ?? value.amount;
            draw();
        } } }, icon('hash'), el('b', {}, value.amount === null ? t('change.how-much') : yuan(value.amount))),
        el('button', { type: 'button', class: 'plain where', on: { click: async () => {
            value.room = (await askRoom(t('shoot.room'), value.room)) ?? value.room;
            draw();
        } } }, icon('room'), el('span', {}, value.room ? roomName(value.room) : t('shoot.no-room'))),
        el('button', { type: 'button', class: 'toggle', 'aria-pressed': String(value.material), on: { click: () => {
            value.material = !value.material;
            draw();
        } } }, t('change.material')));
    }
    async function submit() {
        if (value.amount === null || send.disabled) {
            if (value.amount === null) say(t('change.say-amount'), 'bad');
            return;
        }
        send.disabled = true;
        say(t('log.saving'), 'busy');
        const words = text.value.trim() || [value.room && roomName(value.room), reason?.zh ?? key].filter(Boolean).join(' ');
        try {
            await untilStored('/changes', said({ id: value.id, amount: value.amount, reason: key, text: words, room: value.room, stage: today.get()?.stage?.key, material: value.material, photos: taker.ids() }));
            say(t('change.saved'));
            if (root.isConnected) goTo(`change/${value.id}`);
        } catch (error) {
            send.disabled = false;
            say(`${t('log.not-taken')} ${error.message}`, 'bad');
        }
    }
    draw();
    fill(root, el('div', { class: 'compose' }, facts, text, taker.node), el('div', { class: 'side' }, taker.buttons, send));
    return async () => {
        await loadReasons();
        reason = (await reasonsOfChange()).find((one) => one.key === key);
        draw();
    };
}

const canSign = (one) => may('change') && ['approved', 'alternative'].includes(one.state);

function page(root, { goTo }, id, sign, stops) {
    let signingIt = false;
    setTitle(t('change.one'), () => goTo(sign ? `change/${id}` : 'change'));
    return async () => {
        if (signingIt) return;
        const [one] = await Promise.all([getOne(sitePath(`/changes/${id}`)), loadReasons()]);
        if (!one) return void fill(root, el('p', { class: 'hint' }, t('change.unknown')));
        if (sign && canSign(one)) {
            signingIt = true;
            stops.push(signing(root, { subject: `change/${id}`, text: [one.text, one.decision?.note].filter(Boolean).join(t('sign.then')), agree: t('sign.agree', { amount: yuan(one.amount), day: dayName(dayOf(Date.now())) }) }, () => goTo(`change/${id}`)));
            return;
        }
        const scroller = el('div', { class: 'scroller hazard-page', tabindex: -1, dataset: { state: one.state } }, el('div', { class: 'hazard-head' }, stateBadge(one.state), one.amount !== undefined && el('b', { class: 'money-amount' }, yuan(one.amount))),
            el('p', { class: 'hazard-text' }, one.text), fact('change.reason', reasonName(one.reason)), fact('shoot.room', placeOf(one)), one.asked_amount !== one.amount && fact('change.asked', yuan(one.asked_amount)), fact('change.note', one.decision?.note),
            one.confirmed && fact('change.confirmed-at', moment(one.confirmed.at)), photoRow(one.photos));
        fill(root, scroller, el('div', { class: 'side' }, canSign(one) && button(true, 'edit', 'change.sign', () => goTo(`change/${id}/sign`), { step: 'sign' }), rail(scroller)));
    };
}

export function change(root, ctx) {
    const [first, second] = ctx.param;
    const stops = [];
    let stopped = false;
    const load = !first ? list(root, ctx) : first !== 'new' ? page(root, ctx, first, second === 'sign', stops) : second ? compose(root, ctx, second, stops) : pick(root, ctx);
    const draw = () => load().catch(() => !stopped && !root.textContent && fill(root, el('p', { class: 'hint' }, t('error.offline'))));
    const soon = debounce(draw, 400);
    if (first !== 'new') stops.push(live.on('record', (record) => /^(change|customer)-/.test(record.type) && soon()), live.on('again', soon));
    draw();
    return () => {
        stopped = true;
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}
