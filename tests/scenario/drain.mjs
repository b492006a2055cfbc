// SPDX-License-Identifier: MIT
// kill -9 while a backlog drains: the board at 50 random moments, the broker (which forgets everything) and the hub at random. Full size is a drain of
// 5,000 events; SCENARIO_SCALE makes it smaller. The seed is printed; SEED=n repeats a run.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { answersChecked } from '../support/openapi.mjs';
import { realPhotos, runTests, test, until, varied, withStack } from '../support/programs.mjs';
import { addManager, addOffice, agree, allReceived, insist, log, randoms, scale, thereOnce, verifyClean } from '../support/site.mjs';
import { vitals } from '../support/vitals.mjs';

const EVENTS = Math.ceil(5000 * scale * scale), KILLS = Math.ceil(50 * scale * scale);
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

test(`${EVENTS} events drain under ${KILLS} kills of the board, and others of broker and hub (SEED=${seed})`, () => withStack({ check: answersChecked() }, async (stack) => {
    const random = randoms(seed);
    const board = await stack.startBoard('b-1');
    const manager = await addManager(stack, board);
    const [jpeg] = realPhotos(1).map((file) => fs.readFileSync(file));
    const ids = [], photos = new Map();
    const write = async () => { ids.push((await manager.post('/daylogs', log(`第${ids.length}项`))).id); };
    while (ids.length < EVENTS) await Promise.all(Array.from({ length: 20 }, write));
    for (let i = 0; i < 10; i++) {
        const bytes = varied(jpeg, i);
        photos.set((await manager.photo(bytes)).id, bytes);
    }
    await stack.startBroker();
    await stack.startHub();
    const office = await addOffice(stack);
    const again = { broker: () => stack.startBroker(), hub: () => stack.startHub(), board: () => stack.startBoard('b-1') };
    const program = { broker: stack.broker, hub: stack.hub, board: board.program };
    for (let killed = 0; killed < KILLS;) {
        await new Promise((done) => setTimeout(done, 30 + random() * 250));
        const victim = ['board', 'board', 'broker', 'hub'][Math.floor(random() * 4)];
        if (victim === 'board') killed++;
        await program[victim].kill('SIGKILL');
        await again[victim]();
        const one = log(`nach ${killed}`); // somebody goes on working meanwhile
        ids.push((await insist(() => manager.post('/daylogs', one))).id);
    }
    await allReceived(manager);
    await agree(manager, office);
    await thereOnce(office, ids, photos);
    await verifyClean(stack, board.conf, stack.hubConf);
    // And it is well afterwards: what comes now goes out, and neither memory nor descriptors grow.
    const checks = [vitals(board.program, board.where), vitals(stack.hub, stack.hubWhere)];
    for (let i = 0; i < 50; i++) await manager.post('/daylogs', log(`danach ${i}`));
    await allReceived(manager);
    for (const check of checks) await check();
}));

await runTests();
