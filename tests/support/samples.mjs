// SPDX-License-Identifier: MIT
// A good request for every operation of app/http/openapi.yaml, which tests spoil or send as others. An operation without a row fails them.
import { siteDate, uuid7, varied } from './programs.mjs';
import { tinyJpeg } from './routes.mjs';

let count = 0;
const room = () => `房${process.pid}-${count++}`; // of one's own, so that a stage begins in it
export const newPhoto = () => varied(tinyJpeg(320, 240), `${process.pid}-${count++}`);

// All that rows ask for beyond a photo and a log. judge: who may submit a quality report.
export async function withRest(client, context, judge = client) {
    const post = async (who, key) => (await who.post(key, sample({ key: `POST ${key}` }).body(context))).id;
    const { id: spare } = await client.photo(newPhoto());
    return withMoney(client, { ...context, spare, hazard: await post(client, '/hazards'), test: await post(client, '/tests'), inspection: await post(judge, '/inspections') });
}

// c: {user, pin, site, photo, log, hazard, test (one that runs), rectified: {reject, verify}, code, hash, version}; u-manager is of the site. Rows: body; values for the path; query; headers; good: the answer's status.
// A step in the life of a material, which is legal at any time.
const materialStep = () => ({ good: 201, values: (c) => ({ id: c.material }) });

// What only head office makes, or a rule: money.mjs and rules.mjs read those that there are.
const absent = () => ({ values: () => ({ id: uuid7() }), good: 404 });

// All that a step in the life of a hazard may say.
const anyStep = () => [{ id: uuid7(), assignee: 'u-manager', note: '好', photos: [uuid7()] }];

// What the rows of changes, materials and questions ask for: there.
async function withMoney(client, context) {
    const post = async (key, body) => (await client.post(key, body ?? sample({ key: `POST ${key}` }).body(context))).id;
    const ask = { from: 'customer', to: 'site', text: '几点到' };
    const [change, offered, material, delay, idle, question, answered] = [await post('/changes'), await post('/changes'), await post('/materials'), await post('/delays'), await post('/idle-days'),
        await post('/questions', { id: uuid7(), ...ask }), await post('/questions', { id: uuid7(), ...ask })];
    await client.post(`/questions/${answered}/answer`, { id: uuid7(), text: '九点' });
    await client.raw('POST', `${client.prefix}/decisions`, { body: { id: uuid7(), subject: `change/${offered}`, decision: 'approved' } }); /* at the hub */
    return { ...context, change, offered, material, delay, idle, question, answered };
}

