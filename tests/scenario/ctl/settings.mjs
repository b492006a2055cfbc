// SPDX-License-Identifier: MIT
// Wrong arguments, wrong settings, and stored data that cannot be read: what is said, how it ends, and that nothing is touched.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { at, finish, randomHex, run, sha256, test } from '../../support/ctl_rig.mjs';

const kinds = ['board', 'hub'];

test('wrong arguments end with 2 and say what there is', async () => {
    const cases = [
        [[], /a command is missing/],
        [['--frob', 'status'], /no option --frob/],
        [['usr', 'list'], /did you mean user list\?/],
        [['user'], /did you mean user/],
        [['--config'], /--config wants a FILE/],
    ];
    for (const [args, expected] of cases) {
        const { code, out, err } = await run('sitelogctl', args);
        assert.equal(code, 2, args.join(' '));
        assert.match(err, expected);
        assert.equal(out, '');
        const json = await run('sitelogctl', ['--json', ...args]);
        assert.equal(json.code, 2);
        assert.equal(JSON.parse(json.out).ok, false);
    }
    await at('board', {}, async (board) => {
        const more = [
            [['user', 'add'], /an ID is missing/], [['user', 'add', 'a', 'b', '--name', 'x', '--role', 'crew'], /one ID/],
            [['user', 'add', 'u-1', '--name', 'x'], /--role is missing/], [['user', 'add', 'u-1', '--name', 'x', '--role'], /--role wants a value/],
            [['user', 'add', 'u-1', '--name', 'x', '--role', 'boss'], /roles: manager supervisor crew installer office viewer/],
            [['user', 'add', 'u 1', '--name', 'x', '--role', 'crew'], /an ID has/], [['user', 'add', 'u-1', '--nam', 'x'], /no option --nam/],
            [['user', 'lock'], /give one ID/], [['status', 'now'], /no arguments/], [['verify', '--fast'], /no option --fast/], [['photo', 'add'], /a FILE is missing/],
        ];
        for (const [args, expected] of more) {
            const { code, err } = await board.ctl(args);
            assert.equal(code, 2, args.join(' '));
            assert.match(err, expected);
            assert.match(err, new RegExp(`usage: sitelogctl ${args[0]}`));
        }
        assert.equal(fs.existsSync(board.dir), false, 'nothing was made');
    });
});

test('help names every command, the exit codes, and no PIN on the command line as the way to do it', async () => {
    const { code, out } = await run('sitelogctl', ['--help']);
    assert.equal(code, 0);
    for (const command of ['init', 'user add', 'user list', 'user lock', 'user unlock', 'status', 'doctor', 'verify', 'rebuild', 'photo add']) {
        assert.match(out, new RegExp(`^  ${command} `, 'm'));
        const one = await run('sitelogctl', [...command.split(' '), '--help']);
        assert.equal(one.code, 0);
        assert.match(one.out, /^with --json: ok, /m);
    }
    assert.match(out, /0 done; 1 found .* 2 wrong .* 3 another/s);
    const { out: add } = await run('sitelogctl', ['user', 'add', '--help']);
    assert.match(add, /--pin PIN\s+for tests only/);
    assert.match((await run('sitelogctl', ['--version'])).out, /^sitelogctl \S+\n$/);
});

