// SPDX-License-Identifier: MIT
// One hazard: before and after, where it stands, and what may be done with it now. Rectifying asks for the photo.
import { get, sitePath } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { historyLines, photoPair, placeOf, severityBadge, stateLine, stepsFor, textOf, verifyNeeds } from '/shared/hazards.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import * as live from '/shared/live.js';
import { may, user } from '/shared/place.js';
import { choose, openSheet } from '/shared/sheet.js';
import { t } from '/shared/words.js';
import { photoTaker } from './camera.js';
import { site } from './data.js';
import { say, setTitle } from './header.js';
import { rail } from './rail.js';
import { untilStored } from './submit.js';

const ICONS = { rectify: 'tool', verify: 'checks', reject: 'back', assign: 'person' };
const REASONS = ['not-done', 'photo', 'elsewhere'];

// Puts a step; resolves with the hazard, or null when it was not taken (and that was said).
async function put(id, verb, body) {
    say(t('log.saving'), 'busy');
    try {
        const hazard = await untilStored(`/hazards/${id}/${verb}`, { id: uuid7(), ...body });
        say(t(`hazard.did-${verb}`));
        return hazard;
    } catch (error) {
        say(error.status === 409 ? t('hazard.moved-on') : error.status === 403 ? t('hazard.not-yourself') : `${t('log.not-taken')} ${error.message}`, 'bad');
        return null;
    }
}

function askReason(title) {
    return new Promise((resolve) => {
        let result = null;
        const field = el('textarea', { class: 'field note-field', rows: 3, maxlength: 300, 'aria-label': title });
        const ok = el('button', { type: 'button', class: 'main', on: { click: () => {
            result = field.value.trim() || null;
            sheet.close();
        } } }, icon('check'), t('chip.ok'));
        const sheet = openSheet({ title, content: field, foot: ok, onClose: () => resolve(result) });
    });
}

const workers = () => (site.get()?.people ?? []).filter((p) => p.active !== false && ['manager', 'crew', 'supervisor'].includes(p.role))
    .sort((a, b) => (b.id === user.get().user) - (a.id === user.get().user));

async function assign(hazard) {
    const who = await choose(t('hazard.do-assign'), '', workers().map((p) => ({ value: p.id, icon: 'person', label: `${p.name} · ${t(`role.${p.role}`)}`, main: p.id === user.get().user })));
    return who && put(hazard.id, 'assign', { assignee: who });
}

async function reject(hazard) {
    const why = await choose(t('hazard.do-reject'), textOf(hazard), REASONS.map((reason) => ({ value: reason, icon: 'back', label: t(`hazard.reason-${reason}`) })));
    return why && put(hazard.id, 'reject', { note: t(`hazard.reason-${why}`) });
}

async function verify(hazard, goTo) {
    const needs = verifyNeeds(hazard);
    if (needs === 'site') say(t('hazard.only-on-site'), 'bad');
    if (needs === 'photo') goTo(`hazard/${hazard.id}/verify`);
    if (needs === 'site' || needs === 'photo') return null;
    if (needs === 'reason') {
        const note = await askReason(t('hazard.why-from-afar'));
        return note && put(hazard.id, 'verify', { note });
    }
    const sure = await choose(t('hazard.do-verify'), textOf(hazard), [{ value: true, icon: 'checks', label: t('hazard.verify-yes'), main: true }]);
    return sure && put(hazard.id, 'verify', {});
}

// The screen of a step that is made by its photo.
function byPhoto(root, hazard, verb, goTo) {
    const taker = photoTaker({ fields: () => ({ stage: hazard.stage ?? '', room: hazard.room ?? '' }) });
    const send = el('button', { type: 'button', class: 'main save', on: { click: submit } }, icon(ICONS[verb]), el('span', {}, t(`hazard.send-${verb}`)));
    async function submit() {
        const photos = taker.ids();
        if (!photos.length) {
            say(t('hazard.photo-first'), 'bad');
            return;
        }
        send.disabled = true;
        const done = await put(hazard.id, verb, { photos });
        send.disabled = false;
        if (done && root.isConnected) goTo(`hazard/${hazard.id}`);
    }
    fill(root, el('div', { class: 'compose' }, el('div', { class: 'hazard-facts' }, severityBadge(hazard.severity), stateLine(hazard)), taker.node), el('div', { class: 'side' }, taker.buttons, send));
    return taker.stop;
}

export function hazard(root, { param, goTo }) {
    const [id, verb] = param;
    let stopped = false;
    let stop = () => {};
    let shown = null;
    const back = () => goTo(verb ? `hazard/${id}` : 'hazards');
    setTitle(t('hazard.one'), back);
    fill(root, el('p', { class: 'hint' }, t('loading')));

    function act(one, what) {
        if (what === 'rectify') return goTo(`hazard/${id}/rectify`);
        const work = { assign, reject, verify }[what](one, goTo);
        return work.then((done) => !stopped && (done ? draw(done) : load()));
    }
    function draw(one) {
        shown = one;
        setTitle(textOf(one), back);
        const steps = stepsFor(one);
        const blocked = one.state === 'rectified' && may('hazard-verify') && !steps.includes('verify');
        const scroller = el('div', { class: 'scroller hazard-page', tabindex: -1, dataset: { state: one.state } },
            el('div', { class: 'hazard-head' }, severityBadge(one.severity), placeOf(one) && el('span', {}, placeOf(one))), stateLine(one),
            one.note && el('p', {}, one.note), photoPair(one), blocked && el('p', { class: 'hint' }, t('hazard.not-yourself')), historyLines(one));
        fill(root, scroller, el('div', { class: 'side' }, steps.map((step, i) => el('button', { type: 'button', class: i === 0 ? 'main' : 'plain', dataset: { step }, on: { click: () => act(one, step) } }, icon(ICONS[step]), el('span', {}, t(`hazard.do-${step}`)))), rail(scroller)));
    }
    async function load() {
        try {
            const one = await get(sitePath(`/hazards/${id}`));
            if (stopped) return;
            const legal = one.allowed.includes(verb) && may(`hazard-${verb}`);
            if (verb && legal) {
                if (!shown) stop = byPhoto(root, one, verb, goTo);
                setTitle(textOf(one), back);
                shown = one;
            } else if (verb && shown) {
                say(t('hazard.moved-on'), 'bad'); // somebody was faster
                goTo(`hazard/${id}`);
            } else {
                draw(one);
            }
        } catch (error) {
            if (!stopped && !shown) fill(root, el('p', { class: 'hint' }, t(error.status === 404 ? 'hazard.unknown' : 'error.offline')));
        }
    }
    const soon = debounce(load, 400);
    const stops = [live.on('record', (record) => (record.subject === `hazard/${id}` || record.type === 'photo-taken') && soon()), live.on('again', soon)];
    if (id) load();
    else goTo('hazards');
    return () => {
        stopped = true;
        stop();
        soon.cancel();
        stops.forEach((fn) => fn());
    };
}
