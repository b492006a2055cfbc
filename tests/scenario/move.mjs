// SPDX-License-Identifier: MIT
// A board goes to its next site: refused while head office lacks anything, then emptied to the last byte that a file holds, then at work for the new site; and
// the power may go at any moment of it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { runTests, test, until, withStack } from '../support/programs.mjs';
import { answersChecked } from '../support/openapi.mjs';
import { newPhoto } from '../support/samples.mjs';
import { addManager, addOffice, allReceived, consent, log } from '../support/site.mjs';

const MARK = '旧工地的标记XYZZY';

// Where in a folder's files, and their names, one of the texts still stands.
// Not in the ballast: it is random filler, in which short texts turn up by chance.
const holding = (dir, texts) => fs.readdirSync(dir, { recursive: true }).filter((name) => name !== 'ballast').flatMap((name) => {
    const file = path.join(dir, name);
    const bytes = fs.statSync(file).isFile() ? fs.readFileSync(file) : '';
    return texts.filter((text) => name.includes(text) || bytes.includes(text)).map((text) => `${name}: ${text}`);
});

const siteOf = (conf) => /^site = (.*)$/m.exec(fs.readFileSync(conf, 'utf8'))[1];
const boardsOf = async (client, site) => (await client.get('/api/v1/boards')).boards.filter((one) => one.site === site);
const stopped = (board) => until('the daemon has stopped', () => !board.program.running);

test('refused while something is not received; then emptied, and at work elsewhere', () => withStack({ check: answersChecked() }, async (stack) => {
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1', { more: '; a remark that stays\n' });
    const manager = await addManager(stack, board), office = await addOffice(stack);
    await manager.post('/daylogs', log(`${MARK} 1`));
    await manager.photo(newPhoto(), { caption: MARK });
    await manager.call('PUT', '/drafts/daylog/2026-01-01', { body: { note: MARK } });
    await consent(manager);
    await allReceived(manager);
    const key = (await boardsOf(office, 's-1'))[0].key;

    await stack.hub.kill('SIGTERM');
    const unsent = await manager.post('/daylogs', log(`${MARK} 2`));
    const photo = await manager.photo(newPhoto());
    const refused = await stack.ctl(board.conf, 'move', '--to', 's-2');
    assert.equal(refused.code, 1);
    assert.match(refused.err, /2 records and 1 photos \(\d+ bytes\) are only here/);
    assert.equal((await stack.ctl(board.conf, 'move', '--to', 's-2', '--force')).code, 2, 'there is no force');
    assert.equal((await stack.ctl(board.conf, 'move')).code, 2);
    assert.equal((await stack.ctl(stack.hubConf, 'move', '--to', 's-2')).code, 2);
    assert.equal((await manager.get('/status')).site, 's-1');
    const nothing = await stack.ctl(board.conf, '--json', 'move', '--to', 's-1');
    assert.deepEqual([nothing.code, JSON.parse(nothing.out).moved], [0, false]);
    assert.ok(holding(board.dir, [MARK]).length > 0, 'the mark can be found');

    await stack.startHub();
    await allReceived(manager);
    const moved = await stack.ctl(board.conf, '--json', 'move', '--to', 's-2');
    assert.equal(moved.code, 0, moved.err + moved.out);
    assert.deepEqual(JSON.parse(moved.out), { ok: true, from: 's-1', to: 's-2', moved: true });
    await stopped(board);
    assert.deepEqual(holding(board.dir, [MARK, 's-1', 'scrypt$15$', 'u-01', unsent.id, photo.id]), [], 'nothing of the old site is in any file');
    assert.ok(!fs.existsSync(path.join(board.dir, 'moving')));
    assert.equal(siteOf(board.conf), 's-2');
    assert.match(fs.readFileSync(board.conf, 'utf8'), /; a remark that stays/);

    // Head office has all of it, and knows that the board is gone and not silent.
    for (const text of [`${MARK} 1`, `${MARK} 2`]) assert.ok((await office.get('/daylogs')).daylogs.some((one) => JSON.stringify(one).includes(text)));
    await until('the original is there', async () => (await office.raw('GET', `/api/v1/sites/s-1/photos/${photo.id}`)).status === 200);
    assert.deepEqual([(await office.timeline())[0].type, (await office.timeline())[0].data], ['board-moved', { to: 's-2' }]);
    assert.deepEqual(await boardsOf(office, 's-1'), []);
    assert.deepEqual((await office.get('/api/v1/sites')).sites.find(({ site }) => site === 's-1').boards, []);

    // The same board, by its key, at the new site; nobody of the old one is signed in.
    board.program.start();
    await stack.ready(board.program, board.where);
    assert.equal((await manager.raw('GET', '/api/v1/status')).status, 401);
    assert.equal((await manager.raw('POST', '/api/v1/session', { body: { user: 'u-01', pin: '2468' } })).status, 401);
    await stack.addUser(board, 'u-05', 'manager', '1357', 'Another');
    const next = await stack.client(board).signIn('u-05', '1357');
    assert.equal((await next.get('/status')).site, 's-2');
    assert.equal((await next.get('/status')).consent, 'unrecorded');
    const first = await next.post('/daylogs', log('新工地'));
    await allReceived(next);
    const elsewhere = Object.assign(stack.hubClient({ site: 's-2' }), { cookie: office.cookie, csrf: office.csrf });
    assert.ok((await elsewhere.timeline()).some(({ id }) => id === first.id));
    assert.deepEqual((await boardsOf(office, 's-2')).map((one) => [one.board, one.key]), [['b-1', key]]);

    // And back again: the old site has it among its boards.
    assert.equal((await stack.ctl(board.conf, 'move', '--to', 's-1')).code, 0);
    await stopped(board);
    board.program.start();
    await stack.ready(board.program, board.where);
    await until('it is back', async () => (await boardsOf(office, 's-1')).length === 1);
    assert.deepEqual(await boardsOf(office, 's-2'), []);
    assert.equal((await stack.ctl(board.conf, 'verify')).code, 0);
}));

