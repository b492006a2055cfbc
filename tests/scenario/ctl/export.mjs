// SPDX-License-Identifier: MIT
// The evidence pack, checked by code that knows nothing of the program that made it (tests/support/evidence.mjs), and by its own instructions.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { at, build, finish, pictures, run, sha256, test, until, withBroker } from '../../support/ctl_rig.mjs';
import { check, unzip } from '../../support/evidence.mjs';

const uuid7 = () => { // of now
    const ms = Date.now().toString(16).padStart(12, '0'), rest = randomUUID().slice(14);
    return `${ms.slice(0, 8)}-${ms.slice(8)}-7${rest.slice(1)}`;
};
const today = (days = 0) => new Intl.DateTimeFormat('sv', { timeZone: 'Asia/Shanghai' }).format(Date.now() + days * 86400000);

async function post(board, session, url, body) {
    const answer = await fetch(`${board.base}/api/v1${url}`, { method: 'POST', headers: { 'Content-Type': 'application/json', ...session }, body: JSON.stringify(body) });
    assert.equal(answer.status, 201, `${url}: ${await answer.clone().text()}`);
    return answer.json();
}

// Who signs in as u-1, whose PIN is 7306.
async function session(board) {
    const answer = await fetch(`${board.base}/api/v1/session`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"user":"u-1","pin":"7306"}' });
    return { Cookie: answer.headers.get('set-cookie').split(';')[0], 'X-CSRF-Token': (await answer.json()).csrf };
}

async function work(board) {
    await board.json(['init']);
    await board.json(['user', 'add', 'u-1', '--name', '王**', '--role', 'manager', '--pin', '-'], 0, { input: '7306\n' });
    const { photos } = await board.json(['photo', 'add', ...pictures(2), '--stage', 'plumbing_electrical']);
    return photos.map((p) => p.id);
}

// As HOWTO-VERIFY.txt says: its indented lines, run in the pack's folder.
function follow(files, folder) {
    for (const [name, bytes] of files) {
        fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
        fs.writeFileSync(path.join(folder, name), bytes);
    }
    const lines = files.get('HOWTO-VERIFY.txt').toString().split('\n').filter((line) => line.startsWith('     ')).join('\n');
    return execFileSync('bash', ['-euc', lines], { cwd: folder, encoding: 'utf8' });
}

test('a board: with a daemon or without one, whole and readable', () => at('board', {}, async (board) => {
    const ids = await work(board), out = path.join(board.folder, 'a.zip');
    await board.start();
    await post(board, await session(board), '/daylogs', { id: uuid7(), date: today(), done: ['水电开槽 <b> 13812348000'], photos: ids });
    const made = await board.json(['export', '--out', out]);
    assert.deepEqual([made.file, made.site, made.photos, made.photos_missing], [out, 's-1', 2, 0]);
    assert.equal(made.sha256, sha256(out));
    assert.equal(made.bytes, fs.statSync(out).size);
    assert.equal(fs.statSync(out).mode & 0o077, 0, 'for its owner alone');
    const files = unzip(out), { problems, events, manifest } = check(files);
    assert.deepEqual(problems, []);
    assert.equal(events.length, made.events);
    assert.ok(events.some((e) => e.type === 'org.sitelog.daylog-submitted.v1'));
    assert.deepEqual(events.filter((e) => e.type === 'org.sitelog.access.v1').map((e) => [e.actor, e.data]), [['board', { what: 'export' }]], 'that it was taken is in it');
    assert.deepEqual(manifest.signed_heads.map((h) => [h.writer, h.key_is]), [['b-1', 'own']]);
    const page = files.get('report.html').toString();
    for (const said of ['施工日志', '水电开槽 &lt;b&gt;', '王**', 'u-1', `photos/${events.find((e) => e.data.sha256).data.sha256}.jpg`]) assert.ok(page.includes(said), said);
    assert.ok(!page.includes('13812348000') && !/<script|https?:/.test(page), 'masked, and nothing from elsewhere');

    const folder = path.join(board.folder, 'unpacked'), told = follow(files, folder);
    assert.ok(!/BROKEN|CHANGED|NOBODY|FAILED/.test(told), told);
    assert.equal(told.match(/Signature Verified Successfully/g).length, 2);
    await board.stop();
    assert.equal(manifest.signed_heads[0].key, (await board.json(['init'])).public_key);
    await board.json(['export', '--out', path.join(board.folder, 'b.zip')]);
    assert.deepEqual(check(unzip(path.join(board.folder, 'b.zip'))).problems, []);
}));

test('whoever alters a pack is found out', () => at('board', {}, async (board) => {
    await work(board);
    const out = path.join(board.folder, 'a.zip');
    await board.json(['export', '--out', out]);
    const whole = unzip(out), swap = (name, from, to) => new Map(whole).set(name, Buffer.from(whole.get(name).toString('latin1').replace(from, to), 'latin1'));
    const lines = [...whole.keys()].find((name) => name.endsWith('record.jsonl')), photo = [...whole.keys()].find((name) => name.startsWith('photos/'));
    const text = (files) => check(files).problems.join('\n');
    assert.match(text(swap(lines, 'u-1', 'u-2')), /record\.jsonl is not what was packed[^]*record \d+: other bytes than were hashed/);
    assert.match(text(swap(photo, /[^]$/, '!')), /photos\/.*: other bytes than its name says/);
    assert.match(text(swap('signature/statement.txt', 'b-1', 'b-2')), /the seal does not fit/);
    // Who also mends what hangs on it is found out by what the board has signed.
    const line = whole.get(lines).toString().split('\n');
    line.splice(-2, 1);
    assert.match(text(new Map(whole).set(lines, Buffer.from(line.join('\n')))), /lines are missing/);
}));

