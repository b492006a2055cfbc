// SPDX-License-Identifier: MIT
// The customer signs with a finger what head office has decided, or what the supervisor has accepted: it stands above the line. Kept as a path of M and L.
import { el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import { t } from '/shared/words.js';
import { say } from './header.js';
import { untilStored } from './submit.js';

const PATH_MAX = 24 * 1024 - 32;
const POINTS_MAX = 3900;
const STEP_PX = 2; /* finer than a finger */

// Strokes under a finger or a pen. Returns { node, path(), clear(), undo(), stop() }; changed() after each stroke.
function pad(changed) {
    const canvas = el('canvas', { class: 'sign-pad', role: 'img', 'aria-label': t('sign.here') });
    let strokes = [];
    let now = null;
    let points = 0;
    const draw = () => {
        canvas.width = canvas.clientWidth;
        canvas.height = canvas.clientHeight;
        const pen = canvas.getContext('2d');
        Object.assign(pen, { lineWidth: 4, lineCap: 'round', lineJoin: 'round', strokeStyle: '#14100c' });
        for (const stroke of strokes) {
            pen.beginPath();
            stroke.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
            pen.stroke();
        }
    };
    const path = () => strokes.map((stroke) => stroke.map(([x, y], i) => `${i ? 'L' : 'M'}${x} ${y}`).join('')).join('');
    const at = (event) => {
        const box = canvas.getBoundingClientRect();
        const within = (value, most) => Math.min(Math.max(0, Math.round(value)), most);
        return [within(event.clientX - box.left, canvas.clientWidth), within(event.clientY - box.top, canvas.clientHeight)];
    };
    function add(event) {
        const [x, y] = at(event), last = now.at(-1);
        if (last && Math.hypot(x - last[0], y - last[1]) < STEP_PX) return;
        if (points >= POINTS_MAX || path().length > PATH_MAX) return;
        now.push([x, y]);
        points++;
    }
    function down(event) {
        event.preventDefault();
        canvas.setPointerCapture(event.pointerId);
        now = [];
        strokes.push(now);
        add(event);
        draw();
    }
    function move(event) {
        if (!now) return;
        for (const one of event.getCoalescedEvents?.() ?? []) add(one);
        add(event);
        draw();
    }
    function up() {
        if (!now) return;
        strokes = strokes.filter((stroke) => stroke.length > 1); // a dot is no stroke
        now = null;
        draw();
        changed();
    }
    for (const [name, fn] of [['pointerdown', down], ['pointermove', move], ['pointerup', up], ['pointercancel', up]]) canvas.addEventListener(name, fn);
    const size = new ResizeObserver(draw);
    size.observe(canvas);
    return {
        node: canvas, path, box: () => ({ width: Math.max(1, canvas.clientWidth), height: Math.max(1, canvas.clientHeight) }), empty: () => strokes.length === 0,
        clear() {
            strokes = [];
            points = 0;
            draw();
            changed();
        },
        undo() {
            points -= strokes.pop()?.length ?? 0;
            draw();
            changed();
        },
        stop: () => size.disconnect(),
    };
}

// what: { subject, text, agree }: what is confirmed, as the server names it and as the customer reads it. done(): it is stored. Returns what stops it.
export function signing(root, what, done) {
    const id = uuid7();
    const send = el('button', { type: 'button', class: 'main save', disabled: true, on: { click: submit } }, icon('check'), el('span', {}, t('sign.send')));
    const undo = el('button', { type: 'button', class: 'plain', disabled: true, on: { click: () => drawn.undo() } }, icon('back'), el('span', {}, t('sign.undo')));
    const clear = el('button', { type: 'button', class: 'plain', disabled: true, on: { click: () => drawn.clear() } }, icon('trash'), el('span', {}, t('sign.clear')));
    const drawn = pad(() => {
        for (const button of [send, undo, clear]) button.disabled = drawn.empty();
    });
    async function submit() {
        send.disabled = true;
        say(t('log.saving'), 'busy');
        try {
            await untilStored('/confirmations', { id, subject: what.subject, method: 'signature', signature: { path: drawn.path(), ...drawn.box() } });
            say(t('sign.saved'));
            done();
        } catch (error) {
            send.disabled = false;
            say(`${t('log.not-taken')} ${error.message}`, 'bad');
        }
    }
    fill(root, el('div', { class: 'compose sign' }, el('div', { class: 'sign-text' }, el('p', {}, what.text),
        el('p', { class: 'money-amount' }, what.agree)), drawn.node), el('div', { class: 'side' }, undo, clear, send));
    return drawn.stop;
}
