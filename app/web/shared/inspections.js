// SPDX-License-Identifier: MIT
// Quality reports as people read them, on the panel and at head office: the verdict, each item with its limit and what was found. Colour is never
// all that tells.
import { get, sitePath } from './api.js';
import './walkwords.js';
import { el } from './dom.js';
import { icon } from './icons.js';
import { openViewer, thumb } from './pictures.js';
import { roomName, stageName } from './trade.js';
import { lang, t } from './words.js';
import { moment, shortDay } from './when.js';

const VERDICT_ICONS = { pass: 'checks', rectify: 'warn', fail: 'stop' };
export const RESULT_ICONS = { pass: 'check', fail: 'close', na: 'minus', part: 'clock' };

export const verdictBadge = (verdict) => el('span', { class: 'verdict', dataset: { verdict } }, icon(VERDICT_ICONS[verdict] ?? 'info'), el('span', {}, t(`verdict.${verdict}`)));
export const resultBadge = (result) => el('span', { class: 'walk-result', dataset: { result } }, icon(RESULT_ICONS[result] ?? 'info'), el('span', {}, t(`walk.${result}`)));
export const redBadge = () => el('span', { class: 'walk-badge walk-red' }, icon('stop'), el('span', {}, t('walk.red-line')));

// "A/M", "t?": in words.
export function sourceText(source) {
    const one = (letter) => t(`walk.source-${letter[0]}`) + (letter.length > 1 ? t('brackets', { text: t('walk.source-?') }) : '');
    return source ? source.split('/').map(one).join(t('list.separator')) : '';
}

export function countsText(report) {
    return [t('inspect.counts', { passed: report.passed, failed: report.failed, na: report.not_applicable }), report.red > 0 && t('inspect.red', { n: report.red })].filter(Boolean).join(' · ');
}

const count = (hazards) => (Array.isArray(hazards) ? hazards.length : hazards ?? 0);

// One of a list.
export function reportCard(report, open) {
    return el('button', { type: 'button', class: 'hazard-card stage-card report-card', dataset: { id: report.id, verdict: report.verdict }, on: { click: () => open(report) } },
        el('span', { class: 'hazard-top' }, verdictBadge(report.verdict), el('span', {}, shortDay(report.date))), el('span', { class: 'hazard-text' }, stageName(report.stage)),
        el('span', { class: 'hazard-place' }, [countsText(report), count(report.hazards) > 0 && t('inspect.hazards', { n: count(report.hazards) }), report.actor?.name].filter(Boolean).join(' · ')));
}

// Photos by id: what is known of them is asked for, the others are on their way.
export function photoRow(ids) {
    const known = [];
    return el('div', { class: 'walk-photos' }, (ids ?? []).map((id) => {
        const box = el('span', { class: 'thumb' }, el('span', { class: 'thumb-missing' }, icon('album'), el('span', {}, t('photo.away'))));
        get(sitePath(`/photos/${id}/info`)).then((photo) => {
            known.push(photo);
            box.replaceWith(el('button', { type: 'button', class: 'pair-photo', 'aria-label': t('photo.one'), on: { click: () => openViewer(known, known.indexOf(photo)) } }, thumb(photo, '')));
        }, () => {});
        return box;
    }));
}

function valueText(item) {
    if (item.values) return item.values.map(({ value }) => String(value)).join(' / ');
    if (item.runs) return item.runs.map((run) => [`${run.minutes} ${t('walk.minutes')}`, run.start !== undefined && [run.start, run.end].filter((n) => n !== undefined).join('→')].filter(Boolean).join(' ')).join(' / ');
    return '';
}

function itemLine(item, result, hazard, open) {
    const line = (word, text) => text && el('p', { class: 'stage-mark' }, el('b', {}, t(word)), ` ${text}`);
    return el('article', { class: 'walk-found', dataset: { item: item.item, result: result.result } },
        el('p', { class: 'hazard-top' }, resultBadge(result.result), result.red && redBadge(), el('b', {}, (lang() === 'en' ? result.en : result.zh) + (item.room ? t('brackets', { text: roomName(item.room) }) : ''))),
        result.limit?.[lang()] && el('p', { class: 'hazard-place' }, [t('walk.limit', { limit: result.limit[lang()] }), sourceText(result.source)].join(' · ')),
        line('walk.value', valueText(item)), item.reason && el('p', {}, item.reason), item.note && line('log.note', item.note), item.photos?.length > 0 && photoRow(item.photos),
        hazard && open && el('button', { type: 'button', class: 'plain', on: { click: () => open(hazard.id) } }, icon('warn'), el('span', {}, t('walk.hazard'))));
}

// The whole report; failures first. options.hazard(id): where one that it raised is opened.
export function reportBody(report, options = {}) {
    const hazards = [...(report.hazards ?? [])];
    const rank = { fail: 0, na: 2, pass: 1 };
    const rows = (report.items ?? []).map((item, n) => ({ item, result: report.results?.[n] ?? { result: item.result ?? 'part', zh: item.item, en: item.item }, n }));
    for (const row of rows) {
        const at = row.item.hazard ? hazards.findIndex((one) => one.item === row.item.item) : -1;
        if (at >= 0) [row.hazard] = hazards.splice(at, 1);
    }
    rows.sort((a, b) => b.result.red - a.result.red || rank[a.result.result] - rank[b.result.result] || a.n - b.n);
    return [el('div', { class: 'walk-verdict', dataset: { verdict: report.verdict } }, verdictBadge(report.verdict), el('p', {}, [stageName(report.stage), shortDay(report.date), report.actor?.name, moment(report.at)].filter(Boolean).join(' · ')),
        el('p', {}, [countsText(report), report.hazards?.length > 0 && t('inspect.hazards', { n: report.hazards.length })].filter(Boolean).join(' · ')), report.note && el('p', {}, report.note)),
    rows.map(({ item, result, hazard }) => itemLine(item, result, hazard, options.hazard)), report.photos?.length > 0 && photoRow(report.photos)];
}
