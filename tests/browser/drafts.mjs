// SPDX-License-Identifier: MIT
// What is begun and not sent: a hazard that outlives the page and the board's power and is gone on with on a phone; the list of stages leads back to
// what is half done; a ponding test whose photo from downstairs a phone takes, led there by a code on the panel.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { realPhotos, runTests, siteDate, test, until, uuid7, withStack } from '../support/programs.mjs';
import { launch, measure, PHONE, Screen } from '../support/screen.mjs';

const shots = process.env.SHOTS;
const look = async (screen, name) => shots && screen.page.screenshot({ path: `${shots}/${name}.png` });
const expect = [/404 \(Not Found\).*\/(drafts|thumb)/, /ERR_|Failed to load resource: net::/];
const ALBUM = 'input[type=file] >> nth=1';
const drafts = async (client) => (await client.get('/drafts')).drafts;
const PANEL_LIMITS = { least: 78, main: 104, gap: 16, px: 16 };
const PHONE_LIMITS = { least: 44, gap: 8, px: 14 };

async function withScreens(run) {
    await withStack({}, async (stack) => {
        const board = await stack.startBoard('b-1');
        await stack.addUser(board, 'u-01', 'manager', '2468', '经理');
        await stack.addUser(board, 'u-02', 'supervisor', '1357', '监理');
        const manager = await stack.client(board).signIn('u-01', '2468');
        const browser = await launch();
        try {
            const open = async (options, who, pin) => (await Screen.open(browser, board.where, { expect, ...options })).signIn(who, pin);
            await run({ stack, board, manager, browser, open });
        } finally {
            await browser.close();
        }
    });
}

test('a hazard that is being raised outlives page and power, is gone on with on a phone, and becomes one hazard', () => withScreens(async ({ stack, board, manager, open }) => {
    const panel = await open({}, '经理', '2468');
    await panel.tap('.tile', { hasText: '有问题' });
    await panel.tap('.hazard-chip[data-key="waterproofing-low"]');
    await panel.tap('dialog .toggle', { hasText: '主卫' });
    for (const digit of '12') await panel.tap('.number-keys .key', { hasText: digit });
    await panel.tap('.sheet-number .main');
    await panel.see('.bar h1', { hasText: '主卫防水高度需增加12cm' });
    await until('the server has it', async () => (await drafts(manager)).some((one) => one.kind === 'hazard' && one.stage === 'waterproofing'));
    await look(panel, 'd-hazard');
    await measure(panel, 'a hazard that is begun', PANEL_LIMITS);
    await board.program.kill('SIGKILL');
    await panel.tap('.hazard-facts .where >> nth=1'); // only the page knows
    await panel.tap('.number-keys .key', { hasText: '9' });
    await panel.tap('.sheet-number .main');
    await panel.see('.bar h1', { hasText: '9cm' });
    await stack.startBoard('b-1');
    await panel.page.reload();
    await panel.see('.bar h1', { hasText: '主卫防水高度需增加9cm' });

    const phone = await open({ size: PHONE }, '监理', '1357');
    await phone.tap('.tile', { hasText: '有问题' });
    await phone.see('.chip-begun', { hasText: '没提交的：主卫防水高度需增加9cm' });
    await look(phone, 'd-begun-phone');
    await phone.tap('.chip-begun');
    await phone.$(ALBUM).setInputFiles(realPhotos(1));
    await phone.see('.taken-photo', { hasText: '已保存' });
    await panel.see('.shot-line', { hasText: '1 张' });
    await panel.see('.shot img');
    await panel.tap('.shutter');
    await panel.said('照片已保存');
    await until('the phone shows both', async () => (await phone.$('.taken-photo').count()) === 2);
    await look(phone, 'd-hazard-phone');
    await panel.tap('.save');
    await panel.said('隐患已报');
    await phone.see('.hazard-page');
    const { hazards } = await manager.get('/hazards');
    assert.deepEqual(hazards.map((one) => [one.text, one.photos.length]), [['主卫防水高度需增加9cm', 2]]);
    assert.deepEqual(await drafts(manager), []);
    assert.deepEqual(await panel.page.evaluate(() => Object.keys(localStorage).filter((name) => name.includes('.hazard.'))), []);
    // thrown away: nothing is left of it either
    await phone.home();
    await phone.tap('.tile', { hasText: '有问题' });
    await phone.tap('.hazard-chip[data-key="dirty-site"]');
    await until('the server has it', async () => (await drafts(manager)).length === 1);
    await phone.tap('[data-do="drop"]');
    await phone.see('.hazard-chip');
    await until('it is gone', async () => (await drafts(manager)).length === 0);
    assert.equal((await manager.get('/hazards')).hazards.length, 1);
    await phone.close();
    await panel.close();
}));

