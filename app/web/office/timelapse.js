// SPDX-License-Identifier: MIT
// The time-lapse of a site: a day, a week or the whole job, to scrub or to play, and two frames of it to compare. What is seen stands in the
// address, so that it can be sent to a colleague: range, day, board, frame, A, B, and whether they are compared.
import { get, sitePath } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import * as live from '/shared/live.js';
import { roomName } from '/shared/trade.js';
import { t } from '/shared/words.js';
import { dayName, dayOf, dayPlus, moment, shortDay, today, weekOf } from '/shared/when.js';
import { comparison, pairButtons } from './compare.js';
import { frameTime, picture, shelf } from './frames.js';

const RANGES = ['day', 'week', 'all'];
const MOST = { day: 1000, week: 1000, all: 600 }; // frames; the server takes evenly so many of more
const SPEEDS = [2, 6, 15]; // frames a second
const REST_MS = 350;
const WAIT_MS = 1500; // playing waits so long for a thumb
const MOVED_MS = 1500; // and stays so long where a series begins
const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text ?? '') && !Number.isNaN(Date.parse(text));

const list = (query) => get(sitePath(`/timelapse?${new URLSearchParams(query)}`));
const oneFrame = (id) => get(sitePath(`/photos/${encodeURIComponent(id)}/info`)).catch(() => null);
// Draws controls anew, and leaves the keyboard where it was.
function redraw(row, ...children) {
    const controls = () => [...row.querySelectorAll('button, input')];
    const focus = controls().indexOf(document.activeElement);
    fill(row, ...children);
    if (focus >= 0) controls()[focus]?.focus();
}
const bounds = (range, day) => (range === 'all' ? null : range === 'week' ? [weekOf(day), dayPlus(weekOf(day), 6)] : [day, day]);

