// SPDX-License-Identifier: MIT
// Button, lamp, buzzer and the panel's light of whole programs, on simulated pins: what a person does there, and what is seen and heard.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { runTests, test, until, withStack } from '../support/programs.mjs';
import { addManager, addOffice, allReceived, log, sha256 } from '../support/site.mjs';

const ROOMY = '80000000000 100000000000', FULL = '15000000000 100000000000'; // free and total bytes of the disk

// A board with a button on simulated pins.
async function startBoard(stack, { more = '', env = {} } = {}) {
    const pins = path.join(stack.dir, 'pins'), data = path.join(stack.dir, 'b-1');
    for (const dir of [pins, data]) fs.mkdirSync(dir, { recursive: true });
    fs.writeFileSync(path.join(data, '.sim-disk'), ROOMY);
    const board = await stack.startBoard('b-1', { more: `[gpio]\nchip = sim:${pins}\nbutton = 17\nlamp = 27\n${more}`, env });
    return { ...board, pins };
}

// Lines of edges; what has no time is now.
function write(file, text) {
    const fd = fs.openSync(file, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
    fs.writeSync(fd, text);
    fs.closeSync(fd);
}
const press = (board, edges = '1\n0 2\n1 3\n0 1\n1 2\n0 150\n1 1\n0 2\n') => write(path.join(board.pins, 'button'), edges);

// What a lamp, buzzer or light showed last: [{at, value}], the newest at the end; and for how long it has shown that.
function shown(board, name) {
    const text = fs.existsSync(path.join(board.pins, name)) ? fs.readFileSync(path.join(board.pins, name), 'utf8') : '';
    return text.split('\n').filter(Boolean).map((line) => ({ at: Number(line.split(' ')[0]), value: Number(line.split(' ')[1]) }));
}
const nowMs = () => Number(process.hrtime.bigint() / 1_000_000n);
const gaps = (list) => list.slice(1).map((change, n) => change.at - list[n].at);
const blinks = (board, count, low, high) => {
    const last = gaps(shown(board, 'lamp').slice(-count - 1));
    return last.length === count && last.every((gap) => gap >= low && gap <= high) && nowMs() - shown(board, 'lamp').at(-1).at <= high;
};
const slow = (board) => until('the lamp blinks slowly', () => blinks(board, 3, 800, 1500));
const fast = (board, ms) => until('the lamp blinks fast', () => blinks(board, 8, 80, 300), ms);
const steady = (board) => until('the lamp is steady', () => {
    const last = shown(board, 'lamp').at(-1);
    return last.value === 1 && nowMs() - last.at > 2500;
});
// Flashes that lasted so long, dark on both sides.
const flashes = (board, name, low, high, since = 0) => {
    const list = shown(board, name).filter((change) => change.at >= since);
    return list.filter((change, n) => change.value === 1 && list[n + 1] && list[n + 1].at - change.at >= low && list[n + 1].at - change.at <= high).length;
};
const photos = async (client) => (await client.timeline()).filter((entry) => entry.type === 'photo-taken');
const photoCount = (client, count) => until(`there are ${count} photos`, async () => (await photos(client)).length === count);

test('a press is a photo at board and hub; the lamp is slow until it is received, then steady', () => withStack({}, async (stack) => {
    const board = await startBoard(stack, { more: 'buzzer = 22\nbuzzer_quiet = never\n' });
    const manager = await addManager(stack, board);
    await manager.post('/daylogs', log('开槽', { stage: 'plumbing_electrical' }));
    await slow(board);
    press(board);
    await until('a long flash and a beep', () => flashes(board, 'lamp', 450, 950) === 1 && flashes(board, 'buzzer', 50, 400) === 1);
    const [photo] = await photos(manager);
    assert.equal(photo.data.origin, 'camera');
    assert.equal(photo.data.stage, 'plumbing_electrical', 'where the site stands');
    assert.equal(photo.actor.id, 'board');
    await slow(board);

    press(board, '1\n');
    await photoCount(manager, 2);
    await slow(board); // which takes seconds, and it is held all the time
    press(board, '0\n1 60\n0 10\n1 10\n0 10\n1 10\n0 10\n1 60\n0 100\n'); // let go; a drill next door; a press
    await photoCount(manager, 3);

    await stack.startBroker();
    await stack.startHub();
    const office = await addOffice(stack);
    await allReceived(manager);
    await steady(board);
    const there = await photos(office);
    assert.deepEqual(there.map((entry) => entry.id).sort(), (await photos(manager)).map((entry) => entry.id).sort());
    assert.equal(there.at(-1).actor.id, 'board');
    const [mine, theirs] = await Promise.all([manager, office].map((client) => client.call('GET', `/photos/${photo.id}`)));
    assert.equal(sha256(theirs.body), sha256(mine.body));

    await stack.hub.kill('SIGKILL');
    press(board);
    await photoCount(manager, 4);
    await slow(board);
    await stack.startHub();
    await allReceived(manager);
    await steady(board);
}));

test('what fails is three quick flashes; a camera that is away and a full disk are alerts', () => withStack({}, async (stack) => {
    const board = await startBoard(stack, { more: 'buzzer = 22\nbuzzer_quiet = never\n' });
    const manager = await addManager(stack, board);
    const faults = path.join(stack.dir, 'camera-b-1', 'faults');
    fs.writeFileSync(faults, 'absent\n');
    press(board);
    await until('three quick flashes', () => flashes(board, 'lamp', 90, 300) === 3);
    assert.match(stack.tail(board.program), /warn +button: no photo: .*absent/);
    assert.equal((await photos(manager)).length, 0);
    await fast(board, 45000); // it may be looked for yet in the first seconds
    await until('two beeps for the alert', () => flashes(board, 'buzzer', 100, 400) === 2);

    fs.rmSync(faults);
    press(board);
    await photoCount(manager, 1);
    await slow(board);
    fs.writeFileSync(path.join(board.dir, '.sim-disk'), FULL);
    await manager.post('/daylogs', log('开槽'));
    await fast(board);
    assert.equal(flashes(board, 'buzzer', 100, 400), 4);
}));

test('the beep comes when the photo is safe: a kill then loses nothing', () => withStack({}, async (stack) => {
    const board = await startBoard(stack, { more: 'buzzer = 22\nbuzzer_quiet = never\n' });
    await addManager(stack, board);
    press(board);
    await until('it beeps', () => shown(board, 'buzzer').some((change) => change.value === 1));
    await board.program.kill('SIGKILL');
    const again = await startBoard(stack);
    const [photo] = await photos(await stack.client(again).signIn('u-01', '2468'));
    assert.equal(photo.data.origin, 'camera');
}));

test('at night it does not beep; held at the start it takes no photo; without a line there is no buzzer', () => withStack({}, async (stack) => {
    fs.mkdirSync(path.join(stack.dir, 'pins'), { recursive: true });
    fs.writeFileSync(path.join(stack.dir, 'pins', 'held'), '');
    const env = { SITELOG_CLOCK: '2026-11-22T21:30:00+08:00', SITELOG_CLOCK_GRADE: 'rtc' };
    const board = await startBoard(stack, { more: 'buzzer = 22\n', env });
    const manager = await addManager(stack, board);
    press(board, '0\n');
    press(board, '1 300\n0 150\n');
    await photoCount(manager, 1);
    await until('a long flash', () => flashes(board, 'lamp', 450, 950) === 1);
    assert.deepEqual(shown(board, 'buzzer').map((change) => change.value), [0]);
    await board.program.kill('SIGTERM');
    assert.equal(shown(board, 'lamp').at(-1).value, 0, 'dark behind it');

    for (const name of ['buzzer', 'held']) fs.rmSync(path.join(board.pins, name));
    fs.writeFileSync(board.conf, fs.readFileSync(board.conf, 'utf8').replace('buzzer = 22\n', ''));
    const silent = await startBoard(stack);
    press(silent);
    await photoCount(await stack.client(silent).signIn('u-01', '2468'), 2);
    assert.equal(fs.existsSync(path.join(board.pins, 'buzzer')), false);
}));

test('quiet hours are the site\'s, wherever its plan says that it is', () => withStack({}, async (stack) => {
    await stack.startBroker();
    await stack.startHub();
    const office = await addOffice(stack);
    const env = { SITELOG_CLOCK: '2026-11-22T21:30:00+08:00', SITELOG_CLOCK_GRADE: 'rtc' };
    const board = await startBoard(stack, { more: 'buzzer = 22\n', env });
    const manager = await addManager(stack, board);
    press(board);
    await until('a long flash', () => flashes(board, 'lamp', 450, 950) === 1);
    assert.deepEqual(shown(board, 'buzzer').map((change) => change.value), [0]);
    await office.call('PUT', '/api/v1/sites/s-1', { headers: { 'If-Match': '0' }, body: { name: 'x', timezone: 'UTC', stages: [] } });
    await until('the plan is on the board', async () => (await manager.get('/site')).name === 'x');
    await until('it beeps: there it is early afternoon', async () => {
        const pressed = nowMs();
        press(board);
        await until('a long flash', () => flashes(board, 'lamp', 450, 950, pressed) === 1);
        return flashes(board, 'buzzer', 50, 400, pressed) === 1;
    });
}));

test('pins that are not there yet, or were pulled out, are taken when they come', () => withStack({}, async (stack) => {
    fs.mkdirSync(path.join(stack.dir, 'pins'), { recursive: true });
    const faults = path.join(stack.dir, 'pins', 'faults');
    fs.writeFileSync(faults, 'busy\n');
    const board = await startBoard(stack);
    const manager = await addManager(stack, board);
    assert.match(stack.tail(board.program), /warn +button: .*something else/);
    fs.rmSync(faults);
    await until('the lamp works', () => shown(board, 'lamp').length > 2, 45000);
    fs.writeFileSync(faults, 'absent\n');
    press(board);
    await until('both are gone', () => ['button', 'lamp'].every((name) => stack.tail(board.program).includes(`${name}: it is gone`)));
    fs.rmSync(faults);
    await until('both work again', () => ['button', 'lamp'].every((name) => stack.tail(board.program, 40).split(`${name}: works`).length === 3), 45000);
    press(board);
    await photoCount(manager, 1);
    await slow(board);
}));

test('the panel dims, a touch wakes it at once, and it is left bright', () => withStack({}, async (stack) => {
    const panel = path.join(stack.dir, 'panel');
    fs.mkdirSync(panel);
    const board = { ...await stack.startBoard('b-1', { more: `[panel]\nbacklight = sim:${panel}\ndim_after_s = 1\ndim_percent = 15\n` }), pins: panel };
    const percents = () => shown(board, 'brightness').map((change) => change.value);
    await until('it dims', () => percents().at(-1) === 15);
    for (let n = 0; n < 3; n++) {
        const touched = nowMs();
        write(path.join(panel, 'touch'), 'x');
        await until('it wakes', () => percents().at(-1) === 100);
        const woke = shown(board, 'brightness').at(-1).at;
        assert.ok(woke - touched < 400, `it woke after ${woke - touched} ms`);
        await until('it dims again', () => percents().at(-1) === 15);
        const dimmed = shown(board, 'brightness').at(-1).at;
        assert.ok(dimmed - woke >= 950, `it dimmed after ${dimmed - woke} ms`);
    }
    assert.equal(await board.program.kill('SIGTERM'), 0);
    assert.deepEqual(percents(), [100, 15, 100, 15, 100, 15, 100, 15, 100]);
}));

await runTests();
