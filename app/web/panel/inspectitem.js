// SPDX-License-Identifier: MIT
// One item of a checklist: as a row that is answered by a tap, and as a page with its room, photos, note and hazard. A value is judged as it is typed.
import { el, fill } from '/shared/dom.js';
import { severityBadge, SEVERITIES } from '/shared/hazards.js';
import { icon } from '/shared/icons.js';
import { photoRow, redBadge, RESULT_ICONS, resultBadge, sourceText } from '/shared/inspections.js';
import { judgePart, judgePhase, readingsOf } from '/shared/judge.js';
import { privacyLine } from '/shared/freetext.js';
import { place } from '/shared/place.js';
import { maskText } from '/shared/privacy.js';
import { openSheet } from '/shared/sheet.js';
import { testName } from '/shared/stages.js';
import { both, roomName } from '/shared/trade.js';
import { isDone, lackOf, verdictOf } from '/shared/walk.js';
import { lang, t } from '/shared/words.js';
import { moment } from '/shared/when.js';
import { atPanel, photoTaker } from './camera.js';
import { say, setTitle } from './header.js';
import { askNumber } from './keypad.js';
import { rail } from './rail.js';
import { askOne, askRoom } from './room.js';

const WHYS = ['none', 'later', 'hidden', 'contract', 'owner'];
const VALUE = { max: 99999, fraction: 3 };

export const rowTitle = ({ item, answer }) => both(item) + (answer.room ? t('brackets', { text: roomName(answer.room) }) : '');
const limitOf = (one) => one.limit?.[lang()] || one.limit?.zh || '';
const named = (item, part) => (item.parts.length > 1 ? `${both(part)} ` : '');
const limitText = (item) => [...(item.parts ?? []).map((part) => named(item, part) + limitOf(part)), ...(item.phases ?? []).map(limitOf), item.criterion && both(item.criterion)].filter(Boolean).join(lang() === 'zh' ? '；' : '; ');

// How a value stands to its limit, with a mark and in words. '' is a pass. limit '': it is said above.
const judged = (fault, limit) => (fault === 'missing' ? null : el('span', { class: 'walk-judge', dataset: { fault: fault || 'none' } }, icon(fault ? 'close' : 'check'), el('span', {}, t(`walk.${limit ? 'fault' : 'brief'}-${fault || 'none'}`, { limit }))));

function badges(item) {
    return el('span', { class: 'walk-badges' }, item.red_line && redBadge(), item.required && el('span', { class: 'walk-badge' }, icon('look'), el('span', {}, t('walk.required'))), item.photo_required && el('span', { class: 'walk-badge' }, icon('camera'), el('span', {}, t('walk.photo'))));
}

// ---- what is asked ----

// Resolves with why an item does not apply, or null. Own words where there is a keyboard.
function askWhy(title) {
    return new Promise((resolve) => {
        let result = null;
        const done = (text) => {
            result = text;
            sheet.close();
        };
        const own = !atPanel() && el('textarea', { class: 'field note-field', rows: 2, maxlength: 130, 'aria-label': t('walk.own-words'), placeholder: t('walk.own-words') });
        const ok = own && el('button', { type: 'button', class: 'main', on: { click: () => own.value.trim() && done(maskText(own.value.trim())) } }, icon('check'), t('chip.ok'));
        const sheet = openSheet({ title: t('walk.why'), className: 'sheet-wide', onClose: () => resolve(result), foot: ok,
            content: [el('p', { class: 'sheet-text' }, title), el('div', { class: 'walk-whys' }, WHYS.map((why) => el('button', { type: 'button', class: 'toggle', dataset: { why }, on: { click: () => done(t(`walk.why-${why}`)) } }, t(`walk.why-${why}`)))), own && [own, privacyLine(own)]] });
    });
}

async function askParts(row, hands, only) {
    for (const part of only ? [only] : row.item.parts) {
        const value = await askNumber({ title: `${both(row.item)} ${named(row.item, part)}· ${limitOf(part)}`, unit: part.unit, ...VALUE, judge: (n) => n !== null && judged(judgePart(part, n), limitOf(part)) });
        if (value === null) return;
        hands.change(row.name, (answer) => {
            answer.values = { ...answer.values, [part.key]: value };
            delete answer.result;
        });
        hands.redraw();
    }
}

