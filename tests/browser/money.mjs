// SPDX-License-Identifier: MIT
// A change from the panel to head office and back under the customer's finger; what is short; a question; the office's approvals and call list.
import assert from 'node:assert/strict';
import { runTests, siteDate, test, until, uuid7, withStack } from '../support/programs.mjs';
import { DESK, launch, PHONE, Screen } from '../support/screen.mjs';
import { agree, log } from '../support/site.mjs';

const go = (screen, hash) => screen.page.evaluate((to) => { location.hash = to; }, hash);
const list = async (client, name) => (await client.get(`/${name}`))[name];

async function stand(stack) {
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1');
    await stack.addUser(board, 'u-01', 'manager', '2468', '经理');
    await stack.addUser(null, 'o-01', 'office', '1357', '客服');
    const manager = await stack.client(board).signIn('u-01', '2468');
    const office = await stack.hubClient({ site: 's-1' }).signIn('o-01', '1357');
    await office.call('PUT', '/api/v1/sites/s-1', { headers: { 'If-Match': '0' }, body: { name: '1-302', contract_amount: 100000 } });
    return { board, manager, office };
}

async function draw(screen, points) {
    const box = await screen.$('.sign-pad').boundingBox(), { mouse } = screen.page;
    await mouse.move(box.x + points[0][0], box.y + points[0][1]);
    await mouse.down();
    for (const [x, y] of points) await mouse.move(box.x + x, box.y + y, { steps: 4 });
    await mouse.up();
}

async function askChange(screen) {
    await screen.tap('.tile:has(.icon-warn)');
    await screen.tap('.chip[data-key="change"]');
    await screen.tap('.side .main');
    await screen.tap('.chip[data-key="owner-removes"]');
    await screen.tap('.side .save');
    await screen.said('请输入金额');
    await screen.tap('.hazard-facts .plain', { hasText: '多少钱' });
    for (const key of ['3', '0', '0', '.', '5']) await screen.tap('.number-keys .key', { hasText: new RegExp(`^${key === '.' ? '\\.' : key}$`) });
    assert.equal(await screen.text('.number-shown'), '−¥300.50');
    await screen.tap('.sheet-number .main');
    await screen.tap('.side .save');
    await screen.see('.hazard-page[data-state="requested"]');
}

test('a change: asked on the panel, decided at head office, signed with a finger', () => withStack({}, async (stack) => {
    const { board, manager, office } = await stand(stack);
    const browser = await launch();
    try {
        const panel = await Screen.open(browser, board.where), desk = await Screen.open(browser, stack.hubWhere, { size: DESK, path: '/office/' });
        await panel.signIn('经理', '2468');
        await askChange(panel);
        const [one] = await list(manager, 'changes');
        assert.deepEqual([one.amount, one.reason, one.responsibility], [-300.5, 'owner-removes', 'customer']);

        await desk.signIn('o-01', '1357', '.site-card');
        await desk.tap('.rail-link[href="#/approvals"]');
        await desk.tap(`.money-card[data-id="${one.id}"]`);
        await desk.tap('.sheet-money [data-step="alternative"]');
        await desk.see('.pin-message', { hasText: '请写明方案' });
        await desk.page.fill('#decision-note', '改用同价位吊顶');
        await desk.page.fill('#decision-amount', '-250');
        await desk.tap('.sheet-money [data-step="alternative"]');
        await desk.see('[data-part="changes"] .hint', { hasText: '没有' });

        await panel.see('.hazard-page[data-state="alternative"]');
        await panel.see('.money-fact', { hasText: '改用同价位吊顶' });
        await panel.tap('[data-step="sign"]');
        await panel.see('.sign-text', { hasText: '−¥250' });
        assert.equal(await panel.$('.side .save').isDisabled(), true, 'nothing is signed yet');
        const pad = await panel.$('.sign-pad').boundingBox();
        assert.ok(pad.width > 400 && pad.height >= 200 && pad.y + pad.height <= 480, `the pad is large and in sight: ${JSON.stringify(pad)}`);
        await draw(panel, [[20, 20], [120, 120], [220, 40]]);
        await draw(panel, [[40, 150], [300, 160]]);
        await panel.tap('.side .plain', { hasText: '退一笔' });
        await panel.tap('.side .plain', { hasText: '重签' });
        assert.equal(await panel.$('.side .save').isDisabled(), true, 'and not any more');
        await draw(panel, [[30, 30], [200, 100], [260, 30]]);
        await panel.tap('.side .save');
        await panel.said('已签字确认');
        await panel.see('.hazard-page[data-state="confirmed"]');
        const { confirmations: [signed] } = await manager.get('/confirmations');
        assert.ok(signed.proved);
        assert.match(signed.signature.path, /^M\d+ \d+(L\d+ \d+)+$/);
        await until('head office has it', async () => (await list(office, 'changes'))[0].state === 'confirmed');
        const none = uuid7(); // of what is not there; the browser tells its console of each 404
        panel.expect.push(new RegExp(`404 .*${none}`));
        for (const [page, words] of [['change', '没有这条变更'], ['material', '没有这项材料'], ['question', '没有这个问题']]) {
            await go(panel, `${page}/${none}`);
            await panel.see('.hint', { hasText: words });
        }
        await panel.close();
        await desk.close();
    } finally {
        await browser.close();
    }
}));

