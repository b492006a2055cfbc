// SPDX-License-Identifier: MIT
// Clocks that are wrong by years, at start and while the board runs: everything is recorded, sent and received, once; order rests on no clock; and nothing
// waits for a year that will not come. A clock that is put right dates what was recorded before.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { answersChecked } from '../support/openapi.mjs';
import { realPhotos, runTests, test, until, uuid7, varied, withStack } from '../support/programs.mjs';
import { addManager, addOffice, agree, allReceived, thereOnce, verifyClean, wallClock } from '../support/site.mjs';
import { vitals } from '../support/vitals.mjs';

const YEAR_MS = 365 * 86400e3;

// A log of the day that the board believes it is, and a photo.
async function work(manager, done, n) {
    const { date } = await manager.get('/today');
    for (let i = 0; i < 5; i++) done.ids.push((await manager.post('/daylogs', { id: uuid7(), date, done: [`${date} ${n} ${i}`] })).id);
    const bytes = varied(done.jpeg, n);
    done.photos.set((await manager.photo(bytes)).id, bytes);
    done.dates.push(date);
}

const begin = () => ({ ids: [], photos: new Map(), dates: [], jpeg: fs.readFileSync(realPhotos(1)[0]) });

async function inOrder(client, ids) {
    const shown = (await client.timeline()).map(({ id }) => id).filter((id) => ids.includes(id)).reverse();
    assert.deepEqual(shown, ids, 'shown in the order in which it was written');
}

test('a board that starts in 1970, in 2090, and in between', () => withStack({ check: answersChecked() }, async (stack) => {
    const done = begin();
    const board = await stack.startBoard('b-1', { env: { SITELOG_CLOCK: '1970-01-03T12:00:00+08:00,1', SITELOG_CLOCK_GRADE: 'none' } });
    let manager = await addManager(stack, board);
    await work(manager, done, 0);
    assert.equal((await manager.get('/status')).clock, 'none');
    for (const [n, clock] of [undefined, '2090-06-01T12:00:00+08:00,1', undefined].entries()) {
        await board.program.kill('SIGKILL');
        board.program.env = clock ? { SITELOG_CLOCK: clock } : {};
        await stack.startBoard('b-1');
        manager = await stack.client(board).signIn('u-01', '2468');
        await work(manager, done, n + 1);
    }
    assert.equal(new Set(done.dates).size, 3);
    await stack.startBroker();
    await stack.startHub();
    const office = await addOffice(stack);
    await allReceived(manager, 60000);
    await agree(manager, office);
    await thereOnce(office, done.ids, done.photos);
    for (const client of [manager, office]) await inOrder(client, done.ids);
    const clocks = (await office.timeline()).filter(({ id }) => done.ids.includes(id)).map(({ clock }) => clock);
    assert.ok(clocks.includes('none') && clocks.some((clock) => clock !== 'none'), 'each says how good its clock was');
    await verifyClean(stack, board.conf, stack.hubConf);
}));

test('a clock that jumps by years while the board runs, with head office away and back', () => withStack({ check: answersChecked() }, async (stack) => {
    const done = begin(), { ahead, env } = wallClock(stack);
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1', { env });
    let manager = await addManager(stack, board);
    const office = await addOffice(stack);
    await work(manager, done, 0);
    await allReceived(manager);
    for (const [n, years] of [20, -3, 0, -60, 0].entries()) {
        await stack.hub.kill('SIGKILL'); // uploads fail, and wait by the clock that is wrong
        ahead(years * YEAR_MS);
        manager = await stack.client(board).signIn('u-01', '2468');
        await work(manager, done, n + 1);
        await until('the photo waits', async () => (await manager.get('/status')).photos.pending > 0);
        if (n % 2 === 0) ahead(0); // mended while it waits
        await stack.startHub();
        manager = await stack.client(board).signIn('u-01', '2468');
        await allReceived(manager, 150000);
    }
    const well = vitals(board.program, board.where);
    ahead(0);
    manager = await stack.client(board).signIn('u-01', '2468');
    await agree(manager, office);
    await thereOnce(office, done.ids, done.photos);
    await inOrder(office, done.ids);
    await well();
    await verifyClean(stack, board.conf, stack.hubConf);
}));

// ---- a clock that is put right ----

