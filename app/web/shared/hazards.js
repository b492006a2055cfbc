// SPDX-License-Identifier: MIT
// Hazards as people read them, on the panel and at head office: how grave, how far, by when, before and after. Colour is never all that tells.
import { el } from './dom.js';
import { icon } from './icons.js';
import { openViewer, thumb } from './pictures.js';
import { may, place, user } from './place.js';
import { phraseOfHazard, roomName, stageName } from './trade.js';
import { lang, t } from './words.js';
import { moment, shortDay } from './when.js';

export const SEVERITIES = ['stop_work', 'serious', 'notice'];
export const STATES = ['raised', 'assigned', 'rectified', 'verified'];
const SEVERITY_ICONS = { stop_work: 'stop', serious: 'warn', notice: 'info' };
const STATE_ICONS = { raised: 'person', assigned: 'tool', rectified: 'look', verified: 'checks' };

export const severityBadge = (severity) => el('span', { class: `severity severity-${severity}` }, icon(SEVERITY_ICONS[severity] ?? 'info'), el('span', {}, t(`severity.${severity}`)));

export const textOf = (hazard) => (lang() === 'en' && hazard.text_en) || hazard.text || hazard.text_en || '';
export const placeOf = (hazard) => [hazard.room && roomName(hazard.room), hazard.stage && stageName(hazard.stage)].filter(Boolean).join(' · ');

// The end of a day is that day; an instant its hour.
export const dueText = (hazard) => (/T23:59:59/.test(hazard.due_at) ? shortDay(hazard.due_at.slice(0, 10)) : moment(hazard.due_at));

// What a phrase says before its room and number are known: blanks for them.
export const phraseText = (phrase) => (lang() === 'en' ? phrase.en : phrase.zh).replace(/\{room\}:? ?/, '').replace('{n}', '__');
export function filledText(phrase, room, n) {
    return (lang() === 'en' ? phrase.en : phrase.zh).replace(/\{room\}(:? ?)/, (_, colon) => (room ? roomName(room) + colon : '')).replace('{n}', n ?? '__');
}
export const severityOf = (key) => phraseOfHazard(key)?.severity ?? 'notice';

export const isMine = (hazard) => hazard.assignee === user.get()?.user;

// Where it stands, in a line: who is to do what by when.
export function stateLine(hazard) {
    const who = hazard.assignee_name ?? (hazard.assignee || '');
    const words = { raised: t('hazard.is-raised'), assigned: t('hazard.is-assigned', { who }), rectified: t('hazard.is-rectified'), verified: t('hazard.is-verified') };
    const parts = [words[hazard.state]];
    if (hazard.due_at && (hazard.state === 'raised' || hazard.state === 'assigned')) parts.push(t(hazard.overdue ? 'hazard.overdue' : 'due.by', { at: dueText(hazard) }));
    if (hazard.state === 'verified') parts.push(moment(hazard.verified.at));
    if (hazard.rejected?.times > 0 && hazard.state !== 'verified') parts.push(t('hazard.sent-back', { n: hazard.rejected.times }));
    return el('span', { class: hazard.overdue ? 'hazard-state hazard-overdue' : 'hazard-state' }, icon(hazard.overdue ? 'warn' : STATE_ICONS[hazard.state] ?? 'clock'), el('span', {}, parts.join(' · ')));
}

// The records of photos by id, those that are not here yet as their id alone.
function photosOf(hazard, ids) {
    return (ids ?? []).map((id) => hazard.pictures?.find((p) => p.id === id) ?? { id });
}

function picture(photo, photos, i) {
    const known = photos.filter((p) => p.sha256);
    if (!photo.sha256) return el('span', { class: 'thumb' }, el('span', { class: 'thumb-missing' }, icon('album'), el('span', {}, t('photo.away'))));
    return el('button', { type: 'button', class: 'pair-photo', 'aria-label': t('photo.one'), on: { click: () => openViewer(known, Math.max(0, known.indexOf(photos[i]))) } }, thumb(photo, ''));
}

function side(word, hazard, ids, none) {
    const photos = photosOf(hazard, ids);
    return el('figure', { class: 'pair-side' }, el('figcaption', {}, t(word)),
        photos.length ? el('div', { class: photos.length > 1 ? 'pair-photos pair-many' : 'pair-photos' }, photos.map((photo, i) => picture(photo, photos, i))) : el('p', { class: 'pair-none' }, t(none)));
}

// Before and after, side by side.
export function photoPair(hazard) {
    const after = [...(hazard.rectified?.photos ?? []), ...(hazard.verified?.photos ?? [])];
    return el('div', { class: 'pair' }, side('hazard.before', hazard, hazard.photos, 'hazard.no-photo'), side('hazard.after', hazard, after, 'hazard.no-photo-yet'));
}

// What may be done with it now, by whom is signed in: ["rectify", …]; the server decides on its own.
export function stepsFor(hazard) {
    const self = hazard.rectified?.actor?.id === user.get()?.user;
    return (hazard.allowed ?? []).filter((verb) => may(`hazard-${verb}`) && !(verb === 'verify' && self));
}

// From head office nobody sees the wall: what a verification needs there. '' nothing more, 'photo', 'reason' (office only), 'site': not from here.
export function verifyNeeds(hazard) {
    if (!place.hub || hazard.severity === 'notice') return '';
    if (may('plan')) return 'reason';
    return hazard.severity === 'serious' ? 'photo' : 'site';
}

// The history, oldest first.
export function historyLines(hazard) {
    return el('ol', { class: 'hazard-history' }, hazard.history.map((entry) => el('li', { class: entry.late ? 'late' : null },
        el('b', {}, t(`type.${entry.type}`)), ` ${[moment(entry.at), entry.actor?.name, entry.data?.assignee && t('hazard.to', { who: nameOf(hazard, entry.data.assignee) }), entry.data?.note].filter(Boolean).join(' · ')}`,
        entry.late && el('span', { class: 'entry-late' }, t('entry.late')))));
}
const nameOf = (hazard, id) => (id === hazard.assignee && hazard.assignee_name) || hazard.history.find((entry) => entry.actor?.id === id)?.actor.name || id;

// A page of a list, drawn again as it changes: card(hazard, open).
export function hazardCard(hazard, open) {
    return el('button', { type: 'button', class: `hazard-card severity-edge-${hazard.severity}`, dataset: { id: hazard.id, state: hazard.state }, on: { click: () => open(hazard) } },
        el('span', { class: 'hazard-top' }, severityBadge(hazard.severity), isMine(hazard) && el('span', { class: 'hazard-mine' }, icon('person'), t('hazard.mine')), place.hub && hazard.site !== place.site && el('span', { class: 'hazard-site' }, hazard.site)),
        el('span', { class: 'hazard-text' }, textOf(hazard)), placeOf(hazard) && el('span', { class: 'hazard-place' }, placeOf(hazard)), stateLine(hazard));
}

