// SPDX-License-Identifier: MIT
// A phone on the site's Wi-Fi, and a manager's phone at head office's pages: photos from files, on a line that comes and goes; the day card;
// the same screens at the hub, for the site that is chosen.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { realPhotos, runTests, siteDate, test, until, uuid7, withStack } from '../support/programs.mjs';
import { launch, measure, PHONE, Screen } from '../support/screen.mjs';

const AWAY = [/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/];
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const ALBUM = 'input[type=file] >> nth=1';

async function phone(where, run, options = {}) {
    const browser = await launch();
    try {
        const screen = await Screen.open(browser, where, { size: PHONE, ...options });
        await run(screen);
        await screen.close();
    } finally {
        await browser.close();
    }
}

async function site(stack) {
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1');
    await stack.addUser(board, 'u-01', 'manager', '2468', '经理');
    return { board, manager: await stack.client(board).signIn('u-01', '2468') };
}

test('photos from files: several at once, byte for byte; a picture of another kind becomes a JPEG; what is none is told', () => withStack({}, async (stack) => {
    const { board, manager } = await site(stack);
    const files = realPhotos(3);
    await phone(board.where, async (screen) => {
        await screen.signIn('经理', '2468');
        const png = stack.write('screen.png', await screen.page.screenshot());
        const text = stack.write('readme.jpg', 'not a picture');
        await screen.tap('.tile', { hasText: '拍照' });
        assert.equal(await screen.$('input[type=file] >> nth=0').getAttribute('capture'), 'environment');
        assert.equal(await screen.$(ALBUM).getAttribute('multiple'), '');
        await screen.tap('.where');
        await screen.tap('dialog .toggle', { hasText: '厨房' });
        await screen.$(ALBUM).setInputFiles([...files, png, text]);
        await screen.see('.upload[data-state="failed"]', { hasText: '打不开' });
        await until('four are saved', async () => (await screen.$('.upload[data-state="done"]').count()) === 4);
        const { photos } = await manager.get('/photos');
        assert.equal(photos.length, 4);
        assert.ok(photos.every((photo) => photo.room === 'kitchen' && photo.origin === 'import'));
        for (const file of files) assert.ok(photos.some((photo) => photo.sha256 === sha256(fs.readFileSync(file))), `${path.basename(file)} is there unaltered`);
        await screen.tap('.upload[data-state="failed"] .square >> nth=-1');
        await screen.tap('button', { hasText: '清除已完成' });
        assert.equal(await screen.$('.upload').count(), 0);
        await screen.home();
        await screen.tap('.tile', { hasText: '照片' });
        await until('all are at head office, bytes and all', async () => (await screen.$('.photo-tile .badge[data-state="received"]').count()) === 4);
        await screen.tap('.photo-tile >> nth=0');
        await screen.see('.viewer-frame > img');
        const stamped = await screen.page.evaluate(async () => {
            const answer = await fetch(document.querySelector('.viewer-save').href);
            return [answer.status, answer.headers.get('content-type')];
        });
        assert.deepEqual(stamped, [200, 'image/jpeg'], 'with its watermark, to hand on');
        await screen.tap('.viewer button >> nth=-1');
        await screen.see('.viewer-count', { hasText: '2 / 4' });
    });
}));

test('a photo waits for the line, also when the page is closed in between, and is one photo', () => withStack({}, async (stack) => {
    const { board, manager } = await site(stack);
    const [file] = realPhotos(1);
    await phone(board.where, async (screen) => {
        await screen.signIn('经理', '2468');
        await screen.tap('.tile', { hasText: '拍照' });
        await board.program.kill('SIGKILL');
        await screen.$('input[type=file] >> nth=0').setInputFiles([file]);
        await screen.see('.upload', { hasText: '稍后自动重试' });
        await screen.page.goto('about:blank');
        await stack.startBoard('b-1');
        await screen.page.goto(`${screen.base}/panel/`);
        await screen.see('.tiles');
        await until('the photo is there', async () => (await manager.get('/photos')).photos.length === 1);
        await screen.tap('.tile', { hasText: '拍照' });
        await screen.see('.upload[data-state="done"]');
        const [photo] = (await manager.get('/photos')).photos;
        assert.equal(photo.sha256, sha256(fs.readFileSync(file)));
        assert.equal(photo.origin, 'phone');
    }, { expect: AWAY });
}));

