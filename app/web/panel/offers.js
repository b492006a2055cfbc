// SPDX-License-Identifier: MIT
// What a saved log's phrases lead to, one tap each and for whoever wants it: a delivery, a timed test, the acceptance.
import { get, sitePath } from '/shared/api.js';
import { el } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { may } from '/shared/place.js';
import { flagsOf } from '/shared/trade.js';
import { t } from '/shared/words.js';
import '/shared/rarewords.js';

// Which test a phrase means.
const TESTS = { 'preparation/as-built-ponding-test': 'as_built_ponding', 'preparation/heating-pressure-test': 'coil', 'hvac/nitrogen-hold': 'hold', 'hvac/coil-pressure-test': 'coil',
    'plumbing_electrical/pressure-test': 'pressure', 'waterproofing/ponding-started': 'ponding', 'tiling/second-ponding': 'second_ponding' };
const LEADS = [
    ['M', 'raise', 'tool', 'offer.material', () => 'material'],
    ['T', 'test', 'clock', 'offer.test', (key) => `tests/new/${TESTS[key] ?? ''}`],
    ['G', 'stage', 'look', 'offer.request', (key, stage) => `stages/${key.startsWith('any/') ? stage : key.split('/')[0]}//request`],
];

// Buttons for a log that is stored.
export async function offers(id, goTo) {
    const log = await get(sitePath(`/daylogs/${id}`));
    const done = (log.done ?? []).filter((item) => item.phrase && item.state !== 'blocked').map((item) => item.phrase);
    return LEADS.flatMap(([flag, permit, picture, word, to]) => {
        const key = may(permit) && done.find((phrase) => flagsOf(phrase).includes(flag));
        return key ? [el('button', { type: 'button', class: 'plain', dataset: { offer: flag }, on: { click: () => goTo(to(key, log.stage)) } }, icon(picture), el('span', {}, t(word)))] : [];
    });
}
