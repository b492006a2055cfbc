// SPDX-License-Identifier: MIT
// Proves that the checks can fail: runs them on lint-fixture, a small tree with a violation of every kind planted in it, each
// marked `plant: KIND` on its line. Every plant must be reported, nothing else may be, and the exit code must say so.
'use strict';
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { listFiles } = require('./rules.js');

const fixture = path.join(__dirname, 'lint-fixture');
const KINDS = ['folder', 'third', 'unknown', 'relative', 'macro', 'spdx', 'path', 'space', 'name'];

function planted() {
    const found = new Set();
    for (const file of listFiles(fixture)) {
        fs.readFileSync(path.join(fixture, file), 'utf8').split('\n').forEach((line, i) => {
            for (const m of line.matchAll(/plant: (\w+)/g)) found.add(`${file}:${m[1] === 'name' ? 1 : i + 1}: ${m[1]}`);
        });
    }
    return found;
}

// The fixture's own objects, for the check of names: whatever of it compiles alone.
function compile(folder) {
    const file = 'firmware/base/names.c';
    fs.mkdirSync(path.join(folder, 'firmware/base'), { recursive: true });
    const r = spawnSync('cc', ['-c', path.join(fixture, file), '-o', path.join(folder, file.replace('.c', '.o'))], { stdio: 'inherit' });
    if (r.status !== 0) throw new Error('the fixture does not compile');
}

function reported(script, args, problems) {
    const r = spawnSync(process.execPath, [path.join(__dirname, script), ...args], { encoding: 'utf8' });
    if (r.status !== 1) problems.push(`${script} ended with ${r.status} on a tree full of violations: ${r.stderr}`);
    return [...r.stdout.matchAll(/^(\S+:\d+: \w+): /gm)].map((m) => m[1]);
}

const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'sitelog-lint-'));
const problems = [];
try {
    compile(temporary);
    const plants = planted();
    const found = new Set([
        ...reported('include-rules.js', ['--root', fixture], problems),
        ...reported('house-rules.js', ['--root', fixture], problems),
        ...reported('symbol-rules.js', [temporary], problems),
    ]);
    for (const p of plants) if (!found.has(p)) problems.push(`planted, not reported: ${p}`);
    for (const f of found) if (!plants.has(f)) problems.push(`reported, not planted: ${f}`);
    for (const k of KINDS) if (![...plants].some((p) => p.endsWith(`: ${k}`))) problems.push(`no violation of the kind ${k} is planted`);
    console.log(`lint self-test: ${plants.size} planted violations, ${problems.length} problems`);
} finally {
    fs.rmSync(temporary, { recursive: true });
}
for (const p of problems) console.log(p);
process.exit(problems.length > 0 ? 1 : 0);
