// SPDX-License-Identifier: MIT
// The panel by the door, by touch at 800×480: signing in, the daily log in three taps, how far it got, drafts that outlive the page and the
// daemon, one record however often it is sent.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { request, runTests, siteDate, test, until, uuid7, withStack } from '../support/programs.mjs';
import { DESK, launch, Screen } from '../support/screen.mjs';
import { addManager, addOffice, log, wallClock } from '../support/site.mjs';

const AWAY = [/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|Failed to load resource: net::/];

async function site(stack, { hub = true } = {}) {
    await stack.startBroker();
    if (hub) await stack.startHub();
    const board = await stack.startBoard('b-1');
    await stack.addUser(board, 'u-01', 'manager', '2468', '经理');
    await stack.addUser(board, 'u-02', 'crew', '1357', '班组长');
    const manager = await stack.client(board).signIn('u-01', '2468');
    return { board, manager };
}

async function onScreen(where, options, run) {
    const browser = await launch();
    try {
        const screen = await Screen.open(browser, where, options);
        await run(screen, browser);
        await screen.close();
    } finally {
        await browser.close();
    }
}

const go = (screen, hash) => screen.page.evaluate((to) => { location.hash = to; }, hash);
const siteHour = () => new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date()).slice(0, 2);
const logs = async (client) => (await client.get('/daylogs')).daylogs;

async function openLog(screen) {
    await screen.tap('.tile-main');
    await screen.see('.chip');
}

test('signing in: a wrong PIN is told, too many lock, and how long is told', () => withStack({}, async (stack) => {
    const { board } = await site(stack, { hub: false });
    await onScreen(board.where, { expect: [/401 \(Unauthorized\)/, /429 \(Too Many Requests\)/] }, async (screen) => {
        await screen.tap('.name-tile', { hasText: '经理' });
        await screen.digits('1111');
        await screen.see('.pin-message', { hasText: '不对' });
        for (let i = 0; i < 20 && !/\d+ 秒/.test(await screen.text('.pin-message')); i++) {
            await screen.digits('1111');
            await until('an answer', async () => (await screen.text('.pin-message')) !== '');
        }
        const first = Number(/(\d+) 秒/.exec(await screen.text('.pin-message'))[1]);
        assert.ok(first > 0);
        await until('the seconds run down', async () => Number(/(\d+) 秒/.exec(await screen.text('.pin-message'))?.[1] ?? 0) < first);
        assert.equal(await screen.$('.pin .main').isDisabled(), true);
        await screen.tap('.bar-back');
        await screen.signIn('班组长', '1357');
    });
}));

test('a daily log is three taps, and the header says when it is received', () => withStack({}, async (stack) => {
    const { board, manager } = await site(stack, { hub: false });
    await onScreen(board.where, {}, async (screen) => {
        const csp = (await request(board.where, 'GET', '/panel/')).headers['content-security-policy'];
        assert.match(csp, /default-src 'none'/);
        assert.doesNotMatch(csp, /unsafe|\*|data:|https?:/);
        await screen.signIn('经理', '2468');
        await until('the pill says that head office is away', async () => (await screen.$('.pill').getAttribute('data-state')) === 'away');
        let taps = 0;
        const tap = async (...what) => {
            taps++;
            await screen.tap(...what);
        };
        await tap('.tile-main');
        await tap('.chip', { hasText: '开工交底' });
        await tap('.save');
        await screen.said('日志已保存');
        assert.equal(taps, 3);
        await screen.see('.day-card');
        const [log] = await logs(manager);
        assert.deepEqual(log.done, [{ phrase: 'preparation/kick-off-briefing' }]);
        assert.equal(log.date, siteDate());
        assert.match(await screen.text('.pill'), /存\d+ · 发\d+ · 达0/);
        await stack.startHub();
        await until('the pill turns to received', async () => (await screen.$('.pill').getAttribute('data-state')) === 'good');
        const [, saved, received] = /存(\d+) · 发\d+ · 达(\d+)/.exec(await screen.text('.pill'));
        assert.equal(saved, received);
        await screen.home();
        await screen.see('.card-main', { hasText: '今天的日志已记' });
        await screen.tap('.tile', { hasText: '动态' });
        await screen.see('.entry[data-type="daylog-submitted"] .badge[data-state="received"]');
        await screen.tap('.pill');
        await screen.tap('.side .main');
        await screen.said('已催促发送');
    });
}));

