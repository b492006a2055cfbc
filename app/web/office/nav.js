// SPDX-License-Identifier: MIT
// The way about head office's pages: a rail beside them on a desk, a menu on a phone. A new page is a row here.
import { el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { may } from '/shared/place.js';
import { openSheet } from '/shared/sheet.js';
import { t } from '/shared/words.js';
import { alertsView } from './alerts.js';
import { sites } from './allsites.js';
import { approvalsView, countApprovals } from './approvals.js';
import { boardsView } from './boards.js';
import { callsView, countCalls } from './calls.js';
import { hazardsView } from './hazards.js';
import { countStuck, hooksView } from './hooks.js';
import { inspectionsView } from './inspections.js';
import { measuresView } from './measures.js';
import { countQuestions, questionsView } from './questions.js';
import { rulesView } from './rules.js';
import { sitesView } from './sites.js';

const APART_MS = 4000;
const sum = (list, count) => list.reduce((n, site) => n + count(site), 0);

// In this order. show(main, query) draws the page and returns how to stop it; the query is that of the address #/name?query. may: who sees it.
// count: of all sites' lines, how many want to be looked at; ask: the same of the server, a promise; bad: they are painted so. Again whenever something
// happens, the server every few seconds at most.
export const VIEWS = {
    sites: { icon: 'sites', show: sitesView, count: (list) => list.filter((site) => site.red).length, bad: true },
    alerts: { icon: 'bell', show: alertsView, count: (list) => sum(list, (site) => site.alerts) },
    hazards: { icon: 'warn', show: hazardsView, count: (list) => sum(list, (site) => site.open_hazards) },
    inspections: { icon: 'note', show: inspectionsView },
    approvals: { icon: 'checks', show: approvalsView, may: 'decide', ask: countApprovals },
    questions: { icon: 'info', show: questionsView, ask: countQuestions },
    calls: { icon: 'phone', show: callsView, may: 'decide', ask: countCalls },
    measures: { icon: 'chart', show: measuresView, may: 'measure' },
    rules: { icon: 'edit', show: rulesView, may: 'decide' },
    hooks: { icon: 'send', show: hooksView, may: 'decide', ask: countStuck, bad: true },
    boards: { icon: 'board', show: boardsView, count: (list) => sum(list, (site) => site.boards.filter((board) => board.silent_since).length) },
};

const rail = el('nav', { class: 'rail' });
const menu = el('button', { type: 'button', class: 'square bar-menu', on: { click: openMenu } });
let current = '';
let counts = {};
let sheet = null;

const shown = () => Object.entries(VIEWS).filter(([, view]) => !view.may || may(view.may));

function links() {
    return shown().map(([name, view]) => el('a', { class: 'rail-link', href: name === 'sites' ? '#/' : `#/${name}`, dataset: { view: name }, 'aria-current': name === current && 'page', on: { click: () => sheet?.close() } },
        icon(view.icon), el('span', { class: 'rail-name' }, t(`office.${name}`)), counts[name] > 0 && el('b', { class: view.bad ? 'rail-count rail-bad' : 'rail-count' }, String(counts[name]))));
}

function draw() {
    rail.setAttribute('aria-label', t('office.menu'));
    menu.setAttribute('aria-label', t('office.menu'));
    fill(menu, icon('menu'), Object.entries(VIEWS).some(([name, view]) => view.bad && counts[name] > 0) && el('b', { class: 'menu-dot' }));
    fill(rail, links());
}

let extras = [];
function openMenu() {
    sheet = openSheet({ title: t('office.menu'), className: 'menu-sheet', content: [el('nav', { class: 'menu-links' }, links()), el('div', { class: 'menu-extras' }, extras())], onClose: () => { sheet = null; } });
}

let asked = 0;
let timer = 0;
async function ask() {
    timer = 0;
    asked = Date.now();
    const found = await Promise.all(shown().filter(([, view]) => view.ask).map(async ([name, view]) => [name, await view.ask().catch(() => counts[name])]));
    if (!sites.get()) return; // signed out meanwhile
    counts = { ...counts, ...Object.fromEntries(found) };
    draw();
}

sites.watch((list) => {
    if (!list) {
        clearTimeout(timer);
        timer = asked = 0;
        counts = {};
        return;
    }
    counts = { ...counts, ...Object.fromEntries(shown().filter(([, view]) => view.count).map(([name, view]) => [name, view.count(list)])) };
    draw();
    timer ||= setTimeout(ask, Math.max(0, asked + APART_MS - Date.now()));
});

// name: of the page that is shown, or ''; more(): what a phone's menu has below the pages.
export function drawNav(name, more) {
    current = name;
    extras = more;
    draw();
    return { rail, menu };
}
