// SPDX-License-Identifier: MIT
// One site for head office, a tab a subject, and asking it for a photo.
import { get, setSite, sitePath } from '/shared/api.js';
import { recordConsent } from '/shared/consent.js';
import { debounce, el, fill } from '/shared/dom.js';
import { showFeed } from '/shared/feed.js';
import { icon } from '/shared/icons.js';
import * as live from '/shared/live.js';
import { may, place } from '/shared/place.js';
import { t } from '/shared/words.js';
import { setZone, zoneNote } from '/shared/when.js';
import { goTo, say, setTitle } from './bar.js';
import { showBoards } from './boards.js';
import { hazardsView } from './hazards.js';
import { showInspections } from './inspections.js';
import { showOverview } from './overview.js';
import { showPlan } from './plan.js';
import { handover } from './calls.js';
import { showReports } from './reports.js';
import { rulesView } from './rules.js';
import { askForPhoto } from './request.js';
import { showPhotos } from './sitephotos.js';
import { showStages } from './stages.js';
import { showTimelapse } from './timelapse.js';

// What a site's page has, in this order: its icon, what fills the body and returns how to stop it, and who sees it.
const TABS = {
    overview: ['look', showOverview],
    timeline: ['timeline', (body, id) => showFeed(body, { site: id })],
    stages: ['tool', showStages],
    photos: ['photos', showPhotos],
    hazards: ['warn', (body, id, query) => hazardsView(body, query, { site: id, path: `site/${encodeURIComponent(id)}/hazards` })],
    inspections: ['checks', showInspections],
    reports: ['note', showReports],
    timelapse: ['film', showTimelapse],
    plan: ['plan', showPlan],
    rules: ['edit', (body, id, query) => rulesView(body, query, { site: id, path: `site/${encodeURIComponent(id)}/rules` }), 'decide'],
    boards: ['board', showBoards],
};

const DOES = ['overview', 'timeline']; // with buttons for what can be done at the site

// query: what the address says beyond the tab.
export function siteView(root, id, asked, query = new URLSearchParams()) {
    const shown = Object.entries(TABS).filter(([, [,, needs]]) => !needs || may(needs));
    const tab = shown.some(([name]) => name === asked) ? asked : 'overview';
    let stopTab = null;
    let stopped = false;
    const address = encodeURIComponent(id);
    const tabs = el('nav', { class: 'site-tabs' });
    const closing = el('span', {});
    const body = el('div', { class: 'site-body' });
    const consentWord = el('span', {});
    const consent = may('consent') && el('button', { type: 'button', class: 'toggle consent', hidden: true, on: { click: () => recordConsent(say).then(showConsent) } }, icon('check'), consentWord);
    setSite(id);
    place.site = id;
    setTitle(id);
    fill(root, tabs, body);
    fill(tabs, el('div', { class: 'tab-strip' }, shown.map(([name, [picture]]) => el('a', { class: 'toggle', href: `#/site/${address}/${name}`, 'aria-current': name === tab && 'page' }, icon(picture), el('span', {}, t(`office.tab-${name}`))))),
        DOES.includes(tab) && [el('span', { class: 'spring' }), consent, may('plan') && el('button', { type: 'button', class: 'plain', on: { click: () => askForPhoto(id) } }, icon('camera'), el('span', {}, t('request.ask'))),
        closing, may('daylog') && el('a', { class: 'main', href: `/panel/?site=${address}#/log` }, icon('log'), el('span', {}, t('office.write-log')))]);

    if (may('change')) handover(closing, id).catch(() => {});
    async function head() {
        try {
            const site = await get(sitePath(''));
            if (stopped) return;
            setZone(site.timezone);
            setTitle(site.name, el('span', { class: 'title-id' }, [site.site, zoneNote() && t('office.its-time', { zone: zoneNote() })].filter(Boolean).join(' · ')));
        } catch (error) {
            if (error.status === 404 && !stopped) goTo('');
        }
    }
    function showConsent(stored) {
        if (stopped || !consent || !stored) return;
        consentWord.textContent = t(`consent.${stored.state}`);
        consent.hidden = false;
    }
    const loadConsent = () => get(sitePath('/consent')).then(showConsent, () => {});
    function show() {
        stopTab = TABS[tab][1](body, id, query);
        tabs.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
    }
    head().then(() => !stopped && show());
    if (consent) loadConsent();
    const soon = debounce(head, 400);
    const stop = live.on('record', (record) => {
        if (record.site === id && record.type === 'plan-set') soon();
        if (record.site === id && record.type === 'setting-set' && consent) loadConsent();
    });
    return () => {
        stopped = true;
        soon.cancel();
        stop();
        stopTab?.();
        setSite('');
        setZone('');
    };
}
