// SPDX-License-Identifier: MIT
// Disks that are put back to an older copy, and boards that are replaced: the hub to an hour-old copy, a board to a copy made while it was stopped or while
// it ran, a fresh board with the id of a dead one. Whatever the other end held comes back, a new epoch begins, and nothing is lost or there twice.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { answersChecked } from '../support/openapi.mjs';
import { realPhotos, runTests, test, until, uuid7, varied, withStack } from '../support/programs.mjs';
import { addManager, addOffice, agree, allReceived, consent, log, scale, thereOnce, verifyClean } from '../support/site.mjs';
import { vitals } from '../support/vitals.mjs';

const MORE = Math.ceil(100 * scale);

async function site(stack) {
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1');
    return { board, manager: await addManager(stack, board), office: await addOffice(stack), ids: [], photos: new Map(), n: 0, jpeg: fs.readFileSync(realPhotos(1)[0]) };
}

// Work at both ends; head office's goes down, the board's up.
async function work(s, times = 1) {
    for (let i = 0; i < times; i++) {
        s.n++;
        s.ids.push((await s.manager.post('/daylogs', log(`board ${s.n}`))).id, (await s.office.post('/daylogs', log(`office ${s.n}`))).id);
    }
    const bytes = varied(s.jpeg, s.n);
    s.photos.set((await s.manager.photo(bytes)).id, bytes);
    await allReceived(s.manager);
    await agree(s.manager, s.office);
}

async function setPlan(s, name) {
    const { version } = await s.office.get('/api/v1/sites/s-1');
    await s.office.call('PUT', '/api/v1/sites/s-1', { headers: { 'If-Match': String(version) }, body: { name, timezone: 'Asia/Shanghai', stages: [] } });
    await until('the plan is on the board', async () => (await s.manager.get('/site')).name === name);
}

const epochs = async (client, writer) => (await client.timeline()).filter((entry) => entry.type === 'epoch-started' && entry.writer === writer).length;

// Everything is at both ends, also what is written from now on.
async function whole(stack, s) {
    await allReceived(s.manager);
    await agree(s.manager, s.office);
    const checks = [vitals(s.board.program, s.board.where), vitals(stack.hub, stack.hubWhere)];
    await work(s, 2);
    for (const check of checks) await check();
    for (const client of [s.manager, s.office]) await thereOnce(client, s.ids);
    await thereOnce(s.office, s.ids, s.photos);
    await verifyClean(stack, s.board.conf, stack.hubConf);
}

test('head office is put back to an older copy: boards bring back what it lost, its own events and photos too', () => withStack({ check: answersChecked() }, async (stack) => {
    const s = await site(stack);
    await work(s, 5);
    await setPlan(s, 'before');
    await stack.hub.kill('SIGTERM');
    fs.cpSync(`${stack.dir}/hub`, `${stack.dir}/copy`, { recursive: true });
    await stack.startHub();
    await work(s, MORE);
    await setPlan(s, 'after');
    await consent(s.manager);
    const asked = await s.office.post('/photo-requests', { id: uuid7(), room: 'kitchen' });
    await until('the request is answered', async () => (await s.office.timeline()).some((entry) => entry.inreplyto === asked.id));
    await agree(s.manager, s.office);
    const before = await epochs(s.office, 'hub');

    await stack.hub.kill('SIGKILL');
    fs.rmSync(`${stack.dir}/hub`, { recursive: true });
    fs.renameSync(`${stack.dir}/copy`, `${stack.dir}/hub`);
    await stack.startHub();
    await until('head office has its own plan again', async () => (await s.office.raw('GET', '/api/v1/sites/s-1')).json?.name === 'after', 120000);
    await whole(stack, s);
    assert.equal((await s.office.timeline()).filter((entry) => entry.inreplyto === asked.id).length, 1, 'answered once');
    assert.ok(await epochs(s.office, 'hub') > before, 'it writes in a new epoch');
}));

test('a board is put back to a copy that was made while it was stopped: a new epoch, and nothing is lost', () => withStack({ check: answersChecked() }, async (stack) => {
    const s = await site(stack);
    await work(s, 5);
    await s.board.program.kill('SIGTERM');
    fs.cpSync(s.board.dir, `${stack.dir}/copy`, { recursive: true });
    await stack.startBoard('b-1');
    await work(s, MORE);
    const before = await epochs(s.manager, 'b-1');
    await s.board.program.kill('SIGKILL');
    fs.rmSync(s.board.dir, { recursive: true });
    fs.renameSync(`${stack.dir}/copy`, s.board.dir);
    await stack.startBoard('b-1');
    await s.manager.signIn('u-01', '2468');
    await whole(stack, s);
    assert.ok(await epochs(s.manager, 'b-1') > before, 'it writes in a new epoch');
}));

test('a board is put back to a copy that was made while it ran, and goes on offline before anybody can tell it', () => withStack({ check: answersChecked() }, async (stack) => {
    const s = await site(stack);
    await work(s, 5);
    fs.mkdirSync(`${stack.dir}/copy`);
    for (const file of ['journal.db', 'photos.db']) execFileSync('sqlite3', ['-cmd', '.timeout 5000', `${s.board.dir}/${file}`, `.backup ${stack.dir}/copy/${file}`]);
    await work(s, 5);
    await s.board.program.kill('SIGKILL');
    await stack.broker.kill('SIGKILL');
    fs.rmSync(s.board.dir, { recursive: true });
    fs.renameSync(`${stack.dir}/copy`, s.board.dir);
    await stack.startBoard('b-1');
    await s.manager.signIn('u-01', '2468');
    for (let i = 0; i < MORE; i++) s.ids.push((await s.manager.post('/daylogs', log(`put back ${i}`))).id); // forks the chain that head office holds
    await stack.startBroker();
    await whole(stack, s);
}));

test('a fresh board with the id of a dead one is filled by head office', () => withStack({ check: answersChecked() }, async (stack) => {
    const s = await site(stack);
    await work(s, MORE);
    await setPlan(s, 'filled');
    await s.board.program.kill('SIGKILL');
    fs.rmSync(s.board.dir, { recursive: true });
    await stack.startBoard('b-1');
    s.manager = await addManager(stack, s.board);
    await until('the plan is there', async () => (await s.manager.get('/site')).name === 'filled', 60000);
    await whole(stack, s);
    const { boards } = await s.office.get('/api/v1/boards');
    assert.equal(boards.length, 1);
}));

await runTests();
