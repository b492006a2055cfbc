// SPDX-License-Identifier: MIT
// Nobody worked, or days were lost: an idle day, or a claim with reason, from and to, and photos; and what head office said to claims.
import { get, sitePath } from '/shared/api.js';
import { el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import { may } from '/shared/place.js';
import { delayLine } from '/shared/stages.js';
import { delayReasons, both, reasonName } from '/shared/trade.js';
import { t } from '/shared/words.js';
import { dayName, dayOf, dayPlus } from '/shared/when.js';
import { photoTaker } from './camera.js';
import { today } from './data.js';
import { say, setTitle } from './header.js';
import { rail } from './rail.js';
import { askOne } from './room.js';
import { untilStored } from './submit.js';

const DAYS_BACK = 14;

const askDay = (title, chosen, from, n) => askOne(title, Array.from({ length: n }, (_, i) => dayPlus(from, i)).map((date) => [date, dayName(date)]), chosen);
const askReason = () => askOne(t('delay.why'), delayReasons().map((reason) => [reason.key, both(reason)]), '');

export function stopped(root, { home, goTo }) {
    let stop = () => {};
    let gone = false;

    async function list() {
        stop();
        stop = () => {};
        const rows = el('div', { class: 'hazard-list' }, el('p', { class: 'hint' }, t('loading')));
        const scroller = el('div', { class: 'scroller', tabindex: -1 }, rows);
        setTitle(t('delay.title'), home);
        fill(root, scroller, el('div', { class: 'side' }, may('stage') && [el('button', { type: 'button', class: 'main', on: { click: () => begin(true) } }, icon('plus'), el('span', {}, t('delay.claim'))),
            el('button', { type: 'button', class: 'plain', on: { click: () => begin(false) } }, icon('stop'), el('span', {}, t('delay.idle')))], rail(scroller)));
        try {
            const [{ delays }, { idle_days: idle }] = await Promise.all([get(sitePath('/delays?limit=50')), get(sitePath('/idle-days?limit=20'))]);
            const row = (picture, state, text) => el('div', { class: 'hazard-card stage-card', dataset: { state } }, el('span', { class: 'hazard-text' }, icon(picture), el('span', {}, text)));
            fill(rows, delays.map((one) => row(one.decision ? 'checks' : 'clock', one.state, `${delayLine(one)}${one.decision ? '' : ` · ${t('delay.is-claimed')}`}`)),
                idle.map((one) => row('stop', 'idle', `${t('delay.idle')} ${dayName(one.date)} · ${reasonName(one.reason)}`)), !delays.length && !idle.length && el('p', { class: 'hint' }, t('delay.none')));
        } catch {
            if (!gone) fill(rows, el('p', { class: 'hint' }, t('error.offline')));
        }
    }

    async function begin(claim) {
        const reason = await askReason();
        if (!reason || gone) return;
        const now = dayOf(Date.now());
        const from = await askDay(t(claim ? 'delay.from' : 'delay.which'), now, dayPlus(now, -DAYS_BACK), DAYS_BACK + 1);
        if (!from || gone) return;
        const to = claim ? await askDay(t('delay.to'), from, from, DAYS_BACK) : from;
        if (to && !gone) compose(claim, reason, from, to);
    }

    function compose(claim, reason, from, to) {
        const id = uuid7(); // the same for every attempt
        const stage = today.get()?.stage?.key ?? '';
        const taker = photoTaker({ fields: () => ({ stage }) });
        const send = el('button', { type: 'button', class: 'main save', on: { click: submit } }, icon('check'), el('span', {}, t('hazard.send')));
        stop = taker.stop;
        async function submit() {
            const body = claim ? { id, stage, reason, from, to, photos: taker.ids() } : { id, date: from, reason, photos: taker.ids() };
            send.disabled = true;
            say(t('log.saving'), 'busy');
            try {
                await untilStored(claim ? '/delays' : '/idle-days', Object.fromEntries(Object.entries(body).filter(([, v]) => v?.length > 0)));
                say(t(claim ? 'delay.saved' : 'delay.idle-saved'));
                if (!gone) goTo('stopped');
            } catch (error) {
                send.disabled = false;
                say(`${t('log.not-taken')} ${error.message}`, 'bad');
            }
        }
        setTitle(t(claim ? 'delay.claim' : 'delay.idle'), list);
        fill(root, el('div', { class: 'compose' }, el('p', { class: 'stage-gate' }, icon('stop'), el('b', {}, [reasonName(reason), from === to ? dayName(from) : `${dayName(from)} – ${dayName(to)}`].join(' · '))), taker.node), el('div', { class: 'side' }, taker.buttons, send));
    }
    list();
    return () => {
        gone = true;
        stop();
    };
}
