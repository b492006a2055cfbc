// SPDX-License-Identifier: MIT
// A stage's checklist of one site, or of all sites and those to come: each item with its limits, and where it comes from. An item is changed, left out,
// added, or what it was; the server looks at the whole list as it is typed, and takes it of the version that was read: what somebody else changed
// meanwhile in another item stays, in the same one it is shown first.
import { get, put } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { redBadge, sourceText } from '/shared/inspections.js';
import * as live from '/shared/live.js';
import { may } from '/shared/place.js';
import { both, tradeFile } from '/shared/trade.js';
import { t } from '/shared/words.js';
import { say } from './bar.js';
import { itemForm, newItem } from './checkitem.js';
import { faultText } from './faults.js';
import { openForm, siteApi } from './form.js';
import { apiOf, checker, fromBadge, historyPart, outcome } from './settings.js';

const TRIES = 5; // where others keep changing other items
const pathOf = (site, stage) => (site ? siteApi(site, `/checklists/${stage}`) : `/api/v1/company/checklists/${stage}`);

// An item as a PUT takes it: without what the server adds.
function bare({ origin, from, stage, ...item }) {
    const strip = ({ limit, test, ...one }) => one;
    return { ...item, ...(item.parts && { parts: item.parts.map(strip) }), ...(item.phases && { phases: item.phases.map(strip) }) };
}

// All that is changed in the program's list, with one more change: item (its key's), or what is taken back, left out.
function bodyOf(list, { item, back, leave }) {
    const not = (key) => key !== item?.key && key !== back && key !== leave;
    return { items: [...list.items.filter((one) => one.from !== 'product' && not(one.key)).map(bare), ...(item ? [item] : [])], remove: [...list.removed.map((one) => one.key).filter(not), ...(leave ? [leave] : [])] };
}

// What a list says of an item: as it is sent, or that it is left out.
const wordOf = (list, key) => JSON.stringify(list.items.filter((one) => one.key === key).map(bare));

const send = (site, stage, list, change) => put(apiOf(site, `/checklists/${stage}`), bodyOf(list, change), { headers: { 'If-Match': String(list.version) } });

export function limitsText(item) {
    const one = (part, many) => part.limit && `${many ? `${both(part)} ` : ''}${both(part.limit)}`;
    const rows = item.parts ?? item.phases ?? [];
    return rows.map((part) => one(part, rows.length > 1)).filter(Boolean).join(t('list.separator')) || t('rule.kind-check');
}

// company: the items that are for all sites, by key; empty where those are shown.
function edit(first, item, { site, standard, company }, done) {
    let list = first; // as it is; another one where somebody changed it meanwhile
    const isNew = !list.items.some((one) => one.key === item.key);
    const ours = isNew || !standard.has(item.key); // not of the program
    const said = el('p', { class: 'rule-said', role: 'status' });
    const history = el('div', { class: 'rule-past' });
    const form = itemForm(bare(item), () => check.look());
    const now = el('div', {});
    function drawNow() {
        const there = list.items.find((one) => one.key === item.key);
        fill(now, there && el('p', {}, limitsText(there), ' ', fromBadge(there.from)));
        return there;
    }
    // Somebody else was quicker: with another item, and it can be sent again; or with this one.
    function settle(stored) {
        const same = wordOf(list, item.key) === wordOf(stored, item.key);
        list = stored;
        if (same) return;
        const there = drawNow();
        check.look();
        throw new Error(there ? t('rule.meanwhile', { value: limitsText(there) }) : t('rule.meanwhile-gone'));
    }
    async function store(change) {
        let answer = null;
        for (let tries = 1; !answer; tries++) {
            try {
                answer = await send(site, list.stage, list, change);
            } catch (error) {
                if (!error.doc?.stored || tries === TRIES) throw new Error(faultText(error, { body: bodyOf(list, change), key: item.key }));
                settle(error.doc.stored);
            }
        }
        say(site ? t('rule.saved-site') : t('rule.saved-all', answer));
        done();
    }
    const actions = [{ main: true, name: 'check', word: site ? 'rule.save-site' : 'rule.save-all', key: 'save', run: () => store({ item: form.value() }) }];
    if (!isNew && item.from !== 'product') actions.push({ name: ours ? 'trash' : 'back', word: ours ? 'rule.delete-item' : 'rule.to-product', key: 'product', run: () => store({ back: item.key }) });
    if (item.from === 'site' && company.has(item.key)) actions.push({ name: 'back', word: 'rule.to-company', key: 'company', run: () => store({ item: bare(company.get(item.key)) }) });
    if (!ours) actions.push({ name: 'minus', word: 'rule.leave-out', key: 'leave', run: () => store({ leave: item.key }) });
    const product = standard.get(item.key);
    const sheet = openForm({ title: isNew ? t('rule.new-item') : both(item), site: site || undefined, onClose: () => check.stop(), actions,
        content: () => [now, product && item.from !== 'product' && el('p', { class: 'hint-line' }, t('rule.product-has', { source: sourceText(product.source) })), form.node, said, history] });
    const check = checker({ path: apiOf(site, `/checklists/${list.stage}/check`), said, button: sheet.buttons[0], body: () => bodyOf(list, { item: form.value() }), faultOf: (error, body) => faultText(error, { body, key: item.key }), outcomeOf: (answer) => outcome(site, answer, list.own?.length) });
    sheet.buttons[0].disabled = true;
    drawNow();
    if (!isNew) historyPart(history, site, 'checklist', list.stage, (data) => t('rule.list-said', { items: data.items?.length ?? 0, removed: data.remove?.length ?? 0 }));
}