const clockSets = async (client) => (await client.timeline()).filter(({ type }) => type === 'clock-set');
const near = (time, ms, what) => assert.ok(Math.abs(Date.parse(time) - ms) < 3000, `${what}: ${time} is not about ${new Date(ms).toISOString()}`);

// What one end shows of a log and a photo that were made at ms, while the clock was in 1970.
async function dated(client, log, photo, ms) {
    for (const entry of (await client.timeline()).filter(({ id }) => id === log.id || id === photo.id)) {
        assert.match(entry.at, /^1970-/, 'as it was written');
        assert.equal(entry.clock, 'none');
        near(entry.at_corrected, ms, entry.type);
        assert.equal(entry.clock_corrected, 'ntp');
        if (entry.type === 'photo-taken') near(entry.taken_corrected, ms, 'taken');
    }
    const { submitted, date } = await client.get(`/daylogs/${log.id}`);
    assert.match(date, /^1970-/, 'the day that he saw');
    near(submitted.at_corrected, ms, 'the log');
    near((await client.get(`/photos/${photo.id}/info`)).taken_corrected, ms, 'the photo');
    const stamped = await client.call('GET', `/photos/${photo.id}/stamped`);
    assert.ok(stamped.body.includes(`${new Date(ms).getUTCFullYear()}:`) && !stamped.body.includes('1970:'), 'the stamped photo has the time that is right');
}

test('a board in 1970 whose clock is set: what it made before is dated, at both ends', () => withStack({ check: answersChecked() }, async (stack) => {
    const { ahead, env } = wallClock(stack, Date.parse('1970-01-03T04:00:00Z') - Date.now()), grade = stack.write('grade', 'none\n');
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1', { env: { ...env, SITELOG_CLOCK_GRADE: `@${grade}` } });
    let manager = await addManager(stack, board);
    const office = await addOffice(stack), made = Date.now();
    const log = await manager.post('/daylogs', { id: uuid7(), date: (await manager.get('/today')).date, done: ['砌墙'] });
    const photo = await manager.photo(fs.readFileSync(realPhotos(1)[0]));
    const before = await manager.call('GET', `/photos/${photo.id}/stamped`);
    assert.ok(before.body.includes('1970:'));
    await allReceived(manager);
    assert.equal((await office.timeline()).filter((entry) => entry.at_corrected).length, 0, 'nobody knows yet');

    ahead(0);
    fs.writeFileSync(grade, 'ntp\n');
    manager = await stack.client(board).signIn('u-01', '2468');
    const set = await until('the clock was seen to be set', async () => (await clockSets(manager)).find(({ data }) => data.clock === 'ntp'));
    await until('head office knows', async () => (await clockSets(office)).some(({ id }) => id === set.id));
    const [first] = (await clockSets(office)).reverse();
    assert.match(first.data.from, /^1970-01-03T12:/);
    near(first.data.to, Date.parse(first.at), 'to');
    assert.equal(first.data.clock_before, 'none');
    assert.equal(first.actor.id, 'board');
    for (const client of [manager, office]) await until('it is dated', () => dated(client, log, photo, made).then(() => true));
    assert.notEqual((await manager.call('GET', `/photos/${photo.id}/stamped`)).headers.etag, before.headers.etag);
    const after = await manager.post('/daylogs', { id: uuid7(), date: (await manager.get('/today')).date, done: ['砌墙'] });
    assert.equal((await manager.get(`/daylogs/${after.id}`)).submitted.at_corrected, undefined, 'what was made since is right as it is');

    // Another run in the same boot finds nothing new; and one whose clock was set meanwhile does.
    const count = (await clockSets(manager)).length;
    for (const [more, ms] of [[0, 0], [1, 3600e3]]) {
        await board.program.kill('SIGKILL');
        ahead(ms);
        await stack.startBoard('b-1');
        manager = await stack.client(board).signIn('u-01', '2468');
        await manager.post('/daylogs', { id: uuid7(), date: (await manager.get('/today')).date, done: ['抹灰'] });
        assert.equal((await clockSets(manager)).length, count + more, 'written before anything else was');
    }
    await allReceived(manager);
    await agree(manager, office);
    for (const client of [manager, office]) await dated(client, log, photo, made);
    await verifyClean(stack, board.conf, stack.hubConf);
}));

await runTests();