// Test builds end at the named place, as a power cut would.
test('the power goes at any moment of a move', () => withStack({}, async (stack) => {
    await stack.startBroker();
    const board = await stack.startBoard('b-1', { camera: false });
    await board.program.kill('SIGTERM');
    // The broker's word counts: there is no head office here.
    fs.writeFileSync(board.conf, fs.readFileSync(board.conf, 'utf8').replace('retry_max_s = 2\n', 'retry_max_s = 2\nconfirm = broker\n').replace(/\[upload\]\nurl = .*\n/, ''));
    let n = 1;
    const cutMove = async (place) => {
        process.env.SITELOG_MOVE_CUT = place;
        try {
            return await stack.ctl(board.conf, 'move', '--to', `s-${n + 1}`);
        } finally {
            delete process.env.SITELOG_MOVE_CUT;
        }
    };
    const works = async (site) => {
        await until('the daemon answers', async () => board.program.running);
        await stack.ready(board.program, board.where);
        const id = `u-${n}`;
        await stack.addUser(board, id, 'manager', '2468', MARK);
        const client = await stack.client(board).signIn(id, '2468');
        assert.equal((await client.get('/status')).site, site);
        await client.post('/daylogs', log(MARK));
        await allReceived(client);
    };
    const cuts = [['wipe', 'sitelogctl'], ['wipe', 'daemon'], ['emptied', 'daemon'], ['made', 'daemon'], ['made', 'sitelogctl'], ['conf', 'daemon'], ['settled', 'sitelogctl']];
    for (const [place, who] of cuts) {
        board.program.start();
        await works(`s-${n}`);
        const cut = await cutMove(place);
        assert.notEqual(cut.code, 0, `${place}: ${cut.out}`);
        await stopped(board);
        assert.ok(fs.existsSync(path.join(board.dir, 'moving')), `${place}: the marker is there`);
        if (who === 'sitelogctl') {
            const again = await stack.ctl(board.conf, 'move', '--to', `s-${n + 1}`);
            assert.equal(again.code, 0, `${place}: ${again.err}`);
        } else {
            board.program.start();
            await stack.ready(board.program, board.where);
            await board.program.kill('SIGKILL');
        }
        assert.deepEqual(holding(board.dir, [MARK, `s-${n}"`, 'scrypt$15$']), [], `${place}, finished by ${who}`);
        assert.ok(!fs.existsSync(path.join(board.dir, 'moving')), place);
        n++;
        assert.equal(siteOf(board.conf), `s-${n}`);
    }
    board.program.start();
    await works(`s-${n}`);
}));

await runTests();