// The readings of a timed test, one after the other; a working pressure that nobody knows is left out.
async function askRuns(row, hands) {
    const runs = {};
    for (const phase of row.item.phases.filter((one) => !one.test)) {
        const run = runs[phase.key] = {};
        for (const reading of readingsOf(phase)) {
            const value = await askNumber({ title: `${both(phase)} · ${t(`walk.run-${reading}`)}${t('brackets', { text: limitOf(phase) })}`, unit: reading === 'minutes' ? t('walk.minutes') : phase.unit, ...VALUE, judge: (n) => n !== null && judged(judgePhase(phase, { ...run, [reading]: n }), '') });
            if (value === null && reading !== 'working') return;
            if (value !== null) run[reading] = value;
        }
    }
    hands.change(row.name, (answer) => {
        answer.runs = runs;
        delete answer.result;
    });
    hands.redraw();
}

const inRoom = (test, room) => !room || test.room === room || (!test.room && !test.below);

// A finished test for each phase that is made as one, or a word that it failed; readings are typed only where there is no such test.
async function askTest(row, hands) {
    for (const phase of row.item.phases.filter((one) => one.test)) {
        const all = hands.tests().filter((test) => test.kind === phase.test && inRoom(test, row.answer.room));
        const options = all.map((test) => [test.id, `${testName(test)} · ${t(`test.is-${test.state}`)} · ${moment(test.end?.at ?? test.started)}`]);
        const chosen = await askOne(`${t(all.length ? 'walk.which-test' : 'walk.no-test')}${t('brackets', { text: both(phase) })}`, [...options, ['fail', t('walk.test-fails')]], row.answer.tests?.[phase.test]?.id);
        if (!chosen) return;
        const test = all.find((one) => one.id === chosen);
        hands.change(row.name, (answer) => {
            delete answer.result;
            answer.tests = { ...answer.tests, ...(test && { [phase.test]: { id: test.id, state: test.state } }) };
            if (!test) Object.assign(answer, { result: 'fail', tests: undefined, runs: undefined });
        });
        hands.redraw();
        if (test?.state !== 'passed') return;
    }
    if (row.item.phases.some((one) => !one.test)) await askRuns(row, hands);
}

// ---- answers ----

async function answer(row, hands, result) {
    document.activeElement?.blur?.();
    const again = row.answer.result === result;
    const reason = result === 'na' && !again ? await askWhy(rowTitle(row)) : '';
    if (reason === null) return;
    hands.change(row.name, (one) => {
        one.result = again ? undefined : result;
        one.reason = reason || undefined;
        if (one.result !== 'fail') delete one.hazard;
    });
    hands.redraw();
}

const answerButton = (row, hands, result) => el('button', { type: 'button', class: 'toggle walk-answer', dataset: { do: result }, 'aria-pressed': String(row.answer.result === result), on: { click: () => answer(row, hands, result) } }, icon(RESULT_ICONS[result]), el('span', {}, t(`walk.${result}`)));

// Fields of a measure, where there is a keyboard. painted(): the row shows what came of it.
function partInputs(row, hands, painted) {
    return row.item.parts.map((part) => {
        const line = el('span', { class: 'walk-said' });
        const paint = (value) => fill(line, judged(judgePart(part, value), limitOf(part)));
        const input = el('input', { class: 'field walk-input', type: 'text', inputmode: 'decimal', autocomplete: 'off', maxlength: 9, dataset: { part: part.key }, value: row.answer.values?.[part.key] ?? '', 'aria-label': `${both(row.item)} ${named(row.item, part)}`, on: { input: () => {
            const text = input.value.replace(/[,\uff0c\u3002\uff0e]/g, '.').trim();
            const value = text === '' || !Number.isFinite(Number(text)) ? undefined : Number(text);
            hands.change(row.name, (one) => {
                one.values = { ...one.values, [part.key]: value };
                delete one.result;
            });
            paint(value);
            painted();
        } } });
        paint(row.answer.values?.[part.key]);
        return el('label', { class: 'walk-field' }, el('span', { class: 'walk-part' }, named(row.item, part) || t('walk.value')), input, el('span', {}, part.unit ?? ''), line);
    });
}

function valueText({ item, answer: said }, tests) {
    if (item.kind === 'measure') {
        const values = item.parts.filter((part) => said.values?.[part.key] !== undefined).map((part) => `${named(item, part)}${said.values[part.key]} ${part.unit ?? ''}`.trim());
        return values.join(' / ') || t('walk.measure');
    }
    const chosen = Object.values(said.tests ?? {}).map(({ id }) => tests.find((one) => one.id === id)).map((test) => (test ? testName(test) : t('test.list')));
    const typed = Object.values(said.runs ?? {}).map((run) => `${run.minutes} ${t('walk.minutes')}`);
    return said.result === 'fail' ? t('walk.test-fails') : [...chosen, ...typed].join(' / ') || t('walk.timed');
}

