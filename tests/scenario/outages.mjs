// SPDX-License-Identifier: MIT
// Power and network go and come back: each outage is one event with its length, at the board and at head office, and a clean stop is told from a power cut.
// A power cut is a kill and another boot id; the power input is its twin; a link counts as an outage after 2 s instead of 5 minutes (SITELOG_DOWNTIME_MS).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { answersChecked } from '../support/openapi.mjs';
import { realPhotos, runTests, test, until, uuid7, withStack } from '../support/programs.mjs';
import { addManager, addOffice, agree, allReceived, log, thereOnce, verifyClean } from '../support/site.mjs';

const options = () => ({ check: answersChecked() });
const sql = (board, text) => execFileSync('sqlite3', ['-cmd', '.timeout 5000', `${board.dir}/journal.db`, text], { encoding: 'utf8' });
const outages = async (client, what) => (await client.timeline()).filter(({ type, data }) => type === 'outage' && data.what === what).map(({ data }) => data);

async function startBoard(stack, name = 'b-1') {
    const supply = `${stack.dir}/supply`;
    fs.mkdirSync(supply, { recursive: true });
    if (!fs.existsSync(`${supply}/online`)) fs.writeFileSync(`${supply}/online`, '1');
    const board = await stack.startBoard(name, { more: `[power]\nsupply = sim:${supply}\n`, env: { SITELOG_DOWNTIME_MS: '2000', SITELOG_CLOCK_GRADE: 'rtc' } });
    board.power = (on) => fs.writeFileSync(`${supply}/online`, on ? '1' : '0');
    return board;
}

// As if the machine had booted again; alive: what the last run left is made older by so many seconds.
function otherBoot(board, older = 0) {
    sql(board, "UPDATE meta SET value = 'of another boot' WHERE name = 'boot_id'");
    const [state, at, ...rest] = sql(board, "SELECT value FROM meta WHERE name = 'alive'").trim().split(' ');
    if (older) sql(board, `UPDATE meta SET value = '${[state, Number(at) - older * 1000, ...rest].join(' ')}' WHERE name = 'alive'`);
    return { state, at: Number(at) };
}

test('the power is cut: its outage is recorded at the next start, and reaches head office', () => withStack(options(), async (stack) => {
    await stack.startBroker();
    await stack.startHub();
    const board = await startBoard(stack), office = await addOffice(stack);
    let manager = await addManager(stack, board);
    await manager.post('/daylogs', log('before'));
    const before = Date.now();
    await board.program.kill('SIGKILL');
    await startBoard(stack);
    assert.deepEqual(await outages(manager, 'power'), [], 'a killed program is no power cut');
    await board.program.kill('SIGKILL');
    const { state } = otherBoot(board);
    assert.equal(state, 'running');
    await startBoard(stack);
    manager = await stack.client(board).signIn('u-01', '2468');
    const [cut] = await outages(manager, 'power');
    assert.equal(cut.stop, 'sudden');
    assert.equal(cut.clock, 'rtc');
    assert.equal(cut.margin_s, 360);
    assert.ok(Date.parse(cut.from) <= before + 5000 && Date.parse(cut.to) >= before, JSON.stringify(cut));
    assert.equal(cut.seconds, Math.trunc((Date.parse(cut.to) - Date.parse(cut.from)) / 1000));

    await board.program.kill('SIGTERM');
    assert.equal(otherBoot(board).state, 'stopped');
    await startBoard(stack);
    assert.equal((await outages(manager, 'power')).length, 1, 'a reboot is no outage');
    await board.program.kill('SIGTERM');
    otherBoot(board, 7200);
    await startBoard(stack);
    await manager.signIn('u-01', '2468');
    const [off] = await outages(manager, 'power');
    assert.equal(off.stop, 'clean', 'somebody switched it off');
    const back = os.uptime() < 7200 ? 7200 - os.uptime() : 7200; // the power came back when this kernel began
    assert.ok(Math.abs(off.seconds - back) < 60, `${off.seconds} and not ${back}`);
    assert.equal(off.margin_s, undefined);
    await allReceived(manager);
    await agree(manager, office);
    assert.deepEqual(await outages(office, 'power'), [off, cut]);
    await verifyClean(stack, board.conf, stack.hubConf);
}));

