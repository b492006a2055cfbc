// SPDX-License-Identifier: MIT
// Settings of one site, or of all sites and those to come: each with what is in force and where it comes from. A change is looked at by the server as it
// is typed, which says what is wrong or what it would do; then it is made, of the version that was shown: where somebody else was quicker, what is there
// now is shown, and what was typed stays. What was set before stays to be read.
import { get, post, put } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import * as live from '/shared/live.js';
import { may } from '/shared/place.js';
import { both } from '/shared/trade.js';
import { has, t } from '/shared/words.js';
import { moment } from '/shared/when.js';
import { ofSite, siteName } from './allsites.js';
import { say } from './bar.js';
import { faultText } from './faults.js';
import { openForm, row, siteApi } from './form.js';

const CHECK_MS = 250;
const HISTORY = 10;
export const apiOf = (site, rest) => (site ? siteApi(site, rest) : `/api/v1${rest}`);
export const fromBadge = (from) => el('span', { class: 'badge', dataset: { state: { product: 'saved', company: 'sent', site: 'received' }[from], from } }, t(`rule.from-${from}`));
export const valueText = (one, value) => (one.unit && has(`unit.${one.unit}`) ? t(`unit.${one.unit}`, { n: value }) : String(value));

// What a change would do, in words. own: how many sites have their own.
export function outcome(site, { sites, changed }, own) {
    if (site) return t(changed ? 'rule.will-site' : 'rule.will-nothing', { site: siteName(site) });
    if (!changed) return t('rule.will-none');
    return t('rule.will-all', { sites, changed }) + (own > 0 ? t('rule.will-own', { n: own }) : '');
}

// Asks the server what it thinks of a body as it is typed. body() may give null: nothing to ask. outcomeOf(answer), faultOf(error, body): in words.
// Returns { look, stop }.
export function checker({ path, body, said, button, outcomeOf, faultOf }) {
    let asked = 0;
    async function ask() {
        const mine = ++asked;
        const what = body();
        if (what === null) {
            button.disabled = true;
            fill(said);
            return;
        }
        try {
            const answer = await post(path, what);
            if (mine !== asked) return;
            button.disabled = false;
            said.dataset.kind = 'good';
            fill(said, icon('info'), el('span', {}, outcomeOf(answer)));
        } catch (error) {
            if (mine !== asked) return;
            button.disabled = true;
            said.dataset.kind = 'bad';
            fill(said, icon('warn'), el('span', {}, faultOf(error, what)));
        }
    }
    const soon = debounce(ask, CHECK_MS);
    return { look: () => {
        asked++;
        button.disabled = true;
        soon();
    }, stop: () => {
        asked++;
        soon.cancel();
    } };
}

// Who set what when, the newest first. textOf(data): a value in words.
export async function historyPart(root, site, kind, id, textOf) {
    try {
        const path = site ? siteApi(site, `/history/${kind}/${encodeURIComponent(id)}`) : `/api/v1/company/history/${kind}/${encodeURIComponent(id)}`;
        const { entries } = await get(path);
        const newest = (site ? [...entries].reverse() : entries).slice(0, HISTORY);
        fill(root, el('h3', {}, t('rule.history')), newest.length ? el('ul', { class: 'rule-history' }, newest.map((entry) => el('li', {}, el('b', {}, textOf(entry.data)), ` ${[moment(entry.at), entry.actor?.name ?? entry.actor?.id].filter(Boolean).join(' · ')}`))) : el('p', { class: 'hint-line' }, t('rule.no-history')));
    } catch (error) {
        fill(root, el('h3', {}, t('rule.history')), el('p', { class: 'hint-line' }, t(error.status === 404 ? 'rule.no-history' : 'error.offline')));
    }
}

function ownPart(one) {
    return one.own?.length > 0 && el('details', { class: 'rule-own' }, el('summary', {}, t('rule.own', { n: one.own.length })), el('ul', {}, one.own.map(({ site, value }) => el('li', {}, el('a', { href: `#/rules?site=${encodeURIComponent(site)}` }, siteName(site)), ` ${valueText(one, value)}`))));
}

