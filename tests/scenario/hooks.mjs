// SPDX-License-Identifier: MIT
// Head office's webhooks, against receivers that behave as the robots' documents say, and worse: each alert is told once to each of the four formats
// through errors, silence, limits, a receiver that is away and a hub that is killed; what is refused is parked and shown; the digest comes once a date.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import mqtt from 'mqtt';
import { freePort, runTests, test, until, uuid7, withStack } from '../support/programs.mjs';
import { answersChecked, document, validator } from '../support/openapi.mjs';
import { wallClock } from '../support/site.mjs';
import { Writer } from '../support/forger.mjs';

const KEY = 'key-of-the-robot', SECRET = 'SEC0123456789secret';
const formats = ['json', 'wecom', 'dingtalk', 'feishu'];
const sign = (key, text) => createHmac('sha256', key).update(text).digest('base64');
const isMessage = validator(document.webhooks.message.post.requestBody.content['application/json'].schema);

// What a message says, and whether it is signed as its format's documents want it.
const read = {
    json(body, query, headers, raw) {
        assert.ok(isMessage(body), JSON.stringify(isMessage.errors));
        const wanted = createHmac('sha256', SECRET).update(`${headers['x-sitelog-timestamp']}.${raw}`).digest('hex');
        assert.equal(headers['x-sitelog-signature'], `sha256=${wanted}`);
        assert.equal(headers['x-sitelog-delivery'], body.delivery);
        return body.digest ? `digest ${body.digest.date}` : body.alerts.map(({ text, state }) => `${state} ${text.zh}`).join('\n');
    },
    wecom(body) {
        assert.equal(body.msgtype, 'markdown');
        assert.ok(Buffer.byteLength(body.markdown.content) <= 4096);
        return body.markdown.content;
    },
    dingtalk(body, query) {
        assert.equal(body.msgtype, 'markdown');
        assert.ok(Math.abs(Number(query.get('timestamp')) - Date.now()) < 3600_000);
        assert.equal(query.get('sign'), sign(SECRET, `${query.get('timestamp')}\n${SECRET}`));
        return `${body.markdown.title}\n${body.markdown.text}`;
    },
    feishu(body) {
        assert.equal(body.msg_type, 'post');
        assert.equal(body.sign, sign(`${body.timestamp}\n${SECRET}`, ''));
        return [body.content.post.zh_cn.title, ...body.content.post.zh_cn.content.flat().map(({ text }) => text)].join('\n');
    },
};
const good = { json: '', wecom: '{"errcode":0,"errmsg":"ok"}', dingtalk: '{"errcode":0,"errmsg":"ok"}', feishu: '{"code":0,"msg":"success","data":{}}' };

// Receivers of all formats: mode[format] is ok, a status, a robot's answer (an object), hang, or cut.
class Receivers {
    async start() {
        this.port ??= await freePort();
        this.mode ??= Object.fromEntries(formats.map((name) => [name, 'ok']));
        this.seen ??= []; /* {format, delivery, text, taken} */
        this.problems ??= [];
        this.server = http.createServer((asked, answer) => {
            const parts = [];
            asked.on('data', (part) => parts.push(part));
            asked.on('end', () => this.take(asked, Buffer.concat(parts).toString(), answer));
        });
        await new Promise((done) => this.server.listen(this.port, '127.0.0.1', done));
    }
    take(asked, raw, answer) {
        const url = new URL(asked.url, 'http://x'), format = url.pathname.slice(1), mode = this.mode[format];
        const one = { format, delivery: asked.headers['x-sitelog-delivery'], taken: mode === 'ok' };
        try {
            assert.equal(asked.method, 'POST');
            assert.match(asked.headers['content-type'], /^application\/json/);
            assert.equal(url.searchParams.get('key'), KEY);
            one.body = JSON.parse(raw);
            one.text = read[format](one.body, url.searchParams, asked.headers, raw);
        } catch (error) {
            this.problems.push(`${format}: ${error.message}: ${raw}`);
        }
        this.seen.push(one);
        if (mode === 'hang') return;
        if (mode === 'cut') asked.socket.destroy();
        else if (typeof mode === 'number') answer.writeHead(mode, mode === 302 ? { Location: `http://127.0.0.1:${this.port}/stolen` } : {}).end();
        else answer.writeHead(200, { 'Content-Type': 'application/json' }).end(mode === 'ok' ? good[format] : JSON.stringify(mode));
    }
    of(format, word) { return this.seen.filter((one) => one.format === format && one.text?.includes(word)); }
    taken(format, word) { return this.of(format, word).filter((one) => one.taken).length; }
    async stop() {
        this.server.closeAllConnections();
        await new Promise((done) => this.server.close(done));
    }
}

