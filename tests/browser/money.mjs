// SPDX-License-Identifier: MIT
// A change from the panel to head office and back under the customer's finger; what is short; a question; the office's approvals and call list.
import assert from 'node:assert/strict';
import { runTests, siteDate, test, until, uuid7, withStack } from '../support/programs.mjs';
import { DESK, launch, PHONE, Screen } from '../support/screen.mjs';

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
        await desk.tap('.money-card[data-site="s-1"]');
        await desk.tap('.sheet-money [data-step="call"]');
        await desk.see('.pin-message', { hasText: '请选评分' });
        await desk.tap('.toggle[data-score="5"]');
        await desk.page.fill('#call-questions', '几号完工\n\n油漆什么牌子');
        await desk.tap('.sheet-money [data-step="call"]');
        await desk.see('.money-card[data-site="s-1"]', { hasText: '5 分' });
        await until('the questions are on the board', async () => (await list(manager, 'questions')).filter((one) => one.from === 'customer').length === 2);
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

await runTests();
