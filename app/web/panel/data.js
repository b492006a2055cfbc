// SPDX-License-Identifier: MIT
// What several views of the panel look at: today, the site, the board's status. Loaded again when something happened.
import { get, sitePath } from '/shared/api.js';
import { debounce, store } from '/shared/dom.js';
import * as live from '/shared/live.js';
import { may, place, user } from '/shared/place.js';
import { marks } from '/shared/states.js';
import { setZone } from '/shared/when.js';

export const today = store(null);
export const site = store(null);
export const status = store(null); // a board's; null at the hub

// ask() for what take() is given; of several at once the one that began last counts, in whichever order they are answered.
function newest(ask, take) {
    let last = 0;
    return async () => {
        const mine = ++last;
        const value = await ask();
        if (mine === last) take(value);
    };
}

const askToday = newest(() => get(sitePath('/today')), today.set);
export async function loadToday() {
    if (may('read')) await askToday();
    return today.get();
}

const askSite = newest(() => get(place.hub ? sitePath('') : '/api/v1/site'), (now) => {
    site.set(now);
    setZone(now.timezone);
});
export const loadSite = async () => may('read') && askSite();

const askStatus = newest(() => get('/api/v1/status'), (now) => {
    place.board = now.board;
    place.site = now.site;
    marks.set(now);
    status.set(now);
});
export const loadStatus = async () => place.hub || askStatus();

export const loadAll = () => Promise.all([loadSite(), loadToday(), loadStatus()]);

const TODAY_MS = 5 * 60000; // what is due, and which day it is, change by themselves
const AGAIN_MS = 5000; // what could not be read while the program is there is read again; when it comes back, everything is
const quietly = (fn) => () => fn().catch(() => {});
function soon(load) {
    const later = debounce(() => load().catch(() => live.isUp() && setTimeout(later, AGAIN_MS)), 400);
    return later;
}
const todaySoon = soon(loadToday);
const siteSoon = soon(loadSite);
const statusSoon = soon(loadStatus);

// From when somebody is signed in.
export function follow() {
    live.on('record', (record) => {
        if (record.site !== place.site) return;
        todaySoon();
        if (record.type === 'setting-set') statusSoon();
        if (record.type === 'plan-set' || record.type === 'person-set') siteSoon();
    });
    live.on('marks', (m) => {
        if (!place.hub) marks.set(m);
    });
    setInterval(() => user.get() && quietly(loadToday)(), TODAY_MS);
    live.on('again', () => {
        todaySoon();
        siteSoon();
        statusSoon();
    });
}
