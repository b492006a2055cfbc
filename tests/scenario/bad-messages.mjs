// SPDX-License-Identifier: MIT
// Everything that somebody at the broker can say to the hub and to a board and should not: garbage on every topic, events that are spoilt, forged, out
// of order, too big, twice or of another site, acknowledgements of what never was. It is told and goes nowhere; lanes go on, and so does the day.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import mqtt from 'mqtt';
import { request, root, runTests, siteDate, test, until, uuid7, withStack } from '../support/programs.mjs';
import { answersChecked } from '../support/openapi.mjs';
import { address, operations } from '../support/routes.mjs';
import { aLog, garbage, sha256, Writer } from '../support/forger.mjs';
import { stored, vitals } from '../support/vitals.mjs';

const metric = async (where, name) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec((await request(where, 'GET', '/metrics')).body)[1]);
const logged = (program) => fs.readFileSync(program.log, 'utf8');

async function day(stack) {
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1');
    await stack.addUser(board, 'u-01', 'manager', '2468', 'Manager');
    await stack.addUser(null, 'o-01', 'office', '1357', 'Office');
    const manager = await stack.client(board).signIn('u-01', '2468');
    const office = await stack.hubClient({ site: 's-1' }).signIn('o-01', '1357');
    await until('the board is known', async () => (await office.get('/api/v1/sites')).sites.some(({ site }) => site === 's-1'));
    await office.call('PUT', '/api/v1/sites/s-1', { headers: { 'If-Match': '0' }, body: { name: '1-302' } });
    const intruder = await mqtt.connectAsync(`mqtt://127.0.0.1:${stack.brokerPort}`, { clientId: 'b-9', reconnectPeriod: 0 });
    const heard = [];
    intruder.on('message', (topic, bytes) => heard.push({ topic, bytes, json: (() => { try { return JSON.parse(bytes); } catch { return undefined; } })() }));
    return { board, manager, office, intruder, heard };
}

// What is written now arrives, up and down; nothing is left over.
async function normal({ manager, office }, what) {
    const log = await manager.post('/daylogs', { id: uuid7(), date: siteDate(), done: [what] });
    await until(`${what}: a log arrives at the hub`, async () => (await office.timeline()).some((entry) => entry.id === log.id));
    const asked = await office.post('/photo-requests', { id: uuid7(), camera: false, text: what });
    await until(`${what}: a request arrives at the board`, async () => (await manager.timeline()).some((entry) => entry.id === asked.id));
    await until(`${what}: all is received`, async () => Object.values((await manager.get('/status')).lanes).every((lane) => lane.received === lane.saved));
}

const quiet = (dir) => { const { files, ...tables } = stored(dir); return { tables, files: files.filter((name) => !/http\.port|ballast/.test(name)) }; };

async function flood(intruder, topics) {
    for (const topic of topics) for (const bytes of Object.values(garbage)) await intruder.publishAsync(topic, bytes, { qos: 1 });
}

// The last thing that was said to the intruder as board b-9 and that fits.
const told = (heard, fits) => heard.filter(({ topic, json }) => /\/b-9\/dn\/(ack|hello)$/.test(topic) && json).map(({ json }) => json).findLast(fits);
const upto = (writer, lane = 'record') => ({ have }) => have?.some((one) => one.writer === writer.name && one.epoch === writer.epoch && one.upto[lane] >= writer.head(lane).seq);
const rejection = (ack, writer, seq) => ack?.rejected?.find((one) => one.writer === writer.name && one.epoch === writer.epoch && one.seq === seq);

