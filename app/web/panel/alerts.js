// SPDX-License-Identifier: MIT
// All that is due and all alerts that stand, the most pressing first: what home has no room for.
import { get, sitePath } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import * as live from '/shared/live.js';
import { may, place } from '/shared/place.js';
import { lang, t } from '/shared/words.js';
import { moment } from '/shared/when.js';
import '/shared/rarewords.js';
import { today } from './data.js';
import { setTitle } from './header.js';
import { actionOf, byWeight, isLate, target, textOf, unseen } from './home.js';
import { rail } from './rail.js';

const LEVELS = ['executive', 'office', 'site'];
const WHERE = { hazard: (id) => `hazard/${id}`, stage: (id) => `stages/${id}`, material: (id) => `material/${id}`, question: (id) => `question/${id}`, report: () => 'inspect', daylog: () => 'log', board: () => 'status', change: () => 'change' };

function row(picture, text, line, late, to, goTo, data) {
    const content = [el('span', { class: 'hazard-text' }, icon(picture), el('span', {}, text)), line && el('span', { class: late ? 'hazard-overdue' : 'hazard-place' }, line)];
    return to ? el('button', { type: 'button', class: 'hazard-card stage-card', dataset: data, on: { click: () => goTo(to) } }, content) : el('div', { class: 'hazard-card stage-card', dataset: data }, content);
}

function dueRow(due, goTo) {
    const action = actionOf(due), late = isLate(due);
    const line = due.due && t(late ? 'due.was' : due.kind === 'test' ? 'due.from' : 'due.by', { at: moment(due.due) });
    return row(late ? 'warn' : action.icon, textOf(due), line, late, may(action.may) && target(due, action), goTo, { due: due.kind });
}

function alertRow(alert, goTo) {
    const [kind, id] = (alert.subject ?? '').split('/');
    return row('bell', alert.text[lang()] || alert.text.zh, [t(`alerts.level-${alert.level}`), t('alerts.since', { at: moment(alert.due) })].join(' · '), alert.level !== 'site', WHERE[kind]?.(id), goTo, { alert: alert.rule });
}

export function alerts(root, { goTo, home }) {
    const list = el('div', { class: 'hazard-list' }, el('p', { class: 'hint' }, t('loading')));
    const scroller = el('div', { class: 'scroller', tabindex: -1 }, list);
    let standing = null;
    let stopped = false;
    setTitle(t('alerts.title'), home);
    fill(root, scroller, el('div', { class: 'side' }, rail(scroller)));
    function draw() {
        const dues = unseen(today.get()?.due ?? []).filter((due) => due.kind !== 'alert').sort(byWeight);
        fill(list, dues.length ? dues.map((due) => dueRow(due, goTo)) : el('p', { class: 'hint' }, t('alerts.nothing-due')), el('h2', { class: 'day' }, t('alerts.standing')),
            standing?.length ? standing.map((alert) => alertRow(alert, goTo)) : el('p', { class: 'hint' }, t(standing ? 'alerts.none' : 'loading')));
    }
    async function load() {
        try {
            const page = await get(sitePath('/alerts?state=standing&limit=200'));
            standing = page.alerts.sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || Date.parse(a.due) - Date.parse(b.due));
            if (!stopped) draw();
        } catch {
            if (!stopped && !standing) fill(list, el('p', { class: 'hint' }, t('error.offline')));
        }
    }
    const soon = debounce(load, 400);
    const stops = [live.on('record', (record) => record.site === place.site && record.type.startsWith('alert-') && soon()), live.on('again', soon), today.watch(() => standing && draw())];
    load();
    return () => {
        stopped = true;
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}
