// SPDX-License-Identifier: MIT
// Who was there: trades with plus and minus.
import { el, fill } from '/shared/dom.js';
import { crewTrades, stageOf, tradeName } from '/shared/trade.js';
import { icon } from '/shared/icons.js';
import { t } from '/shared/words.js';

const CREW_MAX = 99;

// The stage's own trades, who is counted already, and labourers; then, where they are wanted, the rest.
function order(value, whole) {
    const all = crewTrades().map((trade) => trade.key);
    const own = (stageOf(value.stage)?.trades ?? []).filter((key) => all.includes(key));
    return [...new Set([...own, ...Object.keys(value.crew ?? {}), 'labourer', ...(whole ? all : [])])];
}

export function crewBoard(draft, changed) {
    const value = draft.value;
    const node = el('div', { class: 'crew' });
    let whole = false;
    value.crew ??= {};

    function row(key) {
        const count = el('output', { class: 'crew-count' }, String(value.crew[key] ?? 0));
        const step = (by) => {
            const n = Math.min(CREW_MAX, Math.max(0, (value.crew[key] ?? 0) + by));
            draft.change((v) => { v.crew[key] = n; });
            count.textContent = String(n);
            line.classList.toggle('crew-some', n > 0);
            changed();
        };
        const line = el('div', { class: value.crew[key] > 0 ? 'crew-row crew-some' : 'crew-row' }, el('span', { class: 'crew-name' }, tradeName(key)),
            el('button', { type: 'button', class: 'square', 'aria-label': t('crew.less', { trade: tradeName(key) }), on: { click: () => step(-1) } }, icon('minus')), count,
            el('button', { type: 'button', class: 'square', 'aria-label': t('crew.more', { trade: tradeName(key) }), on: { click: () => step(1) } }, icon('plus')));
        return line;
    }
    function draw() {
        const more = el('button', { type: 'button', class: 'plain', on: { click: () => {
            whole = true;
            draw();
        } } }, icon('plus'), t('crew.others'));
        fill(node, order(value, whole).map(row), !whole && more);
    }
    draw();
    return { node, draw, total: () => Object.values(value.crew).reduce((a, b) => a + b, 0) };
}
