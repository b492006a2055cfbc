// SPDX-License-Identifier: MIT
// Numbers in a text that belong to a person. The same recogniser as app/journal/privacy_number.c, where it is told what is one and what is none;
// the server masks them whatever happens here. tests/unit/app/journal/privacy-corpus.json holds both to the same answers.

const SEPARATOR = /^(?:[ \-.)\u00a0\u3000\uff0d\u2010\u2011\u2013\u2014\u2212\u00b7\u2022\uff0e\u3002\uff09]|([,\uff0c\u3001]))/;
const DIGIT = /[0-9\uff10-\uff19]/;
const WORD = /[A-Za-z0-9_]/;
const LABEL = /^(?:tel|phone|mobile|mob|cell|wechat|weixin|wx|vx|id|card|sfz)$/i;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![A-Za-z0-9_])/i;
const REGIONS = ['', '', '', '134579', '1235678', '123456789', '369', '0123456789', '1235789', '0134579'];
const MASKED = /^[0-9]{3}\*{2,12}(?:[0-9]{4}(?![0-9])|[0-9]{3}[xX](?![A-Za-z0-9_]))/; // its ends are no part of another number
const GROUPS_MAX = 8;
const DIGITS_MAX = 40;

const digit = (c) => (c >= '\uff10' ? String.fromCharCode(c.charCodeAt(0) - 0xfee0) : c);
const isX = (text, at) => /[xX\uff38\uff58]/.test(text[at] ?? '') && !WORD.test(text[at + 1] ?? '');

// Groups of digits from text[at] on: [{ digits, to, comma }].
function readRow(text, at) {
    const groups = [];
    let comma = false;
    let n = 0;
    while (groups.length < GROUPS_MAX && n < DIGITS_MAX) {
        let digits = '';
        for (; DIGIT.test(text[at] ?? ''); at++) digits += digit(text[at]);
        if (n + digits.length === 17 && isX(text, at)) digits += /[X\uff38]/.test(text[at++]) ? 'X' : 'x';
        n += digits.length;
        groups.push({ digits, to: at, comma });
        for (let i = 0, m; i < 3 && (m = SEPARATOR.exec(text[at] ?? '')); i++, at++) comma ||= Boolean(m[1]);
        if (at === groups.at(-1).to || MASKED.test(text.slice(at, at + 20)) || !(DIGIT.test(text[at] ?? '') || (n === 17 && isX(text, at)))) break;
    }
    return groups;
}

function isDate(year, month, day) {
    return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

const isProvince = (p) => (p >= 11 && p <= 15) || (p >= 21 && p <= 23) || (p >= 31 && p <= 37) || (p >= 41 && p <= 46) || (p >= 50 && p <= 54) || (p >= 61 && p <= 65) || p === 71 || (p >= 81 && p <= 83) || p === 91;

function isIdentity(d) {
    const number = (from, n) => Number(d.slice(from, from + n));
    if (!isProvince(number(0, 2))) return false;
    if (d.length === 15) return isDate(1900 + number(6, 2), number(8, 2), number(10, 2));
    if (d.length !== 18 || d.slice(6, 8) < '19' || d.slice(6, 8) > '20' || !isDate(number(6, 4), number(10, 2), number(12, 2))) return false;
    const sum = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2].reduce((all, weight, i) => all + weight * Number(d[i]), 0);
    return d[17].toUpperCase() === '10X98765432'[sum % 11];
}

function isIssuer(d) {
    const n = d.length;
    const four = Number(d.slice(0, 4));
    if (n === 15) return /^3[47]/.test(d);
    if (n < 16 || n > 19) return false;
    if (/^(?:6[0245]|81|5[0678])/.test(d) || (four >= 3528 && four <= 3589)) return true;
    if (four === 9558) return n === 19;
    if (d[0] === '4') return n === 16 || n === 19;
    return n === 16 && (/^5[1-5]/.test(d) || (four >= 2221 && four <= 2720));
}

