// SPDX-License-Identifier: MIT
// A photo of a label with an article number (EAN-13) on it, drawn here.
import { execFileSync } from 'node:child_process';

const LEFT = ['0001101', '0011001', '0010011', '0111101', '0100011', '0110001', '0101111', '0111011', '0110111', '0001011'];
const PARITY = ['LLLLLL', 'LLGLGG', 'LLGGLG', 'LLGGGL', 'LGLLGG', 'LGGLLG', 'LGGGLL', 'LGLGLG', 'LGLGGL', 'LGGLGL'];
const other = (bits) => [...bits].map((bit) => (bit === '1' ? '0' : '1')).join('');

function bars(digits) {
    const codes = [...digits].slice(1).map((digit, i) => {
        const left = LEFT[Number(digit)];
        if (i >= 6) return other(left);
        return PARITY[Number(digits[0])][i] === 'L' ? left : [...other(left)].reverse().join('');
    });
    return `101${codes.slice(0, 6).join('')}01010${codes.slice(6).join('')}101`;
}

// digits: thirteen, with their check digit. Returns a JPEG.
export function label(digits, { width = 800, height = 600, module = 4 } = {}) {
    const pixels = Buffer.alloc(width * height, 235);
    [...bars(digits)].forEach((bit, i) => {
        for (let y = 150; bit === '1' && y < 400; y++) pixels.fill(20, y * width + 150 + i * module, y * width + 150 + (i + 1) * module);
    });
    return execFileSync('cjpeg', ['-quality', '85'], { input: Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), pixels]) });
}
