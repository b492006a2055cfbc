// SPDX-License-Identifier: MIT
// Personal data goes nowhere. Telephone, identity card and bank card numbers are typed into every text of every write of a board and of the hub, a
// customer's name into the plan, PINs where PINs go, right and wrong ones; then everything there is is searched for them: both state folders byte by
// byte, every topic and payload on the broker, the logs at level debug, the metrics, every answer. What is masked is where it belongs.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import mqtt from 'mqtt';
import { runTests, siteDate, test, until, uuid7, withStack } from '../support/programs.mjs';
import { exifOf, withExif } from '../support/exif.mjs';
import { address, operations } from '../support/routes.mjs';
import { newPhoto, sample, withRest } from '../support/samples.mjs';
import { allReceived } from '../support/site.mjs';

// Made up; check digits are right. 13700137000 is in a photo's own Exif block, which stays with the photo.
const NUMBERS = { telephone: '13800138000', identity: '440301200002290007', card: '6222000000000000004', inPhoto: '13700137000' };
const CUSTOMER = '欧阳保密', PIN = '8692417530', WRONG_PIN = '8692417531';
const typed = Object.entries(NUMBERS).filter(([name]) => name !== 'inPhoto').map(([, number]) => number);
const MASKED = ['138****8000', '440***********0007', '622************0004'];
const raw = [...typed, CUSTOMER, PIN, WRONG_PIN];

// Every copy of a body in which one text, or one member's name, is another.
function* spread(node, text, set = (v) => v) {
    if (typeof node === 'string') yield set(text);
    if (!node || typeof node !== 'object') return;
    for (const [key, value] of Object.entries(node)) yield* spread(value, text, (v) => set(Array.isArray(node) ? node.map((old, i) => (String(i) === key ? v : old)) : { ...node, [key]: v }));
    if (!Array.isArray(node)) yield set({ ...node, [text]: 1 });
}

// Into every write of one program; gives how many requests were sent, and how many were taken.
async function typeEverywhere(side, client, context, refresh) {
    let sent = 0, taken = 0;
    for (const op of operations(side).filter((one) => sample(one) && one.write && one.key !== 'DELETE /session')) {
        const row = sample(op), good = row.body?.(context), isText = op.body?.type === 'application/json';
        const send = async (body, query = row.query(context)) => {
            const now = { ...context, ...await refresh(op) };
            const search = new URLSearchParams(query).toString();
            const answer = await client.raw(op.method, address(op, { site: 's-1', ...row.values(now) }) + (search ? `?${search}` : ''), { headers: row.headers(now), body });
            sent++;
            if (answer.status < 300) taken++;
        };
        for (const number of typed) {
            for (const text of [number, `找他 ${number}，`]) {
                if (good && isText) for (const body of spread(good, text)) await send(body.id?.length === 36 ? { ...body, id: uuid7() } : body);
                for (const name of Object.keys(row.query(context))) await send(good && !isText ? row.body(context) : good, { ...row.query(context), [name]: text });
            }
        }
    }
    return { sent, taken };
}

// Names of the files under a folder that hold one of the texts.
function holding(dir, texts, but = /$^/) {
    const found = [];
    for (const entry of fs.readdirSync(dir, { recursive: true, withFileTypes: true })) {
        const file = path.join(entry.path, entry.name);
        if (!entry.isFile() || but.test(entry.name)) continue;
        const bytes = fs.readFileSync(file);
        for (const text of texts) if (bytes.includes(text)) found.push(`${path.relative(dir, file)}: ${text}`);
    }
    return found;
}

