// SPDX-License-Identifier: MIT
<<<<<<< HEAD
// A site's quality reports for head office: the list, and one of them over it with its items, limits, values, photos and hazards.
import { get } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { reportBody, reportCard } from '/shared/inspections.js';
import * as live from '/shared/live.js';
import { may } from '/shared/place.js';
import { openSheet } from '/shared/sheet.js';
import { stageName } from '/shared/trade.js';
import { lang, t } from '/shared/words.js';

const PAGE = 30;

async function show(path, report) {
    const body = el('div', { class: 'walk-report' }, el('p', { class: 'hint' }, t('loading')));
    const foot = el('a', { class: 'plain', href: path(`/report?week=${report.date}&lang=${lang()}`), target: '_blank', rel: 'noopener' }, icon('note'), el('span', {}, t('walk.report')));
    openSheet({ title: `${t('type.inspection-submitted')} · ${stageName(report.stage)}`, className: 'sheet-wide', content: body, foot });
    try {
        fill(body, reportBody(await get(path(`/inspections/${report.id}`)), { hazard: (id) => { location.href = `/panel/?site=${encodeURIComponent(report.site)}#/hazard/${id}`; } }));
    } catch {
        fill(body, el('p', { class: 'hint' }, t('error.offline')));
    }
}

export function showInspections(root, site) {
    const path = (rest) => `/api/v1/sites/${encodeURIComponent(site)}${rest}`;
    let all = [];
    let next = null;
    let stopped = false;
    const list = el('div', { class: 'stage-list' }, el('p', { class: 'hint' }, t('loading')));
    const more = el('button', { type: 'button', class: 'plain more', hidden: true, on: { click: () => load(next) } }, icon('down'), t('more'));
    const walk = may('inspect') && el('a', { class: 'plain', href: `/panel/?site=${encodeURIComponent(site)}#/inspect` }, icon('inspect'), el('span', {}, t('walk.title')));
    fill(root, walk && el('p', { class: 'filters' }, walk), list, more);

    async function load(before) {
        try {
            const page = await get(path(`/inspections?limit=${before ? PAGE : Math.max(PAGE, Math.min(200, all.length))}${before ? `&before=${before}` : ''}`));
            if (stopped) return;
            all = before ? all.concat(page.inspections) : page.inspections;
            ({ next } = page);
            more.hidden = !next;
            fill(list, all.length ? all.map((one) => reportCard(one, (report) => show(path, report))) : el('p', { class: 'hint' }, t('walk.none')));
        } catch {
            if (!stopped && !all.length) fill(list, el('p', { class: 'hint' }, t('error.offline')));
        }
    }
    const soon = debounce(() => load(), 400);
    const stops = [live.on('record', (record) => record.site === site && record.type === 'inspection-submitted' && soon()), live.on('again', soon)];
=======
// Quality reports, of a site or of all of them, newest first: the verdict, what failed, and the hazards that came of it. Filters are in the address.
import { get } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import * as live from '/shared/live.js';
import { openSheet } from '/shared/sheet.js';
import { both, stageName, stages } from '/shared/trade.js';
import { lang, t } from '/shared/words.js';
import { shortDay } from '/shared/when.js';
import { siteName, siteOptions, sites } from './allsites.js';
import { setTitle } from './bar.js';
import { addressed, csvLink, day, select } from './filters.js';

const PAGE = 60;
const VERDICTS = { pass: ['received', 'check'], rectify: ['sent', 'tool'], fail: ['rejected', 'warn'] };

function badge(verdict) {
    const [state, picture] = VERDICTS[verdict] ?? ['sent', 'info'];
    return el('span', { class: 'badge', dataset: { state } }, icon(picture), el('span', {}, VERDICTS[verdict] ? t(`verdict.${verdict}`) : verdict || '–'));
}

// What was looked at, what failed first.
async function openOne(head) {
    const body = el('div', { class: 'inspection' }, el('p', { class: 'hint' }, t('loading')));
    openSheet({ title: `${stageName(head.stage)} · ${shortDay(head.date)}`, className: 'sheet-wide', content: body });
    const order = { fail: 0, na: 1, pass: 2 };
    try {
        const one = await get(`/api/v1/sites/${encodeURIComponent(head.site)}/inspections/${head.id}`);
        const items = one.results.map((result, i) => ({ ...result, said: one.items?.[i] ?? {} })).sort((a, b) => order[a.result] - order[b.result]);
        fill(body, badge(one.verdict), one.note && el('p', { class: 'sheet-text' }, one.note), el('ul', { class: 'facts' }, items.map((item) => el('li', { class: item.result === 'fail' ? 'fact fact-bad' : 'fact' }, icon(item.result === 'fail' ? 'warn' : item.result === 'pass' ? 'check' : 'minus'),
            el('span', {}, item[lang()] || item.zh, item.red && el('b', { class: 'red-line' }, ` ${t('inspection.red')}`)), el('b', {}, [item.said.value ?? '', item.limit?.[lang()], item.result === 'na' ? t('inspection.na') : ''].filter((text) => text !== '' && text !== undefined && text !== null).join(' · '))))));
    } catch (error) {
        fill(body, el('p', { class: 'hint' }, error.message || t('error.offline')));
    }
}

function row(head, far) {
    const counts = [t('inspection.passed', { n: head.passed }), head.failed > 0 && t('inspection.failed', { n: head.failed }), head.red > 0 && t('inspection.reds', { n: head.red }), head.hazards > 0 && t('inspection.hazards', { n: head.hazards })];
    return el('button', { type: 'button', class: 'hazard-card', dataset: { inspection: head.id, verdict: head.verdict }, on: { click: () => openOne(head) } },
        el('span', { class: 'hazard-top' }, badge(head.verdict), el('b', {}, shortDay(head.date)), far && el('span', { class: 'hazard-site' }, icon('sites'), siteName(head.site))),
        el('span', { class: 'hazard-text' }, stageName(head.stage)), el('span', { class: 'hazard-place' }, counts.filter(Boolean).join(' · ')), head.actor?.name && el('span', { class: 'hazard-place' }, head.actor.name));
}

// Into root; site: only its own, at #/path.
function show(root, path, query, site) {
    let list = [];
    let next = null;
    let stopped = false;
    const address = addressed(path, query, ['verdict', 'stage', 'from', 'to', 'site'].filter((name) => name !== 'site' || !site), again);
    const filters = el('div', { class: 'filters', role: 'group', 'aria-label': t('office.filter') });
    const grid = el('div', { class: 'hazard-grid' }, el('p', { class: 'hint' }, t('loading')));
    const more = el('button', { type: 'button', class: 'plain more', hidden: true, on: { click: () => load(next) } }, icon('down'), t('more'));
    fill(root, filters, grid, more);

    function asked(pairs) {
        const ask = new URLSearchParams([...address.params(), ...pairs]);
        if (site) ask.set('site', site);
        return `/api/v1/inspections?${ask}`;
    }
    function drawFilters() {
        fill(filters, select(address, 'verdict', 'inspection.verdict', 'office.any', Object.keys(VERDICTS).map((name) => [name, t(`verdict.${name}`)])),
            select(address, 'stage', 'office.filter-stage', 'office.any', stages().map((stage) => [stage.key, both(stage)])), !site && select(address, 'site', 'office.filter-site', 'office.any', siteOptions()),
            day(address, 'from', 'office.from'), day(address, 'to', 'office.to'), csvLink(asked([['format', 'csv'], ['lang', lang()]]), 'inspections'));
    }
    function draw() {
        fill(grid, list.length ? list.map((head) => row(head, !site)) : el('p', { class: 'hint' }, t('inspection.none')));
        more.hidden = !next;
    }
    async function load(before) {
        const text = String(address.params());
        try {
            const page = await get(asked([['limit', String(before ? PAGE : Math.min(200, Math.max(PAGE, list.length)))], ...(before ? [['before', before]] : [])]));
            if (stopped || text !== String(address.params())) return;
            list = before ? list.concat(page.inspections) : page.inspections;
            ({ next } = page);
            draw();
        } catch {
            if (!stopped && !list.length) fill(grid, el('p', { class: 'hint' }, t('error.offline')));
        }
    }
    function again() {
        list = [];
        drawFilters();
        load();
    }
    const soon = debounce(() => load(), 400);
    let named = sites.get() !== null;
    const stops = [live.on('record', (record) => /^inspection-/.test(record.type) && (!site || record.site === site) && soon()), live.on('again', soon), sites.watch(() => {
        if (named) return;
        named = true;
        drawFilters();
        draw();
    })];
    drawFilters();
>>>>>>> w-int
    load();
    return () => {
        stopped = true;
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}
<<<<<<< HEAD
=======

export function inspectionsView(root, query) {
    setTitle(t('office.inspections'));
    return show(root, 'inspections', query);
}
export const showInspections = (root, site, query) => show(root, `site/${encodeURIComponent(site)}/inspections`, query, site);
>>>>>>> w-int
