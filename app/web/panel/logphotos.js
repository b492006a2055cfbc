// SPDX-License-Identifier: MIT
// The day's photos in its log: all of them, except those that were taken out.
import { get, sitePath } from '/shared/api.js';
import { el, fill } from '/shared/dom.js';
import { roomName } from '/shared/trade.js';
import { icon } from '/shared/icons.js';
import { thumb } from '/shared/pictures.js';
import { t } from '/shared/words.js';
import { moment } from '/shared/when.js';

const PHOTOS_MAX = 60;

export function logPhotos(draft, now, changed) {
    const value = draft.value;
    const node = el('div', { class: 'pick-photos' });
    let photos = [...new Set([...(value.photos ?? []), ...(value.date === now.date ? now.photos_today ?? [] : [])])].map((id) => ({ id }));

    const isOff = (id) => value.photos_off?.includes(id);
    function draw() {
        fill(node, photos.length ? photos.map((photo) => {
            const button = el('button', { type: 'button', class: 'pick', 'aria-pressed': String(!isOff(photo.id)), on: { click: () => {
                draft.change((v) => { v.photos_off = isOff(photo.id) ? v.photos_off.filter((id) => id !== photo.id) : [...(v.photos_off ?? []), photo.id]; });
                button.setAttribute('aria-pressed', String(!isOff(photo.id)));
                changed();
            } } }, thumb(photo, ''), el('span', { class: 'pick-line' }, photo.room ? roomName(photo.room) : photo.taken ? moment(photo.taken_corrected ?? photo.taken) : ''), el('span', { class: 'pick-mark' }, icon('check', t('log.photo-in'))));
            return button;
        }) : el('p', { class: 'hint' }, t('log.no-photos')));
    }
    draw();
    return {
        node,
        async load() {
            try {
                const answer = await get(sitePath(`/photos?from=${value.date}&to=${value.date}&limit=${PHOTOS_MAX}`));
                const found = answer.photos.filter((p) => p.origin !== 'timelapse');
                const known = new Set(found.map((p) => p.id));
                photos = [...photos.filter((p) => !known.has(p.id) && value.photos?.includes(p.id)), ...found.reverse()].slice(-PHOTOS_MAX);
                draw();
                changed();
            } catch {
                // what /today named is shown
            }
        },
        chosen: () => photos.map((p) => p.id).filter((id) => !isOff(id)),
    };
}
