// SPDX-License-Identifier: MIT
// The day: a log and photos from the board to head office and its dashboard; a plan and a photo request down, answered; a second board agrees.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { realPhotos, runTests, siteDate, test, until, uuid7, varied, withStack } from '../support/programs.mjs';
import { answersChecked } from '../support/openapi.mjs';
import { consent } from '../support/site.mjs';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

export async function seeded(stack) {
    await stack.startBroker();
    await stack.startConsumer();
    await stack.startHub();
    const board = await stack.startBoard('b-1');
    await stack.addUser(board, 'u-01', 'manager', '2468', 'Manager');
    await stack.addUser(null, 'o-01', 'office', '1357', 'Office');
    const manager = await stack.client(board).signIn('u-01', '2468');
    const office = await stack.hubClient({ site: 's-1' }).signIn('o-01', '1357');
    await consent(manager);
    return { board, manager, office };
}

const everything = (status) => Object.values(status.lanes).every((lane) => lane.received === lane.saved) && status.photos.pending === 0;

test('a day goes up, a plan and a photo request come down', () => withStack({ check: answersChecked() }, async (stack) => {
    const { board, manager, office } = await seeded(stack);

    const files = realPhotos(3);
    const sent = await Promise.all(files.map((file) => manager.photo(fs.readFileSync(file), { stage: 'plumbing_electrical', room: 'kitchen' })));
    const log = await manager.post('/daylogs', {
        id: uuid7(), date: siteDate(), stage: 'plumbing_electrical', done: [{ phrase: 'plumbing_electrical/chasing', rooms: ['kitchen'] }],
        plan: ['线管进场'], crew: { electrician: 2 }, note: '顺利', photos: sent.map((photo) => photo.id),
    });
    await until('everything is received', async () => everything(await manager.get('/status')));

    const seen = await office.timeline();
    assert.equal(seen.filter((entry) => entry.type === 'daylog-submitted' && entry.id === log.id).length, 1);
    assert.equal(seen.filter((entry) => entry.type === 'photo-taken').length, 3);
    for (const [n, photo] of sent.entries()) {
        const bytes = (await office.call('GET', `/photos/${photo.id}`)).body;
        assert.equal(sha256(bytes), sha256(fs.readFileSync(files[n])), 'the bytes at head office are the bytes that were taken');
        const thumb = await office.call('GET', `/photos/${photo.id}/thumb`);
        assert.equal(thumb.headers['content-type'], 'image/jpeg');
        const stamped = await office.call('GET', `/photos/${photo.id}/stamped`);
        assert.equal(stamped.headers['content-type'], 'image/jpeg');
        const [, code] = /Sitelog ([0-9A-Z-]{9}), original SHA-256 ([0-9a-f]{64})/.exec(stamped.body.toString('latin1')) || [];
        const { photos: [resolved] } = await office.get(`/api/v1/verify/${code}`);
        assert.equal(resolved.sha256, sha256(bytes), 'the code on a watermark leads to the photo');
        const part = await office.call('GET', `/photos/${photo.id}`, { headers: { Range: 'bytes=10-19' }, expect: [206] });
        assert.deepEqual(part.body, bytes.subarray(10, 20));
    }
    const { sites } = await office.get('/api/v1/sites');
    assert.equal(sites[0].site, 's-1');
    assert.equal(sites[0].last_daylog, siteDate());
    assert.equal(sites[0].boards[0].online, true);
    await until('head office knows that nothing is unsent', async () => (await office.get('/api/v1/sites')).sites[0].unsent === 0);

    const plan = await office.call('PUT', '/api/v1/sites/s-1', {
        headers: { 'If-Match': '0' },
        body: { name: '1-302', timezone: 'Asia/Shanghai', stages: [{ key: 'plumbing_electrical', planned_start: '2026-11-16', planned_finish: '2026-11-27', after: [] }],
            people: [{ id: 'u-01', name: 'Manager', role: 'manager' }] },
    });
    assert.equal(plan.json.version, 1);
    await until('the plan is on the board', async () => (await manager.get('/site')).name === '1-302');

    const asked = await office.post('/photo-requests', { id: uuid7(), room: 'kitchen', text: 'the kitchen, please' });
    await until('the request is answered', async () => (await office.get('/photo-requests')).photo_requests[0].state === 'answered');
    const answers = (await office.timeline()).filter((entry) => entry.inreplyto === asked.id);
    assert.equal(answers.length, 1, 'answered once');
    await until('its bytes are there', async () => (await office.raw('GET', `/api/v1/sites/s-1/photos/${answers[0].id}`)).status === 200);

    const card = await manager.call('GET', `/daylogs/${log.id}/card.jpg`);
    assert.equal(card.body.readUInt16BE(0), 0xffd8);

    for (const conf of [board.conf, stack.hubConf]) {
        const verified = await stack.ctl(conf, '--json', 'verify');
        assert.equal(verified.code, 0, verified.out + verified.err);
    }
}));

test('a request that the camera cannot answer fails once, and says why', () => withStack({ check: answersChecked() }, async (stack) => {
    const { office } = await seeded(stack);
    fs.writeFileSync(`${stack.dir}/camera-b-1/faults`, 'absent\n');
    const asked = await office.post('/photo-requests', { id: uuid7() });
    await until('the request failed', async () => (await office.get('/photo-requests')).photo_requests[0].state === 'failed');
    const answers = (await office.timeline()).filter((entry) => entry.inreplyto === asked.id);
    assert.equal(answers.length, 1);
    assert.equal(answers[0].type, 'photo-request-failed');
    assert.equal(answers[0].data.reason, 'camera-absent');
}));