test('the hub and garbage on every topic', () => withStack({ check: answersChecked() }, async (stack) => {
    const all = await day(stack), { intruder, office, manager } = all;
    await normal(all, 'before');
    const well = vitals(stack.hub, stack.hubWhere), before = quiet(`${stack.dir}/hub`), boards = (await office.get('/api/v1/boards')).boards.length;
    const below = (board) => ['up/record/daylog-submitted', 'up/alert/hazard-raised', 'up/photo/photo-taken', 'up/hello', 'up/ack', 'up/beat', 'state'].map((tail) => `sitelog/v1/acme/s-1/${board}/${tail}`);
    await flood(intruder, [...below('b-9'), ...below('b-1'), ...below('hub'), 'sitelog/v1/acme/hub/state', 'sitelog/v1/acme/s-9/b-1/up/hello', 'sitelog/v1/acme/S-1/B-1/up/hello', 'sitelog/v1/acme/s-1/b-9/up/nothing',
        'sitelog/v1/acme/s-1/b-9/up/record/BAD', 'sitelog/v1/acme/s-1/b-9/up/record/a/b', 'sitelog/v1/acme/s-1/b-9/up', `sitelog/v1/acme/s-1/${'b'.repeat(60)}/up/hello`, 'sitelog/v1/acme/s-1/b-9/up/record/' + 'x'.repeat(500),
        'sitelog/v2/acme/s-1/b-9/up/hello', 'sitelog/v1/other/s-1/b-9/up/hello', 'sitelog/v1/acme/s-1/b-1/dn/ack']);
    await until('it is told', () => /b-9.*unreadable/.test(logged(stack.hub)) && /b-1.*site that is not its own/.test(logged(stack.hub)));
    assert.deepEqual(quiet(`${stack.dir}/hub`), before, 'nothing is stored');
    assert.ok((await office.get('/api/v1/boards')).boards.length <= boards + 1, 'b-9 spoke, and nobody else is new');
    await well();
    /* Retained garbage where the hub's state was is what the next board sees first. */
    await intruder.publishAsync('sitelog/v1/acme/hub/state', 'garbage', { qos: 1, retain: true });
    await all.board.program.kill('SIGTERM');
    await stack.startBoard('b-1');
    const log = await manager.post('/daylogs', { id: uuid7(), date: siteDate(), done: ['after'] });
    await until('a log arrives all the same', async () => (await office.timeline()).some((entry) => entry.id === log.id), 60000);
    await intruder.endAsync();
}));

