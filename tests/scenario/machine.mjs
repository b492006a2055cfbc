// SPDX-License-Identifier: MIT
// How the machine is, on made-up files of the kernel (SITELOG_SYSFS): it reaches status, metrics and, by the beat, head office; the bytes written are
// counted over runs.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { answersChecked } from '../support/openapi.mjs';
import { realPhotos, runTests, test, until, varied, withStack } from '../support/programs.mjs';
import { addManager, addOffice } from '../support/site.mjs';

test('wear, heat and bytes written: status, metrics, head office', () => withStack({ check: answersChecked() }, async (stack) => {
    const sys = `${stack.dir}/sys`;
    for (const [file, text] of [['block/mmcblk0/device/life_time', '0x02 0x04'], ['block/mmcblk0/device/pre_eol_info', '0x01'], ['class/thermal/thermal_zone0/temp', '57500']]) {
        fs.mkdirSync(path.dirname(`${sys}/${file}`), { recursive: true });
        fs.writeFileSync(`${sys}/${file}`, text);
    }
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1', { env: { SITELOG_SYSFS: sys } });
    const manager = await addManager(stack, board), office = await addOffice(stack);
    const looked = await until('it was looked at', async () => {
        const status = await manager.get('/status');
        return status.disk.wear_percent !== undefined && status;
    });
    assert.deepEqual([looked.disk.wear_percent, looked.disk.wear_spare, looked.temperature_c, looked.power], [40, 'normal', 57, 'unknown']);
    const metrics = `${(await manager.raw('GET', '/metrics')).body}`;
    for (const line of ['sitelog_disk_wear_percent 40', 'sitelog_temperature_celsius 57', 'sitelog_space_level 0']) assert.ok(metrics.includes(`\n${line}\n`), line);
    assert.doesNotMatch(`${(await office.raw('GET', '/metrics')).body}`, /sitelog_space_level/);
    await until('head office knows', async () => {
        const [{ health }] = (await office.get('/api/v1/boards')).boards;
        return health?.temperature_c === 57 && health.disk.wear_percent === 40;
    }, 90000);

    const before = looked.disk.written_bytes;
    if (before === undefined) return; // a kernel that does not count
    const jpeg = fs.readFileSync(realPhotos(1, 2_000_000, true)[0]);
    for (let i = 0; i < 3; i++) await manager.photo(varied(jpeg, i));
    await board.program.kill('SIGTERM');
    await stack.startBoard('b-1');
    await manager.signIn('u-01', '2468');
    const { disk } = await until('it was looked at again', async () => {
        const status = await manager.get('/status');
        return status.disk.written_bytes !== undefined && status;
    });
    assert.ok(disk.written_bytes >= before + 3 * jpeg.length, `${disk.written_bytes} after ${before}`);
}));

await runTests();
