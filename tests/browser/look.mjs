// SPDX-License-Identifier: MIT
// How the screens look, measured: on every view of the panel, of a phone and of head office, in both languages, controls are large enough for
// gloves and far enough apart, text has contrast for the sun and is large enough, nothing is wider than the screen.
import assert from 'node:assert/strict';
import { realPhotos, runTests, siteDate, test, uuid7, withStack } from '../support/programs.mjs';
import fs from 'node:fs';
import { frameTeller } from '../support/frames.mjs';
import { DESK, launch, measure, PANEL, PHONE, Screen } from '../support/screen.mjs';

const PANEL_LIMITS = { least: 78, main: 104, gap: 16, px: 16 };
const PHONE_LIMITS = { least: 44, gap: 8, px: 14 };
const OFFICE_LIMITS = { least: 28, gap: 4, px: 13 };

async function filled(stack) {
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1');
    await stack.addUser(board, 'u-01', 'manager', '2468', '经理');
    await stack.addUser(board, 'u-02', 'crew', '1357', '班组长');
    await stack.addUser(board, 'u-03', 'supervisor', '2468', '监理');
    await stack.addUser(null, 'o-01', 'office', '1357', '客服');
    const manager = await stack.client(board).signIn('u-01', '2468');
    const photos = [];
    for (const file of realPhotos(3)) photos.push(await manager.get(`/photos/${(await manager.photo(fs.readFileSync(file), { room: 'kitchen' })).id}/info`));
    const frames = await frameTeller(stack, 'b-2'), series = await frames.moved({ room: 'kitchen' });
    for (const [i, photo] of photos.entries()) await frames.frame(photo, `${siteDate()}T08:0${i}:00+08:00`, i === 2 ? { series, clock: 'none' } : {});
    await frames.done();
    await frames.end();
    await manager.post('/daylogs', { id: uuid7(), date: siteDate(), stage: 'plumbing_electrical', done: [{ phrase: 'plumbing_electrical/chasing', rooms: ['kitchen'], state: 'going' }], plan: ['线管进场'], crew: { electrician: 2 }, note: '顺利' });
    const supervisor = await stack.client(board).signIn('u-03', '2468');
    await supervisor.post('/inspections', { id: uuid7(), date: siteDate(), stage: 'demolition', note: '周检', items: ['de.bearing', 'de.rebar', 'de.riser', 'de.base'].map((item) => ({ item, result: 'na', reason: '不涉及' })).concat(
        { item: 'de.edge', result: 'fail', note: '北阳台', hazard: { severity: 'serious' } }, { item: 'de.capped', room: 'bath', result: 'pass', photos: [photos[0].id] }) });
    return board;
}

async function walkPanel(screen, limits, panel) {
    const look = (name) => measure(screen, `${panel ? 'panel' : 'phone'} ${name}`, limits);
    await screen.see('.name-tile');
    await look('names');
    await screen.tap('.name-tile', { hasText: '经理' });
    await screen.see('.key');
    await look('PIN');
    await screen.digits('2468');
    await screen.see('.tiles');
    await look('home');
    await screen.tap('.bar-me');
    await screen.see('dialog');
    await look('me');
    await screen.page.keyboard.press('Escape');
    await screen.tap('.tile-main');
    await screen.see('dialog .choices');
    await look('logged already');
    await screen.tap('dialog .choices button >> nth=2');
    await screen.see('.chip');
    await look('log');
    if (panel) {
        for (const tab of ['plan', 'crew', 'photos']) {
            await screen.tap(`.tab-${tab}`);
            await look(`log, ${tab}`);
        }
        await screen.tap('.tab-done');
    }
    await screen.tap('.chip >> nth=3');
    await screen.tap('.chip >> nth=3');
    await screen.see('.sheet-chip');
    await look('chip');
    await screen.tap('.sheet-chip .main');
    await screen.tap('.where');
    await screen.see('dialog .room-grid');
    await look('stage');
    await screen.page.keyboard.press('Escape');
    await screen.tap('.save');
    await screen.see('.day-card');
    await look('day card');
    await screen.home();
    for (const [tile, seen, name] of [[1, '.where', 'take photos'], [4, '.entry', 'timeline'], [5, '.photo-tile', 'photos']]) {
        await screen.tap(`.tile >> nth=${tile}`);
        await screen.see(seen);
        await look(name);
        if (name === 'take photos') {
            await screen.tap('.where');
            await screen.see('dialog .room-grid');
            await look('rooms');
            await screen.page.keyboard.press('Escape');
        }
        if (name === 'photos') {
            await screen.tap('.photo-tile');
            await screen.see('.viewer img');
            await look('viewer');
            await screen.page.keyboard.press('Escape');
        }
        await screen.home();
    }
    await walkStages(screen, look, panel);
    await walkHazards(screen, look);
    await walkMoney(screen, look);
    await screen.tap('.pill');
    await screen.see('.lanes');
    await look('status');
    await screen.tap('.moved');
    await screen.see('dialog .room-grid');
    await look('where the board is');
    await screen.page.keyboard.press('Escape');
    await screen.tap('.bar-me');
    await screen.tap('dialog .choices button >> nth=1');
    await screen.tap('.name-tile', { hasText: '监理' });
    await screen.digits('2468');
    await screen.see('.lanes');
    await screen.home();
    await walkInspection(screen, look, panel);
}

