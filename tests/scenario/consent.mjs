// SPDX-License-Identifier: MIT
// The customer's consent to the camera, in whole programs: what nobody has said yet stops what the camera does by itself and nothing else; a refusal, said at
// either end, stops all of it, also a picture that is being watched; phones go on.
import assert from 'node:assert/strict';
import http from 'node:http';
import { runTests, test, until, uuid7, withStack } from '../support/programs.mjs';
import { answersChecked } from '../support/openapi.mjs';
import { newPhoto } from '../support/samples.mjs';
import { addManager, addOffice, consent } from '../support/site.mjs';

// The live picture: resolves when it has begun; ended says that the board closed it.
function watch(client) {
    return new Promise((done, fail) => {
        const asked = http.request({ host: '127.0.0.1', port: client.where.port, path: '/api/v1/camera/live', headers: { Cookie: client.cookie }, agent: false }, (answer) => {
            const view = { status: answer.statusCode, ended: false, stop: () => asked.destroy() };
            for (const event of ['end', 'error', 'close']) answer.on(event, () => { view.ended = true; });
            answer.once('data', () => done(view));
            answer.resume();
        });
        asked.on('error', fail);
        asked.end();
    });
}

test('the camera does what the customer agreed to', () => withStack({ check: answersChecked() }, async (stack) => {
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1');
    const manager = await addManager(stack, board), office = await addOffice(stack);
    await stack.addUser(board, 'u-02', 'crew', '1357', 'Crew');
    const crew = await stack.client(board).signIn('u-02', '1357');
    const shot = () => crew.raw('POST', '/api/v1/camera/shot', { body: { id: uuid7() } });
    const asked = async () => {
        const { id } = await office.post('/photo-requests', { id: uuid7() });
        return until('it is answered', async () => (await office.get('/photo-requests')).photo_requests.find((one) => one.id === id && one.state !== 'open'));
    };
    const findings = async () => JSON.parse((await stack.ctl(board.conf, '--json', 'doctor')).out).checks.filter((one) => /consent/.test(JSON.stringify(one)));
    await until('the site is known', async () => (await office.get('/api/v1/sites')).sites.length === 1);

    // Nobody has said anything.
    assert.deepEqual(await manager.get('/consent'), { state: 'unrecorded', given: null });
    assert.equal((await shot()).status, 201);
    assert.deepEqual([(await asked())].map(({ state, reason }) => [state, reason]), [['failed', 'no-consent']]);
    assert.equal((await findings()).length, 1, 'doctor says so');
    assert.equal((await crew.raw('PUT', '/api/v1/consent', { body: { given: true } })).status, 403);

    // Head office records it; the board knows, and answers.
    await consent(office);
    await until('the board knows', async () => (await manager.get('/consent')).given === true);
    assert.equal((await manager.get('/consent')).actor.id, 'o-01');
    assert.equal((await asked()).state, 'answered');
    assert.equal((await findings()).length, 0);
    const view = await watch(manager);
    assert.equal(view.status, 200);

    // The manager records that the customer does not want it any more.
    await manager.call('PUT', '/consent', { body: { given: false, text: '电话 13800138000' }, expect: [201] });
    await manager.call('PUT', '/consent', { body: { given: false, text: '电话 13800138000' }, expect: [200] });
    await until('the live picture ends', () => view.ended);
    view.stop();
    for (const answer of [await shot(), await manager.raw('GET', '/api/v1/camera/live')]) {
        assert.equal(answer.status, 409);
        assert.match(answer.json.detail, /PUT consent/);
    }
    assert.equal((await manager.get('/status')).consent, 'refused');
    await manager.photo(newPhoto());
    assert.deepEqual([(await asked())].map(({ state, reason }) => [state, reason]), [['failed', 'no-consent']]);
    await until('head office knows', async () => (await office.get('/consent')).given === false);
    assert.equal((await office.get('/consent')).text, '电话 138****8000');
    assert.equal((await findings()).length, 1);

    await consent(manager);
    assert.equal((await shot()).status, 201);
}));

await runTests();
