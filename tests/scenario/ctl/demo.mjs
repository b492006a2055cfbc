// SPDX-License-Identifier: MIT
// The demo: it comes up, several at once, shows both pages and a site under way, and leaves nothing behind however it ends.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { build, finish, root, test, until } from '../../support/ctl_rig.mjs';

// Ids of processes that were given this folder for their temporary files, as all that a demo starts are.
const processesOf = (folder) => fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid)).filter((pid) => {
    try { return fs.readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`TMPDIR=${folder}\0`); } catch { return false; }
});

// A demo whose temporary folder is made in a folder of its own.
class Demo {
    constructor(env = {}) {
        this.tmp = fs.mkdtempSync(path.join(os.tmpdir(), 'sitelog-demotest-'));
        this.out = '';
        this.child = spawn('bash', ['tests/support/demo.sh'], {
            cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'],
            env: { ...process.env, BUILD: path.relative(root, build), TMPDIR: this.tmp, ...env },
        });
        for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (bytes) => { this.out += bytes; });
        this.code = undefined;
        this.ended = new Promise((done) => this.child.on('close', (code, signal) => done(this.code = code ?? signal)));
    }
    async up() {
        await until('the demo is up', () => {
            if (this.code !== undefined) throw new Error(`it ended with ${this.code}: ${this.out}`);
            return /^Try: /m.test(this.out);
        }, 60000);
        [, this.board] = this.out.match(/^ +board +(http:\S+)$/m);
        [, this.hub] = this.out.match(/^ +head office +(http:\S+)$/m);
        return this;
    }
    // After its end: nothing runs, no file is left.
    async left() {
        const code = await Promise.race([this.ended, new Promise((done) => { setTimeout(() => done('still there'), 20000).unref(); })]);
        await until('nothing of it runs', () => processesOf(this.tmp).length === 0, 5000);
        assert.deepEqual(fs.readdirSync(this.tmp), [], 'no file is left');
        fs.rmdirSync(this.tmp);
        return code;
    }
}

async function signIn(base, user, pin) {
    const answer = await fetch(`${base}/api/v1/session`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ user, pin }) });
    assert.equal(answer.status, 200, `${user} signs in at ${base}`);
    return { Cookie: answer.headers.get('set-cookie').split(';')[0] };
}

async function checkPages({ out, board, hub }) {
    for (const base of [board, hub]) {
        const page = await fetch(base, { redirect: 'follow' });
        assert.equal(page.status, 200, base);
        assert.match(page.headers.get('content-type'), /^text\/html/);
    }
    const people = [...out.matchAll(/^ {4}(\S+) .*PIN (\d+)$/gm)];
    assert.equal(people.length, 6);
    for (const [n, [, user, pin]] of people.entries()) await signIn(n < 4 ? board : hub, user, pin);
    const headers = await signIn(board, 'u-01', '2468');
    const today = await (await fetch(`${board}/api/v1/today`, { headers })).json();
    assert.deepEqual([today.stage.key, today.stage.day, today.stage.days, today.stage.late_days], ['plumbing_electrical', 1, 10, 0]);
    const timeline = await (await fetch(`${board}/api/v1/timeline`, { headers })).json();
    assert.ok(timeline.entries.some((entry) => entry.type === 'daylog-submitted'));
    assert.ok(timeline.entries.filter((entry) => entry.type === 'photo-taken').length >= 4);
    const office = await signIn(hub, 'office', '7539');
    const { sites } = await (await fetch(`${hub}/api/v1/sites`, { headers: office })).json();
    assert.equal(sites.length, 1);
    assert.equal(sites[0].boards[0].online, true);
    assert.ok(sites[0].last_daylog);
}

test('two at once: pages, people, a site under way; one ends by itself, the other by Ctrl-C', async () => {
    const first = new Demo({ SITELOG_DEMO_SECONDS: '6' }), second = new Demo();
    try {
        await Promise.all([first.up(), second.up()]);
        await checkPages(second);
        assert.notEqual(first.board, second.board);
        assert.equal(await first.left(), 0);
        await checkPages(second);
        process.kill(-second.child.pid, 'SIGINT');
        assert.equal(await second.left(), 0);
        await assert.rejects(fetch(second.board));
    } finally {
        for (const { child, code } of [first, second]) if (code === undefined) process.kill(-child.pid, 'SIGKILL');
    }
});

test('killed outright, its programs end with it', async () => {
    const demo = await new Demo().up();
    demo.child.kill('SIGKILL');
    await until('nothing of it runs', () => processesOf(demo.tmp).length === 0, 30000);
    fs.rmSync(demo.tmp, { recursive: true });
});

test('a port that is taken: says which, and leaves nothing', async () => {
    const server = net.createServer();
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address();
    for (const [name, what] of [['DEMO_PORT', 'the board'], ['HUB_PORT', 'head office']]) {
        const demo = new Demo({ [name]: String(port) });
        assert.equal(await demo.left(), 1);
        assert.match(demo.out, new RegExp(`demo: ${what} ended at once`));
        assert.match(demo.out, new RegExp(`Cannot listen on 127.0.0.1:${port}: Address already in use`));
    }
    server.close();
});

test('no pictures, no programs: says what to do', async () => {
    for (const [env, expected] of [[{ DEMO_PHOTOS: '/nowhere' }, /install mate-backgrounds, or set DEMO_PHOTOS/], [{ BUILD: 'build/none' }, /run make first/]]) {
        const demo = new Demo(env);
        assert.equal(await demo.left(), 1);
        assert.match(demo.out, expected);
    }
});

await finish();
