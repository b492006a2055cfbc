// SPDX-License-Identifier: MIT
// One site under test: a board b-1 of s-1, a manager at it, somebody of head office at the hub; and what must be true of them at the end.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import { siteDate, until, uuid7 } from './programs.mjs';

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
export const log = (note, more = {}) => ({ id: uuid7(), date: siteDate(), stage: 'plumbing_electrical', done: [note], ...more });

export async function addManager(stack, board) {
    await stack.addUser(board, 'u-01', 'manager', '2468', 'Manager');
    return stack.client(board).signIn('u-01', '2468');
}
export async function addOffice(stack) {
    await stack.addUser(null, 'o-01', 'office', '1357', 'Office');
    return stack.hubClient({ site: 's-1' }).signIn('o-01', '1357');
}

// The customer agrees to the camera: what it does by itself needs that.
export const consent = (client, given = true) => client.call('PUT', '/consent', { body: { given } });

// A write under its id until it is answered; a refusal is a failure.
export async function insist(write) {
    for (;;) {
        try {
            return await write();
        } catch (error) {
            if (/: 4\d\d /.test(error.message)) throw error;
            await new Promise((done) => setTimeout(done, 50));
        }
    }
}

export const everything = ({ lanes, photos }) => Object.values(lanes).every((lane) => lane.received === lane.saved) && photos.pending === 0;
export const allReceived = (manager, ms = 120000) => until('everything is received', async () => everything(await manager.get('/status')), ms);

export async function verifyClean(stack, ...confs) {
    for (const conf of confs) {
        const verified = await stack.ctl(conf, '--json', 'verify');
        assert.equal(verified.code, 0, `${conf}: ${verified.out}${verified.err}`);
    }
}

// Each id is there, once; so is each photo (id → bytes), with its bytes.
export async function thereOnce(client, ids, photos = new Map()) {
    const count = new Map();
    for (const { id } of await client.timeline()) count.set(id, (count.get(id) ?? 0) + 1);
    for (const id of [...ids, ...photos.keys()]) assert.equal(count.get(id), 1, `${id} is there once`);
    for (const [id, bytes] of photos) assert.equal(sha256((await client.call('GET', `/photos/${id}`)).body), sha256(bytes), `the bytes of ${id}`);
}

// Both ends show the same entries.
export const agree = (one, two, ms = 120000) => until('both ends hold the same', async () => {
    const [a, b] = (await Promise.all([one.timeline(), two.timeline()])).map((entries) => entries.map(({ id }) => id).sort().join());
    return a === b;
}, ms);

// mulberry32: small and good enough to repeat a run by its seed.
export function randoms(state) {
    return () => {
        state = (state + 0x6d2b79f5) | 0;
        let t = Math.imul(state ^ (state >>> 15), 1 | state);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
}
export const scale = Number(process.env.SCENARIO_SCALE ?? 1); // 1: the full size; `make test` says 0.3

// A program's clocks: ahead(ms) sets the wall clock so far ahead of this machine's; pass(ms): so much more time has passed, by both; boot(ms): the machine
// has just been switched on, so far ahead. The program may run meanwhile.
export function wallClock(stack, ms = 0, name = 'clock') {
    const file = stack.write(name, Buffer.alloc(16)), words = [0, 0];
    const put = (set, passed) => {
        const bytes = Buffer.alloc(16);
        Object.assign(words, [set, passed]);
        words.forEach((word, n) => bytes.writeBigInt64LE(BigInt(Math.round(word)), 8 * n));
        fs.writeFileSync(file, bytes, { flag: 'r+' });
    };
    const ahead = (by) => put(by - words[1], words[1]);
    ahead(ms);
    const pass = (by) => put(words[0], words[1] + by), boot = (by) => put(by + os.uptime() * 1000, -os.uptime() * 1000);
    return { ahead, pass, boot, now: () => Date.now() + words[0] + words[1], env: { SITELOG_CLOCK: `@${file}` } };
}
