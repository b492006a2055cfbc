// SPDX-License-Identifier: MIT
// Holds the documents to themselves (AsyncAPI's own parser, every schema, every example) and, with --samples DIR, the code to the documents: DIR
// holds what the C unit test test_documents wrote. Prints what failed, appends "passed failed" to $SITELOG_COUNTS, exits 1 when anything did.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import parserModule from '@asyncapi/parser';
import { check, document_path, envelopeValidator, newAjv, photoCode, readDocument, schemaFiles } from './documents.mjs';

let passed = 0;
const failed = [];
const ok = (good, what) => (good ? passed++ : failed.push(what));

const parsed = await new parserModule.Parser().parse(readFileSync(document_path, 'utf8'), { source: document_path });
const serious = parsed.diagnostics.filter((d) => d.severity <= 1); // errors and warnings
ok(parsed.document && serious.length === 0, 'asyncapi.yaml: ' + serious.map((d) => `${d.path.join('.')}: ${d.message}`).join('; '));
const documents = readDocument();
ok(parsed.document?.channels().all().length === documents.channels.length, 'asyncapi.yaml: the parser sees other channels than the reader');

// ---- the schemas by themselves ----
const files = schemaFiles();
const ajv = newAjv();
for (const schema of files.values()) ajv.addSchema(schema);
for (const [path, schema] of files) {
  let validate = null;
  try {
    validate = ajv.getSchema(schema.$id);
  } catch (error) {
    failed.push(`${path}: ${error.message}`);
    continue;
  }
  ok(validate && schema.$id.endsWith('/schema/' + path), `${path} does not compile, or its $id is another file's`);
  if (!path.startsWith('data/') || !validate) continue;
  ok(schema.examples?.length > 0, `${path} has no example`);
  for (const example of schema.examples ?? []) {
    ok(validate(example), `${path}: its example is refused: ${ajv.errorsText(validate.errors)}`);
    if (example.code) ok(photoCode(example.sha256) === example.code, `${path}: the example's code is ${photoCode(example.sha256)}`);
  }
}

// ---- every type of event has a schema and a message, and the other way round ----
const events = documents.channels.find((c) => c.id === 'eventUp')?.messages ?? [];
const names = new Set(events.map((m) => m.name.replace(/^org\.sitelog\./, '').replace(/\.v1$/, '')));
const data = [...files.keys()].filter((f) => f.startsWith('data/')).map((f) => f.slice(5, -5));
for (const name of data) ok(names.has(name), `asyncapi.yaml has no message for schema/data/${name}.json`);
for (const name of names) ok(data.includes(name), `there is no schema/data/${name}.json`);
const down = documents.channels.find((c) => c.id === 'eventDown')?.messages ?? [];
ok(down.length === events.length, 'eventUp and eventDown differ in their messages');

// ---- what the code makes and takes ----
const at = process.argv.indexOf('--samples');
if (at > 0) {
  const dir = process.argv[at + 1];
  const envelopeOnly = envelopeValidator();
  const lines = readFileSync(join(dir, 'samples.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
  ok(lines.length > 50, `only ${lines.length} samples`);
  for (const { topic, bytes, valid, what } of lines) {
    const result = check(documents, envelopeOnly, topic, Buffer.from(bytes, 'base64'));
    const good = result.problems.length === 0;
    ok(good === valid, `${what}: the code says ${valid ? 'fine' : 'no'}, the documents say ${good ? 'fine' : result.problems[0]}`);
  }
  if (existsSync(join(dir, 'types.json'))) {
    for (const { name, lane, kind } of JSON.parse(readFileSync(join(dir, 'types.json'), 'utf8'))) {
      const message = events.find((m) => m.name === `org.sitelog.${name}.v1`);
      ok(message, `the code knows ${name}, asyncapi.yaml does not`);
      if (!message) continue;
      const own = message.schema.allOf[1].properties;
      ok(own.lane.const === lane, `${name}: lane ${lane} in the code, ${own.lane.const} in asyncapi.yaml`);
      ok(own.subject.pattern === `^${kind}/`, `${name}: subject ${kind}/ in the code, ${own.subject.pattern} in asyncapi.yaml`);
    }
  }
}

for (const what of failed) console.error('FAILED: ' + what);
console.log(`docs: ${passed} passed, ${failed.length} failed`);
if (process.env.SITELOG_COUNTS) appendFileSync(process.env.SITELOG_COUNTS, `${passed} ${failed.length}\n`);
process.exit(failed.length === 0 && passed > 0 ? 0 : 1);
