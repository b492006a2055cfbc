// SPDX-License-Identifier: MIT
// The daily log in three taps: open (filled in already), chips, save. Crew, photos, rooms and a note for whoever wants them.
import { get, sitePath } from '/shared/api.js';
import { el, fill } from '/shared/dom.js';
import { privacyLine } from '/shared/freetext.js';
import { stageName } from '/shared/trade.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import * as live from '/shared/live.js';
import { may } from '/shared/place.js';
import { choose } from '/shared/sheet.js';
import { t } from '/shared/words.js';
import { dayBefore, dayName } from '/shared/when.js';
import { beginChip } from './begin.js';
import { chipBoard } from './chips.js';
import { crewBoard } from './crew.js';
import { loadToday, today } from './data.js';
import { newestDraft, openDraft } from './draft.js';
import { say, setTitle } from './header.js';
import { logPhotos } from './logphotos.js';
import { rail } from './rail.js';
import { isSubmitting, logBody, saySubmitted, submitLog } from './submit.js';
import { whereSheet } from './where.js';

const copy = (value) => JSON.parse(JSON.stringify(value ?? null));

function fromStart(now, date) {
    const start = now.start ?? {};
    return { id: uuid7(), date, stage: start.stage ?? now.stage?.key ?? '', done: copy(start.done) ?? [], plan: copy(start.plan) ?? [], crew: copy(start.crew) ?? {}, note: '', photos_off: [] };
}

function fromLog(log) {
    return { id: uuid7(), amends: log.version, date: log.date, stage: log.stage ?? '', done: copy(log.done) ?? [], plan: copy(log.plan) ?? [], crew: copy(log.crew) ?? {}, note: log.note ?? '', photos: copy(log.photos) ?? [], photos_off: [] };
}

// Which draft is worked on: of a date, or an amendment of a stored log.
async function open(param) {
    const now = await loadToday().catch(() => today.get());
    if (param[0] === 'amend') {
        const stored = await get(sitePath(`/daylogs/${param[1]}`));
        const kept = newestDraft('amendment', stored.id, null);
        const value = kept?.amends === stored.version ? kept : fromLog(stored);
        return { now, draft: openDraft('amendment', stored.id, value, false) };
    }
    const date = param[0] === 'date' ? param[1] : now.date;
    let onServer = date === now.date ? now.draft : null;
    if (date !== now.date) onServer = await get(sitePath(`/drafts/daylog/${date}`)).catch(() => null);
    const kept = newestDraft('daylog', date, onServer);
    return { now, kept, draft: openDraft('daylog', date, kept ? copy(kept) : fromStart(now, date), true) };
}

export function log(root, { param, goTo, home }) {
    let stop = () => {};
    let gone = false;
    setTitle(t('tile.log'), home);
    fill(root, el('p', { class: 'hint' }, t('loading')));
    open(param).then(async ({ now, kept, draft }) => {
        if (gone) return draft.close();
        const logged = now.logged ?? [];
        if (!param[0] && logged.length && !kept && may('daylog')) {
            draft.close();
            const what = await choose(t('log.logged-title'), '', [
                { value: 'amend', icon: 'edit', label: t('log.amend-today'), main: true },
                { value: 'card', icon: 'share', label: t('log.show-card') },
                { value: 'new', icon: 'plus', label: t('log.another') },
            ]);
            if (gone) return undefined;
            const last = logged[0]; // the newest
            if (what === 'amend') return goTo(`log/amend/${last}`);
            if (what === 'card') return goTo(`saved/${last}`);
            return what === 'new' ? goTo(`log/date/${now.date}`) : home();
        }
        stop = edit(root, draft, now, { goTo, home });
        return undefined;
    }).catch(() => {
        say(t('error.offline'), 'bad');
        home();
    });
    return () => {
        gone = true;
        stop();
    };
}

