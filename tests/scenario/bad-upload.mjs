// SPDX-License-Identifier: MIT
// Uploads to the hub with headers that are malformed, huge, negative or of somebody else, and with bytes that are not what they should be: each is
// refused as app/http/openapi.yaml says, no partial file stays, and a good upload goes through afterwards.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import net from 'node:net';
import { request, runTests, test, until, uuid7, withStack } from '../support/programs.mjs';
import { checkAnswer } from '../support/openapi.mjs';
import { newPhoto } from '../support/samples.mjs';
import { stored, vitals } from '../support/vitals.mjs';

const base64 = (text) => Buffer.from(text).toString('base64');
const sha = (name, bytes) => createHash(name).update(bytes).digest();
const OFFSET = 'application/offset+octet-stream';
const meta = (members) => Object.entries(members).map(([key, value]) => `${key} ${base64(value)}`).join(',');

class Uploader {
    constructor(where) { Object.assign(this, { where, wrong: [] }); }
    async send(method, url, headers = {}, body) {
        const all = Object.fromEntries(Object.entries({ 'Tus-Resumable': '1.0.0', ...headers }).filter(([, value]) => value !== undefined));
        const answer = await request(this.where, method, url, { headers: all, body });
        try {
            checkAnswer(method, url, answer);
        } catch (error) {
            this.wrong.push(error.message);
        }
        return answer;
    }
    async refuse(what, statuses, method, url, headers, body) {
        const answer = await this.send(method, url, headers, body);
        const say = (why) => this.wrong.push(`${what}: ${why}: ${answer.status} ${answer.body.subarray(0, 200)}`);
        if (![statuses].flat().includes(answer.status)) say(`not ${statuses}`);
        else if (method !== 'HEAD' && answer.body.length === 0) say('it does not say why');
        else if ([429, 503, 507].includes(answer.status) && !(Number(answer.headers['retry-after']) > 0)) say('no Retry-After');
        return answer;
    }
    create(bytes, more = {}, hash = sha('sha256', bytes).toString('hex'), variant = 'original') {
        const metadata = meta({ board: 'b-1', photo: uuid7(), sha256: hash, filetype: 'image/jpeg', variant });
        return this.send('POST', '/tus/', { 'Upload-Length': bytes.length, 'Upload-Metadata': metadata, ...more });
    }
}