// page: on the page of one item, where each part has its own button.
function answers(row, hands, page, painted) {
    const { item } = row;
    if (item.kind === 'check') return el('div', { class: 'walk-answers' }, ['pass', 'fail', 'na'].map((result) => answerButton(row, hands, result)));
    const typed = item.kind === 'measure' && !atPanel();
    const ask = (part) => (item.kind === 'measure' ? askParts(row, hands, part) : askTest(row, hands));
    const button = (part, text) => el('button', { type: 'button', class: 'toggle walk-value', dataset: { do: part ? `value-${part.key}` : 'value' }, 'aria-pressed': String(row.answer.result !== 'na' && verdictOf(item, row.answer) !== ''), on: { click: () => ask(part) } }, icon(item.kind === 'timed' ? 'clock' : 'hash'), el('span', {}, text));
    const each = page && item.parts?.length > 1;
    return el('div', { class: 'walk-answers' }, typed ? el('div', { class: 'walk-fields' }, partInputs(row, hands, painted))
        : each ? item.parts.map((part) => button(part, `${both(part)} ${row.answer.values?.[part.key] ?? '–'} ${part.unit ?? ''}`)) : button(null, valueText(row, hands.tests())), answerButton(row, hands, 'na'));
}

function hazardToggle(row, hands) {
    const { hazard } = row.answer;
    return el('button', { type: 'button', class: 'toggle', dataset: { do: 'hazard' }, 'aria-pressed': String(Boolean(hazard)), on: { click: () => {
        hands.change(row.name, (one) => {
            if (one.hazard) delete one.hazard;
            else one.hazard = { severity: row.item.red_line ? 'serious' : 'notice' };
        });
        hands.redraw();
    } } }, icon(hazard ? 'check' : 'warn'), el('span', {}, hazard ? t('walk.raised', { severity: t(`severity.${hazard.severity}`) }) : t('walk.raise')));
}

const photoButton = (row, open) => el('button', { type: 'button', class: 'toggle', dataset: { do: 'photo' }, on: { click: open } }, icon('camera'), el('span', {}, t('walk.shoot', { n: row.answer.photos?.length ?? 0 })));

// ---- the row ----

export function rowNode(row, hands) {
    const { item } = row;
    const node = el('article', { class: 'walk-row', dataset: { item: item.key, room: row.answer.room ?? '', name: row.name } });
    const text = el('button', { type: 'button', class: 'walk-text', dataset: { do: 'open' }, on: { click: () => hands.open(row.name) } });
    const more = el('div', { class: 'walk-more' });
    function paint() {
        const now = hands.row(row.name);
        const verdict = verdictOf(item, now.answer);
        node.dataset.verdict = verdict;
        node.dataset.done = String(isDone(now));
        fill(text, el('span', { class: 'walk-name' }, rowTitle(now)), el('span', { class: 'walk-limit' }, [limitText(item), sourceText(item.source)].filter(Boolean).join(' · ')),
            el('span', { class: 'walk-badges' }, verdict && (item.kind !== 'check' || verdict === 'na') && resultBadge(verdict), verdict === 'na' && el('span', {}, now.answer.reason), badges(item)));
        fill(more, verdict === 'fail' && hazardToggle(now, hands), ((verdict && verdict !== 'na' && item.photo_required) || now.answer.photos?.length > 0) && photoButton(now, () => hands.open(row.name, true)));
        more.hidden = !more.childElementCount;
    }
    paint();
    return fill(node, text, answers(row, hands, false, () => {
        paint();
        hands.changed();
    }), more);
}

// ---- the page of one item ----

function texts(row, hands) {
    const keep = (member) => (event) => hands.change(row.name, (one) => {
        if (member === 'note') one.note = maskText(event.target.value);
        else if (one.hazard) one.hazard.text = maskText(event.target.value);
    });
    const field = (member, word, value) => {
        const node = el('textarea', { class: 'field note-field', rows: 2, maxlength: 130, value: value ?? '', 'aria-label': t(word), placeholder: t(word), on: { input: keep(member) } });
        return [node, privacyLine(node)];
    };
    return el('div', { class: place.hub ? 'walk-texts' : 'walk-texts phone-only' }, row.answer.hazard && field('text', 'walk.hazard-text', row.answer.hazard.text), field('note', 'log.note', row.answer.note));
}

function severities(row, hands) {
    return el('div', { class: 'choices choices-row' }, [...SEVERITIES].reverse().map((severity) => el('button', { type: 'button', class: 'toggle', dataset: { severity }, 'aria-pressed': String(row.answer.hazard.severity === severity), on: { click: () => {
        hands.change(row.name, (one) => { one.hazard = { ...one.hazard, severity }; });
        hands.redraw();
    } } }, severityBadge(severity))));
}