test('rooms, state, plan, crew and photos hang on the log for whoever wants them', () => withStack({}, async (stack) => {
    const { board, manager } = await site(stack);
    await onScreen(board.where, {}, async (screen) => {
        await screen.signIn('经理', '2468');
        await screen.tap('.tile', { hasText: '拍照' });
        await screen.tap('.where');
        await screen.tap('dialog .toggle', { hasText: '厨房' });
        for (let i = 1; i <= 2; i++) {
            await screen.tap('.shutter');
            await until(`photo ${i}`, async () => (await manager.get('/photos')).photos.length === i);
            await screen.said('照片已保存');
            await until('the shutter is free', async () => !(await screen.$('.shutter').isDisabled()));
        }
        assert.deepEqual((await manager.get('/photos')).photos.map((p) => [p.room, p.origin]), [['kitchen', 'camera'], ['kitchen', 'camera']]);
        await screen.home();
        await openLog(screen);
        await screen.tap('.where');
        await screen.tap('dialog .toggle', { hasText: '水电' });
        await screen.tap('.chip', { hasText: '水电开槽' });
        await screen.tap('.chip', { hasText: '水电开槽' });
        await screen.tap('dialog .toggle', { hasText: '进行中' });
        await screen.tap('dialog .toggle', { hasText: '主卧' });
        await screen.tap('dialog .main');
        await screen.tap('.chip', { hasText: '布管' });
        await screen.tap('.chip', { hasText: '布管' });
        await screen.tap('dialog .plain', { hasText: '去掉' });
        await screen.tap('.tab-plan');
        await screen.tap('.chip', { hasText: '线管进场' });
        await screen.tap('.tab-crew');
        const more = screen.$('.crew-row', { hasText: '水电工' }).locator('button').nth(1);
        await screen.tap(more);
        await screen.tap(more);
        await screen.tap('.tab-photos');
        await screen.see('.pick >> nth=1');
        await screen.tap('.pick >> nth=0');
        await screen.tap('.save');
        await screen.said('日志已保存');
        const [log] = await logs(manager);
        assert.deepEqual(log.done, [{ phrase: 'plumbing_electrical/chasing', rooms: ['master'], state: 'going' }]);
        assert.deepEqual(log.plan, [{ phrase: 'plumbing_electrical/conduits-arrived' }]);
        assert.equal(log.stage, 'plumbing_electrical');
        assert.deepEqual(log.crew, { electrician: 2 });
        assert.equal(log.photos.length, 1);
    });
}));

test('a draft outlives the page, a kill of the daemon, and is shared; the crew hands it to the manager', () => withStack({}, async (stack) => {
    const { board, manager } = await site(stack, { hub: false });
    await onScreen(board.where, { expect: AWAY }, async (screen, browser) => {
        await screen.signIn('班组长', '1357');
        await openLog(screen);
        await screen.tap('.chip', { hasText: '开工交底' });
        await until('the server has the draft', async () => (await manager.get('/today')).draft?.data.done.length === 1);
        await screen.page.reload();
        await screen.see('.chip[aria-pressed="true"]', { hasText: '开工交底' });

        await board.program.kill('SIGKILL');
        await screen.tap('.chip', { hasText: '灭火器到位' }); // only the page knows
        await until('the pill says that the board is away', async () => /连不上看板/.test(await screen.text('.pill')));
        await stack.startBoard('b-1');
        await screen.page.reload();
        await screen.see('.chip[aria-pressed="true"]', { hasText: '开工交底' });
        await screen.see('.chip[aria-pressed="true"]', { hasText: '灭火器到位' });
        await screen.tap('.chip', { hasText: '全屋放样' });
        await until('the server has all of it', async () => (await manager.get('/today')).draft?.data.done.length === 3);

        const phone = await Screen.open(browser, board.where, { expect: AWAY });
        await phone.signIn('经理', '2468');
        await openLog(phone);
        await phone.see('.chip[aria-pressed="true"]', { hasText: '全屋放样' });
        await screen.tap('.save'); // the crew may not submit: it is handed over
        await screen.said('草稿已存');
        assert.equal((await logs(manager)).length, 0);
        await phone.tap('.save');
        await phone.said('日志已保存');
        await phone.close();
        assert.equal((await logs(manager))[0].done.length, 3);
        assert.equal((await manager.get('/today')).draft, null);
        await screen.home();
        await openLog(screen);
        assert.equal(await screen.$('.chip[aria-pressed="true"]').count(), 0, 'nothing of the draft is left');
    });
}));

