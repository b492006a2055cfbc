// SPDX-License-Identifier: MIT
// Each command with and without a running daemon, on a board and at head office.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { at, build, finish, pictures, run, test, until, withBroker } from '../../support/ctl_rig.mjs';

const kinds = ['board', 'hub'];
const find = (doctor, check) => doctor.checks.filter((c) => c.check === check);

// Both ways: the files opened here, and the daemon asked.
async function bothWays(place, work) {
    await work('without a daemon');
    await place.start();
    await work('with a daemon');
    await place.stop();
}

for (const kind of kinds) {
    test(`init makes it, and again changes nothing (${kind})`, () => at(kind, {}, async (place) => {
        const made = await place.json(['init']);
        assert.equal(made.made, true);
        assert.equal(made.kind, kind);
        assert.equal(Buffer.from(made.public_key, 'base64').length, 32);
        assert.equal(fs.statSync(place.file('journal.db')).mode & 0o077, 0, 'nobody else reads it');
        assert.equal(fs.existsSync(place.file(kind === 'hub' ? 'blobs/originals' : 'photos.db')), true);
        const again = await place.json(['init']);
        assert.equal(again.made, false);
        assert.equal(again.public_key, made.public_key, 'the same key');
        await place.start();
        const beside = await place.json(['init']);
        assert.deepEqual([beside.made, beside.running], [false, true]);
        assert.match((await place.ctl(['init'])).out, /is running/);
    }));

    test(`user: add, list, lock, unlock (${kind})`, () => at(kind, {}, async (place) => {
        await place.json(['init']);
        let n = 0;
        await bothWays(place, async (way) => {
            const id = `u-${++n}`;
            const added = await place.json(['user', 'add', id, '--name', '项目经理甲', '--role', 'office', '--pin', '-'], 0, { input: '7306\n' });
            assert.deepEqual(added, { ok: true, id, name: '项目经理甲', role: 'office' }, way);
            const made = await place.json(['user', 'add', `${id}.m`, '--name', 'M', '--role', 'viewer', '--make-pin']);
            assert.match(made.pin, /^\d{4}$/);
            const piped = await place.ctl(['user', 'add', `${id}.m`, '--name', 'M2', '--role', 'viewer']);
            assert.equal(piped.code, 0);
            assert.match(piped.out, /^PIN: \d{4} /m, 'without a terminal one is made');

            const wrong = await place.json(['user', 'add', id, '--name', 'x', '--role', 'crew', '--pin', '-'], 1, { input: '12\n' });
            assert.equal(wrong.field, 'pin');
            const long = await place.json(['user', 'add', id, '--name', 'x'.repeat(200), '--role', 'crew', '--make-pin'], 1);
            assert.match(long.error, /name/);
            const gone = await place.json(['user', 'lock', 'u-nobody'], 1);
            assert.match(gone.error, /u-nobody.*user list/);

            await place.json(['user', 'lock', id]);
            let { users } = await place.json(['user', 'list']);
            let user = users.find((u) => u.id === id);
            assert.deepEqual([user.name, user.role, user.active, user.pin], ['项目经理甲', 'office', false, true], way);
            assert.equal(users.find((u) => u.id === `${id}.m`).name, 'M2', 'adding again changes');
            const text = (await place.ctl(['user', 'list'])).out;
            assert.match(text, new RegExp(`^${id} +office +locked +项目经理甲$`, 'm'));
            await place.json(['user', 'unlock', id]);
            ({ users } = await place.json(['user', 'list']));
            user = users.find((u) => u.id === id);
            assert.equal(user.active, true);
        });
        await place.start();
        for (const id of ['u-1', 'u-2']) assert.equal((await place.signIn(id, '7306')).status, 200, 'the PIN given signs in');
        assert.equal((await place.signIn('u-1', '7307')).status, 401);
        const { pin } = await place.json(['user', 'add', 'u-3', '--name', 'C', '--role', 'office', '--make-pin']);
        assert.equal((await place.signIn('u-3', pin)).status, 200, 'the PIN made signs in');
    }));

    test(`who is locked is signed out, and stays out over a restart (${kind})`, () => at(kind, {}, async (place) => {
        await place.json(['init']);
        await place.json(['user', 'add', 'u-1', '--name', 'A', '--role', 'office', '--pin', '-'], 0, { input: '7306\n' });
        await place.start();
        const { cookie } = await place.signIn('u-1', '7306');
        const read = async () => (await fetch(`${place.base}${kind === 'hub' ? '/api/v1/sites' : '/api/v1/site'}`, { headers: { Cookie: cookie } })).status;
        assert.equal(await read(), 200);
        await place.json(['user', 'lock', 'u-1']);
        await until('the session has ended', async () => await read() === 401);
        assert.notEqual((await place.signIn('u-1', '7306')).status, 200);
        await place.stop();
        await place.start();
        assert.notEqual((await place.signIn('u-1', '7306')).status, 200);
        await place.json(['user', 'unlock', 'u-1']);
        await until('he may again', async () => (await place.signIn('u-1', '7306')).status === 200);
    }));

    test(`a PIN is in no log, no argument list that help shows, and no file (${kind})`, () => at(kind, {}, async (place) => {
        await place.json(['init']);
        const pin = '730619284455';
        await bothWays(place, async () => {
            const { out, err } = await place.ctl(['user', 'add', 'u-1', '--name', 'A', '--role', 'crew', '--pin', '-'], { input: `${pin}\n` });
            assert.ok(!(out + err).includes(pin));
        });
        assert.ok(!place.log.includes(pin));
        for (const name of fs.readdirSync(place.dir, { recursive: true })) {
            const file = place.file(name);
            if (fs.statSync(file).isFile()) assert.ok(!fs.readFileSync(file).includes(pin), name);
        }
    }));

    test(`status (${kind})`, () => at(kind, {}, async (place) => {
        await place.json(['init']);
        await bothWays(place, async (way) => {
            const running = way === 'with a daemon';
            const { status, ...rest } = await place.json(['status']);
            assert.deepEqual([rest.kind, rest.running], [kind, running]);
            assert.equal(rest.port, running ? place.base.split(':').pop() : null);
            assert.ok(status.disk.free_bytes > 0);
            assert.ok(['ntp', 'rtc', 'none'].includes(status.clock));
            if (kind === 'board') {
                assert.deepEqual(Object.keys(status).filter((name) => !['temperature_c', 'pages'].includes(name)).sort(), ['board', 'camera', 'clock', 'consent', 'disk', 'hub', 'lanes', 'link', 'photos', 'power', 'rejected', 'site', 'version']);
                assert.equal(status.lanes.record.received, 0);
            } else {
                assert.deepEqual(status.known, { boards: [] });
            }
            const { out } = await place.ctl(['status']);
            assert.match(out, running ? /running, http port \d+, version \S+/ : /NOT RUNNING; start it: systemctl start/);
        });
    }));

    test(`rebuild and verify of a good journal (${kind})`, () => at(kind, {}, async (place) => {
        await place.json(['init']);
        await place.json(['user', 'add', 'u-1', '--name', 'A', '--role', 'manager', '--make-pin']);
        await bothWays(place, async () => {
            const users = await place.json(['user', 'list']);
            const rebuilt = await place.json(['rebuild']);
            assert.equal(rebuilt.events > 0, kind === 'board');
            assert.deepEqual(await place.json(['user', 'list']), users);
            const verified = await place.json(['verify']);
            assert.equal(verified.broken, 0);
            assert.equal(verified.first, null);
            assert.match((await place.ctl(['verify'])).out, /All of it is as it was written\./);
        });
    }));

    test(`another program that holds the lock: exit 3 (${kind})`, () => at(kind, {}, async (place) => {
        await place.json(['init']);
        const holder = spawn('flock', [place.file('lock'), 'sleep', '60'], { stdio: 'ignore', detached: true });
        try {
            await until('it is held', async () => (await run('flock', ['-n', place.file('lock'), 'true'].map(String)).catch(() => ({ code: 1 }))).code !== 0);
            const { code, err } = await place.ctl(['user', 'list']);
            assert.equal(code, 3, err);
            assert.ok(err.includes(place.file('lock')), err);
        } finally {
            process.kill(-holder.pid, 'SIGKILL');
        }
    }));

    test(`as root it works as the folder's owner (${kind})`, () => at(kind, {}, async (place) => {
        if (process.getuid() !== 0) return;
        fs.chmodSync(place.folder, 0o755);
        fs.mkdirSync(place.dir);
        fs.chownSync(place.dir, 65534, 65534);
        await place.json(['init']);
        await place.json(['user', 'add', 'u-1', '--name', 'A', '--role', 'viewer', '--make-pin']);
        for (const name of fs.readdirSync(place.dir, { recursive: true })) assert.equal(fs.statSync(place.file(name)).uid, 65534, name);
    }));
}

