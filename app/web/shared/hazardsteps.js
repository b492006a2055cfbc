// SPDX-License-Identifier: MIT
// The steps of a hazard that need no screen of their own: assigning, sending back, re-checking. For the panel and head office; ctx is theirs:
// { say(text, kind), send(path, body): stored or rejected, people(): of the site, photo(hazard): where a step is made by its photo }.
import { el } from './dom.js';
import { textOf, verifyNeeds } from './hazards.js';
import { icon } from './icons.js';
import { uuid7 } from './ids.js';
import { user } from './place.js';
import { choose, openSheet } from './sheet.js';
import { t } from './words.js';

export const STEP_ICONS = { rectify: 'tool', verify: 'checks', reject: 'back', assign: 'person' };
const REASONS = ['not-done', 'photo', 'elsewhere'];
const REASON_MAX = 300;

// Resolves with the hazard, or null when it was not taken (and that was said).
export async function putStep(ctx, id, verb, body) {
    ctx.say(t('log.saving'), 'busy');
    try {
        const hazard = await ctx.send(`/hazards/${id}/${verb}`, { id: uuid7(), ...body });
        ctx.say(t(`hazard.did-${verb}`));
        return hazard;
    } catch (error) {
        ctx.say(error.status === 409 ? t('hazard.moved-on') : error.status === 403 ? t('hazard.not-yourself') : `${t('log.not-taken')} ${error.message}`, 'bad');
        return null;
    }
}

function askReason(title) {
    return new Promise((resolve) => {
        let result = null;
        const field = el('textarea', { class: 'field note-field', rows: 3, maxlength: REASON_MAX, 'aria-label': title });
        const ok = el('button', { type: 'button', class: 'main', on: { click: () => {
            result = field.value.trim() || null;
            sheet.close();
        } } }, icon('check'), t('chip.ok'));
        const sheet = openSheet({ title, content: field, foot: ok, onClose: () => resolve(result) });
    });
}

const ROLES = ['manager', 'crew', 'supervisor'];
async function assign(ctx, hazard) {
    const me = user.get().user;
    const people = (await ctx.people()).filter((p) => p.active !== false && ROLES.includes(p.role)).sort((a, b) => (b.id === me) - (a.id === me));
    const who = await choose(t('hazard.do-assign'), textOf(hazard), people.map((p) => ({ value: p.id, icon: 'person', label: `${p.name} · ${t(`role.${p.role}`)}`, main: p.id === me })));
    return who && putStep(ctx, hazard.id, 'assign', { assignee: who });
}

async function reject(ctx, hazard) {
    const why = await choose(t('hazard.do-reject'), textOf(hazard), REASONS.map((reason) => ({ value: reason, icon: 'back', label: t(`hazard.reason-${reason}`) })));
    return why && putStep(ctx, hazard.id, 'reject', { note: t(`hazard.reason-${why}`) });
}

async function verify(ctx, hazard) {
    const needs = verifyNeeds(hazard);
    if (needs === 'site') ctx.say(t('hazard.only-on-site'), 'bad');
    if (needs === 'photo') ctx.photo(hazard, 'verify');
    if (needs === 'site' || needs === 'photo') return null;
    if (needs === 'reason') {
        const note = await askReason(t('hazard.why-from-afar'));
        return note && putStep(ctx, hazard.id, 'verify', { note });
    }
    const sure = await choose(t('hazard.do-verify'), textOf(hazard), [{ value: true, icon: 'checks', label: t('hazard.verify-yes'), main: true }]);
    return sure && putStep(ctx, hazard.id, 'verify', {});
}

// Resolves with the hazard as it is then, or null.
export const takeStep = (ctx, hazard, verb) => ({ assign, reject, verify })[verb](ctx, hazard);
