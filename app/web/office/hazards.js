// SPDX-License-Identifier: MIT
// Hazards over all sites: what is open, by whom and by when; before and after; re-checking small things by photo. The filters are the address.
import { enterSite, get, post, sitePath } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { hazardCard, historyLines, photoPair, placeOf, SEVERITIES, severityBadge, stateLine, STATES, stepsFor, textOf } from '/shared/hazards.js';
import { STEP_ICONS, takeStep } from '/shared/hazardsteps.js';
import { icon } from '/shared/icons.js';
import * as live from '/shared/live.js';
import { openSheet } from '/shared/sheet.js';
import { stageName, stages } from '/shared/trade.js';
import { lang, t } from '/shared/words.js';
import { enterZone } from '/shared/when.js';
import { ofSite, siteName, siteOptions, sites, zoneOf } from './allsites.js';
import { goTo, say, setTitle } from './bar.js';

const FILTERS = ['state', 'severity', 'stage', 'site', 'overdue'];
const PAGE = 60;

// What the address says, as the server is asked.
function asked(query, site) {
    const ask = new URLSearchParams();
    for (const name of FILTERS) if (query.get(name)) ask.set(name, query.get(name));
    if (!ask.has('state')) ask.set('state', 'open');
    if (ask.get('state') === 'all') ask.delete('state');
    if (site) ask.set('site', site);
    return ask;
}

// at: on a site's page, its site and what the address begins with.
export function hazardsView(root, query, at = { path: 'hazards' }) {
    let list = [];
    let next = null;
    let stopped = false;
    const bar = el('div', { class: 'filters', role: 'group', 'aria-label': t('office.filter') });
    const grid = el('div', { class: 'hazard-grid' }, el('p', { class: 'hint' }, t('loading')));
    const more = el('button', { type: 'button', class: 'plain more', hidden: true, on: { click: () => load(next) } }, icon('down'), t('more'));
    if (!at.site) setTitle(t('office.hazards'));
    fill(root, bar, grid, more);

    function change(name, value) {
        const to = new URLSearchParams(query);
        if (value) to.set(name, value);
        else to.delete(name);
        goTo(`${at.path}?${to}`);
    }
    function select(name, options) {
        const chosen = query.get(name) ?? '';
        return el('label', { class: 'filter' }, el('span', {}, t(`office.filter-${name}`)), el('select', { class: 'field', name, on: { change: (event) => change(name, event.target.value) } },
            options.map(([value, word]) => el('option', { value, selected: value === chosen }, word))));
    }
    function drawBar() {
        const any = ['', t('office.any')];
        const table = new URLSearchParams([...asked(query, at.site), ['format', 'csv'], ['lang', lang()]]);
        const overdue = query.get('overdue') === 'true';
        fill(bar, select('state', [['', t('hazard.state-open')], ...STATES.map((state) => [state, t(`hazard.state-${state}`)]), ['all', t('office.any')]]),
            select('severity', [any, ...SEVERITIES.map((severity) => [severity, t(`severity.${severity}`)])]),
            select('stage', [any, ...stages().map((stage) => [stage.key, stageName(stage.key)])]),
            !at.site && select('site', [any, ...siteOptions()]),
            el('button', { type: 'button', class: 'toggle', 'aria-pressed': String(overdue), on: { click: () => change('overdue', overdue ? '' : 'true') } }, icon('warn'), t('office.filter-overdue')),
            el('span', { class: 'spring' }), el('a', { class: 'plain', href: `/api/v1/hazards?${table}`, download: 'hazards.csv' }, icon('download'), t('office.csv')));
    }
    function draw() {
        const cards = list.map((hazard) => {
            const card = ofSite(hazard.site, () => hazardCard(hazard, show));
            const site = card.querySelector('.hazard-site');
            if (site) fill(site, icon('sites'), siteName(hazard.site));
            return card;
        });
        fill(grid, cards.length ? cards : el('p', { class: 'hint' }, t('hazard.none')));
        more.hidden = !next;
    }
    async function load(before) {
        try {
            const ask = asked(query, at.site);
            ask.set('limit', String(before ? PAGE : Math.min(200, Math.max(PAGE, list.length))));
            if (before) ask.set('before', before);
            const page = await get(`/api/v1/hazards?${ask}`);
            if (stopped) return;
            list = before ? list.concat(page.hazards) : page.hazards;
            ({ next } = page);
            draw();
        } catch {
            if (!stopped && !list.length) fill(grid, el('p', { class: 'hint' }, t('error.offline')));
        }
    }
    // Names came; a list that somebody has opened must not close under the finger.
    let known = sites.get() !== null;
    function named() {
        if (known) return;
        known = true;
        drawBar();
        if (list.length) draw();
    }
    const soon = debounce(() => load(), 400);
    const stops = [live.on('record', (record) => record.type.startsWith('hazard-') && soon()), live.on('again', soon), sites.watch(named)];
    drawBar();
    load();
    return () => {
        stopped = true;
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}

// One of them, over the list. It follows what happens to it.
function show(hazard) {
    const body = el('div', { class: 'hazard-page' });
    const foot = el('div', { class: 'hazard-steps' });
    const site = encodeURIComponent(hazard.site);
    const leave = [enterZone(zoneOf(hazard.site)), enterSite(hazard.site)];
    const ctx = {
        say, send: (path, step) => post(sitePath(path), step), people: async () => (await get(sitePath(''))).people ?? [],
        photo: (one, verb) => { location.href = `/panel/?site=${site}#/hazard/${one.id}/${verb}`; },
    };
    function draw(one) {
        fill(body, el('div', { class: 'hazard-head' }, severityBadge(one.severity), el('span', {}, [one.site, placeOf(one)].filter(Boolean).join(' · '))), stateLine(one), one.note && el('p', {}, one.note), photoPair(one), historyLines(one));
        fill(foot, stepsFor(one).map((step, i) => el('button', { type: 'button', class: i ? 'plain' : 'main', dataset: { step }, on: { click: () => act(one, step) } }, icon(STEP_ICONS[step]), t(`hazard.do-${step}`))));
    }
    async function load() {
        try {
            const one = await get(sitePath(`/hazards/${hazard.id}`));
            if (sheet.dialog.open) draw(one);
        } catch {
            // what the list said is shown
        }
    }
    async function act(one, step) {
        if (step === 'rectify') {
            ctx.photo(one, step);
            return;
        }
        const done = await takeStep(ctx, one, step);
        if (sheet.dialog.open) (done ? draw(done) : load());
    }
    const stop = live.on('record', (record) => record.subject === `hazard/${hazard.id}` && load());
    const sheet = openSheet({ title: textOf(hazard), className: 'sheet-wide sheet-hazard', content: body, foot, onClose: () => {
        stop();
        leave.forEach((end) => end());
    } });
    draw(hazard);
}