test('a correction is an amendment, and history is shown', () => withStack({ check: answersChecked() }, async (stack) => {
    const { manager, office } = await seeded(stack);
    const body = { id: uuid7(), date: siteDate(), stage: 'plumbing_electrical', done: ['开槽'], plan: [], photos: [] };
    const first = await manager.post('/daylogs', body);
    assert.equal((await manager.call('POST', '/daylogs', { body })).status, 200, 'a repeat is the same record');
    assert.equal((await manager.call('POST', '/daylogs', { body: { ...body, done: ['布管'] }, expect: [409] })).json.stored.id, first.id);
    const second = { ...body, id: uuid7(), amends: first.id, done: ['布管'] };
    await manager.post('/daylogs', second);
    assert.equal((await manager.call('POST', '/daylogs', { body: { ...second, id: uuid7() }, expect: [409] })).status, 409, 'not the current version');
    const shown = await until('head office has the amendment', async () => {
        const log = await office.get(`/daylogs/${first.id}`, { expect: [200, 404] });
        return log.amended === 1 && log;
    });
    assert.deepEqual(shown.done, ['布管']);
    assert.equal(shown.history.length, 2);
    assert.equal(shown.version, second.id);
}));

test('a manager writes a log at the hub, and the board gets it', () => withStack({ check: answersChecked() }, async (stack) => {
    const { manager, office } = await seeded(stack);
    await stack.addUser(null, 'u-09', 'manager', '1111', 'Manager');
    const away = stack.hubClient({ site: 's-1' });
    await away.signIn('u-09', '1111');
    assert.equal((await away.raw('GET', '/api/v1/sites/s-1/today')).status, 404, 'not on this site\'s list yet');
    await office.call('PUT', '/api/v1/sites/s-1', { headers: { 'If-Match': '0' }, body: { name: 'x', timezone: 'Asia/Shanghai', stages: [], people: [{ id: 'u-09', name: 'Manager', role: 'manager' }] } });
    await until('the site is one of his', async () => (await away.raw('GET', '/api/v1/sites/s-1/today')).status === 200);
    const photo = await away.photo(varied(fs.readFileSync(realPhotos(1)[0]), 1));
    const log = await away.post('/daylogs', { id: uuid7(), date: siteDate(), done: ['开槽'], photos: [photo.id] });
    await until('the board shows it', async () => (await manager.timeline()).some((entry) => entry.id === log.id && entry.type === 'daylog-submitted'));
}));

test('a second board on the site agrees with the first', () => withStack({ check: answersChecked() }, async (stack) => {
    const { board, manager, office } = await seeded(stack);
    for (let n = 0; n < 5; n++) await manager.post('/daylogs', { id: uuid7(), date: siteDate(), done: [`第${n}项`] });
    await manager.photo(fs.readFileSync(realPhotos(1)[0]));
    const second = await stack.startBoard('b-2');
    await stack.addUser(second, 'u-02', 'manager', '2222', 'Second');
    const other = await stack.client(second).signIn('u-02', '2222');
    const log = await other.post('/daylogs', { id: uuid7(), date: siteDate(), done: ['第二块板'] });
    const ids = (entries) => entries.map((entry) => entry.id).sort();
    await until('all three hold the same', async () => {
        const [one, two, hub] = await Promise.all([manager.timeline(), other.timeline(), office.timeline()]);
        return one.some((entry) => entry.id === log.id) && JSON.stringify(ids(one)) === JSON.stringify(ids(two)) && JSON.stringify(ids(one)) === JSON.stringify(ids(hub));
    });
    const logs = async (client) => (await client.get('/daylogs?limit=200')).daylogs.map(({ id, date, done, version }) => ({ id, date, done, version })).sort((a, b) => (a.id < b.id ? -1 : 1));
    assert.deepEqual(await logs(other), await logs(manager));
    assert.deepEqual(await logs(office), await logs(manager));
    for (const conf of [board.conf, second.conf, stack.hubConf]) assert.equal((await stack.ctl(conf, 'verify')).code, 0);
}));

test('where there is no hub, the broker\'s word counts', () => withStack({ check: answersChecked() }, async (stack) => {
    await stack.startBroker();
    const board = await stack.startBoard('b-1', { env: { SITELOG_MQTT_CONFIRM: 'broker', SITELOG_UPLOAD_URL: '' } });
    await stack.addUser(board, 'u-01', 'manager', '2468', 'Manager');
    const manager = await stack.client(board).signIn('u-01', '2468');
    for (let n = 0; n < 10; n++) await manager.post('/daylogs', { id: uuid7(), date: siteDate(), done: [`第${n}项`] });
    await manager.photo(fs.readFileSync(realPhotos(1)[0]));
    await until('all of it counts as received', async () => {
        const { lanes, hub } = await manager.get('/status');
        return hub === 'unknown' && lanes.record.received === lanes.record.saved && lanes.photo.received === 1;
    });
    await stack.broker.kill('SIGKILL');
    await manager.post('/daylogs', { id: uuid7(), date: siteDate(), done: ['断网'] });
    assert.ok((await manager.get('/status')).lanes.record.received < (await manager.get('/status')).lanes.record.saved);
    await stack.startBroker();
    await until('what was written without a link, too', async () => {
        const { lanes } = await manager.get('/status');
        return lanes.record.received === lanes.record.saved;
    });
}));

await runTests();
