// SPDX-License-Identifier: MIT
// Money, materials and questions between a board and head office: asked on site, decided at head office, signed by the customer, proved; goods with
// the code on their label; questions with their clocks; the call list; the hand-over, which waits until nothing is open.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { runTests, siteDate, test, until, uuid7, withStack } from '../support/programs.mjs';
import { label } from '../support/label.mjs';
import { answersChecked } from '../support/openapi.mjs';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const PATH = 'M10 20L30 40.5L60 20M5 5L6 6';
const find = async (client, list, id) => (await client.get(`/${list}`))[list].find((one) => one.id === id);

async function stand(stack) {
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1');
    await stack.addUser(board, 'u-01', 'manager', '2468', 'Manager');
    await stack.addUser(board, 'u-02', 'crew', '2468', 'Crew');
    await stack.addUser(null, 'o-01', 'office', '1357', 'Office');
    const manager = await stack.client(board).signIn('u-01', '2468'), crew = await stack.client(board).signIn('u-02', '2468');
    const office = await stack.hubClient({ site: 's-1' }).signIn('o-01', '1357');
    await office.call('PUT', '/api/v1/sites/s-1', { headers: { 'If-Match': '0' }, body: { name: '1-302', contract_amount: 100000, customer: { name: '欧阳某某', phone: '13900001234' }, stages: [{ key: 'tiling', planned_start: siteDate(), planned_finish: '2099-01-01' }, { key: 'completion' }] } });
    await until('the plan is on the board', async () => (await manager.get('/site')).version === 1);
    return { board, manager, crew, office };
}

async function changes({ manager, crew, office }) {
    const id = uuid7(), body = { id, amount: 1200.5, reason: 'owner-adds', text: '北阳台做柜子，电话13900001234', stage: 'tiling', room: 'balcony' };
    await manager.post('/changes', body);
    assert.equal((await manager.call('POST', '/changes', { body, expect: [200] })).json.id, id);
    await until('head office has it to decide', async () => (await office.get('/api/v1/approvals')).changes.changes.some((one) => one.id === id && one.text.includes('139****1234')));
    const early = await office.call('POST', '/confirmations', { body: { id: uuid7(), subject: `change/${id}`, method: 'crm' }, expect: [409] });
    assert.deepEqual(early.json.allowed, []);
    await office.post('/decisions', { id: uuid7(), subject: `change/${id}`, decision: 'alternative', note: '改用国产五金', amount: 999.99 });
    const again = await office.call('POST', '/decisions', { body: { id: uuid7(), subject: `change/${uuid7()}`, decision: 'approved' }, expect: [404] });
    assert.match(again.json.detail, /no such change/);
    await until('the board knows', async () => (await find(manager, 'changes', id)).state === 'alternative');
    assert.equal((await find(crew, 'changes', id)).amount, undefined, 'what it costs is not for everybody');
    assert.ok(!JSON.stringify(await crew.timeline()).includes('999.99'));

    const forged = await manager.call('POST', '/confirmations', { body: { id: uuid7(), subject: `change/${id}`, method: 'crm' }, expect: [403] });
    assert.match(forged.json.detail, /only head office/);
    const signed = await manager.post('/confirmations', { id: uuid7(), subject: `change/${id}`, method: 'signature', name: '欧阳某某', signature: { path: PATH, width: 400, height: 200 } });
    assert.equal(signed.name, '欧**');
    assert.deepEqual(await manager.get(`/confirmations/${signed.id}`), signed);
    await until('that the signature was looked at is written down', async () => (await manager.timeline()).some(({ type, actor, data }) => type === 'access' && actor.id === 'u-01' && data.what === 'signature'));
    await until('head office knows that it is signed', async () => (await find(office, 'changes', id)).state === 'confirmed');
    /* Anybody can prove what was signed, from what head office holds. */
    const { confirmations: [held] } = await office.get(`/confirmations?subject=change/${id}`);
    const one = await find(office, 'changes', id), lines = held.statement.split('\n');
    assert.ok(held.proved);
    assert.equal(sha256(held.statement), held.sha256);
    assert.deepEqual([lines[0], lines[2], lines[4], lines[8]], ['sitelog-confirmation-v1', `change/${id}`, '999.99', sha256(held.signature.path)]);
    assert.equal(lines[5], sha256(`${one.text}\n${one.decision.note}`));
    const { totals } = await office.get('/changes');
    assert.deepEqual([totals.contract, totals.additions, totals.additions_percent, totals.pending, totals.open], [100000, 999.99, 1, 0, 0]);
    await crew.call('GET', '/confirmations', { expect: [403] });
}