test('personal data is in no journal, topic, payload, log, metric or answer', () => {
    const answers = [];
    const check = (method, url, answer) => answers.push({ what: `${method} ${url.split('?')[0]} ${answer.status}`, body: answer.body });
    return withStack({ check }, async (stack) => {
        await stack.startBroker();
        const heard = [], listener = await mqtt.connectAsync(`mqtt://127.0.0.1:${stack.brokerPort}`, { clientId: 'listener' });
        listener.on('message', (topic, payload) => heard.push({ topic, payload }));
        await listener.subscribeAsync('#', { qos: 1 });
        await stack.startHub('[log]\nlevel = debug\n');
        const board = await stack.startBoard('b-1', { more: '[log]\nlevel = debug\n' });
        const name = `经理 ${NUMBERS.telephone}`;
        for (const where of [board, null]) for (const [id, role] of [['u-01', 'manager'], ['o-01', 'office']]) await stack.addUser(where, id, role, PIN, name);
        await assert.rejects(stack.addUser(board, NUMBERS.telephone, 'crew', PIN), /400/, 'a telephone number is nobody’s id');
        for (const client of [stack.client(board), stack.hubClient()]) {
            assert.equal((await client.raw('GET', `/api/v1/status?${NUMBERS.telephone}=${NUMBERS.card}`)).status < 500, true);
            for (const body of [{ user: 'u-01', pin: WRONG_PIN }, { user: NUMBERS.telephone, pin: PIN }, { user: 'u-01', pin: PIN, note: NUMBERS.card }])
                assert.ok([400, 401, 429].includes((await client.raw('POST', '/api/v1/session', { body })).status));
        }

        const atHub = await until('the hub lets somebody in', async () => stack.hubClient({ site: 's-1' }).signIn('o-01', PIN).catch(() => null));
        const atBoard = await until('so does the board', async () => stack.client(board).signIn('o-01', PIN).catch(() => null));
        const plan = async () => {
            const { version = 0 } = (await atHub.raw('GET', '/api/v1/sites/s-1')).json;
            const body = { name: `1-302 ${NUMBERS.telephone}`, customer: { name: CUSTOMER, phone: NUMBERS.telephone }, people: [{ id: 'o-01', name, role: 'office' }] };
            return (await atHub.call('PUT', '/api/v1/sites/s-1', { headers: { 'If-Match': String(version) }, body })).json.version;
        };
        await plan();
        const withText = await atBoard.photo(withExif(newPhoto(), { ImageDescription: NUMBERS.inPhoto, Artist: NUMBERS.inPhoto, UserComment: NUMBERS.inPhoto }), { caption: `厨房 ${NUMBERS.telephone}`, room: NUMBERS.telephone });
        const log = await atBoard.post('/daylogs', { id: uuid7(), date: siteDate(), note: typed.join(' '), done: [{ text: NUMBERS.card, rooms: [NUMBERS.telephone] }] });
        const context = await withRest(atBoard, { user: 'o-01', pin: PIN, site: 's-1', photo: withText.id, hash: withText.sha256, code: withText.code, log: log.id, version: 0 });
        await atBoard.call('PUT', '/drafts/daylog/2026-01-01', { body: { note: NUMBERS.identity, deep: [{ x: NUMBERS.telephone }] } });

        const refresh = async (op) => (op.key === 'PUT /sites/{site}' ? { version: (await atHub.get('/api/v1/sites/s-1')).version } : {});
        const counts = [await typeEverywhere('board', atBoard, context, async () => ({})), await typeEverywhere('hub', atHub, context, refresh)];
        for (const { sent, taken } of counts) assert.ok(sent > 150 && taken > 50, `${sent} sent, ${taken} taken`);
        const added = await stack.ctl(board.conf, 'photo', 'add', '--caption', NUMBERS.telephone, '--room', NUMBERS.card, stack.write('one.jpg', newPhoto()));
        assert.equal(added.code, 0, added.err);
        const version = await plan();
        await until('the last plan is on the board', async () => (await atBoard.get('/site')).version === version);
        await allReceived(atBoard);

        // Masked, where it belongs.
        const stamped = await atHub.raw('GET', `/api/v1/sites/s-1/photos/${withText.id}/stamped`);
        assert.ok(!JSON.stringify(exifOf(stamped.body)).includes(NUMBERS.inPhoto) && !stamped.body.includes(NUMBERS.inPhoto), 'a watermarked photo leaves without the texts of the original');
        for (const client of [atBoard, atHub]) {
            assert.equal((await client.get(`/daylogs/${log.id}`)).note, MASKED.join(' '));
            const photo = await client.get(`/photos/${withText.id}/info`);
            assert.deepEqual([photo.caption, photo.room], ['厨房 138****8000', '138****8000']);
            const site = await client.get(client === atBoard ? '/site' : '/api/v1/sites/s-1');
            assert.deepEqual(site.customer, { name: '欧**', phone: '138****8000' });
            assert.ok(site.people.some((person) => person.name === '经理 138****8000'));
        }
        assert.deepEqual((await atBoard.get('/drafts/daylog/2026-01-01')).draft.deep ?? [{ x: MASKED[0] }], [{ x: MASKED[0] }]);
        for (const where of [{ dir: board.dir }, { dir: `${stack.dir}/hub` }]) for (const text of MASKED) assert.notDeepEqual(holding(where.dir, [text]), [], `${text} in ${where.dir}`);

        // As typed, nowhere.
        for (const client of [atBoard, atHub]) {
            const { body } = await client.raw('GET', '/metrics');
            for (const text of [...raw, ...MASKED, '欧**', 'u-01', 'o-01']) assert.ok(!body.includes(text), `${text} in the metrics`);
        }
        const wrong = [];
        for (const { what, body } of answers) for (const text of raw) if (body.includes(text)) wrong.push(`answer to ${what}: ${text}`);
        assert.ok(heard.length > 50 && answers.length > 500, `${heard.length} messages, ${answers.length} answers`);
        for (const { topic, payload } of heard) for (const text of [...raw, NUMBERS.inPhoto]) if (topic.includes(text) || payload.includes(text)) wrong.push(`${topic}: ${text}`);
        for (const { topic } of heard) for (const text of [...MASKED, 'o-01', '经理']) if (topic.includes(text)) wrong.push(`topic ${topic}`);
        await listener.endAsync();
        wrong.push(...holding(stack.dir, raw, /^consumer/), ...holding(stack.dir, [NUMBERS.inPhoto], /^(photos\.db|[0-9a-f]{64}|.*\.jpg)/));
        for (const program of [stack.hub, board.program]) {
            const text = fs.readFileSync(program.log, 'utf8');
            assert.ok(text.length > 50, 'the log says something');
            for (const word of MASKED) if (text.includes(word)) wrong.push(`${program.name} logs ${word}`);
        }
        assert.deepEqual([...new Set(wrong)], []);
    });
});

