// SPDX-License-Identifier: MIT
// All sites at a glance, what presses most first, in the order that the server knows: why it presses, who is silent, who has not logged, what has
// not arrived. Filters are in the address; follows by itself, and draws only the cards that changed, so that two hundred stay quick.
import { el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { standingOf } from '/shared/stages.js';
import { lang, t } from '/shared/words.js';
import { dayName, moment, today } from '/shared/when.js';
import { offline, ofSite, sites } from './allsites.js';
import { setTitle } from './bar.js';
import { addressed, csvLink, toggles } from './filters.js';

const isSilent = (site) => site.boards.some((b) => b.silent_since); // as the rule judges it, by the board's hours
const isOffline = (site) => site.boards.length > 0 && site.boards.every((b) => !b.online); // as every evening
const days = new Map(); // what day it is in a zone, while the page is drawn: asking anew for each of two hundred sites takes a quarter of a second
function dayIn(zone) {
    if (!days.has(zone)) days.set(zone, today(zone));
    return days.get(zone);
}
const isUnlogged = (site) => !site.closed && site.last_daylog !== dayIn(site.timezone); // each by its own clock
const FILTERS = { all: () => true, pressing: (site) => site.press.length > 0, silent: isSilent, offline: isOffline, unlogged: isUnlogged, unsent: (site) => site.unsent > 0, held: (site) => Boolean(site.held) };
const ICONS = { executive: 'bell', stop_work: 'stop', overdue: 'clock', late: 'stage', silent: 'linkdown', daylog: 'log', alerts: 'bell', unsent: 'sent' };

// The reasons in words: the first is what presses most.
export const pressText = ({ kind, n }) => t(`press.${kind}`, { n });
export const pressLine = (press, first) => el('p', { class: first ? 'press press-first' : 'press', dataset: { kind: press.kind } }, icon(ICONS[press.kind] ?? 'warn'), el('span', {}, pressText(press)));

function presence(site) {
    if (!site.boards.length) return { state: 'none', picture: 'board', text: t('office.no-board') };
    const last = (times) => times.filter(Boolean).sort().at(-1);
    const silent = last(site.boards.map((b) => b.silent_since)), seen = last(site.boards.map((b) => b.last_seen));
    if (silent) return { state: 'down', picture: 'linkdown', text: t('board.silent', { at: moment(silent) }) };
    if (!isOffline(site)) return { state: 'up', picture: 'link', text: t('board.online') };
    return { state: 'off', picture: 'linkdown', text: t('board.offline', { at: seen ? moment(seen) : '–' }) };
}

export const stageText = (site) => (site.stage ? standingOf(site.stage) : '');

function card(site) {
    const here = presence(site);
    const logged = !isUnlogged(site);
    const line = (picture, bad, text) => el('p', { class: bad ? 'site-line site-bad' : 'site-line' }, icon(picture), el('span', {}, text));
    const log = site.closed ? t('handover.no-log') : logged ? t('office.logged-today') : site.last_daylog ? t('office.last-log', { day: dayName(site.last_daylog) }) : t('office.never-logged');
    const unsent = site.unsent === null ? t('office.unsent-unknown') : site.unsent > 0 ? t('office.unsent', { n: site.unsent }) : t('office.all-here');
    return el('a', { class: `site-card site-${here.state}`, href: `#/site/${encodeURIComponent(site.site)}`, dataset: { site: site.site, press: site.red ? 'red' : site.press.length ? 'some' : 'none' } },
        site.press[0] && pressLine(site.press[0], true), el('h2', {}, site.name), el('p', { class: 'site-id' }, [site.site, stageText(site)].filter(Boolean).join(' · ')),
        site.press.length > 1 && el('p', { class: 'press-more' }, site.press.slice(1, 4).map(pressText).join(' · ')), site.closed && line('checks', false, t('handover.done', { day: dayName(site.closed) })), site.held && line('stop', true, t('held.line')),
        site.open_hazards > 0 && line('warn', false, t('office.open-hazards', { n: site.open_hazards })),
        line(here.picture, here.state === 'down', here.text), line('log', !logged, log), here.state !== 'none' && line(site.unsent > 0 ? 'sent' : 'received', false, unsent));
}

// query: what the address says: show, find.
export function sitesView(root, query) {
    let drawn = new Map(); // site → its text and its card
    const filters = el('div', { class: 'filter-row', role: 'group', 'aria-label': t('office.filter') });
    const find = el('input', { class: 'field find', type: 'search', name: 'find', value: query.get('find') ?? '', placeholder: t('office.find'), 'aria-label': t('office.find'), on: { input: () => address.set('find', find.value.trim()) } });
    const grid = el('div', { class: 'site-grid' }, el('p', { class: 'hint' }, t('loading')));
    const address = addressed('sites', query, ['show', 'find'], draw);
    setTitle(t('office.title'));
    fill(root, el('div', { class: 'filters' }, filters, find, csvLink(`/api/v1/sites?format=csv&lang=${lang()}`, 'sites')), grid);

    const fits = (site) => !address.values.find || `${site.name} ${site.site}`.toLowerCase().includes(address.values.find.toLowerCase());
    function cardOf(site) {
        const text = JSON.stringify([site, isUnlogged(site)]);
        const known = drawn.get(site.site);
        return known?.text === text ? known : { text, node: ofSite(site.site, () => card(site)) };
    }
    function draw() {
        const all = sites.get();
        if (!all) return;
        days.clear();
        const found = all.filter(fits);
        fill(filters, toggles(address, 'show', Object.entries(FILTERS).map(([name, test]) => [name, t(`filter.${name}`), found.filter(test).length]).filter(([name, , n]) => name !== 'held' || n > 0 || address.values.show === 'held')));
        const shown = found.filter(FILTERS[address.values.show] ?? FILTERS.all);
        drawn = new Map(all.map((site) => [site.site, cardOf(site)]));
        fill(grid, shown.length ? shown.map((site) => drawn.get(site.site).node) : el('p', { class: 'hint' }, t(all.length ? 'office.none-such' : 'office.no-sites')));
    }
    const stops = [sites.watch(draw), offline.watch((away) => away && !sites.get() && fill(grid, el('p', { class: 'hint' }, t('error.offline'))))];
    draw();
    return () => stops.forEach((stop) => stop());
}
