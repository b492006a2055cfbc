// SPDX-License-Identifier: MIT
// Who may do what: the design's table, written down here once more and walked by every role over every route of openapi.yaml, at a board and at the
// hub. A route that stands in no row fails. Then what a role may see of what it may read: names, the customer, other people's sites. What a session
// is worth is sessions.mjs's business.
import assert from 'node:assert/strict';
import http from 'node:http';
import { request, runTests, test, until, uuid7, withStack } from '../support/programs.mjs';
import { answersChecked } from '../support/openapi.mjs';
import { address, operations } from '../support/routes.mjs';
import { newPhoto, sample, withRest } from '../support/samples.mjs';
import { stored } from '../support/vitals.mjs';

const roles = ['manager', 'supervisor', 'crew', 'installer', 'office', 'viewer'];
const pin = '2468';

// One row an activity: who may, and which routes it is.
const table = [
    ['anybody', [], 'GET /healthz', 'GET /metrics', 'POST /session', 'GET /people-to-sign-in', 'POST /blobs/have'],
    ['whoever is signed in; status', roles, 'GET /session', 'DELETE /session', 'GET /events', 'GET /status', 'GET /consent', 'POST /send-now'],
    ['read site, timeline, photos, lists', ['manager', 'supervisor', 'crew', 'office', 'viewer'], 'GET /site', 'GET /today', 'GET /daylogs', 'GET /daylogs/{id}',
        'GET /daylogs/{id}/card.jpg', 'GET /photos', 'GET /photos/{id}', 'GET /photos/{id}/thumb', 'GET /photos/{id}/stamped', 'GET /photos/{id}/info', 'GET /alerts', 'GET /timelapse', 'GET /timeline', 'GET /history/{kind}/{id}',
        'GET /photo-requests', 'GET /inspections', 'GET /inspections/{id}', 'GET /hazards', 'GET /hazards/{id}', 'GET /sites', 'GET /mine', 'GET /sites/{site}', 'GET /boards', 'GET /verify/{code}', 'POST /blobs/confirmed', 'GET /checklists', 'GET /checklists/{stage}', 'GET /settings', 'GET /report', 'GET /inspections/{id}/report', 'GET /stages', 'GET /stages/{key}', 'GET /tests', 'GET /tests/{id}', 'GET /delays', 'GET /idle-days', 'GET /holds', 'GET /changes', 'GET /materials', 'GET /questions', 'GET /handover',
        'GET /alerts/{id}', 'GET /photo-requests/{id}', 'GET /delays/{id}', 'GET /idle-days/{id}', 'GET /changes/{id}', 'GET /materials/{id}', 'GET /questions/{id}'],
    ['what the firm is measured by', ['office', 'viewer'], 'GET /measures'],
    ['photo, draft', ['manager', 'supervisor', 'crew', 'office'], 'POST /photos', 'GET /drafts', 'GET /drafts/{kind}/{key}', 'PUT /drafts/{kind}/{key}', 'DELETE /drafts/{kind}/{key}'],
    ['a shot of the camera, for a test; its live picture; that it hangs elsewhere', ['manager', 'supervisor', 'crew', 'installer', 'office'], 'POST /camera/shot', 'GET /camera/live', 'POST /viewpoint'],
    ['submit or amend a log', ['manager', 'office'], 'POST /daylogs'],
    ['inspection, accept, reject, verify', ['supervisor', 'office'], 'POST /inspections', 'POST /hazards/{id}/reject', 'POST /hazards/{id}/verify', 'POST /stages/{key}/accept', 'POST /stages/{key}/reject'],
    ['raise a hazard, ask a question, materials', ['manager', 'supervisor', 'crew', 'office'], 'POST /hazards', 'POST /questions', 'POST /questions/{id}/ask', 'POST /questions/{id}/answer',
        'POST /materials', 'POST /materials/{id}/expect', 'POST /materials/{id}/arrive', 'POST /materials/{id}/scan', 'POST /materials/{id}/measure'],
    ['assign', ['manager', 'supervisor', 'office'], 'POST /hazards/{id}/assign'],
    ['rectify', ['manager', 'supervisor', 'crew', 'office'], 'POST /hazards/{id}/rectify'],
    ['start, finish, ask for acceptance, change request, delay claim; what the customer confirms, hand-over', ['manager', 'office'], 'POST /stages/{key}/start', 'POST /stages/{key}/finish', 'POST /stages/{key}/request', 'POST /delays', 'POST /idle-days',
        'POST /changes', 'GET /confirmations', 'GET /confirmations/{id}', 'POST /confirmations', 'POST /handover', 'GET /callbacks', 'GET /callbacks/{id}'],
    ['timed tests', ['manager', 'supervisor', 'office'], 'POST /tests', 'POST /tests/{id}/finish'],
    ['decide, hold, plan, people, checklists; ask for a photo; see an alert; call-backs, webhooks, the digest', ['office'], 'PUT /sites/{site}', 'POST /photo-requests', 'POST /photos/{id}/withdraw', 'POST /alerts/{id}/seen', 'PUT /checklists/{stage}', 'PUT /settings/{key}', 'POST /checklists/{stage}/check', 'POST /settings/{key}/check', 'GET /templates',
        'GET /company/checklists', 'GET /company/checklists/{stage}', 'GET /company/settings', 'GET /company/history/{kind}/{id}',
        'POST /stages/{key}/override', 'POST /decisions', 'POST /hold', 'POST /resume', 'POST /materials/{id}/answer', 'POST /callbacks', 'GET /callbacks/due', 'GET /approvals', 'GET /hooks', 'GET /digest'],
    ['record the customer’s consent to the camera', ['manager', 'office'], 'PUT /consent'],
    ['devices, network, restore, move', ['installer']],
    ['export', ['installer', 'office']],
];
const open = new Set(table[0].slice(2));