test('what is short, a question to the designer, and head office’s answers and calls', () => withStack({}, async (stack) => {
    const { board, manager, office } = await stand(stack);
    const browser = await launch();
    try {
        const phone = await Screen.open(browser, board.where, { size: PHONE }), desk = await Screen.open(browser, stack.hubWhere, { size: DESK, path: '/office/' });
        await phone.signIn('经理', '2468');
        await go(phone, '#/material/new');
        await phone.tap('.toggle[data-key="cabinet"]');
        await phone.tap('.choices .toggle', { hasText: '今天' });
        await phone.tap('.side .main');
        await phone.see('.hazard-page[data-state="expected"]');
        assert.deepEqual((await list(manager, 'materials')).map(({ kind, expected }) => [kind, expected]), [['cabinet', siteDate()]]);
        await phone.tap('[data-step="measure"]');
        await phone.see('.money-fact', { hasText: '已复尺' });
        await phone.tap('[data-step="arrive"]');
        await phone.tap('.side .main');
        await phone.see('.hazard-page[data-state="arrived"]');

        await go(phone, '#/question/new');
        await phone.tap('.toggle[data-key="size"]');
        await phone.tap('.side .main');
        await phone.see('.hazard-page[data-state="open"]');
        await office.post('/materials', { id: uuid7(), name: '瓷砖', kind: 'tiles', expected: '2026-01-05' });
        await until('the question is at head office', async () => (await list(office, 'questions')).length === 1);

        await desk.signIn('o-01', '1357', '.site-card');
        await desk.tap('.rail-link[href="#/approvals"]');
        await desk.tap('[data-part="questions"] .money-card');
        await desk.page.fill('#answer-text', '宽 600');
        await desk.tap('.sheet-money [data-step="answer"]');
        await desk.see('[data-part="questions"] .hint');
        await desk.tap('[data-part="materials"] .money-card');
        await desk.page.fill('#goods-text', '先铺厨房');
        await desk.page.fill('#goods-date', '2099-01-01');
        await desk.tap('.sheet-money [data-step="answer"]');
        await desk.see('[data-part="materials"] .hint');
        await phone.page.reload();
        await phone.see('.money-fact', { hasText: '宽 600' });

        await desk.tap('.rail-link[href="#/calls"]');
        await desk.tap('.toggle[data-show="all"]');
        await desk.tap('.bar .bar-lang[lang]', { hasText: /^(English|中文)$/ });
        await desk.see('.money-card[data-site="s-1"]', { hasText: 'question answered' });
        await desk.tap('.bar .bar-lang[lang]', { hasText: /^(English|中文)$/ });
        await desk.tap('.money-card[data-site="s-1"]');
        await desk.see('.call-lines li', { hasText: '问题已答复' });
        await desk.tap('.sheet-money [data-step="call"]');
        await desk.see('.pin-message', { hasText: '请选评分' });
        await desk.tap('.toggle[data-score="5"]');
        await desk.page.fill('#call-questions', '几号完工\n\n油漆什么牌子');
        await desk.tap('.sheet-money [data-step="call"]');
        await desk.see('.money-card[data-site="s-1"]', { hasText: '5 分' });
        await until('the questions are on the board', async () => (await list(manager, 'questions')).filter((one) => one.from === 'customer').length === 2);
        for (const { subject } of (await office.get('/handover')).open) { /* gates that nobody passed: head office lets them go */
            await office.post(`/stages/${subject.replace(/^stage\//, '')}/override`, { id: uuid7(), gate: 'accept', reason: '有书面报告' });
        }
        await desk.page.evaluate(() => { location.hash = '#/site/s-1'; });
        await desk.tap('[data-step="handover"]');
        await desk.tap('.choices .main');
        await desk.see('.badge', { hasText: '已竣工交付' });
        await phone.close();
        await desk.close();
    } finally {
        await browser.close();
    }
}));

