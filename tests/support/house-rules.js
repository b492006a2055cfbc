// SPDX-License-Identifier: MIT
// House rules that a text search can hold. Exit 1 and one line each for:
//   spdx   a source file whose first lines lack the licence
//   path   a path of somebody's machine
//   space  white space at a line's end, or a tab where the house indents with blanks
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { listFiles, finish, rootFolder } = require('./rules.js');

const NEEDS_SPDX = /\.(c|h|S|sh|js|mjs|css|mk|py|service|conf)$/;
const TEXT = /\.(c|h|S|sh|js|mjs|css|html|mk|py|service|conf|md|txt|json|yaml|yml|acl|sql)$|(^|\/)(Makefile|run)$/;
// A path that begins in a home or a work folder, and the folder of shared notes.
const MACHINE_PATH = /(?:^|[^\w.\-\/])\/(?:work|root|home\/[\w.-]+|tmp\/w)\/[\w.-]|\bshared\/(?:design|wire|interfaces|style|domain)\b(?!\.js\b)/;

const root = rootFolder();
const violations = [];
let looked = 0;
for (const file of listFiles(root)) {
    if (!TEXT.test(file) || /(^|\/)package-lock\.json$/.test(file)) continue;
    looked++;
    const lines = fs.readFileSync(path.join(root, file), 'utf8').split('\n');
    const say = (line, kind, text) => violations.push({ file, line, kind, text });
    if (NEEDS_SPDX.test(file) && !lines.slice(0, 2).some((l) => l.includes('SPDX-License-Identifier: '))) {
        say(1, 'spdx', 'begin the file with its SPDX-License-Identifier line');
    }
    lines.forEach((line, i) => {
        if (MACHINE_PATH.test(line)) say(i + 1, 'path', 'this path exists on one machine only');
        if (/[ \t]$/.test(line) && !/\.md$/.test(file)) say(i + 1, 'space', 'white space at the end of the line');
        if (/^ *\t/.test(line) && /\.(c|h|js|mjs|css)$/.test(file)) say(i + 1, 'space', 'indent with blanks');
    });
}
finish('house rules', looked, violations);
