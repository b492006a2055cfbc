// SPDX-License-Identifier: MIT
// The real programs for tests in Node: a broker, a hub and boards in a temporary folder, on free loopback ports; and a client of their HTTP.
// Nothing here waits for a fixed time: until() asks until a state is there or a deadline has passed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const programs = path.resolve(root, process.env.BUILD ?? 'build/test');
const photos = '/usr/share/backgrounds/mate';

export function uuid7(at = Date.now()) {
    const time = at.toString(16).padStart(12, '0'), rest = randomBytes(10);
    rest[0] = 0x70 | (rest[0] & 0x0f);
    rest[2] = 0x80 | (rest[2] & 0x3f);
    const hex = time + rest.toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// Asks until look() gives something true (which is returned); fails with what, and the last answer or error, after ms.
export async function until(what, look, ms = 30000) {
    const end = Date.now() + ms;
    let last;
    for (;;) {
        try {
            last = await look();
            if (last) return last;
        } catch (error) {
            last = error;
        }
        if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms (last: ${last?.stack ?? JSON.stringify(last)})`);
        await pause(50);
    }
}

export function freePort() {
    return new Promise((done, fail) => {
        const server = net.createServer();
        server.once('error', fail);
        server.listen(0, '127.0.0.1', () => {
            const { port } = server.address();
            server.close(() => done(port));
        });
    });
}

// A site's date now.
export const siteDate = (zone = 'Asia/Shanghai', at = new Date()) => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(at);

// JPEG files of at most `max` bytes that are on the machine, the smallest first; with `largest` the largest first.
export function realPhotos(count, max = 400_000, largest = false) {
    const found = [];
    const walk = (dir) => {
        for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
            const file = path.join(dir, entry.name);
            if (entry.isDirectory()) walk(file);
            else if (/\.jpe?g$/i.test(entry.name) && fs.statSync(file).size <= max) found.push(file);
        }
    };
    walk(photos);
    found.sort((a, b) => (fs.statSync(a).size - fs.statSync(b).size) * (largest ? -1 : 1));
    if (found.length < count) throw new Error(`only ${found.length} photos of at most ${max} bytes below ${photos}`);
    return found.slice(0, count);
}

// The same picture with other bytes: a comment segment behind the start marker.
export function varied(jpeg, n) {
    const comment = Buffer.from(`sitelog test ${n}`);
    const head = Buffer.from([0xff, 0xfe, 0, comment.length + 2]);
    return Buffer.concat([jpeg.subarray(0, 2), head, comment, jpeg.subarray(2)]);
}

// ---- HTTP ----

// One request. Gives {status, headers, body (Buffer), json}. where: {port} or {socket}.
export function request(where, method, url, { headers = {}, body, timeout = 30000 } = {}) {
    return new Promise((done, fail) => {
        const to = where.socket ? { socketPath: where.socket } : { host: '127.0.0.1', port: where.port };
        const bytes = body === undefined || Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body);
        const more = body !== undefined && !Object.keys(headers).some((h) => h.toLowerCase() === 'content-type')
            ? { 'Content-Type': Buffer.isBuffer(body) ? 'image/jpeg' : 'application/json' } : {};
        const length = bytes === undefined ? {} : { 'Content-Length': Buffer.byteLength(bytes) };
        const out = http.request({ ...to, method, path: url, headers: { ...more, ...length, ...headers }, timeout, agent: false }, (answer) => {
            const parts = [];
            answer.on('data', (part) => parts.push(part));
            answer.on('error', fail);
            answer.on('end', () => {
                const all = Buffer.concat(parts);
                let json;
                if (/json/.test(answer.headers['content-type'] ?? '') && all.length) {
                    try {
                        json = JSON.parse(all);
                    } catch {
                        fail(new Error(`${method} ${url}: no JSON although it says so: ${all}`));
                        return;
                    }
                }
                done({ status: answer.statusCode, headers: answer.headers, body: all, json });
            });
        });
        out.on('timeout', () => out.destroy(new Error(`${method} ${url}: no answer within ${timeout} ms`)));
        out.on('error', fail);
        out.end(bytes);
    });
}

// Somebody at a board or the hub. check(method, path, answer, where) sees every answer.
export class Client {
    constructor(where, { site, check } = {}) {
        this.where = where;
        this.prefix = site ? `/api/v1/sites/${site}` : '/api/v1';
        this.check = check;
    }
    async raw(method, url, options = {}) {
        const headers = { ...(this.cookie ? { Cookie: this.cookie } : {}), ...(this.csrf && method !== 'GET' ? { 'X-CSRF-Token': this.csrf } : {}), ...options.headers };
        const answer = await request(this.where, method, url, { ...options, headers });
        this.check?.(method, url, answer, this.where);
        return answer;
    }
    // Below the site's prefix; throws unless the status is one of `expect`.
    async call(method, url, { expect = [200, 201, 204], ...options } = {}) {
        const answer = await this.raw(method, url.startsWith('/api') || url.startsWith('/healthz') ? url : this.prefix + url, options);
        if (!expect.includes(answer.status)) throw new Error(`${method} ${url}: ${answer.status} ${answer.body.subarray(0, 600)}`);
        return answer;
    }
    get = async (url, options) => (await this.call('GET', url, options)).json;
    post = async (url, body, options) => (await this.call('POST', url, { ...options, body })).json;
    async signIn(user, pin) {
        const answer = await this.call('POST', '/api/v1/session', { body: { user, pin } });
        this.cookie = answer.headers['set-cookie'][0].split(';')[0];
        this.csrf = answer.json.csrf;
        return this;
    }
    photo = (jpeg, query = {}) => this.post('/photos?' + new URLSearchParams({ id: uuid7(), ...query }), jpeg);
    // What a list holds; each entry, read by its id, is just that.
    async entries(list) {
        const held = async () => (await this.get(`/${list}`))[list.replace('-', '_')];
        const [all, alone] = await until(`${list} stand still while they are read`, async () => {
            const before = await held(), each = [];
            for (const { id } of before) each.push((await this.raw('GET', `${this.prefix}/${list}/${id}`)).json);
            return JSON.stringify(await held()) === JSON.stringify(before) && [before, each];
        });
        assert.deepEqual(alone, all, `each of ${list} by its id`);
        return all;
    }
    // Every entry of the timeline, newest first.
    async timeline() {
        const all = [];
        for (let next = ''; next !== null;) {
            const page = await this.get('/timeline?limit=200' + (next ? `&before=${encodeURIComponent(next)}` : ''));
            all.push(...page.entries);
            next = page.next;
        }
        return all;
    }
}

// ---- programs ----

// What programs run in. Clocks are graded as on a board with a clock chip, whatever this machine has: a test that is about clocks says so itself.
const surroundings = { PATH: process.env.PATH, HOME: os.tmpdir(), SITELOG_CLOCK_GRADE: 'rtc' };

// foreign: somebody else's, perhaps a script that starts others: it is stopped with all that it started, and how it ends is not judged.
class Program {
    constructor(name, command, args, { env = {}, log, foreign = false }) {
        Object.assign(this, { name, command, args, env, log, foreign });
    }
    start() {
        const out = fs.openSync(this.log, 'a');
        this.child = spawn(this.command, this.args, { detached: this.foreign, stdio: ['ignore', out, out], env: { ...surroundings, ...this.env } });
        fs.closeSync(out);
        this.exited = new Promise((done) => this.child.on('exit', (code, signal) => {
            this.code = code ?? signal;
            this.child = undefined;
            done(this.code);
        }));
        this.child.on('error', (error) => { this.code = error.message; });
    }
    get running() { return this.child !== undefined; }
    async kill(signal = 'SIGKILL') {
        if (!this.child) return this.code;
        if (this.foreign) process.kill(-this.child.pid, signal);
        else this.child.kill(signal);
        return this.exited;
    }
}

export class Stack {
    // broker: another one than mosquitto (brokers.mjs).
    constructor({ org = 'acme', check, broker } = {}) {
        this.org = org;
        this.otherBroker = broker;
        this.check = check;
        this.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'sitelog-'));
        this.boards = {};
        this.all = [];
    }
    write(name, text) {
        const file = path.join(this.dir, name);
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, text);
        return file;
    }
    add(name, command, args, options = {}) {
        const program = new Program(name, command, args, { log: path.join(this.dir, `${name}.log`), ...options });
        this.all.push(program);
        return program;
    }
    async ready(program, where) {
        await until(`${program.name} answers`, async () => {
            if (!program.running) throw new Error(`${program.name} ended with ${program.code}: ${this.tail(program)}`);
            return (await request(where, 'GET', '/healthz', { timeout: 5000 })).status === 200;
        });
    }
    tail(program, lines = 15) { return !fs.existsSync(program.log) ? '' : fs.readFileSync(program.log, 'utf8').split('\n').slice(-lines - 1).join('\n'); }

    // Default persistence, which forgets everything; the queue has no end so that only the programs' own bounds count.
    async startBroker(lines = 'allow_anonymous true\nmax_queued_messages 0\n') {
        if (this.otherBroker) return this.otherBroker(this);
        this.brokerPort ??= await freePort();
        const conf = this.write('mosquitto.conf', `listener ${this.brokerPort} 127.0.0.1\n${lines}`);
        const found = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto'].find((file) => fs.existsSync(file)) ?? 'mosquitto';
        this.broker ??= this.add('mosquitto', found, ['-c', conf]);
        this.broker.start();
        await until('the broker answers', () => new Promise((done) => {
            const socket = net.connect(this.brokerPort, '127.0.0.1', () => { socket.end(); done(true); });
            socket.on('error', () => done(false));
        }));
    }
    // The independent reader, which knows only the documents; that it ends with 0 when the stack stops means that it accepted every message.
    async startConsumer() {
        const consumer = this.add('consumer', process.execPath, [path.join(root, 'tests/interop/consumer.mjs'), '--broker',
            `mqtt://127.0.0.1:${this.brokerPort}`, '--org', this.org, '--from-start', '--events', '1', '--out', path.join(this.dir, 'consumer.json')]);
        consumer.start();
        await until('the consumer listens', () => {
            if (!consumer.running) throw new Error(`it ended: ${this.tail(consumer)}`);
            return /READY/.test(fs.readFileSync(consumer.log, 'utf8'));
        });
    }
    async startHub(more = '', env = {}) {
        this.hubWhere ??= { port: await freePort() };
        this.brokerPort ??= await freePort();
        this.hubConf ??= this.write('hub.conf', `[hub]\norg = ${this.org}\n[store]\nurl = sqlite:${this.dir}/hub\n[http]\n` +
            `listen = 127.0.0.1:${this.hubWhere.port}\n[feed]\nurl = mqtt://127.0.0.1:${this.brokerPort}\n[office]\ntimezone = Asia/Shanghai\n${more}`);
        this.hub ??= this.add('sitelog-hub', path.join(programs, 'sitelog-hub'), ['--config', this.hubConf], { env });
        this.hub.start();
        await this.ready(this.hub, this.hubWhere);
    }
    async startBoard(name = 'b-1', { site = 's-1', camera = true, more = '', env = {} } = {}) {
        this.brokerPort ??= await freePort();
        this.hubWhere ??= { port: await freePort() };
        let board = this.boards[name];
        if (!board) {
            const where = { port: await freePort() };
            const device = camera ? `[camera]\ndevice = sim:${this.cameraDir(name)}\n` : '';
            const conf = this.write(`${name}.conf`, `[board]\norg = ${this.org}\nsite = ${site}\nid = ${name}\ntimezone = Asia/Shanghai\n[store]\n` +
                `dir = ${this.dir}/${name}\n[http]\nlisten = 127.0.0.1:${where.port}\n[mqtt]\nhost = 127.0.0.1\nport = ${this.brokerPort}\n` +
                `retry_max_s = 2\n[upload]\nurl = http://127.0.0.1:${this.hubWhere.port}\n${device}${more}`);
            const program = this.add(`sitelogd-${name}`, path.join(programs, 'sitelogd'), ['--config', conf], { env });
            board = this.boards[name] = { name, site, where, conf, program, dir: path.join(this.dir, name) };
        }
        board.program.start();
        await this.ready(board.program, board.where);
        return board;
    }
    cameraDir(name) {
        const dir = path.join(this.dir, `camera-${name}`);
        fs.mkdirSync(dir, { recursive: true });
        for (const file of realPhotos(4)) fs.copyFileSync(file, path.join(dir, path.basename(file)));
        return dir;
    }
    // Somebody new at a board (or, board null, at the hub), by the control socket.
    async addUser(board, id, role, pin, name = id) {
        const socket = path.join(board ? board.dir : path.join(this.dir, 'hub'), 'control.sock');
        const answer = await request({ socket }, 'POST', '/control/users', { body: { id, name, role, pin } });
        if (answer.status !== 200) throw new Error(`user ${id}: ${answer.status} ${answer.body}`);
    }
    client(board, options = {}) { return new Client(board.where, { check: this.check, ...options }); }
    hubClient(options = {}) { return new Client(this.hubWhere, { check: this.check, ...options }); }
    // sitelogctl; gives {code, out, err}.
    ctl(conf, ...args) {
        return new Promise((done) => {
            const child = spawn(path.join(programs, 'sitelogctl'), ['--config', conf, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
            let out = '', err = '';
            child.stdout.on('data', (part) => { out += part; });
            child.stderr.on('data', (part) => { err += part; });
            child.on('close', (code) => done({ code, out, err }));
        });
    }
    // Ends everything; gives how each ended.
    async end() {
        const codes = {};
        this.last = {};
        // The reader of everything first: from then on things may be cut short.
        const order = [...this.all].sort((a, b) => (b.name === 'consumer') - (a.name === 'consumer') || this.all.indexOf(b) - this.all.indexOf(a));
        for (const program of order) {
            const code = program.running ? await program.kill('SIGTERM') : program.code;
            if (!program.foreign) codes[program.name] = code;
        }
        for (const program of this.all) this.last[program.name] = this.tail(program);
        return codes;
    }
    // Removes the folder, or says where it stays after a failure.
    clear({ keep = false } = {}) {
        if (keep) console.error(`what happened is in ${this.dir}`);
        else fs.rmSync(this.dir, { recursive: true, force: true });
    }
}

// ---- running tests ----

// Who else can say what was there when a test failed, async (folder) => text; called once, and forgotten.
export const witnesses = new Set();

const list = [];
export const test = (name, run) => list.push({ name, run });

// Runs what was given to test(), one after the other, and says the result; counts go to $SITELOG_COUNTS. ONLY=word runs those whose name has it.
export async function runTests() {
    let passed = 0, failed = 0;
    for (const { name, run } of list) {
        if (process.env.ONLY && !name.includes(process.env.ONLY)) continue;
        const began = Date.now();
        try {
            await run();
            passed++;
            console.log(`ok   ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
        } catch (error) {
            failed++;
            console.log(`FAIL ${name}: ${error.stack}`);
        }
    }
    console.log(`${passed} passed, ${failed} failed`);
    if (process.env.SITELOG_COUNTS) fs.appendFileSync(process.env.SITELOG_COUNTS, `${passed} ${failed}\n`);
    process.exit(failed || !passed ? 1 : 0);
}

// A stack for the length of run(stack); its folder is kept when that fails.
export async function withStack(options, run) {
    const stack = new Stack(options);
    const problems = [];
    try {
        await run(stack);
    } catch (error) {
        problems.push(error);
        for (const say of witnesses) error.stack += `\n    ${await say(stack.dir).catch((worse) => worse.message)}`;
    }
    witnesses.clear();
    for (const [name, code] of Object.entries(await stack.end()))
        if (code !== 0 && code !== 'SIGKILL') problems.push(new Error(`${name} ended with ${code}: ${stack.last[name]}`));
    stack.clear({ keep: problems.length > 0 });
    if (problems.length) throw problems[0];
}
