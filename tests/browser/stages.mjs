// SPDX-License-Identifier: MIT
// Stages on the screens: asking for acceptance with a photo at the panel, a timed test from start to result, a claim; at head office the chart, what a
// gate lacks, accepting, deciding, holding.
import assert from 'node:assert/strict';
import { runTests, siteDate, test, until, uuid7, withStack } from '../support/programs.mjs';
import { DESK, launch, Screen } from '../support/screen.mjs';
import { addManager, addOffice } from '../support/site.mjs';

const shots = process.env.SHOTS;
const look = async (screen, name) => shots && screen.page.screenshot({ path: `${shots}/${name}.png` });
const dayFrom = (n) => new Date(Date.parse(`${siteDate()}T12:00:00Z`) + n * 86400000).toISOString().slice(0, 10);
const step = (client, key, verb, more = {}) => client.post(`/stages/${key}/${verb}`, { id: uuid7(), ...more });

async function onScreen(where, options, run) {
    const browser = await launch();
    try {
        const screen = await Screen.open(browser, where, options);
        await run(screen);
        await screen.close();
    } finally {
        await browser.close();
    }
}

async function photo(screen, client) {
    const before = (await client.get('/photos')).photos.length;
    await until('the shutter is free', async () => !(await screen.$('.shutter').isDisabled()));
    await screen.tap('.shutter');
    await until('the photo is there', async () => (await client.get('/photos')).photos.length > before);
    await until('the shutter is free again', async () => !(await screen.$('.shutter').isDisabled()));
}