function allowed(key) {
    const rows = table.filter(([, , ...routes]) => routes.includes(key));
    assert.equal(rows.length, 1, `${key} stands in ${rows.length} rows of the table`);
    return rows[0][1];
}

const nameOf = (role) => `机密${role}姓名`;
const idOf = (role) => `u-${role}`;
const customer = { name: '欧阳某某', phone: '13900001234' };

// Status and the beginning of the body, also of what does not end.
function begin(where, method, url, options) {
    return new Promise((done, fail) => {
        const asked = http.request({ host: '127.0.0.1', port: where.port, method, path: url, agent: false, ...options }, (answer) => {
            done({ status: answer.statusCode, headers: answer.headers, stop: () => asked.destroy(), answer });
        });
        asked.on('error', fail);
        asked.end();
    });
}

// One good request; the session's own routes in a way that the session lives on.
async function ask(client, op, context, values = {}) {
    const row = sample(op), query = new URLSearchParams(row.query(context)).toString();
    const url = address(op, { site: 's-1', ...row.values(context), ...values }) + (query ? `?${query}` : '');
    if (row.endless) {
        const begun = await begin(client.where, op.method, url, { headers: { Cookie: client.cookie } });
        begun.stop();
        return begun;
    }
    if (op.key === 'DELETE /session') return client.raw('DELETE', url, { headers: { Cookie: `${client.cookie}` } });
    return client.raw(op.method, url, { headers: row.headers(context), body: row.body?.(context) });
}

async function walk(side, people, context, dir, refresh) {
    const wrong = [], ops = operations(side).filter((op) => sample(op)).filter((op) => !open.has(op.key) || (allowed(op.key), false));
    ops.sort((a, b) => (a.key === 'DELETE /session') - (b.key === 'DELETE /session')); /* last */
    const before = stored(dir);
    for (const role of roles)
        for (const op of ops.filter(({ key }) => !allowed(key).includes(role))) {
            const { status } = await ask(people[role], op, context);
            if (status !== 403) wrong.push(`${side}: ${role} may not ${op.key}, but ${status}`);
        }
    assert.deepEqual(stored(dir), before, 'nothing is stored of what is forbidden');
    for (const role of roles)
        for (const op of ops.filter(({ key }) => allowed(key).includes(role))) {
            const now = await refresh(op);
            const { status, body } = await ask(people[role], op, { ...context, ...now });
            if (![sample(op).good].flat().includes(status)) wrong.push(`${side}: ${role} may ${op.key}, but ${status} ${body?.subarray(0, 200)}`);
        }
    assert.deepEqual(wrong, []);
    for (const role of roles) assert.equal((await people[role].raw('GET', '/api/v1/session')).status, 401, 'signed out');
}