test('some days only: of each chain one piece without a gap', () => at('board', {}, async (board) => {
    await work(board);
    const file = (n) => path.join(board.folder, `${n}.zip`);
    const none = await board.json(['export', '--from', today(-9), '--to', today(-3), '--out', file(1)]);
    assert.deepEqual([none.events, none.photos], [0, 0]);
    const all = await board.json(['export', '--from', today(-1), '--to', today(1), '--out', file(2)]);
    assert.ok(all.events > 0 && all.photos === 2);
    for (const n of [1, 2]) assert.deepEqual(check(unzip(file(n))).problems, []);
}));

test('wrong arguments, a file that is there, no such folder: what to do, and no file is left', () => at('board', {}, async (board) => {
    await work(board);
    const out = path.join(board.folder, 'a.zip');
    for (const [args, expected] of [[[], /--out wants/], [['--out', out, '--from', 'yesterday'], /--from is a date such as/], [['--out', out, '--from', '2026-11-22', '--to', '2026-11-21'], /--to lies before/],
        [['--out', out, '--site', 's-2'], /this board is of site s-1/], [['--out', out, 'x'], /takes options only/]])
        assert.match((await board.json(['export', ...args], 2)).error, expected);
    assert.match((await board.json(['export', '--out', path.join(board.folder, 'none/a.zip')], 1)).error, /choose a folder that exists/);
    fs.writeFileSync(out, 'mine');
    assert.match((await board.json(['export', '--out', out], 1)).error, /remove it, or choose another name/);
    assert.equal(fs.readFileSync(out, 'utf8'), 'mine');
    assert.deepEqual(fs.readdirSync(board.folder).filter((name) => name.endsWith('.part')), []);
}));

test('a disk that is full: says so, and leaves no half file', () => at('board', {}, async (board) => {
    await work(board);
    const out = path.join(board.folder, 'a.zip');
    // The file may have 100 KiB: the kernel refuses the rest.
    const { code, err } = await run('/bin/bash', ['-c', `trap '' XFSZ; ulimit -f 100; exec "$@"`, '-', path.join(build, 'sitelogctl'), '--config', board.conf, 'export', '--out', out]);
    assert.equal(code, 1, err);
    assert.match(err, /cannot be written: File too large; .*another disk .*; nothing of it is left/);
    assert.deepEqual(fs.readdirSync(board.folder).filter((name) => /\.zip/.test(name)), []);
}));

test('what is broken is not packed as if it were whole', () => at('board', {}, async (board) => {
    await work(board);
    const { code } = await run('/usr/bin/sqlite3', [board.file('journal.db'), "UPDATE event SET bytes = CAST(replace(CAST(bytes AS TEXT), 'u-1', 'u-2') AS BLOB) WHERE type = 'person-set'"]);
    assert.equal(code, 0);
    const { error } = await board.json(['export', '--out', path.join(board.folder, 'a.zip')], 1);
    assert.match(error, /not as they were written .*record \d+.*sitelogctl verify/);
    assert.deepEqual(fs.readdirSync(board.folder).filter((name) => /\.zip/.test(name)), []);
}));

test('head office: the same of a site, with what its board signed', () => withBroker((broker) => at('hub', { broker }, async (hub) => {
    await hub.json(['init']);
    assert.match((await hub.json(['export', '--out', path.join(hub.folder, 'a.zip')], 2)).error, /--site SITE/);
    assert.match((await hub.json(['export', '--site', 's-9', '--out', path.join(hub.folder, 'a.zip')], 1)).error, /nothing is known here of a site s-9/);
    await hub.start();
    await at('board', { broker, upload: hub.base }, async (board) => {
        await work(board);
        await board.start();
        await until('head office has it all, and signed heads', async () => {
            const { status } = await board.json(['status']);
            const { out } = await run('/usr/bin/sqlite3', [hub.file('journal.db'), 'SELECT count(*) FROM board_head']);
            return status.photos.pending === 0 && status.lanes.photo.received === 2 && Number(out) === 3;
        });
        await board.stop();
        const out = path.join(hub.folder, 'a.zip');
        const made = await hub.json(['export', '--site', 's-1', '--out', out]);
        const { problems, events, manifest } = check(unzip(out));
        assert.deepEqual(problems, []);
        assert.equal(made.photos, 2);
        assert.ok(events.some((e) => e.writer === 'b-1'));
        assert.deepEqual(manifest.signed_heads.filter((h) => h.writer === 'b-1').map((h) => [h.key_is, h.key]), [['pinned', (await board.json(['init'])).public_key]]);
        // One whose bytes are not here is told, and the pack is made.
        const originals = hub.file('blobs/originals');
        const [first] = fs.readdirSync(originals, { recursive: true }).map((name) => path.join(originals, name)).filter((name) => fs.statSync(name).isFile());
        fs.rmSync(first);
        await hub.stop();
        const less = path.join(hub.folder, 'b.zip');
        assert.equal((await hub.json(['export', '--site', 's-1', '--out', less])).photos_missing, 1);
        assert.deepEqual(check(unzip(less)).problems, []);
    });
})));

await finish();
