// SPDX-License-Identifier: MIT
// A site's stages for head office: planned against actual, what each lacks, accepting and overriding; claims to be decided; holding the site.
import { get, Offline, post } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { privacyLine } from '/shared/freetext.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import * as live from '/shared/live.js';
import { may } from '/shared/place.js';
import { openSheet } from '/shared/sheet.js';
import { clockLeft, datesText, delayLine, markLines, missingList, stateBadge, testBadge, testLines, testName, VERB_ICONS } from '/shared/stages.js';
import { both, delayReasons, reasonName, roomName } from '/shared/trade.js';
import { t } from '/shared/words.js';
import { moment } from '/shared/when.js';
import { say } from './bar.js';
import { stageChart } from './chart.js';

const NEEDS = { reject: 'note', override: 'reason' }; // what a step has to say

// A question with a text, sent under one id until it is taken. Resolves with nothing; done() after it was stored.
function ask({ title, text, content, word, picture, path, body, done }) {
    const id = uuid7();
    const message = el('p', { class: 'pin-message', role: 'alert' });
    const go = el('button', { type: 'button', class: 'main', on: { click: send } }, icon(picture), el('span', {}, word));
    const sheet = openSheet({ title, content: [text && el('p', { class: 'sheet-text' }, text), content], foot: [message, go] });
    async function send() {
        const more = body();
        if (!more) return;
        go.disabled = true;
        message.textContent = '';
        try {
            await post(path, { id, ...Object.fromEntries(Object.entries(more).filter(([, v]) => v !== '' && v !== undefined)) });
            sheet.close();
            done();
        } catch (error) {
            message.textContent = error instanceof Offline ? t('error.offline') : error.message;
            go.disabled = false;
        }
    }
}

const field = (id, word) => {
    const node = el('textarea', { class: 'field note-field', id, rows: 3, maxlength: 300 });
    return { node, row: el('p', { class: 'form-row' }, el('label', { class: 'label', for: id }, t(word)), node, privacyLine(node)) };
};

