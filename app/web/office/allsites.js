// SPDX-License-Identifier: MIT
// The list of all sites as head office has it now, loaded once for whoever shows a part of it: the grid, the counts of the navigation, names in filters.
import { get } from '/shared/api.js';
import { store } from '/shared/dom.js';
import * as live from '/shared/live.js';
import { inZone } from '/shared/when.js';

const MINUTE_MS = 60000;
const SOON_MS = 400;
const APART_MS = 2000; // many sites at work must not keep a page busy
export const sites = store(null); // [site_line] in the order of what presses; null: not known yet
export const offline = store(false);
let stops = null;
let timer = 0;
let tick = 0;
let last = 0;

async function load() {
    timer = 0;
    last = Date.now();
    try {
        const answer = await get('/api/v1/sites');
        offline.set(false);
        if (stops) sites.set(answer.sites);
    } catch {
        offline.set(true);
    }
}

function soon() {
    timer ||= setTimeout(load, Math.max(SOON_MS, last + APART_MS - Date.now()));
}

export function start() {
    if (stops) return;
    stops = [live.on('record', soon), live.on('sites', soon), live.on('again', soon)];
    tick = setInterval(soon, MINUTE_MS); // unsent counts come with beats, silence with time
    load();
}

export function stop() {
    stops?.forEach((fn) => fn());
    stops = null;
    clearTimeout(timer);
    clearInterval(tick);
    timer = 0;
    sites.set(null);
}

export const siteName = (id) => sites.get()?.find((one) => one.site === id)?.name ?? id;
export const siteOptions = () => (sites.get() ?? []).map(({ site, name }) => [site, name]).sort((a, b) => a[1].localeCompare(b[1]));
export const zoneOf = (id) => sites.get()?.find((one) => one.site === id)?.timezone;
// Draws what is of a site among others': its times are by the site's clock, and say so where that is not this browser's.
export const ofSite = (id, draw) => inZone(zoneOf(id), draw);