async function materials({ manager, crew, office }) {
    const id = uuid7(), photo = await crew.photo(label('6901234567892'));
    await office.post('/materials', { id, name: '柜体', kind: 'cabinet', quantity: 4, unit: '套', expected: '2026-01-05', stage: 'tiling' });
    await until('the board expects it, late', async () => (await find(crew, 'materials', id))?.state === 'late');
    const late = await find(crew, 'materials', id);
    assert.equal(late.needed, siteDate(), 'when its stage is planned to begin');
    assert.equal(late.measure_late, true);
    assert.ok((await office.get('/api/v1/approvals')).materials.materials.some((one) => one.id === id));
    await manager.post(`/materials/${id}/measure`, { id: uuid7() });
    await office.post(`/materials/${id}/answer`, { id: uuid7(), alternative: '先装样板柜', expected: '2099-01-01' });
    await until('the alternative is on the board', async () => (await find(crew, 'materials', id)).alternative?.text === '先装样板柜');
    await crew.post(`/materials/${id}/arrive`, { id: uuid7(), quantity: 2, photos: [photo.id] });
    const scanned = await crew.post(`/materials/${id}/scan`, { id: uuid7(), photo: photo.id, brand: '某牌', grade: 'E0' });
    assert.deepEqual(scanned.scan.codes, [{ type: 'ean-13', text: '6901234567892' }]);
    assert.equal((await crew.call('POST', `/materials/${id}/scan`, { body: { id: uuid7(), photo: uuid7() }, expect: [400] })).json.field, 'photo');
    await crew.post(`/materials/${id}/arrive`, { id: uuid7() });
    await crew.post(`/materials/${id}/arrive`, { id: uuid7(), quantity: -1, note: '破损退回' });
    await until('head office sees what came and went', async () => {
        const one = await find(office, 'materials', id);
        return one.arrived === 4 && one.returned === 1 && one.state === 'partly' && one.scan?.brand === '某牌' && one.measured === siteDate();
    });
    await manager.call('POST', `/materials/${id}/answer`, { body: { id: uuid7(), alternative: 'x' }, expect: [404] }); /* only at head office */
}

async function questions({ manager, crew, office }) {
    const id = uuid7();
    await crew.post('/questions', { id, from: 'site', to: 'designer', text: '插座在哪' });
    await crew.call('POST', `/questions/${id}/answer`, { body: { id: uuid7(), text: 'x' }, expect: [403] });
    await until('head office has it', async () => (await office.get('/api/v1/approvals')).questions.questions.some((one) => one.id === id));
    await office.post(`/questions/${id}/answer`, { id: uuid7(), text: '床头右侧' });
    await until('the answer is on the board', async () => (await find(crew, 'questions', id)).answer?.text === '床头右侧');
    const shut = await crew.call('POST', `/questions/${id}/answer`, { body: { id: uuid7(), text: 'x' }, expect: [409] });
    assert.deepEqual(shut.json.allowed, ['ask']);

    await manager.post('/daylogs', { id: uuid7(), date: siteDate(), done: [{ phrase: 'tiling/wall-tiles' }, '收边'] });
    await until('the call list tells what happened', async () => (await office.get('/api/v1/callbacks/due?all=true')).callbacks[0]?.digest.lines.some((line) => line.text.zh.endsWith('收边') && line.stage === null));
    const { callbacks: [due] } = await office.get('/api/v1/callbacks/due?all=true');
    assert.deepEqual([due.site, due.customer.name, due.customer.phone, due.last], ['s-1', '欧**', '139****1234', null]);
    assert.equal(due.digest.next.stage, 'tiling');
    assert.equal(due.digest.photos.length, 1);
    assert.deepEqual((await office.get('/api/v1/callbacks/due')).callbacks, []);
    const call = { id: uuid7(), score: 4, note: '满意', questions: ['几号完工'] };
    await office.post('/callbacks', call);
    await office.call('POST', '/callbacks', { body: call, expect: [200] });
    const asked = await until('the question is on the board, once', async () => {
        const all = (await manager.get('/questions')).questions.filter((one) => one.from === 'customer');
        return all.length && all;
    });
    assert.equal(asked.length, 1);
    await manager.post(`/questions/${asked[0].id}/answer`, { id: uuid7(), text: '下月初' });
}

