// SPDX-License-Identifier: MIT
// Extern symbols begin with their file's stem or its first word (journal_append in journal.c, camera_open in camera_v4l2.c).
// Usage: symbol-rules.js [--root DIR] OBJECTS-FOLDER. Exit 1 and one line for each other symbol.
'use strict';
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { readRules, listFiles, finish, rulesFile } = require('./rules.js');

const objects = process.argv[process.argv.length - 1];
const names = readRules(rulesFile).filter((r) => r.word === 'names');
const violations = [];
let looked = 0;
for (const object of listFiles(objects).filter((f) => f.endsWith('.o') && !f.startsWith('tests/'))) {
    const file = object.replace(/\.o$/, '.c');
    const stem = path.basename(object, '.o').replace(/-/g, '_');
    const prefixes = [`${stem.split('_')[0]}_`, stem];
    for (const r of names) if (r.left.some((p) => p.test(file))) prefixes.push(...r.right);
    const listing = execFileSync('nm', ['-g', '--defined-only', '-P', path.join(objects, object)], { encoding: 'utf8' });
    for (const line of listing.split('\n').filter((l) => l !== '')) {
        const symbol = line.split(' ')[0];
        looked++;
        if (symbol.startsWith('__') || prefixes.some((p) => symbol.startsWith(p))) continue; // __: the sanitizers' own
        violations.push({ file, line: 1, kind: 'name', text: `extern symbol ${symbol} does not begin with ${prefixes.join(' or ')}` });
    }
}
finish('symbols', looked, violations);
