// SPDX-License-Identifier: MIT
// For which day and which stage the log is.
import { el } from '/shared/dom.js';
import { both, stageName, stages } from '/shared/trade.js';
import { openSheet } from '/shared/sheet.js';
import { t } from '/shared/words.js';
import { dayName } from '/shared/when.js';
import { site } from './data.js';

// dates: those that may be chosen, today's first. Resolves with { date } or { stage }, or null.
export function whereSheet(value, dates, now) {
    return new Promise((resolve) => {
        let chosen = null;
        const pick = (what) => {
            chosen = what;
            sheet.close();
        };
        const planned = (site.get()?.stages ?? []).map((s) => s.key);
        const keys = planned.length ? planned : stages().map((s) => s.key);
        const named = new Map((site.get()?.stages ?? []).map((s) => [s.key, s]));
        const sheet = openSheet({
            title: t('log.where'), className: 'sheet-wide', onClose: () => resolve(chosen),
            content: [
                dates.length > 1 && el('div', { class: 'choices choices-row' }, dates.map((date) => el('button', { type: 'button', class: 'toggle', 'aria-pressed': String(date === value.date), on: { click: () => pick({ date }) } },
                    `${t(date === now.date ? 'log.today' : 'log.yesterday')} · ${dayName(date)}`))),
                el('div', { class: 'room-grid' }, keys.map((key) => el('button', { type: 'button', class: 'toggle', 'aria-pressed': String(key === value.stage), on: { click: () => pick({ stage: key }) } }, both(named.get(key)) || stageName(key)))),
            ],
        });
    });
}
