// SPDX-License-Identifier: MIT
// A QR code of a short text (ISO/IEC 18004: bytes, error correction M, versions 1 to 10), for what a phone is to open. Fetched with what shows one.

const EC = [0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26]; // error correction codewords of a block, by version
const BLOCKS = [0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5];
const ALIGN = [[], [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];
const MASKS = [(x, y) => (x + y) % 2, (x, y) => y % 2, (x) => x % 3, (x, y) => (x + y) % 3, (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
    (x, y) => ((x * y) % 2) + ((x * y) % 3), (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2, (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2];

const sizeOf = (version) => 17 + 4 * version;
// Codewords, data and error correction: what the fixed patterns leave.
function codewords(version) {
    let bits = (16 * version + 128) * version + 64;
    if (version >= 2) bits -= (25 * (Math.floor(version / 7) + 2) - 10) * (Math.floor(version / 7) + 2) - 55;
    if (version >= 7) bits -= 36;
    return Math.floor(bits / 8);
}
const room = (version) => codewords(version) - EC[version] * BLOCKS[version];

// ---- Reed-Solomon over GF(256) ----

function times(a, b) {
    let product = 0;
    for (let i = 7; i >= 0; i--) product = (product << 1) ^ ((product >>> 7) * 0x11d) ^ (((b >>> i) & 1) * a);
    return product;
}
function divisor(degree) {
    const result = [...Array(degree - 1).fill(0), 1];
    for (let i = 0, root = 1; i < degree; i++, root = times(root, 2)) {
        for (let k = 0; k < degree; k++) result[k] = times(result[k], root) ^ (result[k + 1] ?? 0);
    }
    return result;
}
function remainder(data, by) {
    const result = by.map(() => 0);
    for (const byte of data) {
        const factor = byte ^ result.shift();
        result.push(0);
        by.forEach((coefficient, i) => { result[i] ^= times(coefficient, factor); });
    }
    return result;
}

// The bytes as they are laid out: data in blocks, each with its correction, woven together.
function woven(text, version) {
    const bytes = [...new TextEncoder().encode(text)], bits = [];
    const put = (value, n) => { for (let i = n - 1; i >= 0; i--) bits.push((value >>> i) & 1); };
    put(4, 4);
    put(bytes.length, version < 10 ? 8 : 16);
    bytes.forEach((byte) => put(byte, 8));
    put(0, Math.min(4, room(version) * 8 - bits.length));
    put(0, -bits.length & 7);
    for (let pad = 0xec; bits.length < room(version) * 8; pad ^= 0xec ^ 0x11) put(pad, 8);
    const data = Array.from({ length: bits.length / 8 }, (_, i) => parseInt(bits.slice(i * 8, i * 8 + 8).join(''), 2));
    const count = BLOCKS[version], short = Math.floor(data.length / count), longs = data.length % count, by = divisor(EC[version]);
    const blocks = Array.from({ length: count }, (_, i) => data.splice(0, short + (i >= count - longs ? 1 : 0)));
    const out = [];
    for (let i = 0; i <= short; i++) for (const block of blocks) if (i < block.length) out.push(block[i]);
    const corrections = blocks.map((block) => remainder(block, by));
    for (let i = 0; i < EC[version]; i++) for (const one of corrections) out.push(one[i]);
    return out;
}

// ---- the square ----

function patterns(version) {
    const size = sizeOf(version), dark = Array.from({ length: size }, () => Array(size).fill(0)), fixed = dark.map((row) => [...row]);
    const set = (x, y, on) => {
        if (x < 0 || y < 0 || x >= size || y >= size) return;
        dark[y][x] = on ? 1 : 0;
        fixed[y][x] = 1;
    };
    for (let i = 0; i < size; i++) {
        set(6, i, i % 2 === 0);
        set(i, 6, i % 2 === 0);
    }
    for (const [cx, cy] of [[3, 3], [size - 4, 3], [3, size - 4]]) {
        for (let dy = -4; dy <= 4; dy++) for (let dx = -4; dx <= 4; dx++) set(cx + dx, cy + dy, ![2, 4].includes(Math.max(Math.abs(dx), Math.abs(dy))));
    }
    const at = ALIGN[version], last = at.length - 1;
    at.forEach((cx, i) => at.forEach((cy, k) => {
        if ((i === 0 && k === 0) || (i === 0 && k === last) || (i === last && k === 0)) return;
        for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
    }));
    if (version >= 7) {
        let rest = version;
        for (let i = 0; i < 12; i++) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
        for (let i = 0; i < 18; i++) {
            const bit = (((version << 12) | rest) >>> i) & 1, a = size - 11 + (i % 3), b = Math.floor(i / 3);
            set(a, b, bit);
            set(b, a, bit);
        }
    }
    return { size, dark, fixed, set };
}

function format(square, mask) {
    const { size, set } = square;
    let rest = mask; // error correction M is 00
    for (let i = 0; i < 10; i++) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
    const bits = ((mask << 10) | rest) ^ 0x5412, bit = (i) => (bits >>> i) & 1;
    for (let i = 0; i <= 5; i++) set(8, i, bit(i));
    set(8, 7, bit(6));
    set(8, 8, bit(7));
    set(7, 8, bit(8));
    for (let i = 9; i < 15; i++) set(14 - i, 8, bit(i));
    for (let i = 0; i < 8; i++) set(size - 1 - i, 8, bit(i));
    for (let i = 8; i < 15; i++) set(8, size - 15 + i, bit(i));
    set(8, size - 8, 1);
}

function lay({ size, dark, fixed }, bytes) {
    let i = 0;
    for (let right = size - 1; right >= 1; right -= 2) {
        if (right === 6) right = 5;
        for (let step = 0; step < size; step++) {
            for (const x of [right, right - 1]) {
                const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
                if (fixed[y][x] || i >= bytes.length * 8) continue;
                dark[y][x] = (bytes[i >>> 3] >>> (7 - (i & 7))) & 1;
                i++;
            }
        }
    }
}

// How hard a square is to read: long runs, blocks, what looks like a corner, too much of one colour.
function penalty(dark) {
    const size = dark.length, turned = dark.map((_, x) => dark.map((row) => row[x]));
    let sum = 0;
    for (const row of [...dark, ...turned].map((line) => line.join(''))) {
        for (const [run] of row.matchAll(/0{5,}|1{5,}/g)) sum += run.length - 2;
        for (let i = 0; i + 11 <= size; i++) if (/^(10111010000|00001011101)/.test(row.slice(i, i + 11))) sum += 40;
    }
    for (let y = 0; y + 1 < size; y++) for (let x = 0; x + 1 < size; x++) if (new Set([dark[y][x], dark[y][x + 1], dark[y + 1][x], dark[y + 1][x + 1]]).size === 1) sum += 3;
    const share = dark.flat().filter(Boolean).length / size / size;
    return sum + Math.floor(Math.abs(share - 0.5) * 20) * 10;
}

// Rows of 0 and 1 without the quiet zone; null: the text is too long.
export function qrCode(text) {
    const length = new TextEncoder().encode(text).length;
    const version = EC.findIndex((_, v) => v > 0 && length + (v < 10 ? 2 : 3) <= room(v));
    if (version < 0) return null;
    const bytes = woven(text, version);
    let best = null;
    MASKS.forEach((hides, mask) => {
        const square = patterns(version);
        format(square, mask); // reserves its place
        lay(square, bytes);
        square.dark.forEach((row, y) => row.forEach((_, x) => { if (!square.fixed[y][x] && hides(x, y) === 0) row[x] ^= 1; }));
        const points = penalty(square.dark);
        if (!best || points < best.points) best = { points, dark: square.dark };
    });
    return best.dark;
}

// A canvas of it, with its quiet zone, `px` wide or a little less.
export function qrCanvas(text, px) {
    const rows = qrCode(text);
    if (!rows) return null;
    const quiet = 4, all = rows.length + 2 * quiet, one = Math.max(1, Math.floor(px / all));
    const canvas = Object.assign(document.createElement('canvas'), { width: all * one, height: all * one });
    const pen = canvas.getContext('2d');
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = '#000';
    rows.forEach((row, y) => row.forEach((on, x) => on && pen.fillRect((x + quiet) * one, (y + quiet) * one, one, one)));
    return canvas;
}
