// SPDX-License-Identifier: MIT
// Whether a program is as well as before: same process, bounded memory, no file descriptors lost, and nothing more in its database and folders.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { request, until } from './programs.mjs';

const MORE_KB = 64 * 1024, MORE_FDS = 6;

const rssKb = (pid) => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
const fds = (pid) => fs.readdirSync(`/proc/${pid}/fd`).length;

// Remembers how a program is; the function it gives asserts that it is so still.
export function vitals(program, where) {
    const { pid } = program.child, before = { rss: rssKb(pid), fds: fds(pid) };
    return async () => {
        assert.equal(program.child?.pid, pid, `${program.name} is the same process`);
        assert.equal((await request(where, 'GET', '/healthz')).status, 200);
        const rss = rssKb(pid);
        assert.ok(rss < before.rss + MORE_KB, `${program.name}: ${before.rss} kB grew to ${rss} kB`);
        await until(`${program.name} has closed what it opened (${before.fds} before)`, () => fds(pid) <= before.fds + MORE_FDS);
    };
}

// What changes although nobody writes: sessions, how far copying is, who is online and what was odd about them, statistics.
const restless = /^(session|mark|peer|board|board_head|board_finding|sqlite_.*|held.*|own|upload|outbox)$/;

function rows(file) {
    const query = (sql) => execFileSync('sqlite3', ['-readonly', '-cmd', '.timeout 5000', file, sql], { encoding: 'utf8' }).split('\n').filter(Boolean);
    const tables = query("SELECT name FROM sqlite_master WHERE type = 'table'").filter((name) => !restless.test(name));
    return Object.fromEntries(query(tables.map((name) => `SELECT '${name}', count(*) FROM "${name}"`).join(' UNION ALL ')).map((line) => line.split('|')));
}

function files(dir) {
    return fs.readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && !/\.(db|db-wal|db-shm|db-journal)$/.test(entry.name))
        .map((entry) => path.relative(dir, path.join(entry.path, entry.name))).sort();
}

// Rows per table of every database, and the names of all other files, of a program's folder.
export function stored(dir) {
    const found = { files: files(dir) };
    for (const name of fs.readdirSync(dir).filter((file) => file.endsWith('.db'))) found[name] = rows(path.join(dir, name));
    return found;
}
