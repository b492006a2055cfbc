// SPDX-License-Identifier: MIT
// A job's stages in whole programs: gates that refuse and are overridden, acceptance from afar, a ponding test over a night without power, days that
// are claimed and granted, a site that is held. Both ends agree at the end.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { runTests, test, until, uuid7, withStack } from '../support/programs.mjs';
import { answersChecked } from '../support/openapi.mjs';
import { addManager, addOffice, agree, allReceived, verifyClean, wallClock } from '../support/site.mjs';

const HOUR = 3600000, photo = () => [uuid7()];
const sql = (board, text) => execFileSync('sqlite3', ['-cmd', '.timeout 5000', `${board.dir}/journal.db`, text], { encoding: 'utf8' });
const step = (client, key, verb, more = {}, options) => client.post(`/stages/${key}/${verb}`, { id: uuid7(), ...more }, options);
const stage = async (client, key) => client.get(`/stages/${key}`);
const comes = (what, client, key, test) => until(what, async () => test(await stage(client, key)));

async function people(stack) {
    await stack.startBroker();
    await stack.startHub();
    const clock = wallClock(stack, 0), board = await stack.startBoard('b-1', { env: clock.env });
    const manager = await addManager(stack, board), office = await addOffice(stack);
    await stack.addUser(null, 'u-02', 'supervisor', '1357', 'Supervisor');
    await office.call('PUT', '/api/v1/sites/s-1', { headers: { 'If-Match': '0' }, body: { name: '1-302', people: [{ id: 'u-02', name: 'Supervisor', role: 'supervisor' }] } });
    const supervisor = await stack.hubClient({ site: 's-1' }).signIn('u-02', '1357');
    await until('the plan is on the board', async () => (await manager.get('/site')).version === 1);
    await until('the supervisor sees the site', async () => (await supervisor.get('/api/v1/sites')).sites.length === 1);
    return { board, manager, office, supervisor, ...clock };
}

// As if the machine had been switched off for so long: another boot, and the wall clock went on.
async function night(stack, board, ahead, ms) {
    await board.program.kill('SIGKILL');
    sql(board, "UPDATE meta SET value = 'of another boot' WHERE name = 'boot_id'");
    ahead(ms);
    await stack.startBoard('b-1');
}

test('gates, acceptance from afar, ponding over a night, an override', () => withStack({ check: answersChecked() }, async (stack) => {
    const { board, manager, office, supervisor, ahead } = await people(stack);
    // a hard gate refuses, says what is missing, and leaves nothing
    const refused = await manager.raw('POST', '/api/v1/stages/waterproofing/start', { body: { id: uuid7(), room: 'bath' } });
    assert.equal(refused.status, 409);
    assert.match(refused.json.missing[0].zh, /^水电还没验收/);
    assert.deepEqual(refused.json.allowed, [], 'not what was just refused');
    // a soft one warns
    await step(manager, 'plumbing_electrical', 'start');
    const { data } = (await manager.timeline()).find(({ type }) => type === 'stage-started');
    assert.match(data.warnings[0].en, /^demolition is not accepted/);
    const bare = await manager.raw('POST', '/api/v1/stages/plumbing_electrical/request', { body: { id: uuid7() } });
    assert.deepEqual([bare.status, bare.json.field], [422, 'photos'], 'acceptance is asked for with photos');
    await step(manager, 'plumbing_electrical', 'request', { photos: photo() });
    await comes('the request is at head office', supervisor, 'plumbing_electrical', ({ state, allowed }) => state === 'asked' && allowed.join() === 'accept,reject');
    await step(supervisor, 'plumbing_electrical', 'reject', { note: '线管没固定' });
    await comes('it is back', manager, 'plumbing_electrical', ({ state, rejected }) => state === 'rejected' && rejected.by.id === 'u-02');
    await step(manager, 'plumbing_electrical', 'request', { photos: photo() });
    await comes('it is asked again', supervisor, 'plumbing_electrical', ({ state }) => state === 'asked');
    const untested = await supervisor.raw('POST', `${supervisor.prefix}/stages/plumbing_electrical/accept`, { body: { id: uuid7() } });
    assert.equal(untested.status, 409);
    assert.deepEqual(untested.json.missing.map(({ hard, zh }) => [hard, zh]), [[true, '水电给水打压试验还没做'], [false, '水电严密性试验还没做']]);
    await step(office, 'plumbing_electrical', 'override', { gate: 'accept', reason: '物业统一打压，有报告' });
    await step(supervisor, 'plumbing_electrical', 'accept', { note: '合格' });
    await comes('it is accepted', manager, 'plumbing_electrical', ({ state }) => state === 'accepted');
    await step(manager, 'waterproofing', 'start', { room: 'bath' });

    // ponding: by the board's own clock, whatever the night was
    const water = await manager.post('/tests', { id: uuid7(), kind: 'ponding', room: 'bath', value: 25, photos: photo() });
    assert.ok(water.remaining_s > 86390 && water.remaining_s <= 86400);
    const end = { value: 24, photos: photo(), below_photos: photo() };
    const finish = (status, client = manager) => client.raw('POST', `${client.prefix}/tests/${water.id}/finish`, { body: { id: uuid7(), ...end } }).then((answer) => (assert.equal(answer.status, status, `${answer.body}`), answer.json));
    ahead(30 * HOUR); // somebody sets the clock
    assert.ok((await finish(422)).remaining_s > 86380);
    ahead(0);
    await night(stack, board, ahead, 23 * HOUR);
    await manager.signIn('u-01', '2468');
    const early = await finish(422);
    assert.ok(early.remaining_s > 3000 && early.remaining_s <= 3600, `${early.remaining_s}`);
    assert.match((await manager.get('/today')).due.find(({ kind }) => kind === 'test').text.zh, /^闭水试验（客卫） 还剩 (00:5\d|01:00)$/);
    ahead(24 * HOUR);
    const passed = await finish(201);
    assert.equal(passed.state, 'passed');
    assert.equal(passed.how, 'wall');
    assert.equal(passed.dark.length, 1);
    // the power came back when this kernel began
    assert.ok(passed.dark[0].seconds > 0 && passed.dark[0].seconds <= 23 * 3600 + 60, JSON.stringify(passed.dark));
    await finish(409);
    await step(manager, 'waterproofing', 'request', { room: 'bath', photos: photo() });
    await comes('test and request are at head office', supervisor, 'waterproofing', ({ rooms }) => rooms[0]?.allowed.includes('accept') && !rooms[0].missing.length);
    await step(supervisor, 'waterproofing', 'accept', { room: 'bath' });
    await comes('the acceptance is on the board', manager, 'waterproofing', ({ rooms }) => rooms[0].state === 'accepted');
    const whole = await manager.raw('POST', '/api/v1/stages/tiling/start', { body: { id: uuid7() } });
    assert.equal(whole.status, 409, 'as a whole it would begin in the other bath, too');
    assert.deepEqual(whole.json.missing.map(({ zh }) => zh.slice(0, 6)), ['防水（主卫）']);
    await step(manager, 'tiling', 'start', { room: 'master_bath' }, { expect: [409] });
    await step(office, 'tiling', 'override', { room: 'master_bath', reason: '业主书面同意' });
    await comes('the override is on the board', manager, 'tiling', ({ rooms }) => rooms[0]?.overridden?.reason === '业主书面同意');
    await step(manager, 'tiling', 'start', { room: 'master_bath' });

    await allReceived(manager);
    await agree(manager, office);
    const [here, there] = [await manager.get('/stages'), await office.get('/stages')].map(({ stages }) => stages.map(({ key, state, rooms }) => [key, state, rooms.map((r) => [r.room, r.state])]));
    assert.deepEqual(here, there);
    await verifyClean(stack, board.conf, stack.hubConf);
}));

