// SPDX-License-Identifier: MIT
// A good request for every operation of app/http/openapi.yaml, which tests spoil or send as others. An operation without a row fails them.
import { siteDate, uuid7, varied } from './programs.mjs';
import { tinyJpeg } from './routes.mjs';

let count = 0;
export const newPhoto = () => varied(tinyJpeg(320, 240), `${process.pid}-${count++}`);

// c: {user, pin, site, photo, log, code, hash, version}. Rows: body; values for the path; query; headers; good: the answer's status.
const rows = {
    'GET /healthz': {},
    'GET /metrics': {},
    'GET /session': {},
    'POST /session': { body: (c) => ({ user: c.user, pin: c.pin }) },
    'DELETE /session': { good: 204 },
    'GET /people-to-sign-in': {},
    'GET /events': { endless: true },
    'GET /status': {},
    'POST /send-now': { good: 204 },
    'GET /site': {},
    'GET /today': {},
    'GET /daylogs': {},
    'POST /daylogs': {
        good: 201,
        body: (c) => ({
            id: uuid7(), date: siteDate(), stage: 'plumbing_electrical', crew: { electrician: 2 }, note: '顺利', photos: [c.photo],
            done: ['开槽', { phrase: 'plumbing_electrical/chasing', rooms: ['kitchen', '北阳台'], state: 'done', n: 5 }, { text: '线管' }], plan: ['进场'],
        }),
    },
    'GET /daylogs/{id}': { values: (c) => ({ id: c.log }) },
    'GET /daylogs/{id}/card.jpg': { values: (c) => ({ id: c.log }) },
    'GET /drafts/{kind}/{key}': { values: () => ({ kind: 'daylog', key: '2026-01-01' }) },
    'PUT /drafts/{kind}/{key}': { values: () => ({ kind: 'daylog', key: '2026-01-01' }), good: 204, body: () => ({ done: ['x'] }) },
    'DELETE /drafts/{kind}/{key}': { values: () => ({ kind: 'daylog', key: '2026-01-02' }), good: 204 },
    'GET /photos': {},
    'POST /photos': {
        good: 201, body: newPhoto,
        query: () => ({ id: uuid7(), stage: 'plumbing_electrical', room: 'kitchen', caption: '厨房', taken: new Date().toISOString(), origin: 'phone', inreplyto: uuid7() }),
    },
    'GET /photos/{id}': { values: (c) => ({ id: c.photo }) },
    'GET /photos/{id}/thumb': { values: (c) => ({ id: c.photo }) },
    'GET /photos/{id}/stamped': { values: (c) => ({ id: c.photo }) },
    'GET /photos/{id}/info': { values: (c) => ({ id: c.photo }) },
    'POST /camera/shot': { good: 201, body: () => ({ id: uuid7(), stage: 'plumbing_electrical', room: '北阳台', caption: '厨房', inreplyto: uuid7() }) },
    'GET /camera/live': { endless: true },
    'GET /alerts': {},
    'GET /timelapse': {},
    'GET /consent': {},
    'PUT /consent': { good: 201, body: () => ({ given: true, on: siteDate(), text: `口头同意 ${count++}` }) },
    'POST /viewpoint': { good: 201, body: () => ({ id: uuid7(), room: 'kitchen', note: '换了墙' }) },
    'GET /timeline': {},
    'GET /history/{kind}/{id}': { values: (c) => ({ kind: 'daylog', id: c.log }) },
    'GET /photo-requests': {},
    'POST /photo-requests': {
        good: 201,
        body: () => ({ id: uuid7(), board: 'b-1', stage: 'plumbing_electrical', room: 'kitchen', text: '请拍', due: '2027-01-01T10:00:00+08:00', camera: false }),
    },
    'GET /sites': {},
    'GET /sites/{site}': {},
    'PUT /sites/{site}': {
        headers: (c) => ({ 'If-Match': String(c.version) }),
        body: (c) => ({
            site: c.site, version: 0, name: '1-302', timezone: 'Asia/Shanghai', contract_amount: 120000.5,
            stages: [{ key: 'demolition', zh: '拆除', en: 'Demolition', planned_start: '2026-11-01', planned_finish: '2026-11-09', after: [] },
                { key: 'plumbing_electrical', planned_start: '2026-11-10', planned_finish: '2026-11-27', after: ['demolition'] }],
            cutoffs: { daylog: '18:30', report: { weekday: 6, time: '18:00' }, workdays: [1, 2, 3, 4, 5, 6], holidays: ['2027-02-06'] },
            customer: { name: '某某', phone: '139 0000 0000' }, people: c.people ?? [{ id: 'u-77', name: 'Crew', role: 'crew', active: true }],
        }),
    },
    'GET /boards': {},
    'GET /verify/{code}': { values: (c) => ({ code: c.code }) },
    'POST /blobs/have': { body: (c) => ({ sha256: [c.hash] }) },
    'POST /blobs/confirmed': { body: (c) => ({ sha256: [c.hash] }) },
};

// Uploads are asked of by a test of their own.
const elsewhere = /^[A-Z]+ \/tus\//;

// The row of an operation; undefined for what is asked elsewhere.
export function sample(op) {
    const row = rows[op.key];
    if (!row && !elsewhere.test(op.key)) throw new Error(`${op.key} (${op.template}) has no row in tests/support/samples.mjs`);
    return row && { good: 200, values: () => ({}), query: () => ({}), headers: () => ({}), ...row };
}

export const rowsWithoutOperation = (keys) => Object.keys(rows).filter((key) => !keys.has(key));