function isCard(d) {
    if (!isIssuer(d)) return false;
    const sum = [...d].reverse().reduce((all, c, i) => all + (i % 2 === 0 ? Number(c) : Number(c) * 2 - (Number(c) > 4 ? 9 : 0)), 0);
    return sum % 10 === 0;
}

function isFixedLine(groups, d, abroad) {
    const area = (abroad && d[0] !== '0' ? '0' : '') + groups[0];
    if (groups.length < 2 || groups.length > 3 || d.length < 9 || d[groups[0].length] < '2') return false;
    if (!/^0(?:10|2\d)$/.test(area) && !(/^0\d{3}$/.test(area) && REGIONS[area[1]].includes(area[2]))) return false;
    const [, a, b] = groups.map((g) => g.length);
    return groups.length === 2 ? a === 7 || a === 8 : b === 4 && (a === 3 || a === 4);
}

const shape = (groups) => groups.map((g) => g.length).join();

function isTelephone(groups, abroad) {
    const d = groups.join('');
    if (d.length > 12 || /x/i.test(d)) return false;
    return (/^1[3-9]\d{9}$/.test(d) && (groups.length === 1 || ['3,4,4', '3,8', '7,4'].includes(shape(groups)))) || isFixedLine(groups, d, abroad);
}

// The number in these groups, without its country's code, or ''. word: letters stand in front, which only an identity number outweighs.
function numberIn(row, word, plus) {
    const groups = row.map((g) => g.digits);
    const d = groups.join('');
    if (d.length === 18 && isIdentity(d)) return d;
    if (d.length > 19 || word || row.at(-1).comma || /x/i.test(d)) return '';
    if (d.length === 15 && isIdentity(d) && ['15', '6,6,3'].includes(shape(groups))) return d;
    if (/^(?:\d+|6,\d+|4,6,5|(?:4,){3,}[1-4])$/.test(shape(groups)) && isCard(d)) return d;
    if (isTelephone(groups, false)) return d;
    const code = /^(?:00)?86/.exec(groups[0])?.[0] ?? '';
    if (!code || groups.join('') === code) return '';
    const rest = groups[0] === code ? groups.slice(1) : [groups[0].slice(code.length), ...groups.slice(1)];
    return isTelephone(rest, plus || code.length === 4) ? rest.join('') : '';
}

function afterWord(text, at) {
    const word = /[A-Za-z0-9_]*$/.exec(text.slice(Math.max(0, at - 9), at))[0];
    return word !== '' && !LABEL.test(word);
}

// [{ from, to, masked }] of a text.
export function findNumbers(text) {
    const found = [];
    for (let at = 0; at < text.length;) {
        if (!WORD.test(text[at - 1] ?? '') && UUID.test(text.slice(at, at + 37))) {
            at += 36;
            continue;
        }
        const masked = MASKED.exec(text.slice(at, at + 20))?.[0];
        if (masked || !DIGIT.test(text[at])) {
            at += masked?.length ?? 1;
            continue;
        }
        const row = readRow(text, at);
        const plus = /[+\uff0b]/.test(text[at - 1] ?? '');
        const word = afterWord(text, at);
        let d = '';
        while (row.length && !(d = WORD.test(text[row.at(-1).to] ?? '') ? '' : numberIn(row, word, plus))) row.pop();
        if (d) {
            const from = plus && !DIGIT.test(text[at - 2] ?? '') && row.map((g) => g.digits).join('') !== d ? at - 1 : at;
            found.push({ from, to: row.at(-1).to, masked: `${d.slice(0, 3)}${'*'.repeat(d.length - 7)}${d.slice(-4)}` });
            at = row.at(-1).to;
        } else {
            while (DIGIT.test(text[at] ?? '')) at++;
        }
    }
    return found;
}

export function maskText(text) {
    let out = '';
    let at = 0;
    for (const { from, to, masked } of findNumbers(text)) {
        out += text.slice(at, from) + masked;
        at = to;
    }
    return out + text.slice(at);
}
