// SPDX-License-Identifier: MIT
// Every route of board and hub asked wrongly in every way there is: malformed, mistyped, too much, by nobody, for another page, for what is not
// there. Each is refused as app/http/openapi.yaml says, nothing is stored, and the programs are as well as before. Uploads and messages: see
// bad-upload.mjs and bad-messages.mjs.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import { realPhotos, request, runTests, test, until, uuid7, withStack } from '../support/programs.mjs';
import { answersChecked, deref } from '../support/openapi.mjs';
import { address, codedRoutes, malformed, operations, spoilt, tinyJpeg, unsampled } from '../support/routes.mjs';
import { newPhoto, rowsWithoutOperation, sample, withRest } from '../support/samples.mjs';
import { stored, vitals } from '../support/vitals.mjs';

const checked = answersChecked();

// Somebody signed in at a program who asks wrongly.
class Asker {
    constructor(where, side, client, context) {
        Object.assign(this, { where, side, client, context, asked: 0, wrong: [] });
        this.operations = operations(side).filter((op) => sample(op));
    }
    url(op, { values = {}, query } = {}) {
        const row = sample(op);
        const text = new URLSearchParams(query ?? row.query(this.context)).toString();
        return address(op, { site: this.context.site, ...row.values(this.context), ...values }) + (text ? `?${text}` : '');
    }
    // A good request but for what is given; session false: by nobody.
    async send(op, { session = true, headers = {}, body, url, ...rest } = {}) {
        const row = sample(op), own = session ? { Cookie: this.client.cookie, ...(op.write ? { 'X-CSRF-Token': this.client.csrf } : {}) } : {};
        const content = body !== undefined ? body : row.body?.(this.context);
        const type = op.body && content !== undefined ? { 'Content-Type': op.body.type } : {};
        const all = Object.entries({ ...type, ...row.headers(this.context), ...own, ...headers }).filter(([, value]) => value !== undefined);
        const to = url ?? this.url(op, rest);
        this.asked++;
        const answer = await request(this.where, op.method, to, { headers: Object.fromEntries(all), body: content ?? undefined });
        try {
            checked(op.method, to, answer);
        } catch (error) {
            this.wrong.push(error.message);
        }
        return answer;
    }
    // The answer is a problem document of one of these statuses, and of this field.
    refused(op, what, answer, statuses, field) {
        const say = (why) => this.wrong.push(`${this.side}: ${op.key}, ${what}: ${why}: ${answer.status} ${answer.body.subarray(0, 300)}`);
        if (!statuses.includes(answer.status)) return say(`not ${statuses}`);
        if (answer.headers['content-type'] !== 'application/problem+json') return say('no problem document');
        const { status, title, type, detail } = answer.json;
        if (status !== answer.status || !title || title === 'Unknown' || !type || !detail) return say('the problem document lacks something');
        if (field && answer.json.field !== field) return say(`the field is not ${field}`);
        if ((status === 503 || status === 429) && !(Number(answer.headers['retry-after']) > 0)) return say('no Retry-After');
    }
    async refuse(op, what, statuses, options, field) { this.refused(op, what, await this.send(op, options), [statuses].flat(), field); }
    done() { if (this.wrong.length) throw new Error(`${this.wrong.length} of ${this.asked} answers are wrong:\n${this.wrong.map((line) => line.slice(0, 500)).join('\n')}`); }
}

// Bytes of one's own over a socket; gives the status and the problem document.
function raw(port, text) {
    return new Promise((done, fail) => {
        const socket = net.connect(port, '127.0.0.1', () => socket.write(text)), parts = [];
        socket.setTimeout(20000, () => fail(new Error(`no answer to ${String(text).slice(0, 200)}`)));
        socket.on('error', fail);
        socket.on('data', (part) => {
            parts.push(part);
            const all = Buffer.concat(parts).toString(), end = all.indexOf('\r\n\r\n');
            const length = /content-length: (\d+)/i.exec(all)?.[1];
            if (end < 0 || length === undefined || all.length < end + 4 + Number(length)) return;
            socket.destroy();
            const body = all.slice(end + 4);
            done({ status: Number(all.split(' ')[1]), body: Buffer.from(body), headers: { 'content-type': /content-type: (.*)\r/i.exec(all)?.[1] },
                json: body.startsWith('{') ? JSON.parse(body) : undefined });
        });
    });
}