// Everything that a GET gives somebody, as text: every route, every history, every page.
async function everything(client, side, context) {
    const texts = [], take = async (url) => {
        const answer = await client.raw('GET', url);
        if (/json|html/.test(answer.headers['content-type'] ?? '')) texts.push(`${url} ${answer.body}`);
        return answer;
    };
    for (const op of operations(side).filter((one) => one.method === 'GET' && sample(one) && !sample(one).endless && !open.has(one.key)))
        await take(address(op, { site: 's-1', ...sample(op).values(context) }));
    const prefix = side === 'hub' ? '/api/v1/sites/s-1' : '/api/v1';
    const { entries = [] } = (await take(`${prefix}/timeline?limit=200`)).json;
    for (const subject of new Set(entries.map((entry) => entry.subject))) await take(`${prefix}/history/${subject}`);
    assert.ok(client.role === 'installer' || entries.length > 5, 'there is something to be seen');
    return texts;
}

const shows = (texts, words) => texts.filter((text) => words.some((word) => text.includes(word)));

async function views(side, people, context) {
    const names = roles.map(nameOf), masked = ['欧阳', '某某', '1234', '139'];
    for (const role of roles) {
        people[role].role = role;
        const texts = await everything(people[role], side, context);
        const own = role === 'viewer' || role === 'installer' ? [nameOf(role)] : []; /* GET session says one's own */
        const seen = shows(texts.filter((text) => !text.startsWith('/api/v1/session ')), names);
        if (role === 'viewer' || role === 'installer') assert.deepEqual(seen.map((text) => text.slice(0, 600)), [], `${role} sees names (but ${own})`);
        else assert.ok(seen.length > 2, `${role} sees names`);
        const block = shows(texts.map((text) => text.match(/"customer":(\{[^}]*\})/g)?.join() ?? ''), masked);
        if (role === 'manager' || role === 'office') assert.ok(block.length > 0, `${role} sees the customer`);
        else assert.deepEqual(block, [], `${role} sees the customer`);
    }
}

async function signedIn(make) {
    const people = {};
    for (const role of roles) people[role] = await make().signIn(idOf(role), pin);
    return people;
}

// A hazard on which the step of an operation is legal.
const isStep = (op) => op.key.includes('/hazards/{id}/');
async function hazardFor(op, client) {
    const { id } = await client.post('/hazards', sample({ key: 'POST /hazards' }).body({ photo: uuid7() }));
    if (/reject|verify/.test(op.key)) await client.post(`/hazards/${id}/rectify`, { id: uuid7(), photos: [uuid7()] });
    return { hazard: id };
}

async function filled(client, supervisor = client) {
    const photo = await client.photo(newPhoto(), { room: 'kitchen' });
    const log = await client.post('/daylogs', sample({ key: 'POST /daylogs' }).body({ photo: photo.id }));
    await client.call('PUT', '/drafts/daylog/2026-01-01', { body: { done: ['x'] } });
    return withRest(client, { user: idOf('manager'), pin, site: 's-1', photo: photo.id, hash: photo.sha256, code: photo.code, log: log.id, version: 0 }, supervisor);
}

const staff = () => roles.map((role) => ({ id: idOf(role), name: nameOf(role), role }));

async function peopled(stack) {
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1');
    for (const role of roles) {
        await stack.addUser(board, idOf(role), role, pin, nameOf(role));
        await stack.addUser(null, idOf(role), role, pin, nameOf(role));
    }
    const office = await stack.hubClient({ site: 's-1' }).signIn(idOf('office'), pin);
    for (const site of ['s-1', 's-2'])
        await office.call('PUT', `/api/v1/sites/${site}`, { headers: { 'If-Match': '0' }, body: { name: `site ${site}`, customer, people: site === 's-1' ? staff() : [] } });
    const manager = await stack.client(board).signIn(idOf('manager'), pin);
    await until('the plan is on the board', async () => (await manager.get('/site')).version === 1);
    return { board, office, manager };
}

