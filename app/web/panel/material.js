// SPDX-License-Identifier: MIT
// Materials on the panel: what is to come and when, what arrived with a photo of its label and how much of it is damaged, what is short. What stands on
// the label is label.js.
import { get, getOne, sitePath } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import * as live from '/shared/live.js';
import { codesText, fact, leads, materialLine, moneyCard, photoRow, stateBadge } from '/shared/money.js';
import { may, place } from '/shared/place.js';
import { both } from '/shared/trade.js';
import { t } from '/shared/words.js';
import { dayName, dayOf, dayPlus, shortDay } from '/shared/when.js';
import '/shared/rarewords.js';
import { photoTaker } from './camera.js';
import { said } from './change.js';
import { site, today } from './data.js';
import { say, setTitle } from './header.js';
import { askNumber } from './keypad.js';
import { label, LABEL } from './label.js';
import { rail } from './rail.js';
import { untilStored } from './submit.js';

const DAYS = [0, 1, 3, 7, 14, 30, 45, 60, 90];
const DAYS_MAX = 365;
const UNITS = ['piece', 'box', 'bag', 'set', 'm', 'm2'];
const SOON = 3; // days, where neither plan nor lead time says more
const AMOUNT = { min: 0.01, max: 99999, fraction: 2 };
const SCAN_TRIES = 40;
const SCAN_MS = 1500;
const button = (main, name, word, click, data = {}) => el('button', { type: 'button', class: main ? 'main' : 'plain', dataset: data, on: { click } }, icon(name), el('span', {}, t(word)));

async function stored(path, body, word, then) {
    say(t('log.saving'), 'busy');
    try {
        const one = await untilStored(path, said(body));
        say(t(word));
        then(one);
    } catch (error) {
        say(`${t('log.not-taken')} ${error.message}`, 'bad');
    }
}

// The label is read where the photo's bytes are: it may still be on its way from a phone.
async function scan(material, photo) {
    const id = uuid7();
    for (let i = 0; i < SCAN_TRIES; i++) {
        try {
            await untilStored(`/materials/${material}/scan`, { id, photo });
            return;
        } catch (error) {
            if (error.field !== 'photo') return;
            await new Promise((resolve) => setTimeout(resolve, SCAN_MS));
        }
    }
}

function list(root, { goTo, home }) {
    const cards = el('div', { class: 'hazard-list' }, el('p', { class: 'hint' }, t('loading')));
    const scroller = el('div', { class: 'scroller', tabindex: -1 }, cards);
    setTitle(t('material.list'), home);
    fill(root, scroller, el('div', { class: 'side' }, may('raise') && button(true, 'plus', 'material.new', () => goTo('material/new')), rail(scroller)));
    const rank = { late: 0, partly: 1, expected: 2, arrived: 3 };
    return async () => {
        const { materials } = await get(sitePath('/materials?limit=100'));
        materials.sort((a, b) => rank[a.state] - rank[b.state] || String(a.expected).localeCompare(String(b.expected)));
        fill(cards, materials.length ? materials.map((one) => moneyCard({ id: one.id, badge: stateBadge(one.state), text: one.name, line: materialLine(one), bad: one.state === 'late' || one.measure_late, open: () => goTo(`material/${one.id}`) })) : el('p', { class: 'hint' }, t('material.none')));
    };
}

