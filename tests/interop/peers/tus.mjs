// SPDX-License-Identifier: MIT
// Photo bytes with what others wrote for tus: a board sends to the official server (there is no head office: the broker's word and the server's
// completion count), and the official client sends to head office's receiver.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { FileStore } from '@tus/file-store';
import { Server } from '@tus/server';
import * as tus from 'tus-js-client';
import { Proxy } from '../../support/proxy.mjs';
import { realPhotos, request, runTests, test, until, uuid7, varied, withStack } from '../../support/programs.mjs';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

// The official server, behind a proxy that breaks connections off as `cut` says.
async function officialServer(stack, { cut } = {}) {
    const directory = path.join(stack.dir, 'tus');
    fs.mkdirSync(directory, { recursive: true });
    const server = new Server({ path: '/tus', datastore: new FileStore({ directory }), respectForwardedHeaders: false });
    const listener = server.listen({ host: '127.0.0.1', port: 0 });
    await new Promise((done) => listener.once('listening', done));
    const proxy = await Proxy.start(listener.address().port, { cut });
    return {
        proxy,
        port: proxy.port,
        async close() {
            await proxy.close();
            listener.closeAllConnections();
            await new Promise((done) => listener.close(done));
        },
        // Finished uploads by what they said that they are: hash → {bytes, variant}.
        stored() {
            const all = new Map();
            for (const name of fs.readdirSync(directory).filter((file) => file.endsWith('.json'))) {
                const { id, size, metadata } = JSON.parse(fs.readFileSync(path.join(directory, name), 'utf8'));
                const bytes = fs.readFileSync(path.join(directory, id));
                if (bytes.length === size) all.set(metadata.sha256, { bytes, ...metadata });
            }
            return all;
        },
    };
}

async function boardOf(stack, server) {
    await stack.startBroker();
    stack.hubWhere = { port: server.port };
    const board = await stack.startBoard('b-1', { env: { SITELOG_MQTT_CONFIRM: 'broker' } });
    await stack.addUser(board, 'u-01', 'manager', '2468', 'Manager');
    return { board, manager: await stack.client(board).signIn('u-01', '2468') };
}

async function allStored(manager, server, photos) {
    await until('nothing is pending', async () => (await manager.get('/status')).photos.pending === 0, 120000);
    const stored = server.stored();
    for (const photo of photos) {
        assert.equal(sha256(stored.get(photo.sha256).bytes), photo.sha256, 'the bytes at the server are the bytes that were taken');
        assert.equal(stored.get(photo.sha256).variant, 'original');
        assert.equal(stored.get(photo.sha256).board, 'b-1');
        assert.equal(sha256(stored.get(photo.thumb_sha256).bytes), photo.thumb_sha256);
    }
    assert.equal(stored.size, new Set(photos.flatMap((photo) => [photo.sha256, photo.thumb_sha256])).size, 'each once');
}

test('the official server takes what a board sends', () => withStack({}, async (stack) => {
    const server = await officialServer(stack);
    const { manager } = await boardOf(stack, server);
    const photos = [];
    for (const file of realPhotos(3)) photos.push(await manager.photo(fs.readFileSync(file)));
    await allStored(manager, server, photos);
    await server.close();
}));

test('cut off again and again, and killed in between: it is resumed', () => withStack({}, async (stack) => {
    let left = 4;
    const server = await officialServer(stack, { cut: (sent) => sent > 60000 && left > 0 && left-- > 0 });
    const { board, manager } = await boardOf(stack, server);
    const [jpeg] = realPhotos(7).slice(-1).map((file) => fs.readFileSync(file));
    const photos = [];
    for (let i = 0; i < 3; i++) photos.push(await manager.photo(varied(jpeg, i)));
    await until('something came', () => server.proxy.up > 100000);
    await board.program.kill('SIGKILL');
    await stack.startBoard('b-1');
    await allStored(manager, server, photos);
    assert.equal(server.proxy.cuts, 4);
    const whole = [...server.stored().values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
    // What was on its way is lost with each of the five connections: at most what the board lets the kernel hold, and the server's own buffers.
    assert.ok(server.proxy.up <= whole + 5 * 200_000, `${server.proxy.up} bytes for ${whole}`);
    await server.close();
}));

// One upload by the official client; gives {url} or throws its error. stop: aborts after so many bytes, and gives the URL to go on from.
function upload(stack, bytes, { metadata, url, stop, chunk = 50000, retry = null } = {}) {
    return new Promise((done, fail) => {
        const one = new tus.Upload(bytes, {
            endpoint: `http://127.0.0.1:${stack.hubWhere.port}/tus/`, uploadUrl: url, chunkSize: chunk, retryDelays: retry,
            metadata: { board: 'b-9', photo: uuid7(), sha256: sha256(bytes), filetype: 'image/jpeg', variant: 'original', ...metadata },
            onError: fail,
            onSuccess: () => done({ url: one.url }),
            onChunkComplete: (size, sent) => {
                if (!stop || sent < stop) return;
                stop = 0;
                one.abort().then(() => done({ url: one.url }), fail);
            },
        });
        one.start();
    });
}

const have = async (stack, ...hashes) => (await request(stack.hubWhere, 'POST', '/api/v1/blobs/have', { body: { sha256: hashes } })).json.have;

test('head office’s receiver takes what the official client sends: whole, in parts, broken off, resumed', () => withStack({}, async (stack) => {
    await stack.startBroker();
    await stack.startHub();
    const [one, two] = realPhotos(2).map((file) => fs.readFileSync(file));
    await upload(stack, one);
    const { url } = await upload(stack, two, { stop: 50000 });
    assert.deepEqual(await have(stack, sha256(one), sha256(two)), [sha256(one)]);
    await stack.hub.kill('SIGKILL');
    await stack.startHub();
    const offset = Number((await request(stack.hubWhere, 'HEAD', new URL(url).pathname, { headers: { 'Tus-Resumable': '1.0.0' } })).headers['upload-offset']);
    assert.ok(offset >= 50000 && offset < two.length, `it goes on at ${offset}`);
    await upload(stack, two, { url });
    assert.deepEqual((await have(stack, sha256(one), sha256(two))).sort(), [sha256(one), sha256(two)].sort());
    // Once more, at one go: the receiver has it, says so (409, then HEAD), and nothing is sent again.
    await upload(stack, two, { chunk: Infinity, retry: [0, 100] });
}));

test('bytes that are not what their hash says are refused and deleted; an upload can be taken back', () => withStack({}, async (stack) => {
    await stack.startBroker();
    await stack.startHub();
    const [jpeg] = realPhotos(1).map((file) => fs.readFileSync(file));
    const wrong = sha256(Buffer.from('something else'));
    await assert.rejects(upload(stack, jpeg, { metadata: { sha256: wrong } }), (error) => error.originalResponse.getStatus() === 460);
    assert.deepEqual(await have(stack, wrong, sha256(jpeg)), []);
    const { url } = await upload(stack, jpeg, { stop: 50000 });
    await tus.Upload.terminate(url);
    const after = await request(stack.hubWhere, 'HEAD', new URL(url).pathname, { headers: { 'Tus-Resumable': '1.0.0' } });
    assert.ok([404, 410].includes(after.status), String(after.status));
}));

await runTests();
