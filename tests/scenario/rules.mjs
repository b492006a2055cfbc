// SPDX-License-Identifier: MIT
// A log that is missing: an alert at the board and at head office, the same one, once; seen by head office; cleared by yesterday's log before ten, at both
// ends, once; and so a hazard that is overdue. Whole programs on one clock that the test sets. All rules, months of them and wrong clocks are in the unit tests (test_rules*).
import assert from 'node:assert/strict';
import { answersChecked } from '../support/openapi.mjs';
import { runTests, test, until, uuid7, withStack } from '../support/programs.mjs';
import { addManager, addOffice, agree, verifyClean, wallClock } from '../support/site.mjs';

const at = (time) => Date.parse(`${time}+08:00`) - Date.now(); // how far ahead the clock is then
const missing = (alerts) => alerts.filter(({ rule }) => rule === 'daylog-missing');

async function begin(stack, time) {
    const { ahead, env } = wallClock(stack, at(time));
    await stack.startBroker();
    await stack.startHub('', env);
    const board = await stack.startBoard('b-1', { env });
    const manager = await addManager(stack, board), office = await addOffice(stack);
    await until('head office knows the site', async () => (await office.get('/api/v1/sites')).sites.length === 1);
    const again = async (now) => {
        ahead(at(now));
        await Promise.all([manager.signIn('u-01', '2468'), office.signIn('o-01', '1357')]);
    };
    return { board, manager, office, again };
}

async function alertEvents(client) {
    const counts = {};
    for (const { type, board, site, subject } of await client.timeline())
        if (type.startsWith('alert-')) counts[`${type} ${subject} ${board ?? site}`] = (counts[`${type} ${subject} ${board ?? site}`] ?? 0) + 1;
    return counts;
}

test('a missed log is one alert at both ends, and yesterday\'s log before ten clears it', () => withStack({ check: answersChecked() }, async (stack) => {
    const { board, manager, office, again } = await begin(stack, '2026-11-26T17:00:00'); // a Thursday
    assert.deepEqual((await manager.get('/alerts')).alerts, []);
    await again('2026-11-26T18:30:05');
    const [mine] = await until('the board has the alert', async () => { const list = missing((await manager.get('/alerts')).alerts); return list.length && list; });
    const [theirs] = await until('head office has it', async () => { const list = missing((await office.get('/api/v1/alerts?site=s-1&state=standing')).alerts); return list.length && list; });
    assert.equal(mine.id, theirs.id);
    for (const alert of [mine, theirs]) {
        assert.equal(alert.subject, 'daylog/2026-11-26');
        assert.equal(alert.due, '2026-11-26T18:30:00.000+08:00');
        assert.equal(alert.level, 'office');
        assert.equal(alert.seen, null);
    }
    const cards = (await manager.get('/today')).due;
    assert.equal(cards.filter(({ id }) => id === '2026-11-26').length, 1);
    assert.equal(cards.filter(({ kind }) => kind === 'alert').length, 0, 'the card of the log says it already');
    assert.equal((await office.get('/api/v1/sites')).sites[0].alerts, 1);

    const seen = { id: uuid7(), note: '问过项目经理' };
    await office.call('POST', `/api/v1/alerts/${mine.id}/seen`, { body: seen, expect: [201] });
    await office.call('POST', `/api/v1/alerts/${mine.id}/seen`, { body: seen, expect: [200] });
    const told = await until('the board knows who has seen it', async () => (await manager.get('/alerts')).alerts[0].seen);
    assert.equal(told.by.id, 'o-01');
    assert.equal(told.note, seen.note);

    await again('2026-11-27T09:30:00');
    assert.deepEqual(missing((await manager.get('/alerts')).alerts).map(({ state }) => state), ['standing']);
    await manager.post('/daylogs', { id: uuid7(), date: '2026-11-26', done: ['开槽'] });
    for (const client of [manager, office])
        await until('it is cleared', async () => missing((await client.get('/alerts')).alerts).map(({ state, id }) => `${state} ${id}`).join() === `cleared ${mine.id}`);
    assert.equal((await office.get('/api/v1/sites')).sites[0].alerts, 0);
    assert.deepEqual((await office.get('/api/v1/alerts?state=standing')).alerts, []);
    await agree(manager, office);
    const counts = await alertEvents(office);
    assert.ok(Object.keys(counts).length >= 3, JSON.stringify(counts));
    for (const [what, n] of Object.entries(counts)) assert.ok(n <= (what.startsWith('alert-seen') ? 1 : 2), `${what}: ${n}`); // each end at most once
    for (const client of [manager, office]) assert.equal((await client.entries('alerts')).length, 1, 'and each by its id');
    await verifyClean(stack, board.conf, stack.hubConf);
}));

/* Both ends know the same of it, so both find the same alert; whoever is second finds it there. */
test('a hazard that is overdue is one alert at both ends, until it is put right', () => withStack({ check: answersChecked() }, async (stack) => {
    const { manager, office, again } = await begin(stack, '2026-11-26T09:00:00');
    const { id } = await manager.post('/hazards', { id: uuid7(), text: '临时用电乱接', severity: 'stop_work' });
    await until('head office has the hazard', async () => (await office.get('/hazards')).hazards.length === 1);
    const overdue = async (client) => (await client.get('/alerts')).alerts.filter(({ rule }) => rule === 'hazard-overdue');
    await again('2026-11-27T09:30:00');
    for (const client of [manager, office]) await until('it is overdue', async () => (await overdue(client)).length);
    await agree(manager, office);
    const [mine, theirs] = [await overdue(manager), await overdue(office)];
    assert.deepEqual(mine.map((alert) => [alert.subject, alert.level]), [[`hazard/${id}`, 'executive']]);
    assert.deepEqual(theirs.map((alert) => alert.id), mine.map((alert) => alert.id));
}));

await runTests();
