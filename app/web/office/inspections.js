// SPDX-License-Identifier: MIT
// A site's quality reports for head office: the list, and one of them over it with its items, limits, values, photos and hazards.
import { get } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { reportBody, reportCard } from '/shared/inspections.js';
import * as live from '/shared/live.js';
import { may } from '/shared/place.js';
import { openSheet } from '/shared/sheet.js';
import { stageName } from '/shared/trade.js';
import { lang, t } from '/shared/words.js';

const PAGE = 30;

async function show(path, report) {
    const body = el('div', { class: 'walk-report' }, el('p', { class: 'hint' }, t('loading')));
    const foot = el('a', { class: 'plain', href: path(`/report?week=${report.date}&lang=${lang()}`), target: '_blank', rel: 'noopener' }, icon('note'), el('span', {}, t('walk.report')));
    openSheet({ title: `${t('type.inspection-submitted')} · ${stageName(report.stage)}`, className: 'sheet-wide', content: body, foot });
    try {
        fill(body, reportBody(await get(path(`/inspections/${report.id}`)), { hazard: (id) => { location.href = `/panel/?site=${encodeURIComponent(report.site)}#/hazard/${id}`; } }));
    } catch {
        fill(body, el('p', { class: 'hint' }, t('error.offline')));
    }
}

export function showInspections(root, site) {
    const path = (rest) => `/api/v1/sites/${encodeURIComponent(site)}${rest}`;
    let all = [];
    let next = null;
    let stopped = false;
    const list = el('div', { class: 'stage-list' }, el('p', { class: 'hint' }, t('loading')));
    const more = el('button', { type: 'button', class: 'plain more', hidden: true, on: { click: () => load(next) } }, icon('down'), t('more'));
    const walk = may('inspect') && el('a', { class: 'plain', href: `/panel/?site=${encodeURIComponent(site)}#/inspect` }, icon('inspect'), el('span', {}, t('walk.title')));
    fill(root, walk && el('p', { class: 'filters' }, walk), list, more);

    async function load(before) {
        try {
            const page = await get(path(`/inspections?limit=${before ? PAGE : Math.max(PAGE, Math.min(200, all.length))}${before ? `&before=${before}` : ''}`));
            if (stopped) return;
            all = before ? all.concat(page.inspections) : page.inspections;
            ({ next } = page);
            more.hidden = !next;
            fill(list, all.length ? all.map((one) => reportCard(one, (report) => show(path, report))) : el('p', { class: 'hint' }, t('walk.none')));
        } catch {
            if (!stopped && !all.length) fill(list, el('p', { class: 'hint' }, t('error.offline')));
        }
    }
    const soon = debounce(() => load(), 400);
    const stops = [live.on('record', (record) => record.site === site && record.type === 'inspection-submitted' && soon()), live.on('again', soon)];
    load();
    return () => {
        stopped = true;
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}