test('the log on a phone: a note by keyboard, then the day card to keep', () => withStack({}, async (stack) => {
    const { board, manager } = await site(stack);
    for (const file of realPhotos(3)) await manager.photo(fs.readFileSync(file), {});
    await phone(board.where, async (screen) => {
        await screen.signIn('经理', '2468');
        await screen.tap('.tile-main');
        await screen.tap('.chip', { hasText: '开工交底' });
        await screen.tap('.tab-plan');
        await screen.tap('.chip', { hasText: '原房拍照' });
        await screen.page.fill('#note', '业主要求加两个插座');
        assert.equal(await screen.$('.privacy-line').isVisible(), false);
        await screen.page.fill('#note', '业主 138 0013 8000 要求加两个插座，订单20261122001234567');
        await screen.see('.privacy-line', { hasText: '138****8000' });
        assert.equal(await screen.$('#note').inputValue(), '业主 138 0013 8000 要求加两个插座，订单20261122001234567', 'what is typed is left alone');
        const masked = '业主 138****8000 要求加两个插座，订单20261122001234567';
        await until('the note is in the draft, masked', async () => (await manager.get('/today')).draft?.data.note === masked);
        assert.doesNotMatch(await screen.page.evaluate(() => JSON.stringify({ ...localStorage })), /0013 8000/, 'the browser keeps none of it');
        await screen.tap('.save');
        await screen.said('日志已保存');
        await screen.see('.day-card');
        const size = await screen.$('.day-card').evaluate((image) => image.decode().then(() => [image.naturalWidth, image.naturalHeight]));
        assert.equal(size[0], 1080);
        const download = screen.page.waitForEvent('download');
        await screen.tap('.card-actions a');
        const bytes = fs.readFileSync(await (await download).path());
        assert.deepEqual([...bytes.subarray(0, 3)], [0xff, 0xd8, 0xff]);
        const [log] = (await manager.get('/daylogs')).daylogs;
        assert.equal(log.note, masked);
        assert.equal(log.photos.length, 3);
        assert.equal(log.date, siteDate());
    });
}));

test('the other language is one tap away, and stays', () => withStack({}, async (stack) => {
    const { board } = await site(stack);
    await phone(board.where, async (screen) => {
        await screen.see('h1', { hasText: '您是哪位' });
        await screen.tap('.bar-lang');
        await screen.see('h1', { hasText: 'Who are you?' });
        await screen.signIn('经理', '2468');
        await screen.see('.tile', { hasText: 'Daily log' });
        await screen.page.reload();
        await screen.see('.tile', { hasText: 'Timeline' });
        assert.equal(await screen.page.evaluate(() => document.documentElement.lang), 'en');
        await screen.tap('.bar-me');
        await screen.tap('dialog .plain', { hasText: '中文' });
        await screen.see('.tile', { hasText: '今日日志' });
    });
}));

