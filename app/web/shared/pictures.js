// SPDX-License-Identifier: MIT
// Photos on the screen: a thumbnail that says how far it got, and the viewer. A photo whose bytes are not here yet is shown as on its way.
import { post, sitePath } from './api.js';
import { hasArrived, whenArrived } from './blobs.js';
import { el, fill } from './dom.js';
import { roomName, stageName } from './trade.js';
import { icon } from './icons.js';
import { may, place } from './place.js';
import { choose, openSheet } from './sheet.js';
import { marks, setBadge, stateOf } from './states.js';
import { lang, t } from './words.js';
import { clockNote, madeAt, moment } from './when.js';

// What a timeline entry or a list says of a photo, in one shape. entry: for its state.
export function photoOf(entry) {
    const { at, at_corrected, taken_corrected } = entry;
    return { ...entry.data, id: entry.subject.slice('photo/'.length), at, at_corrected, taken_corrected, actor: entry.actor, entry };
}

export function placeText(photo) {
    return [photo.room && roomName(photo.room), photo.stage && stageName(photo.stage)].filter(Boolean).join(' · ');
}

// The time to show, as on a watermark: no picture is younger than its camera says.
const APART_MS = 10 * 60000;
function takenAt(photo) {
    const taken = photo.taken_corrected ?? (photo.taken || photo.at);
    return photo.exif_taken && Date.parse(taken) - Date.parse(photo.exif_taken) > APART_MS ? photo.exif_taken : taken;
}

// How far that time is to be trusted; the camera's own word is its own.
const takenNote = (photo) => takenAt(photo) !== photo.exif_taken && clockNote({ at: photo.taken || photo.at, at_corrected: photo.taken_corrected, clock: photo.clock });

// Taken well before it came in: from an album, or sent late.
const isOld = (photo) => photo.at && Date.parse(madeAt(photo)) - Date.parse(takenAt(photo)) > APART_MS;
const timeText = (photo) => (isOld(photo) ? t('photo.taken-then', { then: moment(takenAt(photo)), at: moment(madeAt(photo)) }) : moment(takenAt(photo)));

// Where its camera says it was: for head office, to be opened in whatever shows maps there. Nothing is asked of anybody's server.
function gpsLink({ gps }) {
    if (!place.hub || !gps) return null;
    const text = `${gps.lat.toFixed(6)},${gps.lon.toFixed(6)}`;
    return el('a', { class: 'plain viewer-gps', href: `geo:${text}` }, icon('pin'), el('span', {}, text));
}

// Its record and its bytes: it is at head office when both are.
export function photoState(photo) {
    if (place.hub) return hasArrived(photo.sha256) ? 'received' : 'away';
    if (hasArrived(photo.sha256)) return photo.entry ? stateOf(photo.entry) : 'received';
    const now = marks.get();
    const state = photo.entry ? stateOf(photo.entry) : now?.link === 'up' && now.hub !== 'down' ? 'away' : 'saved';
    return state === 'received' ? 'away' : state;
}

// The picture itself, or in its place what is the matter.
export function thumb(photo, alt) {
    const box = el('span', { class: 'thumb' });
    const missing = (word) => fill(box, el('span', { class: 'thumb-missing' }, icon('album'), el('span', {}, t(word))));
    const show = () => {
        const image = el('img', { alt: alt ?? placeText(photo) ?? '', loading: 'lazy', decoding: 'async', width: 320, height: 240 });
        image.addEventListener('error', () => missing('photo.missing'));
        image.src = sitePath(`/photos/${photo.id}/thumb`);
        fill(box, image);
    };
    if (!place.hub) {
        show();
    } else {
        missing('photo.away');
        whenArrived(photo.thumb_sha256 || photo.sha256, box, show);
    }
    return box;
}

