// SPDX-License-Identifier: MIT
// A disk that is full, on a file system of its own in memory: photos are refused (507), logs go on into the ballast, then they are refused, too, and say why;
// the board is killed and starts in the midst of it; nothing is corrupt, and all goes on when there is room again. The same at head office: it acknowledges
// nothing that it could not store. Mounting takes root; without it, the test runs in a namespace where it is root (unshare).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { asRoot, onDisk } from '../support/disk.mjs';
import { answersChecked } from '../support/openapi.mjs';
import { realPhotos, runTests, test, until, uuid7, varied, withStack } from '../support/programs.mjs';
import { addManager, addOffice, agree, allReceived, log, thereOnce, verifyClean } from '../support/site.mjs';
import { vitals } from '../support/vitals.mjs';

asRoot(import.meta.url);

test('the board’s disk is full', () => withStack({ check: answersChecked() }, async (stack) => {
    await onDisk(`${stack.dir}/b-1`, 128, async (disk) => {
        const board = await stack.startBoard('b-1');
        let manager = await addManager(stack, board);
        const jpeg = fs.readFileSync(realPhotos(1, 2_000_000, true)[0]);
        const ids = [], photos = new Map();
        const photo = async (n) => {
            const id = uuid7(), bytes = varied(jpeg, n);
            const answer = await manager.raw('POST', `/api/v1/photos?id=${id}`, { body: bytes });
            if (answer.status === 201) photos.set(id, bytes);
            return answer;
        };
        const write = async (n) => {
            const one = log(`${n} ${'长'.repeat(100)}`), answer = await manager.raw('POST', '/api/v1/daylogs', { body: one });
            if (answer.status === 201) ids.push(one.id);
            return answer;
        };
        await photo(0);
        assert.ok(fs.existsSync(`${board.dir}/ballast`));
        disk.fill(5_000_000); // below the 5 % that stay free
        let answer = await photo(1);
        assert.equal(answer.status, 507);
        assert.equal(answer.headers['content-type'], 'application/problem+json');
        assert.match(answer.json.detail, /disk|space|room/i);
        assert.equal((await write(0)).status, 201, 'a log goes on');
        disk.fill();
        await board.program.kill('SIGKILL'); // the power goes, and comes back to a full disk
        await stack.startBoard('b-1');
        manager = await stack.client(board).signIn('u-01', '2468');
        for (let n = 1; fs.existsSync(`${board.dir}/ballast`); n++) {
            assert.equal((await write(n)).status, 201, 'logs go on when nothing is left');
            assert.ok(n < 20000, 'the ballast is given up');
        }
        for (let n = 0; n < 50; n++) assert.equal((await write(n)).status, 201, 'and into the ballast');
        assert.equal((await photo(2)).status, 507);
        const well = vitals(board.program, board.where);
        disk.fill(); // the ballast's room, too
        for (let n = 0, refused = false; !refused; n++) {
            answer = await write(n);
            refused = answer.status !== 201;
            assert.ok(n < 20000);
        }
        assert.equal(answer.status, 507, `${answer.body}`);
        await well();
        await thereOnce(manager, ids);
        await board.program.kill('SIGKILL');
        board.program.start();
        await board.program.exited;
        assert.equal(board.program.code, 1, 'with nothing left at all it cannot start, and says what to do');
        assert.match(stack.tail(board.program), /free some space/);

        disk.free();
        await stack.startBoard('b-1');
        await thereOnce(manager, ids);
        await until('logs go on', async () => (await write(0)).status === 201);
        await until('photos go on', async () => (await photo(3)).status === 201);
        await verifyClean(stack, board.conf);
        await stack.startBroker();
        await stack.startHub();
        const office = await addOffice(stack);
        await allReceived(manager);
        await agree(manager, office);
        await thereOnce(office, ids, photos);
        await board.program.kill('SIGTERM');
        await stack.startBoard('b-1');
        assert.ok(fs.existsSync(`${board.dir}/ballast`), 'the ballast is there again');
        await verifyClean(stack, board.conf, stack.hubConf);
        await board.program.kill('SIGTERM');
    });
}));

test('head office’s disk is full: it acknowledges nothing that it could not store, and takes it later', () => withStack({ check: answersChecked() }, async (stack) => {
    await onDisk(`${stack.dir}/hub`, 64, async (disk) => {
        await stack.startBroker();
        await stack.startHub();
        const board = await stack.startBoard('b-1'), manager = await addManager(stack, board), office = await addOffice(stack);
        const jpeg = fs.readFileSync(realPhotos(1)[0]), ids = [], photos = new Map();
        await allReceived(manager);
        disk.fill();
        const before = (await manager.get('/status')).lanes.record.received;
        for (let n = 0; n < 200; n++) ids.push((await manager.post('/daylogs', log(`${n} ${'长'.repeat(100)}`))).id);
        photos.set((await manager.photo(jpeg)).id, jpeg);
        await until('the board has sent it', async () => (await manager.get('/status')).lanes.record.sent > before + 20);
        const { lanes, photos: pictures } = await manager.get('/status');
        assert.ok(lanes.record.received < lanes.record.saved, 'what could not be stored is not received');
        assert.equal(pictures.pending, 1);
        await until('it says why', () => /space|full/i.test(fs.readFileSync(stack.hub.log, 'utf8')));
        const well = vitals(stack.hub, stack.hubWhere);
        disk.free();
        await manager.raw('POST', '/api/v1/send-now'); // else the photo waits for as long as head office, short of room, said
        await allReceived(manager, 150000);
        await agree(manager, office);
        await thereOnce(office, ids, photos);
        await well();
        await verifyClean(stack, board.conf, stack.hubConf);
        await board.program.kill('SIGTERM');
        await stack.hub.kill('SIGTERM');
    });
}));

await runTests();
