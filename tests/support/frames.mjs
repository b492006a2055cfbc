// SPDX-License-Identifier: MIT
// Time-lapse frames without waiting for days: bytes that a real board has brought to head office, and records of another board that name them, at the
// times that a test wants. That board is a forger's (forger.mjs); everything that reads them is real.
import fs from 'node:fs';
import mqtt from 'mqtt';
import { realPhotos, until, uuid7, varied } from './programs.mjs';
import { Writer } from './forger.mjs';

const WINDOW = 100; // events that are under way at once; head office drops what is too many, and this writer does not send again

// Brings `count` pictures from manager's board to the hub. Gives what is known of each.
export async function bytesAtHub(manager, hub, count, pictures = realPhotos(4).map((file) => fs.readFileSync(file))) {
    const photos = [];
    for (let i = 0; i < count; i++) photos.push(await manager.get(`/photos/${(await manager.photo(varied(pictures[i % pictures.length], i))).id}/info`));
    const hashes = photos.flatMap((photo) => [photo.sha256, photo.thumb_sha256]);
    await until('the bytes are at the hub', async () => (await hub.post('/api/v1/blobs/have', { sha256: hashes })).have.length === hashes.length);
    return photos;
}

// A board that says what it took: moved(data) and frame(photo, taken, more), each giving its id; all of it is at the hub after done().
export async function frameTeller(stack, name) {
    const writer = new Writer(name, { org: stack.org });
    const link = await mqtt.connectAsync(`mqtt://127.0.0.1:${stack.brokerPort}`, { clientId: name, reconnectPeriod: 0 });
    const heard = [];
    link.on('message', (_, bytes) => heard.push(JSON.parse(bytes)));
    await link.subscribeAsync(`sitelog/v1/${stack.org}/s-1/${name}/dn/#`, { qos: 1 });
    const done = () => until('it is acknowledged', () => heard.some(({ have }) => have?.some((one) => one.writer === name && one.epoch === writer.epoch && one.upto.record >= writer.head('record').seq)));
    async function say(type, data, more) {
        await link.publishAsync(`sitelog/v1/${stack.org}/s-1/${name}/up/record/${type}`, writer.next(type, data, more), { qos: 1 });
        if (writer.head('record').seq % WINDOW === 0) await done();
    }
    return {
        async moved(data, at = new Date().toISOString()) {
            const id = uuid7();
            await say('viewpoint-moved', data, { id, subject: `viewpoint/${name}`, time: at });
            return id;
        },
        async frame({ sha256, thumb_sha256, bytes, width, height, code }, taken, more = {}) {
            const id = uuid7();
            await say('photo-taken', { sha256, thumb_sha256, bytes, width, height, code, taken, clock: 'ntp', origin: 'timelapse', ...more }, { subject: `photo/${id}`, time: taken, actor: 'board' });
            return id;
        },
        done,
        end: () => link.endAsync(),
    };
}
