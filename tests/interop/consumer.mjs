// SPDX-License-Identifier: MIT
// An independent reader: subscribes to everything of an org and holds each message, and what lies between messages, to the documents.
//
//   node consumer.mjs --broker mqtt://127.0.0.1:1883 --org acme [--seconds N] [--idle N] [--from-start] [--events N] [--out FILE]
//                     [--user U --password P] [--ca FILE --cert FILE --key FILE]
//
// Ends after --seconds, after --idle seconds without a message (once something came), or on SIGINT/SIGTERM. --from-start: it listened before anything
// was published, so every chain has to begin with 1. --events: fewer are a failure. Writes a summary as JSON to --out (else to stdout), "READY" to
// stderr when it has subscribed, and exits 1 at a violation, 2 when it could not listen.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import mqttModule from 'mqtt';
import { Chains } from './chains.mjs';
import { check, envelopeValidator, photoCode, readDocument } from './documents.mjs';

const text = { type: 'string' };
const { values: options } = parseArgs({
  options: { broker: text, org: text, seconds: text, idle: text, events: text, out: text, user: text, password: text, ca: text, cert: text,
    key: text, 'from-start': { type: 'boolean' } },
});
if (!options.broker || !options.org) {
  console.error('usage: consumer.mjs --broker URL --org ORG (see the head of the file)');
  process.exit(2);
}

const documents = readDocument();
const envelopeOnly = envelopeValidator();
const chains = new Chains();
const counts = { event: 0, hello: 0, ack: 0, beat: 0, state: 0, hubState: 0 };
const types = {};
const violations = [];
let violation_count = 0;
let last_ms = 0;

function violation(topic, problem) {
  violation_count++;
  if (violations.length < 100) violations.push({ topic, problem });
}

function receive(topic, bytes) {
  last_ms = Date.now();
  if (bytes.length === 0) return; // a retained message was cleared
  const { problems, kind, value, params, known } = check(documents, envelopeOnly, topic, bytes);
  const found = [...problems];
  if (kind) counts[kind]++;
  if (found.length === 0) {
    if (kind === 'event') {
      types[value.type] = (types[value.type] ?? 0) + 1;
      found.push(...chains.event(value, bytes));
      if (known && value.data.code && value.data.code !== photoCode(value.data.sha256)) found.push('code is not that of sha256');
    } else if (kind === 'ack' || kind === 'hello') {
      found.push(...chains.ack(topic, value, kind === 'hello'));
    } else if (kind === 'beat') {
      found.push(...chains.beat(params, value));
    }
  }
  for (const problem of found) violation(topic, problem);
}

const file = (name) => (name ? readFileSync(name) : undefined);
const client = mqttModule.connect(options.broker, {
  clientId: `interop-${process.pid}-${Date.now().toString(36)}`,
  protocolVersion: 4, clean: true, connectTimeout: 10000, reconnectPeriod: 0,
  username: options.user, password: options.password,
  ca: file(options.ca), cert: file(options.cert), key: file(options.key),
});

function finish(code) {
  client.end(true);
  for (const problem of chains.finish(options['from-start'])) violation('', problem);
  const events = Object.values(chains.summary()).reduce((sum, c) => sum + c.events, 0);
  if (options.events && events < Number(options.events)) violation('', `${events} events came, ${options.events} were expected`);
  const summary = { ok: violation_count === 0 && code === 0, counts, events, repeats: chains.repeats, types, chains: chains.summary(),
    violations: violation_count, first_violations: violations };
  const json = JSON.stringify(summary, null, 1) + '\n';
  if (options.out) writeFileSync(options.out, json);
  else process.stdout.write(json);
  process.exit(code || (violation_count ? 1 : 0));
}

client.on('error', (error) => {
  console.error(`consumer: ${error.message}`);
  finish(2);
});
client.on('close', () => finish(2));
client.on('message', receive);
client.on('connect', async () => {
  const base = `sitelog/v1/${options.org}`;
  const granted = await client.subscribeAsync([`${base}/+/+/up/#`, `${base}/+/+/dn/#`, `${base}/+/+/state`, `${base}/hub/state`], { qos: 1 });
  if (granted.some((g) => g.qos > 2)) {
    console.error('consumer: the broker refused a subscription');
    finish(2);
  }
  console.error('READY');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => finish(0));
if (options.seconds) setTimeout(() => finish(0), Number(options.seconds) * 1000);
if (options.idle)
  setInterval(() => {
    if (last_ms && Date.now() - last_ms > Number(options.idle) * 1000) finish(0);
  }, 200);
