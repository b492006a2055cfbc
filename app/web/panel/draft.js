// SPDX-License-Identifier: MIT
// A draft that survives a closed page and a power cut: every change goes to the browser's own storage at once and to the server soon after,
// where everybody on the site sees it. On opening, the newer of both wins. The draft bears the record's id, so that saving twice is once.
// Both keep texts masked, as the record will be.
import { csrfToken, del, put, sitePath } from '/shared/api.js';
import { debounce } from '/shared/dom.js';
import { place } from '/shared/place.js';
import { maskText } from '/shared/privacy.js';

const PUT_MS = 500;
const AGAIN_MS = 4000;
const KEEP_DAYS = 4;
const PREFIX = 'sitelog.draft.';

const localKey = (kind, key) => `${PREFIX}${place.site}.${kind}.${key}`;

function readLocal(name) {
    try {
        return JSON.parse(localStorage.getItem(name));
    } catch {
        return null;
    }
}

function writeLocal(name, value) {
    try {
        if (value) localStorage.setItem(name, JSON.stringify(value, (_, v) => (typeof v === 'string' ? maskText(v) : v)));
        else localStorage.removeItem(name);
    } catch {
        // storage is full or forbidden: the server still has it
    }
}

// The newer of what the server gave (or null) and what this browser kept; null when there is neither.
export function newestDraft(kind, key, onServer) {
    const local = readLocal(localKey(kind, key));
    const remote = onServer?.data ?? onServer?.draft ?? null; // as in /today, or as in /drafts
    if (!remote) return local && !local.synced ? local.draft : null; // synced and gone there: it was submitted elsewhere
    if (local && !local.synced && (local.draft.edited ?? '') > (remote.edited ?? '')) return local.draft;
    return remote;
}

// Begins one that is opened by what shows it.
export const beginDraft = (kind, key, value) => writeLocal(localKey(kind, key), { draft: { ...value, edited: new Date().toISOString() }, synced: false });

// Drafts that were being submitted when the page went away.
export function unfinished() {
    const found = [];
    for (let i = 0; i < localStorage.length; i++) {
        const name = localStorage.key(i);
        if (!name.startsWith(`${PREFIX}${place.site}.`)) continue;
        const [kind, key] = name.slice(`${PREFIX}${place.site}.`.length).split(/\.(.*)/);
        const draft = readLocal(name)?.draft;
        if (draft?.submitting) found.push({ kind, key, draft });
        else if (Date.now() - Date.parse(draft?.edited ?? 0) > KEEP_DAYS * 86400000) setTimeout(() => writeLocal(name, null));
    }
    return found;
}

// This board was at another site before: what its browser kept of that one goes.
export function forgetOtherSites() {
    for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX) && !name.startsWith(`${PREFIX}${place.site}.`)) localStorage.removeItem(name);
}

// shared: on the server too.
export function openDraft(kind, key, value, shared) {
    const name = localKey(kind, key);
    let dropped = false;
    let dirty = false;
    let sending = null;
    let timer = 0;

    async function send() {
        if (dropped || !dirty || sending) return;
        dirty = false;
        const version = value.edited;
        sending = put(sitePath(`/drafts/${kind}/${key}`), value);
        try {
            await sending;
            if (!dropped && value.edited === version) writeLocal(name, { draft: value, synced: true });
        } catch {
            dirty = true;
            clearTimeout(timer);
            timer = setTimeout(send, AGAIN_MS);
        }
        sending = null;
        if (dirty && !timer) sendSoon();
    }
    const sendSoon = debounce(send, PUT_MS);

    // The page goes away: what is left is sent by a request that outlives it.
    function leaving() {
        if (dropped || !dirty || !shared) return;
        fetch(sitePath(`/drafts/${kind}/${key}`), {
            method: 'PUT', keepalive: true, body: JSON.stringify(value), credentials: 'same-origin',
            headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrfToken() },
        }).catch(() => {});
    }
    const hidden = () => document.visibilityState === 'hidden' && leaving();
    addEventListener('pagehide', leaving);
    document.addEventListener('visibilitychange', hidden);

    return {
        kind, key,
        get value() { return value; },
        change(fn) {
            fn(value);
            value.edited = new Date().toISOString();
            dirty = true;
            writeLocal(name, { draft: value, synced: false });
            clearTimeout(timer);
            timer = 0;
            if (shared) sendSoon();
        },
        // What another device made of it takes the place of what is here; nothing is sent for that.
        take(next) {
            for (const member of Object.keys(value)) delete value[member];
            Object.assign(value, next);
            writeLocal(name, { draft: value, synced: !dirty });
        },
        // Everything that is under way has ended; nothing more is sent for now.
        async settle() {
            sendSoon.cancel();
            clearTimeout(timer);
            await sending?.catch(() => {});
        },
        async flush() {
            await this.settle();
            if (dirty) {
                await put(sitePath(`/drafts/${kind}/${key}`), value);
                dirty = false;
                writeLocal(name, { draft: value, synced: true });
            }
        },
        close() {
            removeEventListener('pagehide', leaving);
            document.removeEventListener('visibilitychange', hidden);
            if (dirty && shared && !dropped) send();
        },
        // The record is stored: nothing of the draft is left. The server drops its own by itself, except where told.
        drop(onServer) {
            dropped = true;
            sendSoon.cancel();
            clearTimeout(timer);
            writeLocal(name, null);
            if (onServer && shared) del(sitePath(`/drafts/${kind}/${key}`)).catch(() => {});
        },
    };
}