function edit(first, site, done) {
    let one = first; // as it is; another one where somebody changed it meanwhile
    const value = el('input', { class: 'field', id: 'rule-value', type: 'number', inputmode: 'numeric', step: 1, value: String(one.value), on: { input: () => check.look() } });
    const said = el('p', { class: 'rule-said', role: 'status' });
    const history = el('div', { class: 'rule-past' });
    const path = apiOf(site, `/settings/${one.key}`);
    const typed = () => (value.value.trim() === '' ? null : { value: Number(value.value) });
    const now = el('div', {});
    const drawNow = () => fill(now, el('p', {}, t('rule.now', { value: valueText(one, one.value) }), ' ', fromBadge(one.from)), el('p', { class: 'hint-line' }, t('rule.product-value', { value: valueText(one, one.default) }), ' · ', t('rule.range', { min: one.min, max: one.max }), one.from === 'site' && typeof one.company === 'number' && ` · ${t('rule.company-value', { value: valueText(one, one.company) })}`));
    async function send(body) {
        try {
            const answer = await put(path, body, { headers: { 'If-Match': String(one.version) } });
            say(site ? t('rule.saved-site') : t('rule.saved-all', answer));
            done();
        } catch (error) {
            if (!error.doc?.stored) throw new Error(faultText(error, { setting: one }));
            one = error.doc.stored;
            drawNow();
            check.look();
            throw new Error(t('rule.meanwhile', { value: valueText(one, one.value) }));
        }
    }
    drawNow();
    const sheet = openForm({ title: both(one), site: site || undefined, onClose: () => check.stop(),
        content: () => [now,
            row('rule-value', has(`unit-of.${one.unit}`) ? `unit-of.${one.unit}` : 'rule.value', value, said), ownPart(one), history],
        actions: [{ main: true, name: 'check', word: site ? 'rule.save-site' : 'rule.save-all', key: 'save', run: () => (typed() ? send(typed()) : t('rule.say-value')) },
            ...(one.from === 'site' && typeof one.company === 'number' ? [{ name: 'back', word: 'rule.to-company', key: 'company', run: () => send({ value: one.company }) }] : []), ...(one.from === 'product' ? [] : [{ name: 'back', word: 'rule.to-product', key: 'product', run: () => send({ value: null }) }])] });
    const check = checker({ path: `${path}/check`, said, button: sheet.buttons[0], body: () => (typed()?.value === one.value && (site ? one.from === 'site' : one.from === 'company' && !one.own.length) ? null : typed()), faultOf: (error) => faultText(error, { setting: one }), outcomeOf: (answer) => outcome(site, answer, one.own?.filter((other) => other.value !== Number(value.value)).length) });
    sheet.buttons[0].disabled = true;
    historyPart(history, site, 'setting', one.key, (data) => (data.value === null ? t('rule.default-again') : valueText(one, data.value)));
    value.select();
}

function rowOf(one, site, done) {
    const line = [one.value !== one.default && t('rule.product-value', { value: valueText(one, one.default) }), one.own?.length > 0 && t('rule.own', { n: one.own.length }), one.at && ofSite(site, () => t('rule.set-at', { at: moment(one.at) }))].filter(Boolean).join(' · ');
    const inside = [el('span', { class: 'hazard-top' }, el('span', { class: 'hazard-text' }, both(one)), el('b', { class: 'rule-value' }, valueText(one, one.value)), fromBadge(one.from)), line && el('span', { class: 'hazard-place' }, line)];
    const kind = { class: 'hazard-card rule-row', dataset: { key: one.key, from: one.from } };
    return may('decide') ? el('button', { type: 'button', ...kind, on: { click: () => edit(one, site, done) } }, inside) : el('div', kind, inside);
}

// site: '' is all sites and those to come.
export function showSettings(root, site) {
    let stopped = false;
    fill(root, el('p', { class: 'hint' }, t('loading')));
    async function load() {
        try {
            const { settings } = await get(site ? siteApi(site, '/settings') : '/api/v1/company/settings');
            if (!stopped) fill(root, el('div', { class: 'rule-list' }, settings.filter((one) => one.type === 'int').map((one) => rowOf(one, site, load))));
        } catch (error) {
            if (!stopped && !root.querySelector('.rule-row')) fill(root, el('p', { class: 'hint' }, faultText(error)));
        }
    }
    const soon = debounce(load, 400);
    const stops = [live.on('record', (record) => record.type === 'setting-set' && (!site || record.site === site) && soon()), live.on('again', soon)];
    load();
    return () => {
        stopped = true;
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}
