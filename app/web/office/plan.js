// SPDX-License-Identifier: MIT
// A site's plan: read, changed, saved under the version it was read at. Somebody else's change in between is shown, never overwritten unseen.
import { get, Offline, request } from '/shared/api.js';
import { el, fill } from '/shared/dom.js';
import { stageName, tradeFile } from '/shared/trade.js';
import { icon } from '/shared/icons.js';
import { may } from '/shared/place.js';
import { choose } from '/shared/sheet.js';
import { today } from '/shared/when.js';
import { t } from '/shared/words.js';
import { goTo, say, setTitle } from './bar.js';
import { input, planForm, ZONES } from './planform.js';

const MEMBERS = ['name', 'timezone', 'stages', 'contract_amount', 'cutoffs', 'customer', 'people'];
const path = (site) => `/api/v1/sites/${encodeURIComponent(site)}`;
const same = (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
const save = (site, version, body) => request('PUT', path(site), { body, headers: { 'If-Match': String(version) } });

function describe(member, value) {
    if (value === null || value === undefined) return '–';
    if (member === 'stages') return value.map((s) => `${stageName(s.key)} ${s.planned_start ?? ''}–${s.planned_finish ?? ''}`).join(t('list.separator'));
    if (member === 'people') return value.map((p) => `${p.name} (${t(`role.${p.role}`)})`).join(t('list.separator'));
    if (member === 'cutoffs') return [value.daylog, value.report && `${t(`weekday.${value.report.weekday}`)} ${value.report.time}`, value.callback_days && `${t('plan.calls')} ${value.callback_days}`, value.workdays?.map((d) => t(`weekday.${d}`)).join(' ')].filter(Boolean).join(' · ');
    if (member === 'customer') return `${value.name} ${value.phone}`;
    return String(value);
}

// What somebody else changed meanwhile. Resolves with 'mine', 'theirs' or null.
function showChanged(base, stored) {
    const rows = MEMBERS.filter((m) => !same(base[m], stored[m])).map((m) => `${t(`member.${m}`)}: ${describe(m, base[m])} → ${describe(m, stored[m])}`);
    return choose(t('plan.conflict'), [t('plan.conflict-text'), ...rows].join('\n'), [
        { value: 'theirs', icon: 'retry', label: t('plan.take-theirs'), main: true },
        { value: 'mine', icon: 'edit', label: t('plan.keep-mine') },
    ]);
}

export function showPlan(root, site) {
    let plan = null;
    let templates = null;
    let stopped = false;
    const message = el('p', { class: 'pin-message', role: 'alert' });
    const filled = async (key, start) => (await get(`/api/v1/templates?${new URLSearchParams({ template: key, start, site })}`)).templates[0].stages;
    fill(root, el('p', { class: 'hint' }, t('loading')));

    function draw() {
        const form = planForm(plan, templates && { list: templates, first: today(plan.timezone), plan: filled });
        const go = el('button', { type: 'button', class: 'main', on: { click: () => store(form, go) } }, icon('check'), el('span', {}, t('plan.save')));
        message.textContent = '';
        fill(root, el('form', { class: 'plan', on: { submit: (event) => event.preventDefault() } }, form.nodes, may('plan') && el('div', { class: 'plan-foot' }, el('span', {}, t('plan.version', { n: plan.version })), message, go)));
        if (!may('plan')) for (const node of root.querySelectorAll('input, select, textarea, button')) node.disabled = true;
    }
    async function settle(error, form, go) {
        if (error.status !== 412 || !error.doc.stored) {
            message.textContent = error instanceof Offline ? t('error.offline') : error.message;
            return;
        }
        const what = await showChanged(plan, error.doc.stored);
        if (what === 'theirs') {
            plan = error.doc.stored;
            draw();
        } else if (what === 'mine') {
            plan = { ...plan, version: error.doc.stored.version };
            await store(form, go);
        }
    }
    async function store(form, go) {
        go.disabled = true;
        message.textContent = '';
        try {
            plan = await save(site, plan.version, form.value());
            say(t('plan.saved'));
            draw();
        } catch (error) {
            await settle(error, form, go);
        }
        go.disabled = false;
    }
    const known = may('plan') ? tradeFile('templates').then((found) => found.templates) : null;
    Promise.all([get(path(site)), known]).then(([found, list]) => {
        plan = found;
        templates = list;
        if (!stopped) draw();
    }, () => !stopped && fill(root, el('p', { class: 'hint' }, t('error.offline'))));
    return () => { stopped = true; };
}

// A site that is not there yet. Its stages begin as the standard ones.
export function newSite(root) {
    const id = input('new-id', 'plan.id', { maxlength: 40, spellcheck: 'false', autocapitalize: 'none' });
    const name = input('new-name', 'plan.site-name', { maxlength: 60 });
    const zone = input('new-zone', 'plan.zone', { value: ZONES[0], list: 'new-zones' });
    const message = el('p', { class: 'pin-message', role: 'alert' });
    const go = el('button', { type: 'button', class: 'main', on: { click: make } }, icon('plus'), el('span', {}, t('plan.make')));
    setTitle(t('office.new-site'));
    fill(root, el('form', { class: 'plan', on: { submit: (event) => event.preventDefault() } },
        el('fieldset', { class: 'part' }, el('legend', {}, t('office.new-site')), el('div', { class: 'form-grid' }, id.row, name.row, zone.row), el('p', { class: 'hint-line' }, t('plan.id-hint')),
            el('datalist', { id: 'new-zones' }, ZONES.map((z) => el('option', { value: z })))), el('div', { class: 'plan-foot' }, message, go)));
    async function make() {
        const site = id.node.value.trim();
        message.textContent = '';
        if (!/^[a-z0-9-]{1,40}$/.test(site) || !name.node.value.trim()) {
            message.textContent = t('plan.id-hint');
            return;
        }
        try {
            await save(site, 0, { name: name.node.value.trim(), timezone: zone.node.value.trim(), stages: [] });
            say(t('plan.saved'));
            goTo(`site/${site}/plan`);
        } catch (error) {
            message.textContent = error.status === 412 ? t('plan.exists') : error instanceof Offline ? t('error.offline') : error.message;
        }
    }
    id.node.focus();
    return null;
}
