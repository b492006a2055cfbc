// SPDX-License-Identifier: MIT
// The board's camera as its users have it: the real driver over a device that is not there (tests/support/preload/fake_v4l2.c) in the real program. The
// live picture for many at once, a shot in the middle of it, and a camera that is pulled, stalls, and comes back.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import { fakeCamera } from '../support/fake-camera.mjs';
import path from 'node:path';
import { root, runTests, test, until, uuid7, withStack } from '../support/programs.mjs';
import { answersChecked } from '../support/openapi.mjs';
import { addManager, addOffice } from '../support/site.mjs';

// A reader of the live picture: frames come into .frames, checked against their part's header. slow: takes nothing from the connection until told.
class Viewer {
    constructor(client, { slow = false } = {}) {
        this.frames = [];
        this.rest = Buffer.alloc(0);
        this.ended = false;
        this.opened = new Promise((done, fail) => {
            this.request = http.request({ host: '127.0.0.1', port: client.where.port, path: '/api/v1/camera/live', headers: { Cookie: client.cookie }, agent: false }, (answer) => {
                this.answer = answer;
                answer.on('data', (part) => this.take(part));
                answer.on('end', () => { this.ended = true; });
                answer.on('error', () => { this.ended = true; });
                if (slow) answer.pause();
                done(answer);
            });
            this.request.on('error', fail);
            this.request.end();
        });
    }
    take(part) {
        this.rest = Buffer.concat([this.rest, part]);
        for (;;) {
            const head = this.rest.indexOf('\r\n\r\n');
            if (head < 0) return;
            const [, length] = /^--frame\r\nContent-Type: image\/jpeg\r\nContent-Length: (\d+)$/.exec(this.rest.subarray(0, head).toString()) ?? assert.fail(`no part: ${this.rest.subarray(0, 80)}`);
            if (this.rest.length < head + 4 + Number(length) + 2) return;
            this.frames.push(this.rest.subarray(head + 4, head + 4 + Number(length)));
            assert.equal(this.rest.subarray(head + 4 + Number(length), head + 6 + Number(length)).toString(), '\r\n');
            this.rest = this.rest.subarray(head + 6 + Number(length));
        }
    }
    more = (n, what) => { const have = this.frames.length; return until(`${what}: ${n} more frames`, () => this.frames.length >= have + n); };
    close() { this.request.destroy(); }
}

const camera = async (client, word) => until(`the camera is ${word}`, async () => (await client.get('/status')).camera === word, 90000);

test('the live picture for many at once, and a shot in the middle of it', () => withStack({ check: answersChecked() }, async (stack) => {
    const fake = fakeCamera(stack);
    const board = await stack.startBoard('b-1', fake.board);
    const manager = await addManager(stack, board);
    await camera(manager, 'ok');
    assert.equal(fake.count('STREAMON'), 0, 'it streams for nobody');

    const viewers = Array.from({ length: 8 }, () => new Viewer(manager));
    const asleep = new Viewer(manager, { slow: true });
    for (const v of [...viewers, asleep]) {
        const answer = await v.opened;
        assert.equal(answer.statusCode, 200);
        assert.equal(answer.headers['content-type'], 'multipart/x-mixed-replace; boundary=frame');
        assert.equal(answer.headers['cache-control'], 'no-store');
    }
    for (const v of viewers) await v.more(3, 'live');
    for (const v of viewers) for (const frame of v.frames) assert.ok(fake.files.some((file) => file.equals(frame)), 'as the camera gave it');
    const began = Date.now(), have = viewers.map((v) => v.frames.length);
    await until('four seconds', () => Date.now() - began > 4000);
    viewers.forEach((v, i) => assert.ok(v.frames.length - have[i] >= 8, `two a second: ${v.frames.length - have[i]} in four seconds`));

    const id = uuid7();
    const photo = await manager.post('/camera/shot', { id, room: 'kitchen' });
    assert.equal(photo.origin, 'camera');
    const original = (await manager.call('GET', `/photos/${id}`)).body;
    assert.ok(fake.files.some((file) => file.equals(original)), 'the original is what the camera gave');
    assert.equal(fake.count('STREAMON'), 1, 'one stream for all');

    asleep.answer.resume();
    await asleep.more(2, 'awake again');
    for (const v of [...viewers, asleep]) v.close();
    await until('nobody looks: it does not stream', () => fake.count('STREAMOFF') === 1 && fake.count('close') === fake.count('open'));
}));

