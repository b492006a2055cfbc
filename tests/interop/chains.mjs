// SPDX-License-Identifier: MIT
// What has to hold between messages: keys, chains, acknowledgements and signed heads.
import { createHash, createPublicKey, verify } from 'node:crypto';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const lanes = ['alert', 'photo', 'record']; // as they are signed

export class Chains {
  constructor() {
    this.chains = new Map(); // "writer epoch lane" → Map(seq → { hash, prev })
    this.heads = [];         // signed ones, compared at the end: they may overtake their events
    this.acked = new Map();  // topic → Map("writer epoch lane" → upto) since the last hello there
    this.ids = new Map();
    this.repeats = 0;
  }

  event(event, bytes) {
    const name = `${event.writer} ${event.epoch} ${event.lane}`;
    if (!this.chains.has(name)) this.chains.set(name, new Map());
    const chain = this.chains.get(name);
    const entry = { hash: sha256(bytes), prev: event.prev };
    const before = chain.get(event.seq);
    if (before) {
      this.repeats++;
      return before.hash === entry.hash ? [] : [`${name} ${event.seq} came with other bytes`];
    }
    chain.set(event.seq, entry);
    this.ids.set(event.id, (this.ids.get(event.id) ?? 0) + 1);
    return [];
  }

  // An ack on a topic only moves forward, except behind a hello there.
  ack(topic, ack, hello) {
    const problems = [];
    const key = topic.replace(/\/(hello|ack)$/, '');
    if (hello || !this.acked.has(key)) this.acked.set(key, new Map());
    const known = this.acked.get(key);
    for (const have of ack.have)
      for (const [lane, upto] of Object.entries(have.upto)) {
        const name = `${have.writer} ${have.epoch} ${lane}`;
        if ((known.get(name) ?? 0) > upto) problems.push(`upto of ${name} goes back to ${upto}`);
        known.set(name, upto);
      }
    return problems;
  }

  beat({ org, site, board }, beat) {
    let text = `sitelog-heads-v1\n${org}/${site}/${board}\n${beat.epoch}`;
    for (const lane of lanes) text += `\n${lane} ${beat.heads[lane].seq} ${beat.heads[lane].hash}`;
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(beat.key, 'base64')]);
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    for (const lane of lanes) this.heads.push({ name: `${board} ${beat.epoch} ${lane}`, epoch: beat.epoch, ...beat.heads[lane] });
    return verify(null, Buffer.from(text), key, Buffer.from(beat.sig, 'base64')) ? [] : ['the signature does not fit'];
  }

  // What can be said only when all has come. fromStart: nothing was published before this reader listened.
  finish(fromStart) {
    const problems = [];
    for (const [name, chain] of this.chains) {
      const seqs = [...chain.keys()].sort((a, b) => a - b);
      if (fromStart && seqs[0] !== 1) problems.push(`${name} begins with ${seqs[0]}`);
      for (const seq of seqs) {
        const { prev } = chain.get(seq);
        if (seq === 1) {
          if (prev !== sha256(name.split(' ')[1])) problems.push(`${name} 1: prev is not the epoch's hash`);
        } else if (chain.has(seq - 1)) {
          if (prev !== chain.get(seq - 1).hash) problems.push(`${name} ${seq}: prev is not the hash of ${seq - 1}`);
        } else if (seq !== seqs[0]) {
          problems.push(`${name} ${seq - 1} is missing`);
        }
      }
    }
    for (const { name, epoch, seq, hash } of this.heads) {
      const entry = this.chains.get(name)?.get(seq);
      if (seq === 0 && hash !== sha256(epoch)) problems.push(`${name}: the empty head is not the epoch's hash`);
      if (entry && entry.hash !== hash) problems.push(`${name} ${seq}: the signed head is another`);
    }
    return problems;
  }

  summary() {
    return Object.fromEntries([...this.chains].map(([name, chain]) => [name, { events: chain.size, last: Math.max(...chain.keys()) }]));
  }
}