test('a daemon that holds the folder and does not answer: exit 3, soon', () => Promise.all(kinds.map((kind) => at(kind, {}, async (place) => {
    await place.json(['init']);
    await place.start();
    place.child.kill('SIGSTOP');
    const began = Date.now();
    const [doctor, ...answers] = await Promise.all([place.json(['doctor'], 1), place.ctl(['user', 'list']), place.ctl(['status'])]);
    for (const { code, err } of answers) {
        assert.equal(code, 3, err);
        assert.match(err, new RegExp(`restart it \\(systemctl restart ${place.program}\\)`));
    }
    assert.match(find(doctor, 'daemon')[0].text, /does not answer/);
    assert.ok(Date.now() - began < 25000);
    place.child.kill('SIGCONT');
    await place.json(['status']);
}))));

// ---- what only a terminal shows ----

// Types lines at a terminal, each when the prompt before it has come.
function atTerminal(place, args, lines) {
    const line = [path.join(build, 'sitelogctl'), '--config', place.conf, ...args].map((a) => `'${a}'`).join(' ');
    return new Promise((done) => {
        const child = spawn('script', ['-qec', line, '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'] });
        let out = '', asked = 0;
        child.stdout.on('data', (bytes) => {
            out += bytes;
            const prompts = (out.match(/(PIN of|again for) [^:]+: /g) ?? []).length;
            while (asked < prompts && asked < lines.length) child.stdin.write(`${lines[asked++]}\n`);
        });
        child.on('close', (code) => done({ code, out }));
    });
}

