// SPDX-License-Identifier: MIT
// A quality report in whole programs: drafted and told to who has it open, refused with the item named, submitted once, its hazard and itself at both
// ends.
import assert from 'node:assert/strict';
import { runTests, siteDate, test, until, uuid7, withStack } from '../support/programs.mjs';
import { answersChecked } from '../support/openapi.mjs';
import { addOffice, agree, allReceived, verifyClean } from '../support/site.mjs';

test('from draft to both ends', () => withStack({ check: answersChecked() }, async (stack) => {
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1', { camera: false });
    await stack.addUser(board, 'u-02', 'supervisor', '2468', 'Supervisor');
    await stack.addUser(board, 'u-01', 'manager', '2468', 'Manager');
    const supervisor = await stack.client(board).signIn('u-02', '2468'), manager = await stack.client(board).signIn('u-01', '2468'), office = await addOffice(stack);
    const { items } = await supervisor.get('/checklists/masonry');
    assert.deepEqual(items.filter(({ required }) => required).map(({ key }) => key), ['ma.tie', 'ma.mesh', 'ma.lintel', 'ma.hollow']);

    // half done
    const draft = { id: uuid7(), edited: new Date().toISOString(), answers: [{ item: 'ma.hollow', room: 'living', result: 'fail', at: new Date().toISOString() }] };
    await supervisor.call('PUT', '/drafts/inspection/masonry', { body: draft });
    assert.deepEqual((await manager.get('/drafts/inspection/masonry')).draft, draft, 'everybody on the site shares it');

    const photo = uuid7();
    const report = {
        id: draft.id, date: siteDate(), stage: 'masonry', note: '周检', items: [
            { item: 'ma.tie', values: [{ part: 'value', value: 501 }], photos: [photo] }, { item: 'ma.mesh', values: [{ part: 'value', value: 200 }], photos: [photo] },
            { item: 'ma.lintel', result: 'na', reason: '没有新开门洞' }, { item: 'ma.hollow', room: 'living', result: 'fail', hazard: { severity: 'serious', text: '客厅空鼓三处' } }, { item: 'ma.hollow', room: 'kitchen', result: 'pass' },
        ],
    };
    const refused = async (n, change, status, field) => {
        const body = structuredClone(report);
        change(body.items[n], body.items);
        const answer = await supervisor.raw('POST', '/api/v1/inspections', { body });
        assert.equal(answer.status, status, `${answer.body}`);
        assert.equal(answer.json.field, field);
        return answer.json.detail;
    };
    assert.match(await refused(0, (item) => { item.values = []; }, 400, 'items.0.values'), /拉结筋间距/);
    assert.match(await refused(1, (item) => { delete item.photos; }, 422, 'items.1.photos'), /ma\.mesh/);
    await refused(2, (item) => { delete item.reason; }, 400, 'items.2.reason');
    await refused(4, (item) => { item.hazard = { severity: 'notice' }; }, 400, 'items.4.hazard');
    assert.match(await refused(0, (_, all) => all.shift(), 422, 'items'), /ma\.tie/);
    const pond = { item: 'wp.pond', runs: [{ phase: 'pond', minutes: 2880, start: 30, end: 30 }], photos: [photo] };
    const typed = await supervisor.raw('POST', '/api/v1/inspections', { body: { ...report, stage: 'waterproofing', items: [pond] } });
    assert.deepEqual([typed.status, typed.json.field], [400, 'items.0.runs'], 'what is typed is no test');
    assert.equal((await supervisor.get('/hazards')).hazards.length, 0, 'what is refused leaves nothing');
    assert.equal((await manager.raw('POST', '/api/v1/inspections', { body: report })).status, 403);

    const made = await supervisor.post('/inspections', report);
    assert.deepEqual([made.verdict, made.passed, made.failed, made.red, made.not_applicable], ['rectify', 2, 2, 0, 1]);
    assert.deepEqual(made.results.map(({ result }) => result), ['fail', 'pass', 'na', 'fail', 'pass']);
    await supervisor.call('POST', '/inspections', { body: report, expect: [200] });
    assert.equal((await supervisor.raw('GET', '/api/v1/drafts/inspection/masonry')).status, 404, 'the draft went with it');

    const [hazard] = (await supervisor.get('/hazards')).hazards;
    assert.deepEqual([hazard.id, hazard.text, hazard.room, hazard.severity], [made.hazards[0].id, '客厅空鼓三处', 'living', 'serious']);
    await until('the report is at head office', async () => (await office.get('/inspections')).inspections.length === 1);
    assert.deepEqual(await office.get(`/inspections/${made.id}`), await supervisor.get(`/inspections/${made.id}`));
    await until('so is the hazard', async () => (await office.get('/hazards')).hazards[0]?.id === hazard.id);
    assert.equal((await office.get('/api/v1/inspections?verdict=pass')).inspections.length, 0);
    assert.equal((await office.get('/api/v1/inspections?verdict=rectify&stage=masonry')).inspections.length, 1);
    await allReceived(manager);
    await agree(manager, office);
    await verifyClean(stack, board.conf, stack.hubConf);
}));

await runTests();