test('saved while the daemon is away: said so, tried again, one record', () => withStack({}, async (stack) => {
    const { board, manager } = await site(stack, { hub: false });
    await onScreen(board.where, { expect: AWAY }, async (screen) => {
        await screen.signIn('经理', '2468');
        await openLog(screen);
        await screen.tap('.chip', { hasText: '开工交底' });
        await board.program.kill('SIGKILL');
        await screen.tap('.save');
        await screen.see('.bar-said', { hasText: '正在反复重试' });
        await screen.page.reload().catch(() => {}); // in the middle of it
        await stack.startBoard('b-1');
        await screen.visit('/panel/');
        await screen.see('.tiles');
        await until('the log is there', async () => (await logs(manager)).length === 1);
        await screen.said('日志已保存');
        assert.equal((await manager.get('/timeline')).entries.filter((e) => e.type.startsWith('daylog-')).length, 1);
    });
}));

test('a log is corrected from the timeline; who was slower is shown what is current', () => withStack({}, async (stack) => {
    const { board, manager } = await site(stack, { hub: false });
    await onScreen(board.where, { expect: [/409 \(Conflict\)/] }, async (screen, browser) => {
        await screen.signIn('经理', '2468');
        await openLog(screen);
        await screen.tap('.chip', { hasText: '开工交底' });
        await screen.tap('.save');
        await screen.said('日志已保存');
        const slow = await Screen.open(browser, board.where, { expect: [/409 \(Conflict\)/] });
        await slow.signIn('经理', '2468');
        for (const one of [slow, screen]) {
            await one.home();
            await one.tap('.tile', { hasText: '动态' });
            await one.tap('.entry-actions button', { hasText: '更正日志' });
            await one.see('.chip[aria-pressed="true"]', { hasText: '开工交底' });
        }
        await screen.tap('.chip', { hasText: '灭火器到位' });
        await screen.tap('.save');
        await screen.said('更正已保存');
        await slow.tap('.chip', { hasText: '钥匙门禁交接' });
        await slow.tap('.save');
        await slow.see('dialog', { hasText: '已有新版本' });
        await slow.tap('dialog .main');
        await slow.said('更正已保存');
        const [log] = await logs(manager);
        assert.equal(log.amended, 2);
        assert.deepEqual(log.done.map((item) => item.phrase), ['preparation/kick-off-briefing', 'preparation/keys-received']);
        await slow.home();
        await slow.tap('.tile', { hasText: '动态' });
        await slow.tap('.entry-actions button', { hasText: '历次版本' });
        await slow.see('.history .entry >> nth=2');
        await slow.close();
    });
}));

test('until ten, the log of yesterday can still be written, from its card', () => withStack({}, async (stack) => {
    const board = await stack.startBoard('b-1', { camera: false, env: { SITELOG_CLOCK: '2026-11-23T12:00:00+08:00,1' } });
    await stack.addUser(board, 'u-01', 'manager', '2468', '经理');
    await board.program.kill('SIGTERM');
    board.program.env.SITELOG_CLOCK = '2026-11-24T08:00:00+08:00,1';
    await stack.startBoard('b-1');
    const manager = await stack.client(board).signIn('u-01', '2468');
    await onScreen(board.where, { expect: [/404 \(Not Found\).*drafts/] }, async (screen) => {
        await screen.signIn('经理', '2468');
        const card = screen.$('.card', { hasText: '昨天（2026-11-23）' });
        await screen.tap(card.locator('.main'));
        await screen.see('h1', { hasText: '11月23日' });
        await screen.tap('.chip', { hasText: '开工交底' });
        await screen.tap('.where');
        await screen.tap('dialog .toggle', { hasText: '今天' });
        await screen.see('h1', { hasText: '11月24日' });
        assert.equal(await screen.$('.chip[aria-pressed="true"]').count(), 0, 'each day has its own draft');
        await screen.tap('.where');
        await screen.tap('dialog .toggle', { hasText: '昨天' });
        await screen.see('.chip[aria-pressed="true"]', { hasText: '开工交底' });
        await screen.tap('.save');
        await screen.said('日志已保存');
        assert.deepEqual((await logs(manager)).map((log) => log.date), ['2026-11-23']);
        await screen.home();
        await until('its card is gone', async () => (await screen.$('.card', { hasText: '昨天' }).count()) === 0);
    });
}));

