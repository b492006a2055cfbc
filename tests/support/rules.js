// SPDX-License-Identifier: MIT
// What the checks of `make lint` share: the rules file, patterns, the tree's files, and how a violation is told.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const SKIPPED = new Set(['.git', 'build', 'node_modules', 'lint-fixture']);

// "a/*/b*.c": * within a name, ** over folders.
function pattern(glob) {
    const source = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*\*|\*/g, (m) => (m === '**' ? '.*' : '[^/]*'));
    return new RegExp(`^${source}$`);
}

// The lines of include-rules.txt as {word, left: [RegExp], right: [RegExp or text]}.
function readRules(file) {
    const rules = [];
    fs.readFileSync(file, 'utf8').split('\n').forEach((line, i) => {
        const text = line.replace(/#.*/, '').trim();
        if (text === '') return;
        const [word, ...rest] = text.split(/\s+/);
        const at = rest.indexOf(':');
        const left = at < 0 ? rest : rest.slice(0, at);
        const right = at < 0 ? [] : rest.slice(at + 1);
        const paired = ['files', 'third', 'names'].includes(word);
        if (!paired && !['system', 'macro', 'free'].includes(word)) throw new Error(`${file}:${i + 1}: unknown word '${word}'`);
        if (left.length === 0 || paired !== (right.length > 0)) throw new Error(`${file}:${i + 1}: the line is not complete`);
        rules.push({ word, left: left.map(pattern), right: word === 'names' ? right : right.map(pattern) });
    });
    return rules;
}

function listFiles(root, folder = '') {
    const found = [];
    for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
        const name = path.posix.join(folder, entry.name);
        if (SKIPPED.has(entry.name)) continue;
        if (entry.isDirectory()) found.push(...listFiles(root, name));
        else if (entry.isFile()) found.push(name);
    }
    return found.sort();
}

// Prints the violations and ends the program: 1 where there are any, 1 also where nothing was looked at.
function finish(what, looked, violations) {
    for (const v of violations) console.log(`${v.file}:${v.line}: ${v.kind}: ${v.text}`);
    console.log(`${what}: ${looked} looked at, ${violations.length} violations`);
    process.exit(violations.length > 0 || looked === 0 ? 1 : 0);
}

// --root DIR of the command line, or the tree that this file is in.
function rootFolder() {
    const at = process.argv.indexOf('--root');
    return at > 0 ? process.argv[at + 1] : path.join(__dirname, '..', '..');
}

module.exports = { readRules, listFiles, finish, rootFolder, rulesFile: path.join(__dirname, 'include-rules.txt') };