// What is short, how much, and by when it is needed: two taps, for the plan says by when its stage wants it; words of one's own on a phone.
function compose(root, { goTo }) {
    const now = dayOf(Date.now());
    const value = { id: uuid7(), name: '', key: '', kind: '', stage: '', days: 0, quantity: null, unit: '', date: '', said: false };
    const what = el('div', { class: 'chips hazard-chips' });
    const when = el('div', { class: 'choices choice-grid' });
    const ahead = el('p', { class: 'hint-line material-ahead' });
    const amount = el('div', { class: 'choices choice-grid' });
    const own = el('input', { class: place.hub ? 'field' : 'field phone-only', maxlength: 60, placeholder: t('material.own'), 'aria-label': t('material.own'), on: { input: () => choose({ name: own.value.trim() }) } });
    const scroller = el('div', { class: 'scroller' }, own, what, el('h2', { class: 'day' }, t('material.when')), when, ahead, el('h2', { class: 'day' }, t('material.quantity')), amount);
    let kinds = [];
    setTitle(t('material.new'), () => goTo('material'));
    const planned = () => {
        const start = site.get()?.stages?.find((one) => one.key === value.stage)?.planned_start;
        return start > now ? start : '';
    };
    const proposed = () => planned() || dayPlus(now, value.days ? value.days + 1 : SOON);
    function choose({ name, key = '', kind = '', stage = '', days = 0 }) {
        Object.assign(value, { name, key, kind, stage, days });
        if (!value.said) value.date = proposed();
        draw();
    }
    const take = (date) => {
        Object.assign(value, { date, said: true });
        draw();
    };
    const toggle = (pressed, word, click, data) => el('button', { type: 'button', class: 'toggle', dataset: data, 'aria-pressed': String(pressed), on: { click } }, word);
    async function otherDay() {
        const days = await askNumber({ title: t('material.in-days'), unit: t('material.days-unit'), max: DAYS_MAX, judge: (n) => n !== null && n <= DAYS_MAX && el('span', { class: 'number-unit' }, ` ${dayName(dayPlus(now, n))}`) });
        if (days !== null) take(dayPlus(now, days));
    }
    function drawWhen() {
        const plan = planned(), dates = DAYS.map((days) => dayPlus(now, days)).filter((date) => date !== plan);
        const others = value.date && value.date !== plan && !dates.includes(value.date) ? [value.date] : [];
        fill(when, plan && toggle(value.date === plan, t('material.by-plan', { day: shortDay(plan) }), () => take(plan), { day: 'plan' }), others.map((date) => toggle(true, shortDay(date), () => take(date), { day: date })),
            dates.map((date) => toggle(value.date === date, date === now ? t('material.today') : shortDay(date), () => take(date), { day: date })), toggle(false, t('material.other-day'), otherDay, { day: 'other' }));
        const by = value.days && dayPlus(value.date, -value.days);
        fill(ahead, by && [icon(by < now ? 'warn' : 'look'), el('span', {}, t(by < now ? 'material.measure-late' : 'material.measure-ahead', { n: value.days, day: shortDay(by) }))]);
    }
    function draw() {
        fill(what, kinds.map((kind) => toggle(value.key === kind.key, both(kind), () => choose({ name: both(kind), key: kind.key, kind: kind.days ? kind.key : '', stage: kind.stage, days: kind.days?.[1] }), { key: kind.key })));
        drawWhen();
        fill(amount, toggle(value.quantity !== null, value.quantity === null ? t('material.quantity') : `${value.quantity} ${value.unit}`, async () => {
            value.quantity = (await askNumber({ title: t('material.quantity'), unit: value.unit, ...AMOUNT })) ?? value.quantity;
            draw();
        }, { amount: '' }), UNITS.map((unit) => t(`goods.unit.${unit}`)).map((unit) => toggle(value.unit === unit, unit, () => {
            value.unit = unit;
            draw();
        }, { unit })));
    }
    // Where the plan's own date is meant, none is said: it moves with the plan.
    function send() {
        if (!value.name) return void say(t('material.say-what'), 'bad');
        const quantity = value.quantity ? { quantity: value.quantity, unit: value.unit } : {};
        return stored('/materials', { id: value.id, name: value.name, kind: value.kind, stage: value.stage || today.get()?.stage?.key, expected: value.date, needed: value.date === planned() ? '' : value.date, ...quantity }, 'material.saved', () => root.isConnected && goTo(`material/${value.id}`));
    }
    fill(root, scroller, el('div', { class: 'side' }, button(true, 'check', 'material.send', send), rail(scroller)));
    return async () => {
        const trades = ['cement', 'boards', 'pipes', 'wires', 'paint', 'adhesive'].map((key) => ({ key, zh: t(`goods.${key}`), en: t(`goods.${key}`) }));
        kinds = [...await leads(), ...trades];
        value.date = proposed();
        draw();
    };
}