// As a supervisor: which stage, the checklist, what is asked, one item, a report.
async function walkInspection(screen, look, panel) {
    await look('home of a supervisor');
    await screen.tap('.tile-main');
    await screen.see('.report-card');
    await look('which stage is inspected');
    await screen.tap('[data-key="waterproofing"]');
    await screen.see('.walk-row');
    await look('a checklist');
    await screen.tap(`.walk-row[data-item="${panel ? 'wp.base' : 'wp.hbasin'}"] [data-do="na"]`);
    await screen.see('dialog [data-why]');
    await look('why an item does not apply');
    await screen.tap('dialog [data-why="later"]');
    if (panel) { // the phone goes on with the same draft
        await screen.tap('.walk-row[data-item="wp.below"] [data-do="fail"]');
        await screen.tap('.walk-row[data-item="wp.below"] [data-do="hazard"]');
    }
    await screen.see('.walk-row[data-item="wp.below"][data-verdict="fail"] [data-do="hazard"][aria-pressed="true"]');
    await look('a checklist, in part');
    if (panel) {
        await screen.tap('.walk-row[data-item="wp.thick"] [data-do="value"]');
        await screen.see('.number-keys');
        await screen.tap('.number-keys .key');
        await look('a value is judged');
        await screen.page.keyboard.press('Escape');
    } else {
        await screen.page.fill('.walk-row[data-item="wp.thick"] .walk-input', '1');
        await screen.see('.walk-judge');
        await look('a value is judged');
    }
    await screen.tap('.walk-row[data-item="wp.below"] [data-do="open"]');
    await screen.see('.walk-item [data-severity]');
    await look('an item that failed');
    if (panel) {
        await screen.tap('.side [data-do="photo"]');
        await screen.see('.compose');
        await look('a photo of an item');
        await screen.tap('.bar-back');
    }
    await screen.page.evaluate(() => { location.hash = '#/inspect'; });
    await screen.tap('.report-card');
    await screen.see('.walk-found');
    await look('a quality report');
}

async function walkStages(screen, look, panel) {
    await screen.tap('.tile >> nth=2');
    await screen.see('.stage-card');
    await look('stages');
    await screen.tap('.stage-card[data-key="waterproofing"]');
    await screen.see('.missing-hard');
    await look('a stage');
    await screen.tap('.side [data-verb="start"]');
    await screen.see('dialog .room-grid');
    await look('a stage, in which room');
    await screen.tap('dialog .toggle >> nth=7');
    await screen.see('.compose');
    await look('a stage before it starts');
    await screen.page.evaluate(() => { location.hash = '#/tests'; });
    await screen.tap('.side .main');
    await screen.see('dialog .room-grid');
    await look('which test');
    await screen.tap('dialog .toggle >> nth=2');
    await screen.see('.number-keys');
    await look('what pressure');
    await screen.page.keyboard.press('Escape');
    await screen.page.evaluate(() => { location.hash = '#/stopped'; });
    await screen.tap('.side .main');
    await screen.see('dialog .room-grid');
    await look('why days are lost');
    await screen.tap('dialog .toggle >> nth=1');
    await look('from which day');
    await screen.tap('dialog .toggle >> nth=3');
    await screen.tap('dialog .toggle >> nth=3');
    await screen.see('.compose');
    await look('days that are claimed');
    if (!panel) await screen.tap('.bar-back');
    await screen.home();
}

