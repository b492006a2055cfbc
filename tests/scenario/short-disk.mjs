// SPDX-License-Identifier: MIT
// A board's disk that fills up by and by, on a small file system of its own: it says so, then drops what head office has, oldest first, and tells that in
// an event; what head office has not is there to the last, through a kill in the midst of it; full, it refuses photos, and takes them when what could be
// dropped was dropped.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { asRoot, onDisk } from '../support/disk.mjs';
import { answersChecked } from '../support/openapi.mjs';
import { realPhotos, runTests, test, until, varied, withStack } from '../support/programs.mjs';
import { addManager, addOffice, agree, allReceived, log, sha256, thereOnce, verifyClean } from '../support/site.mjs';

asRoot(import.meta.url);

const MB = 1_000_000, SIZE_MB = 192, TOTAL = SIZE_MB << 20;

test('space runs short: what head office has goes first, what it has not never', () => withStack({ check: answersChecked() }, async (stack) => {
    await onDisk(`${stack.dir}/b-1`, SIZE_MB, async (disk) => {
        await stack.startBroker();
        await stack.startHub();
        const board = await stack.startBoard('b-1');
        const manager = await addManager(stack, board), office = await addOffice(stack);
        const jpeg = fs.readFileSync(realPhotos(1, 2 * MB, true)[0]);
        const received = [], unreceived = [], bytes = new Map();
        const take = async (list, count) => {
            for (let i = 0; i < count; i++) {
                const one = varied(jpeg, bytes.size), { id } = await manager.photo(one);
                bytes.set(id, one);
                list.push(id);
            }
        };
        await take(received, 16);
        await allReceived(manager);
        await stack.hub.kill('SIGTERM');
        await take(unreceived, 4);
        const has = async (id) => (await manager.raw('GET', `/api/v1/photos/${id}`)).status === 200;
        const here = async (ids) => (await Promise.all(ids.map(has))).filter(Boolean).length;
        const leave = (percent) => disk.fill(TOTAL * percent / 100);
        const level = async () => (await manager.get('/status')).disk.level;
        const wake = () => manager.post('/daylogs', log('space')); // it looks after commits, and every minute

        assert.equal(await level(), 'ok');
        for (const [percent, want] of [[19, 'low'], [14, 'no_timelapse']]) {
            leave(percent);
            assert.equal(await level(), want, `${percent} %`);
            await wake();
        }
        assert.equal(await here([...received, ...unreceived]), 20, 'nothing has to go yet');

        leave(9);
        await wake();
        await until('enough was dropped', async () => await here(received) < 16 && await level() === 'no_timelapse');
        const gone = [];
        for (const id of received) if (!await has(id)) gone.push(id);
        assert.deepEqual(gone, received.slice(0, gone.length), 'the oldest');
        assert.ok(gone.length >= 3 && gone.length <= 8, `${gone.length} of ${jpeg.length} bytes for 3 % of ${TOTAL}`);
        assert.equal(await here(unreceived), 4);
        const told = async () => (await manager.timeline()).filter((entry) => entry.type === 'photos-dropped');
        const [event] = await until('it is told', async () => (await told()).length && told());
        assert.deepEqual(event.data.sha256, gone.map((id) => sha256(bytes.get(id))));
        assert.equal(event.data.count, gone.length);
        assert.equal(event.data.bytes, gone.reduce((sum, id) => sum + bytes.get(id).length, 0));
        const answer = await manager.raw('GET', `/api/v1/photos/${gone[0]}`);
        assert.equal(answer.status, 410);
        assert.match(answer.json.detail, /head office/);
        assert.equal((await manager.raw('GET', `/api/v1/photos/${gone[0]}/thumb`)).status, 200, 'its thumbnail stays');
        const verified = JSON.parse((await stack.ctl(board.conf, '--json', 'verify')).out);
        assert.equal(verified.photos.dropped, gone.length);
        assert.ok(Date.parse(verified.photos.dropped_first) <= Date.parse(event.at) && Date.now() - Date.parse(verified.photos.dropped_last) < 60000, 'and when');

        disk.fill(1 * MB); // far too little, with 12 % free inside of photos.db
        await wake();
        await until('more is dropped', async () => await here(received) < 16 - gone.length);
        await board.program.kill('SIGKILL');
        await stack.startBoard('b-1');
        manager.where = board.where;
        await manager.signIn('u-01', '2468');
        await until('all that may go is gone', async () => await level() === 'no_timelapse' || await here(received) === 0);
        assert.equal(await here(unreceived), 4);
        const count = 16 - await here(received);
        await until('all is told', async () => (await told()).reduce((sum, entry) => sum + entry.data.count, 0) === count);
        assert.equal(new Set((await told()).flatMap((entry) => entry.data.sha256)).size, count, 'once each');

        await verifyClean(stack, board.conf);
        await take(unreceived, 2); // into the room that came free
        disk.free();
        assert.equal(await level(), 'ok');
        await stack.startHub();
        await allReceived(manager);
        await agree(manager, office);
        await thereOnce(office, [], bytes); // head office has every one of them
        await verifyClean(stack, board.conf, stack.hubConf);
        await board.program.kill('SIGTERM');
    });
}));

await runTests();
