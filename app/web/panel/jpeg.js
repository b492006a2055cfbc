// SPDX-License-Identifier: MIT
// What a phone gives, as a JPEG that the server takes: JPEG files as they are, other pictures (PNG, WebP, HEIC where the browser can read it)
// redrawn. A JPEG over the limit is redrawn too.
const BYTES_MAX = 16 * 1024 * 1024;
const SIDE_MAX = 4096;
const QUALITY = 0.9;

async function isJpeg(file) {
    const head = new Uint8Array(await file.slice(0, 3).arrayBuffer());
    return head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff;
}

async function redraw(file) {
    const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const scale = Math.min(1, SIDE_MAX / Math.max(picture.width, picture.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return new Promise((resolve, reject) => {
        canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no JPEG'))), 'image/jpeg', QUALITY);
    });
}

// Rejects when the browser cannot read the picture.
export async function toJpeg(file) {
    if (file.size <= BYTES_MAX && await isJpeg(file)) return file;
    return redraw(file);
}

// A small picture of it, as an element that holds no object URL.
export async function preview(blob, side) {
    const picture = await createImageBitmap(blob, { imageOrientation: 'from-image', resizeWidth: side, resizeQuality: 'low' });
    const canvas = document.createElement('canvas');
    canvas.width = picture.width;
    canvas.height = picture.height;
    canvas.className = 'upload-picture';
    canvas.getContext('2d').drawImage(picture, 0, 0);
    picture.close();
    return canvas;
}
