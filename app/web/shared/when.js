// SPDX-License-Identifier: MIT
// Dates, times and sizes as people on the site read them, times in the site's time zone.
import { has, lang, t } from './words.js';

// Whose clock times are told by: the page's, and over it those of what is drawn among other sites'. undefined: this browser's.
let own;
const others = [];
const zone = () => (others.length ? others.at(-1).zone : own);
const known = new Map();
function checked(name) {
    if (!known.has(name)) {
        try {
            new Intl.DateTimeFormat('en', { timeZone: name });
            known.set(name, name || undefined);
        } catch {
            known.set(name, undefined);
        }
    }
    return known.get(name);
}
export function setZone(name) { own = checked(name); }

// From here on times are by another site's clock, and say by which where that is not this browser's. Returns how to end that.
export function enterZone(name) {
    const entry = { zone: checked(name) };
    others.push(entry);
    return () => { if (others.includes(entry)) others.splice(others.indexOf(entry), 1); };
}
// The same while something is drawn; returns what draw returns.
export function inZone(name, draw) {
    const leave = enterZone(name);
    try {
        return draw();
    } finally {
        leave();
    }
}

const locale = () => (lang() === 'zh' ? 'zh-CN' : 'en-GB');
const formats = new Map(); // making one takes longer than using it a thousand times
function format(options, its = zone(), where = locale()) { // its null: this browser's
    const key = JSON.stringify([where, its, options]);
    if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(where, { timeZone: its ?? undefined, ...options }));
    return formats.get(key);
}

export const clockTime = (at) => format({ hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(at));
export const dayOf = (at, its = zone()) => format({ year: 'numeric', month: '2-digit', day: '2-digit' }, its, 'en-CA').format(new Date(at));
export const today = (its = zone()) => dayOf(Date.now(), its);

// "GMT+9" where a clock differs then from this browser's, else ''.
const offsetOf = (at, its) => format({ timeZoneName: 'shortOffset' }, its, 'en').formatToParts(new Date(at)).find((part) => part.type === 'timeZoneName').value;
export function zoneNote(its = zone(), at = Date.now()) {
    const text = its ? offsetOf(at, its) : '';
    return text === offsetOf(at, null) ? '' : text;
}

// "2026-11-22" → "11月22日 周日" · "Sun 22 Nov"
export function dayName(date) {
    const noon = new Date(`${date}T12:00:00Z`);
    return new Intl.DateTimeFormat(locale(), { timeZone: 'UTC', month: lang() === 'zh' ? 'long' : 'short', day: 'numeric', weekday: 'short' }).format(noon);
}
export function shortDay(date) {
    const noon = new Date(`${date}T12:00:00Z`);
    const year = date.slice(0, 4) === today().slice(0, 4) ? undefined : 'numeric';
    return new Intl.DateTimeFormat(locale(), { timeZone: 'UTC', year, month: lang() === 'zh' ? 'numeric' : 'short', day: 'numeric' }).format(noon);
}

export function dayPlus(date, days) {
    return new Date(Date.parse(`${date}T12:00:00Z`) + days * 86400000).toISOString().slice(0, 10);
}
export const dayBefore = (date) => dayPlus(date, -1);
// The Monday of its week.
export const weekOf = (date) => dayPlus(date, -((new Date(`${date}T12:00:00Z`).getUTCDay() + 6) % 7));

// A moment: only the time when it is today.
export function moment(at) {
    const day = dayOf(at);
    const text = day === today() ? clockTime(at) : `${shortDay(day)} ${clockTime(at)}`;
    const note = others.length && zoneNote(zone(), at);
    return note ? text + t('brackets', { text: note }) : text;
}

// How long something lasted, in the two largest units: "13 小时 5 分" · "13 h 5 min".
export function lasted(seconds) {
    const minutes = Math.max(1, Math.round(seconds / 60));
    const parts = [[t('span.days', { n: Math.floor(minutes / 1440) }), minutes >= 1440], [t('span.hours', { n: Math.floor(minutes / 60) % 24 }), Math.floor(minutes / 60) % 24 > 0],
        [t('span.minutes', { n: minutes % 60 }), minutes < 1440 && minutes % 60 > 0]];
    return parts.filter(([, shown]) => shown).map(([text]) => text).join(' ');
}

// When something was made, as well as is known now: a later clock may have corrected what the record says. of: an entry, a photo, a log's `submitted`.
export const madeAt = (of) => of.at_corrected ?? of.at;

// A few words on how far that is to be trusted; "" where there is nothing to say.
export function clockNote(of) {
    if (!of.at_corrected) return of.clock === 'none' ? t('clock.none') : '';
    return of.at_corrected === of.at ? '' : t('clock.corrected', { was: `${shortDay(dayOf(of.at))} ${clockTime(of.at)}` });
}

export function sizeText(bytes) {
    if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
    if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
    return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}

// "剩 1.2 GB（8%）· 空间紧张，正在清理总部已收到的原图"; boards of an earlier version say no level.
export function diskText(disk) {
    const word = `space.${disk.level}`;
    return [t('fact.free', { size: sizeText(disk.free_bytes), n: disk.free_percent }), has(word) && t(word)].filter(Boolean).join(' · ');
}
export const diskIsShort = (disk) => (disk.level ? disk.level !== 'ok' : disk.free_percent < 20);

// "已用约 90% · 备用块不多…"; null where the chip says nothing.
export function wearText(disk) {
    const word = `wear.${disk.wear_spare}`;
    return [disk.wear_percent && t('wear.used', { n: disk.wear_percent }), has(word) && t(word)].filter(Boolean).join(' · ') || null;
}
export const isWorn = (disk) => disk.wear_percent >= 80 || ['warning', 'urgent'].includes(disk.wear_spare);