const shots = process.env.SHOTS;
const look = async (screen, name) => shots && screen.page.screenshot({ path: `${shots}/${name}.png` });
const dayFrom = (n) => new Date(Date.parse(`${siteDate()}T12:00:00Z`) + n * 86400000).toISOString().slice(0, 10);
const keys = async (screen, text) => { for (const key of text) await screen.tap('.number-keys .key, .sheet-foot .key', { hasText: new RegExp(`^${key === '.' ? '\\.' : key}$`) }); };

test('a material: by the plan’s date, with its quantity, what came broken, and what its label says', () => withStack({}, async (stack) => {
    const { board, manager, office } = await stand(stack);
    await office.call('PUT', '/api/v1/sites/s-1', { headers: { 'If-Match': '1' }, body: { name: '1-302', stages: [{ key: 'tiling' }, { key: 'installation', planned_start: dayFrom(60), planned_finish: dayFrom(70) }] } });
    await until('the plan is on the board', async () => (await manager.get('/stages')).stages.some((one) => one.planned_start));
    const browser = await launch();
    try {
        const panel = await Screen.open(browser, board.where);
        await panel.signIn('经理', '2468');
        await go(panel, '#/material/new');
        await panel.tap('.toggle[data-key="cabinet"]');
        assert.equal(await panel.$('.toggle[data-day="plan"]').getAttribute('aria-pressed'), 'true', 'the plan says when');
        await panel.see('.material-ahead .icon-look');
        await look(panel, 'm-new');
        // a day far off, then one that is too near for what has to be made
        await panel.tap('.toggle[data-day="other"]');
        await keys(panel, '120');
        await panel.see('.number-shown .number-unit', { hasText: '月' });
        await look(panel, 'm-days');
        await panel.tap('.sheet-number .main');
        assert.equal(await panel.$(`.toggle[data-day="${dayFrom(120)}"]`).getAttribute('aria-pressed'), 'true');
        await panel.tap(`.toggle[data-day="${dayFrom(30)}"]`);
        await panel.see('.material-ahead .icon-warn');
        await panel.tap('.toggle[data-day="plan"]');
        await panel.tap('.toggle[data-amount]');
        await keys(panel, '12.5');
        await panel.tap('.sheet-number .main');
        await panel.tap('.toggle[data-unit="套"]');
        await look(panel, 'm-amount');
        await panel.tap('.side .main');
        await panel.see('.hazard-page[data-state="expected"]');
        const [made] = await list(manager, 'materials');
        assert.deepEqual([made.kind, made.quantity, made.unit, made.expected, made.needed, made.measure_late], ['cabinet', 12.5, '套', dayFrom(60), dayFrom(60), false]);
        // the plan moves, and what it is needed for with it
        await office.call('PUT', '/api/v1/sites/s-1', { headers: { 'If-Match': '2' }, body: { name: '1-302', stages: [{ key: 'tiling' }, { key: 'installation', planned_start: dayFrom(80), planned_finish: dayFrom(90) }] } });
        await until('it is needed later', async () => (await list(manager, 'materials'))[0].needed === dayFrom(80));

        // it comes, two of it broken
        await panel.tap('[data-step="arrive"]');
        await panel.see('.hazard-facts .plain', { hasText: '12.5 套' });
        await panel.tap('[data-step="damaged"]');
        await keys(panel, '2');
        await panel.tap('.sheet-number .main');
        await panel.see('[data-step="damaged"]', { hasText: '破损 2 套' });
        await look(panel, 'm-arrive');
        await panel.tap('.side .main:has(.icon-check)');
        await panel.see('.hazard-page[data-state="arrived"] .money-fact', { hasText: '破损 2' });

        // the label: digits and grades at the panel
        await panel.tap('[data-step="label"]');
        await panel.tap('.side .main');
        await panel.said('先填一项');
        await panel.tap('[data-digits="batch"]');
        await keys(panel, '0012345678901');
        await panel.tap('.sheet-number .main');
        await panel.tap('.toggle[data-label="grade"][data-value="E0"]');
        await look(panel, 'm-label');
        await panel.tap('.side .main');
        await panel.said('标签信息已记');
        await panel.see('.money-fact', { hasText: '0012345678901' });
        let [{ scan }] = await list(manager, 'materials');
        assert.deepEqual([scan.batch, scan.grade, scan.brand], ['0012345678901', 'E0', null]);

        // another one's label was scanned: what the code says is filled in, the rest is typed on a phone
        const other = uuid7();
        await manager.post('/materials', { id: other, name: '乳胶漆', expected: siteDate() });
        await manager.post(`/materials/${other}/arrive`, { id: uuid7() });
        await manager.post(`/materials/${other}/scan`, { id: uuid7(), codes: [{ type: 'qr-code', text: '品牌:立邦;批号:L2026-11;等级:ENF' }, { type: 'ean-13', text: '6901234567892' }] });
        const phone = await Screen.open(browser, board.where, { size: PHONE });
        await phone.signIn('经理', '2468');
        await go(phone, `#/material/${other}/label`);
        await phone.see('.hint-line', { hasText: '已从标签读出' });
        for (const [name, value] of [['brand', '立邦'], ['batch', 'L2026-11'], ['grade', 'ENF']]) await phone.see(`.toggle[data-label="${name}"][data-value="${value}"][aria-pressed="true"]`);
        await phone.page.fill('input[aria-label="检测报告"]', 'BG-77');
        await phone.tap('.toggle[data-label="batch"][data-value="6901234567892"]');
        await look(phone, 'm-label-phone');
        await phone.tap('.side .main');
        await phone.said('标签信息已记');
        ({ scan } = (await list(manager, 'materials')).find((one) => one.id === other));
        assert.deepEqual([scan.brand, scan.batch, scan.report, scan.grade, scan.codes.length], ['立邦', '6901234567892', 'BG-77', 'ENF', 2]);
        await phone.close();
        await panel.close();
    } finally {
        await browser.close();
    }
}));