async function badCreations(up) {
    const hash = '0'.repeat(64), good = { 'Upload-Length': '10', 'Upload-Metadata': meta({ board: 'b-1', sha256: hash, variant: 'original' }) };
    const post = (what, statuses, headers, body) => up.refuse(what, statuses, 'POST', '/tus/', { ...good, ...headers }, body);
    await post('no version', 412, { 'Tus-Resumable': undefined });
    for (const version of ['', '0.2.2', '2.0.0', '1.0.0.0']) await post(`version ${version}`, 412, { 'Tus-Resumable': version });
    for (const length of [undefined, '', '-1', 'x', '1.5', '0', '+5', '0x10', '1e3', '99999999999999999999999', '5 5']) await post(`length ${length}`, 400, { 'Upload-Length': length });
    for (const length of [String(16 * 1024 * 1024 + 1), '4294967297', '9007199254740992']) await post(`length ${length}`, [400, 413], { 'Upload-Length': length });
    await post('a thumbnail of 1 MiB', 413, { 'Upload-Length': '1048576', 'Upload-Metadata': meta({ board: 'b-1', sha256: hash, variant: 'thumb' }) });
    const bad = {
        'no metadata': undefined, 'empty metadata': '', 'no base64': `board !!!!,sha256 ${base64(hash)},variant ${base64('original')}`, commas: ',,,', 'a key twice': `${good['Upload-Metadata']},board ${base64('b-2')}`,
        'a NUL in it': meta({ board: 'b-1\0', sha256: hash, variant: 'original' }), 'no board': meta({ sha256: hash, variant: 'original' }), 'no hash': meta({ board: 'b-1', variant: 'original' }),
        'half a hash': meta({ board: 'b-1', sha256: hash.slice(1), variant: 'original' }), 'a hash in capitals': meta({ board: 'b-1', sha256: 'A'.repeat(64), variant: 'original' }),
        'a hash that is a path': meta({ board: 'b-1', sha256: '../'.repeat(21) + 'x', variant: 'original' }), 'no variant': meta({ board: 'b-1', sha256: hash }), 'no such variant': meta({ board: 'b-1', sha256: hash, variant: 'huge' }),
        'a board in capitals': meta({ board: 'B-1', sha256: hash, variant: 'original' }), 'the hub': meta({ board: 'hub', sha256: hash, variant: 'original' }), 'a board that is a path': meta({ board: '../../x', sha256: hash, variant: 'original' }),
        'no media type': meta({ board: 'b-1', sha256: hash, variant: 'original', filetype: 'jpeg' }), 'a long value': meta({ board: 'b'.repeat(300), sha256: hash, variant: 'original' }), 'too long': `x ${'A'.repeat(8000)}`,
    };
    for (const [what, value] of Object.entries(bad)) await post(what, 400, { 'Upload-Metadata': value });
    await post('far too long', [400, 431], { 'Upload-Metadata': `x ${'A'.repeat(14000)}` });
    await post('concatenation', 400, { 'Upload-Concat': 'partial' });
    await post('a length to come', 400, { 'Upload-Length': undefined, 'Upload-Defer-Length': '1' });
    await post('another body', 415, { 'Content-Type': 'image/jpeg' }, Buffer.alloc(5));
    await post('more than it said', 413, { 'Content-Type': OFFSET }, Buffer.alloc(11));
    for (const checksum of ['', 'md5 ' + base64('x'), 'sha256', 'sha256 !!!!', 'sha1 ' + base64('short'), 'sha256 ' + base64('x'.repeat(33))])
        await post(`checksum ${checksum}`, 400, { 'Content-Type': OFFSET, 'Upload-Checksum': checksum }, Buffer.alloc(5));
    await post('17 MiB at once', 413, { 'Content-Type': OFFSET }, Buffer.alloc(17 * 1024 * 1024));
}

async function badPatches(up, where) {
    const bytes = newPhoto(), made = await up.create(bytes), url = made.headers.location;
    assert.equal(made.status, 201);
    const patch = (what, statuses, headers, body = bytes) => up.refuse(what, statuses, 'PATCH', url, { 'Upload-Offset': '0', 'Content-Type': OFFSET, ...headers }, body);
    for (const type of ['image/jpeg', 'application/offset+octet-streams', '']) await patch(`type ${type}`, 415, { 'Content-Type': type });
    for (const offset of [undefined, '', '-1', 'x', '0x0', '1.5', '99999999999999999999999']) await patch(`offset ${offset}`, 400, { 'Upload-Offset': offset });
    for (const offset of ['1', '16777216', String(bytes.length)]) await patch(`offset ${offset}`, 409, { 'Upload-Offset': offset });
    await patch('more bytes than it said', 413, {}, Buffer.concat([bytes, Buffer.alloc(10)]));
    for (const name of ['sha1', 'sha256']) await patch(`another ${name}`, 460, { 'Upload-Checksum': `${name} ${sha(name, 'x').toString('base64')}` });
    await patch('no such algorithm', 400, { 'Upload-Checksum': 'crc32 AAAA' });
    assert.equal((await up.send('HEAD', url)).headers['upload-offset'], '0', 'nothing of it was taken');
    /* Cut off in the middle: goes on from where HEAD says. */
    await new Promise((done) => {
        const socket = net.connect(where.port, '127.0.0.1', () => {
            socket.write(`PATCH ${url} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: ${OFFSET}\r\nContent-Length: ${bytes.length}\r\n\r\n`);
            socket.write(bytes.subarray(0, 100), () => setTimeout(() => { socket.destroy(); done(); }, 50));
        });
    });
    const offset = await until('it is free again', async () => {
        const { status, headers } = await up.send('HEAD', url);
        return status === 200 && Number(headers['upload-offset']) <= 100 && headers['upload-offset'];
    });
    assert.ok(Number(offset) <= 100);
    assert.equal((await up.send('DELETE', url)).status, 204);
    assert.equal((await up.send('HEAD', url)).status, 404);

    /* All of it came, and it is something else: deleted. */
    const other = await up.create(bytes, {}, sha('sha256', 'something else').toString('hex'));
    await up.refuse('not what its hash says', 460, 'PATCH', other.headers.location, { 'Upload-Offset': '0', 'Content-Type': OFFSET }, bytes);
    await up.refuse('and gone', 404, 'PATCH', other.headers.location, { 'Upload-Offset': '0', 'Content-Type': OFFSET }, bytes);
    const once = { 'Content-Type': OFFSET, 'Upload-Checksum': `sha1 ${sha('sha1', 'x').toString('base64')}` };
    await up.refuse('created with other bytes', 460, 'POST', '/tus/', { ...once, 'Upload-Length': bytes.length, 'Upload-Metadata': meta({ board: 'b-1', sha256: '1'.repeat(64), variant: 'original' }) }, bytes);
}

