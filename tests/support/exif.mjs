// SPDX-License-Identifier: MIT
// Photos as phones make them, and what is in a photo's Exif block, by Debian's exiftool (libimage-exiftool-perl).
import { spawnSync } from 'node:child_process';

function exiftool(input, ...args) {
    const { status, stdout, stderr, error } = spawnSync('exiftool', ['-n', ...args], { input, maxBuffer: 64 * 1024 * 1024 });
    if (error || status !== 0) throw new Error(`exiftool: ${error ?? stderr}`);
    return stdout;
}

// The same picture with these tags: { Orientation: 6, DateTimeOriginal: '2026:11:22 16:04:05' }.
export const withExif = (jpeg, tags) => exiftool(jpeg, ...Object.entries(tags).map(([name, value]) => `-${name}=${value}`), '-o', '-', '-');

// Its tags, by name.
export const exifOf = (jpeg) => JSON.parse(exiftool(jpeg, '-j', '-'))[0];
