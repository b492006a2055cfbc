// SPDX-License-Identifier: MIT
// Quality reports, of a site or of all of them, newest first: the verdict, what failed, and the hazards that came of it. Filters are in the address.
import { enterSite, get } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { reportBody, verdictBadge } from '/shared/inspections.js';
import * as live from '/shared/live.js';
import { openSheet } from '/shared/sheet.js';
import { both, stageName, stages } from '/shared/trade.js';
import { lang, t } from '/shared/words.js';
import { enterZone, shortDay } from '/shared/when.js';
import { siteName, siteOptions, sites, zoneOf } from './allsites.js';
import { setTitle } from './bar.js';
import { addressed, csvLink, day, select } from './filters.js';

const PAGE = 60;
const VERDICTS = ['pass', 'rectify', 'fail'];

// What was looked at, what failed first, with its photos and the hazards that came of it.
async function openOne(head) {
    const site = encodeURIComponent(head.site);
    const leave = [enterZone(zoneOf(head.site)), enterSite(head.site)]; // whose photos are asked for
    const body = el('div', { class: 'walk-report' }, el('p', { class: 'hint' }, t('loading')));
    const foot = el('a', { class: 'plain', href: `/api/v1/sites/${site}/report?week=${head.date}&lang=${lang()}`, target: '_blank', rel: 'noopener' }, icon('note'), el('span', {}, t('walk.report')));
    openSheet({ title: `${stageName(head.stage)} · ${shortDay(head.date)}`, className: 'sheet-wide', content: body, foot, onClose: () => {
        leave.forEach((end) => end());
    } });
    try {
        const one = await get(`/api/v1/sites/${site}/inspections/${head.id}`);
        fill(body, reportBody(one, { hazard: (id) => { location.href = `/panel/?site=${site}#/hazard/${id}`; } }));
    } catch (error) {
        fill(body, el('p', { class: 'hint' }, error.message || t('error.offline')));
    }
}

function row(head, here) {
    const counts = [t('inspection.passed', { n: head.passed }), head.failed > 0 && t('inspection.failed', { n: head.failed }), head.red > 0 && t('inspection.reds', { n: head.red }), head.hazards > 0 && t('inspection.hazards', { n: head.hazards })];
    return el('button', { type: 'button', class: 'hazard-card', dataset: { inspection: head.id, verdict: head.verdict }, on: { click: () => openOne(head) } },
        el('span', { class: 'hazard-top' }, verdictBadge(head.verdict), el('b', {}, shortDay(head.date)), !here && el('span', { class: 'hazard-site' }, icon('sites'), siteName(head.site))),
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
        fill(filters, select(address, 'verdict', 'inspection.verdict', 'office.any', VERDICTS.map((name) => [name, t(`verdict.${name}`)])),
            select(address, 'stage', 'office.filter-stage', 'office.any', stages().map((stage) => [stage.key, both(stage)])), !site && select(address, 'site', 'office.filter-site', 'office.any', siteOptions()),
            day(address, 'from', 'office.from'), day(address, 'to', 'office.to'), csvLink(asked([['format', 'csv'], ['lang', lang()]]), 'inspections'));
    }
    function draw() {
        fill(grid, list.length ? list.map((head) => row(head, site)) : el('p', { class: 'hint' }, t('inspection.none')));
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
    load();
    return () => {
        stopped = true;
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}

export function inspectionsView(root, query) {
    setTitle(t('office.inspections'));
    return show(root, 'inspections', query);
}
export const showInspections = (root, site, query) => show(root, `site/${encodeURIComponent(site)}/inspections`, query, site);
