// SPDX-License-Identifier: MIT
// The weekly inspection on the screens: begun on a phone, gone on with at the panel, judged as it is typed, a red line that fails, a hazard raised;
// the verdict at both ends.
import assert from 'node:assert/strict';
import { realPhotos, runTests, test, until, uuid7, withStack } from '../support/programs.mjs';
import { launch, PHONE, Screen } from '../support/screen.mjs';
import { addManager, addOffice } from '../support/site.mjs';

const shots = process.env.SHOTS;
const look = async (screen, name) => shots && screen.page.screenshot({ path: `${shots}/${name}.png` });
const expect = [/404 \(Not Found\).*\/drafts\/inspection\//]; // nobody has begun
const row = (key) => `.walk-row[data-item="${key}"]`;
const answer = (screen, key, what) => screen.tap(`${row(key)} [data-do="${what}"]`);

async function number(screen, digits) {
    for (const key of digits) await screen.tap('dialog .key', { hasText: new RegExp(`^[${key}]$`) });
}
async function notHere(screen, key) {
    await answer(screen, key, 'na');
    await screen.tap('dialog [data-why="later"]');
    await screen.see(`${row(key)}[data-verdict="na"]`);
}

test('begun on a phone, sent at the panel; a red line fails, a hazard is raised', () => withStack({}, async (stack) => {
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1');
    await stack.addUser(board, 'u-02', 'supervisor', '2468', '监理');
    const supervisor = await stack.client(board).signIn('u-02', '2468'), office = await addOffice(stack);
    const browser = await launch();
    try {
        const phone = await Screen.open(browser, board.where, { size: PHONE, expect }), panel = await Screen.open(browser, board.where, { expect });
        await phone.signIn('监理', '2468');
        await look(phone, 'i-home-phone');
        await phone.tap('.tile-main', { hasText: '质检' });
        await phone.see('.walk-stages');
        await look(phone, 'i-list-phone');
        await phone.tap('[data-key="waterproofing"]');
        // a value is judged while it is typed
        const height = `${row('wp.hshower')} .walk-input`;
        await phone.page.fill(height, '1799');
        await phone.see(`${row('wp.hshower')} .walk-judge[data-fault="low"]`, { hasText: '不够，要 ≥ 2000 mm' });
        await phone.see(`${row('wp.hshower')}[data-verdict="fail"] .walk-result`, { hasText: '不合格' });
        await phone.page.fill(height, '2000');
        await phone.see(`${row('wp.hshower')}[data-verdict="pass"] .walk-judge[data-fault="none"]`);
        await phone.page.fill(height, '1799');
        await look(phone, 'i-walk-phone');
        // and goes on at the panel
        await until('the draft is at the board', async () => (await supervisor.raw('GET', '/api/v1/drafts/inspection/waterproofing')).json?.draft?.answers?.[0]?.values?.value === 1799);
        await panel.signIn('监理', '2468');
        await look(panel, 'i-home');
        await panel.tap('.tile-main', { hasText: '质检' });
        await panel.see('.walk-stages');
        await look(panel, 'i-list');
        await panel.tap('[data-key="waterproofing"]');
        await panel.see(`${row('wp.hshower')}[data-verdict="fail"] .walk-red`);
        await look(panel, 'i-walk');
        await answer(panel, 'wp.extra', 'value');
        await number(panel, '149');
        await panel.see('dialog .walk-judge[data-fault="low"]');
        await look(panel, 'i-keypad');
        await panel.tap('dialog .key[aria-label]');
        await number(panel, '0');
        await panel.see('dialog .walk-judge[data-fault="low"]', { hasText: '150' });
        await panel.tap('dialog .key[aria-label]');
        await panel.tap('dialog .key[aria-label]');
        await number(panel, '50');
        await panel.see('dialog .walk-judge[data-fault="none"]');
        await panel.tap('dialog .main');
        await panel.see(`${row('wp.extra')}[data-verdict="pass"]`);
        // a test of its own clock is chosen, or it fails: nothing is typed instead
        await answer(panel, 'wp.pond', 'value');
        await panel.see('dialog', { hasText: '还没有做完的试验（闭水）' });
        assert.deepEqual(await panel.$('dialog .toggle').allTextContents(), ['没有试验，判不合格']);
        await look(panel, 'i-no-test');
        await panel.tap('dialog .toggle');
        await panel.see(`${row('wp.pond')}[data-verdict="fail"]`);
        await notHere(panel, 'wp.pond');
        // what the panel says is seen on the phone, which has the list open
        await phone.page.evaluate(() => document.activeElement.blur());
        await phone.see(`${row('wp.extra')}[data-verdict="pass"]`);
        // the failure of a red line raises a hazard, with its photo; the other device says so
        await panel.tap(`${row('wp.hshower')} [data-do="hazard"]`);
        await panel.see(`${row('wp.hshower')} [data-do="hazard"]`, { hasText: '严重' });
        await phone.see(`${row('wp.hshower')} [data-do="hazard"][aria-pressed="true"]`);
        const [file] = realPhotos(1);
        const keys = await panel.page.evaluate(() => [...document.querySelectorAll('.walk-row')].filter((node) => !node.dataset.verdict).map((node) => node.dataset.item));
        await panel.tap('.side .main');
        await panel.said('要先拍照');
        await look(panel, 'i-item');
        await panel.tap('.bar-back');
        await notHere(panel, keys.shift());
        // somebody at a third device says the rest, as old as it is: nothing of what the others said is lost
        const draft = (await supervisor.get('/drafts/inspection/waterproofing')).draft;
        const rest = keys.map((item) => ({ item, room: '', result: 'na', reason: '还没做到', at: '2026-01-01T00:00:00.000Z' }));
        await supervisor.call('PUT', '/drafts/inspection/waterproofing', { body: { id: draft.id, edited: draft.edited, answers: rest } });
        for (const key of keys) await panel.see(`${row(key)}[data-verdict="na"]`);
        await panel.tap('.side .toggle');
        await look(panel, 'i-open');
        // photos that are wanted, from the phone
        for (const key of ['wp.hshower', 'wp.extra']) {
            await phone.see(`${row(key)} [data-do="open"]`);
            await phone.tap(`${row(key)} [data-do="open"]`);
            await phone.$('.taker input[type=file] >> nth=1').setInputFiles([file]);
            await phone.see('.taken-photo');
            await phone.tap('.bar-back');
        }
        await look(phone, 'i-photos-phone');
        await panel.see('.walk-progress', { hasText: '可以提交' });
        await panel.tap('.side .main');
        await panel.see('dialog .sheet-text', { hasText: /不合格 1 项.*隐患 1 条/ });
        await look(panel, 'i-sure');
        await panel.tap('dialog .main');
        await panel.said('质检报告已提交');
        await panel.see('.walk-verdict[data-verdict="fail"]', { hasText: '红线 1 项' });
        await panel.see('.walk-found[data-item="wp.hshower"][data-result="fail"]', { hasText: '1799' });
        await look(panel, 'i-verdict');
        await phone.see('.walk-verdict[data-verdict="fail"]');
        await look(phone, 'i-verdict-phone');
        await panel.tap('.walk-found .plain', { hasText: '看隐患' });
        await panel.see('.hazard-page', { hasText: '严重' });
        assert.equal((await supervisor.raw('GET', '/api/v1/drafts/inspection/waterproofing')).status, 404, 'the draft went with the report');
        const { inspections: [made] } = await supervisor.get('/inspections');
        assert.deepEqual([made.verdict, made.red, made.hazards], ['fail', 1, 1]);
        await phone.close();
        await panel.close();
        await until('it is at head office', async () => (await office.get('/inspections')).inspections[0]?.id === made.id);
    } finally {
        await browser.close();
    }
}));

test('a timed item: a test of the site is chosen, on the panel and on a phone; the report rests on it', () => withStack({}, async (stack) => {
    const board = await stack.startBoard('b-1');
    await stack.addUser(board, 'u-02', 'supervisor', '2468', '监理');
    const supervisor = await stack.client(board).signIn('u-02', '2468');
    const pressure = () => supervisor.post('/tests', { id: uuid7(), kind: 'pressure', value: 0.8, photos: [uuid7()] });
    const failed = await pressure();
    await supervisor.post(`/tests/${failed.id}/finish`, { id: uuid7(), value: 0.2, leak: true, photos: [uuid7()] });
    await pressure(); // still runs: there is nothing to rest on yet
    const press = row('pe.press');
    const browser = await launch();
    try {
        const panel = await Screen.open(browser, board.where, { expect });
        await panel.signIn('监理', '2468');
        await panel.page.evaluate(() => { location.hash = '#/inspect/plumbing_electrical'; });
        await panel.see(press);
        await answer(panel, 'pe.press', 'value');
        await panel.see('dialog .toggle', { hasText: /给水打压.*不合格/ });
        assert.equal(await panel.$('dialog .room-grid .toggle').count(), 2, 'the one that has ended, and one’s own word that it failed');
        await look(panel, 'i-which-test');
        await panel.tap('dialog .toggle', { hasText: '不合格' });
        await panel.see(`${press}[data-verdict="fail"] [data-do="value"]`, { hasText: '给水打压' });
        // on a phone the same, and the test again
        const phone = await Screen.open(browser, board.where, { size: PHONE, expect });
        await phone.signIn('监理', '2468');
        await phone.page.evaluate(() => { location.hash = '#/inspect/plumbing_electrical'; });
        await phone.see(`${press}[data-verdict="fail"] [data-do="value"]`, { hasText: '给水打压' });
        await answer(phone, 'pe.press', 'value');
        await look(phone, 'i-which-test-phone');
        await phone.tap('dialog .toggle', { hasText: '给水打压' });
        await panel.see(`${press} [data-do="value"]`, { hasText: '给水打压' });
        await panel.tap(`${press} [data-do="photo"]`);
        await panel.tap('.shutter');
        await panel.said('照片已保存');
        await panel.tap('.side .main');
        await panel.tap('.bar-back');
        const keys = await panel.page.evaluate(() => [...document.querySelectorAll('.walk-row')].filter((node) => !node.dataset.verdict).map((node) => node.dataset.item));
        let draft;
        await until('the photo is in the draft', async () => {
            ({ draft } = await supervisor.get('/drafts/inspection/plumbing_electrical'));
            return draft.answers.find(({ item }) => item === 'pe.press').photos?.length === 1;
        });
        await supervisor.call('PUT', '/drafts/inspection/plumbing_electrical', { body: { ...draft, answers: [...draft.answers, ...keys.map((item) => ({ item, room: '', result: 'na', reason: '还没做到', at: '2026-01-01T00:00:00.000Z' }))] } });
        await panel.see('.walk-progress', { hasText: '可以提交' });
        await panel.tap('.side .main');
        await panel.tap('dialog .main');
        await panel.said('质检报告已提交');
        await panel.see('.walk-found[data-item="pe.press"][data-result="fail"]');
        const { inspections: [{ id }] } = await supervisor.get('/inspections');
        const report = await supervisor.get(`/inspections/${id}`);
        assert.equal(report.items.find(({ item }) => item === 'pe.press').test, failed.id);
        await phone.close();
        await panel.close();
    } finally {
        await browser.close();
    }
}));

test('a supervisor comes home to what is to be looked at, and to no log', () => withStack({}, async (stack) => {
    const board = await stack.startBoard('b-1', { camera: false }), manager = await addManager(stack, board);
    await stack.addUser(board, 'u-02', 'supervisor', '2468', '监理');
    const supervisor = await stack.client(board).signIn('u-02', '2468');
    const browser = await launch();
    try {
        for (const size of [undefined, PHONE]) {
            const screen = await Screen.open(browser, board.where, { ...(size && { size }), expect });
            await screen.signIn('监理', '2468');
            if (!size) {
                await screen.see('.card-main', { hasText: '本周的质检报告还没交' });
                await screen.see('.card-checks', { hasText: /今天还没质检.*未销项隐患 0 条/s });
                assert.equal(await screen.$('.card', { hasText: '日志' }).count(), 0);
                await look(screen, 'i-supervisor');
                await manager.post('/stages/preparation/start', { id: uuid7() });
                await manager.post('/stages/preparation/request', { id: uuid7(), photos: [uuid7()] });
                const { id } = await supervisor.post('/hazards', { id: uuid7(), phrase: 'dirty-site' });
                await manager.post(`/hazards/${id}/rectify`, { id: uuid7(), photos: [uuid7()] });
            }
            await screen.see('.card-main', { hasText: '验收：开工准备' });
            await screen.see('.card-main', { hasText: '复查：' });
            await look(screen, size ? 'i-supervisor-phone' : 'i-supervisor-busy');
            await screen.tap('.card .main', { hasText: '去验收' });
            await screen.see('.side [data-verb="accept"]');
            await screen.close();
        }
        const answers = await supervisor.get('/today');
        assert.deepEqual(answers.due.map((due) => due.kind), ['acceptance', 'hazard', 'inspection']);
        assert.deepEqual(answers.checks, { inspections: 0, open_hazards: 1, to_verify: 1 });
    } finally {
        await browser.close();
    }
}));

await runTests();
