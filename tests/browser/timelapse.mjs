// SPDX-License-Identifier: MIT
// The time-lapse at head office: ranges, scrubbing and playing, series that are told apart, pictures that are not there yet, an address that shows a
// colleague the same; before and after; and at the board, that it was moved.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { realPhotos, runTests, test, until, varied, withStack } from '../support/programs.mjs';
import { withExif } from '../support/exif.mjs';
import { bytesAtHub, frameTeller } from '../support/frames.mjs';
import { DESK, launch, measure, PANEL, PHONE, Screen } from '../support/screen.mjs';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const at = (day, hour, minute = 0) => `2026-11-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}:00+08:00`;

async function site(stack, photos = 6) {
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1');
    await stack.addUser(board, 'u-01', 'manager', '2468', '经理');
    await stack.addUser(board, 'i-01', 'installer', '1357', '安装');
    await stack.addUser(null, 'o-01', 'office', '1357', '客服');
    const manager = await stack.client(board).signIn('u-01', '2468');
    const hub = await stack.hubClient({ site: 's-1' }).signIn('o-01', '1357');
    return { board, manager, hub, photos: await bytesAtHub(manager, hub, photos), teller: await frameTeller(stack, 'b-2') };
}

async function seen(stack, options, run) {
    const browser = await launch();
    try {
        const screen = await Screen.open(browser, stack.hubWhere, { size: DESK, path: '/office/#/site/s-1/timelapse', ...options });
        await screen.signIn('o-01', '1357', '.frame[data-shows], .player-empty .hint');
        await run(screen, browser);
        await screen.close();
    } finally {
        await browser.close();
    }
}

const scrub = (screen) => screen.page.locator('.player .scrub');
const frameOf = (screen) => screen.page.locator('.frame').getAttribute('data-frame');
const range = (screen, n) => screen.tap(`.range-kinds .toggle >> nth=${n}`);
const says = (screen) => new URLSearchParams(screen.page.url().split('?')[1]);
// The line in words of the frame that is shown, once its original is.
async function whole(screen, id) {
    await screen.see(`.frame[data-shows="whole"]${id ? `[data-frame="${id}"]` : ''} img`);
    return screen.text('.frame-facts');
}

