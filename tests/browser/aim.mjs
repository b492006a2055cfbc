// SPDX-License-Identifier: MIT
// Aiming with the board's camera, at the panel and on a phone: the live picture is there and moves, says when it stands still, and nobody is filmed once the
// view is left.
import assert from 'node:assert/strict';
import { fakeCamera } from '../support/fake-camera.mjs';
import { runTests, test, until, withStack } from '../support/programs.mjs';
import { launch, measure, PANEL, PHONE, Screen } from '../support/screen.mjs';

const middle = (screen) => screen.page.evaluate(() => {
    const canvas = document.querySelector('.aim-picture');
    return canvas.width > 16 && [...canvas.getContext('2d').getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data].join();
});

// Where the shutter is, in whole pixels.
const shutterAt = (screen) => screen.page.evaluate(() => {
    const { x, y, width, height } = document.querySelector('.shutter').getBoundingClientRect();
    return [x, y, width, height].map(Math.round).join();
});

for (const [name, size] of Object.entries({ panel: PANEL, phone: PHONE })) {
    test(`${name}: the live picture moves, stops, and ends with the view`, () => withStack({}, async (stack) => {
        const fake = fakeCamera(stack);
        const board = await stack.startBoard('b-1', fake.board);
        await stack.addUser(board, 'u-01', 'manager', '2468', '经理');
        await until('the camera is looked for', () => fake.count('close') > 0);
        const browser = await launch();
        const screen = await Screen.open(browser, board.where, { size, expect: [/503/, /willReadFrequently/] });
        await screen.signIn('经理', '2468');
        await screen.page.evaluate(() => { location.hash = '#/shoot'; });
        if (name === 'phone') {
            await screen.see('.board-camera');
            assert.equal(fake.count('STREAMON'), 0, 'a phone looks through the board only when it is asked to');
            await screen.tap('.board-camera summary');
        }
        await screen.see('.aim[data-state="live"]');
        const at = await shutterAt(screen);
        const first = await middle(screen);
        assert.ok(first);
        await until('it moves', async () => {
            assert.equal(await shutterAt(screen), at, 'the shutter stays where it is, though the pictures are not of one shape');
            return (await middle(screen)) !== first;
        });
        assert.equal(await shutterAt(screen), at);
        await measure(screen, `${name}, aiming`, name === 'panel' ? { least: 78, main: 104, gap: 16, px: 16 } : { least: 44, gap: 8, px: 14 });
        await screen.tap('.shutter');
        await screen.see('.shot .thumb img');

        fake.script('stall\n');
        await screen.see('.aim[data-state="waiting"]');
        assert.match(await screen.text('.aim-word'), /画面/);
        fake.script('fps 30\n');
        await screen.see('.aim[data-state="live"]');

        await screen.home();
        await until('nobody looks: nothing is filmed', () => fake.count('STREAMON') > 0 && fake.count('close') === fake.count('open'));
        await screen.close();
        await browser.close();
    }));
}

await runTests();
