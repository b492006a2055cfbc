// SPDX-License-Identifier: MIT
// Whole programs for tests: a broker, head office's hub and boards, each on free ports of loopback with its data in a temporary folder, started
// and stopped as a test wants, and a small HTTP client that signs in. Nothing is left behind: stack.stop() ends what this started, and
// removes the folder.
//
//     const stack = await Stack.create();
//     const hub = await stack.hub();
//     const board = await stack.board({ site: 's-0412', id: 'b-7f3a', camera: true });
//     await board.user('u-01', 'Manager', 'manager', '2468');
//     const me = await board.signIn('u-01', '2468');
//     await me.post('/api/v1/daylogs', {…});
//     await until(async () => (await me.get('/api/v1/status')).body.hub === 'up');
//     await board.kill(); await board.start();
//     await stack.stop();
import { spawn, execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const PICTURES = '/usr/share/backgrounds/mate/nature';
const START_MS = 30000;
const STOP_MS = 8000;
// A test's settings come from the test, not from whoever runs it.
const ENV = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SITELOG_')));
export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// Waits for probe() to be truthy and returns what it gave. what: for the message.
export async function until(probe, { ms = 20000, every = 50, what = probe.toString() } = {}) {
    const end = Date.now() + ms;
    let last;
    for (;;) {
        try {
            last = undefined;
            const value = await probe();
            if (value) return value;
        } catch (error) {
            last = error;
        }
        if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}${last ? ` (${last.message})` : ''}`);
        await pause(every);
    }
}

// Ports that nobody listens on. They are held together until all are known, so that none is given twice.
export async function freePorts(count) {
    const servers = await Promise.all(Array.from({ length: count }, () => new Promise((done, fail) => {
        const server = createServer();
        server.once('error', fail);
        server.listen(0, '127.0.0.1', () => done(server));
    })));
    const ports = servers.map((server) => server.address().port);
    await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    return ports;
}

export function uuid7(now = Date.now()) {
    const bytes = randomBytes(16);
    bytes.writeUIntBE(now, 0, 6);
    bytes[6] = 0x70 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

// One program, its output in a file.
class Program {
    constructor(name, command, args, { folder, env }) {
        Object.assign(this, { name, command, args, env, log: join(folder, `${name}.log`), child: null });
    }
    start() {
        const out = createWriteStream(this.log, { flags: 'a' });
        this.child = spawn(this.command, this.args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...ENV, ...this.env } });
        this.child.stdout.pipe(out);
        this.child.stderr.pipe(out);
        this.ended = new Promise((done) => {
            this.child.once('exit', (code, signal) => done({ code, signal }));
            this.child.once('error', (error) => done({ code: -1, error }));
        });
        this.ended.then((how) => { this.how = how; });
        this.how = null;
    }
    get running() { return this.child !== null && this.how === null; }
    async end(signal) {
        if (!this.running) return this.how;
        this.child.kill(signal);
        const how = await Promise.race([this.ended, pause(STOP_MS).then(() => null)]);
        if (how) return how;
        this.child.kill('SIGKILL');
        await this.ended;
        return { ...this.how, late: true };
    }
    async lines() { return (await readFile(this.log, 'utf8').catch(() => '')).split('\n'); }
}

const ini = (sections) => Object.entries(sections).map(([section, keys]) => `[${section}]\n${Object.entries(keys).filter(([, v]) => v !== undefined && v !== null)
    .map(([key, value]) => `${key} = ${value}\n`).join('')}`).join('\n');

// Somebody who is signed in (or nobody): cookie and CSRF token go along by themselves.
export class Client {
    constructor(base) { Object.assign(this, { base, cookie: '', csrf: '' }); }
    // body: a Buffer goes as image/jpeg, anything else as JSON. Resolves with { status, headers, body, bytes }.
    async request(method, path, body, headers = {}) {
        const jpeg = body instanceof Uint8Array;
        const answer = await fetch(this.base + path, {
            method, redirect: 'manual', signal: AbortSignal.timeout(20000),
            headers: {
                ...(this.cookie && { Cookie: this.cookie }), ...(method !== 'GET' && this.csrf && { 'X-CSRF-Token': this.csrf }),
                ...(body !== undefined && { 'Content-Type': jpeg ? 'image/jpeg' : 'application/json' }), ...headers,
            },
            body: body === undefined || jpeg ? body : JSON.stringify(body),
        });
        const bytes = Buffer.from(await answer.arrayBuffer());
        const json = /json/.test(answer.headers.get('Content-Type') ?? '');
        return { status: answer.status, headers: answer.headers, bytes, body: json && bytes.length ? JSON.parse(bytes) : bytes.toString() };
    }
    get(path, headers) { return this.request('GET', path, undefined, headers); }
    post(path, body, headers) { return this.request('POST', path, body, headers); }
    put(path, body, headers) { return this.request('PUT', path, body, headers); }
    del(path, headers) { return this.request('DELETE', path, undefined, headers); }
    async signIn(user, pin) {
        const answer = await this.post('/api/v1/session', { user, pin });
        if (answer.status !== 200) throw new Error(`${user} cannot sign in: ${answer.status} ${JSON.stringify(answer.body)}`);
        this.cookie = answer.headers.getSetCookie()[0].split(';')[0];
        this.csrf = answer.body.csrf;
        return this;
    }
    // Server-sent events as they come: for await (const { event, id, data } of client.events(signal)).
    async *events(signal, last) {
        const answer = await fetch(`${this.base}/api/v1/events`, { headers: { Cookie: this.cookie, ...(last && { 'Last-Event-ID': last }) }, signal });
        let rest = '';
        const decoder = new TextDecoder();
        for await (const chunk of answer.body) {
            rest += decoder.decode(chunk, { stream: true });
            for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
                const lines = rest.slice(0, end).split('\n');
                rest = rest.slice(end + 2);
                const field = (name) => lines.filter((l) => l.startsWith(`${name}: `)).map((l) => l.slice(name.length + 2)).join('\n');
                if (field('data')) yield { event: field('event'), id: field('id'), data: JSON.parse(field('data')) };
            }
        }
    }
}

// A board's daemon or the hub.
class Server {
    constructor(stack, name, program, sections) {
        Object.assign(this, { stack, name, sections, dir: join(stack.folder, name), conf: join(stack.folder, `${name}.conf`), port: 0 });
        this.program = new Program(name, join(stack.build, program), ['--config', this.conf], { folder: stack.folder, env: stack.env });
    }
    get base() { return `http://127.0.0.1:${this.port}`; }
    get running() { return this.program.running; }
    async writeConf() { await writeFile(this.conf, `# a test's\n${ini(this.sections)}`); }
    // sitelogctl about this program; resolves with what --json printed.
    async ctl(...args) {
        return new Promise((done, fail) => {
            execFile(join(this.stack.build, 'sitelogctl'), ['--config', this.conf, '--json', ...args], { env: { ...ENV, ...this.stack.env }, timeout: 60000, maxBuffer: 1 << 26 }, (error, out, err) => {
                if (error) fail(new Error(`sitelogctl ${args.join(' ')}: exit ${error.code}: ${err}${out}`));
                else done(JSON.parse(out || '{}'));
            });
        });
    }
    // Also while it runs: the daemon does the work then.
    async user(id, name, role, pin) {
        await this.ctl('user', 'add', id, '--name', name, '--role', role, '--pin', pin);
        return this;
    }
    // Until it answers. The port stays the same over restarts, so that pages and boards find it again.
    async start() {
        await this.writeConf();
        this.program.start();
        try {
            await until(async () => {
                if (!this.program.running) throw new Error('it ended');
                return (await fetch(`${this.base}/healthz`, { signal: AbortSignal.timeout(2000) })).ok;
            }, { ms: START_MS, what: `${this.name} to answer` });
        } catch (error) {
            throw new Error(`${error.message}\n${(await this.program.lines()).slice(-30).join('\n')}`);
        }
        return this;
    }
    async stop() { return this.program.end('SIGTERM'); }
    // Without a word, as a power cut does to a program.
    async kill() { return this.program.end('SIGKILL'); }
    async restart() {
        await this.stop();
        return this.start();
    }
    anybody() { return new Client(this.base); }
    signIn(user, pin) { return this.anybody().signIn(user, pin); }
    log() { return this.program.lines(); }
}

export class Stack {
    // build: folder of the programs. org: one for all.
    static async create({ build = process.env.STACK_BUILD || join(ROOT, 'build/test'), org = 'acme', env = {} } = {}) {
        const stack = new Stack();
        Object.assign(stack, { build: resolve(build), org, env, folder: await mkdtemp(join(tmpdir(), 'sitelog-stack-')), servers: [], broker: null, theHub: null });
        await stat(join(stack.build, 'sitelogd')).catch(() => { throw new Error(`${stack.build} has no programs: make MODE=test programs`); });
        [stack.brokerPort] = await freePorts(1);
        await stack.startBroker();
        return stack;
    }
    async startBroker() {
        const conf = join(this.folder, 'mosquitto.conf');
        await writeFile(conf, `listener ${this.brokerPort} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 0\n`);
        this.broker = new Program('mosquitto', process.env.MOSQUITTO || '/usr/sbin/mosquitto', ['-c', conf], { folder: this.folder });
        this.broker.start();
        await until(() => new Promise((done, fail) => {
            const probe = createServer().once('error', () => done(true)).listen(this.brokerPort, '127.0.0.1', () => probe.close(() => fail(new Error('not there yet'))));
        }), { what: 'the broker to listen' });
    }
    async stopBroker() { await this.broker.end('SIGTERM'); }

    // Head office. settings: { section: { key: value } } over the defaults. start: false only writes its settings.
    async hub({ settings = {}, start = true, name = 'hub' } = {}) {
        const [port] = await freePorts(1);
        const dir = join(this.folder, name);
        const hub = new Server(this, name, 'sitelog-hub', {
            ...settings,
            hub: { org: this.org, ...settings.hub }, store: { url: `sqlite:${dir}`, ...settings.store }, http: { listen: `127.0.0.1:${port}`, ...settings.http },
            feed: { url: `mqtt://127.0.0.1:${this.brokerPort}`, ...settings.feed }, log: { level: 'debug', ...settings.log },
        });
        hub.port = port;
        this.theHub ??= hub;
        return this.add(hub, start);
    }
    // A board. camera: true for a simulated one over a few pictures, or a folder of JPEG files.
    async board({ site = 's-0001', id = 'b-0001', camera = false, settings = {}, start = true, name = id } = {}) {
        const [port] = await freePorts(1);
        const pictures = camera === true ? await this.pictures() : camera || undefined;
        const board = new Server(this, name, 'sitelogd', {
            ...settings,
            board: { org: this.org, site, id, timezone: 'Asia/Shanghai', ...settings.board }, store: { dir: join(this.folder, name), reserve_percent: 1, ...settings.store },
            http: { listen: `127.0.0.1:${port}`, ...settings.http },
            mqtt: { host: '127.0.0.1', port: this.brokerPort, retry_max_s: 2, ...settings.mqtt },
            upload: { url: this.theHub ? this.theHub.base : undefined, ...settings.upload },
            camera: { device: pictures && `sim:${pictures}`, ...settings.camera }, log: { level: 'debug', ...settings.log },
        });
        Object.assign(board, { port, site, id });
        return this.add(board, start);
    }
    async add(server, start) {
        await mkdir(server.dir, { recursive: true });
        await server.writeConf();
        await server.ctl('init');
        this.servers.push(server);
        if (start) await server.start();
        return server;
    }
    // A folder with a few small photographs.
    async pictures(count = 4) {
        const folder = join(this.folder, 'pictures');
        await mkdir(folder, { recursive: true });
        const files = (await readdir(PICTURES)).filter((f) => f.endsWith('.jpg'));
        const sized = await Promise.all(files.map(async (f) => ({ f, size: (await stat(join(PICTURES, f))).size })));
        for (const { f } of sized.sort((a, b) => a.size - b.size).slice(0, count)) await cp(join(PICTURES, f), join(folder, f));
        return folder;
    }
    // Their bytes, for uploads.
    async photos(count = 4) {
        const folder = await this.pictures(count);
        return Promise.all((await readdir(folder)).sort().map((f) => readFile(join(folder, f))));
    }
    // Ends what was started, newest first, and removes the folder (keep: leaves it, and says where).
    async stop({ keep = Boolean(process.env.STACK_KEEP) } = {}) {
        for (const server of [...this.servers].reverse()) await server.stop();
        await this.broker?.end('SIGTERM');
        if (keep) console.error(`kept: ${this.folder}`);
        else await rm(this.folder, { recursive: true, force: true });
    }
}