function itemRow(item, open) {
    const flags = [item.required && t('walk.required'), item.photo_required && t('walk.photo'), item.red_line_if_confirmed && t('rule.red-if'), sourceText(item.source)].filter(Boolean).join(' · ');
    const inside = [el('span', { class: 'hazard-top' }, el('span', { class: 'hazard-text' }, both(item)), item.red_line && redBadge(), fromBadge(item.from)), el('span', {}, limitsText(item)), el('span', { class: 'hazard-place' }, flags)];
    const kind = { class: 'hazard-card rule-row', dataset: { key: item.key, from: item.from } };
    return open ? el('button', { type: 'button', ...kind, on: { click: () => open(item) } }, inside) : el('div', kind, inside);
}

// site: '' is all sites and those to come.
export function showChecklist(root, site, stage) {
    let stopped = false;
    fill(root, el('p', { class: 'hint' }, t('loading')));
    async function restore(list, key, company) {
        try {
            await send(site, stage, list, company.has(key) ? { item: bare(company.get(key)) } : { back: key });
            say(t('rule.restored'));
        } catch (error) {
            say(faultText(error, { key }), 'bad');
        }
        load();
    }
    function removedPart(list, { standard, company }) {
        return list.removed.length > 0 && [el('h2', { class: 'day' }, t('rule.left-out')), el('div', { class: 'rule-list' }, list.removed.map(({ key, from }) => el('div', { class: 'hazard-card rule-row rule-gone', dataset: { key, from } },
            el('span', { class: 'hazard-top' }, el('span', { class: 'hazard-text' }, both(standard.get(key)) || key), fromBadge(from), may('decide') && el('button', { type: 'button', class: 'plain', dataset: { step: 'restore' }, on: { click: () => restore(list, key, company) } }, icon('back'), el('span', {}, t('rule.restore')))))))];
    }
    async function load() {
        try {
            const [list, file, all] = await Promise.all([get(pathOf(site, stage)), tradeFile('checklists'), site && may('decide') ? get(pathOf('', stage)) : { items: [] }]);
            if (stopped) return;
            const known = { site, standard: new Map(file.items.map((item) => [item.key, item])), company: new Map(all.items.filter((item) => item.from === 'company').map((item) => [item.key, item])) };
            const open = may('decide') && ((item) => edit(list, item, known, load));
            fill(root, el('div', { class: 'filters' }, el('h2', { class: 'day' }, t('rule.items', { n: list.items.length })), list.own?.length > 0 && el('span', { class: 'hint-line' }, t('rule.own', { n: list.own.length })), el('span', { class: 'spring' }),
                open && el('button', { type: 'button', class: 'plain', dataset: { step: 'new-item' }, on: { click: () => open(newItem()) } }, icon('plus'), el('span', {}, t('rule.new-item')))),
            el('div', { class: 'rule-list' }, list.items.map((item) => itemRow(item, open)), !list.items.length && el('p', { class: 'hint' }, t('rule.no-items'))), removedPart(list, known));
        } catch (error) {
            if (!stopped && !root.querySelector('.rule-row')) fill(root, el('p', { class: 'hint' }, faultText(error)));
        }
    }
    const soon = debounce(load, 400);
    const stops = [live.on('record', (record) => record.type === 'checklist-set' && (!site || record.site === site) && soon()), live.on('again', soon)];
    load();
    return () => {
        stopped = true;
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}
