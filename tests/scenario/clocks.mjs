// SPDX-License-Identifier: MIT
// Clocks that are wrong by years, at start and while the board runs: everything is recorded, sent and received, once; order rests on no clock; and nothing
// waits for a year that will not come.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { answersChecked } from '../support/openapi.mjs';
import { realPhotos, runTests, test, until, uuid7, varied, withStack } from '../support/programs.mjs';
import { addManager, addOffice, agree, allReceived, thereOnce, verifyClean } from '../support/site.mjs';
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
    const board = await stack.startBoard('b-1', { env: { SITELOG_CLOCK: '1970-01-03T12:00:00+08:00,1' } });
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
    const done = begin(), file = stack.write('clock', Buffer.alloc(8));
    const ahead = (ms) => {
        const bytes = Buffer.alloc(8);
        bytes.writeBigInt64LE(BigInt(ms));
        fs.writeFileSync(file, bytes, { flag: 'r+' });
    };
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1', { env: { SITELOG_CLOCK: `@${file}` } });
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

await runTests();