test('a manager writes a log at head office for one of several sites, and the board gets it', () => withStack({}, async (stack) => {
    const { manager } = await site(stack);
    await stack.addUser(null, 'u-01', 'manager', '8642', '经理');
    await stack.addUser(null, 'o-01', 'office', '1357', '客服');
    const office = await stack.hubClient().signIn('o-01', '1357');
    const people = [{ id: 'u-01', name: '经理', role: 'manager' }];
    for (const [id, name] of [['s-1', '三号楼'], ['s-2', '四号楼']]) await office.call('PUT', `/api/v1/sites/${id}`, { headers: { 'If-Match': '0' }, body: { name, timezone: 'Asia/Shanghai', stages: [], people } });
    await office.call('PUT', '/api/v1/sites/s-3', { headers: { 'If-Match': '0' }, body: { name: '别人的', timezone: 'Asia/Shanghai', stages: [] } });
    await phone(stack.hubWhere, async (screen) => {
        await screen.signIn('u-01', '8642', 'a.mine-head');
        await until('his sites and no others', async () => (await screen.$('a.mine-head').count()) === 2);
        await screen.tap('a.mine-head', { hasText: '三号楼' });
        await screen.see('.tiles');
        assert.match(await screen.text('.pill'), /总部/);
        await screen.tap('.tile', { hasText: '拍照' });
        await screen.$(ALBUM).setInputFiles(realPhotos(1));
        await screen.see('.upload[data-state="done"]');
        await screen.home();
        await screen.tap('.tile-main');
        await screen.tap('.chip', { hasText: '开工交底' });
        await screen.tap('.save');
        await screen.said('日志已保存');
        await screen.see('.day-card');
        await until('the board has it', async () => (await manager.get('/daylogs')).daylogs.length === 1);
        await screen.home();
        await screen.tap('.tile', { hasText: '动态' });
        await screen.see('.photo-strip img');
    });
}));

test('a supervisor raises a hazard with two photos from the album, and sends a rectification back', () => withStack({}, async (stack) => {
    const { board, manager } = await site(stack);
    await stack.addUser(board, 'u-02', 'supervisor', '1357', '监理');
    const supervisor = await stack.client(board).signIn('u-02', '1357');
    await phone(board.where, async (screen) => {
        await screen.signIn('监理', '1357');
        await screen.tap('.tile', { hasText: '有问题' });
        await screen.tap('.hazard-chip[data-key="ponding-leak"]');
        await screen.$(ALBUM).setInputFiles(realPhotos(2));
        await until('both are saved', async () => (await screen.$('.taken-photo', { hasText: '已保存' }).count()) === 2);
        await screen.tap('.save');
        await screen.said('隐患已报');
        await screen.see('.pair-side >> nth=0 >> img');
        const [hazard] = (await supervisor.get('/hazards')).hazards;
        assert.deepEqual([hazard.text, hazard.severity, hazard.state, hazard.assignee, hazard.photos.length], ['闭水渗漏', 'stop_work', 'assigned', 'u-01', 2]);
        await screen.see('.severity-stop_work', { hasText: '停工' });
        assert.equal(await screen.$('[data-step="verify"]').count(), 0);

        const { id: after } = await manager.photo(fs.readFileSync(realPhotos(3)[2]));
        await manager.post(`/hazards/${hazard.id}/rectify`, { id: uuid7(), photos: [after] });
        await screen.see('.pair-side >> nth=1 >> img'); /* by itself */
        await screen.tap('[data-step="reject"]');
        await screen.tap('dialog .plain', { hasText: '没整改到位' });
        await screen.said('已退回');
        await screen.see('.hazard-state', { hasText: '退回 1 次' });
        assert.equal((await manager.get(`/hazards/${hazard.id}`)).rejected.note, '没整改到位');
    });
}));

