// SPDX-License-Identifier: MIT
// The live picture of the board's camera, for aiming. Read here frame by frame and not by an <img>: that would go on showing the last frame of a
// camera that has stopped. It rests after three minutes without a touch, since a picture that nobody looks at keeps the camera at work.
import { el } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { t } from '/shared/words.js';

const REST_MS = 180000;
const STILL_MS = 3000;
const RETRY_MS = 3000;
const HEAD_MAX = 1024;

// The parts of a multipart body, as they come: {bytes} of each.
async function* parts(body) {
    const reader = body.getReader();
    let have = new Uint8Array(0);
    const more = async () => {
        const { done, value } = await reader.read();
        if (done) return false;
        const joined = new Uint8Array(have.length + value.length);
        joined.set(have);
        joined.set(value, have.length);
        have = joined;
        return true;
    };
    for (;;) {
        const text = new TextDecoder('latin1').decode(have.subarray(0, HEAD_MAX));
        const end = text.indexOf('\r\n\r\n');
        if (end < 0) {
            if (have.length > HEAD_MAX || !(await more())) return;
            continue;
        }
        const length = Number(/content-length: (\d+)/i.exec(text.slice(0, end))?.[1]), from = end + 4;
        if (!length) return;
        while (have.length < from + length + 2) if (!(await more())) return;
        yield have.slice(from, from + length);
        have = have.slice(from + length + 2);
    }
}

async function show(canvas, bytes) {
    const picture = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
    if (canvas.width !== picture.width || canvas.height !== picture.height) Object.assign(canvas, { width: picture.width, height: picture.height });
    canvas.getContext('2d').drawImage(picture, 0, 0);
    picture.close();
}

// {node, stop}: the picture, until stop().
export function aim() {
    const canvas = el('canvas', { class: 'aim-picture', role: 'img', 'aria-label': t('shoot.live'), width: 16, height: 9 });
    const word = el('p', { class: 'aim-word', role: 'status' }, t('shoot.live-waiting'));
    const again = el('button', { type: 'button', class: 'plain aim-again', hidden: true, on: { click: start } }, icon('camera'), t('shoot.live-again'));
    const node = el('div', { class: 'aim', dataset: { state: 'waiting' } }, canvas, word, again);
    let abort = null, still = 0, later = 0, rest = 0;

    const say = (state, text = '') => {
        node.dataset.state = state;
        word.textContent = text;
    };
    const touched = () => {
        clearTimeout(rest);
        rest = setTimeout(() => {
            end();
            say('resting');
            again.hidden = false;
        }, REST_MS);
    };
    async function watch(signal) {
        const answer = await fetch('/api/v1/camera/live', { signal, cache: 'no-store' });
        if (!answer.ok) throw new Error(String(answer.status));
        for await (const bytes of parts(answer.body)) {
            if (signal.aborted) return;
            await show(canvas, bytes);
            say('live');
            clearTimeout(still);
            still = setTimeout(() => say('waiting', t('shoot.live-still')), STILL_MS);
        }
    }
    function start() {
        end();
        again.hidden = true;
        say('waiting', t('shoot.live-waiting'));
        touched();
        abort = new AbortController();
        const { signal } = abort;
        watch(signal).catch(() => {}).then(() => {
            if (signal.aborted) return;
            clearTimeout(still);
            say('waiting', t('shoot.live-none'));
            later = setTimeout(start, RETRY_MS);
        });
    }
    function end() {
        abort?.abort();
        [still, later, rest].forEach(clearTimeout);
    }
    const seen = () => {
        if (document.hidden) end();
        else start();
    };
    addEventListener('pointerdown', touchedAgain);
    document.addEventListener('visibilitychange', seen);
    function touchedAgain() {
        if (again.hidden) touched();
    }
    start();
    return { node, stop() {
        end();
        removeEventListener('pointerdown', touchedAgain);
        document.removeEventListener('visibilitychange', seen);
    } };
}
