// SPDX-License-Identifier: MIT
// What a session is worth, and for how long: it ends with its person, with the PIN and by signing out, survives a kill, is nobody's choice, and is
// not to be guessed into: wrong PINs lock whoever they are for, however many ask at once and however the name is written.
import assert from 'node:assert/strict';
import { request, runTests, test, until, withStack } from '../support/programs.mjs';
import { answersChecked } from '../support/openapi.mjs';

const alive = async (client) => (await client.raw('GET', '/api/v1/session')).status;
const gone = (what, client) => until(what, async () => (await alive(client)) === 401, 15000);
const tryPin = (where, user, pin) => request(where, 'POST', '/api/v1/session', { body: { user, pin } });
const control = (dir, method, url) => request({ socket: `${dir}/control.sock` }, method, url);

test('a session ends with its person, its PIN, its role and by signing out', () => withStack({ check: answersChecked() }, async (stack) => {
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1');
    for (const [id, role] of [['u-01', 'manager'], ['u-02', 'supervisor'], ['u-03', 'crew']]) await stack.addUser(board, id, role, '2468', id);
    await stack.addUser(null, 'o-01', 'office', '1357', 'Office');
    const office = await stack.hubClient({ site: 's-1' }).signIn('o-01', '1357');
    const sign = (id, pin = '2468') => stack.client(board).signIn(id, pin);

    /* Signing in gives a cookie of the program's own choice, and says so to nobody else. */
    const chosen = `sitelog=${'c'.repeat(43)}`;
    const forced = await request(board.where, 'POST', '/api/v1/session', { body: { user: 'u-01', pin: '2468' }, headers: { Cookie: chosen } });
    const [given] = forced.headers['set-cookie'];
    assert.ok(!given.startsWith(chosen));
    assert.match(given, /; HttpOnly; SameSite=Strict/);
    assert.equal((await request(board.where, 'GET', '/api/v1/session', { headers: { Cookie: chosen } })).status, 401);
    const one = await sign('u-01'), two = await sign('u-01');
    assert.notEqual(one.cookie, two.cookie);
    const mixed = await one.raw('POST', '/api/v1/send-now', { headers: { 'X-CSRF-Token': two.csrf } });
    assert.equal(mixed.status, 403, 'another session\'s token');

    /* Signing out ends that one only. */
    await one.call('DELETE', '/api/v1/session');
    assert.equal(await alive(one), 401);
    assert.equal(await alive(two), 200);

    /* Another PIN ends all of them; a kill none. */
    await stack.addUser(board, 'u-01', 'manager', '8642', 'u-01');
    assert.equal(await alive(two), 401, 'another PIN');
    const three = await sign('u-01', '8642');
    await board.program.kill('SIGKILL');
    await stack.startBoard('b-1');
    assert.equal(await alive(three), 200);
    assert.equal(await alive(two), 401, 'also after a kill');

    /* An operator's lock, at once; unlocking gives nothing back. */
    const crew = await sign('u-03');
    assert.equal((await control(board.dir, 'POST', '/control/users/u-03/lock')).status, 204);
    assert.equal(await alive(crew), 401);
    assert.equal((await tryPin(board.where, 'u-03', '2468')).status, 401);
    assert.equal((await control(board.dir, 'POST', '/control/users/u-03/unlock')).status, 204);
    await until('may sign in again', async () => (await tryPin(board.where, 'u-03', '2468')).status === 200);
    assert.equal(await alive(crew), 401);

    /* Head office takes somebody off the list, and gives another a new role: the board follows. */
    const off = await sign('u-02'), promoted = await sign('u-03');
    const people = (more) => [{ id: 'u-01', name: 'u-01', role: 'manager' }, { id: 'u-02', name: 'u-02', role: 'supervisor', active: false }, { id: 'u-03', name: 'u-03', role: 'viewer' }].map((one) => ({ ...one, ...more }));
    await until('head office knows the site', async () => (await office.get('/api/v1/sites')).sites.length === 1);
    await office.call('PUT', '/api/v1/sites/s-1', { headers: { 'If-Match': '0' }, body: { people: people() } });
    await gone('whoever works there no longer is out', off);
    assert.equal((await tryPin(board.where, 'u-02', '2468')).status, 401);
    await until('the new role counts for the old session', async () => (await promoted.raw('GET', '/api/v1/session')).json.role === 'viewer');
    assert.equal((await promoted.raw('PUT', '/api/v1/drafts/daylog/2026-01-01', { body: {} })).status, 403);
    await office.call('PUT', '/api/v1/sites/s-1', { headers: { 'If-Match': '1' }, body: { people: people({ active: true }) } });
    await until('is back', async () => (await tryPin(board.where, 'u-02', '2468')).status === 200);
    assert.equal(await alive(off), 401, 'the old session is not');

    /* At the hub, too. */
    await stack.addUser(null, 'o-01', 'office', '7531', 'Office');
    assert.equal(await alive(office), 401);
}));

