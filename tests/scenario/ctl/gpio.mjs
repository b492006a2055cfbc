// SPDX-License-Identifier: MIT
// What the doctor says of button, lamp, buzzer and the panel's light: whether they work, and how to mend them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { at, finish, test } from '../../support/ctl_rig.mjs';

const CHECKS = ['button', 'lamp', 'buzzer', 'panel'];

// The findings by their check, with --json and as a person reads them.
async function findings(board, env = {}) {
    const answer = await board.ctl(['--json', 'doctor'], { env });
    const { checks } = JSON.parse(answer.out);
    const { out } = await board.ctl(['doctor'], { env });
    const found = Object.fromEntries(CHECKS.map((name) => [name, checks.filter((check) => check.check === name)]));
    for (const name of CHECKS) {
        assert.equal(found[name].length, 1, `${name} once`);
        [found[name]] = found[name];
        assert.equal(found[name].state === 'ok', found[name].mend === null, `${name}: what is not ok says how to mend it`);
        assert.ok(out.includes(found[name].text), `${name} is told`);
    }
    return found;
}
const states = (found) => CHECKS.map((name) => found[name].state).join(' ');

function settings(board, text) {
    const file = fs.readFileSync(board.conf, 'utf8').replace(/\n\[gpio\][^]*$/, '\n');
    fs.writeFileSync(board.conf, `${file}${file.endsWith('\n') ? '' : '\n'}[gpio]\n${text}`);
}

test('doctor: a board without any of them is well', () => at('board', {}, async (board) => {
    await board.json(['init']);
    const env = { SITELOG_DEVICES_ROOT: board.folder };
    const found = await findings(board, env);
    assert.equal(states(found), 'ok ok ok ok');
    assert.match(found.button.text, /none is set/);
    assert.match(found.panel.text, /no backlight/);
}));

test('doctor: simulated pins, each fault with its mend', () => at('board', { camera: '/nowhere' }, async (board) => {
    await board.json(['init']);
    const pins = path.join(board.folder, 'pins');
    const lines = `chip = sim:${pins}\nbutton = 17\nlamp = 27\nbuzzer = 22\n`;
    settings(board, lines);
    let found = await findings(board);
    assert.equal(states(found), 'wrong wrong wrong ok');
    assert.match(found.lamp.mend, /make it/);
    fs.mkdirSync(pins);
    found = await findings(board);
    assert.equal(states(found), 'ok ok ok ok');
    assert.match(found.buzzer.text, /silent: 20:00-08:00/);
    for (const [fault, expected] of [['denied', /may not/], ['busy', /taken by something else/], ['absent', /no folder/]]) {
        fs.writeFileSync(path.join(pins, 'faults'), `${fault}\n`);
        found = await findings(board);
        assert.equal(states(found), 'wrong wrong wrong ok', fault);
        assert.match(found.button.text, expected);
    }
    fs.rmSync(path.join(pins, 'faults'));
    await board.start();
    assert.equal(states(await findings(board)), 'ok ok ok ok', 'while the daemon has them');
    await board.stop();
}));

test('doctor: a button without a camera, and a chip that is not there', () => at('board', {}, async (board) => {
    await board.json(['init']);
    const pins = path.join(board.folder, 'pins');
    fs.mkdirSync(pins);
    settings(board, `chip = sim:${pins}\nbutton = 17\n`);
    const found = await findings(board);
    assert.equal(states(found), 'warn ok ok ok');
    assert.match(found.button.mend, /\[camera\] device/);
    settings(board, 'chip = gpiochip99\nlamp = 27\n');
    const none = await findings(board);
    assert.equal(states(none), 'ok wrong ok ok');
    assert.match(none.lamp.text, /no GPIO chip gpiochip99/);
    assert.match(none.lamp.mend, /gpiodetect/);
    await board.start(); // it runs without
    assert.match(board.log, /lamp: there is no GPIO chip gpiochip99/);
    await board.stop();
}));

// The kernel's files in a folder of their own, as hal/linux/display_sysfs.c reads them in test builds.
test('doctor: the panel\'s light, and what wakes it', () => at('board', {}, async (board) => {
    await board.json(['init']);
    const root = path.join(board.folder, 'devices'), env = { SITELOG_DEVICES_ROOT: root };
    const light = path.join(root, 'sys/class/backlight/10-0045');
    fs.mkdirSync(light, { recursive: true });
    for (const [name, text] of [['max_brightness', '255\n'], ['brightness', '255\n'], ['bl_power', '0\n']]) fs.writeFileSync(path.join(light, name), text);
    let { panel } = await findings(board, env);
    assert.equal(panel.state, 'warn');
    assert.match(panel.text, /no touch screen .* 10-0045/);
    const keys = path.join(root, 'sys/class/input/event0/device/capabilities');
    fs.mkdirSync(keys, { recursive: true });
    fs.writeFileSync(path.join(keys, 'key'), '400 0 0 0 0 0\n');
    fs.mkdirSync(path.join(root, 'dev/input'), { recursive: true });
    execFileSync('mkfifo', [path.join(root, 'dev/input/event0')]);
    ({ panel } = await findings(board, env));
    assert.equal(panel.state, 'ok');
    assert.match(panel.text, /10-0045 dims to 10 % after 180 s/);
    for (const [line, state, expected] of [['backlight = none', 'ok', /left alone/], ['dim_after_s = 0', 'ok', /left alone/], ['backlight = other', 'wrong', /no backlight other/], ['input = event5', 'warn', /no touch screen/]]) {
        settings(board, `[panel]\n${line}\n`);
        ({ panel } = await findings(board, env));
        assert.equal(panel.state, state, line);
        assert.match(panel.text, expected);
    }
    assert.equal(fs.readFileSync(path.join(light, 'brightness'), 'utf8'), '255\n', 'nothing was changed');
}));

// Another user than root, where the tests run as root.
if (process.getuid() === 0) test('doctor: what the daemon\'s user may not open names rule and group', () => at('board', {}, async (board) => {
    await board.json(['init']);
    const user = 65534, root = path.join(board.folder, 'devices'), env = { SITELOG_DEVICES_ROOT: root };
    execFileSync('chown', ['-R', `${user}:${user}`, board.dir]);
    fs.chmodSync(board.folder, 0o755);
    const light = path.join(root, 'sys/class/backlight/panel');
    fs.mkdirSync(light, { recursive: true });
    for (const name of ['max_brightness', 'brightness', 'bl_power']) fs.writeFileSync(path.join(light, name), '0\n', { mode: 0o644 });
    let { panel } = await findings(board, env);
    assert.equal(panel.state, 'wrong');
    assert.match(panel.mend, /70-sitelog\.rules .* group video/);
    for (const name of ['brightness', 'bl_power']) fs.chownSync(path.join(light, name), user, user);
    const keys = path.join(root, 'sys/class/input/event0/device/capabilities');
    fs.mkdirSync(keys, { recursive: true });
    fs.writeFileSync(path.join(keys, 'key'), '400 0 0 0 0 0\n');
    fs.mkdirSync(path.join(root, 'dev/input'), { recursive: true });
    fs.writeFileSync(path.join(root, 'dev/input/event0'), '', { mode: 0o600 });
    ({ panel } = await findings(board, env));
    assert.equal(panel.state, 'wrong');
    assert.match(panel.mend, /70-sitelog\.rules .* group input/);
}));

await finish();