for (const [name, size] of Object.entries({ desk: DESK, phone: PHONE })) {
    test(`${name}: a day, a week, the whole job; scrubbing; a board that was moved; an empty day`, () => withStack({}, async (stack) => {
        const { photos, teller } = await site(stack);
        const ids = [];
        for (let h = 8; h < 12; h++) ids.push(await teller.frame(photos[h % 6], at(2, h)));
        ids.push(await teller.frame(photos[0], at(4, 9)));
        const kitchen = await teller.moved({ room: 'kitchen' }, at(9, 7));
        ids.push(await teller.frame(photos[1], at(9, 8), { series: kitchen, clock: 'none' }), await teller.frame(photos[2], at(9, 9), { series: kitchen }));
        await teller.done();
        await seen(stack, { size }, async (screen) => {
            /* The newest day that has frames. */
            assert.match(await whole(screen, ids[5]), /11月9日.*08:00[\s\S]*1 \/ 2[\s\S]*厨房/);
            await screen.see('.frame-warn', { hasText: '时钟未校准' });
            await screen.tap('.play-row button[aria-label="下一张"]');
            assert.match(await whole(screen, ids[6]), /09:00/);
            assert.equal(await screen.$('.stage .frame-warn').isHidden(), true, 'this one’s clock was set');

            await range(screen, 2);
            await whole(screen, ids[6]);
            await screen.see('.range-text', { hasText: /11\/2 – 11\/9.*7 张/ });
            assert.equal(await screen.$('.mark-moved').count(), 1);
            await screen.tap('.place', { hasText: /看板挪了位置：厨房 · 11\/9 07:00/ });
            await screen.see('.frame-moved', { hasText: '厨房' });
            await scrub(screen).focus();
            await screen.page.keyboard.press('ArrowLeft');
            assert.match(await whole(screen, ids[4]), /11月4日.*09:00[\s\S]*最初的位置/);
            assert.equal(await screen.$('.frame-moved').isHidden(), true);
            assert.match(await scrub(screen).getAttribute('aria-valuetext'), /11月4日.*09:00/);
            await screen.page.keyboard.press('Home');
            await whole(screen, ids[0]);
            const box = await scrub(screen).boundingBox(), far = [box.x + box.width - 4, box.y + box.height / 2];
            if (size === PHONE) await screen.page.touchscreen.tap(...far);
            else await screen.page.mouse.click(...far);
            await whole(screen, ids[6]);

            await range(screen, 1);
            await screen.see('.range-text', { hasText: /11\/9 – 11\/15.*2 张/ });
            await screen.tap('.range-before');
            await whole(screen, ids[0]);
            await screen.see('.range-text', { hasText: /11\/2 – 11\/8.*5 张/ });
            await range(screen, 0);
            await screen.see('.range-text', { hasText: /11月2日.*4 张/ });
            await screen.tap('.range-after');
            await screen.see('.player-empty', { hasText: '这一天没有延时照片' });
            await screen.see('.empty-row button >> nth=1');
            assert.deepEqual(await screen.$('.empty-row button').evaluateAll((nodes) => nodes.map((node) => node.dataset.day)), ['2026-11-02', '2026-11-04']);
            await screen.tap('.empty-row button[data-day="2026-11-04"]');
            await whole(screen, ids[4]);
            const limits = size === PHONE ? { least: 44, gap: 8, px: 14 } : { least: 28, gap: 4, px: 13 };
            await measure(screen, `${name}, time-lapse`, limits);
            if (size === DESK) assert.ok(await screen.page.evaluate(() => document.documentElement.scrollHeight <= innerHeight), 'all of it is in sight');
        });
        await teller.end();
    }));

    test(`${name}: before and after`, () => withStack({}, async (stack) => {
        const { photos, teller, hub, manager } = await site(stack, 1);
        /* One that is wide and one that is upright. */
        const tall = withExif(fs.readFileSync(realPhotos(2)[1]), { Orientation: 6 });
        const other = (await bytesAtHub(manager, hub, 1, [tall]))[0];
        const first = await teller.frame(photos[0], at(2, 8));
        const series = await teller.moved({ room: 'balcony' }, at(3, 8));
        const last = await teller.frame(other, at(20, 16), { series });
        await teller.done();
        await seen(stack, { size }, async (screen, browser) => {
            await whole(screen, last);
            assert.equal(await screen.$('.compare-open').isDisabled(), true);
            await screen.tap('.take-b');
            await range(screen, 2);
            await screen.see('.range-text', { hasText: '2 张' });
            await whole(screen, last);
            await scrub(screen).focus();
            await screen.page.keyboard.press('Home');
            await whole(screen, first);
            await screen.tap('.take-a');
            assert.deepEqual(await screen.$('.mark-pair').allInnerTexts(), ['A', 'B']);
            await screen.tap('.compare-open');
            const both = async (on) => {
                await on.see('.layer-a[data-shows="whole"]');
                await on.see('.layer-b[data-shows="whole"]');
                await on.see('.compare-side', { hasText: /11月2日.*08:00/ });
                await on.see('.compare-side', { hasText: /11月20日.*16:00.*阳台/s });
            };
            await both(screen);
            await screen.see('.frame-warn', { hasText: '不是从同一个位置' });
            const heights = async () => screen.$('.layer img').evaluateAll((images) => images.map((image) => [image.getBoundingClientRect().height, image.naturalWidth / image.naturalHeight, image.getBoundingClientRect().width / image.getBoundingClientRect().height]));
            await until('both are as high', async () => Math.abs((await heights())[0][0] - (await heights())[1][0]) < 1);
            for (const [height, natural, ratio] of await heights()) assert.ok(height > 100 && Math.abs(natural - ratio) < 0.02, 'nothing is stretched');

            const cut = () => screen.$('.layer-b').evaluate((node) => node.style.clipPath);
            assert.equal(await cut(), 'inset(0px 0px 0px 50%)');
            await screen.page.keyboard.press('ArrowRight'); /* the slider has the keyboard */
            assert.equal(await cut(), 'inset(0px 0px 0px 51%)');
            assert.match(await screen.$('.compare .scrub').getAttribute('aria-valuetext'), /A 51%，B 49%/);
            const box = await screen.$('.compare-box').boundingBox(), spot = [box.x + box.width / 4, box.y + box.height / 2];
            if (size === PHONE) await screen.page.touchscreen.tap(...spot);
            else await screen.page.mouse.click(...spot);
            await until('the border is where it was tapped', async () => /inset\(0px 0px 0px 2[456]%\)/.test(await cut()));
            await screen.tap('button', { hasText: '只看 B' });
            assert.equal(await cut(), 'inset(0px 0px 0px 0%)');
            await measure(screen, `${name}, before and after`, size === PHONE ? { least: 44, gap: 8, px: 14 } : { least: 28, gap: 4, px: 13 });

            /* The address is the whole of it. */
            const link = screen.page.url(), colleague = await Screen.open(browser, stack.hubWhere, { size, path: link.slice(link.indexOf('/office')) });
            await colleague.signIn('o-01', '1357', '.compare-box');
            await both(colleague);
            await colleague.tap('.compare-close');
            await whole(colleague, first);
            await colleague.close();

            await screen.tap('.compare-swap');
            assert.match(await screen.text('.compare-side'), /11月20日/);
            await until('the address follows', () => says(screen).get('a') === last && says(screen).get('b') === first && says(screen).get('view') === 'compare');
            await screen.tap('.compare-close');
            await whole(screen, first);
            assert.equal(says(screen).get('view'), null);
        });
        await teller.end();
    }));
}

