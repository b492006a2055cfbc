// SPDX-License-Identifier: MIT
// Holds every #include of the tree to include-rules.txt. Exit 1 and one line each for what is not allowed:
//   folder    a header of the project that this file may not include
//   third     a library's header outside the file or folder that it belongs to
//   unknown   a header in <> that no rule knows
//   relative  a header in "" that is not written from the root of the tree
//   macro     an include that a macro makes up, which no check can read
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { readRules, listFiles, finish, rootFolder, rulesFile } = require('./rules.js');

const matches = (patterns, name) => patterns.some((p) => p.test(name));

// [{line, form: '<' | '"' | 'macro', header}], comments left out.
function includesOf(text) {
    const code = text.replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, ' '));
    const found = [];
    code.split('\n').forEach((line, i) => {
        const m = /^\s*#\s*include(?:_next)?\s*(?:([<"])([^>"]+)[>"]|(\S+))/.exec(line);
        if (m) found.push({ line: i + 1, form: m[1] || 'macro', header: m[2] || m[3] });
    });
    return found;
}

function judge(rules, file, include) {
    const of = (word) => rules.filter((r) => r.word === word);
    const { form, header } = include;
    if (of('free').some((r) => matches(r.left, file))) return null;
    if (form === 'macro') {
        return of('macro').some((r) => matches(r.left, file)) ? null : ['macro', `#include ${header}: name the header itself`];
    }
    if (form === '"') {
        if (!header.includes('/') || header.includes('..')) return ['relative', `"${header}": write it from the root of the tree`];
        const allowed = of('files').some((r) => matches(r.left, file) && matches(r.right, header));
        return allowed ? null : ['folder', `may not include "${header}"`];
    }
    const third = of('third').filter((r) => matches(r.left, header));
    if (third.length > 0) {
        return third.some((r) => matches(r.right, file)) ? null : ['third', `may not include <${header}>`];
    }
    return of('system').some((r) => matches(r.left, header)) ? null : ['unknown', `<${header}> is in no rule`];
}

const root = rootFolder();
const rules = readRules(rulesFile);
const violations = [];
let looked = 0;
for (const file of listFiles(root).filter((f) => /\.[ch]$/.test(f))) {
    for (const include of includesOf(fs.readFileSync(path.join(root, file), 'utf8'))) {
        const verdict = judge(rules, file, include);
        looked++;
        if (verdict) violations.push({ file, line: include.line, kind: verdict[0], text: verdict[1] });
    }
}
finish('includes', looked, violations);