test('head office’s word is on the manager’s home until it was opened; what has no room there is one tap away', () => withStack({}, async (stack) => {
    const { board, manager, office } = await stand(stack);
    const change = await manager.post('/changes', { id: uuid7(), amount: 100, reason: 'owner-adds', text: '加柜子' });
    const claim = await manager.post('/delays', { id: uuid7(), reason: 'property-ban', from: dayFrom(-3), to: dayFrom(-2), photos: [uuid7()] });
    const asked = await manager.post('/questions', { id: uuid7(), from: 'site', to: 'designer', text: '插座多高' });
    for (let i = 1; i <= 2; i++) await manager.post('/materials', { id: uuid7(), name: `地砖${i}`, expected: '2026-01-05' });
    await until('head office has all', async () => (await list(office, 'questions')).length === 1 && (await list(office, 'materials')).length === 2 && (await list(office, 'delays')).length === 1);
    await office.post('/decisions', { id: uuid7(), subject: `change/${change.id}`, decision: 'refused', note: '超预算' });
    await office.post('/decisions', { id: uuid7(), subject: `delay/${claim.id}`, decision: 'granted' });
    await office.post(`/questions/${asked.id}/answer`, { id: uuid7(), text: '离地 30' });
    const news = async () => (await manager.get('/today')).due.filter((one) => one.kind === 'news');
    await until('the word is on the board', async () => (await news()).length === 3 && (await manager.get('/today')).alerts === 2);
    // and what he himself said too late: without a link he corrects a log here and on his phone
    const day = await manager.post('/daylogs', log('腻子'));
    await stack.addUser(null, 'u-01', 'manager', '2468', '经理');
    const far = await stack.hubClient({ site: 's-1' }).signIn('u-01', '2468');
    await agree(manager, office);
    await stack.broker.kill();
    await until('the link is down', async () => (await manager.get('/status')).link === 'down');
    for (const client of [manager, far]) await client.post('/daylogs', { ...log('又一遍'), date: day.date, amends: day.version });
    await stack.startBroker();
    await until('it is told', async () => (await news()).some(({ subject }) => subject === `daylog/${day.id}`));
    for (const program of [stack.hub, stack.broker]) await program.kill(); // and stays without a link
    const browser = await launch();
    try {
        const panel = await Screen.open(browser, board.where);
        await panel.signIn('经理', '2468');
        await panel.see('.card-more', { hasText: /还有 \d 项/ });
        await look(panel, 'n-home');
        await panel.tap('.card-more');
        await panel.see('[data-due="news"]', { hasText: '总部不同意变更：加柜子（超预算）' });
        await panel.see('[data-due="news"]', { hasText: /总部同意延期 \d 天：物业不让施工/ });
        await until('both alerts are there', async () => await panel.$('[data-alert="material-late"]').count() === 2);
        await look(panel, 'n-alerts');
        const shown = await panel.$('[data-due], [data-alert]').count();
        await panel.tap('[data-due="news"]', { hasText: '加柜子' });
        await panel.see('.hazard-page[data-state="refused"]');
        await go(panel, '#/alerts');
        await panel.see('[data-alert]');
        assert.equal(await panel.$('[data-due="news"]', { hasText: '加柜子' }).count(), 0, 'it was opened');
        assert.equal(await panel.$('[data-due], [data-alert]').count(), shown - 1);
        await panel.tap('[data-due="news"]', { hasText: '延期' });
        await panel.see('.view-stopped .hazard-card');
        await go(panel, '#/alerts');
        await panel.tap('[data-due="news"]', { hasText: '您的日志更正晚了一步' });
        await panel.see('.view-saved .day-card');
        await go(panel, '#/alerts');
        await panel.see('[data-alert]');
        assert.equal(await panel.$('[data-due="news"]', { hasText: '晚了一步' }).count(), 0, 'it was opened');
        await panel.tap('[data-alert="material-late"]');
        await panel.see('.hazard-page[data-state="late"]');
        const phone = await Screen.open(browser, board.where, { size: PHONE });
        await phone.signIn('经理', '2468');
        await phone.see('.card-more');
        await look(phone, 'n-phone');
        await phone.tap('.card-more');
        await phone.see('[data-due="news"]', { hasText: '加柜子' }); // another screen, on which he has not opened it
        await phone.close();

        // what presses comes first, whatever order it came in: tests that only run never hide it
        const at = (ms) => new Date(Date.now() + ms).toISOString(), words = (text) => ({ zh: text, en: text });
        await panel.page.route('**/api/v1/today', async (route) => {
            const answer = await route.fetch();
            const now = await answer.json();
            now.due = [1, 2, 3].map((n) => ({ kind: 'test', id: uuid7(), due: at(n * 3600000), text: words(`闭水 ${n} 00:00`), action: 'tests' })).concat({ kind: 'daylog', id: now.date, due: at(-60000), text: words('日志'), action: 'daylog' },
                { kind: 'hazard', id: uuid7(), due: at(-1000), text: words('整改：漏水'), action: 'hazard' });
            await route.fulfill({ response: answer, json: now });
        });
        await go(panel, '#/');
        await panel.page.reload();
        await panel.see('.card-main', { hasText: '漏水' });
        await panel.see('.card-consent');
        const cards = await panel.$('.card-main').allInnerTexts();
        assert.match(cards[0], /漏水/);
        assert.match(cards[1], /同意/);
        assert.match(cards[2], /日志/);
        assert.match(await panel.text('.card-more'), /5/); // three tests and two alerts
        await panel.page.unroute('**/api/v1/today');
        await panel.close();
    } finally {
        await browser.close();
    }
}));

await runTests();
