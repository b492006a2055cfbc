// SPDX-License-Identifier: MIT
// Server-sent events, for as long as the page lives. The browser resumes by Last-Event-ID; where it gives up (the server said no, or was away
// for long) this begins anew, and in any case says `again` after a gap, so that views load what may have changed.

const NAMES = ['record', 'marks', 'sites', 'blob', 'draft', 'reset'];
const RETRY_MS = 3000;
const listeners = new Map();
let source = null;
let timer = 0;
let gap = false;
let up = false;

// names: record marks sites blob draft; again: load anew; link: true or false. Returns how to stop listening.
export function on(name, fn) {
    if (!listeners.has(name)) listeners.set(name, new Set());
    listeners.get(name).add(fn);
    return () => listeners.get(name).delete(fn);
}

function tell(name, data) {
    for (const fn of [...(listeners.get(name) ?? [])]) fn(data);
}

function setUp(value) {
    if (up === value) return;
    up = value;
    tell('link', up);
}

export const isUp = () => up;

export function start() {
    stop();
    source = new EventSource('/api/v1/events');
    source.addEventListener('open', () => {
        setUp(true);
        if (gap) tell('again');
        gap = false;
    });
    source.addEventListener('error', () => {
        setUp(false);
        gap = true;
        if (source?.readyState === EventSource.CLOSED) timer = setTimeout(start, RETRY_MS);
    });
    for (const name of NAMES) {
        source.addEventListener(name, (event) => {
            let data = {};
            try {
                data = JSON.parse(event.data);
            } catch {
                return;
            }
            if (name === 'reset') tell('again');
            else tell(name, data);
        });
    }
}

export function stop() {
    clearTimeout(timer);
    source?.close();
    source = null;
}