async function nothingThere(up) {
    for (const id of [uuid7(), 'x', '%2e%2e', '..%2f..%2fetc%2fpasswd', 'x'.repeat(300), `${uuid7()}.json`]) {
        await up.refuse(`HEAD ${id}`, [400, 404], 'HEAD', `/tus/${id}`);
        await up.refuse(`DELETE ${id}`, [400, 404], 'DELETE', `/tus/${id}`);
        await up.refuse(`PATCH ${id}`, [400, 404], 'PATCH', `/tus/${id}`, { 'Upload-Offset': '0', 'Content-Type': OFFSET }, Buffer.alloc(5));
    }
    for (const [method, url] of [['GET', '/tus/'], ['PUT', '/tus/'], ['PROPFIND', '/tus/'], ['HEAD', '/tus/'], ['PATCH', '/tus/'], ['POST', `/tus/${uuid7()}`], ['GET', `/tus/${uuid7()}`]])
        assert.ok((await up.refuse(`${method} ${url}`, 405, method, url, method === 'PATCH' ? { 'Upload-Offset': '0', 'Content-Type': OFFSET } : {})).headers.allow, `${method} ${url}: Allow`);
    for (const method of ['GET', 'x', '']) await up.refuse(`overridden by ${method}`, 405, 'POST', '/tus/', { 'X-HTTP-Method-Override': method });
}

test('uploads that are wrong are refused, and nothing of them stays', () => withStack({}, async (stack) => {
    await stack.startHub();
    await stack.addUser(null, 'o-01', 'office', '1357', 'Office');
    const up = new Uploader(stack.hubWhere), dir = `${stack.dir}/hub`;
    const well = vitals(stack.hub, stack.hubWhere), before = stored(dir);
    await badCreations(up);
    await badPatches(up, stack.hubWhere);
    await nothingThere(up);
    /* Those that were begun in good order, ended. */
    const left = stored(dir).files.filter((name) => !before.files.includes(name));
    for (const id of new Set(left.map((name) => /[0-9a-f-]{36}/.exec(name)?.[0]).filter(Boolean))) await up.send('DELETE', `/tus/${id}`);
    assert.deepEqual(up.wrong, []);
    assert.deepEqual(stored(dir), before, 'nothing stays');
    await well();

    const bytes = newPhoto(), hash = sha('sha256', bytes).toString('hex'), { headers } = await up.create(bytes);
    assert.equal((await up.send('PATCH', headers.location, { 'Upload-Offset': '0', 'Content-Type': OFFSET }, bytes)).status, 204);
    assert.deepEqual((await request(stack.hubWhere, 'POST', '/api/v1/blobs/have', { body: { sha256: [hash] } })).json, { have: [hash] });
    assert.deepEqual(up.wrong, []);
}));

test('many unfinished uploads of one board do not become more', () => withStack({}, async (stack) => {
    await stack.startHub();
    const up = new Uploader(stack.hubWhere);
    let full;
    for (let n = 0; n < 300 && !full; n++) {
        const made = await up.create(Buffer.alloc(1000), {}, sha('sha256', String(n)).toString('hex'));
        if (made.status === 429) full = made;
        else assert.equal(made.status, 201);
    }
    assert.ok(Number(full?.headers['retry-after']) > 0, 'at some time it is enough');
    assert.equal((await up.create(Buffer.alloc(1000), {}, '2'.repeat(64), 'thumb')).status, 429);
    assert.deepEqual(up.wrong, []);
}));

await runTests();
