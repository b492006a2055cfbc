// SPDX-License-Identifier: MIT
// Makes events as sync/asyncapi.yaml describes them, good ones and spoilt ones, in chains of its own. An independent writer: shares no code with ours.
import { createHash } from 'node:crypto';
import { siteDate, uuid7 } from './programs.mjs';

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

export class Writer {
    constructor(name, { org = 'acme', site = 's-1', epoch = uuid7() } = {}) {
        Object.assign(this, { name, org, site, epoch, lanes: {} });
    }
    head(lane) { return (this.lanes[lane] ??= { seq: 0, hash: sha256(this.epoch) }); }
    // The bytes of an event; more: members that differ from what they should be.
    bytes(type, data, more = {}, lane = 'record') {
        const { seq, hash } = this.head(lane), id = more.id ?? uuid7(), kind = type.split('-')[0];
        return Buffer.from(JSON.stringify({
            specversion: '1.0', id, source: `/sitelog/${this.org}/${this.site}/${this.name}`, type: `org.sitelog.${type}.v1`, subject: `${kind}/${id}`,
            time: new Date().toISOString(), datacontenttype: 'application/json', writer: this.name, epoch: this.epoch, lane, seq: seq + 1, prev: hash, rev: 1,
            actor: 'user/u-77', clock: 'ntp', boot: 1, mono: 1, data, ...more,
        }));
    }
    // The same, as the next of its lane.
    next(type, data, more, lane = 'record') {
        const bytes = this.bytes(type, data, more, lane);
        this.follow(bytes, lane);
        return bytes;
    }
    // Whatever these bytes are: they have the next place in the lane.
    follow(bytes, lane = 'record') {
        const { seq } = this.head(lane);
        this.lanes[lane] = { seq: seq + 1, hash: sha256(bytes) };
    }
}

export const aLog = (text) => ({ date: siteDate(), done: [text], plan: [], crew: {}, photos: [] });

// What is no message of ours, whatever the topic.
export const garbage = {
    'nothing': Buffer.alloc(0), 'raw bytes': Buffer.from(Array.from({ length: 256 }, (_, n) => n)), 'zeros': Buffer.alloc(1000), '300 KiB of x': Buffer.alloc(300 * 1024, 'x'),
    '300 KiB of JSON': Buffer.from(JSON.stringify({ data: 'x'.repeat(300 * 1024) })), 'no JSON': Buffer.from('nope'), 'half of it': Buffer.from('{"have":['), '{}': Buffer.from('{}'),
    'a list': Buffer.from('[]'), 'null': Buffer.from('null'), 'a text': Buffer.from('"x"'), 'a number': Buffer.from('7'), 'deep lists': Buffer.from('['.repeat(60000)),
    'deep objects': Buffer.from('{"a":'.repeat(20000)), 'not UTF-8': Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]), 'a member twice': Buffer.from('{"have":[],"have":[]}'),
    'wrong members': Buffer.from(JSON.stringify({ have: 7, rejected: {}, blobs: 'x', window: 'x', pause_ms: [], connect: {}, to: -1, heads: [], epoch: 7, sig: 7, key: [], online: 'yes', seq: {}, writer: 7, lane: [] })),
    'wrong entries': Buffer.from(JSON.stringify({ have: [7, null, {}, { writer: 'B', epoch: 'x', upto: { alert: -1, record: 'x', photo: 1e300 } }], rejected: [null], blobs: [7, 'x'], window: -5, pause_ms: -5 })),
};
