// SPDX-License-Identifier: MIT
// A half-done quality report, as it is kept as a draft: {id, answers: [{item, room, at, result, values, runs, tests, reason, note, photos, hazard}]}.
// tests: {kind: {id, state}}, of the phases that a timed test is made as; runs: what was typed of the others.
// Pure: what is answered, what is still open, what two devices made of the same draft, and the body that is posted.
import { judgePart, judgePhase } from './judge.js';

export const nameOf = (answer) => (answer.room ? `${answer.item}@${answer.room}` : answer.item);
export const splitName = (name) => ({ item: name.split('@')[0], room: name.split('@')[1] ?? '' });

// The newest word on every answer; what was taken away stays away. Both sides come to the same, whichever is asked.
export function mergeWalks(mine, theirs) {
    if (!theirs) return mine;
    const all = new Map();
    for (const answer of [...(mine.answers ?? []), ...(theirs.answers ?? [])]) {
        const known = all.get(nameOf(answer));
        if (!known || (answer.at ?? '') > (known.at ?? '')) all.set(nameOf(answer), answer);
    }
    const id = mine.id < theirs.id ? mine.id : theirs.id;
    const note = (mine.note_at ?? '') >= (theirs.note_at ?? '') ? mine : theirs;
    return { ...theirs, ...mine, id, note: note.note, note_at: note.note_at, edited: mine.edited > theirs.edited ? mine.edited : theirs.edited, answers: [...all.values()].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)) };
}

// Does the one say something that the other does not know yet?
export function newsIn(one, other) {
    const known = new Map((other.answers ?? []).map((answer) => [nameOf(answer), answer.at ?? '']));
    return one.id < other.id || (one.note_at ?? '') > (other.note_at ?? '') || (one.answers ?? []).some((answer) => !known.has(nameOf(answer)) || (answer.at ?? '') > known.get(nameOf(answer)));
}

// The rows of the list: every item of the checklist, once for each room that it was answered for.
export function rowsOf(items, walk) {
    const answers = (walk.answers ?? []).filter((answer) => !answer.gone);
    return items.flatMap((item) => {
        const its = answers.filter((answer) => answer.item === item.key);
        return (its.length ? its : [{ item: item.key, room: '' }]).map((answer) => ({ item, answer, name: nameOf(answer) }));
    });
}

// '' nothing was said yet; pass, fail, na; 'part': begun, and a value is missing.
export function verdictOf(item, answer) {
    if (answer.result === 'na') return 'na';
    if (item.kind === 'check') return answer.result ?? '';
    if (item.kind === 'measure') {
        const faults = item.parts.map((part) => judgePart(part, answer.values?.[part.key]));
        if (faults.every((fault) => fault === 'missing')) return '';
        return faults.includes('missing') ? 'part' : faults.some(Boolean) ? 'fail' : 'pass';
    }
    if (answer.result === 'fail') return 'fail';
    const marks = item.phases.map((phase) => (phase.test ? answer.tests?.[phase.test]?.state ?? 'missing' : judgePhase(phase, answer.runs?.[phase.key]) || 'passed'));
    if (marks.every((mark) => mark === 'missing')) return '';
    if (marks.includes('failed')) return 'fail';
    return marks.includes('missing') ? 'part' : marks.every((mark) => mark === 'passed') ? 'pass' : 'fail';
}

// What a row still lacks: '' nothing; look value reason photo.
export function lackOf({ item, answer }) {
    const verdict = verdictOf(item, answer);
    if (verdict === '') return item.required ? 'look' : '';
    if (verdict === 'part') return 'value';
    if (verdict === 'na') return answer.reason ? '' : 'reason';
    return item.photo_required && !answer.photos?.length ? 'photo' : '';
}
export const isDone = (row) => verdictOf(row.item, row.answer) !== '' && !lackOf(row);

// {all, done, open}: open is what still stands in the way of submitting.
export function progressOf(rows) {
    return { all: rows.length, done: rows.filter(isDone).length, open: rows.filter(lackOf).length };
}

const some = (body) => Object.fromEntries(Object.entries(body).filter(([, v]) => v !== undefined && v !== '' && v !== null && !(Array.isArray(v) && !v.length)));

function itemBody({ item, answer }) {
    const verdict = verdictOf(item, answer);
    const na = verdict === 'na';
    const timed = !na && item.kind === 'timed';
    const byWord = timed && answer.result === 'fail'; // no test and no reading
    const tests = timed && !byWord ? Object.values(answer.tests ?? {}).map(({ id }) => id) : [];
    return some({
        item: item.key, room: answer.room, result: na || byWord || item.kind === 'check' ? verdict : undefined, reason: na ? answer.reason : undefined,
        values: !na && item.kind === 'measure' ? item.parts.filter((part) => answer.values?.[part.key] !== undefined).map((part) => ({ part: part.key, value: answer.values[part.key] })) : undefined,
        test: tests.length === 1 ? tests[0] : undefined, tests: tests.length > 1 ? tests : undefined,
        runs: timed && !byWord ? item.phases.filter((phase) => !phase.test && answer.runs?.[phase.key]).map((phase) => ({ phase: phase.key, ...answer.runs[phase.key] })) : undefined,
        note: answer.note?.trim(), photos: answer.photos,
        hazard: verdict === 'fail' && answer.hazard ? some({ severity: answer.hazard.severity, text: answer.hazard.text?.trim() }) : undefined,
    });
}

// What is posted, and the rows in the order of its items: a refusal names one by its place.
export function walkBody(walk, stage, date, items) {
    const rows = rowsOf(items, walk).filter(({ item, answer }) => verdictOf(item, answer) !== '');
    return { rows, body: some({ id: walk.id, date, stage, note: walk.note?.trim(), items: rows.map(itemBody) }) };
}
