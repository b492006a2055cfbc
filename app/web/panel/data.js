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

export async function loadToday() {
    if (may('read')) today.set(await get(sitePath('/today')));
    return today.get();
}

export async function loadSite() {
    if (!may('read')) return;
    site.set(await get(place.hub ? sitePath('') : '/api/v1/site'));
    setZone(site.get().timezone);
}

export async function loadStatus() {
    if (place.hub) return;
    const now = await get('/api/v1/status');
    place.board = now.board;
    place.site = now.site;
    marks.set(now);
    status.set(now);
}

export const loadAll = () => Promise.all([loadSite(), loadToday(), loadStatus()]);

const TODAY_MS = 5 * 60000; // what is due, and which day it is, change by themselves
const quietly = (fn) => () => fn().catch(() => {});
const todaySoon = debounce(quietly(loadToday), 400);
const siteSoon = debounce(quietly(loadSite), 400);

// From when somebody is signed in.
export function follow() {
    live.on('record', (record) => {
        if (record.site !== place.site) return;
        todaySoon();
        if (record.type === 'setting-set') quietly(loadStatus)();
        if (record.type === 'plan-set' || record.type === 'person-set') siteSoon();
    });
    live.on('marks', (m) => {
        if (!place.hub) marks.set(m);
    });
    setInterval(() => user.get() && quietly(loadToday)(), TODAY_MS);
    live.on('again', () => {
        todaySoon();
        siteSoon();
        quietly(loadStatus)();
    });
}
