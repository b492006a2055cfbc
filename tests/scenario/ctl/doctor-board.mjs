// SPDX-License-Identifier: MIT
// What the doctor says of the board as a machine, on made-up files of the kernel (SITELOG_SYSFS): each state, and how to mend it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { at, finish, run, test } from '../../support/ctl_rig.mjs';

test('wear, heat, power, watchdog: works, or how to mend it', () => at('board', {}, async (board) => {
    await board.json(['init']);
    const sys = `${board.folder}/sys`;
    const put = (file, text) => {
        fs.mkdirSync(path.dirname(`${sys}/${file}`), { recursive: true });
        fs.writeFileSync(`${sys}/${file}`, text);
    };
    const ask = async (env = {}) => {
        const { out } = await run('sitelogctl', ['--config', board.conf, '--json', 'doctor'], { env: { SITELOG_SYSFS: sys, ...env } });
        const { checks } = JSON.parse(out);
        for (const c of checks) assert.equal(c.state === 'ok', c.mend === null, `${c.check}: what is not ok says how to mend it`);
        return (name) => checks.find((c) => c.check === name);
    };
    let of = await ask();
    for (const check of ['wear', 'heat', 'power', 'watchdog']) assert.equal(of(check).state, 'ok', `${check}: nothing tells`);
    for (const [life, spare, state, text] of [['0x01 0x01', '0x01', 'ok', /10 %/], ['0x08 0x02', '0x01', 'ok', /80 %/], ['0x09 0x02', '0x01', 'warn', /90 %/],
        ['0x01 0x01', '0x02', 'warn', /runs short/], ['0x0b 0x01', '0x01', 'wrong', /more than 100 %/], ['0x01 0x01', '0x03', 'wrong', /nearly gone/]]) {
        put('block/mmcblk0/device/life_time', life);
        put('block/mmcblk0/device/pre_eol_info', spare);
        of = await ask();
        assert.equal(of('wear').state, state, `${life} ${spare}`);
        assert.match(of('wear').text, text);
    }
    for (const [temp, state] of [['69000', 'ok'], ['70000', 'warn'], ['80000', 'wrong']]) {
        put('class/thermal/thermal_zone0/temp', temp);
        assert.equal((await ask())('heat').state, state);
    }
    assert.equal((await ask({ SITELOG_POWER_SUPPLY: 'ups' }))('power').state, 'wrong', 'there is none');
    for (const [online, state] of [['0', 'warn'], ['1', 'ok']]) {
        put('class/power_supply/ups/online', online);
        assert.equal((await ask({ SITELOG_POWER_SUPPLY: 'ups' }))('power').state, state);
    }
    assert.equal((await ask({ SITELOG_WATCHDOG_DEVICE: '/dev/watchdog99' }))('watchdog').state, 'wrong');
    assert.equal((await ask({ SITELOG_WATCHDOG_DEVICE: `sim:${sys}/dog` }))('watchdog').state, 'ok');
}));

test('space: what the daemon does about it, as status and doctor say', () => at('board', {}, async (board) => {
    await board.json(['init']);
    await board.start();
    const find = ({ checks }, name) => checks.find((c) => c.check === name);
    const free = (percent) => fs.writeFileSync(`${board.dir}/.sim-disk`, `${percent * 10_000_000} 1000000000`);
    free(50);
    assert.equal(find(await board.json(['doctor']), 'space'), undefined);
    for (const [percent, level, state] of [[14, 'no_timelapse', 'warn'], [9, 'dropping', 'warn'], [0, 'full', 'wrong']]) {
        free(percent);
        assert.equal((await board.json(['status'])).status.disk.level, level);
        assert.match((await board.ctl(['status'])).out, new RegExp(`^disk .*\\(${percent} %\\), ${level}$`, 'm'));
        assert.equal(find(await board.json(['doctor'], state === 'wrong' ? 1 : 0), 'space').state, state, level);
    }
    await board.stop();
}));

await finish();