function arrive(root, { goTo }, one, stops) {
    const taker = photoTaker({ fields: () => ({ stage: one.stage ?? '' }) });
    const missing = one.quantity === null ? null : Math.max(0, one.quantity - one.arrived + one.returned);
    let quantity = missing;
    let damaged = 0;
    const broken = el('button', { type: 'button', class: 'plain', dataset: { step: 'damaged' }, on: { click: async () => {
        damaged = (await askNumber({ title: t('material.damaged-how'), unit: one.unit ?? '', ...AMOUNT, min: 0, max: quantity ?? AMOUNT.max })) ?? damaged;
        draw();
    } } });
    const amount = el('button', { type: 'button', class: 'plain', on: { click: async () => {
        quantity = (await askNumber({ title: t('material.how-much'), unit: one.unit ?? '', ...AMOUNT })) ?? quantity;
        if (quantity !== null) damaged = Math.min(damaged, quantity);
        draw();
    } } });
    const draw = () => {
        fill(amount, icon('hash'), el('span', {}, quantity === null ? t('material.all') : `${quantity} ${one.unit ?? ''}`));
        fill(broken, icon('warn'), el('span', {}, t('material.damaged-n', { n: `${damaged} ${one.unit ?? ''}`.trim() })));
    };
    const send = () => {
        const photos = taker.ids();
        return stored(`/materials/${one.id}/arrive`, { id: uuid7(), quantity: quantity || undefined, damaged: damaged || undefined, photos }, 'material.arrived-saved', () => {
            if (photos.length) scan(one.id, photos[0]);
            if (root.isConnected) goTo(`material/${one.id}`);
        });
    };
    setTitle(t('material.arrive'), () => goTo(`material/${one.id}`));
    draw();
    stops.push(taker.stop);
    fill(root, el('div', { class: 'compose' }, el('div', { class: 'hazard-facts' }, el('b', { class: 'hazard-text' }, one.name), amount, broken, el('p', { class: 'hint' }, t('material.label'))), taker.node), el('div', { class: 'side' }, taker.buttons, button(true, 'check', 'material.send', send)));
}

function page(root, ctx, id, verb, stops) {
    const { goTo } = ctx;
    let busy = false;
    setTitle(t('material.one'), () => goTo('material'));
    return async () => {
        if (busy) return;
        const one = await getOne(sitePath(`/materials/${id}`));
        if (!one) return void fill(root, el('p', { class: 'hint' }, t('material.unknown')));
        if (verb === 'arrive') {
            busy = true;
            return void arrive(root, ctx, one, stops);
        }
        if (verb === 'label') {
            const { materials } = await get(sitePath('/materials?limit=200'));
            if (!busy) busy = label(root, ctx, one, materials);
            return;
        }
        setTitle(one.name, () => goTo('material'));
        const { scan: scanned } = one;
        const scroller = el('div', { class: 'scroller hazard-page', tabindex: -1, dataset: { state: one.state } }, el('div', { class: 'hazard-head' }, stateBadge(one.state), el('span', {}, materialLine(one))),
            fact('material.alternative', one.alternative?.text), fact('material.needed', one.needed && dayName(one.needed)), fact('material.measured', one.measured && dayName(one.measured)), one.returned > 0 && fact('material.returned', String(one.returned)), one.damaged > 0 && fact('material.damaged', String(one.damaged)),
            scanned && fact('material.codes', codesText(scanned)), scanned && LABEL.map((name) => fact(`material.${name}`, scanned[name])), photoRow(one.photos));
        fill(root, scroller, el('div', { class: 'side' }, may('raise') && [one.state !== 'arrived' && button(true, 'check', 'material.arrive', () => goTo(`material/${id}/arrive`), { step: 'arrive' }),
            one.measure_due && !one.measured && button(false, 'look', 'material.measure', () => stored(`/materials/${id}/measure`, { id: uuid7() }, 'material.measure-saved', load), { step: 'measure' }),
            one.deliveries > 0 && button(false, 'edit', 'material.facts', () => goTo(`material/${id}/label`), { step: 'label' }),
            one.arrived > one.returned && button(false, 'back', 'material.return', async () => {
                const n = await askNumber({ title: t('material.return-how'), unit: one.unit ?? '', ...AMOUNT });
                if (n) await stored(`/materials/${id}/arrive`, { id: uuid7(), quantity: -n }, 'material.return-saved', load);
            }, { step: 'return' })], rail(scroller)));
    };
    function load() { dispatchEvent(new Event('hashchange')); }
}

export function material(root, ctx) {
    const [first, second] = ctx.param;
    const stops = [];
    let stopped = false;
    const load = !first ? list(root, ctx) : first === 'new' ? compose(root, ctx) : page(root, ctx, first, second, stops);
    const draw = () => load().catch(() => !stopped && !root.textContent && fill(root, el('p', { class: 'hint' }, t('error.offline'))));
    const soon = debounce(draw, 400);
    if (first !== 'new') stops.push(live.on('record', (record) => /^(material|measurement)-/.test(record.type) && soon()), live.on('again', soon));
    draw();
    return () => {
        stopped = true;
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}
