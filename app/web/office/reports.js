// SPDX-License-Identifier: MIT
// A site's weekly reports: one a week, as a page and as a PDF, the newest first.
import { el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { t } from '/shared/words.js';
import { dayPlus, shortDay, today, weekOf } from '/shared/when.js';

const WEEKS = 26;

// The ISO week of a Monday: 2026-W47. It is the week of its Thursday.
function weekKey(monday) {
    const thursday = dayPlus(monday, 3);
    const days = (Date.parse(`${thursday}T00:00:00Z`) - Date.parse(`${thursday.slice(0, 4)}-01-01T00:00:00Z`)) / 86400000;
    return `${thursday.slice(0, 4)}-W${String(Math.floor(days / 7) + 1).padStart(2, '0')}`;
}

export function showReports(root, site) {
    const path = `/api/v1/sites/${encodeURIComponent(site)}/report`;
    const first = weekOf(today());
    const weeks = Array.from({ length: WEEKS }, (_, i) => dayPlus(first, -7 * i));
    const link = (week, pdf) => `${path}?week=${weekKey(week)}${pdf ? '&format=pdf' : ''}`;
    fill(root, el('ul', { class: 'facts reports' }, weeks.map((week, i) => el('li', { class: 'fact', dataset: { week: weekKey(week) } }, icon('note'), el('span', {}, t(i === 0 ? 'report.this-week' : 'report.week', { from: shortDay(week), to: shortDay(dayPlus(week, 6)) })),
        el('a', { class: 'plain', href: link(week), target: '_blank', rel: 'noopener' }, icon('look'), el('span', {}, t('report.open'))), el('a', { class: 'plain', href: link(week, true), download: '' }, icon('download'), el('span', {}, t('office.report-pdf')))))));
    return () => {};
}
