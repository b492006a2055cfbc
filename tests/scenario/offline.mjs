// SPDX-License-Identifier: MIT
// Offline: logs and photos with no broker, the board killed hard meanwhile, then the link comes: all there once, in order, hashes equal.
// Full size is 1,000 logs and 200 photos; `make test` runs a third of it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { realPhotos, runTests, siteDate, test, until, uuid7, varied, withStack } from '../support/programs.mjs';
import { answersChecked } from '../support/openapi.mjs';
import { insist, scale, sha256 } from '../support/site.mjs';
import { vitals } from '../support/vitals.mjs';

const LOGS = Math.ceil(1000 * scale), PHOTOS = Math.max(20, Math.ceil(200 * scale * scale)), KILLS = 5;

test(`offline: ${LOGS} logs and ${PHOTOS} photos, the board killed ${KILLS} times`, () => withStack({ check: answersChecked() }, async (stack) => {
    const board = await stack.startBoard('b-1');
    await stack.addUser(board, 'u-01', 'manager', '2468', 'Manager');
    const manager = await stack.client(board).signIn('u-01', '2468');
    const jpeg = fs.readFileSync(realPhotos(1)[0]);
    const logs = [], photos = new Map();
    const steps = LOGS + PHOTOS, every = Math.floor(steps / (KILLS + 1));
    for (let n = 0; n < steps; n++) {
        if (n % every === every - 1 && n / every < KILLS + 1 && logs.length) {
            await board.program.kill('SIGKILL');
            await stack.startBoard('b-1');
        }
        if (n % Math.floor(steps / PHOTOS) === 0 && photos.size < PHOTOS) {
            const id = uuid7(), bytes = varied(jpeg, n);
            await insist(() => manager.photo(bytes, { id, room: 'kitchen' }));
            photos.set(id, sha256(bytes));
        } else {
            const id = uuid7();
            await insist(() => manager.post('/daylogs', { id, date: siteDate(), done: [`第${n}项`] }));
            logs.push(id);
        }
    }
    const status = await manager.get('/status');
    assert.equal(status.link, 'down');
    assert.equal(status.photos.pending, photos.size);
    assert.ok(status.lanes.record.saved >= logs.length && status.lanes.record.received === 0);

    const well = vitals(board.program, board.where); // a backlog is no reason to grow
    await stack.startBroker();
    await stack.startHub();
    await stack.addUser(null, 'o-01', 'office', '1357', 'Office');
    const office = await stack.hubClient({ site: 's-1' }).signIn('o-01', '1357');
    await until('everything is received', async () => {
        const { lanes, photos: left } = await manager.get('/status');
        return lanes.record.received === lanes.record.saved && lanes.photo.received === lanes.photo.saved && left.pending === 0;
    }, 120000);

    await well();
    const there = (await office.timeline()).reverse();
    const arrived = there.filter((entry) => entry.type === 'daylog-submitted').map((entry) => entry.id);
    assert.deepEqual(arrived, logs, 'every log once, in the order in which they were written');
    const pictures = there.filter((entry) => entry.type === 'photo-taken').map((entry) => entry.id);
    assert.deepEqual(pictures, [...photos.keys()]);
    for (const [id, hash] of photos) assert.equal(sha256((await office.call('GET', `/photos/${id}`)).body), hash);
    for (const lane of ['alert', 'record', 'photo']) {
        const numbers = there.filter((entry) => entry.writer === 'b-1' && entry.lane === lane).map((entry) => entry.ordinal);
        assert.deepEqual(numbers, [...numbers].sort((a, b) => a - b), `${lane}: in order`);
    }
    for (const conf of [board.conf, stack.hubConf]) assert.equal((await stack.ctl(conf, 'verify')).code, 0);
}));

await runTests();
