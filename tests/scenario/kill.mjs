// SPDX-License-Identifier: MIT
// kill -9 of board, broker and hub at random moments under clients that write and retry with the same id: what was answered 2xx is at head
// office exactly once. The seed is printed; SEED=n repeats a run. Full size is 67 kills; SCENARIO_SCALE=0.3, as in `make test`, is 21.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { realPhotos, runTests, siteDate, test, until, uuid7, varied, withStack } from '../support/programs.mjs';
import { answersChecked } from '../support/openapi.mjs';
import { randoms, scale } from '../support/site.mjs';

const KILLS = Math.ceil(67 * scale), WRITERS = 4;
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

test(`${KILLS} kills of board, broker and hub under writers (SEED=${seed})`, () => withStack({ check: answersChecked() }, async (stack) => {
    const random = randoms(seed);
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1');
    await stack.addUser(board, 'u-01', 'manager', '2468', 'Manager');
    await stack.addUser(null, 'o-01', 'office', '1357', 'Office');
    const manager = await stack.client(board).signIn('u-01', '2468');
    const office = await stack.hubClient({ site: 's-1' }).signIn('o-01', '1357');
    await until('head office knows the site', async () => (await office.get('/api/v1/sites')).sites.some(({ site }) => site === 's-1'));
    const jpeg = fs.readFileSync(realPhotos(1)[0]);
    const answered = { logs: new Set(), photos: new Set(), requests: new Set() };
    let stop = false, wrong;

    // A write that goes on under its id until it is answered; only an unexpected refusal ends the test.
    const insist = async (client, url, body, into, id) => {
        while (!wrong) {
            let answer;
            try {
                answer = await client.raw('POST', url, { body, timeout: 10000 });
            } catch {
                if (stop) return; /* never answered: it may be there or not */
                await new Promise((done) => setTimeout(done, 50));
                continue;
            }
            if (answer.status === 200 || answer.status === 201) into.add(id);
            else if (answer.status !== 503 && answer.status !== 500) wrong = new Error(`${url}: ${answer.status} ${answer.body}`);
            else continue;
            return;
        }
    };
    const writer = async (n) => {
        for (let i = 0; !stop && !wrong; i++) {
            const id = uuid7();
            if (n === 0) await insist(manager, `/api/v1/photos?id=${id}&room=kitchen`, varied(jpeg, i), answered.photos, id);
            else if (n === 1) await insist(office, '/api/v1/sites/s-1/photo-requests', { id, camera: false, text: `第${i}次` }, answered.requests, id);
            else await insist(manager, '/api/v1/daylogs', { id, date: siteDate(), done: [`写手${n}第${i}项`] }, answered.logs, id);
            await new Promise((done) => setTimeout(done, random() * 40));
        }
    };
    const writers = Array.from({ length: WRITERS }, (_, n) => writer(n));
    for (let n = 0; n < KILLS && !wrong; n++) {
        await new Promise((done) => setTimeout(done, 50 + random() * 400));
        const victim = [stack.broker, stack.hub, board.program][Math.floor(random() * 3)];
        await victim.kill('SIGKILL');
        if (victim === stack.broker) await stack.startBroker();
        else if (victim === stack.hub) await stack.startHub();
        else await stack.startBoard('b-1');
    }
    stop = true;
    await Promise.all(writers);
    if (wrong) throw wrong;

    await until('everything is received', async () => {
        const { lanes, photos } = await manager.get('/status');
        return lanes.record.received === lanes.record.saved && lanes.photo.received === lanes.photo.saved && photos.pending === 0;
    }, 120000);
    await until('both ends hold the same', async () => {
        const [one, two] = await Promise.all([manager.timeline(), office.timeline()]);
        return one.length === two.length;
    }, 60000);
    const ids = (entries, type) => entries.filter((entry) => entry.type === type).map((entry) => entry.id);
    for (const entries of [await office.timeline(), await manager.timeline()]) {
        for (const [type, set] of [['daylog-submitted', answered.logs], ['photo-taken', answered.photos], ['photo-requested', answered.requests]]) {
            const there = ids(entries, type), once = new Set(there);
            assert.equal(once.size, there.length, `${type}: nothing twice`);
            for (const id of set) assert.ok(once.has(id), `${type} ${id} was answered and is not there`);
        }
    }
    for (const id of answered.photos) await office.call('GET', `/photos/${id}`);
    assert.ok(answered.logs.size > KILLS && answered.photos.size > 5 && answered.requests.size > 5, 'the writers got something done');
    for (const conf of [board.conf, stack.hubConf]) {
        const verified = await stack.ctl(conf, 'verify');
        assert.equal(verified.code, 0, verified.out + verified.err);
    }
}));

await runTests();