function edit(root, draft, now, { goTo, home }) {
    const value = draft.value;
    const decides = may('daylog');
    const yesterday = now.until_ten ? (typeof now.until_ten === 'string' ? now.until_ten.slice(0, 10) : dayBefore(now.date)) : '';
    const left = el('div', { class: 'log-left' });
    const body = el('div', { class: 'scroller log-body' });
    const where = el('button', { type: 'button', class: 'plain where', on: { click: chooseWhere } });
    const save = el('button', { type: 'button', class: 'main save', on: { click: decides ? submit : hand } }, icon('check'), el('span', {}, t(decides ? (value.amends ? 'log.save-amend' : 'log.save') : 'log.hand')));
    const begin = beginChip(draft);
    const chips = chipBoard(draft, now, changed, begin.node);
    const crew = crewBoard(draft, changed);
    const photos = logPhotos(draft, now, changed);
    const note = el('textarea', { class: 'field note-field', id: 'note', rows: 3, maxlength: 1300, value: value.note ?? '', on: { input: () => draft.change((v) => { v.note = note.value; }) } });
    const tabs = el('div', { class: 'tabs', role: 'group', 'aria-label': t('log.parts') });
    const sections = {
        chips: chips.node, crew: el('section', { class: 'log-section log-crew' }, el('h2', {}, t('log.crew')), crew.node),
        photos: el('section', { class: 'log-section log-photos' }, el('h2', {}, t('log.photos')), photos.node),
        note: el('section', { class: 'log-section log-note' }, el('h2', {}, el('label', { for: 'note' }, t('log.note'))), note, privacyLine(note)),
    };
    const noted = value.note ? el('p', { class: 'noted' }, icon('note'), value.note) : null;
    let tab = 'done';
    let stored = null; // as the server answered

    function show(name) {
        tab = name;
        body.dataset.tab = name === 'plan' ? 'done' : name;
        if (name === 'done' || name === 'plan') chips.show(name);
        body.scrollTop = 0;
        changed();
    }
    function tabButton(name, count) {
        return el('button', { type: 'button', class: `tab tab-${name}`, 'aria-pressed': String(tab === name), on: { click: () => show(name) } }, el('span', {}, t(`log.tab-${name}`)), el('b', {}, String(count)));
    }
    function changed() {
        const focus = document.activeElement?.className;
        fill(tabs, tabButton('done', value.done.length), tabButton('plan', value.plan.length), tabButton('crew', crew.total()), tabButton('photos', photos.chosen().length));
        if (focus?.startsWith('tab ')) tabs.querySelector(`.${focus.split(' ')[1]}`)?.focus();
        fill(where, icon('stage'), el('span', { class: 'where-text' }, el('b', {}, value.stage ? stageName(value.stage) : t('log.no-stage')), el('span', {}, value.date === now.date ? t('log.today') : value.date === yesterday ? t('log.yesterday') : dayName(value.date))));
        where.classList.toggle('where-empty', !value.stage);
    }
    function title() {
        setTitle(`${t(value.amends ? 'log.amend' : 'tile.log')} · ${dayName(value.date)}`, home);
    }
    async function chooseWhere() {
        const chosen = await whereSheet(value, value.amends ? [] : [now.date, yesterday].filter(Boolean), now);
        if (!chosen) return;
        if (chosen.date && chosen.date !== value.date) {
            goTo(`log/date/${chosen.date}`);
            return;
        }
        draft.change((v) => {
            v.stage = chosen.stage;
            delete v.begin;
        });
        begin.draw();
        chips.stage();
        crew.draw();
        changed();
    }
    async function hand() {
        try {
            await draft.flush();
            say(t('log.handed'));
            goTo('');
        } catch {
            say(t('log.kept-here'), 'bad');
        }
    }
    async function submit() {
        if (isSubmitting(value.id)) return;
        if (!value.done.length && !value.plan.length && !value.note?.trim()) {
            say(t('log.empty'), 'bad');
            return;
        }
        save.disabled = true;
        try {
            const body = logBody(value, photos.chosen()), starts = await begin.starts();
            const done = await submitLog(draft, body, starts);
            stored = done.stored;
            saySubmitted(done, body, starts);
            goTo(done.refused ? `saved/${stored.id}/${body.stage}` : `saved/${stored.id}`);
        } catch (error) {
            save.disabled = false;
            if (error.status === 409) await conflict(error.doc.stored);
            else say(`${t('log.not-taken')} ${error.message}`, 'bad');
        }
    }
    // Somebody was faster: what is current is shown, and what was entered here is not lost.
    async function conflict(current) {
        say(t('log.conflict'), 'bad');
        if (!current?.version) return;
        const what = await choose(t('log.conflict'), t('log.conflict-text', { n: current.done?.length ?? 0, m: current.plan?.length ?? 0, who: current.submitted?.actor?.name ?? '' }), [
            { value: 'mine', icon: 'edit', label: t('log.conflict-mine'), main: true },
            { value: 'theirs', icon: 'trash', label: t('log.conflict-theirs') },
        ]);
        if (what === 'mine') {
            draft.change((v) => {
                v.id = uuid7();
                v.amends = current.version;
            });
            await submit();
        } else if (what === 'theirs') {
            draft.drop(true);
            goTo('timeline');
        }
    }

    fill(left, tabs, noted, fill(body, sections.chips, sections.crew, sections.photos, sections.note));
    fill(root, where, left, save, rail(body));
    title();
    show('done');
    photos.load();
    begin.load();
    const stops = [live.on('record', (record) => {
        if (record.id === value.id && !stored && !isSubmitting(value.id)) {
            draft.drop(false);
            say(t('log.elsewhere'));
            goTo(`saved/${value.id}`);
        } else if (record.type === 'photo-taken') {
            photos.load();
        }
    })];
    return () => {
        stops.forEach((stop) => stop());
        draft.close();
    };
}
