// SPDX-License-Identifier: MIT
// What can be said of the screens' files without a browser: every word is there in both languages and used, nothing makes markup out of text,
// every import leads to a file, and the panel's page is small.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { runTests, test } from '../support/programs.mjs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const WEB = join(ROOT, 'app/web');
const PANEL_MAX = 120 * 1000;
const files = (folder) => readdirSync(join(WEB, folder)).map((name) => `${folder}/${name}`);
const read = (file) => readFileSync(join(WEB, file), 'utf8');
const all = ['panel', 'office', 'shared'].flatMap(files);
const scripts = all.filter((file) => file.endsWith('.js'));

// The tables as they stand; those modules need a document, so their text is read.
const tables = ['shared/words.js', 'shared/walkwords.js', 'shared/rarewords.js', 'office/words.js'];
const tableOf = (file) => new Map([...read(file).matchAll(/^ {4}'([^']+)': \['([^']*)', '([^']*)'\],$/gm)].map(([, key, zh, en]) => [key, { zh, en }]));
const words = new Map(tables.flatMap((file) => [...tableOf(file)]));

test('every word is there in Chinese and English', () => {
    assert.ok(words.size > 200, `only ${words.size} words were found`);
    for (const [key, { zh, en }] of words) {
        assert.ok(zh && en, key);
        const holes = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort().join();
        assert.equal(holes(zh), holes(en), `${key}: both languages fill in the same`);
    }
});

// setTimeout and Date.now by hand: tick(ms) lets time pass, and what hangs on it run.
async function withClock(run) {
    const real = { setTimeout, clearTimeout, now: Date.now };
    let now = 1000, ids = 0;
    const timers = new Map();
    globalThis.setTimeout = (fn, ms, ...args) => timers.set(++ids, { at: now + ms, run: () => fn(...args) }) && ids;
    globalThis.clearTimeout = (id) => timers.delete(id);
    Date.now = () => now;
    const settle = () => new Promise((done) => setImmediate(done));
    try {
        await run(async (ms) => {
            await settle();
            for (const end = now + ms; now < end;) {
                now++;
                for (const [id, timer] of [...timers]) {
                    if (timer.at > now || !timers.delete(id)) continue;
                    timer.run();
                    await settle();
                }
            }
        });
    } finally {
        Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
        Date.now = real.now;
    }
}

test('what is read again soon is read once, also when nothing rests, and never twice at once', () => withClock(async (tick) => {
    const { debounce } = await import(pathToFileURL(join(WEB, 'shared/dom.js')));
    const began = [], ends = [];
    const soon = debounce((what) => {
        began.push(what);
        return new Promise((end) => ends.push(end));
    }, 40);
    for (const what of ['a', 'b']) soon(what);
    await tick(39);
    assert.deepEqual(began, []);
    await tick(1);
    assert.deepEqual(began, ['b'], 'the last of several');
    soon('c');
    soon('d');
    await tick(200);
    assert.deepEqual(began, ['b'], 'the one before has no answer yet');
    ends.pop()();
    await tick(40);
    assert.deepEqual(began, ['b', 'd']);
    ends.pop()();
    await tick(1);
    for (let i = 0; i < 39; i++) {
        soon(i);
        await tick(10);
    }
    assert.equal(began.length, 2, 'each call is waited for');
    soon('now');
    await tick(10);
    assert.deepEqual(began.slice(2), ['now'], 'ten times as long at most');
    soon('never');
    soon.cancel();
    ends.pop()();
    await tick(500);
    assert.equal(began.length, 3);
}));

test('one is one, and more are many', async () => {
    const { fillIn: t } = await import(pathToFileURL(join(WEB, 'shared/holes.js')));
    for (const n of [1, '1']) assert.equal(t('{n} photo{n|s} {n|is|are} here', { n }), '1 photo is here');
    for (const n of [0, 2, 11, '1.5']) assert.equal(t('{n} photo{n|s} {n|is|are} here', { n }), `${n} photos are here`);
    assert.equal(t('{a}, {b}', { a: 1 }), '1, {b}');
    const loose = [...words].filter(([, { en }]) => /\{n\} (\w+ )?(photo|day|hazard|alert|stage|record|board|call|line|question|original|thing)s\b/.test(en)).map(([key]) => key);
    assert.deepEqual(loose, [], 'a number before a word that is always many');
    for (const [key, { zh, en }] of words) for (const [, name] of en.matchAll(/\{(\w+)\|/g)) assert.ok(zh.includes(`{${name}}`), `${key}: ${name}`);
});

test('every word that is asked for is in the table', () => {
    const asked = new Set();
    for (const file of scripts) for (const m of read(file).matchAll(/\bt\('([^']+)'/g)) asked.add(m[1]);
    assert.ok(asked.size > 100, `only ${asked.size} were found`);
    assert.deepEqual([...asked].filter((key) => !words.has(key)), []);
    const shared = new Map([...tableOf('shared/words.js'), ...tableOf('shared/walkwords.js'), ...tableOf('shared/rarewords.js')]);
    for (const file of scripts.filter((f) => !f.startsWith('office/'))) for (const m of read(file).matchAll(/\bt\('([^']+)'/g)) assert.ok(shared.has(m[1]), `${file} asks for ${m[1]}, which only head office's pages have`);
    for (const [prefix, keys] of Object.entries({
        state: ['saved', 'sent', 'received', 'rejected', 'away'], role: ['manager', 'supervisor', 'crew', 'installer', 'office', 'viewer'], item: ['done', 'going', 'blocked'],
        upload: ['reading', 'waiting', 'sending', 'done', '413', '415', '422', '507', 'refused'], link: ['up', 'down'], hub: ['up', 'down', 'unknown'], clock: ['ntp', 'rtc', 'none'],
        camera: ['ok', 'absent', 'failed'], consent: ['unrecorded', 'given', 'refused'], origin: ['camera', 'phone', 'timelapse', 'import', 'recovered'], lane: ['alert', 'record', 'photo'], request: ['open', 'answered', 'failed'], power: ['good', 'failing'], wear: ['used', 'warning', 'urgent'], space: ['low', 'no_timelapse', 'dropping', 'full'], outage: ['power', 'power-clean', 'network', 'camera'], verdict: ['pass', 'rectify', 'fail'], weekday: ['1', '2', '3', '4', '5', '6', '7'],
    })) for (const key of keys) assert.ok(words.has(`${prefix}.${key}`), `${prefix}.${key}`);
    for (const key of ['pass', 'fail', 'na', 'part', 'fault-low', 'fault-high', 'fault-short', 'fault-start', 'fault-drop', 'fault-none', 'brief-short', 'brief-start', 'brief-drop', 'brief-none', 'lack-look', 'lack-value', 'lack-reason', 'lack-photo', 'run-minutes', 'run-working', 'run-start', 'run-end']) assert.ok(words.has(`walk.${key}`), key);
    for (const letter of Object.keys(JSON.parse(readFileSync(join(ROOT, 'app/journal/data/checklists.json'), 'utf8')).sources)) assert.ok(words.has(`walk.source-${letter}`), letter);
});

test('no text of the screens stands outside the table', () => {
    for (const file of scripts.filter((f) => !tables.includes(f))) {
        const code = read(file).replace(/\/\/.*$/gm, '').replace(/\[\\s,，、\]/g, '').replaceAll("'、'", '');
        assert.equal(/[\u3400-\u9fff\u3000-\u303f]/.exec(code)?.[0], undefined, file);
    }
});

test('text stays text', () => {
    for (const file of scripts) assert.doesNotMatch(read(file), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser/, file);
    for (const file of all.filter((f) => f.endsWith('.html'))) {
        assert.doesNotMatch(read(file), /<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)/, file);
    }
});

const path = (from, to) => (to.startsWith('/') ? to.slice(1) : join(dirname(from), to));

test('every import leads to a file and a name that is exported there', () => {
    for (const file of scripts) {
        for (const [, names, to] of read(file).matchAll(/^import (.+) from '([^']+)';$/gm)) {
            const target = path(file, to);
            assert.ok(existsSync(join(WEB, target)), `${file}: ${to}`);
            for (const name of /\{(.*)\}/.exec(names)?.[1].split(',').map((n) => n.trim()).filter(Boolean) ?? []) {
                assert.match(read(target), new RegExp(`export (async )?(function|const|class|let) ${name}\\b`), `${file}: ${name} of ${to}`);
            }
        }
        for (const [, to] of read(file).matchAll(/\bimport\('([^']+)'\)/g)) assert.ok(existsSync(join(WEB, path(file, to))), `${file}: ${to}`);
    }
});

// The same texts as tests/unit/app/journal/test_privacy.c asks the server's recogniser.
test('the screens find the numbers that the server masks', async () => {
    const { findNumbers, maskText } = await import(pathToFileURL(join(WEB, 'shared/privacy.js')));
    const corpus = JSON.parse(readFileSync(join(ROOT, 'tests/unit/app/journal/privacy-corpus.json'), 'utf8'));
    const rows = Object.values(corpus).filter(Array.isArray).flat().map((row) => [row].flat());
    assert.ok(rows.length > 150);
    for (const [text, masked = text] of rows) {
        assert.equal(maskText(text), masked, text);
        assert.equal(maskText(masked), masked);
        assert.equal(findNumbers(text).length > 0, text !== masked, text);
    }
});

// The same cases as tests/unit/app/journal/test_checklist.c asks the server's judge.
test('a value is judged on the screen as at the server', async () => {
    const { judgePart, judgePhase } = await import(pathToFileURL(join(WEB, 'shared/judge.js')));
    const { items } = JSON.parse(readFileSync(join(ROOT, 'app/journal/data/checklists.json'), 'utf8'));
    const cases = JSON.parse(readFileSync(join(ROOT, 'tests/unit/app/journal/checklist-cases.json'), 'utf8'));
    const find = (key, list, name) => items.find((item) => item.key === key)[list].find((one) => one.key === name);
    assert.ok(cases.measures.length > 50 && cases.runs.length > 25);
    for (const { item, part, good, low, high } of cases.measures) {
        const limit = find(item, 'parts', part);
        for (const value of good) assert.equal(judgePart(limit, value), '', `${item} ${part} ${value}`);
        if (low !== undefined) assert.equal(judgePart(limit, low), 'low', `${item} ${part} ${low}`);
        if (high !== undefined) assert.equal(judgePart(limit, high), 'high', `${item} ${part} ${high}`);
        for (const nothing of [undefined, null, NaN, '3']) assert.equal(judgePart(limit, nothing), 'missing');
    }
    for (const { item, phase, run, fault } of cases.runs) assert.equal(judgePhase(find(item, 'phases', phase), run), fault === 'ok' ? '' : fault, `${item} ${phase} ${JSON.stringify(run)}`);
});

test('two devices that fill in one report come to the same', async () => {
    const { mergeWalks, newsIn, progressOf, rowsOf, verdictOf, walkBody } = await import(pathToFileURL(join(WEB, 'shared/walk.js')));
    const item = (key, more) => ({ key, kind: 'check', required: true, ...more });
    const items = [item('a'), item('b', { photo_required: true }), item('c', { kind: 'measure', required: false, parts: [{ key: 'value', max: 3 }] }), item('d', { kind: 'timed', phases: [{ key: 'p', minutes: 60 }] })];
    const at = (second) => `2026-11-20T08:00:0${second}.000Z`;
    const one = { id: '2', answers: [{ item: 'a', room: '', result: 'pass', at: at(1) }, { item: 'b', room: '', result: 'fail', photos: ['x'], hazard: { severity: 'serious', text: ' ' }, at: at(5) }] };
    const two = { id: '1', answers: [{ item: 'a', room: '', result: 'na', reason: 'r', at: at(3) }, { item: 'b', room: '', gone: true, at: at(2) }, { item: 'c', room: 'bath', values: { value: 3.1 }, at: at(1) }] };
    const both = mergeWalks(one, two);
    assert.deepEqual(both.answers, mergeWalks(two, one).answers);
    assert.equal(both.id, '1');
    assert.ok(newsIn(one, two) && newsIn(two, one) && newsIn(both, one) && newsIn(both, two));
    assert.ok(!newsIn(one, { ...both, id: '2' }) && !newsIn(two, both) && !newsIn(both, mergeWalks(two, one)));
    const rows = rowsOf(items, both);
    assert.deepEqual(rows.map((row) => `${row.name} ${verdictOf(row.item, row.answer)}`), ['a na', 'b fail', 'c@bath fail', 'd ']);
    assert.deepEqual(progressOf(rows), { all: 4, done: 3, open: 1 });
    assert.deepEqual(walkBody(both, 's', '2026-11-20', items).body, { id: '1', date: '2026-11-20', stage: 's', items: [{ item: 'a', result: 'na', reason: 'r' },
        { item: 'b', result: 'fail', photos: ['x'], hazard: { severity: 'serious' } }, { item: 'c', room: 'bath', values: [{ part: 'value', value: 3.1 }] }] });
    assert.equal(verdictOf(items[3], { runs: { p: { minutes: 60 } } }), 'pass');
    // what a timed test is made for is not typed: two phases, two tests; a failed first one needs no second
    const press = item('e', { kind: 'timed', phases: [{ key: 'p', minutes: 60, test: 'pressure' }, { key: 'q', minutes: 120, test: 'tightness' }] });
    const said = (...states) => ({ item: 'e', room: '', tests: Object.fromEntries(states.map((state, n) => [['pressure', 'tightness'][n], { id: `t${n}`, state }])) });
    assert.equal(verdictOf(press, { runs: { p: { minutes: 60 }, q: { minutes: 120 } } }), '');
    assert.deepEqual([[], ['passed'], ['failed'], ['passed', 'passed'], ['passed', 'failed']].map((states) => verdictOf(press, said(...states))), ['', 'part', 'fail', 'pass', 'fail']);
    const bodyOf = (answer) => walkBody({ id: '1', answers: [answer] }, 's', '2026-11-20', [press]).body.items;
    assert.deepEqual(bodyOf({ ...said('passed', 'passed'), runs: { p: { minutes: 1 } } }), [{ item: 'e', tests: ['t0', 't1'] }]);
    assert.deepEqual(bodyOf(said('failed')), [{ item: 'e', test: 't0' }]);
    assert.deepEqual(bodyOf({ ...said('passed'), result: 'fail' }), [{ item: 'e', result: 'fail' }]);
});

function graph(start) {
    const seen = new Set();
    const queue = [start];
    while (queue.length) {
        const file = queue.pop();
        if (seen.has(file)) continue;
        seen.add(file);
        for (const [, to] of read(file).matchAll(/(?: from|^import) '([^']+)';/gm)) queue.push(path(file, to));
    }
    return seen;
}

test('a page asks for all its modules at once', () => {
    for (const page of ['panel', 'office']) {
        const named = [...read(`${page}/index.html`).matchAll(/(?:modulepreload" href|module" src)="\/([^"]+)"/g)].map(([, file]) => file);
        assert.deepEqual(named.sort(), [...graph(`${page}/app.js`)].sort(), page);
    }
});

test('the panel is a small page', () => {
    const wanted = new Set(['panel/index.html', 'shared/icon.svg', 'shared/base.css', 'panel/panel.css', ...graph('panel/app.js')]);
    let bytes = ['stages', 'phrases', 'rooms', 'trades'].reduce((sum, name) => sum + gzipSync(readFileSync(join(ROOT, `app/journal/data/${name}.json`))).length, 0);
    for (const file of wanted) bytes += gzipSync(read(file), { level: 9 }).length;
    assert.ok(wanted.size > 20, `${wanted.size} files`);
    assert.ok(bytes <= PANEL_MAX, `${bytes} bytes, gzipped, of ${wanted.size} files`);
    console.log(`the panel's page: ${bytes} bytes gzipped, ${wanted.size} files`);
});

await runTests();