test('who sees the customer block is written down: once a session and hour, and only who sees it', () => withStack({}, async (stack) => {
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1');
    for (const [where, id, role] of [[board, 'u-01', 'manager'], [board, 'u-02', 'supervisor'], [null, 'o-01', 'office'], [null, 'o-02', 'office']]) await stack.addUser(where, id, role, PIN, id);
    const office = await stack.hubClient({ site: 's-1' }).signIn('o-01', PIN), manager = await stack.client(board).signIn('u-01', PIN), supervisor = await stack.client(board).signIn('u-02', PIN);
    const looks = async () => (await office.get('/api/v1/sites/s-1/timeline?limit=200')).entries.filter((e) => e.type === 'access').map((e) => `${e.actor.id} ${e.data.what} ${e.board}`).sort();
    const none = await until('the board has told of itself', async () => (await office.raw('GET', '/api/v1/sites/s-1')).json.version !== undefined && await looks());
    assert.deepEqual(none, [], 'a site without a customer has nothing to see');
    await office.call('PUT', '/api/v1/sites/s-1', { headers: { 'If-Match': '0' }, body: { customer: { name: CUSTOMER, phone: NUMBERS.telephone } } });
    await until('the plan is on the board', async () => (await supervisor.get('/site')).version === 1);
    for (let n = 0; n < 5; n++) for (const who of [manager, supervisor]) await who.get('/site');
    for (let n = 0; n < 3; n++) await office.get('/api/v1/sites/s-1');
    await office.get('/api/v1/callbacks/due?all=true');
    const expected = ['o-01 customer hub', 'o-01 customer hub', 'u-01 customer b-1'];
    await until('each look is at head office', async () => assert.deepEqual(await looks(), expected) === undefined);
    // Another session of the same person is another one; what went on in between wrote nothing more.
    await (await stack.client(board).signIn('u-01', PIN)).get('/site');
    await until('the second session, too', async () => assert.deepEqual(await looks(), [...expected, 'u-01 customer b-1']) === undefined);
}));

await runTests();
