// SPDX-License-Identifier: MIT
// Materials on the panel: what is to come and when, what arrived with a photo of its label, what is short.
import { get, sitePath } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import * as live from '/shared/live.js';
import { codesText, fact, leads, materialLine, moneyCard, photoRow, stateBadge } from '/shared/money.js';
import { may, place } from '/shared/place.js';
import { both } from '/shared/trade.js';
import { t } from '/shared/words.js';
import { dayName, dayOf, dayPlus, shortDay } from '/shared/when.js';
import { photoTaker } from './camera.js';
import { said } from './change.js';
import { today } from './data.js';
import { say, setTitle } from './header.js';
import { askNumber } from './keypad.js';
import { rail } from './rail.js';
import { untilStored } from './submit.js';

const DAYS = [0, 1, 2, 3, 5, 7, 14, 30];
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

// What is short, and by when it is needed: two taps; words of one's own on a phone.
function compose(root, { goTo }) {
    const value = { id: uuid7(), name: '', key: '', kind: '', stage: '', day: 3 };
    const what = el('div', { class: 'chips hazard-chips' });
    const when = el('div', { class: 'choices choices-row' });
    const own = el('input', { class: place.hub ? 'field' : 'field phone-only', maxlength: 60, placeholder: t('material.own'), 'aria-label': t('material.own'), on: { input: () => { Object.assign(value, { name: own.value.trim(), key: '', kind: '', stage: '' }); } } });
    const scroller = el('div', { class: 'scroller' }, own, what, el('h2', { class: 'day' }, t('material.when')), when);
    let kinds = [];
    setTitle(t('material.new'), () => goTo('material'));
    function draw() {
        fill(what, kinds.map((kind) => el('button', { type: 'button', class: 'toggle', dataset: { key: kind.key }, 'aria-pressed': String(value.key === kind.key), on: { click: () => {
            Object.assign(value, { name: both(kind), key: kind.key, kind: kind.days ? kind.key : '', stage: kind.stage ?? '' });
            draw();
        } } }, both(kind))));
        fill(when, DAYS.map((days) => el('button', { type: 'button', class: 'toggle', 'aria-pressed': String(value.day === days), on: { click: () => {
            value.day = days;
            draw();
        } } }, days ? shortDay(dayPlus(dayOf(Date.now()), days)) : t('material.today'))));
    }
    function send() {
        if (!value.name) return void say(t('material.say-what'), 'bad');
        const date = dayPlus(dayOf(Date.now()), value.day);
        return stored('/materials', { id: value.id, name: value.name, kind: value.kind, stage: value.stage || today.get()?.stage?.key, expected: date, needed: date }, 'material.saved', () => root.isConnected && goTo(`material/${value.id}`));
    }
    fill(root, scroller, el('div', { class: 'side' }, button(true, 'check', 'material.send', send), rail(scroller)));
    return async () => {
        const trades = ['cement', 'boards', 'pipes', 'wires', 'paint', 'adhesive'].map((key) => ({ key, zh: t(`goods.${key}`), en: t(`goods.${key}`) }));
        kinds = [...await leads(), ...trades];
        draw();
    };
}

function arrive(root, { goTo }, one, stops) {
    const taker = photoTaker({ fields: () => ({ stage: one.stage ?? '' }) });
    const missing = one.quantity === null ? null : Math.max(0, one.quantity - one.arrived + one.returned);
    let quantity = missing;
    const amount = el('button', { type: 'button', class: 'plain', on: { click: async () => {
        quantity = (await askNumber({ title: t('material.how-much'), unit: one.unit ?? '', min: 1, max: 99999 })) ?? quantity;
        draw();
    } } });
    const draw = () => fill(amount, icon('hash'), el('span', {}, quantity === null ? t('material.all') : `${quantity} ${one.unit ?? ''}`));
    const send = () => {
        const photos = taker.ids();
        return stored(`/materials/${one.id}/arrive`, { id: uuid7(), quantity: quantity || undefined, photos }, 'material.arrived-saved', () => {
            if (photos.length) scan(one.id, photos[0]);
            if (root.isConnected) goTo(`material/${one.id}`);
        });
    };
    setTitle(t('material.arrive'), () => goTo(`material/${one.id}`));
    draw();
    stops.push(taker.stop);
    fill(root, el('div', { class: 'compose' }, el('div', { class: 'hazard-facts' }, el('b', { class: 'hazard-text' }, one.name), amount, el('p', { class: 'hint' }, t('material.label'))), taker.node), el('div', { class: 'side' }, taker.buttons, button(true, 'check', 'material.send', send)));
}

function page(root, ctx, id, verb, stops) {
    const { goTo } = ctx;
    let busy = false;
    setTitle(t('material.one'), () => goTo('material'));
    return async () => {
        if (busy) return;
        const one = (await get(sitePath('/materials?limit=200'))).materials.find((material) => material.id === id);
        if (!one) return void fill(root, el('p', { class: 'hint' }, t('material.unknown')));
        if (verb === 'arrive') {
            busy = true;
            return void arrive(root, ctx, one, stops);
        }
        setTitle(one.name, () => goTo('material'));
        const { scan: label } = one;
        const scroller = el('div', { class: 'scroller hazard-page', tabindex: -1, dataset: { state: one.state } }, el('div', { class: 'hazard-head' }, stateBadge(one.state), el('span', {}, materialLine(one))),
            fact('material.alternative', one.alternative?.text), fact('material.needed', one.needed && dayName(one.needed)), fact('material.measured', one.measured && dayName(one.measured)), one.returned > 0 && fact('material.returned', String(one.returned)), one.damaged > 0 && fact('material.damaged', String(one.damaged)),
            label && fact('material.codes', codesText(label)), label && fact('material.brand', label.brand), label && fact('material.batch', label.batch), label && fact('material.report', label.report), label && fact('material.grade', label.grade), photoRow(one.photos));
        fill(root, scroller, el('div', { class: 'side' }, may('raise') && [one.state !== 'arrived' && button(true, 'check', 'material.arrive', () => goTo(`material/${id}/arrive`), { step: 'arrive' }),
            one.measure_due && !one.measured && button(false, 'look', 'material.measure', () => stored(`/materials/${id}/measure`, { id: uuid7() }, 'material.measure-saved', load), { step: 'measure' }),
            one.arrived > one.returned && button(false, 'back', 'material.return', async () => {
                const n = await askNumber({ title: t('material.return-how'), unit: one.unit ?? '', min: 1, max: 99999 });
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
