// SPDX-License-Identifier: MIT
// All sites at a glance: who is silent, who has not logged, what has not arrived. Follows by itself.
import { get } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import * as live from '/shared/live.js';
import { t } from '/shared/words.js';
import { dayName, moment, today } from '/shared/when.js';
import { setTitle } from './bar.js';

const MINUTE_MS = 60000;
const isSilent = (site) => site.boards.length > 0 && site.boards.every((b) => !b.online);
const isUnlogged = (site) => !site.closed && site.last_daylog !== today(site.timezone); // each by its own clock
const FILTERS = { all: () => true, silent: isSilent, unlogged: isUnlogged, unsent: (site) => site.unsent > 0 };
let filter = 'all';

function presence(site) {
    if (!site.boards.length) return { state: 'none', picture: 'board', text: t('office.no-board') };
    if (!isSilent(site)) return { state: 'up', picture: 'link', text: t('board.online') };
    const seen = site.boards.map((b) => b.last_seen).filter(Boolean).sort().at(-1);
    return { state: 'down', picture: 'linkdown', text: t('board.silent', { at: seen ? moment(seen) : '–' }) };
}

function card(site) {
    const here = presence(site);
    const logged = !isUnlogged(site);
    const line = (picture, bad, text) => el('p', { class: bad ? 'site-line site-bad' : 'site-line' }, icon(picture), el('span', {}, text));
    const log = site.closed ? t('handover.no-log') : logged ? t('office.logged-today') : site.last_daylog ? t('office.last-log', { day: dayName(site.last_daylog) }) : t('office.never-logged');
    const unsent = site.unsent === null ? t('office.unsent-unknown') : site.unsent > 0 ? t('office.unsent', { n: site.unsent }) : t('office.all-here');
    return el('a', { class: `site-card site-${here.state}`, href: `#/site/${encodeURIComponent(site.site)}`, dataset: { site: site.site } },
        el('h2', {}, site.name), el('p', { class: 'site-id' }, site.site), site.closed && line('checks', false, t('handover.done', { day: dayName(site.closed) })), line(here.picture, here.state === 'down', here.text), site.held && line('stop', true, t('held.line')),
        site.alerts > 0 && line('warn', true, t('office.alerts-count', { n: site.alerts })), site.open_hazards > 0 && line('warn', false, t('office.open-hazards', { n: site.open_hazards })),
        line('log', !logged, log), here.state !== 'none' && line(site.unsent > 0 ? 'sent' : 'received', false, unsent));
}

export function sitesView(root) {
    let sites = null;
    const filters = el('div', { class: 'filters', role: 'group', 'aria-label': t('office.filter') });
    const grid = el('div', { class: 'site-grid' }, el('p', { class: 'hint' }, t('loading')));
    setTitle(t('office.title'));
    fill(root, filters, grid);

    function draw() {
        fill(filters, Object.entries(FILTERS).map(([name, test]) => el('button', { type: 'button', class: 'toggle', 'aria-pressed': String(filter === name), on: { click: () => {
            filter = name;
            draw();
        } } }, el('span', {}, t(`filter.${name}`)), el('b', {}, String(sites.filter(test).length)))));
        const shown = sites.filter(FILTERS[filter]);
        fill(grid, shown.length ? shown.map(card) : el('p', { class: 'hint' }, t(sites.length ? 'office.none-such' : 'office.no-sites')));
    }
    async function load() {
        try {
            ({ sites } = await get('/api/v1/sites'));
            if (root.contains(grid)) draw();
        } catch {
            if (!sites) fill(grid, el('p', { class: 'hint' }, t('error.offline')));
        }
    }
    const soon = debounce(load, 400);
    const tick = setInterval(load, MINUTE_MS); // unsent counts come with beats, silence with time
    const stops = [live.on('record', soon), live.on('sites', soon), live.on('again', soon)];
    load();
    return () => {
        clearInterval(tick);
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}
