// SPDX-License-Identifier: MIT
// The consumer itself, over a real broker: that it is content with what is right and finds each thing that is wrong. Starts mosquitto on a free port.
import { spawn } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import mqttModule from 'mqtt';

const here = dirname(fileURLToPath(import.meta.url));
const epoch = '01935d2a-1c00-7abc-8def-0123456789ab';
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
let ids = 0;

// A chain of notes; change(event, seq) spoils one before it is printed.
function chain(org, count, change = () => {}) {
  const events = [];
  let prev = sha256(epoch);
  for (let seq = 1; seq <= count; seq++) {
    const id = `01935d2a-1c00-7000-8000-${String(++ids).padStart(12, '0')}`;
    const event = { specversion: '1.0', id, source: `/sitelog/${org}/s-1/b-1`, type: 'org.sitelog.note.v1', subject: `note/${id}`,
      time: '2026-11-22T16:04:05.123+08:00', datacontenttype: 'application/json', writer: 'b-1', epoch, lane: 'record', seq, prev, rev: 1,
      actor: 'board', clock: 'ntp', boot: 1, mono: 1, data: { text: 'x' } };
    change(event, seq);
    const bytes = JSON.stringify(event);
    prev = sha256(bytes);
    events.push(bytes);
  }
  return events.map((bytes) => ({ topic: 'up/record/note', bytes }));
}

function beat(org, events, spoil = (b) => b) {
  const heads = { alert: { seq: 0, hash: sha256(epoch) }, record: { seq: events.length, hash: sha256(events.at(-1).bytes) },
    photo: { seq: 0, hash: sha256(epoch) } };
  let text = `sitelog-heads-v1\n${org}/s-1/b-1\n${epoch}`;
  for (const lane of ['alert', 'photo', 'record']) text += `\n${lane} ${heads[lane].seq} ${heads[lane].hash}`;
  const message = { epoch, heads, sig: sign(null, Buffer.from(text), privateKey).toString('base64'), key, health: {} };
  return { topic: 'up/beat', bytes: JSON.stringify(spoil(message)) };
}

const ack = (upto, name = 'ack', more = {}) => ({ topic: `dn/${name}`,
  bytes: JSON.stringify({ have: [{ writer: 'b-1', epoch, upto: { record: upto } }], window: 256, ...more }) });
const hello = (upto) => ack(upto, 'hello', { connect: 1, boot: 1, software: 'test' });

// what is published; the violation that has to be found (null: none)
const cases = {
  good: (org) => {
    const e = chain(org, 5);
    const state = { topic: 'state', bytes: JSON.stringify({ online: true, boot: 1, connect: 1, at: '2026-11-22T08:04:05Z' }) };
    return [[state, ...e, e[2], hello(0), ack(3), ack(5), beat(org, e), hello(2), ack(4)], null];
  },
  gap: (org) => [chain(org, 5).filter((_, i) => i !== 2), 'record 3 is missing'],
  beginning: (org) => [chain(org, 5).slice(1), 'begins with 2'],
  prev: (org) => [chain(org, 5, (e, seq) => { if (seq === 3) e.prev = sha256('other'); }), 'prev is not the hash of 2'],
  conflict: (org) => [[...chain(org, 3), ...chain(org, 1)], 'came with other bytes'],
  schema: (org) => [chain(org, 3, (e, seq) => { if (seq === 3) delete e.data.text; }), "required property 'text'"],
  lane: (org) => [chain(org, 2).map((m) => ({ ...m, topic: 'up/alert/note' })), 'lane record, but alert in the topic'],
  site: (org) => [chain(org, 2, (e) => { e.source = `/sitelog/${org}/s-2/b-1`; }), 'another site than the topic'],
  topic: () => [[{ topic: 'up/urgent/note', bytes: '{}' }], 'no channel'],
  json: () => [[{ topic: 'up/ack', bytes: '{' }], 'not JSON'],
  backwards: () => [[hello(0), ack(5), ack(4)], 'goes back to 4'],
  signature: (org) => {
    const e = chain(org, 3);
    return [[...e, beat(org, e, (b) => ({ ...b, heads: { ...b.heads, photo: { ...b.heads.photo, seq: 1 } } }))], 'signature does not fit'];
  },
  rewritten: (org) => [[...chain(org, 3), beat(org, chain(org, 3))], 'the signed head is another'],
};

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

const exited = (child) => new Promise((resolve) => child.on('exit', (code) => resolve(code)));
const ready = (child) => new Promise((resolve, reject) => {
  let text = '';
  child.stderr.on('data', (d) => { text += d; if (text.includes('READY')) resolve(); });
  child.on('exit', () => reject(new Error(`the consumer ended: ${text}`)));
});

async function connect(url, deadline) {
  for (;;) {
    try {
      return await mqttModule.connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0 });
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((r) => setTimeout(r, 50));
    }
  }
}

async function runCase(url, client, dir, name) {
  const org = `org-${name}`;
  const [messages, expected] = cases[name](org);
  const out = join(dir, `${name}.json`);
  const child = spawn(process.execPath, [join(here, 'consumer.mjs'), '--broker', url, '--org', org, '--seconds', '60', '--idle', '1', '--from-start',
    '--out', out], { stdio: ['ignore', 'inherit', 'pipe'] });
  const end = exited(child);
  await ready(child);
  for (const { topic, bytes } of messages) await client.publishAsync(`sitelog/v1/${org}/s-1/b-1/${topic}`, bytes, { qos: 1 });
  const code = await end;
  const summary = JSON.parse(readFileSync(out, 'utf8'));
  const found = summary.first_violations.map((v) => v.problem).join('; ');
  const good = expected === null ? code === 0 && summary.events === 5 && summary.repeats === 1 : code === 1 && found.includes(expected);
  return good ? null : `${name}: exit ${code}, found: ${found || 'nothing'}; expected: ${expected ?? 'nothing'}`;
}

const dir = mkdtempSync(join(tmpdir(), 'sitelog-interop-'));
const port = await freePort();
writeFileSync(join(dir, 'mosquitto.conf'), `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
const broker = spawn('mosquitto', ['-c', join(dir, 'mosquitto.conf')], { stdio: 'ignore', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } });
const url = `mqtt://127.0.0.1:${port}`;
const failed = [];
let passed = 0;
try {
  const client = await connect(url, Date.now() + 10000);
  const names = Object.keys(cases);
  while (names.length) { // a few at a time: each is a process
    for (const problem of await Promise.all(names.splice(0, 4).map((name) => runCase(url, client, dir, name))))
      if (problem) failed.push(problem);
      else passed++;
  }
  client.end(true);
} finally {
  broker.kill();
  rmSync(dir, { recursive: true, force: true });
}
for (const what of failed) console.error('FAILED: ' + what);
console.log(`consumer: ${passed} passed, ${failed.length} failed`);
if (process.env.SITELOG_COUNTS) appendFileSync(process.env.SITELOG_COUNTS, `${passed} ${failed.length}\n`);
process.exit(failed.length === 0 && passed > 0 ? 0 : 1);