// ---- who asks, and for what ----

async function strangers(asker) {
    for (const op of asker.operations) {
        if (!op.open) await asker.refuse(op, 'by nobody', 401, { session: false });
        if (!op.open) await asker.refuse(op, 'with a cookie of one\'s own', 401, { headers: { Cookie: `sitelog=${'A'.repeat(43)}` } });
        if (!op.open) await asker.refuse(op, 'with a broken cookie', 401, { headers: { Cookie: 'sitelog=;;;=' + 'x'.repeat(2000) } });
        if (!op.write) continue;
        for (const origin of ['https://elsewhere.example', 'null', `http://127.0.0.1:${asker.where.port}.elsewhere.example`, 'http://'])
            await asker.refuse(op, `from ${origin}`, 403, { headers: { Origin: origin } });
        if (op.open) continue;
        await asker.refuse(op, 'without a CSRF token', 403, { headers: { 'X-CSRF-Token': undefined } });
        for (const token of ['', 'x', '0'.repeat(64), asker.client.csrf.slice(0, -1), asker.client.csrf + '0'])
            await asker.refuse(op, 'with another CSRF token', 403, { headers: { 'X-CSRF-Token': token } });
    }
}

async function wrongMethods(asker) {
    const paths = new Map();
    for (const op of asker.operations) paths.set(op.template, [...(paths.get(op.template) ?? []), op]);
    for (const ops of paths.values()) {
        const takes = ops.flatMap((op) => (op.method === 'GET' ? ['GET', 'HEAD'] : [op.method])).sort();
        for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'].filter((name) => !takes.includes(name))) {
            const answer = await asker.send({ ...ops[0], method }, { body: null });
            asker.refused(ops[0], method, answer, [405]);
            assert.deepEqual((answer.headers.allow ?? '').split(', ').sort(), takes, `${ops[0].template}: Allow`);
        }
    }
    for (const url of ['/api/v1/nothing', '/api/v2/status', '/api/v1/', '/control/users', '/api/v1/photos/a/b/c/d', '/api/v1//status', '/../../etc/passwd'])
        asker.refused(asker.operations[0], url, await request(asker.where, 'GET', url), [404]);
    for (const url of ['/api/v1/timeline?limit=%', '/api/v1/timeline?limit=%zz', '/api/v1/%ff', '/api/v1/timeline?a%00=1', '/%c0%af'])
        asker.refused(asker.operations[0], url, await request(asker.where, 'GET', url, { headers: { Cookie: asker.client.cookie } }), [400, 404]);
    asker.refused(asker.operations[0], 'a long target', await request(asker.where, 'GET', `/api/v1/timeline?before=${'x'.repeat(9000)}`), [414]);
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`X-${n}`, 'x']));
    asker.refused(asker.operations[0], 'many headers', await request(asker.where, 'GET', '/healthz', { headers: many }), [431]);
}

async function unknownThings(asker) {
    for (const op of asker.operations) {
        for (const name of op.path) {
            for (const bad of ['x'.repeat(65), '%00', '%ff', '%2e%2e%2fx', 'a b'.replace(' ', '%20'), '水'.repeat(30)])
                await asker.refuse(op, `${name} ${bad}`, [400, 404], { values: { [name]: encodeURI(decodeURIComponentSafe(bad)) } });
            const asks = name === 'id' || (name === 'site' && op.method !== 'PUT');
            for (const bad of name === 'id' ? [uuid7(), uuid7().toUpperCase(), 'x', '0', '-1'] : ['s-nowhere', 'S-1', 'hub'])
                if (asks) await asker.refuse(op, `unknown ${name} ${bad}`, 404, { values: { [name]: bad } });
        }
    }
}
// encodeURI leaves what is encoded already as it is only where it can be decoded.
const decodeURIComponentSafe = (text) => (/^%/.test(text) ? text : text);

