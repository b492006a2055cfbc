// SPDX-License-Identifier: MIT
// The panel: finds out where it runs and who uses it, then shows one view at a time, by the address's hash.
import { del, get, onSignedOut, refreshSession, setSite } from '/shared/api.js';
import { el, fill } from '/shared/dom.js';
import { loadTrade } from '/shared/trade.js';
import { icon } from '/shared/icons.js';
import * as live from '/shared/live.js';
import { place, user } from '/shared/place.js';
import { choose, closeAllSheets } from '/shared/sheet.js';
import { signIn } from '/shared/signin.js';
import { otherLanguage, setLang, t, useSavedLang } from '/shared/words.js';
import { follow, loadAll } from './data.js';
import { forgetOtherSites } from './draft.js';
import { hazard } from './hazard.js';
import { hazards } from './hazards.js';
import { header, onMe, onPill, setTitle, viewChanged } from './header.js';
import { home, opened } from './home.js';
import { forgetOthers } from './keep.js';
import { log } from './log.js';
import { photos } from './photos.js';
import { saved } from './saved.js';
import { shoot } from './shoot.js';
import { statusView } from './status.js';
import { resumeSubmissions } from './submit.js';
import { timeline } from './timeline.js';
import { resumeUploads } from './uploads.js';
import { wrong } from './wrong.js';

const SIGNED = 'sitelog.signed';
// A view that few use is fetched when it is opened.
const lazily = (word, load) => (node, ctx) => {
    let stop = null;
    let gone = false;
    setTitle(t(word), ctx.home);
    fill(node, el('p', { class: 'hint' }, t('loading')));
    load().then((view) => { if (!gone) stop = view(node, ctx); }, () => !gone && fill(node, el('p', { class: 'hint' }, t('error.offline'))));
    return () => {
        gone = true;
        stop?.();
    };
};
const LAZY = { inspect: 'tile.inspect', stages: 'stage.list', tests: 'test.list', stopped: 'delay.title', change: 'change.list', material: 'material.list', question: 'question.list', handover: 'type.handover-done', alerts: 'type.alert-raised' };
const lazy = Object.fromEntries(Object.entries(LAZY).map(([name, word]) => [name, lazily(word, () => import(`./${name}.js`).then((module) => module[name]))]));
const views = { '': home, log, wrong, hazards, hazard, ...lazy, saved, shoot, photos, timeline, status: statusView };
const root = document.getElementById('app');
const main = el('main', { id: 'main', tabindex: -1 });
let stopView = null;

export function goTo(hash) {
    if (location.hash === `#/${hash}`) route();
    else location.hash = `#/${hash}`;
}

function route() {
    stopView?.();
    closeAllSheets();
    const [name, ...rest] = location.hash.replace(/^#\/?/, '').split('/');
    const view = views[name] ?? home;
    main.className = `view view-${views[name] && name ? name : 'home'}`;
    fill(main);
    viewChanged();
    opened([name, ...rest].map(decodeURIComponent).join('/'));
    stopView = view(main, { param: rest.map(decodeURIComponent), goTo, home: () => goTo('') }) ?? null;
    scrollTo(0, 0);
    main.focus({ preventScroll: true }); // a reader of the screen goes on from here
}

async function meSheet() {
    const me = user.get();
    const what = await choose(me.name, t(`role.${me.role}`), [
        { value: 'lang', icon: 'language', label: otherLanguage() },
        { value: 'change', icon: 'people', label: t('me.change') },
        place.hub && place.sites > 1 && { value: 'site', icon: 'sites', label: t('me.site') },
    ].filter(Boolean));
    if (what === 'lang') {
        setLang(document.documentElement.lang === 'en' ? 'zh' : 'en');
        route();
    } else if (what === 'change') {
        await del('/api/v1/session').catch(() => {});
        signedOut();
    } else if (what === 'site') {
        location.href = '/panel/';
    }
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

// At the hub: the site of the address, the only one, or one's own list to choose from.
async function chooseSite() {
    const asked = new URLSearchParams(location.search).get('site');
    const mine = await get('/api/v1/mine');
    const { sites } = mine;
    place.sites = sites.length;
    const found = sites.find((s) => s.site === asked) ?? (sites.length === 1 ? sites[0] : null);
    if (found) {
        place.site = found.site;
        setSite(found.site);
        return true;
    }
    const { mineView } = await import('./mine.js'); // never at a board
    stopView = mineView(root, mine, async () => {
        await del('/api/v1/session').catch(() => {});
        signedOut();
    });
    return false;
}

async function enter() {
    let session = null;
    if (localStorage.getItem(SIGNED)) session = await refreshSession();
    if (!session) session = await signIn(root);
    localStorage.setItem(SIGNED, '1');
    user.set(session);
    if (place.hub && !(await chooseSite())) return;
    await loadAll();
    // The panel's own browser moves with the board; a phone keeps what it has not sent to another one.
    if (!place.hub && ['localhost', '127.0.0.1'].includes(location.hostname)) {
        forgetOtherSites();
        forgetOthers(place.site);
    }
    fill(root, header, main);
    live.start();
    route();
    resumeUploads();
    resumeSubmissions();
}

async function boot() {
    useSavedLang();
    onSignedOut(signedOut);
    try {
        const [health] = await Promise.all([get('/healthz'), loadTrade()]);
        place.hub = health.program === 'hub';
        follow();
        addEventListener('hashchange', () => user.get() && route());
        onPill(() => goTo('status'));
        onMe(meSheet);
        await enter();
    } catch {
        fill(root, el('main', { class: 'signin' }, el('p', { class: 'hint', role: 'alert' }, t('error.offline')),
            el('button', { type: 'button', class: 'main', on: { click: () => location.reload() } }, icon('retry'), t('retry'))));
        setTimeout(() => location.reload(), 5000);
    }
}

document.addEventListener('touchstart', () => {}, { passive: true }); // lets :active show at once everywhere
setTitle('');
boot();
