// SPDX-License-Identifier: MIT
// Checks an evidence pack as a stranger would: with a ZIP reader, SHA-256 and Ed25519 of its own, and nothing of Sitelog.
import { createHash, createPublicKey, verify } from 'node:crypto';
import fs from 'node:fs';
import { crc32, inflateRawSync } from 'node:zlib';

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const crc = crc32 ?? null;

// Map(name → bytes) by the central directory (APPNOTE 4.3), with ZIP64.
export function unzip(file) {
    const zip = fs.readFileSync(file), entries = new Map();
    let end = zip.length - 22;
    while (zip.readUInt32LE(end) !== 0x06054b50) end--;
    const count = zip.readUInt16LE(end + 10);
    let at = zip.readUInt32LE(end + 16);
    for (let i = 0; i < count; i++) {
        if (zip.readUInt32LE(at) !== 0x02014b50) throw new Error('the directory is damaged');
        const method = zip.readUInt16LE(at + 10), sum = zip.readUInt32LE(at + 16), packed = zip.readUInt32LE(at + 20), size = zip.readUInt32LE(at + 24);
        const n = zip.readUInt16LE(at + 28), extra = zip.readUInt16LE(at + 30), comment = zip.readUInt16LE(at + 32), local = zip.readUInt32LE(at + 42);
        const name = zip.toString('utf8', at + 46, at + 46 + n);
        const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
        const raw = zip.subarray(from, from + packed), bytes = method === 0 ? raw : inflateRawSync(raw);
        if (bytes.length !== size) throw new Error(`${name}: another size than the directory says`);
        if (crc && crc(bytes) !== sum) throw new Error(`${name}: another CRC than the directory says`);
        if (entries.has(name)) throw new Error(`${name} is there twice`);
        entries.set(name, bytes);
        at += 46 + n + extra + comment;
    }
    return entries;
}

const signed = (files, stem, text, sig, pem) => verify(null, files.get(`${stem}${text}`), createPublicKey(files.get(`${stem}${pem}`).toString()), files.get(`${stem}${sig}`));

// { problems, events, manifest }: what is wrong with a pack's files, in words.
export function check(files) {
    const problems = [], events = [], manifest = JSON.parse(files.get('manifest.json'));
    const sums = files.get('SHA256SUMS').toString(), listed = new Map(sums.trimEnd().split('\n').map((line) => [line.slice(66), line.slice(0, 64)]));
    for (const [name, sum] of listed) if (!files.has(name) || sha256(files.get(name)) !== sum) problems.push(`${name} is not what was packed`);
    for (const name of files.keys())
        if (!listed.has(name) && name !== 'SHA256SUMS' && !/^signature\//.test(name)) problems.push(`${name} is not in SHA256SUMS`);
    if (!signed(files, 'signature/', 'statement.txt', 'signature.bin', 'key.pem')) problems.push('the seal does not fit');
    if (files.get('signature/statement.txt').toString() !== `sitelog-pack-v1\n${manifest.org}/${manifest.site}/${manifest.made_by}\n${sha256(files.get('SHA256SUMS'))}`)
        problems.push('the seal is of something else');

    const at = new Map(); // "writer epoch lane seq" → hash
    for (const chain of manifest.chains) {
        const name = `${chain.writer} ${chain.epoch} ${chain.lane}`;
        const lines = files.get(`${chain.files}.jsonl`).toString('utf8').split('\n'), hashes = files.get(`${chain.files}.hashes`).toString().trimEnd().split('\n');
        if (lines.pop() !== '' || lines.length !== hashes.length || lines.length !== chain.last - chain.first + 1) problems.push(`${name}: lines are missing`);
        let prev = chain.prev;
        if (chain.first === 1 && prev !== sha256(chain.epoch)) problems.push(`${name}: does not begin with its epoch`);
        lines.forEach((line, i) => {
            const seq = chain.first + i, bytes = line === '' ? files.get(`${chain.files}.${seq}.raw`) : Buffer.from(line);
            const hash = sha256(bytes);
            if (hashes[i] !== `${seq} ${hash}`) problems.push(`${name} ${seq}: other bytes than were hashed`);
            if (line !== '') {
                const event = JSON.parse(line);
                if (event.prev !== prev) problems.push(`${name} ${seq}: prev is not the hash before it`);
                if (event.seq !== seq || event.writer !== chain.writer || event.epoch !== chain.epoch || event.lane !== chain.lane) problems.push(`${name} ${seq}: is of another place`);
                events.push(event);
            }
            at.set(`${name} ${seq}`, hash);
            prev = hash;
        });
        if (chain.last === chain.head.seq && prev !== chain.head.hash) problems.push(`${name}: its head is another`);
    }
    for (const head of manifest.signed_heads) {
        if (!signed(files, head.files, '.txt', '.sig', '.pem')) problems.push(`${head.files}: the signature does not fit`);
        const [title, whose, epoch, ...lanes] = files.get(`${head.files}.txt`).toString().split('\n');
        if (title !== 'sitelog-heads-v1' || whose !== `${manifest.org}/${manifest.site}/${head.writer}` || epoch !== head.epoch) problems.push(`${head.files}: is of another chain`);
        for (const line of lanes) {
            const [lane, seq, hash] = line.split(' '), here = at.get(`${head.writer} ${head.epoch} ${lane} ${seq}`);
            if (here && here !== hash) problems.push(`${head.files}: ${lane} ${seq} was vouched for as another event`);
        }
    }
    const taken = new Set(events.filter((e) => e.type === 'org.sitelog.photo-taken.v1').map((e) => e.data.sha256));
    for (const [name, bytes] of files) {
        const [, folder, sum] = name.match(/^(photos|thumbs)\/([0-9a-f]{64})\.jpg$/) ?? [];
        if (sum && sha256(bytes) !== sum) problems.push(`${name}: other bytes than its name says`);
        if (folder === 'photos' && !taken.has(sum)) problems.push(`${name}: no event says who took it`);
    }
    for (const sum of taken)
        if (!files.has(`photos/${sum}.jpg`) && !manifest.photos_missing.some((p) => p.sha256 === sum)) problems.push(`photo ${sum} is neither here nor told as missing`);
    return { problems, events, manifest };
}