test('a camera that is pulled, stalls and comes back', () => withStack({ check: answersChecked() }, async (stack) => {
    const fake = fakeCamera(stack);
    const board = await stack.startBoard('b-1', fake.board);
    const manager = await addManager(stack, board);
    const viewer = new Viewer(manager);
    await viewer.opened;
    await viewer.more(2, 'live');
    fake.script('unplugged\n');
    await camera(manager, 'absent');
    const refused = await manager.raw('POST', '/api/v1/camera/shot', { body: { id: uuid7() } });
    assert.equal(refused.status, 503);
    assert.match(refused.json.detail, /plug it in/);
    assert.equal((await manager.raw('GET', '/api/v1/camera/live')).status, 503);
    fake.script('fps 30\n');
    await viewer.more(2, 'plugged in again');
    await camera(manager, 'ok');
    fake.script('stall\n');
    await camera(manager, 'failed');
    fake.script('fps 30\n');
    await viewer.more(2, 'after the stall');
    await manager.post('/camera/shot', { id: uuid7() });
    viewer.close();
}));

test('a camera that is down for long is an alert, and an outage when it works again', () => withStack({ check: answersChecked() }, async (stack) => {
    await stack.startBroker();
    await stack.startHub();
    const fake = fakeCamera(stack);
    fake.board.env.SITELOG_CAMERA_DOWN_MS = '11000'; // instead of half an hour
    const board = await stack.startBoard('b-1', fake.board);
    const manager = await addManager(stack, board), office = await addOffice(stack);
    const viewer = new Viewer(manager);
    await viewer.opened;
    await viewer.more(1, 'live');
    fake.script('unplugged\n');
    const standing = await until('head office has the alert', async () => (await office.get('/alerts')).alerts.find((a) => a.state === 'standing'));
    assert.deepEqual([standing.rule, standing.level, standing.subject], ['camera-down', 'office', 'board/b-1']);
    assert.equal((await manager.get('/alerts')).alerts[0].id, standing.id, 'the same one on the board');
    assert.equal((await office.get('/api/v1/sites')).sites[0].alerts, 1);
    assert.ok(!(await manager.timeline()).some((entry) => entry.type === 'outage'), 'it lasts still');
    fake.script('fps 30\n');
    const outage = await until('the outage is at head office', async () => (await office.timeline()).find((entry) => entry.type === 'outage'));
    assert.equal(outage.data.what, 'camera');
    assert.ok(outage.data.seconds >= 10 && outage.data.seconds < 60, `${outage.data.seconds} s`);
    await until('it cleared itself', async () => (await office.get('/alerts')).alerts.find((a) => a.id === standing.id).state === 'cleared');
    assert.equal((await office.get('/api/v1/sites')).sites[0].alerts, 0);
    viewer.close();
}));

test('a board that stops ends the live picture at once', () => withStack({}, async (stack) => {
    const fake = fakeCamera(stack);
    const board = await stack.startBoard('b-1', fake.board);
    const manager = await addManager(stack, board);
    const viewer = new Viewer(manager);
    await viewer.opened;
    await viewer.more(1, 'live');
    const began = Date.now();
    assert.equal(await board.program.kill('SIGTERM'), 0);
    assert.ok(Date.now() - began < 5000, `stopped in ${Date.now() - began} ms`);
    await until('the picture ended', () => viewer.ended);
}));

test('doctor says of the camera whether it works, and how to mend it', () => withStack({}, async (stack) => {
    const fake = fakeCamera(stack);
    const board = await stack.startBoard('b-1', fake.board);
    const ctl = path.resolve(root, process.env.BUILD ?? 'build/test', 'sitelogctl');
    const look = () => {
        const { stdout } = spawnSync(ctl, ['--config', board.conf, '--json', 'doctor'], { env: { ...process.env, ...fake.board.env }, encoding: 'utf8' });
        return JSON.parse(stdout).checks.find((check) => check.check === 'camera');
    };
    const manager = await addManager(stack, board);
    await camera(manager, 'ok');
    assert.deepEqual([look().state, look().text], ['ok', '/dev/video77 is there and works']);
    await board.program.kill('SIGTERM');
    assert.equal(look().text, '/dev/video77 gives pictures');
    for (const [words, says] of [['absent\n', /plug it in/], ['error OPEN 13\n', /group video/], ['error S_FMT 16\n', /another program/], ['offer H264 640x480\n', /MJPEG/], ['fps 30\nstall\n', /gives no picture/]]) {
        fake.script(words);
        const found = look();
        assert.equal(found.state, 'wrong', words);
        assert.match(`${found.text} ${found.mend}`, says);
    }
}));

test('raw pictures become photos', () => withStack({}, async (stack) => {
    const fake = fakeCamera(stack);
    fake.script('offer YUYV 640x480\nfps 30\n');
    const board = await stack.startBoard('b-1', fake.board);
    const manager = await addManager(stack, board);
    const photo = await manager.post('/camera/shot', { id: uuid7() });
    assert.deepEqual([photo.width, photo.height], [640, 480]);
    const file = stack.write('shot.jpg', '');
    fs.writeFileSync(file, (await manager.call('GET', `/photos/${photo.id}`)).body);
    assert.match(execFileSync('exiftool', ['-s', '-FileType', '-YCbCrSubSampling', file]).toString(), /JPEG[^]*YCbCr4:2:2/);
}));

await runTests();
