// SPDX-License-Identifier: MIT
// A small file system of one's own, in memory. Mounting takes root; without it, a test runs in a namespace where it is root (unshare).
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

// First thing in a test: runs it again as root of a namespace where it is not root; does not return then.
export function asRoot(url) {
    if (process.getuid() === 0) return;
    const { status } = spawnSync('unshare', ['--user', '--map-root-user', '--mount', process.execPath, fileURLToPath(url)], { stdio: 'inherit' });
    process.exit(status ?? 1);
}

// A file system of that size below `dir` for the length of run(disk); it fills and frees it by a file.
export async function onDisk(dir, size_mb, run) {
    fs.mkdirSync(dir);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size_mb}m,mode=700`, 'tmpfs', dir]);
    const filler = `${dir}/filler`;
    const disk = {
        fill(leave = 0) { // to the last byte, but for `leave`
            const fd = fs.openSync(filler, 'a');
            for (let piece = 1 << 20; piece >= 1; ) {
                const { bavail, bsize } = fs.statfsSync(dir);
                if (bavail * bsize <= leave) break;
                try {
                    if (fs.writeSync(fd, Buffer.alloc(Math.min(piece, Math.max(1, bavail * bsize - leave)))) === 0) piece = 0;
                } catch (error) {
                    if (error.code !== 'ENOSPC') throw error;
                    piece >>= 1;
                }
            }
            fs.closeSync(fd);
        },
        free() { fs.rmSync(filler, { force: true }); },
    };
    try {
        await run(disk);
    } finally {
        execFileSync('umount', ['-l', dir]);
    }
}
