// SPDX-License-Identifier: MIT
// What is begun and not sent yet, by stage: where it is gone on with.
import { el } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { may } from '/shared/place.js';
import { t } from '/shared/words.js';
import { dayBefore } from '/shared/when.js';
import { today } from './data.js';
import { begunDrafts } from './shared.js';

const KINDS = {
    daylog: { icon: 'log', may: 'draft', to: (one) => (one.key === today.get()?.date ? 'log' : `log/date/${one.key}`) },
    inspection: { icon: 'inspect', may: 'inspect', to: (one) => `inspect/${one.key}` },
    hazard: { icon: 'warn', may: 'hazard', to: (one) => `wrong/${one.key}` },
    test: { icon: 'clock', may: 'test', to: (one) => `tests/${one.key}/finish` },
};

// A log may be sent for its own day, and until ten for the day before.
function isTimely({ kind, key }) {
    const now = today.get();
    return kind !== 'daylog' || key === now?.date || (now?.until_ten && key === dayBefore(now.date));
}

// Resolves with what whoever is signed in may go on with, the newest first; nothing where it cannot be read.
export async function begun() {
    const all = await begunDrafts().catch(() => []);
    return all.filter((one) => KINDS[one.kind] && may(KINDS[one.kind].may) && isTimely(one)).map((one) => ({ ...one, stage: one.stage ?? (one.kind === 'inspection' ? one.key : '') }));
}

export const begunMark = (drafts) => drafts.length > 0 && el('span', { class: 'stage-begun' }, icon('edit'), t('begun.mark', { n: drafts.length }));

export const begunButtons = (drafts, goTo) => drafts.map((one) => el('button', { type: 'button', class: 'plain begun-go', dataset: { kind: one.kind, key: one.key }, on: { click: () => goTo(KINDS[one.kind].to(one)) } }, icon(KINDS[one.kind].icon), el('span', {}, t(`begun.${one.kind}`))));
