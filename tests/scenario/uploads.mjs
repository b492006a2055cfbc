// SPDX-License-Identifier: MIT
// Photo bytes over a bad line: connections cut at random offsets, and a server that takes connections and says nothing. What arrives is whole, and at most
// 1.15 × its bytes were sent. SEED=n repeats a run.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import { answersChecked } from '../support/openapi.mjs';
import { realPhotos, runTests, test, until, varied, withStack } from '../support/programs.mjs';
import { Proxy } from '../support/proxy.mjs';
import { addManager, addOffice, allReceived, log, randoms, scale, thereOnce, verifyClean } from '../support/site.mjs';
import { vitals } from '../support/vitals.mjs';

const PHOTOS = Math.ceil(10 * scale), CUTS = PHOTOS;
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

// Broker and hub, and a board whose photos go by way of `port`.
async function site(stack, port) {
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1', { env: { SITELOG_UPLOAD_URL: `http://127.0.0.1:${port}` } });
    return { board, manager: await addManager(stack, board), office: await addOffice(stack) };
}

test(`${PHOTOS} photos of 8 MB, cut off ${CUTS} times at random offsets (SEED=${seed})`, () => withStack({ check: answersChecked() }, async (stack) => {
    const random = randoms(seed);
    await stack.startBroker();
    await stack.startHub();
    let left = CUTS, at = 100_000 + random() * 8e6;
    const proxy = await Proxy.start(stack.hubWhere.port, {
        cut: (sent) => {
            if (left === 0 || sent < at) return false;
            left--;
            at = 100_000 + random() * 8e6;
            return true;
        },
    });
    const board = await stack.startBoard('b-1', { env: { SITELOG_UPLOAD_URL: `http://127.0.0.1:${proxy.port}` } });
    const manager = await addManager(stack, board), office = await addOffice(stack);
    const big = fs.readFileSync(realPhotos(1, 9_000_000, true)[0]);
    const photos = new Map();
    for (let i = 0; i < PHOTOS; i++) {
        const bytes = varied(big, i);
        photos.set((await manager.photo(bytes)).id, bytes);
    }
    await allReceived(manager, 300000);
    await thereOnce(office, [], photos);
    const whole = [...photos.values()].reduce((sum, bytes) => sum + bytes.length, 0);
    console.log(`     ${proxy.cuts} cuts, ${(proxy.up / whole).toFixed(3)} × the bytes`);
    assert.ok(proxy.cuts > 0);
    assert.ok(proxy.up <= 1.15 * whole, `${proxy.up} bytes were sent for ${whole}`);
    await verifyClean(stack, board.conf, stack.hubConf);
    await proxy.close();
}));

test('photos come in on a free port of their own, which the hub writes down', () => withStack({ check: answersChecked() }, async (stack) => {
    await stack.startBroker();
    await stack.startHub('[upload]\nlisten = 127.0.0.1:0\n');
    const port = fs.readFileSync(`${stack.dir}/hub/upload.port`, 'utf8').trim();
    const board = await stack.startBoard('b-1', { env: { SITELOG_UPLOAD_URL: `http://127.0.0.1:${port}` } });
    const manager = await addManager(stack, board), office = await addOffice(stack);
    const bytes = fs.readFileSync(realPhotos(1)[0]), { id } = await manager.photo(bytes);
    await allReceived(manager);
    await thereOnce(office, [], new Map([[id, bytes]]));
    assert.match(String((await office.raw('GET', '/metrics')).body), /\nsitelog_photos_stored 1\n/);
}));

test('an upload server that takes connections and says nothing: all else goes on, and the photo arrives when it speaks', () => withStack({ check: answersChecked() }, async (stack) => {
    const silent = net.createServer((socket) => { socket.on('error', () => {}); socket.resume(); });
    await new Promise((done) => silent.listen(0, '127.0.0.1', done));
    const { port } = silent.address();
    const { board, manager, office } = await site(stack, port);
    const jpeg = varied(fs.readFileSync(realPhotos(1)[0]), 1);
    const photo = await manager.photo(jpeg);
    await until('it was tried', () => new Promise((done) => silent.getConnections((_, n) => done(n > 0))));
    const ids = [];
    for (let i = 0; i < 20; i++) {
        const began = Date.now();
        ids.push((await manager.post('/daylogs', log(`meanwhile ${i}`))).id);
        assert.ok(Date.now() - began < 5000, 'a log is answered at once');
    }
    await until('the records are received', async () => {
        const { lanes } = await manager.get('/status');
        return lanes.record.received === lanes.record.saved && lanes.photo.received === lanes.photo.saved;
    });
    assert.equal((await manager.get('/status')).photos.pending, 1);
    const well = vitals(board.program, board.where);
    await well();
    const began = Date.now();
    assert.equal(await board.program.kill('SIGTERM'), 0);
    assert.ok(Date.now() - began < 5000, 'it stops within 5 s');
    await new Promise((done) => silent.close(done));
    board.program.env.SITELOG_UPLOAD_URL = `http://127.0.0.1:${stack.hubWhere.port}`;
    await stack.startBoard('b-1');
    await allReceived(manager);
    await thereOnce(office, ids, new Map([[photo.id, jpeg]]));
}));

await runTests();
