// SPDX-License-Identifier: MIT
// Brokers that accept and forget, are slow, silent, refuse, or talk garbage; name look-ups that hang; TLS that stalls; two boards with one identity; and a
// backlog over a slow line, which an alert overtakes. Whoever stands at the board notices nothing but the header; when the line is good again, all is there once.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { FaultBroker } from '../support/fault-broker.mjs';
import { Writer, aLog } from '../support/forger.mjs';
import { answersChecked } from '../support/openapi.mjs';
import { freePort, realPhotos, runTests, test, until, uuid7, varied, withStack } from '../support/programs.mjs';
import { Proxy } from '../support/proxy.mjs';
import { addManager, addOffice, agree, allReceived, log, scale, thereOnce, verifyClean } from '../support/site.mjs';
import { vitals } from '../support/vitals.mjs';

const mqtt = createRequire(import.meta.url)('mqtt');
const LOGS = Math.ceil(100 * scale);

// Logs and a photo, each answered at once whatever the network does.
async function work(manager, n = LOGS) {
    const ids = [], jpeg = varied(fs.readFileSync(realPhotos(1)[0]), n);
    for (let i = 0; i < n; i++) {
        const began = Date.now();
        ids.push((await manager.post('/daylogs', log(`${i}`))).id);
        assert.ok(Date.now() - began < 5000, 'a log is answered at once');
    }
    return { ids, photos: new Map([[(await manager.photo(jpeg)).id, jpeg]]) };
}

// The line is good again.
async function mended(stack, { board, manager }, { ids, photos }) {
    await stack.startBroker();
    await stack.startHub();
    const office = await addOffice(stack);
    await allReceived(manager);
    await agree(manager, office);
    await thereOnce(office, ids, photos);
    await verifyClean(stack, board.conf, stack.hubConf);
}

// Half of an endless packet is noticed by the keepalive of 60 s only: at full size.
for (const kind of ['forgets', 'slow', 'silent', 'refuses', 'garbage', 'truncated', ...(scale < 1 ? [] : ['endless'])]) {
    test(`a broker that is bad: ${kind}`, () => withStack({ check: answersChecked() }, async (stack) => {
        stack.brokerPort = await freePort();
        const broker = await FaultBroker.start(stack.brokerPort, kind);
        const board = await stack.startBoard('b-1'), manager = await addManager(stack, board);
        await until('the board tries', () => broker.connects > 0);
        const well = vitals(board.program, board.where);
        const done = await work(manager);
        if (kind === 'forgets' || kind === 'slow')
            await until('it says that something was sent', async () => (await manager.get('/status')).lanes.record.sent > 0);
        else
            await until('it is tried again', () => broker.connects > 1, 120000);
        const { lanes } = await manager.get('/status');
        assert.equal(lanes.record.received, 0, 'nothing counts as received');
        await well();
        await broker.stop();
        await mended(stack, { board, manager }, done);
    }));
}

// A library that goes before libc's: looking up this name takes a minute.
function hangingLookups(stack) {
    const source = stack.write('hang.c', `#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>
int getaddrinfo(const char *n, const char *s, const struct addrinfo *h, struct addrinfo **o) {
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    if (n && strcmp(n, "office.example") == 0) { sleep(60); return EAI_AGAIN; }
    return real(n, s, h, o);
}
`);
    const library = path.join(stack.dir, 'hang.so');
    execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl']);
    return library;
}

test('name look-ups that hang: capturing goes on, and it stops within 5 s', () => withStack({ check: answersChecked() }, async (stack) => {
    const env = { LD_PRELOAD: hangingLookups(stack), SITELOG_MQTT_HOST: 'office.example', SITELOG_UPLOAD_URL: 'http://office.example:9' };
    const board = await stack.startBoard('b-1', { env }), manager = await addManager(stack, board);
    const done = await work(manager);
    assert.equal((await manager.get('/status')).link, 'down');
    const began = Date.now();
    assert.equal(await board.program.kill('SIGTERM'), 0);
    assert.ok(Date.now() - began < 5000, `it stopped after ${Date.now() - began} ms`);
    board.program.env = {};
    await stack.startBoard('b-1');
    await mended(stack, { board, manager }, done);
}));

test('TLS that stalls, at the broker and at the upload server', () => withStack({ check: answersChecked() }, async (stack) => {
    let connections = 0;
    const silent = net.createServer((socket) => { connections++; socket.on('error', () => {}); socket.resume(); });
    await new Promise((done) => silent.listen(0, '127.0.0.1', done));
    const { port } = silent.address();
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1',
        '-keyout', `${stack.dir}/key.pem`, '-out', `${stack.dir}/ca.pem`], { stdio: 'ignore' });
    const env = { SITELOG_MQTT_PORT: String(port), SITELOG_MQTT_CA: `${stack.dir}/ca.pem`, SITELOG_UPLOAD_URL: `https://127.0.0.1:${port}` };
    const board = await stack.startBoard('b-1', { env }), manager = await addManager(stack, board);
    const done = await work(manager);
    await until('it tried', () => connections > 0);
    const began = Date.now();
    assert.equal(await board.program.kill('SIGTERM'), 0);
    assert.ok(Date.now() - began < 5000, `it stopped after ${Date.now() - began} ms`);
    await new Promise((closed) => silent.close(closed));
    board.program.env = {};
    await stack.startBoard('b-1');
    await mended(stack, { board, manager }, done);
}));

