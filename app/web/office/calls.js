// SPDX-License-Identifier: MIT
// Who is to be called: what happened since the last time, and what came of it. And the hand-over, after which nobody is called.
import { get, post } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { privacyLine } from '/shared/freetext.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import * as live from '/shared/live.js';
import { fact, photoRow } from '/shared/money.js';
import { choose, openSheet } from '/shared/sheet.js';
import { reasonName, stageName } from '/shared/trade.js';
import { lang, t } from '/shared/words.js';
import { dayName, moment, shortDay, today } from '/shared/when.js';
import { ofSite, siteOptions, sites, zoneOf } from './allsites.js';
import { say, setTitle } from './bar.js';
import { addressed, select, toggles } from './filters.js';
import { filled, noteField, openForm, row, siteApi } from './form.js';

const words = (both) => both && (both[lang()] || both.zh);

function digest(call) {
    const { lines, photos, delay, next, questions } = call.digest;
    return [lines.length > 0 && el('ul', { class: 'call-lines' }, lines.map((line) => el('li', {}, el('time', { datetime: line.at }, moment(line.at)), ' ', [line.stage, line.text].map(words).filter(Boolean).join(' · ')))), photoRow(photos),
        fact('call.delay', delay && reasonName(delay)), next && fact('call.next', `${stageName(next.stage)} · ${shortDay(next.planned_finish)}`), questions > 0 && el('p', { class: 'hazard-overdue' }, t('call.open-questions', { n: questions }))];
}

function called(call) {
    const id = uuid7();
    let score = 0;
    const scores = el('div', { class: 'choices choices-row' });
    const note = noteField('call-note', 3, 600);
    const questions = noteField('call-questions', 3, 900);
    const next = el('input', { class: 'field', id: 'call-next', type: 'date' });
    const draw = () => fill(scores, [1, 2, 3, 4, 5].map((n) => el('button', { type: 'button', class: 'toggle', dataset: { score: n }, 'aria-pressed': String(score === n), on: { click: () => {
        score = n;
        draw();
    } } }, String(n))));
    draw();
    openForm({ title: call.name, site: call.site, content: () => [[call.customer.name, call.customer.phone].some(Boolean) && el('p', {}, [call.customer.name, call.customer.phone].filter(Boolean).join(' ')), digest(call), el('h3', {}, t('call.score')), scores, row('call-note', 'call.note', note, privacyLine(note)), row('call-questions', 'call.questions', questions, privacyLine(questions)), row('call-next', 'call.next-day', next)],
        actions: [{ main: true, name: 'check', word: 'call.send', key: 'call', run: () => {
            if (!score) return t('call.say-score');
            return post(siteApi(call.site, '/callbacks'), filled({ id, score, note: note.value.trim(), questions: questions.value.split('\n').map((line) => line.trim()).filter(Boolean).slice(0, 10), next: next.value })).then(() => say(t('call.saved')));
        } }] });
}

function callCard(call) {
    const when = call.late_days > 0 ? t('call.late', { n: call.late_days }) : t('call.due', { day: shortDay(call.due) });
    const last = call.last ? t('call.last', { day: shortDay(call.last), score: call.score }) : t('call.never');
    const newest = call.digest.lines[0];
    return el('button', { type: 'button', class: 'hazard-card money-card', dataset: { site: call.site }, on: { click: () => called(call) } },
        el('span', { class: 'hazard-top' }, icon('phone'), el('b', {}, call.name), el('span', { class: call.late_days > 0 ? 'hazard-overdue' : 'hazard-place' }, when)),
        [call.customer.name, call.customer.phone].some(Boolean) && el('span', { class: 'hazard-text' }, [call.customer.name, call.customer.phone].filter(Boolean).join(' ')),
        el('span', { class: 'hazard-place' }, [last, newest && words(newest.text)].filter(Boolean).join(' · ')), call.digest.questions > 0 && el('span', { class: 'hazard-overdue' }, t('call.open-questions', { n: call.digest.questions })));
}

export const countCalls = async () => (await get('/api/v1/callbacks/due')).callbacks.length;

// Everybody who is to be called, who waits longest first. query: what the address says: show ('' or all), site.
export function callsView(root, query) {
    let stopped = false;
    let calls = null;
    const address = addressed('calls', query, ['show', 'site'], changed);
    const filters = el('div', { class: 'filters', role: 'group', 'aria-label': t('office.filter') });
    const grid = el('div', { class: 'hazard-grid' }, el('p', { class: 'hint' }, t('loading')));
    setTitle(t('office.calls'));
    fill(root, filters, grid);

    const isDue = (call) => call.due <= today(zoneOf(call.site));
    const ofThis = () => (calls ?? []).filter((call) => !address.values.site || call.site === address.values.site);
    function draw() {
        if (!filters.contains(document.activeElement) || document.activeElement.tagName !== 'SELECT') {
            fill(filters, toggles(address, 'show', [['', t('call.only-due'), calls ? ofThis().filter(isDue).length : undefined], ['all', t('call.all'), calls ? ofThis().length : undefined]]), select(address, 'site', 'office.filter-site', 'office.any', siteOptions()));
        }
        if (!calls) return;
        const shown = ofThis().filter((call) => address.values.show === 'all' || isDue(call)).sort((a, b) => b.late_days - a.late_days || a.due.localeCompare(b.due));
        fill(grid, shown.length ? shown.map((call) => ofSite(call.site, () => callCard(call))) : el('p', { class: 'hint' }, t('call.nobody')));
    }
    function changed() {
        if (filters.contains(document.activeElement)) document.activeElement.blur();
        draw();
    }
    async function load() {
        try {
            const found = await get('/api/v1/callbacks/due?all=true');
            if (stopped) return;
            calls = found.callbacks;
            draw();
        } catch {
            if (!stopped && !calls) fill(grid, el('p', { class: 'hint' }, t('error.offline')));
        }
    }
    const soon = debounce(load, 400);
    const tick = setInterval(load, 60000); // days go by
    const stops = [live.on('record', (record) => /^(callback|question|handover|plan|site|setting)-/.test(record.type) && soon()), live.on('again', soon), sites.watch(draw)];
    draw();
    load();
    return () => {
        stopped = true;
        clearInterval(tick);
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}

// On a site's page: closing the job, or that it is closed.
export async function handover(root, site) {
    const now = await get(siteApi(site, '/handover'));
    if (now.done) return void fill(root, el('span', { class: 'badge', dataset: { state: 'received' } }, icon('checks'), el('span', {}, t('handover.done', { day: dayName(now.date) }))));
    fill(root, el('button', { type: 'button', class: 'plain', dataset: { step: 'handover' }, on: { click: async () => {
        const { open } = await get(siteApi(site, '/handover')).catch(() => ({ open: [] }));
        if (open?.length) return void openSheet({ title: t('handover.do'), content: [el('p', {}, t('handover.open', { n: open.length })), el('ul', {}, open.map((one) => el('li', {}, lang() === 'en' ? one.en : one.zh)))] });
        if (!(await choose(t('handover.do'), t('handover.sure'), [{ value: true, icon: 'checks', label: t('handover.do'), main: true }]))) return;
        await post(siteApi(site, '/handover'), { id: uuid7() }).then(() => say(t('handover.saved')), (error) => say(error.message, 'bad'));
        handover(root, site).catch(() => {});
    } } }, icon('checks'), el('span', {}, t('handover.do'))));
}