export function showStages(root, site) {
    const path = (rest) => `/api/v1/sites/${encodeURIComponent(site)}${rest}`;
    const hold = el('section', { class: 'hold-part' });
    const chart = el('div', { class: 'table-wrap chart-wrap' });
    const list = el('div', { class: 'stage-list' }, el('p', { class: 'hint' }, t('loading')));
    const side = el('aside', { class: 'requests' });
    let stopped = false;
    fill(root, el('div', { class: 'two' }, el('section', { class: 'plan' }, hold, chart, list), side));

    // ---- stages ----

    function step(stage, verb, room) {
        const said = field('stage-said', verb === 'override' ? 'stage.reason' : verb === 'reject' ? 'stage.why' : 'office.note');
        const of = stage.rooms.find((one) => one.room === room) ?? stage;
        ask({
            title: `${t(`stage.do-${verb}`)} · ${both(stage)}${room ? t('brackets', { text: roomName(room) }) : ''}`, content: [missingList(of), said.row], word: t(`stage.do-${verb}`), picture: VERB_ICONS[verb], path: path(`/stages/${stage.key}/${verb}`),
            body() {
                const text = said.node.value.trim();
                if (NEEDS[verb] && !text) {
                    said.node.focus();
                    return null;
                }
                return { room, [NEEDS[verb] ?? 'note']: text };
            },
            done: () => say(t(`stage.saved-${verb}`)),
        });
    }
    // Where a stage goes room by room, its gate alone is head office's as a whole. Acceptance is asked for on site, with photos.
    const verbs = (stage, of, room) => of.allowed.filter((verb) => (room || stage.gate.rooms !== 'needed' ? verb !== 'request' : verb === 'override'));
    const buttons = (stage, of, room) => el('div', { class: 'entry-actions' }, verbs(stage, of, room).map((verb) => el('button', { type: 'button', class: verb === 'accept' ? 'main' : 'plain', dataset: { verb }, on: { click: () => step(stage, verb, room) } }, icon(VERB_ICONS[verb]), el('span', {}, t(`stage.do-${verb}`)))));

    function openStage(stage) {
        const part = (of, room) => [room && el('h3', {}, roomName(room)), el('p', { class: 'stage-top' }, stateBadge(of.state), !room && el('span', {}, datesText(stage))), missingList(of), markLines(of), buttons(stage, of, room)];
        openSheet({ title: both(stage), className: 'sheet-wide', content: [el('p', { class: 'stage-gate' }, icon(stage.gate.kind === 'hard' ? 'stop' : 'info'), el('span', {}, t(`stage.gate-${stage.gate.kind}`, { what: both(stage.gate) }))), part(stage, undefined), stage.rooms.map((one) => part(one, one.room))] });
    }
    const row = (stage) => el('button', { type: 'button', class: 'hazard-card stage-card', dataset: { key: stage.key, state: stage.state }, on: { click: () => openStage(stage) } },
        el('span', { class: 'hazard-top' }, el('span', { class: 'hazard-text' }, both(stage)), stateBadge(stage.state), stage.late_days > 0 && el('span', { class: 'stage-late' }, icon('warn'), t('stage.late', { n: stage.late_days }))),
        datesText(stage) && el('span', { class: 'hazard-place' }, datesText(stage)), stage.rooms.length > 0 && el('span', { class: 'stage-rooms' }, stage.rooms.map((one) => el('span', {}, roomName(one.room), ' ', t(`stage.is-${one.state}`)))));

    function drawStages({ stages, date }) {
        const drawn = stageChart(stages, date);
        const before = chart.querySelector('.chart-scroll')?.scrollLeft;
        fill(chart, el('h2', { class: 'day' }, t('office.chart')), drawn ? [el('p', { class: 'chart-legend' }, el('span', { class: 'legend-planned' }, t('office.chart-planned')), el('span', { class: 'legend-really' }, t('office.chart-really')), el('span', { class: 'legend-today' }, t('office.chart-today'))), el('div', { class: 'chart-scroll' }, drawn)] : el('p', { class: 'hint' }, t('office.chart-none')));
        const box = chart.querySelector('.chart-scroll');
        const now = box?.querySelector('.chart-today');
        if (now) box.scrollLeft = before ?? now.getBoundingClientRect().left - box.getBoundingClientRect().left - box.clientWidth / 2; // on a phone, where today is
        fill(list, stages.map(row));
    }

    // ---- claims ----

    function decide(delay, decision) {
        const note = field('decide-note', 'office.note');
        const days = el('input', { class: 'field', id: 'decide-days', type: 'number', min: 1, max: delay.days, value: Math.max(1, delay.days - 1) });
        ask({
            title: t(`office.${{ granted: 'grant', partly: 'partly', refused: 'refuse' }[decision]}`), text: delayLine(delay), word: t('office.confirm'), picture: 'check', path: path('/decisions'),
            content: [decision === 'partly' && el('p', { class: 'form-row' }, el('label', { class: 'label', for: 'decide-days' }, t('office.partly-days')), days), note.row],
            body: () => ({ subject: `delay/${delay.id}`, decision, days: decision === 'partly' ? Number(days.value) : undefined, note: note.node.value.trim() }),
            done: () => say(t('office.decided')),
        });
    }
    const claim = (delay) => el('article', { class: 'entry', dataset: { delay: delay.id, state: delay.state } }, el('p', {}, delayLine(delay)),
        el('p', { class: 'entry-when' }, [delay.at && moment(delay.at), delay.by?.name, delay.note, delay.photos.length > 0 && t('count.photos', { n: delay.photos.length })].filter(Boolean).join(' · ')),
        delay.state === 'claimed' && may('decide') && el('div', { class: 'entry-actions' }, [['granted', 'office.grant', 'main'], ['partly', 'office.partly', 'plain'], ['refused', 'office.refuse', 'plain']].map(([decision, word, look]) => el('button', { type: 'button', class: look, dataset: { decision }, on: { click: () => decide(delay, decision) } }, t(word)))));

    function drawSide(delays, tests) {
        const open = delays.filter((one) => one.state === 'claimed');
        fill(side, el('h2', { class: 'day' }, t('office.decide')), open.length ? open.map(claim) : el('p', { class: 'hint' }, t('office.none-to-decide')), delays.filter((one) => one.state !== 'claimed').slice(0, 5).map(claim),
            tests.length > 0 && el('h2', { class: 'day' }, t('test.list')), tests.slice(0, 6).map((test) => el('article', { class: 'entry', dataset: { test: test.id } }, el('p', { class: 'stage-top' }, testBadge(test.state), testName(test)), test.state === 'running' && el('p', { class: 'test-left' }, t('test.left', { time: clockLeft(test.remaining_s) })), testLines(test))));
    }

    // ---- holding ----

    function holdSite() {
        const reason = el('select', { class: 'field', id: 'hold-reason' }, delayReasons().map((one) => el('option', { value: one.key }, both(one))));
        const note = field('hold-note', 'office.note');
        reason.value = 'payment-overdue';
        ask({ title: t('office.hold'), text: t('office.hold-sure'), content: [el('p', { class: 'form-row' }, el('label', { class: 'label', for: 'hold-reason' }, t('office.hold-reason')), reason), note.row], word: t('office.hold'), picture: 'stop', path: path('/hold'),
            body: () => ({ reason: reason.value, note: note.node.value.trim() }), done: () => say(t('office.holding-done')) });
    }
    function resumeSite() {
        const note = field('hold-note', 'office.note');
        ask({ title: t('office.resume'), text: t('office.resume-sure'), content: note.row, word: t('office.resume'), picture: 'forward', path: path('/resume'), body: () => ({ note: note.node.value.trim() }), done: () => say(t('office.resumed-done')) });
    }
    function drawHold({ held }) {
        fill(hold, held && el('p', { class: 'held' }, icon('stop'), t('office.held', { reason: reasonName(held.reason), at: moment(held.since) })),
            may('decide') && el('button', { type: 'button', class: held ? 'main' : 'plain', dataset: { hold: held ? 'resume' : 'hold' }, on: { click: held ? resumeSite : holdSite } }, icon(held ? 'forward' : 'stop'), el('span', {}, t(held ? 'office.resume' : 'office.hold'))));
    }

    async function load() {
        try {
            const [stages, { delays }, { tests }, holds] = await Promise.all(['/stages', '/delays?limit=50', '/tests?limit=20', '/holds'].map((rest) => get(path(rest))));
            if (stopped) return;
            drawStages(stages);
            drawSide(delays, tests);
            drawHold(holds);
        } catch {
            if (!stopped && !list.querySelector('.stage-card')) fill(list, el('p', { class: 'hint' }, t('error.offline')));
        }
    }
    const soon = debounce(load, 400);
    const stops = [live.on('record', (r) => r.site === site && /^(stage|acceptance|gate|timed|delay|idle|site|plan|outage)-?/.test(r.type) && soon()), live.on('again', soon)];
    const tick = setInterval(load, 60000);
    load();
    return () => {
        stopped = true;
        clearInterval(tick);
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}