test('a clock that was put right: the time is the corrected one, and it says so, at the board and at head office', () => withStack({}, async (stack) => {
    const { ahead, env } = wallClock(stack, Date.parse('1970-01-03T04:00:00Z') - Date.now()), grade = stack.write('grade', 'none\n');
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1', { env: { ...env, SITELOG_CLOCK_GRADE: `@${grade}` } });
    const manager = await addManager(stack, board);
    await addOffice(stack);
    const { id } = await manager.post('/daylogs', log('开槽', { date: '1970-01-03' }));
    const { id: photo } = await manager.post('/camera/shot', { id: uuid7() });
    const entry = `.entry[data-id="${id}"] .entry-when`, other = `.entry[data-id="${photo}"] .entry-when`;
    await onScreen(board.where, {}, async (screen) => {
        await screen.signIn('Manager', '2468');
        await go(screen, '#/timeline');
        await screen.see(entry, { hasText: /12:\d\d · Manager · 时钟未校准/ });
    });
    ahead(0);
    fs.writeFileSync(grade, 'ntp\n');
    const hour = siteHour();
    await onScreen(board.where, {}, async (screen) => {
        await screen.signIn('Manager', '2468');
        await go(screen, '#/timeline');
        for (const one of [entry, other]) await screen.see(one, { hasText: /时间已校正，原记 1970\/1\/3 12:\d\d$/ });
        assert.ok((await screen.text(`${entry} time`)).startsWith(`${hour}:`));
        assert.doesNotMatch(await screen.text(entry), /时钟未校准/);
        await screen.see('.entry[data-type="clock-set"]', { hasText: '由 1970/1/3 12:' });
        await screen.tap(`.entry[data-id="${photo}"] .photo-tile`);
        await screen.see('.viewer-text', { hasText: '时间已校正，原记 1970/1/3 12:' });
    });
    await onScreen(stack.hubWhere, { size: DESK, path: '/office/', lang: 'en' }, async (screen) => {
        await screen.signIn('o-01', '1357', '.site-card');
        await go(screen, '#/site/s-1');
        await screen.see(entry, { hasText: /time corrected, was 3 Jan 1970,? 12:\d\d$/ });
    });
}));

test('what is wrong is four taps with its photo; rectified with the camera, and somebody else closes it', () => withStack({}, async (stack) => {
    const { board, manager } = await site(stack, { hub: false });
    await stack.addUser(board, 'u-03', 'supervisor', '1357', '监理');
    const supervisor = await stack.client(board).signIn('u-03', '1357');
    await onScreen(board.where, {}, async (screen) => {
        await screen.signIn('经理', '2468');
        let taps = 0;
        const tap = async (...what) => {
            taps++;
            await screen.tap(...what);
        };
        await tap('.tile', { hasText: '有问题' });
        await tap('.hazard-chip[data-key="dirty-site"]');
        await tap('.shutter');
        await screen.said('照片已保存');
        await tap('.save');
        await screen.said('隐患已报');
        assert.equal(taps, 4);
        await screen.see('.hazard-page[data-state="assigned"] .severity', { hasText: '提示' });
        const [hazard] = (await manager.get('/hazards')).hazards;
        assert.deepEqual([hazard.phrase, hazard.severity, hazard.assignee, hazard.photos.length], ['dirty-site', 'notice', 'u-01', 1]);

        await screen.tap('[data-step="rectify"]');
        await screen.see('.compose');
        await screen.tap('.save');
        await screen.said('请先拍一张');
        await screen.tap('.shutter');
        await screen.said('照片已保存');
        await screen.tap('.save');
        await screen.see('.hazard-page[data-state="rectified"]');
        assert.equal(await screen.$('.pair img').count(), 2);
        assert.equal(await screen.$('[data-step]').count(), 0, 'not by who rectified it');

        await supervisor.post(`/hazards/${hazard.id}/verify`, { id: uuid7() });
        await screen.see('.hazard-page[data-state="verified"]'); /* by itself */
        await screen.home();
        await screen.tap('.tile', { hasText: '动态' });
        await screen.see('.entry[data-type="hazard-verified"]');
    });
}));

test('a hazard with a number and a room, and a step that somebody was faster with', () => withStack({}, async (stack) => {
    const { board, manager } = await site(stack, { hub: false });
    await onScreen(board.where, {}, async (screen) => {
        await screen.signIn('经理', '2468');
        await go(screen, '#/wrong');
        await screen.tap('.hazard-chip[data-key="waterproofing-low"]');
        await screen.tap('dialog .toggle', { hasText: '主卫' });
        for (const digit of '12') await screen.tap('.number-keys .key', { hasText: digit });
        await screen.tap('.sheet-number .main');
        await screen.see('.bar h1', { hasText: '主卫防水高度需增加12cm' });
        await screen.tap('.save');
        await screen.see('[data-step="rectify"]');
        const [hazard] = (await manager.get('/hazards')).hazards;
        assert.equal(hazard.text, '主卫防水高度需增加12cm');
        await screen.tap('[data-step="rectify"]');
        await screen.see('.compose');
        await manager.post(`/hazards/${hazard.id}/rectify`, { id: uuid7(), photos: [uuid7()] });
        await screen.said('已经有变化');
        await screen.see('.hazard-page[data-state="rectified"]');
    });
}));

await runTests();
