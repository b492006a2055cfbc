// SPDX-License-Identifier: MIT
// The bar on top of head office's pages: title, what was just confirmed, whether the page is live.
import { el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import * as live from '/shared/live.js';
import { t } from '/shared/words.js';

const SAID_MS = 7000;
const title = el('h1', {});
const said = el('p', { class: 'bar-said', role: 'status', 'aria-live': 'polite' });
const link = el('span', { class: 'live' });
export const bar = el('header', { class: 'bar' });
let timer = 0;

export function say(text, kind = 'good') {
    clearTimeout(timer);
    said.dataset.kind = kind;
    fill(said, icon(kind === 'good' ? 'check' : 'warn'), el('span', {}, text));
    bar.classList.add('saying');
    timer = setTimeout(() => {
        bar.classList.remove('saying');
        said.replaceChildren();
    }, SAID_MS);
}

export function setTitle(...nodes) { fill(title, nodes); }

export function goTo(hash) {
    if (location.hash === `#/${hash}`) dispatchEvent(new Event('hashchange'));
    else location.hash = `#/${hash}`;
}

function drawLink() {
    link.dataset.up = String(live.isUp());
    fill(link, icon(live.isUp() ? 'link' : 'linkdown'), el('span', {}, t(live.isUp() ? 'office.live' : 'office.not-live')));
}
live.on('link', drawLink);

// back: lead to the list of sites; menu: the way about on a phone; buttons: what can be done here.
export function drawBar(back, menu, buttons) {
    fill(bar, menu, back && el('button', { type: 'button', class: 'square bar-back', 'aria-label': t('back'), on: { click: () => goTo('') } }, icon('back')),
        el('div', { class: 'bar-title' }, title, said), link, el('div', { class: 'bar-buttons' }, buttons));
    drawLink();
}