test('PINs are not to be guessed', () => withStack({ check: answersChecked() }, async (stack) => {
    const board = await stack.startBoard('b-1'), { where } = board;
    for (const id of ['u-01', 'u-02', 'u-03']) await stack.addUser(board, id, 'manager', '2468', id);

    /* Nobody and somebody look alike, and take as long. */
    const times = { 'u-03': [], 'u-99': [] }, answers = new Set();
    for (let n = 0; n < 3; n++)
        for (const [user, list] of Object.entries(times)) {
            const began = performance.now(), { status, body } = await tryPin(where, user, '0000');
            list.push(performance.now() - began);
            answers.add(`${status} ${body}`);
        }
    assert.equal(answers.size, 1);
    const [known, unknown] = Object.values(times).map((list) => Math.min(...list));
    assert.ok(unknown > known / 2 && known > unknown / 2, `${known} ms for somebody, ${unknown} ms for nobody`);

    /* Thirty at once, the right one among them: it locks all the same. */
    const many = await Promise.all(Array.from({ length: 30 }, (_, n) => tryPin(where, 'u-01', n === 29 ? '2468' : String(1000 + n))));
    const count = (status) => many.filter((answer) => answer.status === status).length;
    assert.equal(count(200), 0, 'nobody got in');
    assert.ok(count(401) <= 4 && count(401) + count(429) + count(503) === 30, many.map(({ status }) => status).join());
    for (const answer of many.filter(({ status }) => status !== 401)) assert.ok(Number(answer.headers['retry-after']) > 0);
    for (let n = 0; n < 6; n++) await tryPin(where, 'u-01', '0000');
    const locked = await tryPin(where, 'u-01', '2468');
    assert.equal(locked.status, 429);
    assert.ok(Number(locked.headers['retry-after']) >= 20);

    /* However the name is written, it is nobody else's door. */
    for (const user of ['U-01', ' u-01', 'u-01 ', 'u-01\t', 'ｕ-01', 'u-01/', 'user/u-01', 'u-0１', "u-01'--", 'u-01%00'])
        for (const pin of ['2468', '0000']) assert.ok([400, 401].includes((await tryPin(where, user, pin)).status), user);
    for (const body of [{ user: ['u-01'], pin: '2468' }, { user: 'u-01', pin: 2468 }, { user: 'u-01', pin: ['2468', '0000'] }, { user: 'u-02', user2: 'u-01', pin: '2468' }])
        assert.equal((await request(where, 'POST', '/api/v1/session', { body })).status, 400);

    /* The others get in meanwhile, and a kill opens nothing. */
    assert.equal((await tryPin(where, 'u-02', '2468')).status, 200);
    await board.program.kill('SIGKILL');
    await stack.startBoard('b-1');
    assert.equal((await tryPin(where, 'u-01', '2468')).status, 429);
    const manager = await stack.client(board).signIn('u-02', '2468');
    assert.ok((await manager.get('/history/user/u-01')).entries.some((entry) => entry.data.change === 'pin-locked'), 'the journal says so');
}));

await runTests();