test('the hub and events that are spoilt, forged or twice', () => withStack({ check: answersChecked() }, async (stack) => {
    const all = await day(stack), { intruder, heard, office, manager } = all;
    const well = vitals(stack.hub, stack.hubWhere), nine = new Writer('b-9'), up = 'sitelog/v1/acme/s-1/b-9/up';
    await intruder.subscribeAsync('sitelog/v1/acme/s-1/b-9/dn/#', { qos: 1 });
    const say = (bytes, type = 'daylog-submitted', lane = 'record') => intruder.publishAsync(`${up}/${lane}/${type}`, bytes, { qos: 1 });
    const passed = (what) => until(`${what} is acknowledged`, () => told(heard, upto(nine)));
    const entries = async () => (await office.timeline()).filter((entry) => entry.writer === 'b-9');

    const first = nine.next('daylog-submitted', aLog('第一'));
    await say(first);
    await passed('a good one');
    assert.equal((await entries()).length, 1);

    /* Of the form, but not right: refused by number, kept raw, and the lane goes on. */
    const wrong = [
        ['schema', 'data of another form', { data: { date: 7 } }], ['schema', 'no data', { data: null }], ['schema', 'another site', { source: '/sitelog/acme/s-2/b-9' }], ['schema', 'another org', { source: '/sitelog/other/s-1/b-9' }],
        ['schema', 'another writer in its source', { source: '/sitelog/acme/s-1/b-1' }], ['schema', 'no id', { id: 'x' }], ['schema', 'no time', { time: 'yesterday' }], ['schema', 'no subject', { subject: '../../x' }], ['schema', 'another subject', { subject: 'photo/x' }],
        ['schema', 'no clock', { clock: 'sundial' }], ['schema', 'rev 0', { rev: 0 }], ['schema', 'a type that is none', { type: 'x' }], ['schema', 'another version of CloudEvents', { specversion: '2.0' }], ['chain', 'another prev', { prev: '0'.repeat(64) }],
        ['too-big', '100 KiB', { data: { ...aLog('x'), note: 'x'.repeat(100 * 1024) } }],
    ];
    const codes = [];
    for (const [code, what, more] of wrong) {
        const bytes = nine.next('daylog-submitted', aLog(what), more), { seq } = nine.head('record');
        await say(bytes);
        codes.push([seq, code, what]);
    }
    await say(nine.next('daylog-submitted', aLog('第二')));
    await passed('what follows');
    const ack = told(heard, upto(nine));
    for (const [seq, code, what] of codes) assert.equal(rejection(ack, nine, seq)?.code, code, `${what}: ${JSON.stringify(rejection(ack, nine, seq))}`);
    assert.deepEqual((await entries()).map(({ data }) => data.done[0]), ['第二', '第一'], 'only what is right is shown');
    assert.ok(await metric(stack.hubWhere, 'sitelog_events_refused') >= wrong.length);

    /* A type that is not known yet: stored as it is. */
    await say(nine.next('solar-flare', { flux: [1, 2.5, '水'] }), 'solar-flare');
    await passed('an unknown type');
    const flare = (await entries()).find(({ type }) => type === 'solar-flare');
    assert.deepEqual(flare.data, { flux: [1, 2.5, '水'] });

    /* No place in a lane can be read: dropped, and told in the log. Ahead of its place: asked for again. */
    const kept = structuredClone(nine.lanes), count = (await entries()).length;
    for (const more of [{ seq: -1 }, { seq: 0 }, { seq: 1.5 }, { seq: '7' }, { seq: 2 ** 60 }, { seq: null }, { lane: 'fast' }, { lane: 7 }, { epoch: 'x' }, { epoch: '' }, { writer: 'B 9' }, { writer: '' }, { writer: 'x'.repeat(100) }])
        await say(nine.bytes('daylog-submitted', aLog('x'), more));
    for (const seq of [kept.record.seq + 2, 1_000_000, 9007199254740991]) await say(nine.bytes('daylog-submitted', aLog('x'), { seq }));
    await until('it asks again', () => told(heard, (one) => one.resend === true));
    await say(new Writer('b-9').bytes('daylog-submitted', aLog('x'), { seq: 5 })); /* the middle of an epoch that nobody has the beginning of */

    /* The same place with other bytes: kept aside. The same bytes: nothing. The same id in another place: not twice. */
    const conflicts = await metric(stack.hubWhere, 'sitelog_events_conflicts');
    const back = { ...nine.lanes };
    nine.lanes.record = { seq: 0, hash: sha256(nine.epoch) };
    await say(nine.bytes('daylog-submitted', aLog('另一个第一')));
    nine.lanes = back;
    await say(first);
    await say(nine.next('daylog-submitted', aLog('第一'), { id: JSON.parse(first).id }));
    await say(nine.next('daylog-submitted', aLog('第三')));
    await passed('what follows a conflict');
    await until('the conflict is counted', async () => (await metric(stack.hubWhere, 'sitelog_events_conflicts')) === conflicts + 1);
    assert.equal(rejection(told(heard, upto(nine)), nine, 1)?.code, 'conflict');
    assert.equal((await entries()).length, count + 1);
    assert.deepEqual((await entries()).filter(({ id }) => id === JSON.parse(first).id).map(({ data }) => data.done[0]), ['第一']);

    /* In another's name, in a place that is taken: the board that it is about is not disturbed. */
    const real = (await office.timeline()).find((entry) => entry.writer === 'b-1');
    const { have } = await until('it says what it holds', () => told(heard, ({ have: list }) => list?.some((one) => one.writer === 'b-1')));
    const one = new Writer('b-1', { epoch: have.find(({ writer }) => writer === 'b-1').epoch });
    await say(one.bytes('daylog-submitted', aLog('不是我写的')));
    await until('kept aside', async () => (await metric(stack.hubWhere, 'sitelog_events_conflicts')) === conflicts + 2);
    assert.ok((await office.timeline()).some((entry) => entry.id === real.id));
    assert.ok(!(await manager.timeline()).some(({ data }) => data?.done?.[0] === '不是我写的'));
    await normal(all, 'after');
    await well();
    assert.equal((await stack.ctl(stack.hubConf, 'verify')).code, 0, 'what was refused is in the chains');
    await intruder.endAsync();
}));

