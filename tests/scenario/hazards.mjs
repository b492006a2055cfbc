// SPDX-License-Identifier: MIT
// A hazard between a board and head office: raised with no link and there before everything else; assigned from head office; rectified at both ends
// at once, of which one comes too late, is kept, and is told to who did it; verified by somebody else.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { realPhotos, runTests, siteDate, test, until, uuid7, varied, withStack } from '../support/programs.mjs';
import { answersChecked } from '../support/openapi.mjs';
import { addOffice, agree, log } from '../support/site.mjs';

const people = [{ id: 'u-01', name: '甲经理', role: 'manager' }, { id: 'u-04', name: '乙经理', role: 'manager' }, { id: 'u-02', name: '监理', role: 'supervisor' }];

async function site(stack) {
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1');
    const office = await addOffice(stack);
    await office.call('PUT', '/api/v1/sites/s-1', { headers: { 'If-Match': '0' }, body: { name: '1-302', timezone: 'Asia/Shanghai', people } });
    for (const { id, role, name } of people) {
        await stack.addUser(board, id, role, '2468', name);
        await stack.addUser(null, id, role, '2468', name);
    }
    const [at01, at02] = [await stack.client(board).signIn('u-01', '2468'), await stack.client(board).signIn('u-02', '2468')];
    const far04 = await stack.hubClient({ site: 's-1' }).signIn('u-04', '2468');
    await until('the plan is on the board, and the list of people read', async () => (await at01.get('/site')).version === 1 && (await far04.get('/api/v1/sites')).sites.length === 1);
    return { board, office, at01, at02, far04 };
}

test('raised offline, first on the wire, both ends at once, one told that it came too late', () => withStack({ check: answersChecked() }, async (stack) => {
    const { office, at01, at02, far04 } = await site(stack);
    const jpeg = fs.readFileSync(realPhotos(1)[0]);
    const picture = async (client, n) => (await client.photo(varied(jpeg, n), { room: 'bath' })).id;

    /* Without a link: twenty logs, a photo, and only then the hazard. */
    await stack.broker.kill('SIGKILL');
    await until('the link is down', async () => (await at01.get('/status')).link === 'down');
    for (let n = 0; n < 20; n++) await at01.post('/daylogs', log(`第${n}项`));
    const before = await picture(at02, 1);
    const raised = await at02.post('/hazards', { id: uuid7(), phrase: 'waterproofing-low', room: 'bath', n: 5, photos: [before] });
    assert.equal(raised.text, '客卫防水高度需增加5cm');
    assert.equal(raised.state, 'raised', 'two managers: nobody is assigned by itself');
    const early = await at02.raw('POST', `/api/v1/hazards/${raised.id}/verify`, { body: { id: uuid7() } });
    assert.equal(early.status, 409);
    assert.deepEqual(early.json.allowed, ['assign']);

    await stack.startBroker();
    const url = `/hazards/${raised.id}`;
    await until('it is at the hub', async () => (await office.get('/hazards?state=open')).hazards.length === 1, 60000);
    await agree(at01, office);
    const there = (await office.timeline()).reverse().map((entry) => entry.type);
    assert.ok(there.indexOf('hazard-raised') < there.indexOf('daylog-submitted'), `before the logs that were written before it: ${there}`);

    /* Head office assigns; the board hears of it. */
    await office.post(`${url}/assign`, { id: uuid7(), assignee: 'u-01' });
    await until('it is assigned at the board', async () => (await at01.get(url)).assignee === 'u-01');
    assert.equal((await office.get('/api/v1/sites')).sites[0].open_hazards, 1);
    const bare = await at01.raw('POST', `/api/v1${url}/rectify`, { body: { id: uuid7(), note: '好了' } });
    assert.equal(bare.status, 422);

    /* Both rectify, neither knows of the other. So it goes with a log, a stage, a test and an idle day. */
    const day = await at01.post('/daylogs', log('刮腻子'));
    const pressure = await at01.post('/tests', { id: uuid7(), kind: 'pressure', room: 'kitchen', value: 8, unit: 'bar', photos: [uuid7()] });
    await agree(at01, office);
    await stack.broker.kill('SIGKILL');
    await until('the link is down', async () => (await at01.get('/status')).link === 'down');
    await at01.post(`${url}/rectify`, { id: uuid7(), photos: [await picture(at01, 2)] });
    await far04.post(`${url}/rectify`, { id: uuid7(), photos: [await picture(far04, 3)] });
    const idle = day.date;
    for (const [client, note] of [[at01, '甲'], [far04, '乙']]) {
        await client.post('/daylogs', { ...log(note), date: day.date, amends: day.version });
        await client.post('/stages/preparation/start', { id: uuid7() });
        await client.post(`/tests/${pressure.id}/finish`, { id: uuid7(), value: 7, photos: [uuid7()] });
        await client.post('/idle-days', { id: uuid7(), date: idle, reason: 'no-water-power' });
    }
    await stack.startBroker();
    await agree(at01, office);
    for (const client of [at01, office]) {
        const { state, rectified, history } = await client.get(url);
        assert.equal(state, 'rectified');
        assert.equal(rectified.actor.id, 'u-01', 'the first of both in the order that every end has');
        assert.deepEqual(history.map((entry) => [entry.type, Boolean(entry.late)]), [['hazard-raised', false], ['hazard-assigned', false], ['hazard-rectified', false], ['hazard-rectified', true]]);
    }
    const told = (await far04.get('/today')).due.filter((due) => due.kind === 'news');
    assert.deepEqual(told.map((due) => due.subject), [`idle/${idle}`, `test/${pressure.id}`, 'stage/preparation', `daylog/${day.id}`, `hazard/${raised.id}`], 'whoever came too late is told of each');
    assert.equal(told[3].text.zh, `您的日志更正晚了一步，没有算数：${day.date}（现在：以先到的更正为准；两份都保留）`);
    const [{ press }] = (await far04.get('/api/v1/mine')).sites;
    assert.deepEqual(press.filter(({ kind }) => kind === 'news').map(({ subject, at, action }) => [subject, at, action]), told.map(({ subject, at, action }) => [subject, at, action]), 'on his own list, too');
    assert.deepEqual((await at01.get(`/daylogs/${day.id}`)).done, ['甲']);
    assert.ok((await far04.timeline()).some((entry) => entry.type === 'hazard-rectified' && entry.late));
    assert.deepEqual((await at01.get('/today')).due.filter((due) => due.kind === 'news'), []);

    /* Somebody else verifies, on site. */
    assert.ok((await at02.get('/today')).due.some((due) => due.kind === 'hazard' && due.id === raised.id), 'the supervisor is asked to look');
    await at02.post(`${url}/verify`, { id: uuid7(), note: '复测合格' });
    await until('it is closed at the hub', async () => (await office.get(url)).state === 'verified');
    assert.equal((await office.get('/api/v1/sites')).sites[0].open_hazards, 0);
    const after = await office.raw('POST', `/api/v1/sites/s-1${url}/reject`, { body: { id: uuid7() } });
    assert.equal(after.status, 409);
    assert.deepEqual(after.json.allowed, []);
    const table = await office.raw('GET', '/api/v1/hazards?format=csv&lang=en');
    assert.match(String(table.body), /"serious","verified"/);
}));

await runTests();