async function handover({ manager, crew, office }) {
    const id = uuid7();
    await manager.post('/changes', { id, amount: -50, reason: 'owner-removes', text: '不做吊顶' });
    const refused = await manager.call('POST', '/handover', { body: { id: uuid7() }, expect: [409] });
    assert.deepEqual(refused.json.open.map((one) => one.subject), [`change/${id}`, 'stage/completion']);
    await crew.call('POST', '/handover', { body: { id: uuid7() }, expect: [403] });
    await until('head office has it', async () => (await find(office, 'changes', id))?.state === 'requested');
    await office.post('/decisions', { id: uuid7(), subject: `change/${id}`, decision: 'refused', note: '已下单' });
    await until('the board knows', async () => (await find(manager, 'changes', id)).state === 'refused');
    const gated = await manager.call('POST', '/handover', { body: { id: uuid7() }, expect: [409] });
    assert.deepEqual(gated.json.open.map((one) => one.kind), ['gate'], 'nobody accepted the completion');
    await office.post('/stages/completion/override', { id: uuid7(), gate: 'accept', reason: '业主已入住，书面确认' });
    await until('the board has head office’s word', async () => (await manager.get('/handover')).open.length === 0);
    const done = await manager.post('/handover', { id: uuid7(), note: '钥匙已交' });
    assert.deepEqual(done.plan.map(({ years, date }) => [years, date]), [1, 3, 5].map((years) => [years, `${Number(siteDate().slice(0, 4)) + years}${siteDate().slice(4)}`]));
    await until('nobody is called any more', async () => (await office.get('/handover')).done && (await office.get('/api/v1/callbacks/due?all=true')).callbacks.length === 0);
}

// One by its id is what the list says of it, at both ends; what is not there is not found.
async function byId({ manager, crew, office }) {
    await manager.post('/delays', { id: uuid7(), reason: 'no-water-power', from: '2026-11-16', to: '2026-11-17' });
    await manager.post('/idle-days', { id: uuid7(), date: siteDate(), reason: 'too-few-workers' });
    await office.post('/photo-requests', { id: uuid7(), camera: false, text: '请拍' });
    await until('each end has what the other made', async () => (await office.get('/idle-days')).idle_days.length && (await manager.get('/photo-requests')).photo_requests.length);
    for (const list of ['changes', 'confirmations', 'materials', 'questions', 'delays', 'idle-days', 'photo-requests', 'callbacks'])
        for (const client of list === 'callbacks' ? [office] : list === 'confirmations' ? [office, manager] : [office, manager, crew]) {
            assert.ok((await client.entries(list)).length > 0, list);
            assert.equal((await client.call('GET', `/${list}/${uuid7()}`, { expect: [404] })).headers['content-type'], 'application/problem+json');
        }
    assert.deepEqual(await office.get(`/idle-days/${siteDate()}`), (await office.get('/idle-days')).idle_days[0]);
}

test('changes, materials, questions, calls and the hand-over', () => withStack({ check: answersChecked() }, async (stack) => {
    const people = await stand(stack);
    await changes(people);
    await materials(people);
    await questions(people);
    await handover(people);
    await byId(people);
}));

await runTests();
