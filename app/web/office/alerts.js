// SPDX-License-Identifier: MIT
// What stands at all sites, the most pressing level first: what it is, since when, where, and who has seen it. Filters are in the address; follows by itself.
import { get, Offline, post } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import * as live from '/shared/live.js';
import { may } from '/shared/place.js';
import { has, lang, t } from '/shared/words.js';
import { lasted, moment } from '/shared/when.js';
import { ofSite, sites } from './allsites.js';
import { say, setTitle } from './bar.js';
import { csvLink } from './filters.js';

const MINUTE_MS = 60000;
const PAGE = 200;
const LEVELS = ['executive', 'office', 'site'];
const STATES = ['standing', 'cleared'];
const RULES = ['daylog-missing', 'report-missing', 'hazard-overdue', 'hazard-due', 'stage-late', 'acceptance-missed', 'additions-over', 'material-changes-over', 'material-late',
    'measurement-late', 'question-late', 'callback-due', 'board-silent', 'camera-down', 'disk-low', 'clock-untrusted', 'events-rejected'];
export const ruleName = (rule) => (has(`rule.${rule}`) ? t(`rule.${rule}`) : rule);

function seenLine(alert) {
    if (!alert.seen) return null;
    const who = alert.seen.by?.name ?? alert.seen.by?.id ?? '';
    return el('p', { class: 'entry-when alert-seen' }, icon('check'), el('span', {}, t('alert.seen-by', { who, at: moment(alert.seen.at) }), alert.seen.note && ` · ${alert.seen.note}`));
}

function card(alert, names, see) {
    const age = lasted(Math.max(0, Date.now() - Date.parse(alert.due)) / 1000);
    const stands = alert.state === 'standing';
    return el('article', { class: `entry alert alert-${alert.level}`, dataset: { alert: alert.id, rule: alert.rule, state: alert.state } },
        el('div', { class: 'entry-top' }, el('h3', {}, icon(stands ? 'warn' : 'check'), el('span', {}, alert.text[lang()] || alert.text.zh || ruleName(alert.rule))),
            el('span', { class: 'badge', dataset: { state: stands && alert.level !== 'site' ? 'rejected' : 'sent' } }, t(`level.${alert.level}`))),
        el('p', { class: 'entry-when' }, [ruleName(alert.rule), t('due.was', { at: moment(alert.due) }), stands ? t('alert.age', { age }) : t('alert.cleared', { at: moment(alert.cleared) })].join(' · ')),
        seenLine(alert),
        el('div', { class: 'entry-actions' }, el('a', { class: 'plain', href: `#/site/${encodeURIComponent(alert.site)}` }, icon('sites'), el('span', {}, names.get(alert.site) ?? alert.site)),
            stands && may('plan') && el('button', { type: 'button', class: 'plain', on: { click: (event) => see(alert, event.currentTarget) } }, icon('check'), el('span', {}, t(alert.seen ? 'alert.see-again' : 'alert.see')))));
}

// query: what the address says.
export function alertsView(root, query) {
    const wanted = Object.fromEntries(['state', 'level', 'rule', 'site'].map((name) => [name, query.get(name) ?? '']));
    if (!STATES.includes(wanted.state)) wanted.state = 'standing';
    let alerts = null;
    let names = new Map();
    const filters = el('div', { class: 'filters', role: 'group', 'aria-label': t('office.filter') });
    const list = el('div', { class: 'entries' }, el('p', { class: 'hint' }, t('loading')));
    setTitle(t('office.alerts'));
    fill(root, filters, list);

    const address = (next) => {
        const said = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value));
        if (next) said.set('before', next);
        return said;
    };
    function choose(name, value) {
        wanted[name] = wanted[name] === value && name !== 'state' ? '' : value;
        history.replaceState(null, '', `#/alerts?${address()}`);
        drawFilters();
        load();
    }
    function toggle(name, value, text) {
        return el('button', { type: 'button', class: 'toggle', 'aria-pressed': String(wanted[name] === value), dataset: { [name]: value }, on: { click: () => choose(name, value) } }, text);
    }
    function select(name, word, options) {
        const known = options.some(([value]) => value === wanted[name]) || !wanted[name] ? options : [...options, [wanted[name], wanted[name]]];
        return el('select', { class: 'field', 'aria-label': t(word), dataset: { filter: name }, on: { change: (event) => choose(name, event.target.value) } },
            el('option', { value: '' }, t(word)), known.map(([value, text]) => el('option', { value, selected: value === wanted[name] }, text)));
    }
    function drawFilters() {
        fill(filters, STATES.map((state) => toggle('state', state, t(`alert.state-${state}`))), LEVELS.map((level) => toggle('level', level, t(`level.${level}`))),
            select('rule', 'alert.any-rule', RULES.map((rule) => [rule, ruleName(rule)])), select('site', 'alert.any-site', [...names]), csvLink(`/api/v1/alerts?${address()}&format=csv&lang=${lang()}`, 'alerts'));
    }
    function draw(next) {
        const order = (a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || Date.parse(a.due) - Date.parse(b.due);
        const shown = wanted.state === 'standing' ? [...alerts].sort(order) : alerts;
        fill(list, shown.length ? shown.map((alert) => ofSite(alert.site, () => card(alert, names, see))) : el('p', { class: 'hint' }, t(wanted.state === 'standing' ? 'alert.none' : 'alert.none-cleared')),
            next && el('button', { type: 'button', class: 'plain', on: { click: () => load(next) } }, t('more')));
    }
    async function load(before) {
        try {
            const page = await get(`/api/v1/alerts?limit=${PAGE}&${address(before)}`);
            if (!root.contains(list)) return;
            alerts = before ? [...alerts, ...page.alerts] : page.alerts;
            draw(page.next);
        } catch {
            if (!alerts) fill(list, el('p', { class: 'hint' }, t('error.offline')));
        }
    }
    async function see(alert, button) {
        button.disabled = true;
        try {
            await post(`/api/v1/alerts/${alert.id}/seen`, { id: uuid7() });
            say(t('alert.seen'));
            await load();
        } catch (error) {
            say(error instanceof Offline ? t('error.offline') : error.message, 'bad');
            button.disabled = false;
        }
    }
    // Drawn again only where there is another site or name: a list that somebody has opened must not close under the finger.
    function loadNames() {
        const found = new Map((sites.get() ?? []).map(({ site, name }) => [site, name]));
        if (JSON.stringify([...found]) === JSON.stringify([...names])) return;
        names = found;
        drawFilters();
        if (alerts) load();
    }
    const soon = debounce(() => load(), 400);
    const tick = setInterval(() => load(), MINUTE_MS); // ages
    const stops = [live.on('record', (record) => record.type?.startsWith('alert-') && soon()), live.on('again', soon), sites.watch(loadNames)];
    drawFilters();
    load();
    loadNames();
    return () => {
        clearInterval(tick);
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}
