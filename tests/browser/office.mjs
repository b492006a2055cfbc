// SPDX-License-Identifier: MIT
// Head office's pages: they follow by themselves; a photo that is asked for comes; a plan is changed by two people at once and nothing is lost.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { realPhotos, runTests, siteDate, test, until, uuid7, withStack } from '../support/programs.mjs';
import { withExif } from '../support/exif.mjs';
import { DESK, launch, Screen } from '../support/screen.mjs';

const EXPECTED = { size: DESK, path: '/office/' };

async function office(stack) {
    await stack.startBroker();
    await stack.startHub();
    await stack.addUser(null, 'o-01', 'office', '1357', '客服');
    return stack.hubClient().signIn('o-01', '1357');
}

async function atBoard(stack, options) {
    const board = await stack.startBoard('b-1', options);
    await stack.addUser(board, 'u-01', 'manager', '2468', '经理');
    return { board, manager: await stack.client(board).signIn('u-01', '2468') };
}

async function atDesk(stack, run, options = {}) {
    const browser = await launch();
    try {
        const screen = await Screen.open(browser, stack.hubWhere, { ...EXPECTED, ...options });
        await run(screen, browser);
        await screen.close();
    } finally {
        await browser.close();
    }
}

test('the list of sites follows: a board comes, logs, falls silent', () => withStack({}, async (stack) => {
    await office(stack);
    await atDesk(stack, async (screen) => {
        await screen.signIn('o-01', '1357', '.filters, .hint');
        await screen.see('.hint', { hasText: '还没有工地' });
        const { board, manager } = await atBoard(stack);
        await screen.see('.site-card[data-site="s-1"] .site-line', { hasText: '在线' });
        await screen.see('.site-card .site-bad', { hasText: '还没有日志' });
        await manager.post('/daylogs', { id: uuid7(), date: siteDate(), note: '顺利' });
        await screen.see('.site-card .site-line', { hasText: '今日日志已记' });
        await screen.tap('.filters .toggle', { hasText: '无信号' });
        await screen.see('.hint', { hasText: '没有这样的工地' });
        await board.program.kill('SIGKILL');
        await screen.see('.site-card.site-down', { hasText: '无信号' });
    });
}));

test('a site’s page follows: entries and pictures come by themselves, also after the hub was away', () => withStack({}, async (stack) => {
    await office(stack);
    const { manager } = await atBoard(stack);
    await until('the site is known', async () => (await stack.hubClient().signIn('o-01', '1357')).get('/api/v1/sites/s-1'));
    await atDesk(stack, async (screen) => {
        await screen.signIn('o-01', '1357', '.site-card');
        await screen.tap('.site-card');
        await screen.see('.entry');
        const photo = await manager.photo(fs.readFileSync(realPhotos(1)[0]), { room: 'kitchen' });
        await screen.see(`.photo-tile img[src$="${photo.id}/thumb"]`);
        await screen.see('.photo-tile .badge[data-state="received"]');
        await screen.tap('.photo-tile');
        await screen.see('.viewer-frame > img');
        await screen.see('.viewer-save[download]');
        await screen.page.keyboard.press('Escape');
        // An old picture, handed over as a new one, and where it was taken.
        const old = await manager.photo(withExif(fs.readFileSync(realPhotos(2)[1]), { DateTimeOriginal: '2019:05:03 10:07:00', GPSLatitude: 31.230416, GPSLatitudeRef: 'N', GPSLongitude: 121.4737, GPSLongitudeRef: 'E' }),
            { room: 'kitchen', origin: 'import', taken: new Date().toISOString() });
        await screen.tap(`.photo-tile:has(img[src$="${old.id}/thumb"])`);
        await screen.see('.viewer-text', { hasText: /2019.*10:07 拍摄/ });
        await screen.see('.viewer-gps[href="geo:31.230416,121.473700"]', { hasText: '31.230416,121.473700' });
        await screen.page.keyboard.press('Escape');
        await stack.hub.kill('SIGTERM');
        await screen.see('.live[data-up="false"]');
        await manager.post('/daylogs', { id: uuid7(), date: siteDate(), note: '总部不在时写的' });
        await stack.startHub();
        await screen.see('.entry', { hasText: '总部不在时写的' });
        await screen.see('.live[data-up="true"]');
    }, { expect: [/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/] });
}));