test('pictures on their way: the thumb, and that the original is not there; it comes by itself; so does a new frame', () => withStack({}, async (stack) => {
    const { photos, teller, manager } = await site(stack, 2);
    const late = varied(fs.readFileSync(realPhotos(1)[0]), 'late');
    const away = await teller.frame({ ...photos[0], sha256: sha256(late), bytes: late.length, code: undefined }, at(5, 8));
    const nothing = await teller.frame({ ...photos[0], sha256: 'ab'.repeat(32), thumb_sha256: 'cd'.repeat(32), code: undefined }, at(5, 9));
    await teller.done();
    await seen(stack, {}, async (screen) => {
        await screen.see(`.frame[data-shows="thumb"][data-frame="${away}"] img`);
        await screen.see('.frame-small', { hasText: '原图还在路上' });
        await manager.photo(late);
        await whole(screen, away);
        await screen.tap('.play-row button[aria-label="下一张"]');
        await screen.see(`.frame[data-shows="away"][data-frame="${nothing}"]`, { hasText: '照片在路上' });
        await teller.frame(photos[1], at(5, 10));
        await until('the new one is there', async () => (await scrub(screen).getAttribute('max')) === '2');
        assert.equal(await frameOf(screen), nothing, 'one stays where one was');
    });
    await teller.end();
}));