// ---- queries ----

const badQuery = { limit: ['0', '201', '-1', 'x', '1.5', '', '1e2', '99999999999999999999', ' 1'], before: ['garbage', 'x'.repeat(2000), '-', '水', "' OR 1=1 --"] };

function badValues({ name, schema }) {
    if (badQuery[name]) return badQuery[name];
    const s = deref(schema);
    if (s.enum) return ['nonsense', '', s.enum[0].toUpperCase()];
    if (s.format === 'date') return ['x', '2026-13-01', '2026-02-30', '2026-1-1', '20261101', '2026-11-22T00:00:00Z'];
    if (s.format === 'date-time') return ['x', '2026-11-22', '2026-11-22T25:00:00Z', '2026-11-22 10:00', '1e9'];
    if (s.pattern) return ['!', 'a b', 'x'.repeat(300), '水', "'"];
    return ['x'.repeat((s.maxLength ?? 400) + 1)];
}

async function badQueries(asker) {
    for (const op of asker.operations.filter(({ query }) => query.length)) {
        const good = sample(op).query(asker.context);
        for (const parameter of op.query) {
            for (const value of badValues(parameter)) {
                const status = parameter.name === 'origin' ? [400, 422] : 400;
                await asker.refuse(op, `${parameter.name}=${value.slice(0, 40)}`, status, { query: { ...good, [parameter.name]: value } }, parameter.name);
            }
            if (!parameter.required) continue;
            const { [parameter.name]: _, ...without } = good;
            await asker.refuse(op, `no ${parameter.name}`, 400, { query: without }, parameter.name);
        }
        await asker.refuse(op, 'an unknown parameter', 400, { query: { ...good, nonsense: '1' } }, 'nonsense');
    }
}

// ---- bodies ----

const big = 256 * 1024 + 1;

// Of bodies that differ by their new ids alone, one is enough.
const withoutIds = (body) => ({ ...body, id: typeof body?.id === 'string' && body.id.length === 36 ? '' : body?.id });

async function badJson(asker) {
    for (const op of asker.operations.filter(({ body }) => body?.type === 'application/json')) {
        const good = () => sample(op).body(asker.context);
        for (const { what, bytes } of malformed(good())) await asker.refuse(op, what, 400, { body: bytes });
        const all = [good(), ...sample(op).also(asker.context)].flatMap((body) => spoilt(op.body.schema, body));
        const once = new Map(all.map((one) => [JSON.stringify([one.field, withoutIds(one.body)]), one]));
        for (const { body, field } of once.values()) await asker.refuse(op, `${field}: ${JSON.stringify(body).slice(0, 200)}`, 400, { body }, field.slice(0, 64).length < field.length ? undefined : field);
        for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp', 'image/jpeg', 'json', ''])
            await asker.refuse(op, type, 415, { headers: { 'Content-Type': type } });
        await asker.refuse(op, 'too large', 413, { body: Buffer.from(JSON.stringify(good()).padEnd(big)) });
    }
}