test('on a terminal the PIN is asked for twice, without echo', () => at('board', {}, async (board) => {
    await board.json(['init']);
    const args = ['user', 'add', 'u-1', '--name', 'A', '--role', 'manager'];
    const good = await atTerminal(board, args, ['730648', '730648']);
    assert.equal(good.code, 0, good.out);
    assert.ok(!good.out.includes('730648'), 'no echo');
    assert.match(good.out, /may sign in/);
    const differ = await atTerminal(board, args, ['730648', '730649']);
    assert.equal(differ.code, 1);
    assert.match(differ.out, /differ; nothing was changed/);
    const short = await atTerminal(board, args, ['12']);
    assert.equal(short.code, 1);
    assert.match(short.out, /4 to 12 digits/);
    const simple = await atTerminal(board, args, ['1234', '1234']);
    assert.equal(simple.code, 0);
    assert.match(simple.out, /better take another one/);
}));

// ---- photos ----

const sql = async (file, text) => {
    const { code, out, err } = await run('/usr/bin/sqlite3', [file, text]);
    assert.equal(code, 0, err);
    return out.trim();
};

test('photo add: both ways, repeated, refused', () => at('board', {}, async (board) => {
    await board.json(['init']);
    const files = pictures(4);
    await bothWays(board, async (way) => {
        const two = way === 'with a daemon' ? files.slice(2) : files.slice(0, 2);
        const before = (await board.json(['status'])).status.photos.total;
        const added = await board.json(['photo', 'add', ...two, '--stage', 'plumbing_electrical', '--room', 'kitchen', '--caption', '开槽 & "a=b"%']);
        assert.deepEqual(added.photos.map((p) => p.state), ['added', 'added'], way);
        const again = await board.json(['photo', 'add', ...two, '--stage', 'plumbing_electrical', '--room', 'kitchen', '--caption', '开槽 & "a=b"%']);
        assert.deepEqual(again.photos.map((p) => [p.state, p.id]), added.photos.map((p) => ['there', p.id]), way);
        const other = await board.json(['photo', 'add', two[0], '--room', 'bath'], 1);
        assert.match(other.photos[0].error, /is a photo already, with another stage, room or caption/);
        const mixed = await board.json(['photo', 'add', board.conf, `${board.folder}/none.jpg`], 1);
        assert.deepEqual(mixed.photos.map((p) => p.state), ['failed', 'failed']);
        assert.match(mixed.photos[0].error, /JPEG/);
        assert.match(mixed.photos[1].error, /none\.jpg/);
        const bytes = Number(await sql(board.file('photos.db'), 'SELECT count(*) FROM sqlite_master'));
        assert.ok(bytes > 0);
        const nowhere = await board.json(['photo', 'add', pictures(6).pop(), '--stage', 'nowhere'], 1);
        assert.match(nowhere.photos[0].error, /no stage nowhere/);
        const time = await board.json(['photo', 'add', two[0], '--taken', 'yesterday'], 1);
        assert.match(time.photos[0].error, /RFC 3339|such as 20/);
        assert.equal((await board.json(['status'])).status.photos.total, before + 2);
    });
    await board.start();
    assert.ok(!/had lost their records/.test(board.log), 'what was refused left no bytes behind');
    const verified = await board.json(['verify']);
    assert.equal(verified.photos.whole, 4);
    const shown = await sql(board.file('journal.db'), "SELECT DISTINCT origin || ' ' || caption || ' ' || room FROM photo");
    assert.equal(shown, 'import 开槽 & "a=b"% kitchen');
}));