// c: {user, pin, site, photo, log, hazard, rectified: {reject, verify}, code, hash, version, and what withMoney adds}; u-manager is of the site. Rows: body; values for the path; query; headers; good: the answer's
// status, or those that it may have. also: other good shapes of the body, for members that the first one cannot have; they are spoilt, never sent as they are.
const rows = {
    'GET /healthz': {},
    'GET /metrics': {},
    'GET /session': {},
    'POST /session': { body: (c) => ({ user: c.user, pin: c.pin }) },
    'DELETE /session': { good: 204 },
    'GET /people-to-sign-in': {},
    'GET /events': { endless: true },
    'GET /status': {},
    'POST /send-now': { good: 204 },
    'GET /site': {},
    'GET /today': {},
    'GET /daylogs': {},
    'POST /daylogs': {
        good: 201,
        body: (c) => ({
            id: uuid7(), date: siteDate(), stage: 'plumbing_electrical', crew: { electrician: 2 }, note: '顺利', photos: [c.photo],
            done: ['开槽', { phrase: 'plumbing_electrical/chasing', rooms: ['kitchen', '北阳台'], state: 'done', n: 5 }, { text: '线管' }], plan: ['进场'],
        }),
        also: () => [{ id: uuid7(), date: siteDate(), amends: uuid7(), note: '更正' }],
    },
    'GET /daylogs/{id}': { values: (c) => ({ id: c.log }) },
    'GET /daylogs/{id}/card.jpg': { values: (c) => ({ id: c.log }) },
    'GET /drafts': {},
    'GET /drafts/{kind}/{key}': { values: () => ({ kind: 'daylog', key: '2026-01-01' }) },
    'PUT /drafts/{kind}/{key}': { values: () => ({ kind: 'daylog', key: '2026-01-01' }), good: 204, body: () => ({ done: ['x'] }) },
    'DELETE /drafts/{kind}/{key}': { values: () => ({ kind: 'daylog', key: '2026-01-02' }), good: 204 },
    'GET /photos': {},
    'POST /photos': {
        good: 201, body: newPhoto,
        query: () => ({ id: uuid7(), stage: 'plumbing_electrical', room: 'kitchen', caption: '厨房', taken: new Date().toISOString(), origin: 'phone', inreplyto: uuid7() }),
    },
    'GET /photos/{id}': { values: (c) => ({ id: c.photo }) },
    'GET /photos/{id}/thumb': { values: (c) => ({ id: c.photo }) },
    'GET /photos/{id}/stamped': { values: (c) => ({ id: c.photo }) },
    'GET /photos/{id}/info': { values: (c) => ({ id: c.photo }) },
    'POST /photos/{id}/withdraw': { values: (c) => ({ id: c.spare }), body: () => ({ reason: '拍到了证件' }) },
    'POST /camera/shot': { good: 201, body: () => ({ id: uuid7(), stage: 'plumbing_electrical', room: '北阳台', caption: '厨房', inreplyto: uuid7() }) },
    'GET /camera/live': { endless: true },
    'GET /alerts': {},
    'GET /inspections': {},
    'POST /inspections': {
        good: 201,
        body: () => ({ id: uuid7(), date: siteDate(undefined), stage: 'demolition', note: '周检', items: ['de.bearing', 'de.rebar', 'de.riser', 'de.edge', 'de.base']
            .map((item) => ({ item, room: 'living', result: 'na', reason: '不涉及' })).concat({ item: 'de.capped', result: 'fail', note: '卫生间', hazard: { severity: 'notice', text: '下水口未封' } }) }),
        also: (c) => [{
            id: uuid7(), date: siteDate(undefined), stage: 'waterproofing', photos: [c.photo],
            items: [
                { item: 'wp.hshower', room: 'bath', values: [{ part: 'value', value: 1999.5 }], photos: [c.photo], hazard: { severity: 'serious', phrase: 'waterproofing-low', n: 5, due: '2099-01-01' } },
                { item: 'wp.pond', runs: [{ phase: 'pond', minutes: 1440, start: 20, end: 19, working: 0.4 }] },
                { item: 'wp.pond', room: 'bath', test: uuid7() }, { item: 'wp.pond', room: 'kitchen', tests: [uuid7(), uuid7()] },
            ],
        }],
    },
    'GET /inspections/{id}': { values: (c) => ({ id: c.inspection }) },
    'GET /hazards': {},
    'POST /hazards': {
        good: 201,
        body: (c) => ({ id: uuid7(), stage: 'waterproofing', room: 'bath', phrase: 'waterproofing-low', n: 5, note: '淋浴区', severity: 'serious', due: siteDate(undefined, new Date(Date.now() + 86400000)), photos: [c.photo] }),
        also: () => [{ id: uuid7(), severity: 'notice', text: '地面打滑' }],
    },
    'GET /hazards/{id}': { values: (c) => ({ id: c.hazard }) },
    'POST /hazards/{id}/assign': { good: 201, values: (c) => ({ id: c.hazard }), body: () => ({ id: uuid7(), assignee: 'u-manager', note: '请今天处理' }), also: anyStep },
    'POST /hazards/{id}/rectify': { good: 201, values: (c) => ({ id: c.hazard }), body: () => ({ id: uuid7(), note: '已补刷', photos: [uuid7()] }), also: anyStep },
    'POST /hazards/{id}/reject': { good: 201, values: (c) => ({ id: c.rectified?.reject ?? c.hazard }), body: () => ({ id: uuid7(), note: '还差一点' }), also: anyStep },
    'POST /hazards/{id}/verify': { good: 201, values: (c) => ({ id: c.rectified?.verify ?? c.hazard }), body: () => ({ id: uuid7(), note: '合格', photos: [uuid7()] }), also: anyStep },
    'GET /alerts/{id}': absent(),
    'POST /alerts/{id}/seen': { values: () => ({ id: uuid7() }), good: 404, body: () => ({ id: uuid7(), note: '问过' }) }, // nothing stands; rules.mjs has one
    'GET /timelapse': {},
    'GET /consent': {},
    'PUT /consent': { good: 201, body: () => ({ given: true, on: siteDate(), by: '业主', text: `口头同意 ${count++}` }) },
    'POST /viewpoint': { good: 201, body: () => ({ id: uuid7(), room: 'kitchen', note: '换了墙' }) },
    'GET /timeline': {},
    'GET /history/{kind}/{id}': { values: (c) => ({ kind: 'daylog', id: c.log }) },
    'GET /photo-requests': {},
    'GET /photo-requests/{id}': absent(),
    'POST /photo-requests': {
        good: 201,
        body: () => ({ id: uuid7(), board: 'b-1', stage: 'plumbing_electrical', room: 'kitchen', text: '请拍', due: '2027-01-01T10:00:00+08:00', camera: false }),
    },
    'GET /measures': {},
    'GET /mine': {},
    'GET /stages': {},
    'GET /stages/{key}': { values: () => ({ key: 'demolition' }) },
    'POST /stages/{key}/start': { values: () => ({ key: 'masonry' }), good: 201, body: (c) => ({ id: uuid7(), room: room(), note: '开始', photos: [c.photo] }) },
    // Of a room that has not begun, these are refused for its state.
    'POST /stages/{key}/finish': { values: () => ({ key: 'masonry' }), good: 409, body: (c) => ({ id: uuid7(), room: room(), note: '完成', photos: [c.photo] }) },
    'POST /stages/{key}/request': { values: () => ({ key: 'masonry' }), good: 409, body: (c) => ({ id: uuid7(), room: room(), note: '报验', photos: [c.photo] }) },
    'POST /stages/{key}/accept': { values: () => ({ key: 'masonry' }), good: 409, body: (c) => ({ id: uuid7(), room: room(), note: '合格', photos: [c.photo] }) },
    'POST /stages/{key}/reject': { values: () => ({ key: 'masonry' }), good: 409, body: (c) => ({ id: uuid7(), room: room(), note: '不平', photos: [c.photo] }) },
    'POST /stages/{key}/override': {
        values: () => ({ key: 'masonry' }), good: 201, body: (c) => ({ id: uuid7(), room: room(), reason: '业主同意', gate: 'start', note: '见函', photos: [c.photo] }),
    },
    'GET /tests': {},
    'GET /tests/{id}': { values: (c) => ({ id: c.test }) },
    'POST /tests': {
        good: 201,
        body: (c) => ({ id: uuid7(), kind: 'pressure', stage: 'plumbing_electrical', room: room(), value: 0.8, unit: 'MPa', photos: [c.photo], note: '打压' }),
    },
    // Too early.
    'POST /tests/{id}/finish': {
        values: (c) => ({ id: c.test }), good: 422, body: (c) => ({ id: uuid7(), value: 0.8, unit: 'MPa', photos: [c.photo], below_photos: [c.photo], leak: false, note: '不降' }),
    },
    'GET /delays': {},
    'GET /delays/{id}': { values: (c) => ({ id: c.delay }) },
    'POST /delays': {
        good: 201,
        body: (c) => ({ id: uuid7(), stage: 'tiling', reason: 'no-water-power', from: '2026-11-16', to: '2026-11-17', note: '停水', photos: [c.photo] }),
    },
    'GET /idle-days': {},
    'GET /idle-days/{id}': { values: (c) => ({ id: c.idle }) },
    'POST /idle-days': {
        good: 201,
        body: (c) => ({ id: uuid7(), date: new Date(Date.UTC(2020, 0, ++count)).toISOString().slice(0, 10), reason: 'too-few-workers', note: '没来', photos: [c.photo] }),
    },
    'GET /holds': {},
    'POST /hold': { good: 201, body: () => ({ id: uuid7(), reason: 'payment-overdue', note: '二期款' }) },
    'POST /resume': { good: 201, body: () => ({ id: uuid7(), note: '已付' }) },
    'GET /changes': {},
    'GET /changes/{id}': { values: (c) => ({ id: c.change }) },
    'POST /changes': { good: 201, body: (c) => ({ id: uuid7(), amount: -120.5, material: true, reason: 'replaced', text: '换成国产', stage: 'carpentry', room: 'kitchen', photos: [c.photo] }) },
    'GET /confirmations': {},
    'GET /confirmations/{id}': absent(),
    'POST /confirmations': {
        good: [201, 409], /* once, and where it is decided: only at head office */
        body: (c) => ({ id: uuid7(), subject: `change/${c.offered}`, method: 'signature', signature: { path: 'M10 20L30.5 40M1 1L2 2', width: 400, height: 200 }, name: '某某' }),
    },
    'POST /decisions': {
        good: 201,
        body: (c) => ({ id: uuid7(), subject: `change/${c.change}`, decision: 'alternative', note: '改用国产', amount: 12.5 }),
        also: () => [{ id: uuid7(), subject: `delay/${uuid7()}`, decision: 'granted', days: 2, from: '2026-11-16', to: '2026-11-17' }],
    },
    'GET /materials': {},
    'GET /materials/{id}': { values: (c) => ({ id: c.material }) },
    'POST /materials': {
        good: 201,
        /* so far ahead that no rule says anything of it while a test runs */
        body: () => ({ id: uuid7(), name: '地砖', kind: 'tiles', quantity: 40.5, unit: 'm²', expected: '2099-12-01', needed: '2099-12-05', stage: 'tiling', supplier: '某厂', note: '送上楼' }),
    },
    'POST /materials/{id}/expect': { ...materialStep(), body: () => ({ id: uuid7(), expected: '2099-12-09', needed: '2099-12-12', note: '厂家延期' }) },
    'POST /materials/{id}/arrive': { ...materialStep(), body: (c) => ({ id: uuid7(), quantity: 3.5, damaged: 1, photos: [c.photo], note: '少一箱' }) },
    'POST /materials/{id}/scan': {
        ...materialStep(),
        body: (c) => ({ id: uuid7(), photo: c.photo, codes: [{ type: 'own', text: 'A-17' }], brand: '某牌', batch: 'A17', report: 'T-9', grade: 'E0' }),
    },
    'POST /materials/{id}/measure': { ...materialStep(), body: (c) => ({ id: uuid7(), date: '2026-11-20', note: '量好了', photos: [c.photo] }) },
    'POST /materials/{id}/answer': { ...materialStep(), body: () => ({ id: uuid7(), alternative: '先用样板房的', expected: '2099-12-20' }) },
    'GET /questions': {},
    'GET /questions/{id}': { values: (c) => ({ id: c.question }) },
    'POST /questions': { good: 201, body: (c) => ({ id: uuid7(), from: 'site', to: 'designer', text: '插座在哪', stage: 'plumbing_electrical', room: 'kitchen', photos: [c.photo] }) },
    'POST /questions/{id}/ask': {
        good: [201, 409], values: (c) => ({ id: c.answered }),
        body: (c) => ({ id: uuid7(), text: '还是不对', photos: [c.photo] }),
    },
    'POST /questions/{id}/answer': {
        good: [201, 409], values: (c) => ({ id: c.question }),
        body: (c) => ({ id: uuid7(), text: '床头右侧', photos: [c.photo] }),
    },
    'GET /callbacks': {},
    'GET /callbacks/{id}': absent(),
    'POST /callbacks': { good: 201, body: () => ({ id: uuid7(), score: 4, note: '满意', questions: ['几号完工'], next: '2099-01-01' }) },
    'GET /callbacks/due': {},
    'GET /approvals': {},
    'GET /handover': {},
    'POST /handover': { good: 409, body: (c) => ({ id: uuid7(), date: '2026-01-01', note: '钥匙已交', photos: [c.photo] }) }, /* a change is open */
    'GET /sites': {},
    'GET /sites/{site}': {},
    'PUT /sites/{site}': {
        headers: (c) => ({ 'If-Match': String(c.version) }),
        body: (c) => ({
            site: c.site, version: 0, name: '1-302', timezone: 'Asia/Shanghai', contract_amount: 120000.5,
            stages: [{ key: 'demolition', zh: '拆除', en: 'Demolition', planned_start: '2026-11-01', planned_finish: '2026-11-09', after: [] },
                { key: 'plumbing_electrical', planned_start: '2026-11-10', planned_finish: '2026-11-27', after: ['demolition'] }],
            cutoffs: { daylog: '18:30', report: { weekday: 6, time: '18:00' }, workdays: [1, 2, 3, 4, 5, 6], holidays: ['2027-02-06'], callback_days: 7 },
            customer: { name: '某某', phone: '139 0000 0000' }, people: c.people ?? [{ id: 'u-77', name: 'Crew', role: 'crew', active: true }],
        }),
    },
    'GET /checklists': {},
    'GET /checklists/{stage}': { values: () => ({ stage: 'waterproofing' }) },
    'PUT /checklists/{stage}': {
        headers: () => ({ 'If-Match': '*' }),
        values: () => ({ stage: 'waterproofing' }),
        body: () => ({
            items: [
                { key: 'wp.hother', zh: '其他墙面', en: 'other walls', kind: 'measure', source: 'C', required: true, red_line: false, photo_required: false, confirmed: false, red_line_if_confirmed: false,
                    criterion: { zh: '逐面量', en: 'each wall' }, condition: { zh: '卫生间', en: 'bathrooms' }, note: { zh: '公司规定', en: 'our rule' },
                    parts: [{ key: 'value', zh: '高度', en: 'height', unit: 'mm', min: 350 }, { key: 'centre', zh: '间距', en: 'centres', unit: 'mm', equal: 150, tolerance: 5 }, { key: 'gap', zh: '缝', en: 'gap', unit: 'mm', min: 1, max: 3 }, { key: 'far', zh: '距', en: 'far', unit: 'mm', below: 1200 }] },
                { key: 'wp.pond', stage: 'waterproofing', zh: '闭水', en: 'ponding', kind: 'timed', source: 'A/M', required: true, red_line: true, photo_required: true,
                    phases: [{ key: 'pond', zh: '闭水', en: 'ponding', minutes: 2880, unit: 'mm', start_zh: '水深', start_en: 'depth', start_min: 20, start_about: 25, start_factor: 0, drop_max: 5 }] },
            ],
            remove: ['wp.thick'],
        }),
    },
    'GET /settings': {},
    'PUT /settings/{key}': { values: () => ({ key: 'callback_days' }), headers: () => ({ 'If-Match': '*' }), body: () => ({ value: 10 }) },
    'POST /checklists/{stage}/check': { values: () => ({ stage: 'waterproofing' }), body: (c) => sample({ key: 'PUT /checklists/{stage}' }).body(c) },
    'POST /settings/{key}/check': { values: () => ({ key: 'callback_days' }), body: () => ({ value: 10 }) },
    'GET /company/checklists': {},
    'GET /company/checklists/{stage}': { values: () => ({ stage: 'waterproofing' }) },
    'GET /company/settings': {},
    'GET /company/history/{kind}/{id}': { values: () => ({ kind: 'setting', id: 'callback_days' }) },
    'GET /templates': { query: () => ({ start: '2027-01-25', template: 'kitchen_bath', site: 's-1' }) },
    'GET /inspections/{id}/report': { values: (c) => ({ id: c.inspection }), query: () => ({ format: 'html', lang: 'zh' }) },
    'GET /report': { query: () => ({ week: '2026-W48', format: 'html', lang: 'zh' }) },
    'GET /boards': {},
    'GET /hooks': {},
    'GET /digest': {},
    'GET /verify/{code}': { values: (c) => ({ code: c.code }) },
    'POST /blobs/have': { body: (c) => ({ sha256: [c.hash] }) },
    'POST /blobs/confirmed': { body: (c) => ({ sha256: [c.hash] }) },
};

// Uploads are asked of by a test of their own.
const elsewhere = /^[A-Z]+ \/tus\//;

// The row of an operation; undefined for what is asked elsewhere.
export function sample(op) {
    const row = rows[op.key];
    if (!row && !elsewhere.test(op.key)) throw new Error(`${op.key} (${op.template}) has no row in tests/support/samples.mjs`);
    return row && { good: 200, values: () => ({}), query: () => ({}), headers: () => ({}), also: () => [], ...row };
}

export const rowsWithoutOperation = (keys) => Object.keys(rows).filter((key) => !keys.has(key));