test('one’s own list at head office: what presses first, a tap leads to the thing, and it follows by itself', () => withStack({}, async (stack) => {
    await stack.startBroker();
    await stack.startHub();
    await stack.addUser(null, 'u-03', 'supervisor', '8642', '监理');
    await stack.addUser(null, 'u-01', 'manager', '8642', '经理');
    await stack.addUser(null, 'o-01', 'office', '1357', '客服');
    const client = await stack.hubClient().signIn('o-01', '1357');
    const people = [{ id: 'u-03', name: '监理', role: 'supervisor' }, { id: 'u-01', name: '经理', role: 'manager' }];
    for (const [id, name] of [['s-1', '一号楼'], ['s-2', '二号楼'], ['s-3', '三号楼']]) await client.call('PUT', `/api/v1/sites/${id}`, { headers: { 'If-Match': '0' }, body: { name, timezone: 'Asia/Shanghai', people } });
    const raise = async (site, severity) => {
        const { id } = await client.post(`/api/v1/sites/${site}/hazards`, { id: uuid7(), text: '插座没有接地', severity });
        return `/api/v1/sites/${site}/hazards/${id}`;
    };
    const small = await raise('s-2', 'notice');
    await client.post(`${small}/assign`, { id: uuid7(), assignee: 'u-03' });
    await client.post(`${small}/rectify`, { id: uuid7(), photos: [uuid7()] });
    await phone(stack.hubWhere, async (screen) => {
        await screen.signIn('u-03', '8642', '.mine-item');
        const sites = () => screen.$('.mine-head').evaluateAll((heads) => heads.map((head) => head.dataset.site));
        assert.deepEqual(await sites(), ['s-2', 's-1', 's-3']);
        await screen.see('.mine-site[data-site="s-2"] .mine-item[data-kind="recheck"]', { hasText: '复查：插座没有接地' });
        const grave = await raise('s-3', 'stop_work');
        await screen.see('.mine-site[data-site="s-3"] .mine-item[data-kind="hazard"]');
        assert.deepEqual(await sites(), ['s-3', 's-2', 's-1']);
        await measure(screen, 'my sites', { least: 44, gap: 8, px: 14 });
        await screen.tap('.mine-kinds .toggle', { hasText: '复查' });
        await until('one site is left', async () => (await sites()).join() === 's-2');
        await screen.page.reload();
        await until('after a reload, too', async () => (await sites()).join() === 's-2');
        await screen.tap('.mine-kinds .toggle', { hasText: '全部' });
        await screen.tap('.mine-item[data-kind="hazard"]');
        await screen.see('.hazard-page, .view-hazard');
        assert.match(screen.page.url(), new RegExp(`site=s-3#/hazard/${grave.split('/').at(-1)}$`));
        await screen.home();
        await screen.tap('.bar-back');
        await until('back at the list', async () => (await sites()).join() === 's-3,s-2,s-1');
    });
    // A manager: what was sent back, and what the customer has to sign, each where it is done.
    const step = (verb, body = {}) => client.post(`/api/v1/sites/s-1/stages/preparation/${verb}`, { id: uuid7(), ...body });
    await phone(stack.hubWhere, async (screen) => {
        await screen.signIn('u-01', '8642', '.mine-item');
        for (const [verb, body] of [['start'], ['request', { photos: [uuid7()] }], ['reject', { note: '交底没签字' }]]) await step(verb, body);
        await screen.see('.mine-site[data-site="s-1"] .mine-item[data-kind="rejected"]', { hasText: '验收没过，改好再报验：开工准备' });
        await step('request', { photos: [uuid7()] });
        await step('accept');
        await screen.see('.mine-site[data-site="s-1"] .mine-item[data-kind="sign"]', { hasText: '请业主签字确认验收：开工准备' });
        await until('what was asked for again is gone', async () => (await screen.$('.mine-item[data-kind="rejected"]').count()) === 0);
        await screen.tap('.mine-item[data-kind="sign"]');
        await screen.see('.sign-pad');
        assert.match(screen.page.url(), /site=s-1#\/stages\/preparation/);
        // what he wrote too late leads to what it is about, and is gone once that was opened
        const news = { kind: 'news', subject: 'stage/preparation', at: '2026-11-22T10:00:00.000+08:00', due: null, text: { zh: '您的开工晚了一步', en: 'too late' }, action: 'stage' };
        const also = (path, put) => screen.page.route(path, async (route) => {
            const response = await route.fetch(), json = await response.json();
            put(json);
            await route.fulfill({ response, json });
        });
        await also('**/api/v1/mine', ({ sites }) => sites.find(({ site }) => site === 's-1').press.push(news));
        await also('**/sites/s-1/today', ({ due }) => due.push({ ...news, id: 'preparation' }));
        await screen.page.goto(`http://127.0.0.1:${stack.hubWhere.port}/panel/`);
        await screen.tap('.mine-item[data-kind="news"]', { hasText: '您的开工晚了一步' });
        await screen.see('.view-stages');
        await screen.page.goto(`http://127.0.0.1:${stack.hubWhere.port}/panel/`);
        await screen.see('.mine-item[data-kind="sign"]');
        assert.equal(await screen.$('.mine-item[data-kind="news"]').count(), 0, 'it was opened');
    });
}));

await runTests();