test('photo add at head office is refused', () => at('hub', {}, async (hub) => {
    await hub.json(['init']);
    const { error } = await hub.json(['photo', 'add', pictures(1)[0]], 2);
    assert.match(error, /at a board/);
}));

// ---- verify of what is broken ----

test('verify finds an event that was changed, and which', () => at('board', {}, async (board) => {
    await board.json(['init']);
    await board.json(['user', 'add', 'u-1', '--name', 'Alpha', '--role', 'manager', '--make-pin']);
    await sql(board.file('journal.db'), "UPDATE event SET bytes = CAST(replace(CAST(bytes AS TEXT), 'Alpha', 'Gamma') AS BLOB) WHERE type = 'person-set'");
    await bothWays(board, async () => {
        const verified = await board.json(['verify'], 1);
        assert.equal(verified.broken, 1);
        assert.match(verified.first, /site s-1, writer b-1, epoch [0-9a-f-]+, record \d+/);
        assert.match((await board.ctl(['verify'])).out, /^BROKEN: site s-1/m);
    });
}));

// No chain goes through an index: one that says something else than its table is found in the file.
test('verify finds a damaged file', () => at('board', {}, async (board) => {
    await board.json(['init']);
    await board.json(['user', 'add', 'u-1', '--name', 'Alpha', '--role', 'manager', '--make-pin']);
    const [root, size, id] = (await sql(board.file('journal.db'), "SELECT (SELECT rootpage FROM sqlite_master WHERE type = 'index' AND name = 'event_id') || ' ' || (SELECT page_size FROM pragma_page_size) || ' ' || (SELECT id FROM event WHERE type = 'person-set')")).trim().split(' ');
    const bytes = fs.readFileSync(board.file('journal.db')), begin = (Number(root) - 1) * Number(size), at = bytes.indexOf(id, begin);
    assert.ok(at > begin && at < begin + Number(size), 'the index is in one page');
    bytes.write('f', at);
    fs.writeFileSync(board.file('journal.db'), bytes);
    const verified = await board.json(['verify'], 1);
    assert.equal(verified.broken, 1);
    assert.match(verified.first, /journal\.db is damaged: .*index/);
}));

test('verify finds photo bytes that were changed, and missing ones', () => at('board', {}, async (board) => {
    await board.json(['init']);
    const { photos } = await board.json(['photo', 'add', ...pictures(2)]);
    const table = (await sql(board.file('photos.db'), "SELECT name, sql FROM sqlite_master WHERE sql LIKE '%BLOB%' AND type = 'table'")).split('|')[0];
    const column = (await sql(board.file('photos.db'), `SELECT name FROM pragma_table_info('${table}') WHERE type = 'BLOB'`)).split('\n')[0];
    await sql(board.file('photos.db'), `UPDATE ${table} SET ${column} = CAST(substr(${column}, 1, 5000) || x'00' || substr(${column}, 5002) AS BLOB) WHERE rowid = (SELECT min(rowid) FROM ${table} WHERE length(${column}) > 50000)`);
    await bothWays(board, async () => {
        const verified = await board.json(['verify'], 1);
        assert.equal(verified.broken, 1);
        assert.equal(verified.photos.whole, 1);
        assert.match(verified.first, /^photo [0-9a-f-]{36} of site s-1: its bytes are not the ones that were taken/);
        assert.ok(photos.some((p) => verified.first.includes(p.id)));
    });
}));

