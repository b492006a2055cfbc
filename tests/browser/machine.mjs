// SPDX-License-Identifier: MIT
// What a board says of itself, in words, at the panel and at head office: the power was off, space is short, an original is at head office only.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { realPhotos, runTests, test, until, withStack } from '../support/programs.mjs';
import { DESK, launch, measure, Screen } from '../support/screen.mjs';
import { addOffice, allReceived } from '../support/site.mjs';

test('outages, short space and cleared originals are told in words', () => withStack({}, async (stack) => {
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1');
    await stack.addUser(board, 'u-01', 'manager', '2468', '经理');
    const manager = await stack.client(board).signIn('u-01', '2468'), office = await addOffice(stack);
    await manager.photo(fs.readFileSync(realPhotos(1)[0]));
    await allReceived(manager);
    await board.program.kill('SIGKILL');
    execFileSync('sqlite3', [`${board.dir}/journal.db`, "UPDATE meta SET value = 'of another boot' WHERE name = 'boot_id'"]);
    fs.writeFileSync(`${board.dir}/.sim-disk`, '90000000 1000000000');
    await stack.startBoard('b-1');
    await until('what head office has is dropped and told', async () => (await manager.get('/timeline')).entries.some(({ type }) => type === 'photos-dropped'));
    await allReceived(manager);

    const browser = await launch();
    try {
        const panel = await Screen.open(browser, board.where, { expect: [/410 \(Gone\)/] });
        await panel.signIn('经理', '2468');
        await panel.tap('.tile', { hasText: '动态' });
        await panel.see('.entry[data-type="outage"] h3', { hasText: '停电' });
        assert.match(await panel.text('.entry[data-type="outage"] .entry-line'), /^\d\d:\d\d 至 \d\d:\d\d · 1 分 · 起点误差至多 6 分$/);
        assert.match(await panel.text('.entry[data-type="photos-dropped"] .entry-line'), /^1 张原图（\d.*B）总部已收到，本机已清理$/);
        await panel.tap('.photo-tile');
        await panel.see('.viewer-note', { hasText: '原图已在总部' });
        await panel.see('.viewer-frame img'); // its thumbnail
        await panel.page.keyboard.press('Escape');
        await panel.page.evaluate(() => { location.hash = '#/status'; });
        await panel.see('.fact-bad', { hasText: '空间紧张，正在清理总部已收到的原图' });
        await measure(panel, 'status', { least: 78, px: 18 });
        await panel.close();

        const desk = await Screen.open(browser, stack.hubWhere, { size: DESK, path: '/office/', lang: 'en' });
        await desk.signIn('o-01', '1357', '.filters');
        await desk.tap('.site-card');
        await desk.see('.entry[data-type="outage"] h3', { hasText: 'Power was off' });
        assert.match(await desk.text('.entry[data-type="outage"] .entry-line'), /1 min · may have begun up to 6 min later/);
        await desk.close();
    } finally {
        await browser.close();
    }
    assert.equal((await office.timeline()).filter(({ type }) => type === 'outage').length, 1);
}));

await runTests();
