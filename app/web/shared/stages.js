// SPDX-License-Identifier: MIT
// Stages, timed tests and claims as people read them, on the panel and at head office. Colour is never all that tells.
import { el } from './dom.js';
import { icon } from './icons.js';
import { both, reasonName, roomName } from './trade.js';
import { lang, t } from './words.js';
import { dayOf, lasted, moment, shortDay } from './when.js';

const ICONS = { planned: 'plan', started: 'tool', finished: 'check', asked: 'look', accepted: 'checks', rejected: 'back' };
export const VERB_ICONS = { start: 'forward', finish: 'check', request: 'look', accept: 'checks', reject: 'back', override: 'warn' };

export const stateBadge = (state) => el('span', { class: 'badge stage-badge', dataset: { stage: state } }, icon(ICONS[state] ?? 'plan'), el('span', {}, t(`stage.is-${state}`)));

const day = (mark) => shortDay(dayOf(mark.at));

// Where a site stands: "水电 第6/10天" while it goes on, else how far its stage is: the same words as in the list of stages.
export function standingOf(stage) {
    const { state = 'started', days } = stage;
    const words = state !== 'started' ? t(`stage.is-${state}`) : stage.day ? t(days ? 'stage.day-of' : 'stage.day', { day: stage.day, days }) : '';
    return [both(stage), words].filter(Boolean).join(' ');
}

// "计划 11月10日–11月27日 · 实际 11月12日–"
export function datesText(stage) {
    const { planned_start: from, planned_finish: to } = stage;
    const planned = (from || to) && t('stage.planned', { from: from ? shortDay(from) : '?', to: to ? shortDay(to) : '?' });
    const end = stage.finished ?? stage.accepted;
    const really = stage.started && t('stage.really', { from: day(stage.started), to: end ? day(end) : '' });
    const logged = stage.state === 'planned' && stage.logged && t('stage.logged', { day: shortDay(stage.logged) });
    return [planned, really, logged].filter(Boolean).join(' · ');
}

// What stands in the way of the next step; what refuses comes first.
export function missingList(of) {
    const all = [...(of.missing ?? [])].sort((a, b) => b.hard - a.hard);
    return all.length > 0 && el('ul', { class: 'missing' }, all.map((one) => el('li', { class: one.hard ? 'missing-hard' : '' }, icon(one.hard ? 'stop' : 'info'), el('span', {}, one[lang()] || one.zh))));
}

// Marks of one life, oldest first: who did what when.
export function markLines(of) {
    const marks = ['started', 'finished', 'asked', 'rejected', 'accepted', 'overridden'].filter((name) => of[name]).sort((a, b) => Date.parse(of[a].at) - Date.parse(of[b].at));
    return marks.map((name) => el('p', { class: 'stage-mark' }, el('b', {}, t(`stage.did-${name}`)), ` ${[moment(of[name].at), of[name].by?.name ?? '', of[name].reason].filter(Boolean).join(' · ')}`));
}

// How far a stage presses: what waits for somebody first.
const RANK = { asked: 0, rejected: 1, started: 2, finished: 3, planned: 4, accepted: 5 };
export const pressing = (stages) => stages.map((stage, n) => ({ stage, n })).sort((a, b) => RANK[a.stage.state] - RANK[b.stage.state] || a.n - b.n).map(({ stage }) => stage);

// ---- timed tests ----

// "07:12" of seconds, hours and minutes.
export function clockLeft(seconds) {
    const minutes = Math.max(0, Math.ceil(seconds / 60));
    return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

export const testName = (test) => both(test) + (test.room ? t('brackets', { text: roomName(test.room) }) : '');

export function darkText(dark) {
    const whole = dark.filter((one) => one.seconds);
    if (!dark.length) return '';
    const span = ({ from, to }) => `${moment(from)}–${to ? moment(to) : '?'}`;
    return t('test.dark', { time: lasted(whole.reduce((sum, one) => sum + one.seconds, 0)), when: dark.map(span).join(t('list.separator')) });
}

const TEST_ICONS = { running: 'clock', passed: 'checks', failed: 'warn' };
export const testBadge = (state) => el('span', { class: 'badge test-badge', dataset: { test: state } }, icon(TEST_ICONS[state]), el('span', {}, t(`test.is-${state}`)));

// Start, end, limit and what was the matter.
export function testLines(test) {
    const unit = test.unit ? ` ${test.unit}` : '';
    const line = (word, text) => text && el('p', { class: 'stage-mark' }, el('b', {}, t(word)), ` ${text}`);
    return [line('test.limit', test.limit?.[lang()]),
        line('test.began', [test.started && moment(test.started), test.unit && `${test.value}${unit}`, test.by?.name].filter(Boolean).join(' · ')),
        test.end && line('test.ended', [moment(test.end.at), test.unit && `${test.end.value}${unit}`, lasted(test.seconds), test.end.by?.name].filter(Boolean).join(' · ')),
        test.how === 'provable' && line('test.only', t('test.provable', { time: lasted(test.seconds) })),
        ...(test.warnings ?? []).map((one) => line('test.only', one[lang()] || one.zh)),
        ...(test.end?.faults ?? []).map((fault) => el('p', { class: 'stage-mark test-fault' }, icon('warn'), fault[lang()] || fault.zh)),
        test.dark?.length > 0 && el('p', { class: 'stage-mark' }, icon('power'), darkText(test.dark))];
}

// ---- claims ----

export function delayLine(delay) {
    const { decision } = delay;
    return [reasonName(delay.reason), delay.from && `${shortDay(delay.from)}–${shortDay(delay.to)}`, t('delay.days', { n: delay.days }),
        decision && t(`delay.is-${delay.state}`, { n: decision.days })].filter(Boolean).join(' · ');
}