test('the power input warns: nothing new is begun, what runs ends, and the outage says since when', () => withStack(options(), async (stack) => {
    const board = await startBoard(stack), manager = await addManager(stack, board);
    const jpeg = fs.readFileSync(realPhotos(1)[0]), ids = [];
    const post = (id = uuid7()) => manager.raw('POST', `/api/v1/photos?id=${id}`, { body: jpeg });
    await until('the power is there', async () => (await manager.get('/status')).power === 'good');
    ids.push((await manager.photo(jpeg)).id);
    board.power(false);
    const failed = Date.now();
    await until('it is noticed', async () => (await manager.get('/status')).power === 'failing');
    const answer = await post();
    assert.equal(answer.status, 503);
    assert.match(answer.json.detail, /power/);
    assert.ok(Number(answer.headers['retry-after']) > 0);
    assert.equal((await manager.raw('POST', '/api/v1/camera/shot', { body: { id: uuid7() } })).status, 503);
    const one = log('by candlelight');
    assert.equal((await manager.raw('POST', '/api/v1/daylogs', { body: one })).status, 201, 'a log is short, and goes on');
    board.power(true);
    await until('photos go on', async () => (await post(ids[1] ??= uuid7())).status === 201);
    board.power(false);
    await until('it is noticed', () => otherwise(board) === 'failing');
    await board.program.kill('SIGTERM'); // the service manager, on battery
    assert.equal(otherBoot(board).state, 'failing');
    board.power(true);
    await startBoard(stack);
    await manager.signIn('u-01', '2468');
    const [cut, ...more] = await outages(manager, 'power');
    assert.deepEqual(more, [], 'a dip is none');
    assert.equal(cut.stop, 'power-fail');
    assert.equal(cut.margin_s, undefined, 'it is known since when');
    assert.ok(Date.parse(cut.from) >= failed);
    await thereOnce(manager, [...ids, one.id]);
    await verifyClean(stack, board.conf);
}));
const otherwise = (board) => sql(board, "SELECT value FROM meta WHERE name = 'alive'").split(' ')[0];

test('the network is gone for a while, also while the power goes: head office learns it', () => withStack(options(), async (stack) => {
    await stack.startBroker();
    await stack.startHub();
    const board = await startBoard(stack), manager = await addManager(stack, board), office = await addOffice(stack);
    const kept = () => sql(board, "SELECT count(*) FROM meta WHERE name = 'link_down'").trim() === '1';
    await allReceived(manager);
    const from = Date.now();
    await stack.broker.kill('SIGKILL');
    await until('it is an outage', kept);
    await stack.startBroker();
    await until('head office knows', async () => (await outages(office, 'network')).length === 1);
    const [gone] = await outages(office, 'network');
    assert.ok(gone.seconds >= 2 && gone.seconds <= (Date.now() - from) / 1000 + 1, JSON.stringify(gone));
    assert.ok(Math.abs(Date.parse(gone.from) - from) < 3000);
    assert.equal(gone.stop, undefined);
    assert.equal(kept(), false);

    await stack.broker.kill('SIGKILL');
    await until('another one', kept);
    await manager.post('/daylogs', log('the last sign of life'));
    await board.program.kill('SIGKILL');
    otherBoot(board);
    await stack.startBroker();
    await startBoard(stack);
    await manager.signIn('u-01', '2468');
    await until('head office knows', async () => (await outages(office, 'network')).length === 2 && (await outages(office, 'power')).length === 1);
    const [second] = await outages(office, 'network'), [dark] = await outages(office, 'power');
    assert.equal(second.to, dark.from, 'the link was down until the light went out');
    await allReceived(manager);
    await agree(manager, office);
    await verifyClean(stack, board.conf, stack.hubConf);
}));

await runTests();