// Every type that the code has: {type, lane, kind, checked, examples}, examples from its schema.
function eventTypes() {
    const row = /\{ "([a-z-]+)", LANE_([A-Z]+), "([a-z-]+)", (\w+), true \}/g, text = fs.readFileSync(path.join(root, 'app/journal/event.c'), 'utf8');
    return [...text.matchAll(row)].map(([, type, lane, kind, check]) => ({
        type, lane: lane.toLowerCase(), kind, checked: check !== 'NULL',
        examples: JSON.parse(fs.readFileSync(path.join(root, `sync/wire/schema/data/${type}.json`), 'utf8')).examples,
    }));
}

// An example with one of its members, however deep, of another kind: {data, at: "items.0.values"}.
function* mistyped(node, at = [], whole = node) {
    for (const [name, value] of Object.entries(node)) {
        const here = [...at, name], data = structuredClone(whole);
        here.slice(0, -1).reduce((inner, key) => inner[key], data)[name] = value && typeof value === 'object' ? 7 : { not: 'this' };
        yield { data, at: here.join('.') };
        if (value && typeof value === 'object') yield* mistyped(value, here, whole);
    }
}

// Members that are only said to people, or that readers take as they find them: what is no use is not looked at.
const loose = [
    /^outage: (clock|stop)$/, /^plan-set: version$/, /^user-changed: (failures|until)$/, /^photo-request-failed: text$/, /^alert-(raised|cleared): state$/, /^setting-set: value/,
    /^delay-decided: (subject|days|granted_days)$/,
];

test('the hub and every type of event, as it should be and with every member mistyped', () => withStack({ check: answersChecked() }, async (stack) => {
    const all = await day(stack), { intruder, heard } = all, types = eventTypes(), nine = new Writer('b-9', { site: 's-9' }), spoilt = [];
    const well = vitals(stack.hub, stack.hubWhere);
    await intruder.subscribeAsync('sitelog/v1/acme/s-9/b-9/dn/#', { qos: 1 });
    const say = async ({ type, lane, kind }, data) => {
        const subject = `${kind}/${uuid7()}`, bytes = nine.next(type, data, { subject }, lane);
        await intruder.publishAsync(`sitelog/v1/acme/s-9/b-9/up/${lane}/${type}`, bytes, { qos: 1 });
        return `${lane} ${nine.head(lane).seq}`;
    };
    assert.ok(types.length > 50);
    const good = new Map(), lanes = new Set();
    const heed = async () => {
        for (const lane of lanes) await until(`the ${lane} lane is acknowledged`, () => told(heard, upto(nine, lane)), 60000);
        lanes.clear();
    };
    let many = 0;
    for (const one of types) for (const data of one.examples) {
        good.set(await say(one, data), one.type);
        if (one.checked) for (const wrong of mistyped(data)) spoilt.push({ what: `${one.type}: ${wrong.at}`, place: await say(one, wrong.data) });
        lanes.add(one.lane);
        /* An acknowledgement names the newest hundred refusals only. */
        if (spoilt.length - many < 40) continue;
        many = spoilt.length;
        await heed();
    }
    await heed();
    const refused = new Set(heard.flatMap(({ json }) => json?.rejected ?? []).filter(({ writer }) => writer === 'b-9').map(({ lane, seq }) => `${lane} ${seq}`));
    assert.deepEqual([...good].filter(([place]) => refused.has(place)).map(([, type]) => type), [], 'what is right is taken');
    const taken = spoilt.filter(({ place, what }) => !refused.has(place) && !loose.some((pattern) => pattern.test(what))).map(({ what }) => what);
    assert.deepEqual([...new Set(taken)], [], 'what is mistyped is refused');
    /* Whatever was taken of it, every page and report of that site is there. */
    const reader = await stack.hubClient({ site: 's-9' }).signIn('o-01', '1357');
    const pages = operations('hub').filter(({ method, template, path: names }) => method === 'GET' && template.includes('{site}') && names.length === 1);
    assert.ok(pages.length > 20);
    for (const { template } of pages.filter(({ key }) => key !== 'GET /events' && key !== 'GET /templates')) await reader.get(address({ template }, { site: 's-9' }));
    for (const { id } of (await reader.get('/inspections')).inspections) {
        await reader.get(`/inspections/${id}`);
        for (const form of ['html', 'pdf']) assert.equal((await reader.raw('GET', `${reader.prefix}/inspections/${id}/report?format=${form}`)).status, 200);
    }
    for (const form of ['html', 'pdf']) assert.equal((await reader.raw('GET', `${reader.prefix}/report?week=2026-11-22&format=${form}`)).status, 200);
    assert.equal((await stack.ctl(stack.hubConf, 'verify')).code, 0);
    await well();
}));