test('a photo is asked for: by the board’s camera, and by a person', () => withStack({}, async (stack) => {
    const client = await office(stack);
    const { board, manager } = await atBoard(stack);
    await until('the site is known', async () => (await client.get('/api/v1/sites')).sites.length === 1);
    await atDesk(stack, async (screen, browser) => {
        await screen.signIn('o-01', '1357', '.site-card');
        await screen.tap('.site-card');
        await screen.tap('.site-tabs .consent', { hasText: '未记录' });
        await screen.tap('dialog .main', { hasText: '业主同意' });
        await screen.see('.site-tabs .consent', { hasText: '业主同意相机拍摄' });
        await until('the board knows', async () => (await manager.get('/consent')).given === true);
        const ask = async (text, camera) => {
            await screen.tap('.site-tabs .plain');
            await screen.page.selectOption('#request-room', 'balcony');
            await screen.page.fill('#request-text', text);
            assert.equal(await screen.$('dialog .privacy-line').isVisible(), /\d/.test(text));
            if (!camera) await screen.page.uncheck('#request-camera');
            await screen.tap('dialog .main');
            await screen.said('已发给工地');
        };
        await ask('阳台地漏', true);
        await screen.see('.requests [data-state="answered"] img');
        await ask('门口，电话13900139000', false);
        const panel = await Screen.open(browser, board.where);
        await panel.signIn('经理', '2468');
        await panel.see('.card', { hasText: '门口，电话139****9000' });
        await panel.tap(panel.$('.card', { hasText: '门口' }).locator('.main'));
        await panel.tap('.shutter');
        await panel.said('照片已保存');
        await panel.close();
        await until('both are answered', async () => (await screen.$('.requests [data-state="answered"]').count()) === 2);
        assert.equal((await manager.get('/today')).due.filter((due) => due.kind === 'photo-request').length, 0);
    });
}));

test('a new site and its plan; a change by somebody else in between is shown, and neither is lost unseen', () => withStack({}, async (stack) => {
    const client = await office(stack);
    await atDesk(stack, async (screen) => {
        await screen.signIn('o-01', '1357', '.filters, .hint');
        await screen.tap('.bar-lang', { hasText: '新建工地' });
        await screen.page.fill('#new-id', 'S 7');
        await screen.page.fill('#new-name', '七号楼');
        await screen.tap('.plan-foot .main');
        await screen.see('.pin-message', { hasText: '小写字母' });
        await screen.page.fill('#new-id', 's-7');
        await screen.tap('.plan-foot .main');
        await screen.said('计划已保存');
        await screen.see('tr[data-stage="completion"]');
        const first = await client.get('/api/v1/sites/s-7');
        assert.equal(first.name, '七号楼');

        await screen.page.fill('tr[data-stage="plumbing_electrical"] input >> nth=0', '2026-11-16');
        await screen.page.fill('tr[data-stage="plumbing_electrical"] input >> nth=1', '2026-11-27');
        await screen.tap('tr[data-stage="hvac"] button[aria-label="去掉暖通"]');
        await screen.page.fill('#plan-customer', '陈先生');
        await screen.page.fill('#plan-phone', '13812345678');
        await screen.page.fill('#plan-amount', '186000.5');
        await screen.tap('button', { hasText: '加一个人' });
        await screen.page.fill('input[aria-label="工号"] >> nth=-1', 'u-09');
        await screen.page.fill('input[aria-label="姓名"] >> nth=-1', '经理九');
        await screen.tap('.plan-foot .main');
        await screen.see('.plan-foot', { hasText: '第 2 版' });
        const second = await client.get('/api/v1/sites/s-7');
        const stage = second.stages.find((s) => s.key === 'plumbing_electrical');
        assert.deepEqual([stage.planned_start, stage.planned_finish], ['2026-11-16', '2026-11-27']);
        assert.ok(!second.stages.some((s) => s.key === 'hvac' || s.after.includes('hvac')));
        assert.deepEqual(second.customer, { name: '陈**', phone: '138****5678' });
        assert.equal(second.contract_amount, 186000.5);
        assert.deepEqual(second.people.map((p) => [p.id, p.name, p.role]), [['u-09', '经理九', 'manager']]);
        assert.equal(await screen.$('#plan-phone').inputValue(), '138****5678');

        await client.call('PUT', '/api/v1/sites/s-7', { headers: { 'If-Match': '2' }, body: { name: '七号楼二期', timezone: 'Asia/Shanghai', stages: second.stages.map(({ zh, en, ...s }) => s) } });
        await screen.page.fill('#plan-daylog', '17:45');
        await screen.tap('.plan-foot .main');
        await screen.see('dialog .sheet-text', { hasText: '七号楼 → 七号楼二期' });
        await screen.tap('dialog .plain');
        await screen.see('.plan-foot', { hasText: '第 4 版' });
        assert.equal((await client.get('/api/v1/sites/s-7')).cutoffs.daylog, '17:45');
    }, { expect: [/412 \(Precondition Failed\)/] });
}));

await runTests();
