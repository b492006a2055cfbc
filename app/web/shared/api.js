// SPDX-License-Identifier: MIT
// Requests to the program that served the page: JSON in and out, a deadline on each, problem documents as errors, and the CSRF token.
// Knows two kinds of failure: Problem (it answered, and not well) and Offline (nothing came back: try again).

export class Problem extends Error {
    constructor(status, doc, retryAfter) {
        super(doc.detail || doc.title || `HTTP ${status}`);
        this.status = status;
        this.doc = doc;
        this.field = doc.field;
        this.retryAfter = retryAfter;
    }
    get temporary() {
        return this.status === 408 || this.status === 429 || this.status >= 500;
    }
}
export class Offline extends Error {}

const DEADLINE_MS = 20000;
let csrf = '';
let signedOut = () => {};
let site = ''; // at the hub: the site that a page is about
let over = []; // the sites that what lies over the page is about, the topmost last

export function setCsrf(token) { csrf = token || ''; }
export function csrfToken() { return csrf; }
export function onSignedOut(fn) { signedOut = fn; }
export function setSite(id) {
    site = id || '';
    over = []; // whatever lay over the page before is on its way out
}
// For what lies over a page: from here on about that site. Returns how to end that, which another page may have done already.
export function enterSite(id) {
    const entry = { id };
    over.push(entry);
    return () => { over = over.filter((one) => one !== entry); };
}

// The address of a resource of the site: at a board directly, at the hub below the site.
export function sitePath(path) {
    const id = over.at(-1)?.id ?? site;
    return id ? `/api/v1/sites/${encodeURIComponent(id)}${path}` : `/api/v1${path}`;
}

async function once(method, path, options) {
    const headers = { Accept: 'application/json', ...options.headers };
    let body;
    if (options.body !== undefined) {
        body = JSON.stringify(options.body);
        headers['Content-Type'] = 'application/json';
    }
    if (method !== 'GET') headers['X-CSRF-Token'] = csrf;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), options.deadline ?? DEADLINE_MS);
    try {
        const answer = await fetch(path, {
            method, headers, body, signal: deadline.signal, keepalive: options.keepalive, cache: 'no-cache',
            credentials: 'same-origin',
        });
        const text = await answer.text();
        return { answer, text };
    } catch (cause) {
        throw new Offline('no answer', { cause });
    } finally {
        clearTimeout(timer);
    }
}

function parse(text) {
    try {
        return text ? JSON.parse(text) : null;
    } catch {
        return null;
    }
}

export async function request(method, path, options = {}) {
    let { answer, text } = await once(method, path, options);
    let doc = parse(text);
    if (answer.status === 403 && method !== 'GET' && /X-CSRF-Token/.test(doc?.detail ?? '')) {
        await refreshSession();
        ({ answer, text } = await once(method, path, options));
        doc = parse(text);
    }
    if (answer.ok) return doc;
    if (answer.status === 401 && !path.endsWith('/session')) signedOut();
    throw new Problem(answer.status, doc ?? {}, Number(answer.headers.get('Retry-After')) || 0);
}

export const get = (path, options) => request('GET', path, options);
// One thing, or null where there is no such thing.
export const getOne = (path) => get(path).catch((error) => (error.status === 404 ? null : Promise.reject(error)));
export const post = (path, body, options) => request('POST', path, { ...options, body });
export const put = (path, body, options) => request('PUT', path, { ...options, body });
export const del = (path, options) => request('DELETE', path, options);

// Who is signed in, or null. The token for writes comes with it.
export async function refreshSession() {
    try {
        const session = await get('/api/v1/session');
        setCsrf(session.csrf);
        return session;
    } catch (error) {
        if (error instanceof Problem && error.status === 401) return null;
        throw error;
    }
}