async function walkHazards(screen, look) {
    await screen.tap('.tile >> nth=3');
    await screen.see('.hazard-chip');
    await look('what is wrong');
    await screen.tap('.hazard-chip[data-key="waterproofing-low"]');
    await screen.see('dialog .room-grid');
    await look('in which room');
    await screen.tap('dialog .toggle >> nth=7');
    await screen.see('.number-keys');
    await look('how much');
    await screen.tap('.number-keys .key >> nth=4');
    await screen.tap('.sheet-number .main');
    await screen.see('.compose');
    await look('a hazard before it is sent');
    await screen.tap('.save');
    await screen.see('[data-step="rectify"]');
    await look('a hazard');
    await screen.tap('[data-step="assign"]');
    await screen.see('dialog .choices');
    await look('whom to assign');
    await screen.page.keyboard.press('Escape');
    await screen.tap('[data-step="rectify"]');
    await screen.see('.compose');
    await look('rectifying');
    await screen.tap('.bar-back');
    await screen.tap('.bar-back');
    await screen.see('.hazard-card');
    await look('hazards');
    await screen.home();
}

// Changes, materials, questions: the lists, what is asked for, one of each.
async function walkMoney(screen, look) {
    for (const [hash, seen, name] of [['change/new', '.chip', 'why a change'], ['change/new/owner-adds', '.compose', 'a change before it is sent'], ['material/new', '.toggle', 'what is short'], ['question/new', '.compose', 'a question before it is sent']]) {
        await screen.page.evaluate((to) => { location.hash = `#/${to}`; }, hash);
        await screen.see(seen);
        await look(name);
        if (hash.startsWith('change/new/')) {
            await screen.tap('.hazard-facts .plain >> nth=0');
            await screen.see('.number-keys');
            await look('an amount');
            await screen.tap('.number-keys .key >> nth=4');
            await screen.tap('.sheet-number .main');
        }
        if (hash === 'change/new') continue;
        if (hash !== 'change/new/owner-adds') await screen.tap('.toggle[data-key="tiles"], .toggle[data-key="size"]');
        await screen.tap('.side .main');
        await screen.see('.hazard-page');
        await look(`${name}, sent`);
        if (!hash.startsWith('material')) continue;
        await screen.tap('[data-step="arrive"]');
        await screen.see('.compose');
        await look('goods arrive');
        await screen.tap('.side .main:has(.icon-check)');
        await screen.see('.hazard-page[data-state="arrived"]');
        await screen.tap('[data-step="label"]');
        await screen.see('.label-page');
        await look('a label');
    }
    for (const list of ['change', 'material', 'question']) {
        await screen.page.evaluate((to) => { location.hash = `#/${to}`; }, list);
        await screen.see('.money-card');
        await look(list);
    }
    for (const [hash, seen, name] of [['handover', '[data-open]', 'the hand-over'], ['alerts', '.hazard-list .day', 'what is due, and alerts']]) {
        await screen.page.evaluate((to) => { location.hash = `#/${to}`; }, hash);
        await screen.see(seen);
        await look(name);
    }
    await screen.home();
}

