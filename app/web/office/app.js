// SPDX-License-Identifier: MIT
// Head office: all sites at a glance, and each site's page. One view at a time, by the address's hash.
import { del, onSignedOut, refreshSession } from '/shared/api.js';
import { el, fill } from '/shared/dom.js';
import { loadTrade } from '/shared/trade.js';
import { icon } from '/shared/icons.js';
import * as live from '/shared/live.js';
import { may, place, user } from '/shared/place.js';
import { closeAllSheets } from '/shared/sheet.js';
import { signIn } from '/shared/signin.js';
import { languageButton, t, useSavedLang } from '/shared/words.js';
import { alertsView } from './alerts.js';
import { approvalsView } from './approvals.js';
import { bar, drawBar } from './bar.js';
import { hazardsView } from './hazards.js';
import { newSite } from './plan.js';
import { siteView } from './site.js';
import { sitesView } from './sites.js';

const SIGNED = 'sitelog.signed';
const root = document.getElementById('app');
const main = el('main', { id: 'main', tabindex: -1 });
let stopView = null;

// What the bar offers, in this order, and what each shows. may: who sees it.
const VIEWS = {
    alerts: { icon: 'warn', show: (query) => alertsView(main, query) },
    approvals: { icon: 'checks', may: 'decide', show: () => approvalsView(main) },
    hazards: { icon: 'warn', show: (query) => hazardsView(main, query) },
};

function buttons(name) {
    return [Object.entries(VIEWS).map(([view, { icon: picture, may: needs }]) => view !== name && (!needs || may(needs)) &&
            el('a', { class: 'bar-lang', href: `#/${view}` }, icon(picture), el('span', {}, t(`office.${view}`)))),
        name !== 'new' && may('plan') && el('a', { class: 'bar-lang', href: '#/new' }, icon('plus'), el('span', {}, t('office.new-site'))),
        languageButton(route),
        el('button', { type: 'button', class: 'bar-lang', 'aria-label': t('office.leave', { name: user.get()?.name }), on: { click: leave } }, icon('leave'), el('span', {}, user.get()?.name))];
}

function route() {
    stopView?.();
    closeAllSheets();
    const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
    const [name, id, tab] = path.split('/').map(decodeURIComponent);
    drawBar(Boolean(name), buttons(name));
    fill(main);
    if (name === 'site' && id) stopView = siteView(main, id, tab, new URLSearchParams(query));
    else if (VIEWS[name]) stopView = VIEWS[name].show(new URLSearchParams(query));
    else if (name === 'new' && may('plan')) stopView = newSite(main);
    else stopView = sitesView(main);
    scrollTo(0, 0);
}

async function leave() {
    await del('/api/v1/session').catch(() => {});
    signedOut();
}

function signedOut() {
    if (!user.get()) return;
    user.set(null);
    localStorage.removeItem(SIGNED);
    live.stop();
    stopView?.();
    stopView = null;
    closeAllSheets();
    enter();
}

async function enter() {
    let session = localStorage.getItem(SIGNED) ? await refreshSession() : null;
    if (!session) session = await signIn(root);
    localStorage.setItem(SIGNED, '1');
    user.set(session);
    fill(root, bar, main);
    live.start();
    route();
}

async function boot() {
    useSavedLang();
    place.hub = true;
    onSignedOut(signedOut);
    addEventListener('hashchange', () => user.get() && route());
    try {
        await loadTrade();
        await enter();
    } catch {
        fill(root, el('main', { class: 'signin' }, el('p', { class: 'hint', role: 'alert' }, t('error.offline')),
            el('button', { type: 'button', class: 'main', on: { click: () => location.reload() } }, icon('retry'), t('retry'))));
    }
}
boot();