test('while a thumb is read the picture before it stays, but not across a move of the board', () => withStack({}, async (stack) => {
    const { photos, teller } = await site(stack, 2);
    const slow = await teller.frame(photos[0], at(5, 8)), middle = await teller.frame(photos[1], at(5, 9));
    const series = await teller.moved({ room: 'kitchen' }, at(5, 9, 30)), next = await teller.frame(photos[0], at(5, 10), { series });
    await teller.frame(photos[0], at(6, 8), { series });
    await teller.done();
    await seen(stack, {}, async (screen) => {
        const held = [];
        for (const id of [slow, next]) await screen.page.route(`**/photos/${id}/thumb`, (route) => held.push(route));
        await screen.page.evaluate((id) => { location.hash = `#/site/s-1/timelapse?range=day&day=2026-11-05&frame=${id}`; }, middle);
        await whole(screen, middle);
        const step = (word) => screen.page.evaluate((label) => {
            document.querySelector(`.play-row button[aria-label="${label}"]`).click();
            return document.querySelector('.frame').dataset.shows; /* at once */
        }, word);
        assert.equal(await step('上一张'), 'whole');
        await screen.see(`.frame[data-shows="away"][data-frame="${slow}"]`);
        await screen.tap('.play-row button[aria-label="下一张"]');
        await whole(screen, middle);
        assert.equal(await step('下一张'), 'away', 'nothing of the other place under the new time');
        for (const route of held) await route.continue();
        await whole(screen, next);
    });
    await teller.end();
}));

test('many: evenly so many, read in order and not all at once, played to the end', () => withStack({}, async (stack) => {
    const { photos, teller, hub } = await site(stack, 3), ids = [], asked = [];
    for (let i = 0; i < 640; i++) ids.push(await teller.frame(photos[i % 3], at(2 + Math.floor(i / 160), 8 + Math.floor((i % 160) / 20), i % 20)));
    await teller.done();
    await seen(stack, {}, async (screen) => {
        await whole(screen);
        screen.page.on('request', (request) => /\/thumb$/.test(request.url()) && asked.push(request.url().split('/').at(-2)));
        await screen.page.evaluate(() => { location.hash = '#/site/s-1/timelapse?range=all'; });
        await whole(screen, ids[0]);
        await screen.see('.range-text', { hasText: '共 640 张，均匀取 600 张' });
        await until('what comes next is read', () => asked.length >= 32);
        assert.ok(asked.length <= 40, `${asked.length} thumbs were asked for`);
        const order = asked.map((id) => ids.indexOf(id));
        assert.equal(order[0], 0);
        for (let i = 1; i < order.length; i++) assert.ok(Math.abs(order[i] - order[i - 1]) <= 6, `in order: ${order}`);

        await scrub(screen).fill('591');
        await screen.tap('.speeds .toggle >> nth=2');
        await screen.tap('.play');
        await screen.see('.play', { hasText: '暂停' });
        const played = new Set();
        await until('it is played to the end', async () => {
            played.add(await scrub(screen).inputValue());
            return (await screen.text('.play')) === '播放';
        });
        assert.ok(played.size >= 4, `it goes frame by frame: ${[...played]}`);
        await whole(screen, ids[639]);
        await until('the address says where', () => says(screen).get('frame') === ids[639]);

        /* An address may name a frame that is none of those. */
        const some = new Set((await hub.get('/timelapse?max=600')).frames.map(({ id }) => id)), left = ids.findIndex((id) => !some.has(id));
        assert.deepEqual([some.size, some.has(ids[0]), some.has(ids[639]), left > 0], [600, true, true, true]);
        await screen.page.evaluate((id) => { location.hash = `#/site/s-1/timelapse?range=all&frame=${id}`; }, ids[left]);
        assert.match(await whole(screen, ids[left]), new RegExp(`${left + 1} / 601`));
    });
    await teller.end();
}));

test('two boards of one site are told apart', () => withStack({}, async (stack) => {
    const { photos, teller } = await site(stack, 2), three = await frameTeller(stack, 'b-3');
    const mine = await teller.frame(photos[0], at(5, 8)), other = await three.frame(photos[1], at(5, 8, 30));
    await teller.frame(photos[1], at(5, 9));
    await teller.done();
    await three.done();
    await seen(stack, { path: `/office/#/site/s-1/timelapse?range=day&day=2026-11-05&frame=${other}` }, async (screen) => {
        assert.match(await whole(screen, other), /1 \/ 1/);
        await screen.tap('.range-boards .toggle', { hasText: 'b-2' });
        assert.match(await whole(screen, mine), /1 \/ 2/);
    });
    await teller.end();
    await three.end();
}));

