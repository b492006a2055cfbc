// SPDX-License-Identifier: MIT
// Saves a daily log, for as long as it takes: without an answer the same record, under the same id, is sent again. What was being sent when
// the page went away goes on when it comes back.
import { Offline, post, sitePath } from '/shared/api.js';
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

// Resolves with the stored log; rejects with the Problem that says why it is not taken. The draft is dropped when it is stored.
export function submitLog(draft, body) {
    if (running.has(body.id)) return running.get(body.id);
    const work = (async () => {
        draft.change((value) => { value.submitting = body; });
        await draft.settle();
        say(t('log.saving'), 'busy');
        try {
            const stored = await untilStored('/daylogs', body);
            draft.drop(Boolean(body.amends));
            return stored;
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

export const isSubmitting = (id) => running.has(id);

// After the page came back: what was not answered is sent again.
export function resumeSubmissions() {
    for (const { kind, key, draft: value } of unfinished()) {
        const body = value.submitting;
        const draft = openDraft(kind, key, value, kind === 'daylog');
        submitLog(draft, body).then(() => say(t('log.saved')), () => say(t('log.not-taken'), 'bad')).finally(() => draft.close());
    }
}