const panelOptions = { expect: [/409 \(Conflict\)|422 \(Unprocessable/] };

test('at the panel: start, ask for acceptance with a photo, a test with a value, days claimed', () => withStack({}, async (stack) => {
    const board = await stack.startBoard('b-1'), manager = await addManager(stack, board);
    await onScreen(board.where, panelOptions, async (screen) => {
        await screen.signIn('Manager', '2468');
        await look(screen, 'p-home');
        // the gate refuses, and says what is missing
        await screen.tap('.tile', { hasText: '报验' });
        await look(screen, 'p-stages');
        await screen.tap('.stage-card[data-key="waterproofing"]');
        await look(screen, 'p-stage');
        await screen.tap('.side [data-verb="start"]');
        await screen.tap('dialog .toggle', { hasText: '客卫' });
        await screen.tap('.save');
        await screen.said('现在还不行');
        await screen.see('.missing-hard', { hasText: '水电还没验收' });
        await look(screen, 'p-refused');
        // a stage begins, and acceptance is asked for with a photo
        await step(manager, 'plumbing_electrical', 'start');
        await screen.home();
        await screen.tap('.tile', { hasText: '报验' });
        assert.equal(await screen.$('.stage-card').first().getAttribute('data-key'), 'plumbing_electrical', 'what goes on comes first');
        await screen.tap('.stage-card');
        await screen.tap('.side .main', { hasText: '报验' });
        await photo(screen, manager);
        await look(screen, 'p-request');
        await screen.tap('.save');
        await screen.said('报验已提交');
        await screen.see('.stage-top .stage-badge[data-stage="asked"]');
        const asked = await manager.get('/stages/plumbing_electrical');
        assert.equal(asked.photos.length, 1);
        assert.equal((await manager.get('/photos')).photos[0].stage, 'plumbing_electrical');

        // a test: which, the value, a photo; then it runs, and it is too early
        await screen.page.evaluate(() => { location.hash = '#/tests'; });
        await screen.tap('.side .main', { hasText: '开始试验' });
        await look(screen, 'p-kinds');
        await screen.tap('dialog .toggle', { hasText: '给水打压' });
        for (const key of ['0', '.', '8']) await screen.tap('dialog .key', { hasText: new RegExp(`^[${key}]$`) });
        await look(screen, 'p-keypad');
        await screen.tap('dialog .main');
        await photo(screen, manager);
        await screen.tap('.save');
        await screen.said('已开始计时');
        await screen.see('.test-left', { hasText: /还剩 (01:00|00:59)/ });
        await look(screen, 'p-test');
        await screen.tap('.side .main', { hasText: '看结果' });
        await screen.said('还早');
        await screen.home();
        await screen.see('.card-main', { hasText: /给水打压 还剩 0[01]:\d\d/ });
        await look(screen, 'p-home-test');
        await screen.tap('.card .main', { hasText: '看试验' });
        await screen.tap('.side .plain', { hasText: '漏了' });
        for (const key of ['0', '.', '2']) await screen.tap('dialog .key', { hasText: new RegExp(`^[${key}]$`) });
        await screen.tap('dialog .main');
        await photo(screen, manager);
        await screen.tap('.save');
        await screen.said('不合格');
        await screen.see('.test-fault', { hasText: '掉了 0.6 MPa' });
        await look(screen, 'p-failed');

        // days lost
        await screen.page.evaluate(() => { location.hash = '#/stopped'; });
        await screen.tap('.side .main', { hasText: '申请延期' });
        await look(screen, 'p-reasons');
        await screen.tap('dialog .toggle', { hasText: '停水停电' });
        await screen.tap('dialog .toggle >> nth=7');
        await screen.tap('dialog .toggle >> nth=2');
        await screen.tap('.save');
        await screen.said('延期申请已提交');
        await screen.see('.hazard-text', { hasText: /停水停电.*等总部决定/ });
        await look(screen, 'p-stopped');
        assert.equal((await manager.get('/delays')).delays[0].from, dayFrom(-7));
    });
}));

const state = async (client, key) => (await client.get(`/stages/${key}`)).state;
const another = async (screen, stage) => {
    await screen.home();
    await screen.tap('.tile-main');
    await screen.tap('dialog .plain', { hasText: '再记一份' });
    await screen.tap('.where');
    await screen.tap('dialog .toggle', { hasText: stage });
    await screen.see('.where', { hasText: stage });
    await screen.see('.chip-begin');
};

test('the first log of a stage starts it with the same tap; what a gate refuses is told, and the log is kept; all lines say the same', () => withStack({}, async (stack) => {
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1', { camera: false }), manager = await addManager(stack, board);
    await addOffice(stack);
    const lines = async (screen, office, home, list, key) => {
        await screen.home();
        await screen.see('.standing-line', { hasText: home });
        await office.see('.site-card .site-id', { hasText: home });
        await screen.tap('.tile', { hasText: '报验' });
        await screen.see(`.stage-card[data-key="${key}"]`, { hasText: list });
    };
    const browser = await launch();
    try {
        const office = await Screen.open(browser, stack.hubWhere, { path: '/office/', size: DESK });
        const screen = await Screen.open(browser, board.where, { expect: [/409 \(Conflict\)|404 \(Not Found\).*drafts|ERR_|Failed to load/] });
        await screen.signIn('Manager', '2468');
        await screen.tap('.tile-main');
        await screen.see('.chip-begin[aria-pressed="true"]', { hasText: '今天开工' });
        await look(screen, 'b-log');
        await screen.tap('.chip', { hasText: '开工交底' });
        await screen.tap('.save');
        await screen.said('开工准备已开工');
        assert.equal(await state(manager, 'preparation'), 'started');
        await office.signIn('o-01', '1357', '.site-card');
        await lines(screen, office, /开工准备 第1\/2天/, '施工中', 'preparation');
        // a hard gate: known before, tried all the same, refused
        await another(screen, '防水');
        assert.equal(await screen.$('.chip-begin').getAttribute('aria-pressed'), 'false');
        await screen.tap('.chip-begin');
        await screen.tap('.chip >> nth=0');
        await look(screen, 'b-log-gate');
        await screen.tap('.save');
        await screen.tap('dialog .toggle', { hasText: '主卫' });
        await screen.said('防水还不能开工');
        await screen.see('.saved-lacks .missing-hard', { hasText: '水电还没验收' });
        await screen.see('.day-card');
        await look(screen, 'b-saved-refused');
        await until('both logs are kept', async () => (await manager.get('/daylogs')).daylogs.map((log) => log.stage).join() === 'waterproofing,preparation');
        await lines(screen, office, /防水 未开工/, /未开工.*起有日志/s, 'waterproofing');
        // said no to; and what was sent while the board was away
        await another(screen, '拆改');
        await screen.tap('.chip-begin');
        await screen.tap('.chip >> nth=0');
        await screen.tap('.save');
        await screen.said('日志已保存');
        assert.equal(await state(manager, 'demolition'), 'planned');
        await screen.home();
        await screen.see('.card-main', { hasText: '拆改还没点开工' });
        await look(screen, 'b-home');
        await another(screen, '拆改');
        await screen.tap('.chip >> nth=0');
        await board.program.kill('SIGKILL');
        await screen.tap('.save');
        await screen.see('.bar-said', { hasText: '正在反复重试' });
        await screen.page.reload().catch(() => {});
        await stack.startBoard('b-1', { camera: false });
        await screen.visit('/panel/');
        await until('it has begun', async () => (await state(manager, 'demolition')) === 'started');
        await until('all logs are there, once', async () => (await manager.get('/daylogs')).daylogs.length === 4);
        assert.equal((await manager.timeline()).filter(({ type }) => type === 'stage-started').length, 2);
        await lines(screen, office, /拆改 第1\/\d+天/, '施工中', 'demolition');
        await screen.close();
        await office.close();
    } finally {
        await browser.close();
    }
}));

test('at head office: the chart, what is missing, accepting, deciding, holding', () => withStack({}, async (stack) => {
    await stack.startHub();
    const office = await addOffice(stack);
    const stages = [['demolition', -20, -14], ['plumbing_electrical', -13, -3], ['waterproofing', -2, 8], ['tiling', 9, 26]].map(([key, from, to], n, all) => ({ key, planned_start: dayFrom(from), planned_finish: dayFrom(to), after: n ? [all[n - 1][0]] : [] }));
    await office.call('PUT', '/api/v1/sites/s-1', { headers: { 'If-Match': '0' }, body: { name: '1-302', stages } });
    await step(office, 'demolition', 'start');
    await step(office, 'demolition', 'request', { photos: [uuid7()] });
    await step(office, 'demolition', 'accept');
    await step(office, 'plumbing_electrical', 'start');
    await step(office, 'plumbing_electrical', 'request', { photos: [uuid7()] });
    const claim = await office.post('/delays', { id: uuid7(), reason: 'property-ban', from: dayFrom(-10), to: dayFrom(-8), photos: [uuid7()] });
    await onScreen(stack.hubWhere, { path: '/office/', size: DESK }, async (screen) => {
        await screen.signIn('o-01', '1357', '.site-card');
        await screen.page.evaluate(() => { location.hash = '#/site/s-1/stages'; });
        await screen.see('.stage-chart .chart-row[data-key="plumbing_electrical"] .chart-open');
        await screen.see('.chart-row[data-key="demolition"] .chart-really');
        await screen.see('.chart-row[data-key="tiling"] .chart-planned');
        await screen.see('.chart-late', { hasText: /慢\d+天/ });
        await look(screen, 'o-stages');
        // what a gate lacks; accepted
        await screen.tap('.stage-card[data-key="waterproofing"]');
        await screen.see('dialog .missing-hard', { hasText: '水电还没验收' });
        await look(screen, 'o-stage');
        await screen.tap('dialog .square');
        await screen.tap('.stage-card[data-key="plumbing_electrical"]');
        await screen.see('dialog .missing-hard', { hasText: '给水打压试验还没做' });
        await screen.tap('dialog .square');
        await step(office, 'plumbing_electrical', 'override', { gate: 'accept', reason: '物业统一打压' });
        await screen.see('.stage-card[data-key="plumbing_electrical"]');
        await screen.tap('.stage-card[data-key="plumbing_electrical"]');
        await screen.see('dialog .missing', { hasText: '给水打压试验还没做' });
        await screen.tap('dialog [data-verb="accept"]');
        await screen.tap('dialog:last-of-type .main');
        await screen.said('已验收合格');
        await until('it is accepted', async () => (await office.get('/stages/plumbing_electrical')).state === 'accepted');
        await screen.page.evaluate(() => document.querySelectorAll('dialog').forEach((one) => one.close()));
        await screen.see('.stage-card[data-key="plumbing_electrical"][data-state="accepted"]');
        // a claim is granted in part
        await screen.tap(`[data-delay="${claim.id}"] [data-decision="partly"]`);
        await screen.page.fill('#decide-days', '1');
        await screen.tap('dialog .main');
        await screen.said('已决定');
        await screen.see(`[data-delay="${claim.id}"][data-state="partly"]`);
        assert.equal((await office.get('/delays')).delays[0].decision.days, 1);
        // held and resumed, each after a question
        await screen.tap('[data-hold="hold"]');
        await screen.see('dialog .sheet-text', { hasText: '所有期限都不走' });
        await screen.tap('dialog .main');
        await screen.see('.held', { hasText: '进度款未付' });
        await look(screen, 'o-held');
        await screen.tap('[data-hold="resume"]');
        await screen.tap('dialog .main');
        await screen.see('[data-hold="hold"]');
        assert.equal((await office.get('/holds')).held, null);
    });
}));

async function draw(screen, points) {
    const box = await screen.$('.sign-pad').boundingBox(), { mouse } = screen.page;
    await mouse.move(box.x + points[0][0], box.y + points[0][1]);
    await mouse.down();
    for (const [x, y] of points) await mouse.move(box.x + x, box.y + y, { steps: 4 });
    await mouse.up();
}

// All of it without head office: its plan came down, then nobody was there any more.
test('completion at the panel, offline: asked for, accepted, signed by the customer, handed over', () => withStack({}, async (stack) => {
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1'), manager = await addManager(stack, board), office = await addOffice(stack);
    await stack.addUser(board, 'u-03', 'supervisor', '2468', '监理');
    const supervisor = await stack.client(board).signIn('u-03', '2468');
    await office.call('PUT', '/api/v1/sites/s-1', { headers: { 'If-Match': '0' }, body: { name: '1-302', stages: [{ key: 'cleaning' }, { key: 'completion', after: ['cleaning'] }] } });
    await until('the plan is on the board', async () => (await manager.get('/stages')).stages.length === 2);
    for (const program of [stack.hub, stack.broker]) await program.kill();
    await step(manager, 'cleaning', 'start');
    await step(manager, 'cleaning', 'request', { photos: [uuid7()] });
    await step(supervisor, 'cleaning', 'accept');
    const hazard = await manager.post('/hazards', { id: uuid7(), text: '门没装好', severity: 'notice' });
    await onScreen(board.where, panelOptions, async (screen) => {
        await screen.signIn('Manager', '2468');
        await screen.see('.card-main', { hasText: '请业主签字确认验收：保洁' });
        await screen.tap('.tile', { hasText: '报验' });
        await screen.see('.stage-card[data-key="cleaning"] .stage-unsigned', { hasText: '业主还没签字' });
        await look(screen, 's-stages');
        await screen.tap('.stage-card[data-key="completion"]');
        await screen.tap('.side [data-verb="start"]');
        await screen.tap('.save');
        await screen.said('已开工');
        await screen.tap('.side .main', { hasText: '报验' });
        await photo(screen, manager);
        await screen.tap('.save');
        await screen.said('报验已提交');
        // nothing is signed before the supervisor has accepted; and what is open is told
        assert.equal(await screen.$('[data-step="sign"]').count(), 0);
        await screen.tap('[data-step="handover"]');
        await screen.see('.open-card[data-kind="hazard"]', { hasText: '隐患没有销项：门没装好' });
        await screen.see('.open-card[data-subject="stage/completion"]', { hasText: '监理验收' });
        await screen.see('.stage-gate', { hasText: /^1 年.*水电检查/ });
        assert.equal(await screen.$('[data-step="handover"]').count(), 0, 'it cannot be handed over');
        await look(screen, 's-open');
        await screen.tap('.open-card[data-kind="hazard"]');
        await screen.see('.hazard-page, .view-hazard');
        await manager.post(`/hazards/${hazard.id}/rectify`, { id: uuid7(), photos: [uuid7()] });
        await supervisor.post(`/hazards/${hazard.id}/verify`, { id: uuid7() });
        await step(supervisor, 'completion', 'accept', { photos: [uuid7()] });

        await screen.home();
        await screen.see('.card-main', { hasText: '请业主签字确认验收：竣工，另有 1 项' });
        await look(screen, 's-home');
        await screen.tap('.card:has-text("请业主签字") .main');
        await screen.see('.sign-text', { hasText: '竣工 已由监理验收合格' });
        assert.equal(await screen.$('.side .save').isDisabled(), true, 'nothing is signed yet');
        await draw(screen, [[30, 30], [200, 100], [260, 30]]);
        await look(screen, 's-sign');
        await screen.tap('.side .save');
        await screen.said('已签字确认');
        await screen.see('.stage-mark', { hasText: '业主已确认' });
        assert.equal(await screen.$('[data-step="sign"]').count(), 0);
        await look(screen, 's-signed');
        const { confirmations: [signed] } = await manager.get('/confirmations');
        assert.deepEqual([signed.subject, signed.method, signed.proved], ['stage/completion', 'signature', true]);

        await screen.home();
        await screen.tap('.card:has-text("可以竣工交付") .main');
        await screen.see('.stage-gate', { hasText: '没有未完事项' });
        for (const years of ['1 年', '3 年', '5 年']) await screen.see('.stage-gate', { hasText: years });
        await look(screen, 's-ready');
        await screen.tap('[data-step="handover"]');
        await photo(screen, manager);
        await look(screen, 's-handover');
        await screen.tap('.save');
        await screen.tap('dialog .plain', { hasText: '取消' });
        assert.equal((await manager.get('/handover')).done, false, 'not before it is said twice');
        await screen.tap('.save');
        await screen.tap('dialog .main');
        await screen.said('已竣工交付');
        await screen.see('[data-done="true"] .stage-top', { hasText: '已竣工交付' });
        for (const years of ['1 年', '3 年', '5 年']) await screen.see('.stage-gate', { hasText: years });
        await look(screen, 's-done');
        const done = await manager.get('/handover');
        assert.deepEqual([done.done, done.photos.length, done.plan.length], [true, 1, 3]);
        await screen.home();
        await until('nothing more is asked for', async () => await screen.$('.card', { hasText: /签字|交付/ }).count() === 0);
    });
}));

test('a log leads to what its phrases mean, and waiting is not late', () => withStack({}, async (stack) => {
    const board = await stack.startBoard('b-1'), manager = await addManager(stack, board);
    await step(manager, 'plumbing_electrical', 'start');
    const id = uuid7();
    await manager.post('/daylogs', { id, date: siteDate(), stage: 'plumbing_electrical', done: ['water-pipes-arrived', 'pressure-test', 'ask-concealed-work-acceptance'].map((slug) => ({ phrase: `plumbing_electrical/${slug}` })) });
    await onScreen(board.where, panelOptions, async (screen) => {
        await screen.signIn('Manager', '2468');
        const go = (hash) => screen.page.evaluate((to) => { location.hash = to; }, hash);
        await go(`#/saved/${id}`);
        await screen.see('[data-offer="M"]');
        await screen.see('.day-card');
        await look(screen, 'f-saved');
        await screen.tap('[data-offer="M"]');
        await screen.see('.view-material .hint');
        await go(`#/saved/${id}`);
        await screen.tap('[data-offer="T"]');
        await screen.see('dialog .sheet-title', { hasText: '压力多少' });
        await screen.page.keyboard.press('Escape');
        await go(`#/saved/${id}`);
        await screen.tap('[data-offer="G"]');
        await screen.see('.bar h1, .bar-title', { hasText: '报验 · 水电' });
        await photo(screen, manager);
        await screen.tap('.save');
        await screen.said('报验已提交');
        // nothing of it where the works only wait
        const other = uuid7();
        await manager.post('/daylogs', { id: other, date: siteDate(), stage: 'waterproofing', done: [{ phrase: 'waterproofing/drying' }] });
        await go(`#/saved/${other}`);
        await screen.see('.day-card');
        assert.equal(await screen.$('[data-offer]').count(), 0);
        await screen.home();
        await screen.see('.standing-line', { hasText: /防水.* · 防水晾干/ });
        await go(`#/log/amend/${other}`);
        await screen.see('.chip[aria-pressed="true"] .chip-detail', { hasText: '等待，属正常' });
        await look(screen, 'f-waits');
    });
}));

await runTests();
