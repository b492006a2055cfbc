// SPDX-License-Identifier: MIT
// A camera that is not there, for a board of a Stack: the real driver works it (tests/support/preload/fake_v4l2.c).
import fs from 'node:fs';
import path from 'node:path';
import { realPhotos, root } from './programs.mjs';

const preload = path.resolve(root, process.env.BUILD ?? 'build/test', 'tests/support/preload/fake_v4l2.so');

// {script(words), count(word of its log), board: options for startBoard, files: what it shows}.
export function fakeCamera(stack) {
    const dir = path.join(stack.dir, 'video');
    fs.mkdirSync(dir);
    realPhotos(2).forEach((file, i) => fs.copyFileSync(file, path.join(dir, `${i}.jpg`)));
    const script = (words) => {
        fs.writeFileSync(path.join(dir, 'script.new'), words);
        fs.renameSync(path.join(dir, 'script.new'), path.join(dir, 'script'));
    };
    const count = (word) => fs.readFileSync(path.join(dir, 'log'), 'utf8').split('\n').filter((line) => line === word).length;
    script('fps 30\n');
    return { script, count, board: { camera: false, more: '[camera]\ndevice = /dev/video77\nwidth = 1280\nheight = 720\n', env: { LD_PRELOAD: preload, FAKE_V4L2: dir } },
        files: fs.readdirSync(dir).filter((name) => name.endsWith('.jpg')).map((name) => fs.readFileSync(path.join(dir, name))) };
}