async function office(stack, { digest = 'no', more = '' } = {}) {
    const receivers = new Receivers();
    await receivers.start();
    stack.write('secret', `${SECRET}\n`);
    for (const format of formats)
        stack.write(`hooks/${format}.conf`, `[hook]\nurl = http://127.0.0.1:${receivers.port}/${format}?key=${KEY}\nformat = ${format}\nlevels = executive\n` +
            `digest = ${digest}\n${format === 'wecom' ? '' : `secret_file = ${stack.dir}/secret\n`}`);
    await stack.startBroker();
    await stack.startHub(`hooks = ${stack.dir}/hooks\nurl = https://office.example\nhook_retry_max_s = 1\nhook_timeout_s = 1\n${more}`);
    await stack.addUser(null, 'o-01', 'office', '1357', 'Office');
    const client = await stack.hubClient().signIn('o-01', '1357');
    return { receivers, client, hooks: async () => Object.fromEntries((await client.get('/hooks')).hooks.map((hook) => [hook.name, hook])) };
}

// A board that nobody made raises alerts, of the rule that only boards judge: head office would clear others at once.
async function alarms(stack) {
    const board = await mqtt.connectAsync(`mqtt://127.0.0.1:${stack.brokerPort}`, { clientId: 'b-9' }), writer = new Writer('b-9');
    const say = async (type, zh, level, more) => {
        const id = more?.id ?? uuid7();
        const data = { rule: 'camera-down', level, subject: 'board/b-9', due: new Date(Date.now() - 7200_000).toISOString(), raised: new Date().toISOString(), text: { zh, en: zh } };
        await board.publishAsync(`sitelog/v1/acme/s-1/b-9/up/alert/${type}`, writer.next(type, data, { subject: `alert/${id}`, rev: type === 'alert-raised' ? 1 : 2 }, 'alert'), { qos: 1 });
        return id;
    };
    return { raise: (zh, level = 'executive') => say('alert-raised', zh, level), clear: (id, zh) => say('alert-cleared', zh, 'executive', { id }), end: () => board.endAsync() };
}

const each = (what, look) => until(what, () => formats.every(look));

