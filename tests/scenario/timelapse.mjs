// SPDX-License-Identifier: MIT
// The time-lapse in whole programs: frames reach head office behind people's photos, bury no list, and say where the board hung; what did not move is
// not kept, also after a night without power.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { realPhotos, runTests, test, until, uuid7, withStack } from '../support/programs.mjs';
import { answersChecked } from '../support/openapi.mjs';
import { addManager, addOffice, consent } from '../support/site.mjs';

const files = realPhotos(6);

test('frames, series, and a player\'s list', () => withStack({ check: answersChecked() }, async (stack) => {
    await stack.startBroker();
    await stack.startHub();
    const dir = path.join(stack.dir, 'lens');
    fs.mkdirSync(dir);
    const show = (file) => fs.copyFileSync(file, path.join(dir, 'a.jpg'));
    show(files[0]);
    // grade none: nobody knows the hours, and the test does not depend on the time of day
    const board = await stack.startBoard('b-1', { camera: false, more: `[camera]\ndevice = sim:${dir}\ntimelapse_minutes = 1\n`, env: { SITELOG_CLOCK_GRADE: 'none' } });
    const manager = await addManager(stack, board), office = await addOffice(stack);
    const frames = async (client, query = '') => client.get(`/timelapse${query}`);
    const kept = (n, what) => until(what, async () => (await frames(manager)).total === n);

    assert.equal((await frames(manager)).total, 0);
    assert.equal((await manager.get('/status')).consent, 'unrecorded');
    await consent(manager);
    await kept(1, 'the first frame, since the customer agreed');
    const mine = await manager.photo(fs.readFileSync(files[1]));
    await until('frame and photo are at head office', async () => (await frames(office)).total === 1 && (await office.get('/photos')).photos.length === 1);
    assert.equal((await office.get('/photos')).photos[0].id, mine.id, 'a frame is no photo among photos');
    assert.ok(!(await office.timeline()).some((entry) => entry.type === 'photo-taken' && entry.data.origin === 'timelapse'));
    const [frame] = (await frames(office)).frames;
    assert.deepEqual((await office.get('/photos?origin=timelapse')).photos.map((p) => p.id), [frame.id]);
    const original = await until('its original is there', async () => { const a = await office.raw('GET', `/api/v1/sites/s-1/photos/${frame.id}`); return a.status === 200 && a.body; });
    assert.ok(original.equals(fs.readFileSync(files[0])));

    // the power goes; nothing has moved in the morning
    await board.program.kill('SIGKILL');
    await stack.startBoard('b-1');
    await manager.signIn('u-01', '2468').catch(() => {});
    await until('it looked again', () => /works/.test(stack.tail(board.program, 40)));
    await manager.photo(fs.readFileSync(files[2]));
    assert.equal((await frames(manager)).total, 1);

    // somebody hangs it elsewhere, and says so
    const id = uuid7();
    await manager.post('/viewpoint', { id, room: 'kitchen' });
    await manager.post('/viewpoint', { id, room: 'kitchen' }, { expect: [200] });
    await board.program.kill('SIGTERM');
    show(files[3]);
    await stack.startBoard('b-1');
    await kept(2, 'a frame from there');
    await until('head office knows both series', async () => (await frames(office)).total === 2 && (await frames(office)).series.length === 1);
    const all = await frames(office);
    assert.equal(all.frames[0].series, undefined);
    assert.equal(all.frames[1].series, id);
    assert.deepEqual([all.series[0].id, all.series[0].room, all.series[0].detected], [id, 'kitchen', false]);
    assert.equal((await frames(office, '?max=1')).frames.length, 1);
    assert.equal((await frames(office, '?from=2030-01-01')).total, 0);
}));

await runTests();