for (const lang of ['zh', 'en']) {
    test(`every view of the panel and of a phone, ${lang}`, () => withStack({}, async (stack) => {
        const board = await filled(stack);
        const browser = await launch();
        try {
            for (const size of [PANEL, PHONE]) {
                const screen = await Screen.open(browser, board.where, { size, lang, expect: [/404 \(Not Found\).*\/drafts\/inspection\//] });
                await walkPanel(screen, size === PANEL ? PANEL_LIMITS : PHONE_LIMITS, size === PANEL);
                assert.equal(await screen.page.evaluate(() => document.documentElement.lang), lang === 'zh' ? 'zh-CN' : 'en');
                await screen.close();
            }
        } finally {
            await browser.close();
        }
    }));

    test(`every view of head office, ${lang}`, () => withStack({}, async (stack) => {
        await filled(stack);
        const office = await stack.hubClient().signIn('o-01', '1357');
        await office.call('PUT', '/api/v1/sites/s-2', { headers: { 'If-Match': '0' }, body: { name: '另一处', timezone: 'Asia/Shanghai', stages: [] } });
        const browser = await launch();
        try {
            for (const size of [DESK, PHONE]) {
                const look = (name) => measure(screen, `office ${name} ${size.width}`, OFFICE_LIMITS);
                const screen = await Screen.open(browser, stack.hubWhere, { size, lang, path: '/office/' });
                await screen.signIn('o-01', '1357', '.site-card');
                await look('sites');
                for (const [view, seen] of [['boards', '.board-card'], ['measures', '.measure-table'], ['inspections', '.csv'], ['approvals', '[data-part="delays"] .hint'], ['questions', '.csv'], ['rules', '.rule-row'], ['hooks', '.hook-digest .fact'], ['calls', '.toggle[data-show="all"]']]) {
                    if (size === PHONE) await screen.tap('.bar-menu');
                    await screen.tap(`${size === PHONE ? '.menu-sheet ' : ''}.rail-link[data-view="${view}"]`);
                    await screen.see(seen);
                    await look(view);
                }
                await screen.tap('.toggle[data-show="all"]');
                await screen.tap('.money-card[data-site="s-1"]');
                await screen.see('.sheet-money .choices');
                await look('a call');
                await screen.page.keyboard.press('Escape');
                await screen.page.evaluate(() => { location.hash = '#/rules?part=checklists&stage=waterproofing'; });
                await screen.tap('.rule-row[data-key="wp.pond"]');
                await screen.see('.rule-form');
                await look('an item of a checklist');
                await screen.page.keyboard.press('Escape');
                await screen.tap('.bar-back');
                await screen.tap('.site-card');
                await screen.see('.entry');
                await look('site');
                await screen.tap('.site-tabs .plain');
                await screen.see('dialog #request-room');
                await look('asking for a photo');
                await screen.page.keyboard.press('Escape');
                await screen.tap('.site-tabs a[href$="timelapse"]');
                await screen.see('.frame[data-shows="whole"]');
                await look('time-lapse');
                await screen.tap('.take-a');
                await screen.tap('.place');
                await screen.see('.frame-moved');
                await screen.tap('.take-b');
                await look('time-lapse, moved');
                await screen.tap('.compare-open');
                await screen.see('.layer-b[data-shows="whole"]');
                await look('before and after');
                await screen.tap('.compare-close');
                await screen.tap('.range-before');
                await screen.see('.empty-row button');
                await look('time-lapse, an empty day');
                for (const [tab, seen] of [['stages', '.stage-card'], ['inspections', '[data-verdict]'], ['plan', '.plan-table'], ['boards', '.board-card']]) {
                    await screen.tap(`.site-tabs a[href$="${tab}"]`);
                    await screen.see(seen);
                    await look(tab);
                    if (tab !== 'inspections') continue;
                    await screen.tap('.hazard-card[data-verdict]');
                    await screen.see('.walk-found');
                    await look('a quality report');
                    await screen.page.keyboard.press('Escape');
                }
                await screen.close();
            }
        } finally {
            await browser.close();
        }
    }));
}

test('the measuring itself can fail', () => withStack({}, async (stack) => {
    const board = await stack.startBoard('b-1', { camera: false });
    await stack.addUser(board, 'u-01', 'manager', '2468', '甲');
    await stack.addUser(board, 'u-02', 'crew', '1357', '乙');
    const browser = await launch();
    try {
        for (const [selector, property, value, why] of [['.name-tile', 'height', '40px', /at least 78 px/], ['.name-tile-name', 'color', '#777777', /contrast/], ['.name-tiles', 'gap', '4px', /between controls/], ['.name-tile-role', 'fontSize', '9px', /text of at least/], ['.name-tile', 'width', '900px', /too wide|between controls/]]) {
            const screen = await Screen.open(browser, board.where);
            await screen.see('.name-tile');
            await measure(screen, 'as it is', PANEL_LIMITS);
            await screen.$(selector).first().evaluate((node, [name, to]) => Object.assign(node.style, { [name]: to, minHeight: 0 }), [property, value]);
            await assert.rejects(measure(screen, 'spoilt', PANEL_LIMITS), why);
            await screen.close();
        }
    } finally {
        await browser.close();
    }
}));

await runTests();
