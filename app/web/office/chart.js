// SPDX-License-Identifier: MIT
// Stages planned against actual, as bars over days: an outline for the plan, a filled bar for what really was. Drawn by DOM calls.
import { both } from '/shared/trade.js';
import { t } from '/shared/words.js';
import { dayOf, dayPlus, shortDay, weekOf } from '/shared/when.js';

const SVG = 'http://www.w3.org/2000/svg';
const ROW = 40, LEFT = 150, DAY_LEAST = 7, TOP = 34, WIDTH = 860;

function draw(name, attributes, text) {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text) node.textContent = text;
    return node;
}

const daysFrom = (a, b) => Math.round((Date.parse(b) - Date.parse(a)) / 86400000);
const end = (stage) => stage.finished ?? stage.accepted;

// The dates of a stage: planned [from, to], actual [from, to]; to of what goes on is today.
function spans(stage, today) {
    const planned = stage.planned_start && stage.planned_finish ? [stage.planned_start, stage.planned_finish] : null;
    const from = stage.started && dayOf(stage.started.at);
    return { planned, really: from ? [from, end(stage) ? dayOf(end(stage).at) : today > from ? today : from] : null };
}

// null where there is nothing to draw.
export function stageChart(stages, today) {
    const rows = stages.map((stage) => ({ stage, ...spans(stage, today) }));
    const dates = rows.flatMap(({ planned, really }) => [...(planned ?? []), ...(really ?? [])]);
    if (!dates.length) return null;
    dates.push(today);
    dates.sort();
    const first = weekOf(dates[0]), last = dayPlus(dates.at(-1), 3), days = daysFrom(first, last) + 1;
    const day = Math.max(DAY_LEAST, (WIDTH - LEFT) / days);
    const x = (date, more = 0) => LEFT + (daysFrom(first, date) + more) * day;
    const width = LEFT + days * day, height = TOP + rows.length * ROW + 6;
    const svg = draw('svg', { class: 'stage-chart', width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': t('office.chart') });
    const every = day * 7 >= 66 ? 7 : day * 14 >= 66 ? 14 : 28;
    for (let n = 0; n < days; n += every) {
        const at = dayPlus(first, n);
        svg.append(draw('line', { class: 'chart-grid', x1: x(at), x2: x(at), y1: TOP - 6, y2: height }), draw('text', { class: 'chart-date', x: x(at) + 3, y: 20 }, shortDay(at)));
    }
    rows.forEach(({ stage, planned, really }, n) => {
        const y = TOP + n * ROW;
        const row = draw('g', { class: 'chart-row', 'data-key': stage.key });
        row.append(draw('text', { class: 'chart-name', x: 0, y: y + 24 }, both(stage)));
        if (planned) row.append(draw('rect', { class: 'chart-planned', x: x(planned[0]), y: y + 5, width: Math.max(4, x(planned[1], 1) - x(planned[0])), height: 12, rx: 4 }));
        if (really) row.append(draw('rect', { class: end(stage) ? 'chart-really' : 'chart-really chart-open', x: x(really[0]), y: y + 19, width: Math.max(4, x(really[1], 1) - x(really[0])), height: 12, rx: 4 }));
        if (really && stage.late_days > 0) row.append(draw('text', { class: 'chart-late', x: x(really[1], 1) + 6, y: y + 30 }, t('stage.late', { n: stage.late_days })));
        else if (stage.late_days > 0 && planned) row.append(draw('text', { class: 'chart-late', x: x(planned[1], 1) + 6, y: y + 16 }, t('stage.late', { n: stage.late_days })));
        svg.append(row);
    });
    svg.append(draw('line', { class: 'chart-today', x1: x(today, 0.5), x2: x(today, 0.5), y1: TOP - 8, y2: height }));
    return svg;
}