async function badLengths(asker) {
    for (const op of asker.operations) {
        const head = [`${op.method} ${asker.url(op)} HTTP/1.1`, 'Host: x', `Cookie: ${asker.client.cookie}`, `X-CSRF-Token: ${asker.client.csrf}`,
            `Content-Type: ${op.body?.type ?? 'application/json'}`, 'If-Match: 0'].join('\r\n');
        const say = async (what, more, statuses) => asker.refused(op, what, await raw(asker.where.port, `${head}\r\n${more}`), statuses);
        if (op.write) await say('chunked', 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n', [411]);
        if (!op.body) await say('a body where none is taken', 'Content-Length: 2\r\n\r\n{}', [400]);
        if (op.body) await say('far too large', 'Content-Length: 999999999999\r\n\r\n{', [413]);
        await say('two lengths', 'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}', [400]);
    }
}

async function badPhotos(asker) {
    const op = asker.operations.find(({ key }) => key === 'POST /photos');
    const real = fs.readFileSync(realPhotos(1)[0]), png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
    const none = { 'no JPEG': Buffer.from('hello'), 'a PNG': png, 'only the start': real.subarray(0, 2), 'a start and garbage': Buffer.concat([real.subarray(0, 200), Buffer.alloc(5000, 7)]),
        'cut in the middle': real.subarray(0, real.length >> 1), 'cut in the header': tinyJpeg().subarray(0, 100), '65 megapixels': tinyJpeg(8, 8, [8200, 8000]),
        'no pixels': tinyJpeg(8, 8, [0, 8]), '65535 × 65535': tinyJpeg(8, 8, [65535, 65535]), zeros: Buffer.alloc(100000), 'JSON': Buffer.from('{}') };
    for (const [what, body] of Object.entries(none)) await asker.refuse(op, what, 422, { body });
    for (const type of ['image/png', 'application/octet-stream', 'multipart/form-data; boundary=x', '']) await asker.refuse(op, type, 415, { headers: { 'Content-Type': type } });
    await asker.refuse(op, 'too large', 413, { body: Buffer.concat([newPhoto(), Buffer.alloc(16 * 1024 * 1024)]) });
    const head = `POST ${asker.url(op)} HTTP/1.1\r\nHost: x\r\nCookie: ${asker.client.cookie}\r\nX-CSRF-Token: ${asker.client.csrf}\r\nContent-Type: image/jpeg\r\n`;
    asker.refused(op, 'no length', await raw(asker.where.port, `${head}\r\n`), [411]);
    asker.refused(op, 'empty', await raw(asker.where.port, `${head}Content-Length: 0\r\n\r\n`), [422]);
    await asker.refuse(op, 'of the camera, it says', 422, { query: { id: uuid7(), origin: 'camera' } }, 'origin');
    await asker.refuse(op, 'another photo under an id', 409, { query: { id: asker.context.photo } });
    /* Taken by something else: a log's id is no photo's. */
    await asker.refuse(op, 'the id of a log', 409, { query: { id: asker.context.log } });
}

// The camera's picture is thrown away where it cannot be recorded.
async function badShots(asker) {
    const op = asker.operations.find(({ key }) => key === 'POST /camera/shot');
    await asker.refuse(op, 'the id of a log', 409, { body: { id: asker.context.log } });
    await asker.refuse(op, 'the id of another photo', 409, { body: { id: asker.context.photo } });
    await asker.refuse(op, 'no such stage', 400, { body: { id: uuid7(), stage: 'nothing' } }, 'stage');
}

async function badRanges(asker) {
    for (const key of ['GET /photos/{id}', 'GET /photos/{id}/thumb']) {
        const op = asker.operations.find((one) => one.key === key);
        for (const range of ['bytes=99999999-', 'bytes=-0', 'bytes=18446744073709551616-', 'bytes=99999999999999999999999-99999999999999999999999999'])
            await asker.refuse(op, range, 416, { headers: { Range: range } });
        for (const range of ['x', 'bytes', 'bytes=', 'bytes=x-y', 'bytes=5-2', 'bytes=-', 'bytes=1--2', 'lines=1-2', 'bytes=0x0-'])
            assert.equal((await asker.send(op, { headers: { Range: range } })).status, 200, `${range} is no range: the whole`);
    }
}

async function badPlans(asker) {
    const op = asker.operations.find(({ key }) => key === 'PUT /sites/{site}'), good = sample(op).body(asker.context);
    await asker.refuse(op, 'no version', 428, { headers: { 'If-Match': undefined } });
    await asker.refuse(op, 'another version', 412, { headers: { 'If-Match': '77' } });
    for (const match of ['x', '"', '""', '-1', '*', '1.5', '99999999999999999999', 'W/"0"']) await asker.refuse(op, `If-Match: ${match}`, 400, { headers: { 'If-Match': match } }, 'If-Match');
    const stage = (n, more) => good.stages.map((one, at) => (at === n ? { ...one, ...more } : one));
    const wrong = [['timezone', { timezone: 'Mars/Olympus' }], ['timezone', { timezone: '../../etc/passwd' }], ['stages.0.after.0', { stages: stage(0, { after: ['nothing'] }) }], ['stages.0.after', { stages: stage(0, { after: ['plumbing_electrical'] }) }],
        ['stages.1.key', { stages: stage(1, { key: 'demolition', after: [] }) }], ['stages.0.planned_finish', { stages: stage(0, { planned_finish: '2019-10-01' }) }],
        ['people.1.id', { people: [...good.people, ...good.people] }], ['site', { site: 's-2' }], ['contract_amount', { contract_amount: 0.001 }], ['name', { name: ' ' }],
        ['cutoffs.holidays.0', { cutoffs: { holidays: ['2026-02-30'] } }], ['cutoffs.workdays.1', { cutoffs: { workdays: [1, 1] } }], ['cutoffs.workdays', { cutoffs: { workdays: [] } }]];
    for (const [field, more] of wrong) await asker.refuse(op, JSON.stringify(more), 400, { body: { ...good, ...more } }, field);
}

async function badLogs(asker) {
    const op = asker.operations.find(({ key }) => key === 'POST /daylogs'), good = () => sample(op).body(asker.context);
    const wrong = [['date', { date: '2020-01-01' }], ['date', { date: '2126-01-01' }], ['stage', { stage: 'nothing' }], ['done.0.phrase', { done: [{ phrase: 'no/such' }] }],
        ['done.0', { done: [{}] }], ['done.0', { done: [{ phrase: 'plumbing_electrical/chasing', text: 'x' }] }], ['done', { done: [], plan: [], note: ' ' }],
        ['note', { note: '水'.repeat(1334) }], ['done.0', { done: ['水'.repeat(134)] }], ['photos.1', { photos: [asker.context.photo, asker.context.photo] }]];
    for (const [field, more] of wrong) await asker.refuse(op, JSON.stringify(more).slice(0, 100), 400, { body: { ...good(), ...more } }, field);
    await asker.refuse(op, 'an amendment of nothing', 409, { body: { ...good(), amends: uuid7() } }, 'amends');
    await asker.refuse(op, 'another log under an id', 409, { body: { ...good(), id: asker.context.log, note: '另一' } }, 'id');
    await asker.refuse(op, 'the id of a photo', 409, { body: { ...good(), id: asker.context.photo } }, 'id');
}

// ---- both programs ----

// What every request of the table asks for: there, and good.
async function prepare(client, manager, context) {
    const photo = await client.photo(newPhoto());
    const log = await client.post('/daylogs', sample({ key: 'POST /daylogs' }).body({ ...context, photo: photo.id }));
    await client.call('PUT', '/drafts/daylog/2026-01-01', { body: { done: ['x'] } });
    const raised = async () => (await client.post('/hazards', sample({ key: 'POST /hazards' }).body({ photo: photo.id }))).id;
    const [reject, verify] = [await raised(), await raised()];
    for (const id of [reject, verify]) await manager.post(`/hazards/${id}/rectify`, { id: uuid7(), photos: [uuid7()] });
    return withRest(client, { ...context, photo: photo.id, hash: photo.sha256, code: photo.code, log: log.id, rectified: { reject, verify } });
}

// The samples are good after all: a table of requests that fail for another reason would show nothing.
async function controls(asker) {
    for (const op of asker.operations) {
        if (sample(op).endless || op.key === 'DELETE /session') continue;
        const answer = await asker.send(op);
        if (![sample(op).good].flat().includes(answer.status)) asker.wrong.push(`${asker.side}: ${op.key} as it should be: ${answer.status} ${answer.body.subarray(0, 300)}`);
    }
}

async function abuse(asker, program, dir) {
    const well = vitals(program, asker.where), before = stored(dir);
    await strangers(asker);
    await wrongMethods(asker);
    await unknownThings(asker);
    await badQueries(asker);
    await badJson(asker);
    await badLengths(asker);
    await badPhotos(asker);
    await badRanges(asker);
    await badLogs(asker);
    if (asker.side === 'hub') await badPlans(asker);
    else await badShots(asker);
    asker.done();
    assert.deepEqual(stored(dir), before, 'nothing is stored');
    await well();
    await controls(asker);
    asker.done();
    return asker.asked;
}

test('openapi.yaml, the routes of the code and the table of samples are the same', () => {
    const rows = new Set();
    for (const side of ['board', 'hub']) {
        const ops = operations(side), documented = new Set(ops.map((op) => `${op.method} ${op.template}`)), coded = new Set(codedRoutes(side));
        for (const op of ops) if (sample(op)) rows.add(op.key);
        assert.deepEqual([...coded].filter((route) => !documented.has(route)), [], `${side}: not in openapi.yaml`);
        assert.deepEqual([...documented].filter((route) => route.includes('/api/') && !coded.has(route)), [], `${side}: only in openapi.yaml`);
    }
    assert.deepEqual(rowsWithoutOperation(rows), []);
});

test('every member of every body is in a sample, and is spoilt', () => {
    const context = new Proxy({ rectified: {}, version: 0 }, { get: (object, name) => object[name] ?? uuid7() });
    for (const op of [...operations('board'), ...operations('hub')].filter(({ body }) => body?.type === 'application/json')) {
        const row = sample(op), lacking = row ? unsampled(op.body.schema, [row.body(context), ...row.also(context)]) : [];
        assert.deepEqual(lacking, [], `${op.key}: add the member to body, or to another body under also, in tests/support/samples.mjs`);
    }
});

test('a board refuses everything that is wrong, and keeps nothing of it', () => withStack({}, async (stack) => {
    const board = await stack.startBoard('b-1');
    await stack.addUser(board, 'u-01', 'office', '2468', 'Office');
    await stack.addUser(board, 'u-manager', 'manager', '2468', 'Manager');
    const client = await stack.client(board).signIn('u-01', '2468');
    const context = await prepare(client, await stack.client(board).signIn('u-manager', '2468'), { user: 'u-01', pin: '2468', site: 's-1' });
    const asker = new Asker(board.where, 'board', client, context);
    await abuse(asker, board.program, board.dir);
    assert.ok(asker.asked > 500);
    /* What a refused photo might have left would be adopted at the next start. */
    await board.program.kill('SIGTERM');
    await stack.startBoard('b-1');
    assert.deepEqual((await client.get('/photos?limit=200')).photos.filter((photo) => photo.origin === 'recovered'), []);
}));

test('the hub refuses everything that is wrong, and keeps nothing of it', () => withStack({}, async (stack) => {
    await stack.startHub();
    await stack.addUser(null, 'o-01', 'office', '1357', 'Office');
    const client = await stack.hubClient({ site: 's-1' }).signIn('o-01', '1357');
    await stack.addUser(null, 'u-manager', 'manager', '2468', 'Manager');
    await client.call('PUT', '/api/v1/sites/s-1', { headers: { 'If-Match': '0' }, body: { name: '1-302', people: [{ id: 'u-manager', name: 'Manager', role: 'manager' }] } });
    const manager = await stack.hubClient({ site: 's-1' }).signIn('u-manager', '2468');
    await until('the manager sees the site', async () => (await manager.get('/api/v1/sites')).sites.length === 1);
    const context = await prepare(client, manager, { user: 'o-01', pin: '1357', site: 's-1', version: 1 });
    const asker = new Asker(stack.hubWhere, 'hub', client, context);
    await abuse(asker, stack.hub, `${stack.dir}/hub`);
    assert.ok(asker.asked > 500);
}));

await runTests();
