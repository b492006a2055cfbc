// SPDX-License-Identifier: MIT
// Where head office tells what matters by itself: each webhook, what it is told, what waits, and what went wrong; and the day's digest as of now. No
// secret is shown: the server knows only the host of an address.
import { get } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import * as live from '/shared/live.js';
import { has, t } from '/shared/words.js';
import { dayName, moment } from '/shared/when.js';
import { siteName, sites } from './allsites.js';
import { setTitle } from './bar.js';
import { pressText } from './sites.js';

const AGAIN_MS = 15000; // a receiver's answer is no event
const PRESS = { executive_alerts: 'executive', stop_work: 'stop_work', overdue_hazards: 'overdue', late_days: 'late', silent_boards: 'silent', log_days: 'daylog' };

// What failed last, and nothing worked since.
const isStuck = (hook) => hook.parked > 0 || (hook.last_error && (!hook.last_success || Date.parse(hook.last_error.at) > Date.parse(hook.last_success)));
export const countStuck = async () => (await get('/api/v1/hooks')).hooks.filter(isStuck).length;

function fact(picture, word, value, bad) {
    return el('li', { class: bad ? 'fact fact-bad' : 'fact' }, icon(bad ? 'warn' : picture), el('span', {}, t(word)), el('b', {}, value));
}

function parkedLine(one) {
    const what = one.kind === 'digest' ? t('hook.digest-of', { day: one.date }) : t(`hook.${one.kind}`, { site: siteName(one.site) });
    return el('li', {}, el('b', {}, what), ` ${moment(one.made)} · ${one.why}`);
}

function card(hook) {
    const stuck = isStuck(hook);
    const levels = hook.levels.map((level) => t(`level.${level}`)).join(t('list.separator'));
    return el('article', { class: 'entry board-card', dataset: { hook: hook.name, stuck: String(Boolean(stuck)) } },
        el('h2', {}, icon('send'), el('span', {}, hook.name), el('span', { class: 'badge', dataset: { state: stuck ? 'rejected' : hook.last_success ? 'received' : 'saved' } }, t(stuck ? 'hook.stuck' : hook.last_success ? 'hook.works' : 'hook.unused'))),
        el('ul', { class: 'facts' }, fact('link', 'hook.where', `${has(`hook.format-${hook.format}`) ? t(`hook.format-${hook.format}`) : hook.format} · ${hook.host}`),
            fact('bell', 'hook.levels', levels || t('hook.no-levels')), fact('clock', 'hook.digest', hook.digest ?? t('hook.none')), fact('sent', 'hook.waiting', String(hook.waiting), hook.waiting > 0 && stuck),
            fact('received', 'hook.last-success', hook.last_success ? moment(hook.last_success) : t('hook.never')), fact('warn', 'hook.last-error', hook.last_error ? moment(hook.last_error.at) : t('hook.none'), stuck)),
        hook.last_error && el('p', { class: stuck ? 'entry-late' : 'entry-when' }, hook.last_error.text),
        hook.parked > 0 && el('details', { class: 'hook-parked' }, el('summary', {}, t('hook.parked', { n: hook.parked })), el('ul', {}, hook.parked_newest.map(parkedLine))));
}

function digestPart(digest) {
    const lines = (top) => Object.entries(PRESS).filter(([name]) => top[name] > 0).map(([name, kind]) => pressText({ kind, n: top[name] })).join(' · ');
    return [el('h2', { class: 'day' }, t('hook.digest-now', { at: moment(digest.at) })), el('p', {}, t('hook.digest-sums', { day: dayName(digest.date), sites: digest.sites, red: digest.red, silent: digest.silent_boards, alerts: digest.alerts })),
        el('ul', { class: 'facts' }, digest.top.length ? digest.top.map((top) => el('li', { class: 'fact' }, icon('sites'), el('a', { class: 'plain', href: `#/site/${encodeURIComponent(top.site)}` }, top.name), el('b', {}, lines(top)))) : el('li', { class: 'fact' }, icon('check'), el('span', {}, t('hook.digest-none'))))];
}

export function hooksView(root) {
    let stopped = false;
    const list = el('div', { class: 'board-list' }, el('p', { class: 'hint' }, t('loading')));
    const today = el('section', { class: 'hook-digest' });
    let open = new Set();
    setTitle(t('office.hooks'));
    fill(root, list, today);
    async function load() {
        try {
            const [{ hooks }, digest] = await Promise.all([get('/api/v1/hooks'), get('/api/v1/digest')]);
            if (stopped) return;
            open = new Set([...list.querySelectorAll('[data-hook]:has(details[open])')].map((node) => node.dataset.hook)); // stay so
            fill(list, hooks.length ? hooks.map(card) : el('p', { class: 'hint' }, t('hook.not-set')));
            for (const node of list.querySelectorAll('details')) node.open = open.has(node.closest('[data-hook]').dataset.hook);
            fill(today, digestPart(digest));
        } catch {
            if (!stopped && !list.querySelector('article')) fill(list, el('p', { class: 'hint' }, t('error.offline')));
        }
    }
    const soon = debounce(load, 1000);
    const tick = setInterval(load, AGAIN_MS);
    const stops = [live.on('record', (record) => /^alert-/.test(record.type) && soon()), live.on('again', soon), sites.watch(() => open.size || soon())];
    load();
    return () => {
        stopped = true;
        clearInterval(tick);
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}