// Managers, supervisors and crew of one site: nothing of another is told, by whatever route, code, id or live event.
async function apart(stack, people) {
    const { office } = people;
    const elsewhere = await stack.hubClient({ site: 's-2' });
    Object.assign(elsewhere, { cookie: office.cookie, csrf: office.csrf });
    const other = await filled(elsewhere), own = await filled(office);
    const wrong = [];
    const below = operations('hub').filter((op) => sample(op) && op.template.includes('{site}'));
    const before = stored(`${stack.dir}/hub`);
    for (const role of ['manager', 'supervisor', 'crew']) {
        await until('the list of people is read', async () => (await people[role].get('/api/v1/sites')).sites.length === 1);
        for (const op of below) {
            const { status } = await ask(people[role], op, other, { site: 's-2' });
            const expected = allowed(op.key).includes(role) ? 404 : 403;
            if (status !== expected) wrong.push(`${role}: ${op.key} of another site: ${status}, not ${expected}`);
        }
        const { sites } = await people[role].get('/api/v1/sites'), { boards } = await people[role].get('/api/v1/boards');
        assert.deepEqual(sites.map(({ site }) => site), ['s-1']);
        assert.ok(boards.every(({ site }) => site === 's-1'));
        const { hazards } = await people[role].get('/api/v1/hazards');
        assert.ok(hazards.length > 0 && hazards.every(({ site }) => site === 's-1'), 'hazards over all sites are those of one\'s own');
        assert.deepEqual((await people[role].get('/api/v1/hazards?site=s-2')).hazards, []);
        const verified = await people[role].raw('GET', `/api/v1/verify/${other.code}`);
        if (verified.status === 200) assert.deepEqual(verified.json.photos, [], 'a code tells nothing of another site');
        else assert.equal(verified.status, 404);
        assert.equal((await people[role].raw('GET', `/api/v1/verify/${own.code}`)).json.photos.length, 1);
    }
    /* What is of another site is not to be had by asking for it here. */
    for (const url of [`/photos/${other.photo}`, `/photos/${other.photo}/thumb`, `/photos/${other.photo}/stamped`, `/photos/${other.photo}/info`, `/daylogs/${other.log}`, `/daylogs/${other.log}/card.jpg`, `/history/daylog/${other.log}`, `/hazards/${other.hazard}`, `/history/hazard/${other.hazard}`,
        `/changes/${other.change}`, `/materials/${other.material}`, `/questions/${other.question}`, `/delays/${other.delay}`, `/idle-days/${other.idle}`])
        assert.equal((await people.manager.raw('GET', `/api/v1/sites/s-1${url}`)).status, 404, url);
    const log = sample({ key: 'POST /daylogs' }).body(own);
    for (const body of [{ ...log, amends: other.log }, { ...log, id: other.log }]) {
        const answer = await people.manager.raw('POST', '/api/v1/sites/s-1/daylogs', { body });
        assert.equal(answer.status, 409);
        assert.equal(answer.json.stored, undefined, 'nor is it shown');
    }
    assert.deepEqual(wrong, []);
    assert.deepEqual(stored(`${stack.dir}/hub`), before);

    /* Live events: what happens on another site is not told. */
    const heard = { manager: '', office: '' }, streams = [];
    for (const role of Object.keys(heard)) {
        const { answer, stop } = await begin(stack.hubWhere, 'GET', '/api/v1/events', { headers: { Cookie: people[role].cookie } });
        answer.on('data', (part) => { heard[role] += part; });
        answer.on('error', () => {});
        streams.push(stop);
    }
    await until('both listen', () => Object.values(heard).every((text) => text.includes('retry')));
    const far = await elsewhere.photo(newPhoto()), near = await office.photo(newPhoto());
    await until('both hear of their site', () => Object.values(heard).every((text) => text.includes(near.id)));
    assert.ok(heard.office.includes(far.id));
    assert.ok(!heard.manager.includes(far.id) && !heard.manager.includes('s-2'));
    for (const stop of streams) stop();
}

test('every role at every route of a board and of the hub, and what each sees', () => withStack({ check: answersChecked() }, async (stack) => {
    const { board, manager } = await peopled(stack);
    const context = await filled(manager, await stack.client(board).signIn(idOf('supervisor'), pin));
    await until('all of it is at the hub', async () => {
        const { lanes, photos } = await manager.get('/status');
        return Object.values(lanes).every((lane) => lane.received === lane.saved) && photos.pending === 0;
    });
    const atBoard = await signedIn(() => stack.client(board)), atHub = await signedIn(() => stack.hubClient({ site: 's-1' }));
    await views('board', atBoard, context);
    await views('hub', atHub, context);
    await apart(stack, atHub);
    await walk('board', atBoard, context, board.dir, async (op) => (isStep(op) ? hazardFor(op, manager) : {}));
    await atHub.office.call('PUT', '/drafts/daylog/2026-01-01', { body: { done: ['x'] } });
    const hubManager = await stack.hubClient({ site: 's-1' }).signIn(idOf('manager'), pin);
    await walk('hub', atHub, context, `${stack.dir}/hub`, async (op) => (isStep(op) ? hazardFor(op, hubManager) : op.key === 'PUT /sites/{site}' ? { version: (await atHub.office.get('/api/v1/sites/s-1')).version, people: staff() } : {}));
}));

await runTests();