test('the hub and acknowledgements, hellos and beats that are not true', () => withStack({ check: answersChecked() }, async (stack) => {
    const all = await day(stack), { intruder, heard, office } = all;
    const well = vitals(stack.hub, stack.hubWhere), up = 'sitelog/v1/acme/s-1/b-9/up', say = (tail, json) => intruder.publishAsync(tail.startsWith('s') ? tail : `${up}/${tail}`, JSON.stringify(json), { qos: 1 });
    await intruder.subscribeAsync(['sitelog/v1/acme/s-1/b-9/dn/#', 'sitelog/v1/acme/s-1/b-1/up/#'], { qos: 1 });
    const entry = (writer, n) => ({ writer, epoch: uuid7(), upto: { alert: n, record: n, photo: n } });
    await say('hello', { have: Array.from({ length: 1500 }, (_, n) => entry(`b-${n}`, n)), connect: 1 });
    await say('hello', { have: Array.from({ length: 4096 }, () => ({ writer: 'x', epoch: uuid7(), upto: {} })), connect: 2 });
    for (const more of [{ connect: 2 ** 53 }, { connect: -1 }, { window: 0 }, { window: 2 ** 40 }, { pause_ms: 2 ** 50 }, { blobs: Array(1500).fill('0'.repeat(64)) }, { key: 'x' }, { key: 'A'.repeat(44) }, { software: 'x'.repeat(9000) }, { boot: -7 }])
        for (const kind of ['hello', 'ack']) await say(kind, { have: [], connect: 3, ...more });
    for (let n = 0; n < 1000; n++) intruder.publish(`${up}/ack`, JSON.stringify({ have: [], resend: true }), { qos: 1 });
    const { have } = await until('the hub says hello', () => told(heard, ({ have: list }) => list?.length));
    /* Of the hub's own journal more than there is: it lost something, it must think, and writes on in a new epoch. */
    for (const { writer, epoch } of have) await say('ack', { have: [{ writer, epoch, upto: { alert: 999, record: 999999, photo: 2 ** 50 } }] });
    await say('ack', { have: [], rejected: Array.from({ length: 100 }, (_, n) => ({ writer: 'hub', epoch: have[0].epoch, lane: 'record', seq: n + 1, code: 'x'.repeat(200), text: '水'.repeat(500) })) });

    /* Another key, and another's signature, in the name of b-1. */
    const beat = await until('b-1 has a beat', async () => heard.find(({ topic, json }) => /b-1\/up\/beat$/.test(topic) && json)?.json, 70000);
    const known = async () => (await office.get('/api/v1/boards')).boards.find(({ board }) => board === 'b-1');
    const { key } = await until('its key is known', async () => ((await known()).key ? known() : null));
    const forged = { alert: { seq: 9, hash: '9'.repeat(64) }, record: { seq: 9, hash: '9'.repeat(64) }, photo: { seq: 9, hash: '9'.repeat(64) } };
    await say('sitelog/v1/acme/s-1/b-1/up/beat', { ...beat, heads: forged });
    await say('sitelog/v1/acme/s-1/b-1/up/beat', { ...beat, sig: Buffer.alloc(64, 7).toString('base64') });
    await say('sitelog/v1/acme/s-1/b-1/up/beat', { ...beat, key: Buffer.alloc(32, 7).toString('base64') });
    await say('sitelog/v1/acme/s-1/b-1/up/hello', { have: [], connect: 1, key: Buffer.alloc(32, 7).toString('base64') });
    await until('it is told', () => (logged(stack.hub).match(/b-1.*another key/g) ?? []).length >= 3);
    assert.doesNotMatch(JSON.stringify((await known()).heads), /9{64}/, 'nothing forged stands among its heads');
    assert.equal((await known()).key, key);
    await normal(all, 'after');
    await well();
    await intruder.endAsync();
}));

