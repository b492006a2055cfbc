// SPDX-License-Identifier: MIT
// Pictures of a time-lapse: thumbs are read in the order in which they will be looked at, and a bounded number is kept; a frame is shown by its
// thumb at once, and by its original where one stays. Asks only for bytes that have arrived, and tells of those that have not.
import { sitePath } from '/shared/api.js';
import { whenArrived } from '/shared/blobs.js';
import { el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { t } from '/shared/words.js';
import { clockTime, dayName, dayOf } from '/shared/when.js';

const KEPT = 96;
const AHEAD = 32;
const BEHIND = 8;
const AT_ONCE = 4;
const PATIENCE_MS = 700; // so long nothing is said of a picture that is not there yet

export const frameTime = (frame) => `${dayName(dayOf(frame.taken))} ${clockTime(frame.taken)}`;
const thumbPath = (frame) => sitePath(`/photos/${frame.id}${frame.thumb_sha256 ? '/thumb' : ''}`);

async function load(path) {
    const image = new Image();
    image.src = path;
    await image.decode();
    return image;
}

// Thumbs by their frames, for as long as node is in the page. Of each: { state: 'away' | 'waiting' | 'loading' | 'there' | 'missing', image }.
export function shelf(node) {
    const kept = new Map(); // by id, the one that was used last at its end
    let queue = [];
    let loading = 0;
    let changed = () => {};

    function next() {
        while (loading < AT_ONCE && queue.length) {
            const one = queue.shift();
            if (one.state !== 'waiting') continue;
            one.state = 'loading';
            loading++;
            load(thumbPath(one.frame)).then((image) => Object.assign(one, { image, state: 'there' }), () => { one.state = 'missing'; }).then(() => {
                loading--;
                changed(one.frame);
                next();
            });
        }
    }
    function touch(frame) {
        const had = kept.get(frame.id);
        const one = had ?? { frame, state: 'away', image: null };
        kept.delete(frame.id);
        kept.set(frame.id, one);
        for (const id of kept.keys()) {
            if (kept.size <= KEPT) break;
            kept.delete(id);
        }
        if (!had) {
            whenArrived(frame.thumb_sha256 || frame.sha256, node, () => {
                if (kept.get(frame.id) !== one) return;
                one.state = 'waiting';
                queue.push(one);
                next();
            });
        }
        return one;
    }
    return {
        see: touch,
        size: () => kept.size,
        onChange(fn) { changed = fn; },
        // Reads what will be looked at from frames[at] on.
        around(frames, at) {
            const wanted = [...frames.slice(at, at + AHEAD), ...frames.slice(Math.max(0, at - BEHIND), at).reverse()].map(touch);
            queue = wanted.filter((one) => one.state === 'waiting');
            next();
        },
    };
}

const placeholder = (picture, word) => el('p', { class: 'frame-words' }, icon(picture), el('span', {}, t(word)));

// Calls came(image) with the original of a frame, once it is here, and away() when it is not here soon or cannot be had.
function original(frame, node, came, away) {
    const timer = setTimeout(away, PATIENCE_MS);
    whenArrived(frame.sha256, node, () => load(sitePath(`/photos/${frame.id}`)).then((image) => {
        clearTimeout(timer);
        came(image);
    }, away));
    return () => clearTimeout(timer);
}

// Shows one frame at a time. say(word): what is to be told of the picture, '' when it is the original. node's data-shows: thumb, whole, away, missing.
export function picture(thumbs, say) {
    const node = el('div', { class: 'frame' });
    let now = null;
    let timer = 0;
    let stopOriginal = () => {};

    function put(shows, child) {
        clearTimeout(timer);
        Object.assign(node.dataset, { shows, frame: now.id });
        if (child.tagName === 'IMG') child.alt = frameTime(now);
        fill(node, child);
    }
    function small() {
        const one = thumbs.see(now);
        if (one.state === 'there') put('thumb', one.image);
        else if (one.state === 'missing') put('missing', placeholder('album', 'photo.missing'));
        else return false;
        return true;
    }
    thumbs.onChange((frame) => frame.id === now?.id && node.dataset.shows !== 'whole' && small());
    return {
        node,
        // The picture before stays while this one is read, but not where another board or another viewpoint begins.
        show(frame) {
            if (now?.id === frame.id && node.dataset.shows === 'whole') return;
            const cut = now && (now.board !== frame.board || (now.series ?? '') !== (frame.series ?? ''));
            stopOriginal();
            now = frame;
            clearTimeout(timer);
            say('timelapse.small');
            if (small()) return;
            const wait = () => put('away', placeholder('album', 'photo.away'));
            if (cut || !node.childNodes.length) wait();
            else timer = setTimeout(wait, PATIENCE_MS / 3);
        },
        whole() {
            const frame = now;
            if (!frame || node.dataset.frame === frame.id && node.dataset.shows === 'whole') return;
            stopOriginal();
            stopOriginal = original(frame, node, (image) => {
                if (now !== frame) return;
                put('whole', image);
                say('');
            }, () => now === frame && say('photo.original-away'));
        },
        stop: () => stopOriginal(),
    };
}

// One frame that stays: its thumb, then its original. Returns how to stop.
export function still(frame, node, say) {
    let best = 0;
    const put = (image, rank) => {
        if (rank <= best) return;
        best = rank;
        image.alt = frameTime(frame);
        fill(node, image);
        node.dataset.shows = rank === 2 ? 'whole' : 'thumb';
        if (rank === 2) say('');
    };
    fill(node, placeholder('album', 'photo.away'));
    whenArrived(frame.thumb_sha256 || frame.sha256, node, () => load(thumbPath(frame)).then((image) => put(image, 1), () => {}));
    return original(frame, node, (image) => put(image, 2), () => best < 2 && say('photo.original-away'));
}
