// SPDX-License-Identifier: MIT
// The weekly inspection: which stage, the reports so far, and one of them. The walk through a stage's checklist is inspectwalk.js.
import { get, sitePath } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { reportBody, reportCard } from '/shared/inspections.js';
import * as live from '/shared/live.js';
import { may, place } from '/shared/place.js';
import { stageName, stages } from '/shared/trade.js';
import { lang, t } from '/shared/words.js';
import { today } from './data.js';
import { setTitle } from './header.js';
import { walk } from './inspectwalk.js';
import { rail } from './rail.js';

export function inspect(root, ctx) {
    const [what, id] = ctx.param;
    if (what === 'report') return report(root, ctx, id);
    return what && may('inspect') ? walk(root, ctx, what) : list(root, ctx);
}

function list(root, { goTo, home }) {
    let stopped = false;
    const current = today.get()?.stage?.key;
    const all = [...stages()].sort((a, b) => (b.key === current) - (a.key === current));
    const choose = may('inspect') && [el('h2', { class: 'day' }, t('walk.which')), el('div', { class: 'walk-stages' }, all.map((stage) => el('button', { type: 'button', class: stage.key === current ? 'main' : 'plain', dataset: { key: stage.key }, on: { click: () => goTo(`inspect/${stage.key}`) } },
        el('span', {}, stageName(stage.key), stage.key === current && t('brackets', { text: t('walk.current') })))))];
    const reports = el('div', { class: 'hazard-list' }, el('p', { class: 'hint' }, t('loading')));
    const scroller = el('div', { class: 'scroller', tabindex: -1 }, choose, el('h2', { class: 'day' }, t('walk.reports')), reports);
    setTitle(t('walk.title'), home);
    fill(root, scroller, el('div', { class: 'side' }, rail(scroller)));

    async function load() {
        try {
            const { inspections } = await get(sitePath('/inspections?limit=30'));
            if (!stopped) fill(reports, inspections.length ? inspections.map((one) => reportCard(one, () => goTo(`inspect/report/${one.id}`))) : el('p', { class: 'hint' }, t('walk.none')));
        } catch {
            if (!stopped && !reports.querySelector('.report-card')) fill(reports, el('p', { class: 'hint' }, t('error.offline')));
        }
    }
    const soon = debounce(load, 400);
    const stops = [live.on('record', (record) => record.site === place.site && record.type === 'inspection-submitted' && soon()), live.on('again', soon)];
    load();
    return () => {
        stopped = true;
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}

// The verdict, and what it rests on.
function report(root, { goTo }, id) {
    let stopped = false;
    const back = () => goTo('inspect');
    setTitle(t('walk.title'), back);
    fill(root, el('p', { class: 'hint' }, t('loading')));
    get(sitePath(`/inspections/${encodeURIComponent(id)}`)).then((one) => {
        if (stopped) return;
        const scroller = el('div', { class: 'scroller walk-report', tabindex: -1 }, reportBody(one, { hazard: (hazard) => goTo(`hazard/${hazard}`) }));
        const file = place.hub && el('a', { class: 'plain', href: sitePath(`/report?week=${one.date}&lang=${lang()}`), target: '_blank', rel: 'noopener' }, icon('note'), el('span', {}, t('walk.report')));
        setTitle(`${t('type.inspection-submitted')} · ${stageName(one.stage)}`, back);
        fill(root, scroller, el('div', { class: 'side' }, el('button', { type: 'button', class: 'main', on: { click: () => goTo('') } }, icon('check'), el('span', {}, t('walk.finish'))), file, rail(scroller)));
    }, (error) => !stopped && fill(root, el('p', { class: 'hint' }, t(error.status === 404 ? 'walk.unknown' : 'error.offline'))));
    return () => { stopped = true; };
}
