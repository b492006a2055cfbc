// SPDX-License-Identifier: MIT
// What head office gives its sites to work by reaches them: its own checklist and settings come down to the board and count there, offline too;
// for all sites means those to come as well; a template is a plan.
import assert from 'node:assert/strict';
import { runTests, test, until, uuid7, withStack } from '../support/programs.mjs';
import { answersChecked } from '../support/openapi.mjs';

const wall = { key: 'wp.hother', zh: '其他墙面', en: 'other walls', kind: 'measure', source: 'C', required: true, parts: [{ key: 'value', zh: '高度', en: 'height', unit: 'mm', min: 350 }] };
const hours48 = { key: 'wp.pond', zh: '闭水', en: 'ponding', kind: 'timed', source: 'C', required: true, red_line: true, photo_required: true, phases: [{ key: 'pond', zh: '闭水', en: 'ponding', minutes: 2880, unit: 'mm', start_zh: '水深', start_en: 'depth', start_min: 20 }] };

test('a checklist and a setting of head office count at the board', () => withStack({ check: answersChecked() }, async (stack) => {
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1');
    await stack.addUser(board, 'u-01', 'manager', '2468');
    await stack.addUser(null, 'o-01', 'office', '1357');
    const manager = await stack.client(board).signIn('u-01', '2468');
    const office = await stack.hubClient({ site: 's-1' }).signIn('o-01', '1357');
    await office.call('PUT', '/api/v1/sites/s-1', { headers: { 'If-Match': '0' }, body: { name: '1-302' } });
    const item = async (key) => (await manager.get('/checklists/waterproofing')).items.find((one) => one.key === key);

    const standard = await manager.get('/checklists');
    assert.equal(standard.checklists.length, 12);
    assert.equal(standard.checklists.reduce((n, list) => n + list.items.length, 0), 87);
    assert.equal((await item('wp.hother')).parts[0].limit.zh, '≥ 250 mm');
    assert.equal((await item('wp.pond')).phases[0].limit.en, '≥ 24 h, depth ≥ 20 mm');

    /* one site's */
    const set = await office.call('PUT', '/api/v1/sites/s-1/checklists/waterproofing', { headers: { 'If-Match': '0' }, body: { items: [wall, hours48], remove: ['wp.thick'] } });
    assert.equal(set.json.version, 1);
    await until('the checklist is at the board', async () => (await manager.get('/checklists/waterproofing')).version === 1);
    assert.deepEqual([(await item('wp.hother')).parts[0].limit.zh, (await item('wp.hother')).origin], ['≥ 350 mm', 'company']);
    assert.equal((await item('wp.pond')).phases[0].limit.zh, '≥ 48 小时，水深 ≥ 20 mm');
    assert.equal(await item('wp.thick'), undefined);
    const pond = await manager.post('/tests', { id: uuid7(), kind: 'ponding', room: 'bath', value: 25, photos: [uuid7()] });
    assert.deepEqual([pond.least_s, pond.limit.zh], [48 * 3600, '≥ 48 小时，水深 ≥ 20 mm'], 'a test waits for it');
    assert.equal((await item('wp.hbasin')).origin, 'standard');
    assert.deepEqual((await office.get('/api/v1/sites/s-1/checklists/waterproofing')).items, (await manager.get('/checklists/waterproofing')).items);

    /* a red line on what is not certain, without the company's word */
    const refused = await office.raw('PUT', '/api/v1/sites/s-1/checklists/plumbing_electrical', { headers: { 'If-Match': '0' }, body: { items: [{ ...wall, key: 'pe.ins', source: 'm', red_line: true }] } });
    assert.deepEqual([refused.status, refused.json.field], [400, 'items.0.red_line']);

    /* all sites', those to come too */
    const all = await office.call('PUT', '/api/v1/settings/callback_days', { headers: { 'If-Match': '0' }, body: { value: 10 } });
    assert.deepEqual(all.json, { key: 'callback_days', sites: 1, changed: 1, version: 1 });
    const setting = async (client) => (await client.get('/settings')).settings.find(({ key }) => key === 'callback_days');
    await until('the setting is at the board', async () => (await setting(manager)).value === 10);
    await office.call('PUT', '/api/v1/sites/s-2', { headers: { 'If-Match': '0' }, body: { name: '2-101' } });
    const later = (await office.get('/api/v1/sites/s-2/settings')).settings.find(({ key }) => key === 'callback_days');
    assert.deepEqual([later.value, later.source, later.default], [10, 'company', 14]);

    /* a template is a plan */
    const { templates: [kitchen] } = await office.get('/api/v1/templates?template=kitchen_bath&start=2026-12-27&site=s-1');
    assert.deepEqual([kitchen.start, kitchen.finish, kitchen.workdays], ['2026-12-28', '2027-01-19', 20]);
    await office.call('PUT', '/api/v1/sites/s-1', { headers: { 'If-Match': '1' }, body: { name: '1-302', stages: kitchen.stages.map(({ days, ...stage }) => stage) } });
    await until('the plan is at the board', async () => (await manager.get('/site')).version === 2);
    assert.equal((await manager.get('/site')).stages.find(({ key }) => key === 'tiling').planned_start, '2027-01-08');

    /* without a link, too */
    await stack.hub.kill();
    await stack.broker.kill();
    assert.equal((await item('wp.hother')).parts[0].min, 350);
}));

await runTests();
