// SPDX-License-Identifier: MIT
// What head office and a person's own list show as a site goes from one day to the next: what is due, what was missed, who has to re-check, what is
// measured of it; a site that presses comes first, in the list and in the digest.
import assert from 'node:assert/strict';
import { runTests, test, until, uuid7, withStack } from '../support/programs.mjs';
import { wallClock } from '../support/site.mjs';

const THURSDAY = '2026-11-26', FRIDAY = '2026-11-27';
const kinds = ({ sites }, site) => sites.find((one) => one.site === site).press.map((one) => `${one.kind} ${one.subject.split('/')[0]}`);

test('a day is missed: the manager’s list, the supervisor’s list, what presses, and the measures', () => withStack({}, async (stack) => {
    const clock = wallClock(stack, Date.parse(`${THURSDAY}T17:00:00+08:00`) - Date.now());
    const go = (to) => clock.ahead(Date.parse(to) - Date.now());
    await stack.startBroker();
    await stack.startHub('', clock.env);
    for (const [id, role] of [['o-01', 'office'], ['v-01', 'viewer'], ['u-01', 'manager'], ['u-03', 'supervisor']]) await stack.addUser(null, id, role, '1357', id);
    const office = await stack.hubClient().signIn('o-01', '1357');
    const people = [{ id: 'u-01', name: '经理', role: 'manager' }, { id: 'u-03', name: '监理', role: 'supervisor' }];
    for (const site of ['s-0', 's-1']) await office.call('PUT', `/api/v1/sites/${site}`, { headers: { 'If-Match': '0' }, body: { name: site, timezone: 'Asia/Shanghai', people } });
    const board = await stack.startBoard('b-1', { env: clock.env });
    await stack.addUser(board, 'u-01', 'manager', '2468', '经理');
    const onSite = await stack.client(board).signIn('u-01', '2468');
    const [manager, supervisor, viewer] = await Promise.all(['u-01', 'u-03', 'v-01'].map((id) => stack.hubClient().signIn(id, '1357')));
    const mine = (client) => client.get('/api/v1/mine');

    const { id: hazard } = await onSite.post('/hazards', { id: uuid7(), text: '插座没有接地', severity: 'serious' });
    await until('the hazard is the manager’s', async () => kinds(await mine(manager), 's-1').join() === 'hazard hazard,daylog daylog');
    assert.deepEqual(kinds(await mine(supervisor), 's-1'), []);
    await onSite.post(`/hazards/${hazard}/rectify`, { id: uuid7(), photos: [uuid7()] });
    await until('the supervisor is to look at it', async () => kinds(await mine(supervisor), 's-1').join() === 'recheck hazard');
    assert.deepEqual((await mine(supervisor)).sites.map((one) => one.site), ['s-1', 's-0']);

    go(`${THURSDAY}T18:30:05+08:00`);
    await until('the log is missing', async () => (await office.get('/api/v1/alerts?rule=daylog-missing')).alerts.length === 1);
    const { sites } = await office.get('/api/v1/sites');
    assert.deepEqual(sites.map((one) => one.site), ['s-1', 's-0']);
    assert.deepEqual(kinds(await mine(manager), 's-1'), ['daylog daylog']); // it may still be written

    go(`${FRIDAY}T09:00:00+08:00`);
    await onSite.post('/daylogs', { id: uuid7(), date: THURSDAY, note: '补记' });
    await until('yesterday’s is there', async () => kinds(await mine(manager), 's-1').join() === 'daylog daylog' && (await mine(manager)).sites[0].press[0].subject === `daylog/${FRIDAY}`);
    const measures = await viewer.get(`/api/v1/measures?from=${THURSDAY}&to=${FRIDAY}&site=s-1`);
    assert.deepEqual(measures.all.logs, { due: 1, on_time: 0, late: 1, missing: 0, percent: 0 });
    assert.deepEqual([measures.all.hazards.serious, measures.all.hazards.rectified, measures.all.hazards.overdue], [1, 1, 0]);
    assert.equal((await supervisor.raw('GET', '/api/v1/measures')).status, 403);

    const stage = (client, verb, body = {}) => client.post(`/api/v1/sites/s-0/stages/preparation/${verb}`, { id: uuid7(), ...body });
    const ofStages = async () => kinds(await mine(manager), 's-0').filter((one) => /^(rejected|sign) /.test(one)).join();
    await stage(manager, 'start');
    await stage(manager, 'request', { photos: [uuid7()] });
    await stage(supervisor, 'reject', { note: '交底没签字' });
    assert.equal(await ofStages(), 'rejected stage');
    await stage(manager, 'request', { photos: [uuid7()] });
    assert.equal(await ofStages(), '');
    await stage(supervisor, 'accept');
    assert.equal(await ofStages(), 'sign stage');
    await office.post('/api/v1/sites/s-0/confirmations', { id: uuid7(), subject: 'stage/preparation', method: 'crm', name: '业主' });
    assert.equal(await ofStages(), '');

    await office.post('/api/v1/sites/s-0/hazards', { id: uuid7(), text: '裸线', severity: 'stop_work' });
    const [now, digest] = [(await office.get('/api/v1/sites')).sites, await office.get('/api/v1/digest')];
    assert.deepEqual([now[0].site, now[0].red, now[0].press[0]], ['s-0', true, { kind: 'stop_work', n: 1 }]);
    assert.equal(digest.top[0].site, 's-0'); // one order for both
    const table = (await office.raw('GET', '/api/v1/sites?format=csv&lang=en')).body;
    assert.match(String(table), /^\ufeff"site","name","red","pressing".*\r\n"s-0","s-0","yes","stop-work hazards 1"/);
}));

await runTests();