test('each alert once in each format, whatever goes wrong', () => withStack({ check: answersChecked() }, async (stack) => {
    const { receivers, hooks } = await office(stack), { mode } = receivers, once = (word) => formats.map((format) => receivers.taken(format, word));
    const { raise, clear, end } = await alarms(stack);
    const first = await raise('贴砖慢了');
    await raise('与高管无关', 'office');
    await each('all are told', (format) => receivers.taken(format, '贴砖慢了'));
    assert.match(receivers.of('wecom', '贴砖慢了')[0].text, /### 工地预警\n> 【高管】s-1（s-1） \d\d-\d\d \d\d:\d\d 起，已 2 小时：贴砖慢了\n\[打开工地页面\]\(https:\/\/office\.example\/#\/site\/s-1\)/);
    let all = await until('that they were told is written down', async () => { const now = await hooks(); return formats.every((name) => now[name].waiting === 0) && now; });
    assert.deepEqual(formats.map((name) => [all[name].waiting, all[name].parked, all[name].last_error]), formats.map(() => [0, 0, null]));
    assert.equal(all.wecom.host, `127.0.0.1:${receivers.port}`);

    /* Each fails in a way of its own; the hub is killed in the middle of it. */
    Object.assign(mode, { json: 500, wecom: { errcode: 45009, errmsg: 'api freq out of limit' }, dingtalk: 'hang', feishu: 'cut' });
    await raise('水管漏水');
    await each('all have tried twice', (format) => receivers.of(format, '水管漏水').length >= 2);
    all = await hooks();
    assert.deepEqual(formats.map((name) => all[name].waiting), [1, 1, 1, 1]);
    assert.match(all.json.last_error.text, /HTTP 500/);
    assert.match(all.wecom.last_error.text, /45009/);
    await stack.hub.kill('SIGKILL');
    Object.assign(mode, { json: 'ok', wecom: 'ok', dingtalk: 'ok', feishu: 'ok' });
    await stack.startHub();
    await each('all are told', (format) => receivers.taken(format, '水管漏水'));
    for (const format of formats) assert.equal(new Set(receivers.of(format, '水管漏水').map(({ delivery }) => delivery)).size, 1, `${format}: one delivery, whenever it comes`);

    /* Nobody there at all; meanwhile a burst, which comes merged. */
    await receivers.stop();
    const burst = Array.from({ length: 14 }, (_, n) => `连发${String.fromCharCode(0x4e00 + n)}`);
    for (const word of burst) await raise(word);
    await until('they wait', async () => { const now = await hooks(); return formats.every((name) => now[name].waiting === 14 && now[name].last_error); });
    await receivers.start();
    await each('all are told', (format) => burst.every((word) => receivers.taken(format, word)));
    for (const word of [...burst, '贴砖慢了', '水管漏水']) assert.deepEqual(once(word), [1, 1, 1, 1], `${word}: once each`);
    for (const format of formats) assert.ok(receivers.of(format, '连发').length <= 6, `${format}: merged`);

    await clear(first, '贴砖慢了');
    await each('that it is over', (format) => receivers.of(format, format === 'json' ? 'cleared 贴砖慢了' : '解除').length === 1);
    assert.deepEqual(once('无关'), [0, 0, 0, 0], 'another level');
    assert.deepEqual(receivers.problems, []);

    /* It ends at once, also while one of them hangs; and has told nobody what is secret. */
    mode.json = 'hang';
    await raise('最后');
    await until('it hangs', () => receivers.of('json', '最后').length);
    const began = Date.now();
    assert.equal(await stack.hub.kill('SIGTERM'), 0);
    assert.ok(Date.now() - began < 4000, 'ends in time');
    const log = fs.readFileSync(stack.hub.log, 'utf8');
    assert.match(log, /webhook json: 127\.0\.0\.1:\d+: HTTP 500; it is tried again/);
    for (const word of [KEY, SECRET]) assert.ok(!log.includes(word) && !JSON.stringify(all).includes(word), 'secrets are told nobody');
    await end();
    await receivers.stop();
}));

test('what is refused is parked, shown, and tried once more after a restart', () => withStack({ check: answersChecked() }, async (stack) => {
    const { receivers, client, hooks } = await office(stack), { mode } = receivers, { raise, end } = await alarms(stack);
    Object.assign(mode, { json: 400, wecom: { errcode: 93000, errmsg: `invalid webhook url, ${KEY}` }, dingtalk: { errcode: 310000, errmsg: 'sign not match' }, feishu: 302 });
    await raise('停工');
    const all = await until('all are parked', async () => { const now = await hooks(); return formats.every((name) => now[name].parked === 1) && now; });
    assert.deepEqual(formats.map((name) => all[name].waiting), [0, 0, 0, 0]);
    assert.deepEqual(formats.map((name) => all[name].last_error.text), ['HTTP 400', 'its words repeat a secret, and are left out', '310000: sign not match', 'HTTP 302: it has moved, and redirects are not followed']);
    assert.deepEqual([all.json.parked_newest[0].kind, all.json.parked_newest[0].why], ['raised', 'HTTP 400']);
    assert.match(String((await client.raw('GET', '/metrics')).body), /\nsitelog_hook_waiting\{hook="json"\} 0\n[^]*\nsitelog_hook_parked\{hook="wecom"\} 1\n/);
    assert.equal(receivers.seen.length, 4, 'none is tried again, none follows a redirect');
    const { code, out } = await stack.ctl(stack.hubConf, 'doctor');
    assert.equal(code, 1);
    assert.match(out, /WRONG webhook +dingtalk \(dingtalk, 127\.0\.0\.1:\d+\): 1 messages could not be delivered; .*310000: sign not match\n +→ check secret_file .*dingtalk\.conf in \[office\] hooks; then restart sitelog-hub/);
    assert.ok(!out.includes(KEY));

    /* Mended: another URL in the file, say. */
    for (const format of formats) mode[format] = 'ok';
    assert.equal(await stack.hub.kill('SIGTERM'), 0);
    await stack.startHub();
    await each('all are told', (format) => receivers.taken(format, '停工') === 1);
    await until('nothing is left', async () => Object.values(await hooks()).every(({ waiting, parked, last_success }) => !waiting && !parked && last_success));
    assert.match((await stack.ctl(stack.hubConf, 'doctor')).out, /ok +webhook +wecom \(wecom, 127\.0\.0\.1:\d+\): works; 0 wait/);
    assert.deepEqual(receivers.problems, []);
    await end();
    await receivers.stop();
}));

test('the digest comes once a date, and before noon only', () => withStack({ check: answersChecked() }, async (stack) => {
    const tomorrow = (n) => new Date(Date.now() + n * 86400_000).toISOString().slice(0, 10), clock = wallClock(stack), setClock = (time) => clock.ahead(Date.parse(time) - Date.now());
    setClock(`${tomorrow(2)}T08:29:30+08:00`);
    const { receivers } = await office(stack, { digest: '08:30' }), { raise, end } = await alarms(stack);
    const read = Receivers.prototype.taken.bind(receivers), digests = () => receivers.seen.filter(({ format, text }) => format === 'json' && text?.startsWith('digest'));
    await raise('贴砖慢了');
    await each('the alert', (format) => read(format, '贴砖慢了'));
    const run = async (time) => {
        if (stack.hub.running) assert.equal(await stack.hub.kill('SIGTERM'), 0);
        setClock(time);
        stack.hub.env = clock.env;
        await stack.startHub();
    };
    await run(`${tomorrow(2)}T08:29:30+08:00`);
    assert.equal(digests().length, 0);
    setClock(`${tomorrow(2)}T08:30:01+08:00`);
    await until('the digest', () => digests().length === 1);
    await until('the others\'', () => ['wecom', 'feishu'].every((format) => receivers.of(format, `工地早报 ${tomorrow(2)}`).length === 1));
    const { digest } = digests()[0].body;
    assert.deepEqual([digest.date, digest.sites, digest.red, digest.top[0].site, digest.top[0].executive_alerts], [tomorrow(2), 1, 1, 's-1', 1]);
    assert.match(receivers.of('wecom', '工地早报')[0].text, /共 1 个工地，红灯 1 个，最急的：\n> 1\. s-1（s-1）：.*高管预警 1/);
    const client = await stack.hubClient().signIn('o-01', '1357'), asked = await client.get('/digest');
    assert.deepEqual({ ...asked, at: digest.at }, digest, 'on demand the same');

    await run(`${tomorrow(2)}T11:00:00+08:00`); /* the same date */
    await run(`${tomorrow(3)}T12:00:01+08:00`); /* was down all morning */
    await run(`${tomorrow(4)}T11:58:00+08:00`); /* was down at 08:30 */
    await until('the next', () => digests().length === 2);
    assert.equal(digests()[1].body.digest.date, tomorrow(4));
    await run(`${tomorrow(4)}T11:59:00+08:00`);
    await raise('又慢了');
    await until('it works', () => read('json', '又慢了') === 1);
    assert.equal(digests().length, 2);
    assert.deepEqual(receivers.problems.filter((problem) => !/^dingtalk/.test(problem)), []); /* whose time is checked by this machine's */
    await end();
    await receivers.stop();
}));

await runTests();
