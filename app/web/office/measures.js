// SPDX-License-Identifier: MIT
// What the firm improves by: logs, quality reports and stages on time, hazards by stage and how fast they are put right, scores of calls; of all sites
// and of each, over a period that is in the address.
import { get } from '/shared/api.js';
import { el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import * as live from '/shared/live.js';
import { both } from '/shared/trade.js';
import { lang, t } from '/shared/words.js';
import { dayPlus, today } from '/shared/when.js';
import { siteOptions, sites } from './allsites.js';
import { setTitle } from './bar.js';
import { bar } from './bars.js';
import { addressed, csvLink, day, select } from './filters.js';

const PERIODS = [7, 30, 90];
const RATES = { logs: 'log', reports: 'checks', stages: 'stage' };
const SEVERITIES = ['stop_work', 'serious', 'notice'];
const AGAIN_MS = 60000;
const percent = (value) => (value === null ? '–' : `${value}%`);
const number = (value) => (value === null || value === undefined ? '–' : String(value));

const rateText = (rate) => t('measure.rate', { on_time: rate.on_time, due: rate.due });
const rateBar = (rate, label) => bar([[rate.on_time, 'good'], [rate.late, 'late'], [rate.missing, 'bad']], rate.due, `${label}: ${t('measure.parts', rate)}`);

function tile(picture, word, value, detail, extra) {
    return el('article', { class: 'measure-tile', dataset: { measure: word } }, el('h3', {}, icon(picture), el('span', {}, t(`measure.${word}`))), el('p', { class: 'measure-value' }, value), extra, el('p', { class: 'measure-detail' }, detail));
}

function tiles(all) {
    const { hazards, calls } = all;
    const raised = hazards.notice + hazards.serious + hazards.stop_work;
    return el('div', { class: 'measure-tiles' }, Object.entries(RATES).map(([name, picture]) => tile(picture, name, percent(all[name].percent), all[name].due ? t('measure.parts', all[name]) : t('measure.none-due'), rateBar(all[name], t(`measure.${name}`)))),
        tile('warn', 'hazards', String(raised), t('measure.hazard-parts', { rectified: hazards.rectified, overdue: hazards.overdue })),
        tile('clock', 'median', hazards.median_hours === null ? '–' : t('measure.hours', { n: hazards.median_hours }), t('measure.median-detail')),
        tile('look', 'sent-back', hazards.checked ? percent(Math.round((hazards.sent_back / hazards.checked) * 100)) : '–', t('measure.sent-back-detail', { n: hazards.sent_back, of: hazards.checked })),
        tile('phone', 'score', number(calls.score), t('measure.calls', { n: calls.n })));
}

function byStage(stages) {
    const most = Math.max(1, ...stages.map((stage) => stage.notice + stage.serious + stage.stop_work));
    return el('section', { class: 'measure-part' }, el('h2', { class: 'day' }, t('measure.by-stage')), stages.length ? el('ul', { class: 'measure-rows' }, stages.map((stage) => {
        const words = SEVERITIES.filter((name) => stage[name]).map((name) => `${t(`severity.${name}`)} ${stage[name]}`).join(' · ');
        const name = stage.stage ? both(stage) : t('measure.no-stage');
        return el('li', { class: 'measure-row' }, el('span', { class: 'measure-name' }, name), bar(SEVERITIES.map((severity) => [stage[severity], severity]), most, `${name}: ${words}`), el('span', { class: 'measure-words' }, words));
    })) : el('p', { class: 'hint' }, t('measure.no-hazards')));
}

// The worst first: by logs on time, then by hazards that are overdue.
const worst = (a, b) => (a.logs.percent ?? 101) - (b.logs.percent ?? 101) || b.hazards.overdue - a.hazards.overdue || a.site.localeCompare(b.site);

function bySite(list) {
    const head = ['site', 'logs', 'reports', 'stages', 'hazards', 'overdue', 'median', 'sent-back', 'score'];
    const rate = (one, name) => el('td', {}, el('span', { class: 'measure-cell' }, el('b', {}, percent(one[name].percent)), one[name].due > 0 && el('span', { class: 'measure-detail' }, rateText(one[name]))), one[name].due > 0 && rateBar(one[name], t(`measure.${name}`)));
    return el('section', { class: 'measure-part' }, el('h2', { class: 'day' }, t('measure.by-site')), el('div', { class: 'table-wrap' }, el('table', { class: 'plan-table measure-table' }, el('thead', {}, el('tr', {}, head.map((name) => el('th', {}, t(`measure.${name}`))))),
        el('tbody', {}, [...list].sort(worst).map((one) => el('tr', { dataset: { site: one.site } }, el('th', {}, el('a', { href: `#/site/${encodeURIComponent(one.site)}` }, one.name)), Object.keys(RATES).map((name) => rate(one, name)),
            el('td', {}, String(one.hazards.notice + one.hazards.serious + one.hazards.stop_work)), el('td', {}, String(one.hazards.overdue)), el('td', {}, number(one.hazards.median_hours)),
            el('td', {}, String(one.hazards.sent_back)), el('td', {}, number(one.calls.score))))))));
}

// query: what the address says: days or from and to; site.
export function measuresView(root, query) {
    let stopped = false;
    let stale = false;
    const address = addressed('measures', query, ['days', 'from', 'to', 'site'], again);
    const filters = el('div', { class: 'filters', role: 'group', 'aria-label': t('office.filter') });
    const body = el('div', { class: 'measures' }, el('p', { class: 'hint' }, t('loading')));
    setTitle(t('office.measures'));
    fill(root, filters, body);

    function asked() {
        const { from, to, site, days } = address.values;
        const ask = new URLSearchParams();
        if (from || to) {
            if (from) ask.set('from', from);
            if (to) ask.set('to', to);
        } else {
            ask.set('from', dayPlus(today(), 1 - (Number(days) || 30)));
        }
        if (site) ask.set('site', site);
        return ask;
    }
    function period(days) {
        const on = !address.values.from && !address.values.to && (Number(address.values.days) || 30) === days;
        return el('button', { type: 'button', class: 'toggle', 'aria-pressed': String(on), dataset: { days }, on: { click: () => {
            address.values.from = '';
            address.values.to = '';
            address.set('days', days === 30 ? '' : String(days));
        } } }, t('measure.days', { n: days }));
    }
    function drawFilters() {
        const table = asked();
        table.set('format', 'csv');
        table.set('lang', lang());
        fill(filters, PERIODS.map(period), day(address, 'from', 'office.from'), day(address, 'to', 'office.to'), select(address, 'site', 'office.filter-site', 'office.any', siteOptions()),
            csvLink(`/api/v1/measures?${table}`, 'measures'));
    }
    async function load() {
        stale = false;
        const text = String(asked());
        try {
            const found = await get(`/api/v1/measures?${text}`);
            if (stopped || text !== String(asked())) return;
            fill(body, tiles(found.all), byStage(found.stages), found.sites.length > 0 && bySite(found.sites));
        } catch (error) {
            if (!stopped) fill(body, el('p', { class: 'hint' }, error.status === 400 ? error.message : t('error.offline')));
        }
    }
    function again() {
        drawFilters();
        load();
    }
    // Counted anew at most once a minute: it is of weeks, not of seconds; the first record after a quiet time at once.
    let last = Date.now();
    function heard() {
        stale = true;
        if (Date.now() - last > AGAIN_MS) refresh();
    }
    function refresh() {
        if (!stale) return;
        last = Date.now();
        load();
    }
    const tick = setInterval(refresh, AGAIN_MS);
    let named = sites.get() !== null;
    const stops = [live.on('record', heard), live.on('again', load), sites.watch(() => {
        if (named) return;
        named = true;
        drawFilters();
    })];
    again();
    return () => {
        stopped = true;
        clearInterval(tick);
        stops.forEach((stop) => stop());
    };
}
