// SPDX-License-Identifier: MIT
// A draft that the panel and phones have open at once: photos only come to it, of all else the newer word counts.
import { get, sitePath } from '/shared/api.js';
import { debounce } from '/shared/dom.js';
import * as live from '/shared/live.js';
import { place } from '/shared/place.js';
import { newestDraft, openDraft } from './draft.js';

const PULL_MS = 250;
const union = (one = [], other = []) => [...new Set([...one, ...other])].sort(); // ids begin with the time

// lists: members that are photos. Both sides come to the same, whichever is asked.
export function mergeDrafts(mine, theirs, lists) {
    if (!theirs) return mine;
    const [old, young] = (mine.edited ?? '') < (theirs.edited ?? '') ? [mine, theirs] : [theirs, mine];
    return { ...old, ...young, ...Object.fromEntries(lists.map((name) => [name, union(mine[name], theirs[name])])) };
}
const newsIn = (one, other, lists) => (one.edited ?? '') > (other.edited ?? '') || lists.some((name) => (one[name] ?? []).some((id) => !other[name]?.includes(id)));

export async function begunDrafts() {
    return (await get(sitePath('/drafts'))).drafts;
}

// Resolves with {draft, rest(quiet): while it is sent nothing is fetched, stop}, or null where nothing is begun under that key. changed(): another device
// said something.
export async function joinDraft(kind, key, lists, changed) {
    const path = sitePath(`/drafts/${kind}/${key}`);
    const here = newestDraft(kind, key, null); // not sent yet
    const there = await begunDrafts().then((all) => all.some((one) => one.kind === kind && one.key === key) && get(path)).catch((error) => {
        if (!here) throw error;
    });
    if (!here && !there) return null;
    const draft = openDraft(kind, key, here ? mergeDrafts(here, there?.draft, lists) : there.draft, true);
    if (here) draft.change(() => {});
    let stopped = false, resting = false;
    const pull = debounce(async () => {
        if (resting) return;
        const kept = await get(path).catch(() => null);
        if (stopped || resting || !kept) return;
        const news = newsIn(kept.draft, draft.value, lists), own = newsIn(draft.value, kept.draft, lists);
        if (news) draft.take(mergeDrafts(draft.value, kept.draft, lists));
        if (own) draft.change(() => {});
        if (news) changed();
    }, PULL_MS);
    const stops = [live.on('draft', (one) => one.site === place.site && one.kind === kind && one.key === key && pull()), live.on('again', pull)];
    return { draft, rest(quiet) { resting = quiet; }, stop() {
        stopped = true;
        pull.cancel();
        stops.forEach((end) => end());
        draft.close();
    } };
}
