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
import './words.js';
import * as allsites from './allsites.js';
import { bar, drawBar } from './bar.js';
import { drawNav, VIEWS } from './nav.js';
import { newSite } from './plan.js';
import { siteView } from './site.js';

const SIGNED = 'sitelog.signed';
const root = document.getElementById('app');
const main = el('main', { id: 'main', tabindex: -1 });
let stopView = null;

const newLink = (kind) => may('plan') && el('a', { class: kind, href: '#/new' }, icon('plus'), el('span', {}, t('office.new-site')));
const leaveButton = (kind) => el('button', { type: 'button', class: `${kind} leave`, 'aria-label': t('office.leave', { name: user.get()?.name }), on: { click: leave } }, icon('leave'), el('span', {}, user.get()?.name));

// On a desk in the bar, on a phone in the menu.
const buttons = () => [newLink('bar-lang'), languageButton(route), leaveButton('bar-lang')];
const extras = () => [newLink('plain'), languageButton(route), leaveButton('plain')];

function route() {
    stopView?.();
    closeAllSheets();
    const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
    const [name, id, tab] = path.split('/').map(decodeURIComponent);
    const view = VIEWS[name] && (!VIEWS[name].may || may(VIEWS[name].may)) ? name : name === 'site' || name === 'new' ? '' : 'sites';
    drawBar(view !== 'sites', drawNav(view, extras).menu, buttons());
    fill(main);
    if (name === 'site' && id) stopView = siteView(main, id, tab, new URLSearchParams(query));
    else if (name === 'new' && may('plan')) stopView = newSite(main);
    else stopView = VIEWS[view || 'sites'].show(main, new URLSearchParams(query));
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
    allsites.stop();
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
    fill(root, bar, el('div', { class: 'house' }, drawNav('', extras).rail, main));
    live.start();
    allsites.start();
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
