// SPDX-License-Identifier: MIT
// A site in one look: where it stands, what presses and where to do something about it, its people, what was asked of it, and what happened last.
import { get, sitePath } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { showFeed } from '/shared/feed.js';
import { icon } from '/shared/icons.js';
import * as live from '/shared/live.js';
import { has, lang, t } from '/shared/words.js';
import { moment } from '/shared/when.js';
import { sites } from './allsites.js';
import { showRequests } from './request.js';
import { pressLine, stageText } from './sites.js';

const ALERTS = 5;
// Where something can be done about it.
const TABS = { stop_work: 'hazards', overdue: 'hazards', late: 'stages', silent: 'boards', unsent: 'boards', daylog: 'timeline' };

function alertLine(alert) {
    return el('li', { class: `over-alert alert-${alert.level}` }, icon('bell'), el('span', {}, alert.text[lang()] || alert.text.zh), el('span', { class: 'entry-when' }, t('due.was', { at: moment(alert.due) })));
}

export function showOverview(root, id) {
    const address = encodeURIComponent(id);
    const standing = el('section', { class: 'over-standing' });
    const alerts = el('ul', { class: 'over-alerts' });
    const feed = el('section', { class: 'feed' });
    const people = el('section', { class: 'over-people' });
    const requests = el('section', { class: 'requests' });
    let stopped = false;
    fill(root, el('div', { class: 'two' }, el('div', { class: 'over-main' }, standing, alerts, el('h2', { class: 'day' }, t('office.newest')), feed), el('aside', {}, people, requests)));

    function draw() {
        const site = (sites.get() ?? []).find((one) => one.site === id);
        if (!site) return;
        fill(standing, el('p', { class: 'over-stage' }, icon('stage'), el('span', {}, stageText(site) || t('office.no-stage'))),
            el('div', { class: 'over-press', dataset: { press: site.red ? 'red' : 'some' } }, site.press.map((press, i) => el('a', { href: TABS[press.kind] ? `#/site/${address}/${TABS[press.kind]}` : `#/alerts?site=${address}` }, pressLine(press, i === 0))),
                !site.press.length && el('p', { class: 'press' }, icon('check'), el('span', {}, t('office.nothing-presses')))));
    }
    async function load() {
        try {
            const [of, standingAlerts] = await Promise.all([get(sitePath('')), get(`/api/v1/alerts?state=standing&site=${address}&limit=${ALERTS}`)]);
            if (stopped) return;
            fill(alerts, standingAlerts.alerts.map(alertLine));
            const active = (of.people ?? []).filter((person) => person.active);
            fill(people, el('h2', { class: 'day' }, t('office.people')), active.length ? el('ul', { class: 'facts' }, active.map((person) => el('li', { class: 'fact' }, icon('person'), el('span', {}, person.name), el('b', {}, has(`role.${person.role}`) ? t(`role.${person.role}`) : person.role)))) : el('p', { class: 'hint' }, t('office.no-people')),
                of.customer?.name && el('p', { class: 'fact' }, icon('phone'), el('span', {}, t('office.customer')), el('b', {}, [of.customer.name, of.customer.phone].filter(Boolean).join(' '))));
        } catch {
            // what is shown stays; the page's head says when it is not live
        }
    }
    const soon = debounce(load, 500);
    const stops = [showFeed(feed, { site: id }), showRequests(requests, id), sites.watch(draw), live.on('again', soon),
        live.on('record', (record) => record.site === id && /^(alert|person|plan)-/.test(record.type) && soon())];
    draw();
    load();
    return () => {
        stopped = true;
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}
