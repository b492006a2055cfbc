// SPDX-License-Identifier: MIT
// The hand-over: what is open and where that is ended, what is looked after in later years, and closing the job, with a photo and a note if wanted.
import { get, sitePath } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import * as live from '/shared/live.js';
import { photoRow } from '/shared/money.js';
import { may, place } from '/shared/place.js';
import { choose } from '/shared/sheet.js';
import { both } from '/shared/trade.js';
import { lang, t } from '/shared/words.js';
import { dayName, shortDay } from '/shared/when.js';
import '/shared/rarewords.js';
import { photoTaker } from './camera.js';
import { said } from './change.js';
import { say, setTitle } from './header.js';
import { rail } from './rail.js';
import { untilStored } from './submit.js';

const ICONS = { hazard: 'warn', change: 'edit', confirmation: 'edit', test: 'clock', gate: 'stop' };
const WHERE = { hazard: (id) => `hazard/${id}`, change: (id) => `change/${id}`, test: (id) => `tests/${id}`, stage: (id) => `stages/${id}` };

export function handover(root, { goTo, home }) {
    const id = uuid7(); // the same for every attempt
    let stop = () => {};
    let gone = false;
    let composing = false;

    const plan = (years) => [el('h2', { class: 'day' }, t('handover.plan')), years.map((one) => el('p', { class: 'stage-gate' }, icon('plan'), el('b', {}, t('handover.year', { n: one.years })), el('span', {}, `${shortDay(one.date)} · ${both(one)}`)))];

    function draw(now) {
        setTitle(t('handover.title'), home);
        if (now.done) {
            const scroller = el('div', { class: 'scroller stage-one', tabindex: -1, dataset: { done: 'true' } }, el('p', { class: 'stage-top' }, el('b', {}, t('handover.done', { day: dayName(now.date) }))), now.note && el('p', { class: 'hazard-text' }, now.note), photoRow(now.photos), plan(now.plan));
            return void fill(root, scroller, el('div', { class: 'side' }, rail(scroller)));
        }
        const { open } = now;
        const rows = open.map((one) => {
            const [kind, key] = one.subject.split('/');
            return el('button', { type: 'button', class: 'hazard-card stage-card open-card', dataset: { kind: one.kind, subject: one.subject }, on: { click: () => WHERE[kind] && goTo(WHERE[kind](key)) } }, el('span', { class: 'hazard-text' }, icon(ICONS[one.kind] ?? 'info'), el('span', {}, one[lang()] || one.zh)));
        });
        const scroller = el('div', { class: 'scroller stage-one', tabindex: -1, dataset: { open: String(open.length) } }, el('p', { class: 'stage-gate' }, icon(open.length ? 'stop' : 'check'), el('b', {}, open.length ? t('handover.open', { n: open.length }) : t('handover.ready'))),
            el('div', { class: 'hazard-list' }, rows), plan(now.plan));
        return void fill(root, scroller, el('div', { class: 'side' }, may('change') && !open.length && el('button', { type: 'button', class: 'main', dataset: { step: 'handover' }, on: { click: () => compose(now) } }, icon('checks'), el('span', {}, t('handover.do'))), rail(scroller)));
    }

    function compose() {
        const taker = photoTaker({ fields: () => ({ stage: 'completion' }) });
        const note = el('textarea', { class: place.hub ? 'field note-field' : 'field note-field phone-only', rows: 2, maxlength: 500, 'aria-label': t('handover.note'), placeholder: t('handover.note') });
        const send = el('button', { type: 'button', class: 'main save', on: { click: submit } }, icon('checks'), el('span', {}, t('handover.do')));
        composing = true;
        const leave = () => {
            composing = false;
            stop();
            stop = () => {};
            load();
        };
        stop = taker.stop;
        async function submit() {
            if (await choose(t('handover.do'), t('handover.sure'), [{ value: 'yes', icon: 'checks', label: t('handover.do'), main: true }, { value: 'no', icon: 'back', label: t('cancel') }]) !== 'yes' || gone) return;
            send.disabled = true;
            say(t('log.saving'), 'busy');
            try {
                await untilStored('/handover', said({ id, note: note.value.trim(), photos: taker.ids() }));
                say(t('handover.saved'));
                if (!gone) leave();
            } catch (error) {
                send.disabled = false;
                say(`${t('log.not-taken')} ${error.message}`, 'bad');
                if (error.status === 409 && !gone) leave(); // what is open now is listed
            }
        }
        setTitle(t('handover.do'), leave);
        fill(root, el('div', { class: 'compose' }, note, taker.node), el('div', { class: 'side' }, taker.buttons, send));
    }

    async function load() {
        if (composing) return;
        try {
            const now = await get(sitePath('/handover'));
            if (!gone && !composing) draw(now);
        } catch {
            if (!gone && !root.querySelector('.scroller')) fill(root, el('p', { class: 'hint' }, t('error.offline')));
        }
    }
    const soon = debounce(load, 400);
    const stops = [live.on('record', (record) => record.site === place.site && /^(hazard|change|customer|timed|stage|acceptance|gate|handover)-/.test(record.type) && soon()), live.on('again', soon)];
    setTitle(t('handover.title'), home);
    fill(root, el('p', { class: 'hint' }, t('loading')));
    load();
    return () => {
        gone = true;
        soon.cancel();
        stop();
        stops.forEach((one) => one());
    };
}
