// SPDX-License-Identifier: MIT
// Changes, materials and questions as people read them, on the panel and at head office. Colour is never all that tells.
import { el } from './dom.js';
import { icon } from './icons.js';
import { openViewer, thumb } from './pictures.js';
import { both, roomName, stageName } from './trade.js';
import { lang, t } from './words.js';
import { moment, shortDay } from './when.js';

// -1234.5 → "−¥1,234.50"
export function yuan(n) {
    const digits = n % 1 ? 2 : 0;
    return `${n < 0 ? '−' : ''}¥${Math.abs(n).toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

const files = {};
async function file(name) {
    files[name] ??= fetch(`/shared/data/${name}.json`).then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(name))));
    return files[name].catch((error) => {
        delete files[name]; // asked for again next time
        throw error;
    });
}
export const reasonsOfChange = async () => (await file('reasons')).changes;
export const leads = async () => (await file('leads')).leads;
let known = new Map();
export async function loadReasons() { known = new Map((await reasonsOfChange()).map((reason) => [reason.key, reason])); }
export const reasonName = (key) => both(known.get(key)) || key;

export const placeOf = (one) => [one.room && roomName(one.room), one.stage && stageName(one.stage)].filter(Boolean).join(' · ');

const LOOK = {
    requested: ['sent', 'clock'], approved: ['received', 'check'], refused: ['rejected', 'close'], alternative: ['sent', 'back'], confirmed: ['received', 'checks'],
    expected: ['saved', 'clock'], partly: ['sent', 'clock'], late: ['rejected', 'warn'], arrived: ['received', 'check'], open: ['sent', 'clock'], answered: ['received', 'check'],
};
export function stateBadge(state, word) {
    const [look, picture] = LOOK[state] ?? ['saved', 'info'];
    return el('span', { class: 'badge', dataset: { state: look } }, icon(picture), el('span', {}, t(word ?? `money.${state}`)));
}

// A card of a list: what it is, where it stands, and a line below.
export function moneyCard({ id, badge, text, line, bad, open }) {
    return el('button', { type: 'button', class: 'hazard-card money-card', dataset: { id }, on: { click: open } },
        el('span', { class: 'hazard-top' }, badge), el('span', { class: 'hazard-text' }, text), line && el('span', { class: bad ? 'hazard-overdue' : 'hazard-place' }, line));
}

export const changeLine = (one) => [one.amount !== undefined && yuan(one.amount), reasonName(one.reason), placeOf(one)].filter(Boolean).join(' · ');

export function materialLine(one) {
    const parts = [one.quantity !== null && `${one.arrived - one.returned}/${one.quantity}${one.unit ?? ''}`, one.expected && t('material.expected', { day: shortDay(one.expected) })];
    if (one.measure_due && !one.measured) parts.push(t('material.measure-by', { day: shortDay(one.measure_due) }));
    return parts.filter(Boolean).join(' · ');
}

export const questionLine = (one) => [t(`who.${one.from}`), '→', t(`who.${one.to}`), one.due && one.state === 'open' && t(one.late ? 'due.was' : 'due.by', { at: moment(one.due) })].filter(Boolean).join(' ');

export const fact = (word, value) => value && el('p', { class: 'money-fact' }, el('b', {}, t(word)), ' ', el('span', {}, value));

// Thumbnails of a record's photos; what has not arrived stays empty.
export function photoRow(ids) {
    const photos = (ids ?? []).map((id) => ({ id }));
    return photos.length > 0 && el('div', { class: 'photo-strip' }, photos.map((photo, i) => el('button', { type: 'button', class: 'photo-tile', 'aria-label': t('photo.one'), on: { click: () => openViewer(photos, i) } }, thumb(photo, t('photo.one')))));
}

export const codesText = (scan) => scan.codes.map((code) => code.text).join(lang() === 'zh' ? '、' : ', ');
