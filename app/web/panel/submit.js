// SPDX-License-Identifier: MIT
// Saves a daily log, for as long as it takes: without an answer the same record, under the same id, is sent again. What was being sent when
// the page went away goes on when it comes back.
import { Offline, post, sitePath } from '/shared/api.js';
import { stageName } from '/shared/trade.js';
import { t } from '/shared/words.js';
import { say } from './header.js';
import { openDraft, unfinished } from './draft.js';

const WAIT_MS = [1000, 2000, 4000, 8000, 15000];
const running = new Map(); // id → promise

const isEmpty = (value) => value === undefined || value === null || value === '' || (Array.isArray(value) ? !value.length : typeof value === 'object' && !Object.keys(value).length);

// The body of the record that a draft stands for. photos: ids.
export function logBody(value, photos) {
    const crew = Object.fromEntries(Object.entries(value.crew ?? {}).filter(([, n]) => n > 0));
    const body = { amends: value.amends, date: value.date, stage: value.stage, done: value.done, plan: value.plan, crew, note: value.note?.trim(), photos };
    return { id: value.id, ...Object.fromEntries(Object.entries(body).filter(([, v]) => !isEmpty(v))) };
}

// Sends a body until there is an answer; a repeat is the same record. Rejects with the Problem that says why it is not taken.
export async function untilStored(path, body) {
    for (let i = 0; ; i++) {
        try {
            return await post(sitePath(path), body);
        } catch (error) {
            if (!(error instanceof Offline) && !error.temporary) throw error;
            say(t('log.retrying'), 'busy');
            await new Promise((resolve) => setTimeout(resolve, Math.max(WAIT_MS[Math.min(i, WAIT_MS.length - 1)], (error.retryAfter ?? 0) * 1000)));
        }
    }
}

// Resolves with the Problem that says why one of them may not begin, or null. Who was started meanwhile has what was wanted.
async function beginAll(stage, starts) {
    let refused = null;
    for (const { id, room } of starts) {
        try {
            await untilStored(`/stages/${stage}/start`, room ? { id, room } : { id });
        } catch (error) {
            if (error.status !== 409 || error.doc.missing) refused = error;
        }
    }
    return refused;
}

// starts: what begins with it (begin.js); the log is kept whatever becomes of that. Resolves with {stored, refused: why something may not begin, or
// null}; rejects with the Problem that says why the log is not taken. The draft is dropped when all is done.
export function submitLog(draft, body, starts = []) {
    if (running.has(body.id)) return running.get(body.id);
    const work = (async () => {
        draft.change((value) => { Object.assign(value, { submitting: body, starts }); });
        await draft.settle();
        say(t('log.saving'), 'busy');
        try {
            const stored = await untilStored('/daylogs', body);
            const refused = await beginAll(body.stage, starts);
            draft.drop(Boolean(body.amends));
            return { stored, refused };
        } catch (error) {
            draft.change((value) => { delete value.submitting; });
            throw error;
        } finally {
            running.delete(body.id);
        }
    })();
    running.set(body.id, work);
    return work;
}

// What came of it, in the header.
export function saySubmitted({ refused }, { amends, stage }, starts = []) {
    const words = refused ? 'log.not-begun' : starts.length ? 'log.begun' : amends ? 'log.amended' : 'log.saved';
    say(t(words, { stage: stageName(stage) }), refused ? 'bad' : 'good');
}

export const isSubmitting = (id) => running.has(id);

// After the page came back: what was not answered is sent again.
export function resumeSubmissions() {
    for (const { kind, key, draft: value } of unfinished()) {
        const body = value.submitting;
        const draft = openDraft(kind, key, value, kind === 'daylog');
        submitLog(draft, body, value.starts).then((done) => saySubmitted(done, body, value.starts), () => say(t('log.not-taken'), 'bad')).finally(() => draft.close());
    }
}