test('a site without frames says so', () => withStack({}, async (stack) => {
    const { teller } = await site(stack, 1);
    await teller.end();
    await seen(stack, {}, async (screen) => screen.see('.player-empty', { hasText: '这个工地还没有延时照片' }));
}));

test('at the board: it was moved, which is a record with its room, once', () => withStack({}, async (stack) => {
    const { board, hub, teller } = await site(stack, 1);
    await teller.end();
    const browser = await launch();
    for (const [who, pin, size, room] of [['经理', '2468', PANEL, '厨房'], ['安装', '1357', PHONE, '别处']]) {
        const screen = await Screen.open(browser, board.where, { size });
        await screen.signIn(who, pin);
        await screen.page.evaluate(() => { location.hash = '#/status'; });
        await screen.tap('.moved');
        await screen.see('dialog .room-grid');
        assert.equal(await screen.$('dialog .main').isDisabled(), true, 'not before a room is chosen');
        await measure(screen, `${who}: where`, size === PANEL ? { least: 78, main: 104, gap: 16, px: 16 } : { least: 44, gap: 8, px: 14 });
        await screen.tap('dialog .toggle', { hasText: room });
        await screen.tap('dialog .main');
        await screen.said('已记下');
        if (who === '经理') {
            await screen.page.evaluate(() => { location.hash = '#/timeline'; });
            await screen.see('.entry[data-type="viewpoint-moved"]', { hasText: /看板挪了位置[\s\S]*现在在：厨房/ });
        }
        await screen.close();
    }
    await browser.close();
    const { series } = await until('head office knows', async () => {
        const got = await hub.get('/timelapse');
        return got.series.length === 2 && got;
    });
    assert.deepEqual(series.map(({ board: name, room, detected }) => [name, room, detected]), [['b-1', 'kitchen', false], ['b-1', undefined, false]]);
}));

test('from the board’s own camera to the player: its frames, and where it hung', () => withStack({}, async (stack) => {
    const files = realPhotos(4), lens = path.join(stack.dir, 'lens');
    const show = (file) => fs.copyFileSync(file, path.join(lens, 'a.jpg'));
    fs.mkdirSync(lens);
    show(files[0]);
    await stack.startBroker();
    await stack.startHub();
    /* Of no clock nobody knows the hours: the test does not depend on the time of day. */
    const board = await stack.startBoard('b-1', { camera: false, more: `[camera]\ndevice = sim:${lens}\ntimelapse_minutes = 1\n`, env: { SITELOG_CLOCK_GRADE: 'none' } });
    await stack.addUser(board, 'u-01', 'manager', '2468', '经理');
    await stack.addUser(null, 'o-01', 'office', '1357', '客服');
    const hub = await stack.hubClient({ site: 's-1' }).signIn('o-01', '1357');
    await hub.call('PUT', '/consent', { body: { given: true } }).catch(() => until('the site is known', async () => (await hub.raw('PUT', '/api/v1/sites/s-1/consent', { body: { given: true } })).status < 300));
    await until('the first frame is at head office', async () => (await hub.get('/timelapse')).total === 1, 90000);
    await seen(stack, {}, async (screen, browser) => {
        await whole(screen);
        await screen.see('.stage .frame-warn', { hasText: '时钟未校准' });
        const panel = await Screen.open(browser, board.where, { expect: [/ERR_/] });
        await panel.signIn('经理', '2468');
        await panel.page.evaluate(() => { location.hash = '#/status'; });
        await panel.tap('.moved');
        await panel.tap('dialog .toggle', { hasText: '厨房' });
        await panel.tap('dialog .main');
        await panel.said('已记下');
        await panel.close();
        await board.program.kill('SIGTERM');
        show(files[3]);
        await stack.startBoard('b-1');
        await screen.tap('.place', { hasText: '厨房' }); /* it comes by itself */
        await whole(screen, (await hub.get('/timelapse')).frames[1].id);
        await screen.see('.frame-moved', { hasText: /看板挪了位置：厨房/ });
    });
}));

await runTests();
