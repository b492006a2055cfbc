// SPDX-License-Identifier: MIT
// Reads sync/asyncapi.yaml and the schemas, and makes of them what a reader of messages needs. Knows nothing of the programs.
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';
import ajvModule from 'ajv/dist/2020.js';
import formatsModule from 'ajv-formats';
import cloudEventsModule from 'cloudevents';
import yaml from 'js-yaml';

const Ajv = ajvModule.default ?? ajvModule;
const addFormats = formatsModule.default ?? formatsModule;
const { CloudEvent } = cloudEventsModule;

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const document_path = join(root, 'sync', 'asyncapi.yaml');
const schema_dir = join(root, 'sync', 'wire', 'schema');

export function newAjv() {
  const ajv = new Ajv({ allErrors: false, strict: true, strictRequired: false, strictTypes: false });
  addFormats(ajv);
  return ajv;
}

// All schema files by their path below sync/wire/schema.
export function schemaFiles() {
  const files = new Map();
  for (const folder of ['', 'data/'])
    for (const name of readdirSync(join(schema_dir, folder)).sort())
      if (name.endsWith('.json')) files.set(folder + name, JSON.parse(readFileSync(join(schema_dir, folder + name), 'utf8')));
  return files;
}

const schema_url = 'https://sitelog.org/wire/v1/schema/';

// References of asyncapi.yaml into the schema files become those files' identities.
function absolute(value) {
  if (Array.isArray(value)) return value.map(absolute);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) =>
    [key, key === '$ref' ? inner.replace(/^\.\/wire\/schema\//, schema_url) : absolute(inner)]));
}

const last = (reference) => reference.split('/').at(-1);

// What a reader needs of the document: { channels: [{ id, address, match(topic) → params or null, messages: [{ name, schema, validate }] }] }
export function readDocument() {
  const document = yaml.load(readFileSync(document_path, 'utf8'));
  const ajv = newAjv();
  for (const schema of schemaFiles().values()) ajv.addSchema(schema);
  const messages = Object.fromEntries(Object.entries(document.components.messages).map(([id, message]) => {
    const schema = absolute(message.payload);
    return [id, { name: message.name, schema, validate: ajv.compile(schema) }];
  }));
  const channels = Object.entries(document.channels).map(([id, channel]) => {
    const names = [];
    const expression = new RegExp('^' + channel.address.replace(/\{([a-z]+)\}/g, (_, name) => (names.push(name), '([^/]+)')) + '$');
    const allowed = Object.fromEntries(names.map((name) => [name, document.components.parameters[name].enum]));
    return {
      id,
      address: channel.address,
      messages: Object.values(channel.messages).map((m) => messages[last(m.$ref)]),
      match(topic) {
        const found = expression.exec(topic);
        if (!found) return null;
        const params = Object.fromEntries(names.map((name, i) => [name, found[i + 1]]));
        return names.every((name) => !allowed[name] || allowed[name].includes(params[name])) ? params : null;
      },
    };
  });
  return { channels };
}

export function channelOf(documents, topic) {
  // the fixed names (hello, ack, beat, hub/state) have as many levels as they have: no two addresses fit one topic
  for (const channel of documents.channels) {
    const params = channel.match(topic);
    if (params) return { channel, params };
  }
  return null;
}

function firstError(validate) {
  const e = validate.errors?.[0];
  return e ? `${e.instancePath || '/'} ${e.message}` : '';
}

export function decode(bytes) {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}

// What is wrong with a message on a topic, as sentences; none: it is as the documents say.
// { problems, kind: 'event' | 'hello' | 'ack' | 'beat' | 'state' | 'hubState' | null, value, params, known }
export function check(documents, envelopeOnly, topic, bytes) {
  const problems = [];
  const found = channelOf(documents, topic);
  if (!found) return { problems: ['no channel has this topic'], kind: null };
  const { channel, params } = found;
  const is_event = channel.id.startsWith('event');
  const kind = is_event ? 'event' : channel.messages[0].name;
  let value;
  try {
    value = decode(bytes);
  } catch (error) {
    return { problems: [`not JSON in UTF-8: ${error.message}`], kind, params };
  }
  if (!is_event) {
    const { validate } = channel.messages[0];
    if (!validate(value)) problems.push(firstError(validate));
    return { problems, kind, value, params, known: true };
  }
  if (bytes.length > 65536) problems.push(`${bytes.length} bytes`);
  const message = channel.messages.find((m) => m.name === value?.type);
  const validate = message ? message.validate : envelopeOnly;
  if (!validate(value)) problems.push(firstError(validate));
  else problems.push(...agreement(params, value), ...cloudEvent(value));
  return { problems, kind, value, params, known: Boolean(message) };
}

// A topic repeats what the event says.
function agreement(params, event) {
  const problems = [];
  const [, , org, site, writer] = event.source.split('/');
  const type = event.type.replace(/^org\.sitelog\./, '').replace(/\.v1$/, '').replace('.', '-');
  if (org !== params.org || site !== params.site) problems.push(`source ${event.source} is of another site than the topic`);
  if (writer !== event.writer) problems.push(`source ${event.source} is of another writer`);
  if (event.lane !== params.lane) problems.push(`lane ${event.lane}, but ${params.lane} in the topic`);
  if (type !== params.type) problems.push(`type ${event.type}, but ${params.type} in the topic`);
  if (params.board === 'hub' && event.writer !== 'hub') problems.push(`an event of ${event.writer} in the hub's feed`);
  return problems;
}

function cloudEvent(event) {
  try {
    new CloudEvent(event, true);
    return [];
  } catch (error) {
    return [`no CloudEvent: ${error.message} ${JSON.stringify(error.errors ?? '')}`];
  }
}

// The validator of a bare envelope, for types that the document does not have.
export function envelopeValidator() {
  const ajv = newAjv();
  for (const schema of schemaFiles().values()) ajv.addSchema(schema);
  return ajv.getSchema(schemaFiles().get('envelope.json').$id);
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

// The first 40 bits of a hash as a watermark shows them.
export function photoCode(sha256) {
  let bits = BigInt('0x' + sha256.slice(0, 10));
  let code = '';
  for (let i = 0; i < 8; i++, bits >>= 5n) code = crockford[Number(bits & 31n)] + code;
  return code;
}