export function showTimelapse(root, site, query) {
    const now = { range: RANGES.includes(query.get('range')) ? query.get('range') : 'day', day: isDay(query.get('day')) ? query.get('day') : '', board: query.get('board') ?? '', frame: query.get('frame') ?? '' };
    let all = { frames: [], total: 0, series: new Map() };
    let frames = []; // of the board that is shown
    let at = 0;
    const chosen = [null, null];
    let comparing = null;
    let playing = 0; // the timer
    let speed = SPEEDS[1];
    let asked = 0;
    let loading = false; // another range than what is shown
    let stopped = false;

    // ---- what is on the screen ----
    const rangeRow = el('div', { class: 'range-row' });
    const player = el('section', { class: 'player', 'aria-label': t('office.tab-timelapse') });
    const empty = el('section', { class: 'player-empty', 'aria-live': 'polite' });
    const thumbs = shelf(player);
    const small = el('span', { class: 'frame-small' });
    const shown = picture(thumbs, (word) => fill(small, word && [icon('album'), t(word)]));
    const moved = el('p', { class: 'frame-moved', role: 'status', hidden: true });
    const warn = el('span', { class: 'frame-warn', hidden: true }, icon('warn'), t('timelapse.clock-none'));
    const facts = el('div', { class: 'frame-facts' });
    const scrub = el('input', { type: 'range', class: 'scrub', min: 0, max: 0, value: 0, 'aria-label': t('timelapse.scrub'), on: { input: () => { pause(); goFrame(Number(scrub.value)); } } });
    const marks = el('div', { class: 'scrub-marks', 'aria-hidden': 'true' });
    const playButton = el('button', { type: 'button', class: 'main play', on: { click: () => (playing ? pause() : play()) } });
    const speeds = el('div', { class: 'speeds', role: 'group', 'aria-label': t('timelapse.speed') });
    const pairRow = el('div', { class: 'pair-row' });
    const places = el('ol', { class: 'places' });
    const compareRoom = el('div', {});
    const step = (by, word, picture) => el('button', { type: 'button', class: 'square', 'aria-label': t(word), on: { click: () => { pause(); goFrame(at + by); } } }, icon(picture));
    fill(player, el('div', { class: 'stage' }, shown.node, moved, el('div', { class: 'frame-notes' }, warn, small)), facts, el('div', { class: 'scrub-box' }, marks, scrub),
        el('div', { class: 'play-row' }, step(-1, 'timelapse.frame-before', 'back'), playButton, step(1, 'timelapse.frame-after', 'forward'), speeds), pairRow, places);
    fill(root, el('div', { class: 'timelapse' }, rangeRow, empty, player, compareRoom));

    // ---- words ----
    const seriesOf = (frame) => all.series.get(frame.series);
    function placeOf(frame) {
        if (!frame.series) return t('timelapse.first-place');
        const it = seriesOf(frame);
        return it?.room ? roomName(it.room) : t(it?.detected ? 'timelapse.place-seen' : 'timelapse.place-unknown');
    }
    const begins = (i) => i > 0 && (frames[i].series ?? '') !== (frames[i - 1].series ?? '');
    function movedText(frame) {
        const when = moment(seriesOf(frame)?.at ?? frame.taken);
        return t(seriesOf(frame)?.detected ? 'timelapse.moved-seen' : 'timelapse.moved', { where: placeOf(frame), at: when });
    }
    function rangeText() {
        const dates = bounds(now.range, now.day);
        if (now.range === 'day') return dayName(now.day);
        if (dates) return `${shortDay(dates[0])} – ${shortDay(dates[1])}`;
        return frames.length ? `${shortDay(dayOf(frames[0].taken))} – ${shortDay(dayOf(frames.at(-1).taken))}` : t('timelapse.all');
    }

    // ---- the address ----
    function write() {
        if (stopped) return;
        const says = { range: now.range, day: now.range !== 'all' && now.day, board: boards().length > 1 && now.board, frame: frames[at]?.id, a: chosen[0]?.id, b: chosen[1]?.id, view: comparing && 'compare' };
        history.replaceState(null, '', `#/site/${encodeURIComponent(site)}/timelapse?${new URLSearchParams(Object.entries(says).filter(([, value]) => value))}`);
    }
    const rest = debounce(() => {
        write();
        if (!playing && frames[at]) shown.whole();
    }, REST_MS);

    // ---- ranges ----
    const boards = () => [...new Set(all.frames.map((frame) => frame.board))].sort();
    const toggle = (pressed, text, click) => el('button', { type: 'button', class: 'toggle', 'aria-pressed': String(pressed), on: { click } }, text);
    function drawRange() {
        const dates = bounds(now.range, now.day);
        const turn = (days) => goRange(now.range, dayPlus(now.day, days * (now.range === 'week' ? 7 : 1)));
        const date = dates && el('input', { type: 'date', class: 'field range-date', 'aria-label': t('timelapse.date'), max: today(), value: now.day, on: { change: () => isDay(date.value) && goRange(now.range, date.value) } });
        redraw(rangeRow, el('div', { class: 'range-kinds', role: 'group', 'aria-label': t('timelapse.range') }, RANGES.map((range) => toggle(range === now.range, t(`timelapse.${range}`), () => goRange(range, frames[at] ? dayOf(frames[at].taken) : now.day)))),
            dates && el('div', { class: 'range-days' }, el('button', { type: 'button', class: 'square range-before', 'aria-label': t(`timelapse.${now.range}-before`), on: { click: () => turn(-1) } }, icon('back')), date,
                el('button', { type: 'button', class: 'square range-after', 'aria-label': t(`timelapse.${now.range}-after`), disabled: dates[1] >= today(), on: { click: () => turn(1) } }, icon('forward'))),
            el('p', { class: 'range-text', role: 'status' }, el('b', {}, rangeText()), loading ? ` · ${t('loading')}` : frames.length > 0 && ` · ${t(all.total > all.frames.length ? 'timelapse.some' : 'timelapse.count', { n: all.frames.length, total: all.total })}`),
            boards().length > 1 && el('div', { class: 'range-boards', role: 'group', 'aria-label': t('fact.board') }, boards().map((board) => toggle(board === now.board, board, () => pickBoard(board)))));
    }
    function goRange(range, day) {
        Object.assign(now, { range, day, frame: frames[at]?.id ?? '' });
        pause();
        loading = true;
        drawRange();
        load();
    }

    // ---- loading ----
    async function load() {
        const mine = ++asked;
        try {
            if (!now.day) now.day = await newestDay();
            const dates = bounds(now.range, now.day);
            const got = await list({ max: MOST[now.range], ...(dates && { from: dates[0], to: dates[1] }) });
            const wanted = now.frame && !got.frames.some((frame) => frame.id === now.frame) ? await oneFrame(now.frame) : null;
            if (stopped || mine !== asked) return;
            loading = false;
            all = { ...got, series: new Map(got.series.map((one) => [one.id, one])) };
            if (wanted && (!dates || (dates[0] <= dayOf(wanted.taken) && dayOf(wanted.taken) <= dates[1]))) take(wanted);
            pickBoard(all.frames.find((frame) => frame.id === now.frame)?.board ?? now.board);
        } catch (error) {
            if (stopped || mine !== asked) return;
            now.day ||= today();
            if (loading) Object.assign(all, { frames: [], total: 0 });
            frames = loading ? [] : frames;
            loading = false;
            drawRange();
            if (!frames.length) say(error.status ? error.message : t('error.offline'), el('button', { type: 'button', class: 'main', on: { click: load } }, icon('retry'), t('retry')));
        }
    }
    // A frame that somebody's address names and that the server left out of its many.
    function take(frame) {
        const before = all.frames.findIndex((one) => Date.parse(one.taken) > Date.parse(frame.taken));
        all.frames.splice(before < 0 ? all.frames.length : before, 0, frame);
    }
    const newestDay = async () => {
        const last = (await list({ max: 2 })).frames.at(-1);
        return last ? dayOf(last.taken) : today();
    };
    function pickBoard(board) {
        now.board = boards().includes(board) ? board : all.frames.at(-1)?.board ?? board;
        frames = all.frames.filter((frame) => frame.board === now.board);
        const keep = frames.findIndex((frame) => frame.id === now.frame);
        pause();
        drawRange();
        if (!frames.length) {
            showEmpty();
            return;
        }
        player.hidden = Boolean(comparing);
        fill(empty);
        empty.hidden = true;
        scrub.max = frames.length - 1;
        drawMarks();
        drawPlaces();
        drawPair();
        goFrame(keep < 0 ? 0 : keep);
    }
    function say(text, ...more) {
        player.hidden = true;
        empty.hidden = Boolean(comparing);
        fill(empty, el('p', { class: 'hint' }, text), el('div', { class: 'empty-row' }, more));
    }
    // Nothing in this range: says so, and where there is something.
    async function showEmpty() {
        const mine = asked;
        const dates = bounds(now.range, now.day);
        say(t(dates ? `timelapse.none-${now.range}` : 'timelapse.none'));
        write();
        if (!dates) return;
        const [before, after] = await Promise.all([list({ to: dayPlus(dates[0], -1), max: 2 }), list({ from: dayPlus(dates[1], 1), max: 1 })]).catch(() => [null, null]);
        if (stopped || mine !== asked || !before) return;
        const days = [before.frames.at(-1), after.frames[0]].filter(Boolean).map((frame) => dayOf(frame.taken));
        const far = (day) => Math.abs(Date.parse(day) - Date.parse(day < dates[0] ? dates[0] : dates[1]));
        days.sort((a, b) => far(a) - far(b));
        if (!days.length) say(t('timelapse.none'));
        else say(t(`timelapse.none-${now.range}`), days.map((day, i) => el('button', { type: 'button', class: i ? 'plain' : 'main', dataset: { day }, on: { click: () => goRange(now.range, day) } }, icon(day < dates[0] ? 'back' : 'forward'), t(i ? 'timelapse.other' : 'timelapse.nearest', { day: dayName(day) }))));
    }

    // ---- frames ----
    function goFrame(to) {
        at = Math.min(frames.length - 1, Math.max(0, to));
        const frame = frames[at];
        now.frame = frame.id;
        thumbs.around(frames, at);
        shown.show(frame);
        scrub.value = at;
        scrub.setAttribute('aria-valuetext', frameTime(frame));
        moved.hidden = !begins(at);
        if (begins(at)) fill(moved, icon('moved'), el('span', {}, movedText(frame)));
        fill(facts, el('b', { class: 'frame-time' }, frameTime(frame)), el('span', { class: 'frame-count' }, `${at + 1} / ${frames.length}`),
            el('span', { class: 'frame-place' }, icon('pin'), el('span', {}, placeOf(frame))));
        warn.hidden = frame.clock !== 'none';
        rest();
    }
    const share = (i) => (frames.length > 1 ? i / (frames.length - 1) : 0);
    function drawMarks() {
        const mark = (i, text, kind) => {
            const node = el('span', { class: `mark mark-${kind}` }, text);
            node.style.setProperty('--at', String(share(i)));
            return node;
        };
        const starts = frames.map((_, i) => i).filter(begins);
        fill(marks, starts.map((i, n) => mark(i, String(n + 1), 'moved')), chosen.map((frame, i) => {
            const where = frames.findIndex((one) => one.id === frame?.id);
            return where >= 0 && mark(where, 'AB'[i], 'pair');
        }));
    }
    function drawPlaces() {
        const starts = frames.map((_, i) => i).filter(begins);
        fill(places, starts.map((i, n) => el('li', {}, el('button', { type: 'button', class: 'plain place', on: { click: () => { pause(); goFrame(i); } } }, el('span', { class: 'mark-number' }, String(n + 1)), movedText(frames[i])))));
        places.hidden = !starts.length;
    }
    function drawPlay() {
        fill(playButton, icon(playing ? 'pause' : 'play'), el('span', {}, t(playing ? 'timelapse.pause' : 'timelapse.play')));
        redraw(speeds, SPEEDS.map((n) => toggle(n === speed, t('timelapse.a-second', { n }), () => {
            speed = n;
            drawPlay();
        })));
    }
    function play() {
        if (at === frames.length - 1) goFrame(0);
        tick(Date.now());
        drawPlay();
    }
    function pause() {
        clearTimeout(playing);
        playing = 0;
        drawPlay();
        rest();
    }
    function tick(since) {
        const stay = Math.max(1000 / speed, begins(at) ? MOVED_MS : 0);
        playing = setTimeout(() => {
            if (at >= frames.length - 1) {
                pause();
                return;
            }
            const { state } = thumbs.see(frames[at + 1]);
            if (state !== 'there' && state !== 'missing' && Date.now() - since < stay + WAIT_MS) {
                clearTimeout(playing);
                playing = setTimeout(() => tick(since), 0);
                return;
            }
            goFrame(at + 1);
            tick(Date.now());
        }, Math.max(20, stay - (Date.now() - since)));
    }

    // ---- before and after ----
    function drawPair() {
        redraw(pairRow, pairButtons(chosen, (i) => {
            pause();
            chosen[i] = frames[at];
            drawPair();
            drawMarks();
        }, () => compare()));
    }
    function compare(at = 50, focus = '.scrub') {
        comparing?.stop();
        pause();
        comparing = comparison(chosen, { at, placeOf, swap, close: endCompare });
        fill(compareRoom, comparing.node);
        comparing.node.querySelector(focus).focus({ preventScroll: true });
        player.hidden = true;
        rangeRow.hidden = true;
        empty.hidden = true;
        write();
    }
    function swap(at) {
        chosen.reverse();
        drawMarks();
        drawPair();
        compare(at, '.compare-swap');
    }
    function endCompare() {
        comparing?.stop();
        comparing = null;
        fill(compareRoom);
        rangeRow.hidden = false;
        player.hidden = !frames.length;
        empty.hidden = frames.length > 0;
        pairRow.querySelector('.compare-open')?.focus({ preventScroll: true });
        write();
    }
    async function start() {
        const pair = await Promise.all(['a', 'b'].map((name) => (query.get(name) ? oneFrame(query.get(name)) : null)));
        if (stopped) return;
        pair.forEach((frame, i) => { chosen[i] = frame; });
        await load();
        if (stopped) return;
        if (query.get('view') === 'compare' && chosen[0] && chosen[1]) compare();
    }
    const soon = debounce(() => !playing && load(), REST_MS * 3);
    const stops = [live.on('record', (record) => record.site === site && /^(photo-taken|photo-withdrawn|viewpoint-moved)$/.test(record.type) && soon()), live.on('again', soon)];
    drawPlay();
    say(t('loading'));
    start();
    return () => {
        stopped = true;
        clearTimeout(playing);
        comparing?.stop();
        shown.stop();
        rest.cancel();
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}
