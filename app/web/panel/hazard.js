// SPDX-License-Identifier: MIT
// One hazard: before and after, where it stands, and what may be done with it now. Rectifying asks for the photo.
import { get, sitePath } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { historyLines, photoPair, placeOf, severityBadge, stateLine, stepsFor, textOf } from '/shared/hazards.js';
import { putStep, STEP_ICONS, takeStep } from '/shared/hazardsteps.js';
import { icon } from '/shared/icons.js';
import * as live from '/shared/live.js';
import { may } from '/shared/place.js';
import { t } from '/shared/words.js';
import { photoTaker } from './camera.js';
import { site } from './data.js';
import { say, setTitle } from './header.js';
import { rail } from './rail.js';
import { untilStored } from './submit.js';

const ctx = { say, send: untilStored, people: () => site.get()?.people ?? [] };

// The screen of a step that is made by its photo.
function byPhoto(root, hazard, verb, goTo) {
    const taker = photoTaker({ fields: () => ({ stage: hazard.stage ?? '', room: hazard.room ?? '' }) });
    const send = el('button', { type: 'button', class: 'main save', on: { click: submit } }, icon(STEP_ICONS[verb]), el('span', {}, t(`hazard.send-${verb}`)));
    async function submit() {
        const photos = taker.ids();
        if (!photos.length) {
            say(t('hazard.photo-first'), 'bad');
            return;
        }
        send.disabled = true;
        const done = await putStep(ctx, hazard.id, verb, { photos });
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
        return takeStep({ ...ctx, photo: () => goTo(`hazard/${id}/verify`) }, one, what).then((done) => !stopped && (done ? draw(done) : load()));
    }
    function draw(one) {
        shown = one;
        setTitle(textOf(one), back);
        const steps = stepsFor(one);
        const blocked = one.state === 'rectified' && may('hazard-verify') && !steps.includes('verify');
        const scroller = el('div', { class: 'scroller hazard-page', tabindex: -1, dataset: { state: one.state } },
            el('div', { class: 'hazard-head' }, severityBadge(one.severity), placeOf(one) && el('span', {}, placeOf(one))), stateLine(one),
            one.note && el('p', {}, one.note), photoPair(one), blocked && el('p', { class: 'hint' }, t('hazard.not-yourself')), historyLines(one));
        fill(root, scroller, el('div', { class: 'side' }, steps.map((step, i) => el('button', { type: 'button', class: i === 0 ? 'main' : 'plain', dataset: { step }, on: { click: () => act(one, step) } }, icon(STEP_ICONS[step]), el('span', {}, t(`hazard.do-${step}`)))), rail(scroller)));
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
