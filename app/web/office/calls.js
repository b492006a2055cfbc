// SPDX-License-Identifier: MIT
// Who is to be called: what happened since the last time, and what came of it. And the hand-over, after which nobody is called.
import { get, post, setSite } from '/shared/api.js';
import { el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import { fact, photoRow } from '/shared/money.js';
import { choose, openSheet } from '/shared/sheet.js';
import { lang, t } from '/shared/words.js';
import { dayName, moment, shortDay } from '/shared/when.js';
import { say } from './bar.js';

const path = (site, rest) => `/api/v1/sites/${encodeURIComponent(site)}${rest}`;
const row = (id, word, node) => el('p', { class: 'form-row' }, el('label', { class: 'label', for: id }, t(word)), node);

function digest(call) {
    const { lines, photos, delay, next, questions } = call.digest;
    return [el('ul', { class: 'call-lines' }, lines.map((line) => el('li', {}, el('time', { datetime: line.at }, moment(line.at)), ' ', [line.stage, line.text].filter(Boolean).join(' · ')))), photoRow(photos),
        fact('call.delay', delay), next && fact('call.next', `${next.zh} · ${shortDay(next.planned_finish)}`), questions > 0 && el('p', { class: 'hazard-overdue' }, t('call.open-questions', { n: questions }))];
}

function called(call, form) {
    const id = uuid7();
    let score = 0;
    const scores = el('div', { class: 'choices choices-row' });
    const note = el('textarea', { class: 'field note-field', id: 'call-note', rows: 3, maxlength: 600 });
    const questions = el('textarea', { class: 'field note-field', id: 'call-questions', rows: 3, maxlength: 900 });
    const next = el('input', { class: 'field', id: 'call-next', type: 'date' });
    const draw = () => fill(scores, [1, 2, 3, 4, 5].map((n) => el('button', { type: 'button', class: 'toggle', dataset: { score: n }, 'aria-pressed': String(score === n), on: { click: () => {
        score = n;
        draw();
    } } }, String(n))));
    draw();
    setSite(call.site);
    form({ title: call.name, onClose: () => setSite(''), content: [el('p', {}, [call.customer.name, call.customer.phone].filter(Boolean).join(' ')), digest(call), el('h3', {}, t('call.score')), scores, row('call-note', 'call.note', note), row('call-questions', 'call.questions', questions), row('call-next', 'call.next-day', next)],
        actions: [{ main: true, name: 'check', word: 'call.send', key: 'call', run: () => {
            if (!score) return t('call.say-score');
            const body = { id, score, note: note.value.trim(), questions: questions.value.split('\n').map((line) => line.trim()).filter(Boolean).slice(0, 10), next: next.value };
            return post(path(call.site, '/callbacks'), Object.fromEntries(Object.entries(body).filter(([, v]) => v !== '' && v.length !== 0))).then(() => say(t('call.saved')));
        } }] });
}

export function callCard(call, form) {
    const when = call.late_days > 0 ? t('call.late', { n: call.late_days }) : t('call.due', { day: shortDay(call.due) });
    const last = call.last ? t('call.last', { day: shortDay(call.last), score: call.score }) : t('call.never');
    const newest = call.digest.lines[0];
    return el('button', { type: 'button', class: 'hazard-card money-card', dataset: { site: call.site }, on: { click: () => called(call, form) } },
        el('span', { class: 'hazard-top' }, icon('person'), el('b', {}, call.name), el('span', { class: call.late_days > 0 ? 'hazard-overdue' : 'hazard-place' }, when)),
        el('span', { class: 'hazard-place' }, [last, newest && newest.text].filter(Boolean).join(' · ')));
}

// On a site's page: closing the job, or that it is closed.
export async function handover(root, site) {
    const now = await get(path(site, '/handover'));
    if (now.done) return void fill(root, el('span', { class: 'badge', dataset: { state: 'received' } }, icon('checks'), el('span', {}, t('handover.done', { day: dayName(now.date) }))));
    fill(root, el('button', { type: 'button', class: 'plain', dataset: { step: 'handover' }, on: { click: async () => {
        const { open } = await get(path(site, '/handover')).catch(() => ({ open: [] }));
        if (open?.length) return void openSheet({ title: t('handover.do'), content: [el('p', {}, t('handover.open', { n: open.length })), el('ul', {}, open.map((one) => el('li', {}, lang() === 'en' ? one.en : one.zh)))] });
        if (!(await choose(t('handover.do'), t('handover.sure'), [{ value: true, icon: 'checks', label: t('handover.do'), main: true }]))) return;
        await post(path(site, '/handover'), { id: uuid7() }).then(() => say(t('handover.saved')), (error) => say(error.message, 'bad'));
        handover(root, site).catch(() => {});
    } } }, icon('checks'), el('span', {}, t('handover.do'))));
}