test('a pressure test over an hour of simulated time passes; a fall fails it', () => withStack({ check: answersChecked() }, async (stack) => {
    const at = (time) => ({ SITELOG_CLOCK: `2026-11-23T${time}+08:00` });
    const board = await stack.startBoard('b-1', { camera: false, env: at('10:00:00') });
    let manager = await addManager(stack, board);
    const begin = (room) => manager.post('/tests', { id: uuid7(), kind: 'pressure', room, value: 8, unit: 'bar', photos: photo() });
    const [one, two] = [await begin('kitchen'), await begin('bath')];
    const end = (test, value, options) => manager.post(`/tests/${test.id}/finish`, { id: uuid7(), value, photos: photo() }, options);
    await end(one, 8, { expect: [422] });
    await board.program.kill('SIGTERM');
    Object.assign(board.program.env, at('11:00:30'));
    await stack.startBoard('b-1');
    manager = await stack.client(board).signIn('u-01', '2468');
    assert.equal((await end(one, 7.6)).state, 'passed');
    const failed = await end(two, 7.4);
    assert.equal(failed.state, 'failed');
    assert.match(failed.end.faults[0].zh, /掉了 0.06 MPa/);
    assert.equal((await manager.get('/tests?state=failed')).tests[0].id, two.id);
}));

test('days are claimed and granted, a site is held and goes on: both ends say so', () => withStack({ check: answersChecked() }, async (stack) => {
    const { board, manager, office } = await people(stack);
    const claim = await manager.post('/delays', { id: uuid7(), reason: 'no-water-power', from: '2026-11-16', to: '2026-11-18', photos: photo() });
    assert.equal(claim.days, 3);
    await until('the claim is at head office', async () => (await office.get('/delays?state=claimed')).delays.length === 1);
    const decision = { id: uuid7(), subject: `delay/${claim.id}`, decision: 'partly', days: 2, note: '两天' };
    assert.equal((await office.post('/decisions', decision)).state, 'partly');
    await office.call('POST', '/decisions', { body: decision, expect: [200] });
    await office.call('POST', '/decisions', { body: { ...decision, id: uuid7() }, expect: [409] });
    await until('the decision is on the board', async () => (await manager.get('/delays')).delays[0].decision?.to === '2026-11-17');
    await manager.post('/idle-days', { id: uuid7(), date: '2026-11-20', reason: 'too-few-workers' });
    await office.post('/hold', { id: uuid7(), reason: 'payment-overdue' });
    await office.call('POST', '/hold', { body: { id: uuid7(), reason: 'x' }, expect: [409] });
    await until('the board knows', async () => (await manager.get('/today')).held?.reason === 'payment-overdue');
    assert.ok(!(await manager.get('/today')).due.some(({ kind }) => kind === 'daylog'), 'no log is due while it is held');
    assert.equal((await office.get('/api/v1/sites')).sites[0].held.reason, 'payment-overdue');
    await office.post('/resume', { id: uuid7(), note: '已付' });
    await until('it goes on', async () => (await manager.get('/site')).held === null);
    await allReceived(manager);
    await agree(manager, office);
    await verifyClean(stack, board.conf, stack.hubConf);
}));

await runTests();
