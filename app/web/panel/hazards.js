// SPDX-License-Identifier: MIT
// The site's open hazards: one's own first, then what is overdue, then the worst.
import { get, sitePath } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { hazardCard, isMine, SEVERITIES } from '/shared/hazards.js';
import { icon } from '/shared/icons.js';
import * as live from '/shared/live.js';
import { may, place } from '/shared/place.js';
import { t } from '/shared/words.js';
import { setTitle } from './header.js';
import { rail } from './rail.js';

const waitsForMe = (hazard) => (hazard.state === 'rectified' ? may('hazard-verify') : hazard.state !== 'verified' && isMine(hazard));
const dueOf = (hazard) => (hazard.due_at ? Date.parse(hazard.due_at) : Number.MAX_SAFE_INTEGER); // held: nobody knows
const order = (a, b) => waitsForMe(b) - waitsForMe(a) || b.overdue - a.overdue || SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || dueOf(a) - dueOf(b);

export function hazards(root, { goTo, home }) {
    let which = 'open';
    let stopped = false;
    const list = el('div', { class: 'hazard-list' }, el('p', { class: 'hint' }, t('loading')));
    const scroller = el('div', { class: 'scroller', tabindex: -1 }, list);
    const closed = el('button', { type: 'button', class: 'plain', 'aria-pressed': 'false', on: { click: () => {
        which = which === 'open' ? 'verified' : 'open';
        load();
    } } });
    setTitle(t('hazard.list'), home);
    fill(root, scroller, el('div', { class: 'side' }, may('hazard') && el('button', { type: 'button', class: 'main', on: { click: () => goTo('wrong') } }, icon('plus'), el('span', {}, t('hazard.new'))), closed, rail(scroller)));

    async function load() {
        fill(closed, icon(which === 'open' ? 'checks' : 'look'), el('span', {}, t(which === 'open' ? 'hazard.show-closed' : 'hazard.show-open')));
        try {
            const page = await get(sitePath(`/hazards?limit=100&state=${which}`));
            if (stopped) return;
            const all = which === 'open' ? page.hazards.sort(order) : page.hazards;
            fill(list, all.length ? all.map((hazard) => hazardCard(hazard, () => goTo(`hazard/${hazard.id}`))) : el('p', { class: 'hint' }, t('hazard.none')));
        } catch {
            if (!stopped && !list.querySelector('.hazard-card')) fill(list, el('p', { class: 'hint' }, t('error.offline')));
        }
    }
    const soon = debounce(load, 400);
    const stops = [live.on('record', (record) => record.site === place.site && record.type.startsWith('hazard-') && soon()), live.on('again', soon)];
    load();
    return () => {
        stopped = true;
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}