// Returns { redraw, stop }. progress: the node that says how far the walk is. photo: straight to the camera.
export function itemView(root, name, hands, progress, photo) {
    let shooting = Boolean(photo) && atPanel();
    let taker = null;
    let before = [];
    let stopped = false;
    const said = el('div', { class: 'walk-said-of' }); // how the value that is typed stands

    function keepPhotos() {
        const ids = [...new Set([...before, ...(taker?.ids() ?? [])])];
        if (taker && ids.join() !== (hands.row(name).answer.photos ?? []).join()) hands.change(name, (one) => { one.photos = ids; });
    }
    function take() {
        before = hands.row(name).answer.photos ?? [];
        taker = photoTaker({ fields: () => ({ stage: hands.stage, room: hands.row(name).answer.room ?? '' }), changed: () => {
            keepPhotos();
            hands.changed();
        } });
    }
    function done() {
        keepPhotos();
        taker?.stop();
        taker = null;
    }
    async function room(more) {
        const to = await askRoom(t('walk.room'), more ? '' : hands.row(name).answer.room);
        if (!to || stopped) return;
        done();
        name = hands.toRoom(name, to, more);
        hands.at(name);
        draw();
    }
    function judgeNow(row) {
        const { item, answer: one } = row;
        const verdict = verdictOf(item, one);
        const phases = item.kind === 'timed' && one.runs && item.phases.filter((phase) => !phase.test).map((phase) => judged(judgePhase(phase, one.runs[phase.key]), limitOf(phase)));
        const parts = item.kind === 'measure' && atPanel() && verdict !== 'na' && item.parts.map((part) => judged(judgePart(part, one.values?.[part.key]), named(item, part) + limitOf(part)));
        fill(said, verdict && resultBadge(verdict), one.result === 'na' && el('span', {}, one.reason), parts, phases);
    }
    function shoot() {
        if (!taker) take();
        setTitle(rowTitle(hands.row(name)), () => {
            shooting = false;
            done();
            draw();
        });
        fill(root, el('div', { class: 'compose' }, taker.node), el('div', { class: 'side' }, taker.buttons, el('button', { type: 'button', class: 'main', on: { click: () => {
            shooting = false;
            done();
            draw();
        } } }, icon('check'), el('span', {}, t('chip.ok')))));
    }
    function draw() {
        if (stopped) return;
        if (shooting) {
            shoot();
            return;
        }
        const row = hands.row(name);
        const { item } = row;
        const failed = verdictOf(item, row.answer) === 'fail';
        const top = root.querySelector('.walk-item')?.scrollTop ?? 0;
        const panel = atPanel();
        if (!panel && !taker) take();
        judgeNow(row);
        const scroller = el('div', { class: 'scroller walk-item', tabindex: -1 },
            el('p', { class: 'walk-limit' }, [limitText(item) && t('walk.limit', { limit: limitText(item) }), t('walk.source', { source: sourceText(item.source) }), item.condition && both(item.condition), item.note && both(item.note)].filter(Boolean).join(' · ')), badges(item),
            answers(row, hands, true, () => {
                judgeNow(hands.row(name));
                hands.changed();
            }), said,
            failed && el('div', { class: 'walk-hazard' }, hazardToggle(row, hands), row.answer.hazard && severities(row, hands)),
            el('div', { class: 'walk-rooms' }, el('button', { type: 'button', class: 'plain', dataset: { do: 'room' }, on: { click: () => room(false) } }, icon('room'), el('span', {}, row.answer.room ? roomName(row.answer.room) : t('shoot.no-room'))),
                el('button', { type: 'button', class: 'plain', dataset: { do: 'more' }, on: { click: () => room(true) } }, icon('plus'), el('span', {}, t('walk.other-room')))),
            before.length > 0 && !panel && photoRow(before), panel ? row.answer.photos?.length > 0 && photoRow(row.answer.photos) : taker.node, texts(row, hands));
        setTitle(rowTitle(row), hands.leave);
        fill(root, scroller, el('div', { class: 'side' }, progress, panel && photoButton(row, () => {
            shooting = true;
            draw();
        }), el('button', { type: 'button', class: 'main', dataset: { do: 'next' }, on: { click: () => {
            if (lackOf(hands.row(name)) === 'photo') say(t('walk.lack-photo', { what: rowTitle(row) }), 'bad');
            hands.next();
        } } }, icon('forward'), el('span', {}, t('walk.next'))), rail(scroller)));
        scroller.scrollTop = top;
    }
    draw();
    return {
        redraw: () => !shooting && document.activeElement?.tagName !== 'TEXTAREA' && document.activeElement?.tagName !== 'INPUT' && draw(),
        stop() {
            done();
            stopped = true;
        },
    };
}
