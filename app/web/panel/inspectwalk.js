// SPDX-License-Identifier: MIT
// The walk through a stage's checklist: a row an item and room, answered by a tap; what is half done is a draft that the panel and phones share.
import { get, sitePath } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import '/shared/inspections.js';
import * as live from '/shared/live.js';
import { place } from '/shared/place.js';
import { choose } from '/shared/sheet.js';
import { stageName } from '/shared/trade.js';
import { isDone, lackOf, mergeWalks, nameOf, newsIn, progressOf, rowsOf, splitName, verdictOf, walkBody } from '/shared/walk.js';
import { t } from '/shared/words.js';
import { dayOf } from '/shared/when.js';
import { today } from './data.js';
import { newestDraft, openDraft } from './draft.js';
import { say, setTitle } from './header.js';
import { itemView, rowNode, rowTitle } from './inspectitem.js';
import { rail } from './rail.js';
import { untilStored } from './submit.js';

const KIND = 'inspection';
const TELL_MS = 60000;
const order = (a, b) => (nameOf(a) < nameOf(b) ? -1 : 1);

async function orNull(promise) {
    try {
        return await promise;
    } catch (error) {
        if (error.status && error.status !== 404) throw error;
        return null;
    }
}

export function walk(root, ctx, stage) {
    const { goTo } = ctx;
    let stopped = false;
    let draft = null;
    let items = [];
    let tests = [];
    let openOnly = false;
    let at = ''; // the row that is open, or ''
    let view = null;
    let sending = false;
    let told = 0; // when it was last said that somebody else is at it
    const title = `${t('walk.title')} · ${stageName(stage)}`;
    const back = () => goTo('inspect');
    setTitle(title, back);
    fill(root, el('p', { class: 'hint' }, t('loading')));

    const rows = () => rowsOf(items, draft.value);

    // ---- the draft ----

    // Says something of one row; newer than whatever was said of it before.
    function change(name, fn) {
        draft.change((value) => {
            let answer = value.answers.find((one) => nameOf(one) === name);
            if (!answer) value.answers.push(answer = splitName(name));
            fn(answer);
            const now = Date.now();
            answer.at = new Date(answer.at && Date.parse(answer.at) >= now ? Date.parse(answer.at) + 1 : now).toISOString();
            value.answers.sort(order);
        });
    }

    // The same answer for a room, where it had another or none; or one more.
    function toRoom(name, room, more) {
        const { item } = splitName(name);
        const to = nameOf({ item, room });
        if (to === name) return name;
        if (rows().some((row) => row.name === to && (row.answer.at || more))) {
            say(t('walk.room-there'), 'bad');
            return to;
        }
        const from = draft.value.answers.find((one) => nameOf(one) === name && !one.gone);
        change(to, (answer) => {
            for (const member of Object.keys(answer)) if (!['item', 'room', 'at'].includes(member)) delete answer[member];
            if (from && !more) Object.assign(answer, { ...from, room, at: answer.at });
        });
        if (!more && from) change(name, (answer) => { answer.gone = true; });
        return to;
    }

    const pull = debounce(async () => {
        const kept = await orNull(get(sitePath(`/drafts/${KIND}/${stage}`))).catch(() => null);
        if (stopped || !kept || sending) return;
        const theirs = kept.draft;
        if (newsIn(theirs, draft.value)) {
            draft.take(mergeWalks(draft.value, theirs));
            if (Date.now() - told > TELL_MS) say(t('walk.elsewhere'));
            told = Date.now();
            redraw();
        }
        if (newsIn(draft.value, theirs)) draft.change(() => {});
    }, 250);

    // ---- drawing ----

    const list = el('div', { class: 'walk-list' });
    const scroller = el('div', { class: 'scroller', tabindex: -1 }, list);
    const progress = el('p', { class: 'walk-progress', role: 'status' });
    const filter = el('button', { type: 'button', class: 'toggle', on: { click: () => {
        openOnly = !openOnly;
        scroller.scrollTop = 0;
        drawList();
    } } });
    const send = el('button', { type: 'button', class: 'main', on: { click: submit } }, icon('check'), el('span', {}, t('walk.send')));

    function drawProgress() {
        const { all, done, open } = progressOf(rows());
        fill(progress, el('b', {}, t('walk.progress', { done, all })), el('span', {}, icon(open ? 'clock' : 'check'), t(open ? 'walk.still' : 'walk.complete', { n: open })));
        progress.dataset.open = String(open);
        filter.setAttribute('aria-pressed', String(openOnly));
        fill(filter, icon('look'), el('span', {}, t('walk.only-open')));
    }

    // What a row and the page of one item may do.
    const hands = {
        stage, tests: () => tests, change, toRoom,
        row: (name) => rows().find((one) => one.name === name) ?? rows().find((one) => one.item.key === splitName(name).item),
        open: (name, photo) => show(name, photo),
        changed: drawProgress,
        redraw: () => redraw(),
        next: () => {
            const all = rows();
            const from = all.findIndex((row) => row.name === at);
            const next = [...all.slice(from + 1), ...all.slice(0, Math.max(0, from))].find((row) => !isDone(row) && (lackOf(row) || verdictOf(row.item, row.answer) === ''));
            show(next ? next.name : '');
        },
        leave: () => show(''),
    };

    function drawList() {
        const focus = document.activeElement;
        if (focus?.tagName === 'INPUT' && list.contains(focus)) return; // somebody types; it is drawn anew afterwards
        const top = scroller.scrollTop;
        const held = list.contains(focus) && [focus.closest('.walk-row').dataset.name, focus.dataset.do]; // whose focus goes on there
        const shown = rows().filter((row) => !openOnly || !isDone(row));
        fill(list, shown.length ? shown.map((row) => rowNode(row, hands)) : el('p', { class: 'hint' }, t(items.length ? 'walk.nothing-open' : 'walk.no-items')));
        scroller.scrollTop = top;
        if (held) [...list.querySelectorAll('[data-do]')].find((node) => node.dataset.do === held[1] && node.closest('.walk-row').dataset.name === held[0])?.focus({ preventScroll: true });
        drawProgress();
    }
    function redraw() {
        if (stopped) return;
        if (at) view?.redraw();
        else drawList();
        drawProgress();
    }
    function show(name, photo) {
        view?.stop();
        view = null;
        at = name;
        drawProgress();
        if (at) {
            view = itemView(root, hands.row(at).name, hands, progress, photo);
            return;
        }
        setTitle(title, back);
        fill(root, scroller, el('div', { class: 'side' }, progress, filter, send, rail(scroller)));
        drawList();
    }
    // Which row is meant, also after what was done at its page.
    hands.at = (name) => { at = name; };

    // ---- sending ----

    function lacks(row, why) {
        say(t(`walk.lack-${why}`, { what: rowTitle(row) }), 'bad');
        show(row.name);
    }
    const WHYS = { photos: 'photo', reason: 'reason', values: 'value', runs: 'value', test: 'value', tests: 'value' };
    function refused(error, sent) {
        const [, n, member = ''] = /^items\.(\d+)\.?(\w*)/.exec(error.field ?? '') ?? [];
        const row = n !== undefined && sent[Number(n)];
        if (!row) say(`${t('log.not-taken')} ${error.message}`, 'bad');
        else if (WHYS[member]) lacks(row, WHYS[member]);
        else {
            show(row.name);
            say(t('walk.refused', { what: rowTitle(row), why: error.message }), 'bad');
        }
    }

    async function submit() {
        const all = rows();
        const open = all.find((row) => lackOf(row));
        const said = (verdict) => all.filter((row) => verdictOf(row.item, row.answer) === verdict);
        if (open) return lacks(open, lackOf(open));
        if (!all.some((row) => verdictOf(row.item, row.answer))) return say(t('walk.empty'), 'bad');
        const failed = said('fail');
        const sure = await choose(t('walk.send'), t('walk.sure', { passed: said('pass').length, failed: failed.length, na: said('na').length, hazards: failed.filter((row) => row.answer.hazard).length }), [{ value: true, icon: 'check', label: t('walk.send'), main: true }]);
        if (!sure || stopped || sending) return null;
        sending = true;
        send.disabled = true;
        await draft.settle();
        say(t('log.saving'), 'busy');
        const { body, rows: sent } = walkBody(draft.value, stage, today.get()?.date ?? dayOf(Date.now()), items);
        try {
            await untilStored('/inspections', body);
            draft.drop(false);
            say(t('walk.sent'));
            if (!stopped) goTo(`inspect/report/${body.id}`);
        } catch (error) {
            sending = false;
            send.disabled = false;
            if (!stopped) refused(error, sent);
        }
        return null;
    }

    // ---- beginning ----

    async function load() {
        try {
            const [checklist, kept, run] = await Promise.all([get(sitePath(`/checklists/${stage}`)), orNull(get(sitePath(`/drafts/${KIND}/${stage}`))), orNull(get(sitePath('/tests?limit=50')))]);
            if (stopped) return;
            items = checklist.items;
            tests = (run?.tests ?? []).filter((test) => test.stage === stage && test.state !== 'running');
            const here = newestDraft(KIND, stage, null); // not sent yet
            const value = here ? mergeWalks(here, kept?.draft) : kept?.draft ?? { id: uuid7(), answers: [] };
            draft = openDraft(KIND, stage, { ...value, answers: value.answers ?? [] }, true);
            if (here) draft.change(() => {});
            show('');
        } catch (error) {
            if (!stopped) fill(root, el('p', { class: 'hint' }, t(error.status === 404 ? 'walk.no-items' : 'error.offline')));
        }
    }
    const stops = [
        live.on('draft', (one) => draft && one.site === place.site && one.kind === KIND && one.key === stage && pull()), live.on('again', () => draft && pull()),
        live.on('record', (record) => {
            if (!draft || sending || record.subject !== `inspection/${draft.value.id}`) return;
            draft.drop(false);
            say(t('walk.was-sent'));
            goTo(`inspect/report/${draft.value.id}`);
        }),
    ];
    load();
    return () => {
        stopped = true;
        pull.cancel();
        view?.stop();
        draft?.close();
        stops.forEach((stop) => stop());
    };
}