test('a board and everything that may come down', () => withStack({ check: answersChecked() }, async (stack) => {
    const all = await day(stack), { board, intruder, heard, manager } = all;
    await normal(all, 'before');
    const well = vitals(board.program, board.where), dn = 'sitelog/v1/acme/s-1/b-1/dn', before = quiet(board.dir);
    await flood(intruder, ['record/plan-set', 'alert/hazard-raised', 'photo/photo-taken', 'hello', 'ack', 'beat', 'nothing', 'record/BAD', 'record/a/b'].map((tail) => `${dn}/${tail}`));
    await intruder.publishAsync('sitelog/v1/acme/hub/state', '{"online":7}', { qos: 1 });
    await normal(all, 'behind the garbage');
    assert.deepEqual(Object.keys(quiet(board.dir).tables), Object.keys(before.tables));

    /* Events in the hub's name, of an epoch of their own, and of another board. */
    await intruder.subscribeAsync('sitelog/v1/acme/s-1/b-1/up/#', { qos: 1 });
    const say = (tail, bytes) => intruder.publishAsync(`${dn}/${tail}`, bytes, { qos: 1 });
    for (const writer of [new Writer('b-8'), new Writer('hub')]) {
        for (const more of [{ data: { stages: 7 } }, { prev: '1'.repeat(64) }, { source: '/sitelog/acme/s-2/b-8' }, { rev: -1 }]) await say('record/plan-set', writer.next('plan-set', { name: '假的' }, { subject: 'plan/s-1', ...more }));
        await say('record/note', writer.next('note', {}));
        const said = await until('what follows is taken', () => heard.filter(({ topic, json }) => /b-1\/up\/(ack|hello)$/.test(topic) && json).map(({ json }) => json).findLast(upto(writer)));
        /* Told to whom it is about: the hub is told of its own. */
        if (writer.name === 'hub') for (const seq of [1, 2, 3, 4]) assert.ok(rejection(said, writer, seq), `${seq} is refused: ${JSON.stringify(said.rejected)}`);
    }
    assert.equal(await metric(board.where, 'sitelog_events_refused'), 8);
    assert.equal((await manager.get('/site')).name, '1-302');

    /* More than we ever wrote is acknowledged, much is asked again, sending is to pause for ever, and hashes nobody has are confirmed. */
    const own = heard.findLast(({ topic, json }) => /b-1\/up\/(ack|hello)$/.test(topic) && json?.have?.some(({ writer }) => writer === 'b-1'))?.json.have.find(({ writer }) => writer === 'b-1')?.epoch ?? uuid7();
    for (let n = 0; n < 200; n++) intruder.publish(`${dn}/ack`, JSON.stringify({ have: [], resend: true, pause_ms: 1000, blobs: ['0'.repeat(64)] }), { qos: 1 });
    await say('ack', JSON.stringify({ have: [{ writer: 'b-1', epoch: own, upto: { alert: 77, record: 999999, photo: 2 ** 50 } }], window: 0, pause_ms: 2 ** 50, want: Array(500).fill('f'.repeat(64)) }));
    await say('hello', JSON.stringify({ have: Array.from({ length: 1500 }, (_, n) => ({ writer: `b-${n}`, epoch: uuid7(), upto: { record: n } })), connect: 5, window: -1 }));
    await intruder.endAsync();
    const { lanes } = await manager.get('/status');
    for (const lane of Object.values(lanes)) assert.ok(lane.saved >= lane.sent && lane.sent >= lane.received);
    await board.program.kill('SIGTERM'); /* a pause that was asked for ends with the connection */
    await stack.startBoard('b-1');
    await normal(all, 'after');
    assert.equal((await stack.ctl(board.conf, 'verify')).code, 0);
}));

await runTests();
