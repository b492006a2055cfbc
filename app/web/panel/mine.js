// SPDX-License-Identifier: MIT
// At the hub, on a phone: a person's sites in the order of what presses, each with what this person can do about it now. A tap leads to the thing itself.
import { get } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import * as live from '/shared/live.js';
import { user } from '/shared/place.js';
import { both } from '/shared/trade.js';
import { lang, languageButton, t } from '/shared/words.js';
import { moment } from '/shared/when.js';
import { actionOf, target, unseen } from './home.js';

const MINUTE_MS = 60000;
const ICONS = { acceptance: 'checks', overdue: 'clock', recheck: 'look', rejected: 'back', hazard: 'warn', report: 'note', daylog: 'log', question: 'question', sign: 'edit', news: 'info', alert: 'bell' };
// Where a thing is found on the pages of its site.
const PLACES = { inspection: () => 'inspect', report: () => 'inspect', hazard: (id) => `hazard/${id}`, daylog: () => 'log', stage: (id) => `stages/${id}`, question: (id) => `question/${id}`, material: (id) => `material/${id}`, change: () => 'change', board: () => 'status' };

function addressOf(site, subject = '', sign = false) {
    const [kind, id] = subject.split('/');
    return `/panel/?site=${encodeURIComponent(site)}#/${PLACES[kind]?.(id) ?? ''}${sign && kind === 'stage' ? '//sign' : ''}`;
}

// News lead where their card on the home screen does, and are gone once that was opened on this phone.
function newsAddress(site, one) {
    const due = { ...one, id: one.subject.slice(one.subject.indexOf('/') + 1) };
    return `/panel/?site=${encodeURIComponent(site)}#/${target(due, actionOf(due))}`;
}
const withoutSeen = (mine) => ({ ...mine, sites: mine.sites.map((site) => ({ ...site, press: unseen(site.press) })) });

function item(site, one) {
    const late = one.due && Date.parse(one.due) < Date.now();
    const due = one.due && t(late ? 'due.was' : 'due.by', { at: moment(one.due) });
    return el('a', { class: 'mine-item', href: one.kind === 'news' ? newsAddress(site, one) : addressOf(site, one.subject, one.kind === 'sign'), dataset: { kind: one.kind, late: String(Boolean(late)) } }, icon(ICONS[one.kind] ?? 'warn'),
        el('span', { class: 'mine-text' }, el('b', {}, one.text[lang()] || one.text.zh), due && el('span', { class: 'mine-due' }, due)), icon('forward'));
}

const head = (site) => el('a', { class: 'mine-head', href: addressOf(site.site), dataset: { site: site.site, red: String(site.red) } },
    el('span', { class: 'mine-text' }, el('b', {}, site.name), el('span', { class: 'mine-due' }, [site.site, site.stage && both(site.stage)].filter(Boolean).join(' · '))), icon('forward'));

// Draws into root; again(): draw the whole page anew. leave(): sign out.
export function mineView(root, first, leave) {
    let mine = withoutSeen(first);
    let kind = new URLSearchParams(location.search).get('kind') ?? '';
    const filters = el('div', { class: 'mine-kinds', role: 'group', 'aria-label': t('office.filter') });
    const list = el('div', { class: 'mine-list' });
    const bar = el('header', { class: 'bar' });
    fill(root, bar, el('main', { class: 'view mine', id: 'main' }, filters, list));

    function choose(next) {
        kind = next;
        history.replaceState(null, '', kind ? `/panel/?kind=${kind}` : '/panel/');
        draw();
    }
    function drawFilters() {
        const all = mine.sites.flatMap((site) => site.press);
        const kinds = Object.keys(ICONS).filter((name) => name === kind || all.some((one) => one.kind === name));
        const toggle = (name, text, n) => el('button', { type: 'button', class: 'toggle', 'aria-pressed': String(kind === name), dataset: { kind: name }, on: { click: () => choose(kind === name ? '' : name) } }, el('span', {}, text), el('b', {}, String(n)));
        fill(filters, kinds.length > 1 && [toggle('', t('filter.all'), all.length), kinds.map((name) => toggle(name, t(`mine.${name}`), all.filter((one) => one.kind === name).length))]);
    }
    function draw() {
        fill(bar, el('div', { class: 'bar-title' }, el('h1', {}, t('mine.title'))), languageButton(draw),
            el('button', { type: 'button', class: 'square bar-me', 'aria-label': t('office.leave', { name: user.get()?.name }), on: { click: leave } }, icon('leave')));
        drawFilters();
        const sites = mine.sites.map((site) => ({ ...site, press: site.press.filter((one) => !kind || one.kind === kind) }));
        const [busy, idle] = [sites.filter((site) => site.press.length), kind ? [] : sites.filter((site) => !site.press.length)];
        fill(list, busy.map((site) => el('section', { class: 'mine-site', dataset: { site: site.site } }, head(site), site.press.map((one) => item(site.site, one)))),
            !busy.length && mine.sites.length > 0 && el('p', { class: 'hint' }, t('mine.nothing')), idle.length > 0 && [el('h2', { class: 'mine-rest' }, t(busy.length ? 'mine.rest' : 'mine.all')), idle.map(head)],
            !mine.sites.length && el('p', { class: 'hint' }, t('sites.none')));
    }
    async function load() {
        try {
            mine = withoutSeen(await get('/api/v1/mine'));
            if (root.contains(list)) draw();
        } catch {
            // what is known stays
        }
    }
    const soon = debounce(load, 500);
    const stops = [live.on('record', soon), live.on('again', soon)];
    const tick = setInterval(load, MINUTE_MS);
    live.start();
    draw();
    return () => {
        clearInterval(tick);
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}
