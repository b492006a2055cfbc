// SPDX-License-Identifier: MIT
// sitelogctl and the daemons as a shell sees them: arguments, exit codes, what is printed, and which files change. Counts its own results.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');
export const build = path.resolve(root, process.env.BUILD || 'build/test');
// Clocks are graded as on a board with a clock chip, whatever this machine has.
const clean = { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SITELOG_'))), SITELOG_CLOCK_GRADE: 'rtc' };
const PICTURES = '/usr/share/backgrounds/mate/nature';

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export async function until(what, probe, ms = 20000) {
    const end = Date.now() + ms;
    let last = '';
    while (Date.now() < end) {
        try {
            const value = await probe();
            if (value) return value;
        } catch (error) { last = error.message; }
        await pause(50);
    }
    throw new Error(`not within ${ms} ms: ${what} ${last}`);
}

export const pictures = (count) => fs.readdirSync(PICTURES).filter((name) => name.endsWith('.jpg')).map((name) => path.join(PICTURES, name))
    .sort((a, b) => fs.statSync(a).size - fs.statSync(b).size).slice(0, count);

export const sha256 = (file) => createHash('sha256').update(fs.readFileSync(file)).digest('hex');

export async function freePort() {
    const server = net.createServer();
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address();
    await new Promise((done) => server.close(done));
    return port;
}

// Runs a program to its end: { code, out, err }.
export function run(program, args, { input = '', env = {}, ms = 60000, cwd = root } = {}) {
    return new Promise((done, fail) => {
        const child = spawn(path.isAbsolute(program) ? program : path.join(build, program), args, { env: { ...clean, ...env }, cwd });
        let out = '', err = '';
        const timer = setTimeout(() => { child.kill('SIGKILL'); fail(new Error(`${program} ${args.join(' ')} did not end`)); }, ms);
        child.stdout.on('data', (bytes) => { out += bytes; });
        child.stderr.on('data', (bytes) => { err += bytes; });
        child.stdin.on('error', () => {});
        child.stdin.end(input);
        child.on('error', fail);
        child.on('close', (code, signal) => { clearTimeout(timer); done({ code: code ?? signal, out, err }); });
    });
}

// A folder with settings of a board or of the hub, and what runs on it.
export class Place {
    constructor(kind, { settings = '', broker = 0, upload = '', camera = '' } = {}) {
        this.kind = kind;
        this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sitelog-ctl-'));
        this.conf = path.join(this.folder, kind === 'hub' ? 'hub.conf' : 'sitelogd.conf');
        this.dir = path.join(this.folder, 'data');
        this.program = kind === 'hub' ? 'sitelog-hub' : 'sitelogd';
        fs.writeFileSync(this.conf, kind === 'hub'
            ? `[hub]\norg = acme\n[store]\nurl = sqlite:${this.dir}\n[http]\nlisten = 127.0.0.1:0\n[feed]\nurl = mqtt://127.0.0.1:${broker || 1}\n${settings}`
            : `[board]\norg = acme\nsite = s-1\nid = b-1\n[store]\ndir = ${this.dir}\nreserve_percent = 1\n[http]\nlisten = 127.0.0.1:0\n${broker ? `[mqtt]\nhost = 127.0.0.1\nport = ${broker}\nretry_max_s = 2\n` : ''}${upload ? `[upload]\nurl = ${upload}\n` : ''}${camera ? `[camera]\ndevice = sim:${camera}\n` : ''}${settings}`);
    }
    file(name) { return path.join(this.dir, name); }
    ctl(args, options) { return run('sitelogctl', ['--config', this.conf, ...args], options); }
    // With --json; the exit code has to be as expected, and the output one object whose "ok" agrees.
    async json(args, code = 0, options) {
        const answer = await this.ctl(['--json', ...args], options);
        assert.equal(answer.code, code, `${args.join(' ')}: ${answer.out}${answer.err}`);
        assert.equal(answer.out.trim().split('\n').length, 1, `one line: ${answer.out}`);
        const object = JSON.parse(answer.out);
        assert.equal(object.ok, code === 0);
        return object;
    }
    get base() { return `http://127.0.0.1:${fs.readFileSync(this.file('http.port'), 'utf8').trim()}`; }
    async start() {
        fs.rmSync(this.file('http.port'), { force: true });
        this.log = '';
        this.child = spawn(path.join(build, this.program), ['--config', this.conf], { env: clean, stdio: ['ignore', 'pipe', 'pipe'] });
        for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (bytes) => { this.log += bytes; });
        this.ended = new Promise((done) => this.child.on('close', (code, signal) => done(code ?? signal)));
        let code;
        this.ended.then((value) => { code = value; });
        await until(`${this.program} answers`, async () => {
            if (code !== undefined) throw new Error(`ended with ${code}: ${this.log}`);
            return (await fetch(`${this.base}/healthz`)).ok;
        });
    }
    async stop() {
        if (!this.child) return;
        this.child.kill('SIGCONT');
        this.child.kill('SIGTERM');
        const code = await this.ended;
        this.child = null;
        assert.equal(code, 0, `${this.program} stops cleanly: ${this.log}`);
    }
    async signIn(user, pin) {
        const answer = await fetch(`${this.base}/api/v1/session`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ user, pin }) });
        return { status: answer.status, cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
    }
    async remove() {
        if (this.child) {
            this.child.kill('SIGKILL');
            await this.ended;
        }
        fs.rmSync(this.folder, { recursive: true, force: true });
    }
}

export async function at(kind, options, work) {
    const place = new Place(kind, options);
    try { await work(place); } finally { await place.remove(); }
}

export async function withBroker(work) {
    const port = await freePort(), folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sitelog-ctl-'));
    fs.writeFileSync(path.join(folder, 'broker.conf'), `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
    const child = spawn('mosquitto', ['-c', path.join(folder, 'broker.conf')], { stdio: 'ignore' });
    const ended = new Promise((done) => child.on('close', done));
    try {
        await until('the broker listens', () => new Promise((done) => {
            const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); done(true); }).on('error', () => done(false));
        }));
        await work(port);
    } finally {
        child.kill('SIGTERM');
        await ended;
        fs.rmSync(folder, { recursive: true, force: true });
    }
}

export const randomHex = (bytes) => randomBytes(bytes).toString('hex');

const tests = [];
export const test = (name, work) => tests.push({ name, work });

// Runs what was declared (with arguments: those whose name holds one), prints and counts.
export async function finish() {
    let passed = 0, failed = 0;
    const only = process.argv.slice(2);
    for (const { name, work } of tests) {
        if (only.length && !only.some((part) => name.includes(part))) continue;
        const began = Date.now();
        try {
            await work();
            passed++;
            console.log(`ok      ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
        } catch (error) {
            failed++;
            console.log(`FAILED  ${name}\n${error.stack}`);
        }
    }
    console.log(`${path.basename(process.argv[1])}: ${passed} passed, ${failed} failed`);
    if (process.env.SITELOG_COUNTS) fs.appendFileSync(process.env.SITELOG_COUNTS, `${passed} ${failed}\n`);
    process.exitCode = failed || !passed ? 1 : 0;
}
