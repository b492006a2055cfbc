// SPDX-License-Identifier: MIT
// Dates and times as people on the site read them, in the site's time zone.
import { lang } from './words.js';

let zone;
export function setZone(name) {
    try {
        new Intl.DateTimeFormat('en', { timeZone: name });
        zone = name;
    } catch {
        zone = undefined;
    }
}

const locale = () => (lang() === 'zh' ? 'zh-CN' : 'en-GB');
const format = (options) => new Intl.DateTimeFormat(locale(), { timeZone: zone, ...options });

export const clockTime = (at) => format({ hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(at));
export const dayOf = (at, its = zone) => new Intl.DateTimeFormat('en-CA', { timeZone: its, year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date(at));
export const today = (its = zone) => dayOf(Date.now(), its);

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
    return day === today() ? clockTime(at) : `${shortDay(day)} ${clockTime(at)}`;
}

export function sizeText(bytes) {
    if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
    if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
    return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}