// A thumbnail to open, with its state below.
export function photoTile(photo, open) {
    const state = el('span', { class: 'badge' });
    const refresh = () => setBadge(state, photoState(photo));
    refresh();
    whenArrived(photo.sha256, state, refresh);
    const node = el('button', { type: 'button', class: 'photo-tile', on: { click: open } }, thumb(photo),
        el('span', { class: 'photo-line' }, el('span', { class: 'photo-place' }, photo.room && !isOld(photo) ? roomName(photo.room) : moment(takenAt(photo))), state));
    return { node, refresh };
}

// The picture to hand on: with its watermark. A panel on the wall has nowhere to save it.
function stamped(photo) {
    return el('a', { class: place.hub ? 'plain viewer-save' : 'plain viewer-save phone-only', href: sitePath(`/photos/${photo.id}/stamped?lang=${lang()}`), download: `sitelog-${photo.id}.jpg` },
        icon('download'), t('photo.stamped'));
}

const WHY = { private: 'look', wrong: 'sites', useless: 'camera' };

// For head office: a photo that should not be there. done(words): what came of it.
function withdrawal(photo, done) {
    return el('button', { type: 'button', class: 'plain', dataset: { step: 'withdraw' }, on: { click: async () => {
        const why = await choose(t('photo.withdraw'), t('photo.withdraw-text'), Object.entries(WHY).map(([value, name]) => ({ value, icon: name, label: t(`photo.why-${value}`) })));
        if (!why) return;
        await post(sitePath(`/photos/${photo.id}/withdraw`), { reason: t(`photo.why-${why}`) }).then(() => done(t('photo.withdrawn'), true), () => done(t('photo.not-withdrawn')));
    } } }, icon('trash'), el('span', {}, t('photo.withdraw')));
}

// All of them, one at a time, with buttons to go on.
export function openViewer(photos, start) {
    let at = start;
    const frame = el('div', { class: 'viewer-frame' });
    const text = el('div', { class: 'viewer-text' });
    const before = el('button', { type: 'button', class: 'square', 'aria-label': t('photo.before'), on: { click: () => step(-1) } }, icon('back'));
    const after = el('button', { type: 'button', class: 'square', 'aria-label': t('photo.after'), on: { click: () => step(1) } }, icon('forward'));
    const count = el('span', { class: 'viewer-count' });
    const sheet = openSheet({ title: t('photo.one'), className: 'viewer', content: [frame, text], foot: [before, count, after] });
    sheet.dialog.addEventListener('keydown', (event) => {
        if (event.key === 'ArrowLeft') step(-1);
        if (event.key === 'ArrowRight') step(1);
    });

    function step(by) {
        at = Math.min(photos.length - 1, Math.max(0, at + by));
        show();
    }
    function show() {
        const photo = photos[at];
        const whole = () => {
            const image = el('img', { alt: placeText(photo) || t('photo.one') });
            image.addEventListener('error', () => fill(frame, thumb(photo), el('p', { class: 'viewer-note' }, t('photo.dropped'))));
            image.src = sitePath(`/photos/${photo.id}`);
            fill(frame, image);
        };
        fill(frame, thumb(photo), el('p', { class: 'viewer-note' }, t('photo.original-away')));
        if (place.hub) whenArrived(photo.sha256, frame, () => photos[at] === photo && whole());
        else whole();
        const state = el('span', { class: 'badge' });
        setBadge(state, photoState(photo));
        fill(text, el('p', { class: 'viewer-main' }, placeText(photo) || t('photo.one'), state),
            photo.caption && el('p', {}, photo.caption),
            el('p', {}, [timeText(photo), takenNote(photo), photo.actor?.name, t(`origin.${photo.origin || 'phone'}`), photo.code].filter(Boolean).join(' · ')),
            gpsLink(photo), stamped(photo), place.hub && may('decide') && withdrawal(photo, (words, gone) => {
                if (gone) fill(frame);
                fill(text, el('p', { class: 'viewer-main', role: 'status' }, words));
            }));
        count.textContent = `${at + 1} / ${photos.length}`;
        before.disabled = at === 0;
        after.disabled = at === photos.length - 1;
    }
    show();
}
