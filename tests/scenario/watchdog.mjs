// SPDX-License-Identifier: MIT
// The hardware watchdog (its twin) is fed while all threads show life. A camera that hangs starves it; a clean stop
// disarms it, a kill does not. A thread counts as hanging after 2 s instead of a minute (SITELOG_STALE_MS).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { runTests, test, until, uuid7, withStack } from '../support/programs.mjs';
import { addManager, log } from '../support/site.mjs';

test('it is fed while every thread shows life, and only then', () => withStack({}, async (stack) => {
    const file = `${stack.dir}/dog`;
    const board = await stack.startBoard('b-1', { more: `[watchdog]\ndevice = sim:${file}\ntimeout_s = 5\n`, env: { SITELOG_STALE_MS: '2000' } });
    const manager = await addManager(stack, board);
    const lines = () => fs.readFileSync(file, 'utf8').trim().split('\n');
    const feeds = () => lines().filter((line) => line.startsWith('feed')).length;
    const fedAgain = (what) => { const before = feeds(); return until(what, () => feeds() > before); };
    const said = (text) => fs.readFileSync(board.program.log, 'utf8').split(text).length - 1;
    assert.equal(lines()[0], 'open 5');
    await fedAgain('it is fed');

    const faults = `${stack.dir}/camera-b-1/faults`;
    fs.writeFileSync(faults, 'hang 8000\n');
    const shot = manager.raw('POST', '/api/v1/camera/shot', { body: { id: uuid7() } });
    await until('the camera’s thread is named', () => said("the thread 'camera' has shown no life") === 1);
    const starved = feeds();
    await manager.post('/daylogs', log('all else goes on'));
    assert.equal(feeds(), starved, 'not fed as long as it hangs');
    fs.rmSync(faults);
    assert.equal((await shot).status, 201, 'when it hangs no longer the shot is there');
    await fedAgain('it is fed again');
    assert.equal(said('all threads show life again'), 1);

    await board.program.kill('SIGKILL');
    assert.notEqual(lines().at(-1), 'stop', 'a program that dies disarms nothing');
    await stack.startBoard('b-1');
    await fedAgain('by the next one');
    await board.program.kill('SIGTERM');
    assert.equal(lines().at(-1), 'stop');
}));

await runTests();
