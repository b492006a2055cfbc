// SPDX-License-Identifier: MIT
// Before and after: two frames laid on each other, the left part of one and the right part of the other. The border between them is moved by a
// range input, by a tap on the picture, or by three buttons; never by dragging alone.
import { el } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { t } from '/shared/words.js';
import { moment } from '/shared/when.js';
import { frameTime, still } from './frames.js';

const LETTERS = ['A', 'B'];

// pair: [A, B], frames. at: how much of A, in percent. placeOf(frame): where it was taken, in words. swap(at). Returns { node, stop }.
export function comparison(pair, { at: first, placeOf, swap, close }) {
    const layers = LETTERS.map((letter) => el('div', { class: `layer layer-${letter.toLowerCase()}` }));
    const line = el('div', { class: 'compare-line' });
    const box = el('div', { class: 'compare-box' }, layers, line, LETTERS.map((letter) => el('span', { class: `letter letter-${letter.toLowerCase()}`, 'aria-hidden': 'true' }, letter)));
    const range = el('input', { type: 'range', class: 'scrub', min: 0, max: 100, 'aria-label': t('compare.slider'), on: { input: () => move(Number(range.value)) } });
    const apart = pair[0].board !== pair[1].board || (pair[0].series ?? '') !== (pair[1].series ?? '');

    function move(percent) {
        const at = Math.min(100, Math.max(0, Math.round(percent)));
        range.value = at;
        range.setAttribute('aria-valuetext', t('compare.parts', { a: at, b: 100 - at }));
        layers[1].style.clipPath = `inset(0 0 0 ${at}%)`;
        line.style.left = `${at}%`;
        box.dataset.at = at;
    }
    const pointed = (event) => {
        const { left, width } = box.getBoundingClientRect();
        move(((event.clientX - left) / width) * 100);
    };
    box.addEventListener('click', pointed);
    box.addEventListener('pointermove', (event) => event.buttons & 1 && pointed(event));

    // As wide as the wider of both, so that both are as high as the box, whatever their sizes.
    function fit() {
        const ratios = layers.map((layer) => layer.querySelector('img')).filter((image) => image?.naturalHeight).map((image) => image.naturalWidth / image.naturalHeight);
        if (ratios.length) box.style.setProperty('--ratio', String(Math.max(...ratios)));
    }
    const side = (frame, i) => {
        const note = el('span', { class: 'compare-note' });
        const watch = new MutationObserver(fit);
        watch.observe(layers[i], { childList: true });
        const stop = still(frame, layers[i], (word) => { note.textContent = word && t(word); });
        const node = el('p', { class: 'compare-side' }, el('span', { class: 'letter' }, LETTERS[i]), el('span', { class: 'compare-text' }, el('b', {}, frameTime(frame)), el('span', {}, placeOf(frame)),
            frame.clock === 'none' && el('span', { class: 'frame-warn' }, icon('warn'), t('timelapse.clock-none')), note));
        return { node, stop: () => { watch.disconnect(); stop(); } };
    };
    const sides = pair.map(side);
    const jump = (word, to) => el('button', { type: 'button', class: 'plain', on: { click: () => move(to) } }, t(word));
    const node = el('section', { class: 'compare', 'aria-label': t('compare.title') },
        el('div', { class: 'compare-sides' }, sides.map((one) => one.node)),
        apart && el('p', { class: 'frame-warn' }, icon('warn'), t('compare.apart')),
        el('div', { class: 'compare-room' }, box), range,
        el('div', { class: 'play-row' }, jump('compare.only-a', 100), jump('compare.half', 50), jump('compare.only-b', 0), el('span', { class: 'spring' }),
            el('button', { type: 'button', class: 'plain compare-swap', on: { click: () => swap(Number(range.value)) } }, icon('swap'), t('compare.swap')),
            el('button', { type: 'button', class: 'plain compare-close', on: { click: close } }, icon('back'), t('compare.close'))));
    move(first);
    return { node, stop: () => sides.forEach((one) => one.stop()) };
}

// The two buttons that choose A and B. chosen: [frame | null, frame | null]; take(i): the frame that is shown becomes it.
export function pairButtons(chosen, take, open) {
    const ready = chosen[0] && chosen[1] && chosen[0].id !== chosen[1].id;
    return [LETTERS.map((letter, i) => el('button', { type: 'button', class: `plain take-${letter.toLowerCase()}`, 'aria-pressed': String(Boolean(chosen[i])), on: { click: () => take(i) } },
        el('span', { class: 'letter' }, letter), el('span', { class: 'take-text' }, t('compare.take', { letter }), chosen[i] && el('b', {}, moment(chosen[i].taken))))),
    el('button', { type: 'button', class: 'main compare-open', disabled: !ready, on: { click: open } }, icon('compare'), el('span', {}, t(ready ? 'compare.open' : 'compare.choose')))];
}