test('the list of stages shows what is half done, and leads back to it', () => withScreens(async ({ manager, open }) => {
    const answers = [{ item: 'wp.hshower', room: '', values: { value: 1800 }, at: '2026-01-01T00:00:00.000Z' }], hazard = uuid7();
    await manager.call('PUT', '/drafts/inspection/waterproofing', { body: { id: uuid7(), edited: '2026-01-01T00:00:00.000Z', answers } });
    await manager.call('PUT', `/drafts/hazard/${hazard}`, { body: { id: hazard, phrase: 'ponding-leak', stage: 'waterproofing', room: '', severity: 'stop_work', photos: [] } });
    await manager.call('PUT', `/drafts/daylog/${siteDate()}`, { body: { id: uuid7(), edited: '2026-01-01T00:00:00.000Z', date: siteDate(), stage: 'tiling', done: ['贴墙砖'], plan: [], crew: {} } });
    await manager.call('PUT', '/drafts/daylog/2026-01-01', { body: { stage: 'tiling', done: ['x'] } }); // long past
    for (const size of [undefined, PHONE]) {
        const screen = await open(size ? { size } : {}, '监理', '1357');
        await screen.tap('.tile', { hasText: '报验' });
        await screen.see('.stage-card[data-key="waterproofing"] .stage-begun', { hasText: '没交 2' });
        await screen.see('.stage-card[data-key="tiling"] .stage-begun', { hasText: '没交 1' });
        await measure(screen, 'stages with drafts', size ? PHONE_LIMITS : PANEL_LIMITS);
        await look(screen, size ? 'd-stages-phone' : 'd-stages');
        for (const [kind, seen] of [['inspection', '.walk-row[data-item="wp.hshower"][data-verdict="fail"]'], ['hazard', '.hazard-facts'], ['daylog', '.chip[aria-pressed="true"]']]) {
            await screen.page.evaluate(() => { location.hash = '#/stages'; });
            await screen.tap(`.begun-go[data-kind="${kind}"]`);
            await screen.see(seen);
        }
        await screen.page.evaluate(() => { location.hash = '#/stages/waterproofing'; });
        await screen.see('.begun-go[data-kind="hazard"]');
        await screen.close();
    }
    // whoever may not inspect is not led there; what is sent is shown no more
    const screen = await open({}, '经理', '2468');
    await screen.page.evaluate(() => { location.hash = '#/stages'; });
    await screen.see('.stage-card[data-key="waterproofing"] .stage-begun', { hasText: '没交 1' });
    await manager.post('/hazards', { id: hazard, phrase: 'ponding-leak', stage: 'waterproofing' });
    await until('the mark is gone', async () => (await screen.$('.stage-card[data-key="waterproofing"] .stage-begun').count()) === 0);
    await screen.close();
}));

test('the ceiling downstairs: a code on the panel leads a phone to it, and its photo lands in the test', () => withScreens(async ({ stack, manager, browser, board, open }) => {
    const { id } = await manager.post('/tests', { id: uuid7(), kind: 'ponding', room: 'master_bath', value: 50, photos: [uuid7()] });
    const panel = await open({}, '经理', '2468');
    await panel.page.evaluate((to) => { location.hash = `#/tests/${to}`; }, id);
    await panel.tap('.side .plain', { hasText: '漏了' });
    for (const digit of '48') await panel.tap('.number-keys .key', { hasText: digit });
    await panel.tap('.sheet-number .main');
    await panel.see('[data-list="below"]', { hasText: '楼下顶板 0 张' });
    await panel.tap('.shutter');
    await panel.see('[data-list="photos"]', { hasText: '水面 1 张' });
    await panel.tap('.save');
    await panel.said('还要一张楼下顶板的照片');
    await panel.tap('[data-list="below"]');
    await panel.see('.handover canvas');
    await look(panel, 'd-handover');
    await measure(panel, 'the way to the phone', PANEL_LIMITS);
    const picture = stack.write('code.png', await panel.$('.handover canvas').screenshot());
    const address = execFileSync('zbarimg', ['-q', '--raw', picture], { stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim();
    assert.equal(address, `http://127.0.0.1:${board.where.port}/panel/#/tests/${id}/below`);
    await until('the server has the draft', async () => (await drafts(manager)).some((one) => one.kind === 'test' && one.key === id));

    const phone = await Screen.open(browser, board.where, { size: PHONE, expect, path: address.slice(address.indexOf('/panel/')) });
    await phone.signIn('监理', '1357', '.taker');
    await look(phone, 'd-below-phone');
    await measure(phone, 'the ceiling, on a phone', PHONE_LIMITS);
    await phone.$('input[type=file] >> nth=0').setInputFiles(realPhotos(1));
    await phone.see('.taken-photo', { hasText: '已保存' });
    await panel.see('[data-list="below"]', { hasText: '楼下顶板 1 张' });
    await phone.tap('.save');
    await phone.said('照片已到看板');
    await panel.page.reload(); // the panel's own power was away
    await panel.see('[data-list="below"]', { hasText: '楼下顶板 1 张' });
    await panel.tap('.save');
    await panel.said('不合格');
    const ended = await manager.get(`/tests/${id}`);
    assert.equal(ended.state, 'failed');
    assert.deepEqual([ended.end.photos.length, ended.end.below_photos.length], [1, 1]);
    const photo = await manager.get(`/photos/${ended.end.below_photos[0]}/info`);
    assert.deepEqual([photo.origin, photo.room, photo.stage], ['phone', 'master_bath', 'waterproofing']);
    assert.deepEqual(await drafts(manager), []);
    await phone.close();
    await panel.close();
}));

await runTests();
