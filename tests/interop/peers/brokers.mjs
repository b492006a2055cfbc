// SPDX-License-Identifier: MIT
// The same programs over brokers that others wrote: a day up and down, presence, and a broker that is killed in the middle of it. The independent
// reader listens to all of it and holds every message to the documents; every answer is held to openapi.yaml.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { nats, rabbitmq } from '../../support/brokers.mjs';
import { answersChecked } from '../../support/openapi.mjs';
import { realPhotos, runTests, test, until, uuid7, varied, withStack } from '../../support/programs.mjs';
import { addManager, addOffice, allReceived, log, thereOnce, verifyClean } from '../../support/site.mjs';

async function seeded(stack, { consumer = true } = {}) {
    await stack.startBroker();
    if (consumer) await stack.startConsumer();
    await stack.startHub();
    const board = await stack.startBoard('b-1');
    return { board, manager: await addManager(stack, board), office: await addOffice(stack) };
}

// What was written is there once, with its bytes, and both journals verify.
async function allThere(stack, { board, office, manager }, logs, photos) {
    await allReceived(manager);
    await thereOnce(office, logs.map(({ id }) => id), new Map(photos));
    await verifyClean(stack, board.conf, stack.hubConf);
}

for (const [name, broker] of Object.entries({ RabbitMQ: rabbitmq, NATS: nats })) {
    test(`${name}: a day up and down, and who is there`, () => withStack({ broker, check: answersChecked() }, async (stack) => {
        const site = await seeded(stack);
        const { board, manager, office } = site;
        const files = realPhotos(2).map((file) => fs.readFileSync(file));
        const photos = [];
        for (const jpeg of files) photos.push([(await manager.photo(jpeg, { stage: 'plumbing_electrical' })).id, jpeg]);
        const logs = [await manager.post('/daylogs', log('by the board'))];
        await allThere(stack, site, logs, photos);

        await office.call('PUT', '/api/v1/sites/s-1', { headers: { 'If-Match': '0' }, body: { name: '1-302', timezone: 'Asia/Shanghai', stages: [] } });
        await until('the plan is on the board', async () => (await manager.get('/site')).name === '1-302');
        const asked = await office.post('/photo-requests', { id: uuid7(), room: 'kitchen' });
        await until('the request is answered', async () => (await office.timeline()).some((entry) => entry.inreplyto === asked.id));
        const own = await office.post('/daylogs', log('by head office'));
        await until('head office’s log is on the board', async () => (await manager.timeline()).some((entry) => entry.id === own.id));

        const online = async () => (await office.get('/api/v1/sites')).sites[0].boards[0].online;
        assert.equal(await online(), true);
        await board.program.kill('SIGKILL');
        await until('its last will says that the board is gone', async () => !(await online()), 60000);
        await stack.startBoard('b-1');
        await until('it is back', online);
        await stack.hub.kill('SIGKILL');
        await until('the board knows that head office is away', async () => (await manager.get('/status')).hub !== 'up', 60000);
        logs.push(await manager.post('/daylogs', log('while nobody listens')));
        await stack.startHub();
        await allThere(stack, site, logs, photos);
    }));

    test(`${name}: killed while it works, started again: nothing is lost, nothing comes twice`, () => withStack({ broker, check: answersChecked() }, async (stack) => {
        const site = await seeded(stack, { consumer: false }); // a reader that is thrown out may miss what is sent meanwhile
        const { manager } = site;
        const logs = [], photos = [];
        const [jpeg] = realPhotos(1).map((file) => fs.readFileSync(file));
        for (let round = 0; round < 2; round++) {
            const writing = (async () => {
                for (let i = 0; i < 40; i++) logs.push(await manager.post('/daylogs', log(`${round} ${i}`)));
                const bytes = varied(jpeg, round);
                photos.push([(await manager.photo(bytes)).id, bytes]);
            })();
            await until('some went out', async () => (await manager.get('/status')).lanes.record.sent > 40 * round + 5);
            await stack.broker.kill('SIGKILL');
            await writing;
            logs.push(await manager.post('/daylogs', log(`${round} without a broker`)));
            await stack.startBroker();
        }
        await allThere(stack, site, logs, photos);
    }));
}

await runTests();