for (const kind of kinds) {
    test(`wrong settings: file, line, key and what is allowed (${kind})`, () => at(kind, { settings: '[log]\nlevel = loud\nlevle = info\n' }, async (place) => {
        const lines = fs.readFileSync(place.conf, 'utf8').split('\n');
        const line = lines.indexOf('level = loud') + 1;
        for (const [program, args] of [['sitelogctl', ['--config', place.conf, 'status']], [place.program, ['--config', place.conf]], [place.program, ['--config', place.conf, '--check']]]) {
            const { code, err } = await run(program, args);
            assert.equal(code, 2, `${program}: ${err}`);
            assert.ok(err.includes(`${place.conf}:${line}: [log] level: 'loud' is not allowed; allowed: error, warn, info or debug`), err);
            assert.ok(err.includes(`${place.conf}:${line + 1}: [log] levle:`), err);
            assert.match(err, /did you mean|level/);
        }
        const json = await place.json(['status'], 2);
        assert.equal(json.problems.length, 2);
        assert.equal(fs.existsSync(place.dir), false, 'nothing was made');
    }));

    test(`before init every command says so, and makes nothing (${kind})`, () => at(kind, {}, async (place) => {
        for (const args of [['status'], ['user', 'list'], ['user', 'lock', 'x'], ['verify'], ['rebuild'], ['user', 'add', 'u-1', '--name', 'A', '--role', 'viewer']]) {
            const { code, err } = await place.ctl(args);
            assert.equal(code, 1, args.join(' '));
            assert.ok(err.includes(`sitelogctl --config ${place.conf} init`), err);
        }
        const doctor = await place.json(['doctor'], 1);
        assert.ok(doctor.checks.some((c) => c.state === 'wrong' && c.check === 'disk'));
        assert.equal(fs.existsSync(place.dir), false);
    }));

    test(`a database that is none: which file, what to do, exit 1, and not a byte is touched (${kind})`, () => at(kind, {}, async (place) => {
        await place.json(['init']);
        const file = place.file('journal.db');
        for (const bytes of [Buffer.from(randomHex(4096)), Buffer.from('SQLite format 3\0 and then nonsense'), fs.readFileSync(file).subarray(0, 3000)]) {
            for (const name of ['journal.db-wal', 'journal.db-shm']) fs.rmSync(place.file(name), { force: true });
            fs.writeFileSync(file, bytes);
            const before = sha256(file);
            for (const [program, args] of [[place.program, []], ['sitelogctl', ['status']], ['sitelogctl', ['verify']], ['sitelogctl', ['init']], ['sitelogctl', ['user', 'list']], ['sitelogctl', ['doctor']]]) {
                const { code, out, err } = await run(program, ['--config', place.conf, ...args]);
                assert.equal(code, 1, `${program} ${args}: ${code} ${err}`);
                assert.ok((out + err).includes(file), `${program} ${args} names the file: ${out}${err}`);
                assert.match(out + err, /backup|move it|put back|damaged|not a database/i);
                assert.equal(sha256(file), before, `${program} ${args} left it alone`);
            }
        }
    }));

    test(`a database of a newer version: exit 1, nothing touched (${kind})`, () => at(kind, {}, async (place) => {
        await place.json(['init']);
        const file = place.file('journal.db');
        assert.equal((await run('/usr/bin/sqlite3', [file, 'PRAGMA journal_mode=DELETE; PRAGMA user_version=99'])).code, 0);
        const before = sha256(file);
        for (const [program, args] of [[place.program, []], ['sitelogctl', ['status']], ['sitelogctl', ['init']], ['sitelogctl', ['user', 'list']]]) {
            const { code, err } = await run(program, ['--config', place.conf, ...args]);
            assert.equal(code, 1, `${program} ${args}: ${err}`);
            assert.match(err, /99/);
            assert.match(err, /newer/);
            assert.equal(sha256(file), before, `${program} ${args} left it alone`);
        }
    }));

    test(`settings of another board or organisation: exit 1, and whose it is (${kind})`, () => at(kind, {}, async (place) => {
        await place.json(['init']);
        const text = fs.readFileSync(place.conf, 'utf8');
        fs.writeFileSync(place.conf, text.replace('org = acme', 'org = other'));
        for (const [program, args] of [[place.program, []], ['sitelogctl', ['rebuild']]]) {
            const { code, err } = await run(program, ['--config', place.conf, ...args]);
            assert.equal(code, 1, `${program}: ${err}`);
            assert.match(err, /acme/);
            assert.match(err, /other/);
        }
    }));
}

test('photos.db that is none: the daemon names it, and leaves it alone', () => at('board', {}, async (board) => {
    await board.json(['init']);
    const file = board.file('photos.db');
    fs.rmSync(board.file('photos.db-journal'), { force: true });
    fs.writeFileSync(file, randomHex(8192));
    const before = sha256(file);
    for (const [program, args] of [['sitelogd', []], ['sitelogctl', ['verify']], ['sitelogctl', ['rebuild']]]) {
        const { code, err } = await run(program, ['--config', board.conf, ...args]);
        assert.equal(code, 1, `${program}: ${err}`);
        assert.ok(err.includes(file), err);
        assert.equal(sha256(file), before);
    }
}));

test('a file that is no settings, both kinds in one, and none at all', () => at('board', {}, async (board) => {
    const file = `${board.folder}/x.conf`;
    for (const text of ['', 'hello\n', '[board]\norg = a\nsite = s\nid = b\n[hub]\norg = a\n']) {
        fs.writeFileSync(file, text);
        const { code, err } = await run('sitelogctl', ['status', '--config', file]);
        assert.equal(code, 2);
        assert.match(err, /either a section \[board\] .* or a section \[hub\]/);
    }
    const { code, err } = await run('sitelogctl', ['status', `--config=${file}.not`]);
    assert.equal(code, 2);
    assert.ok(err.includes(`${file}.not`), err);
    fs.writeFileSync(file, '; everything by the environment\n');
    const env = { SITELOG_HUB_ORG: 'acme', SITELOG_STORE_URL: `sqlite:${board.folder}/env` };
    const made = await run('sitelogctl', ['--json', 'init', '--config', file], { env });
    assert.equal(made.code, 0, made.err);
    assert.equal(JSON.parse(made.out).kind, 'hub');
}));

await finish();
