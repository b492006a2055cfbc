// SPDX-License-Identifier: MIT
// Photos on their way from this phone to the program: one after another, with progress; on a bad line again and again under the same id.
import { csrfToken, refreshSession, sitePath } from '/shared/api.js';
import { store } from '/shared/dom.js';
import { uuid7 } from '/shared/ids.js';
import { place } from '/shared/place.js';
import { toJpeg } from './jpeg.js';
import { forget, keep, kept } from './keep.js';

const SILENT_MS = 30000;
const WAIT_MS = [1000, 2000, 4000, 8000, 15000];
const AGAIN = new Set([0, 408, 425, 429, 500, 502, 503, 504]);

// [{ id, name, blob, fields, state, part, error, problem }]; state: reading waiting sending done failed.
export const uploads = store([]);
let working = false;
let request = null;

const changed = () => uploads.set([...uploads.get()]);

function url(item) {
    const query = new URLSearchParams({ id: item.id });
    for (const [name, value] of Object.entries(item.fields)) if (value) query.set(name, value);
    return `${sitePath('/photos')}?${query}`;
}

// One attempt. Resolves with { status, doc, retryAfter }; status 0: no answer.
function send(item) {
    return new Promise((resolve) => {
        const xhr = new XMLHttpRequest();
        let timer = 0;
        const alive = () => {
            clearTimeout(timer);
            timer = setTimeout(() => xhr.abort(), SILENT_MS);
        };
        const end = (status) => {
            clearTimeout(timer);
            request = null;
            let doc = {};
            try {
                doc = JSON.parse(xhr.responseText);
            } catch {
                doc = {};
            }
            resolve({ status, doc, retryAfter: Number(status && xhr.getResponseHeader('Retry-After')) || 0 });
        };
        xhr.open('POST', url(item));
        xhr.setRequestHeader('Content-Type', 'image/jpeg');
        xhr.setRequestHeader('X-CSRF-Token', csrfToken());
        xhr.upload.addEventListener('progress', (event) => {
            alive();
            item.part = event.lengthComputable ? event.loaded / event.total : 0;
            changed();
        });
        xhr.addEventListener('load', () => end(xhr.status));
        xhr.addEventListener('error', () => end(0));
        xhr.addEventListener('abort', () => end(0));
        request = xhr;
        alive();
        xhr.send(item.blob);
    });
}

async function one(item) {
    for (let i = 0; item.state !== 'gone'; i++) {
        item.state = 'sending';
        item.part = 0;
        item.error = '';
        changed();
        const answer = await send(item);
        if (item.state === 'gone') return;
        if (answer.status === 200 || answer.status === 201) {
            item.state = 'done';
            item.photo = answer.doc;
            item.blob = null;
            forget(item.id);
            changed();
            return;
        }
        if (answer.status === 403 && i === 0) {
            await refreshSession().catch(() => {});
        } else if (!AGAIN.has(answer.status)) {
            item.state = 'failed';
            item.error = `upload.${[413, 415, 422, 507].includes(answer.status) ? answer.status : 'refused'}`;
            item.problem = answer.doc.detail ?? '';
            changed();
            return;
        }
        item.state = 'waiting';
        item.error = 'upload.retrying';
        changed();
        await new Promise((resolve) => setTimeout(resolve, Math.max(WAIT_MS[Math.min(i, WAIT_MS.length - 1)], answer.retryAfter * 1000)));
    }
}

async function work() {
    if (working) return;
    working = true;
    for (;;) {
        const item = uploads.get().find((u) => u.state === 'waiting');
        if (!item) break;
        await one(item);
    }
    working = false;
}

async function read(item, file) {
    try {
        item.blob = await toJpeg(file);
        item.kept = await keep({ id: item.id, site: place.site, name: item.name, blob: item.blob, fields: item.fields });
        if (item.state === 'reading') item.state = 'waiting';
    } catch {
        item.state = 'failed';
        item.error = 'upload.unreadable';
    }
    changed();
}

// files: from an <input>. fields: { stage, room, origin, inreplyto }; the last goes with the first file. Returns their items: ids are known at once.
export function addFiles(files, fields) {
    const items = [...files].map((file, i) => ({
        id: uuid7(), name: file.name, state: 'reading', part: 0, error: '', file,
        fields: { ...fields, inreplyto: i === 0 ? fields.inreplyto : '', taken: new Date(file.lastModified || Date.now()).toISOString() },
    }));
    uploads.set([...uploads.get(), ...items]);
    readAll(items);
    return items;
}

async function readAll(items) {
    for (const item of items) {
        await read(item, item.file);
        delete item.file;
        work();
    }
}

export function retry(item) {
    if (!item.blob) return;
    item.state = 'waiting';
    item.error = '';
    changed();
    work();
}

export function cancel(item) {
    if (item.state === 'sending') request?.abort();
    item.state = 'gone';
    forget(item.id);
    uploads.set(uploads.get().filter((u) => u !== item));
}

export function clearDone() {
    uploads.set(uploads.get().filter((u) => u.state !== 'done'));
}

export const unsentCount = () => uploads.get().filter((u) => ['reading', 'waiting', 'sending'].includes(u.state)).length;

// What an earlier page had not sent.
export async function resumeUploads() {
    const known = new Set(uploads.get().map((u) => u.id));
    const found = (await kept(place.site)).filter((e) => !known.has(e.id));
    if (found.length) uploads.set([...uploads.get(), ...found.map((e) => ({ ...e, state: 'waiting', part: 0, error: '', kept: true }))]);
    work();
}

addEventListener('beforeunload', (event) => {
    if (uploads.get().some((u) => u.state === 'reading' || (['waiting', 'sending'].includes(u.state) && !u.kept))) event.preventDefault();
});