test('a board and head office: doctor is content, and verify knows what is on its way', () => withBroker((broker) => at('hub', { broker }, async (hub) => {
    await hub.json(['init']);
    await hub.json(['user', 'add', 'o-1', '--name', 'Office', '--role', 'office', '--make-pin']);
    await hub.start();
    const files = pictures(3), camera = fs.mkdtempSync(`${hub.folder}/camera-`);
    for (const file of files) fs.copyFileSync(file, path.join(camera, path.basename(file)));
    await at('board', { broker, upload: hub.base, camera }, async (board) => {
        await board.json(['init']);
        await board.json(['user', 'add', 'u-1', '--name', 'A', '--role', 'manager', '--make-pin']);
        await board.start();
        await board.json(['photo', 'add', ...files]);
        await until('head office has it all', async () => {
            const { status } = await board.json(['status']);
            return status.photos.total === 3 && status.photos.pending === 0 && status.lanes.photo.received === 3 && status.hub === 'up';
        });
        const doctor = await board.json(['doctor']);
        for (const check of ['settings', 'disk', 'database', 'people', 'daemon', 'camera', 'broker', 'link', 'office', 'hub'])
            assert.equal(find(doctor, check)[0]?.state, 'ok', check);
        assert.equal((await hub.json(['doctor'])).checks.find((c) => c.check === 'broker').state, 'ok');
        const { status } = await hub.json(['status']);
        assert.deepEqual([status.known.boards[0].board, status.known.boards[0].online], ['b-1', true]);
        assert.equal((await hub.json(['verify'])).photos.whole, 3);

        const blobs = hub.file('blobs/originals');
        const [first, second] = fs.readdirSync(blobs, { recursive: true }).map((name) => path.join(blobs, name)).filter((name) => fs.statSync(name).isFile());
        fs.rmSync(first);
        const less = await hub.json(['verify']);
        assert.deepEqual([less.photos.whole, less.photos.on_the_way], [2, 1]);
        fs.chmodSync(second, 0o600);
        fs.appendFileSync(second, 'x');
        const bad = await hub.json(['verify'], 1);
        assert.match(bad.first, /its bytes are not the ones that were taken/);

        fs.rmSync(camera, { recursive: true });
        await hub.stop();
        const ill = await board.json(['doctor'], 1);
        assert.equal(find(ill, 'hub')[0].state, 'wrong');
        assert.equal(find(ill, 'camera')[0].state, 'wrong');
        for (const c of ill.checks) assert.equal(c.state === 'ok', c.mend === null, `${c.check}: what is not ok says how to mend it`);
    });
})));

test('a board that was replaced is accepted at head office', () => withBroker((broker) => at('hub', { broker }, async (hub) => {
    await hub.json(['init']);
    await hub.start();
    const accept = (key, board = 'b-1', site = 's-1') => ['board', 'accept', board, '--site', site, '--key', key];
    const up = async (board) => {
        const { public_key: key } = await board.json(['init']);
        await board.start();
        await until('head office is there', async () => (await board.json(['status'])).status.hub === 'up');
        return key;
    };
    let first = '';
    await at('board', { broker }, async (board) => { first = await up(board); });
    await hub.json(accept(first), 1); // nothing was refused
    await at('board', { broker }, async (board) => {
        const second = await up(board);
        await hub.json(accept(first), 1);
        await hub.json(accept(second, 'b-2'), 1);
        await until('it was refused, and is accepted', async () => (await hub.ctl(accept(second))).code === 0);
        await hub.json(accept(second), 1); // once
        assert.equal((await hub.ctl(['board', 'accept', 'b-1', '--key', second])).code, 2);
        assert.equal((await board.ctl(accept(second))).code, 2);
    });
    await at('board', { broker }, async (board) => { // and one more, while the hub is down
        const third = await up(board);
        await until('it was refused', async () => await sql(hub.file('journal.db'), `SELECT count(*) FROM board_finding WHERE instr(text, '${third}') > 0`) === '1');
        await board.stop();
        await hub.stop();
        await hub.json(accept(third));
    });
})));

test('doctor: every fault has its mend', () => at('board', { broker: 1, upload: 'http://127.0.0.1:9', camera: '/nowhere' }, async (board) => {
    await board.json(['init']);
    const doctor = await board.json(['doctor'], 1);
    for (const check of ['daemon', 'camera', 'broker', 'hub']) assert.equal(find(doctor, check)[0].state, 'wrong', check);
    assert.equal(find(doctor, 'people')[0].state, 'warn');
    assert.equal(doctor.wrong, doctor.checks.filter((c) => c.state === 'wrong').length);
    for (const c of doctor.checks) assert.equal(c.state === 'ok', c.mend === null, c.check);
    const { out, code } = await board.ctl(['doctor']);
    assert.equal(code, 1);
    assert.match(out, /^WRONG broker .*refused\n +→ check host and port/m);
    assert.match(out, /^4 things to mend\.$/m);
}));