test('two boards with one identity: it is told, and nothing of either is lost', () => withStack({ check: answersChecked() }, async (stack) => {
    await stack.startBroker();
    await stack.startHub();
    const one = await stack.startBoard('b-1'), manager = await addManager(stack, one);
    const first = await work(manager, 20);
    // Its twin: the same settings, another folder and port.
    const where = { port: await freePort() };
    const conf = stack.write('twin.conf', fs.readFileSync(one.conf, 'utf8').replace(one.dir, `${stack.dir}/twin`).replace(`127.0.0.1:${one.where.port}`, `127.0.0.1:${where.port}`));
    const program = stack.add('sitelogd-twin', one.program.command, ['--config', conf]);
    const twin = { name: 'twin', where, conf, dir: `${stack.dir}/twin`, program };
    program.start();
    await stack.ready(program, where);
    const other = await addManager(stack, twin);
    const second = await work(other, 20);
    await until('one of them says so', () => [one.program, program].some((p) => /identity/.test(fs.readFileSync(p.log, 'utf8'))), 120000);
    const office = await addOffice(stack);
    await until('head office says so', async () => (await office.get('/api/v1/boards')).boards.some(({ findings }) => findings?.length), 60000);
    await program.kill('SIGTERM'); // somebody finds it; the first one goes on, and then the second is given its chance, alone
    await allReceived(manager);
    await one.program.kill('SIGTERM');
    program.start();
    await stack.ready(program, where);
    await allReceived(other);
    await thereOnce(office, [...first.ids, ...second.ids], new Map([...first.photos, ...second.photos]));
    await verifyClean(stack, stack.hubConf);
}));

test('an alert overtakes a backlog over a slow line, and a lane that a gap stalls', () => withStack({ check: answersChecked() }, async (stack) => {
    await stack.startBroker();
    await stack.startHub();
    const office = await addOffice(stack);
    const speaker = await mqtt.connectAsync(`mqtt://127.0.0.1:${stack.brokerPort}`, { protocolVersion: 4 });
    const said = [];
    speaker.on('message', (topic, bytes) => said.push(JSON.parse(bytes)));
    await speaker.subscribeAsync('sitelog/v1/acme/s-1/b-9/dn/ack', { qos: 1 });
    const writer = new Writer('b-9');
    const say = (bytes, lane, type) => speaker.publishAsync(`sitelog/v1/acme/s-1/b-9/up/${lane}/${type}`, bytes, { qos: 1 });
    const upto = (lane) => Math.max(0, ...said.flatMap(({ have }) => have).filter((have) => have.epoch === writer.epoch).map((have) => have.upto[lane] ?? 0));
    const hello = () => speaker.publishAsync('sitelog/v1/acme/s-1/b-9/up/hello', JSON.stringify({ have: [], rejected: [], blobs: [], window: 256, pause_ms: 0, connect: 1, boot: 1, software: 'forged', key: '' }), { qos: 1 });
    await hello();
    // A gap: record 3 comes before record 2, which never does for now. Alerts are taken all the same.
    await say(writer.next('daylog-submitted', aLog('one')), 'record', 'daylog-submitted');
    const two = writer.next('daylog-submitted', aLog('two')), three = writer.next('daylog-submitted', aLog('three'));
    await say(three, 'record', 'daylog-submitted');
    await until('head office asks for what is missing', () => said.some(({ resend }) => resend));
    await say(writer.next('alert-raised', { rule: 'camera-down' }, {}, 'alert'), 'alert', 'alert-raised');
    await until('the alert is acknowledged', () => upto('alert') === 1);
    assert.equal(upto('record'), 1);
    await say(two, 'record', 'daylog-submitted');
    await say(three, 'record', 'daylog-submitted');
    await until('the gap is closed', () => upto('record') === 3);

    // A fresh board fills itself over a line of 200 ms each way; meanwhile an alert comes.
    const BACKLOG = Math.ceil(3000 * scale);
    for (let i = 0; i < BACKLOG; i += 50) await Promise.all(Array.from({ length: 50 }, () => say(writer.next('daylog-submitted', aLog('x'.repeat(300))), 'record', 'daylog-submitted')));
    await until('head office has the backlog', () => upto('record') >= BACKLOG, 120000);
    const line = await Proxy.start(stack.brokerPort, { delay_ms: 200 });
    const board = await stack.startBoard('b-1', { env: { SITELOG_MQTT_PORT: String(line.port) } }), manager = await addManager(stack, board);
    const has = async (sql) => Number(execFileSync('sqlite3', ['-readonly', '-cmd', '.timeout 5000', `${board.dir}/journal.db`, sql], { encoding: 'utf8' }));
    await until('it is being filled', async () => (await has("SELECT count(*) FROM event WHERE type = 'daylog-submitted'")) > 100, 60000);
    const alert = uuid7();
    await say(writer.next('alert-raised', { rule: 'disk-low' }, { id: alert }, 'alert'), 'alert', 'alert-raised');
    await until('the alert is there', async () => (await has(`SELECT count(*) FROM event WHERE id = '${alert}'`)) === 1, 60000);
    const before = await has(`SELECT count(*) FROM event WHERE type = 'daylog-submitted' AND pos < (SELECT pos FROM event WHERE id = '${alert}')`);
    console.log(`     the alert came after ${before} of ${BACKLOG} records`);
    assert.ok(before < BACKLOG * 0.9, 'it overtook what was queued');
    await until('the backlog is there, too', async () => (await has("SELECT count(*) FROM event WHERE type = 'daylog-submitted'")) === BACKLOG + 3, 120000);
    await agree(manager, office);
    await verifyClean(stack, board.conf, stack.hubConf);
    await speaker.endAsync();
    await line.close();
}));

await runTests();
