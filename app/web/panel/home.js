// SPDX-License-Identifier: MIT
// Home: where the site stands, up to three things that are due, each with its one action, and what one comes here to do.
import { get, sitePath } from '/shared/api.js';
import { recordConsent } from '/shared/consent.js';
import { el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { thumb } from '/shared/pictures.js';
import { may, place, user } from '/shared/place.js';
import { clockLeft, standingOf } from '/shared/stages.js';
import { both } from '/shared/trade.js';
import { lang, t } from '/shared/words.js';
import { moment } from '/shared/when.js';
import { loadStatus, site, status, today } from './data.js';
import { say, setTitle } from './header.js';

const CARDS = 3;
const THUMBS = 3;
const TICK_MS = 20000;

// "水电 第6/10天 · 慢1天"
export function standing(now) {
    const stage = now?.stage;
    if (!stage) return site.get()?.name ?? place.site;
    let text = standingOf(stage);
    if (now.held) text = `${t('held.line')} · ${text}`;
    if (now.waiting) text += ` · ${both(now.waiting)}`; // that it lasts is as it should be
    else if (stage.late_days > 0) text += ` · ${t('stage.late', { n: stage.late_days })}`;
    return text;
}

// What a card's one action is called, and where it leads.
const ACTIONS = {
    daylog: { icon: 'log', word: 'due.do-log', to: 'log', may: 'draft' },
    inspection: { icon: 'inspect', word: 'due.do-inspect', to: 'inspect', may: 'inspect' },
    photo: { icon: 'camera', word: 'due.do-photo', to: 'shoot', may: 'photo' },
    status: { icon: 'sent', word: 'due.do-status', to: 'status', may: 'read' },
    hazard: { icon: 'warn', word: 'due.do-hazard', to: 'hazard', may: 'read' },
    test: { icon: 'clock', word: 'due.do-test', to: 'tests', may: 'read' },
    question: { icon: 'info', word: 'due.do-answer', to: 'question', may: 'raise' },
    stage: { icon: 'timeline', word: 'due.do-look', to: 'stages', may: 'read' },
    begin: { icon: 'forward', word: 'stage.do-start', to: 'stages', may: 'stage' },
    accept: { icon: 'checks', word: 'due.do-accept', to: 'stages', may: 'read' },
    change: { icon: 'edit', word: 'due.do-sign', to: 'change', may: 'change' },
    material: { icon: 'tool', word: 'due.do-hazard', to: 'material', may: 'raise' },
    sign: { icon: 'edit', word: 'due.do-sign', to: 'stages', may: 'change' },
    handover: { icon: 'checks', word: 'due.do-handover', to: 'handover', may: 'change' },
    delay: { icon: 'stop', word: 'due.do-look', to: 'stopped', may: 'read' },
    look: { icon: 'timeline', word: 'due.do-look', to: 'timeline', may: 'read' },
    read: { to: 'saved' },
    report: { to: 'inspect/report' },
};
const LOOK_AT = { icon: 'bell', word: 'due.do-look', may: 'read' };
const MONEY = ['question', 'change', 'material'];
const ONE_OF = [...MONEY, 'hazard', 'stages', 'tests', 'saved', 'inspect/report']; // views that show one thing by its id
export function actionOf(due) {
    if (due.kind === 'news') return { ...(ACTIONS[due.action] ?? ACTIONS.look), ...LOOK_AT };
    if (['sign', 'handover'].includes(due.kind)) return ACTIONS[due.kind];
    const said = `${due.action ?? ''} ${due.kind ?? ''}`;
    if (/hazard/.test(said)) return ACTIONS.hazard;
    if (due.kind === 'test') return ACTIONS.test;
    if (due.kind === 'acceptance') return ACTIONS.accept;
    if (due.kind === 'begin') return ACTIONS.begin;
    if (due.action === 'stage') return ACTIONS.stage;
    if (/inspection/.test(said)) return ACTIONS.inspection;
    if (MONEY.includes(due.action)) return ACTIONS[due.action];
    if (/log/.test(said)) return ACTIONS.daylog;
    if (/photo|shoot|camera/.test(said)) return ACTIONS.photo;
    if (/reject|clock|disk|send|status/.test(said)) return ACTIONS.status;
    return ACTIONS.look;
}

// A request for a photo is answered by the photo that names it; a log that is due may be yesterday's.
export function target(due, action) {
    if (due.kind === 'news') return ONE_OF.includes(action.to) ? `${action.to}/${due.id}` : action.to;
    if (due.kind === 'sign') return `stages/${due.id}//sign`;
    if (due.kind === 'alert') {
        const id = due.subject?.split('/')[1];
        return id && ['hazard', 'stages', 'material', 'question'].includes(action.to) ? `${action.to}/${id}` : action.to;
    }
    if (due.id && ([ACTIONS.hazard, ACTIONS.test, ACTIONS.begin, ACTIONS.accept].includes(action) || MONEY.includes(due.action))) return `${action.to}/${due.id}`;
    if (due.kind === 'photo-request' && due.id) return `${action.to}/${due.id}`;
    if (due.kind === 'daylog' && due.id && due.id !== today.get()?.date) return `${action.to}/date/${due.id}`;
    return action.to;
}

// A test that runs: what is left runs down, though the answer is minutes old.
export function textOf(due) {
    const text = due.text?.[lang()] || due.text?.zh || due.kind;
    const left = (Date.parse(due.due) - Date.now()) / 1000;
    return due.kind === 'test' && left > 0 ? text.replace(/\d\d:\d\d/, clockLeft(left)) : text;
}

// An alert about what has a card of its own says nothing more.
function withoutRepeats(dues) {
    const own = new Set(dues.filter((due) => due.kind !== 'alert' && (due.kind !== 'news' || MONEY.includes(due.action))).map((due) => due.id));
    return dues.filter((due) => due.kind !== 'alert' || !own.has(due.subject?.split('/')[1]));
}

export const isLate = (due) => Boolean(due.due) && due.kind !== 'test' && Date.parse(due.due) < Date.now();

// What presses first: an overdue hazard before all, a test that only runs after all.
function weight(due) {
    const late = isLate(due);
    if (late && actionOf(due) === ACTIONS.hazard) return 0;
    if (due.kind === 'consent') return 1;
    if (due.kind === 'test') return Date.parse(due.due) <= Date.now() ? 2 : 9;
    return late ? 3 : due.kind === 'hazard' ? 4 : ['news', 'sign', 'handover'].includes(due.kind) ? 6 : 5;
}
export const byWeight = (a, b) => weight(a) - weight(b);

// Head office's word, and one's own that came too late, is news until it was opened on this screen.
const SEEN = 'sitelog.seen';
const SEEN_MAX = 60;
const newsKey = (due) => `${user.get()?.user}:${due.subject}@${due.at}`;
function seen() {
    try {
        return JSON.parse(localStorage.getItem(SEEN)) ?? [];
    } catch {
        return [];
    }
}
export function unseen(dues) {
    const known = seen();
    return dues.filter((due) => due.kind !== 'news' || !known.includes(newsKey(due)));
}
// A view was opened, as its address says: of what there is news about?
export function opened(hash) {
    const leads = (due) => `${hash}/`.startsWith(`${target(due, actionOf(due))}/`);
    const read = (today.get()?.due ?? []).filter((due) => due.kind === 'news' && leads(due)).map(newsKey);
    if (!read.length) return;
    try {
        localStorage.setItem(SEEN, JSON.stringify([...new Set([...seen(), ...read])].slice(-SEEN_MAX)));
    } catch {
        // then it is told for its two days
    }
}

function card(due, goTo) {
    const action = actionOf(due);
    const text = textOf(due);
    const late = isLate(due);
    return el('article', { class: late ? 'card card-late' : 'card' },
        el('div', { class: 'card-text' }, el('p', { class: 'card-main' }, icon(late ? 'warn' : action.icon), el('span', {}, text)),
            due.due && el('p', { class: 'card-due' }, t(late ? 'due.was' : due.kind === 'test' ? 'due.from' : 'due.by', { at: moment(due.due) }))),
        may(action.may) && el('button', { type: 'button', class: 'main', on: { click: () => goTo(target(due, action)) } }, el('span', {}, t(action.word))));
}

// What has a card: not the lateness of what is only waited for.
const cardsOf = (now, dues) => withoutRepeats(dues).filter((due) => !(now.waiting && due.kind === 'alert' && due.subject === `stage/${now.stage?.key}`));

const moreLine = (n, goTo) => el('button', { type: 'button', class: 'plain card-more', on: { click: () => goTo('alerts') } }, icon('bell'), el('span', {}, t('due.more', { n })));

// Nobody has said whether the camera may work here: asked once, of whoever may put it down.
function consentCard() {
    const now = status.get();
    if (place.hub || !may('consent') || now?.consent !== 'unrecorded' || now.camera === 'absent') return null;
    const ask = async () => { if (await recordConsent(say)) await loadStatus().catch(() => {}); };
    return el('article', { class: 'card card-consent' }, el('div', { class: 'card-text' }, el('p', { class: 'card-main' }, icon('camera'), el('span', {}, t('consent.due')))),
        el('button', { type: 'button', class: 'main', on: { click: ask } }, el('span', {}, t('consent.do'))));
}

// Its time has come, or somebody logged it, and nobody has said that it began; where no alert says so.
function beginCard(now, goTo) {
    const { stage } = now;
    if (stage?.state !== 'planned' || now.held || !may('stage') || !(now.logged?.length || stage.late_days > 0)) return null;
    if (now.due?.some((due) => due.subject === `stage/${stage.key}`)) return null;
    return card({ kind: 'begin', id: stage.key, text: { [lang()]: t('home.not-begun', { stage: both(stage) }) } }, goTo);
}

// A supervisor's day so far.
function checked({ checks }, goTo) {
    return el('article', { class: 'card card-quiet card-checks' },
        el('div', { class: 'card-text' }, el('p', { class: 'card-main' }, icon(checks.inspections ? 'check' : 'inspect'), el('span', {}, t(checks.inspections ? 'home.inspected' : 'home.not-inspected'))),
            el('p', { class: 'card-due' }, t('home.hazards', { n: checks.open_hazards, m: checks.to_verify }))),
        el('button', { type: 'button', class: 'plain', on: { click: () => goTo('hazards') } }, icon('warn'), el('span', {}, t('hazard.list'))));
}

// What there is of today already; takes the room that cards leave.
function soFar(now, goTo) {
    if (now.checks) return checked(now, goTo);
    const logged = now.logged?.length > 0;
    const photos = now.photos_today ?? [];
    return el('article', { class: 'card card-quiet' },
        el('div', { class: 'card-text' }, el('p', { class: 'card-main' }, icon(logged ? 'check' : 'clock'), el('span', {}, t(logged ? 'today.logged' : now.draft ? 'today.draft' : 'today.not-logged'))),
            el('p', { class: 'card-due' }, t('count.photos-today', { n: photos.length }))),
        photos.length > 0 && el('button', { type: 'button', class: 'card-photos', 'aria-label': t('tile.photos'), on: { click: () => goTo('photos') } },
            newest.length ? newest.map((photo) => thumb(photo, '')) : el('span', {}, t('tile.photos'))));
}

let newest = []; // the day's last photos
let newestIds = ''; // as /today named them

async function loadNewest(now) {
    const ids = (now.photos_today ?? []).slice(0, THUMBS).join();
    if (ids === newestIds) return false;
    newestIds = ids;
    newest = ids ? (await get(sitePath(`/photos?from=${now.date}&to=${now.date}&limit=${THUMBS}`))).photos : [];
    return true;
}

function tile(name, picture, to, goTo, main) {
    return el('button', { type: 'button', class: main ? 'tile tile-main' : 'tile', on: { click: () => goTo(to) } }, icon(picture), el('span', {}, t(name)));
}

export function home(root, { goTo }) {
    const cards = el('section', { class: 'cards', 'aria-label': t('home.due') });
    const tiles = el('nav', { class: 'tiles', 'aria-label': t('home.do') });
    fill(root, cards, tiles);
    function draw(now) {
        setTitle(el('span', { class: 'standing' }, el('span', { class: 'standing-line' }, standing(now)), now?.stage && el('span', { class: 'standing-site' }, site.get()?.name)),
            place.hub && place.sites > 1 ? () => { location.href = '/panel/'; } : undefined);
        if (!now) {
            fill(cards, el('p', { class: 'hint' }, t('home.installer')));
        } else {
            const consent = consentCard(), begin = beginCard(now, goTo), known = unseen(now.due ?? []);
            const all = [...cardsOf(now, known), consent && { kind: 'consent', node: consent }, begin && { kind: 'begin', node: begin }].filter(Boolean).sort(byWeight), shown = all.slice(0, CARDS);
            const more = known.filter((one) => one.kind !== 'alert').length + (now.alerts ?? 0) - shown.filter((one) => !one.node).length;
            fill(cards, shown.map((one) => one.node ?? card(one, goTo)), shown.length < CARDS && soFar(now, goTo), more > 0 && moreLine(more, goTo));
            loadNewest(now).then((more) => more && cards.isConnected && draw(now), () => {});
        }
    }
    const walks = user.get()?.role === 'supervisor'; // whose weekly work is another
    fill(tiles, walks ? tile('tile.inspect', 'inspect', 'inspect', goTo, true) : may('draft') && tile('tile.log', 'log', 'log', goTo, true), may('shot') && tile('tile.shoot', 'camera', 'shoot', goTo),
        may('read') && tile('tile.stages', 'look', 'stages', goTo), may('hazard') && tile('tile.wrong', 'warn', 'wrong', goTo),
        may('read') && tile('tile.timeline', 'timeline', 'timeline', goTo), may('read') && tile('tile.photos', 'photos', 'photos', goTo),
        !may('read') && tile('tile.status', 'sent', 'status', goTo));
    draw(today.get());
    const stops = [today.watch(draw), site.watch(() => draw(today.get())), status.watch(() => draw(today.get()))];
    const tick = setInterval(() => today.get()?.due?.some((due) => due.kind === 'test') && draw(today.get()), TICK_MS);
    return () => {
        clearInterval(tick);
        stops.forEach((stop) => stop());
    };
}
