// SPDX-License-Identifier: MIT
// The bar on top of every view: where one is (or where the site stands), what was just confirmed, and how far the records got. Always there.
import { el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import * as live from '/shared/live.js';
import { place, user } from '/shared/place.js';
import { allReceived, marks, totals } from '/shared/states.js';
import { t } from '/shared/words.js';

const SAID_MS = 7000;
const SAID_LEAST_MS = 4000; // when the view changes
const title = el('h1', {});
const said = el('p', { class: 'bar-said', role: 'status', 'aria-live': 'polite' });
const back = el('button', { type: 'button', class: 'square bar-back' }, icon('back'));
const pill = el('button', { type: 'button', class: 'pill' });
const me = el('button', { type: 'button', class: 'square bar-me' }, icon('person'));
export const header = el('header', { class: 'bar' }, back, el('div', { class: 'bar-title' }, title, said), pill, me);

let saidTimer = 0;
let saidAt = 0;

// A confirmation, or why not: takes the title's place for a while. kind: good bad busy.
export function say(text, kind = 'good') {
    clearTimeout(saidTimer);
    saidAt = Date.now();
    said.dataset.kind = kind;
    fill(said, icon({ good: 'check', bad: 'warn', busy: 'retry' }[kind]), el('span', {}, text));
    header.classList.add('saying');
    if (kind !== 'busy') fadeSaid(SAID_MS);
}
function fadeSaid(ms) {
    clearTimeout(saidTimer);
    saidTimer = setTimeout(unsay, Math.max(0, ms));
}
function unsay() {
    clearTimeout(saidTimer);
    header.classList.remove('saying');
    said.replaceChildren();
}

// Another view: what was said of the last one gives way soon.
export function viewChanged() {
    if (said.dataset.kind !== 'busy') fadeSaid(saidAt + SAID_LEAST_MS - Date.now());
}

// nodes: the title; onBack: none on the home view.
export function setTitle(nodes, onBack) {
    fill(title, nodes);
    back.hidden = !onBack;
    back.onclick = onBack ?? null;
    back.setAttribute('aria-label', t('back'));
    me.setAttribute('aria-label', t('me.title', { name: user.get()?.name ?? '' }));
    header.classList.toggle('bar-home', !onBack);
    drawPill();
}

export function onPill(fn) { pill.onclick = fn; }
export function onMe(fn) { me.onclick = fn; }

function pillParts(m) {
    if (!live.isUp() && started) return { state: 'away', icon: 'linkdown', main: t('pill.unreachable'), sub: t('pill.reconnecting') };
    if (place.hub) return { state: 'good', icon: 'received', main: t('pill.hub'), sub: t('pill.hub-sub') };
    if (!m) return { state: 'away', icon: 'clock', main: t('loading'), sub: '' };
    const sum = totals(m);
    const counts = t('pill.counts', sum);
    const photos = m.photos?.pending > 0 ? t('pill.photos', { n: m.photos.pending }) : '';
    if (m.rejected > 0) return { state: 'bad', icon: 'rejected', main: t('pill.rejected', { n: m.rejected }), sub: counts };
    if (m.link !== 'up') return { state: 'away', icon: 'linkdown', main: t('pill.link-down'), sub: counts };
    if (allReceived(m)) return { state: 'good', icon: 'received', main: t('pill.received'), sub: counts };
    if (m.hub === 'down') return { state: 'away', icon: 'clock', main: t('pill.hub-down'), sub: counts };
    return { state: 'away', icon: 'sent', main: photos || t('pill.sending', { n: sum.saved - sum.received }), sub: counts };
}

let started = false;
function drawPill() {
    const parts = pillParts(marks.get());
    pill.dataset.state = parts.state;
    fill(pill, icon(parts.icon), el('span', { class: 'pill-text' }, el('b', {}, parts.main), parts.sub && el('span', {}, parts.sub)));
    pill.setAttribute('aria-label', `${parts.main}. ${parts.sub}. ${t('pill.more')}`);
}
marks.watch(drawPill);
live.on('link', (up) => {
    if (up) started = true;
    drawPill();
});