test('doctor: clock and clock chip, each with its mend', () => at('board', {}, async (board) => {
    await board.json(['init']);
    const rtc = path.join(board.folder, 'class/rtc/rtc0'), now = () => Math.floor(Date.now() / 1000);
    fs.mkdirSync(rtc, { recursive: true });
    const say = (file, text) => fs.writeFileSync(path.join(rtc, file), `${text}\n`);
    // The grade is the kernel's and the chip's, unless a test says it.
    const look = async (grade, env = {}) => {
        const { checks } = await board.json(['doctor'], 1, { env: { SITELOG_CLOCK_GRADE: grade, SITELOG_CLOCK_SYSFS: board.folder, ...env } });
        for (const c of checks) assert.equal(c.state === 'ok', c.mend === null, `${c.check}: what is not ok says how to mend it`);
        return ['clock', 'rtc'].map((name) => checks.find((c) => c.check === name));
    };
    say('name', 'rtc-ds1307 1-0068');
    say('hctosys', 1);
    say('since_epoch', now());
    let [clock, chip] = await look('');
    assert.match(`${clock.state} ${clock.text}`, /^(warn goes by the clock chip|ok kept right by the network)/);
    assert.match(`${chip.state} ${chip.text}`, /^ok rtc0 \(rtc-ds1307 1-0068\) keeps the time: \d{4}-/);
    [clock] = await look('ntp');
    assert.equal(clock.state, 'ok');
    [clock] = await look('none');
    assert.match(`${clock.state} ${clock.text}`, /^wrong nothing vouches for it/);
    [clock] = await look('none', { SITELOG_CLOCK: '1970-01-01T00:10:00Z,1' });
    assert.match(`${clock.state} ${clock.text}`, /^wrong wrong: it stands before/);
    say('since_epoch', now() - 3600);
    [, chip] = await look('rtc');
    assert.match(`${chip.state} ${chip.text}`, /^warn rtc0 says .*, 36\d\d s behind the system's time$/);
    say('since_epoch', 946684800);
    [, chip] = await look('rtc');
    assert.match(`${chip.state} ${chip.text}`, /^wrong rtc0 says 2000-01-01T00:00:00Z, .*it lost the time$/);
    fs.rmSync(path.join(rtc, 'since_epoch'));
    [, chip] = await look('rtc');
    assert.match(`${chip.state} ${chip.text}`, /^wrong rtc0 does not tell the time/);
    fs.rmSync(rtc, { recursive: true });
    [, chip] = await look('rtc');
    assert.match(`${chip.state} ${chip.text}`, /^warn there is no battery-backed clock/);
}));

test('doctor: certificates that are out of date, missing, or another key\'s', () => withBroker((broker) => at('board', { broker }, async (board) => {
    const pem = (name) => `${board.folder}/${name}`;
    const make = async (name, days) => {
        const { code, err } = await run('/usr/bin/openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', `/CN=${name}`, '-days', String(days), '-keyout', pem(`${name}.key`), '-out', pem(`${name}.crt`)]);
        assert.equal(code, 0, err);
    };
    await make('good', 400);
    await make('soon', 10);
    await board.json(['init']);
    const settings = fs.readFileSync(board.conf, 'utf8');
    const check = async (ca, cert, key) => {
        fs.writeFileSync(board.conf, settings.replace('[mqtt]\n', `[mqtt]\nca = ${pem(ca)}\ncert = ${pem(cert)}\nkey = ${pem(key)}\n`));
        return find(await board.json(['doctor'], 1), 'cert').map((c) => `${c.state} ${c.text}`);
    };
    assert.deepEqual((await check('good.crt', 'good.crt', 'good.key')).map((t) => t.split(' ')[0]), ['ok', 'ok']);
    assert.match((await check('good.crt', 'soon.crt', 'soon.key'))[1], /^warn .*within 30 days/);
    assert.match((await check('good.crt', 'good.crt', 'soon.key'))[2], /^wrong .*is not the key of/);
    assert.match((await check('none.crt', 'good.crt', 'good.key'))[0], /^wrong .*No such file/);
    assert.match((await check('good.key', 'good.crt', 'good.key'))[0], /^wrong .*is no certificate/);
})));

await finish();
