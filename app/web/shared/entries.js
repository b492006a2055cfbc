// SPDX-License-Identifier: MIT
// What happened on a site, as people read it: one article an entry, photos that were taken together as one strip. Kinds of entries that this
// version does not know are shown by their type's name.
import { get, sitePath } from './api.js';
import { whenArrived } from './blobs.js';
import { el } from './dom.js';
import { darkText } from './stages.js';
import { phraseName, reasonName, roomName, stageName, tradeName } from './trade.js';
import { icon } from './icons.js';
import { yuan } from './money.js';
import { openViewer, photoOf, photoState, photoTile } from './pictures.js';
import { may, user } from './place.js';
import { openSheet } from './sheet.js';
import { setBadge, stateOf, worst } from './states.js';
import { has, lang, t } from './words.js';
import { clockNote, clockTime, dayName, dayOf, lasted, madeAt, moment, shortDay, sizeText } from './when.js';

const ICONS = { hazard: 'warn', inspection: 'inspect', change: 'edit', confirmation: 'checks', material: 'tool', question: 'info', callback: 'person', handover: 'checks', daylog: 'log', photo: 'camera', plan: 'plan', user: 'person', 'photo-request': 'send', viewpoint: 'moved', move: 'moved', checklist: 'check', setting: 'edit', stage: 'tool', test: 'clock', delay: 'stop', idle: 'stop', hold: 'stop' };

const OUTAGE_ICONS = { power: 'power', network: 'linkdown', camera: 'camera' };

export function itemText(item) {
    if (typeof item === 'string') return item;
    const extra = [...(item.rooms ?? []).map(roomName), item.n !== undefined && String(item.n), item.state && t(`item.${item.state}`)].filter(Boolean);
    return phraseName(item.phrase) + (extra.length ? t('brackets', { text: extra.join(lang() === 'zh' ? '、' : ', ') }) : '');
}

export function crewText(crew) {
    return Object.entries(crew ?? {}).filter(([, n]) => n > 0).map(([trade, n]) => t('crew.count', { trade: tradeName(trade), n })).join(' · ');
}

// The lines of a daily log: done, planned, who was there, note.
export function daylogLines(log) {
    const line = (word, items) => items?.length > 0 && el('p', { class: 'entry-line' }, el('b', {}, t(word)), ' ', items.map(itemText).join(t('list.separator')));
    return [line('log.done', log.done), line('log.plan', log.plan),
        crewText(log.crew) && el('p', { class: 'entry-line' }, el('b', {}, t('log.crew')), ' ', crewText(log.crew)),
        log.note && el('p', { class: 'entry-line' }, el('b', {}, t('log.note')), ' ', log.note),
        log.photos?.length > 0 && el('p', { class: 'entry-line' }, el('b', {}, t('log.photos')), ' ', t('log.photos-n', { n: log.photos.length }))];
}

async function showHistory(entry) {
    const body = el('div', { class: 'history' }, el('p', {}, t('loading')));
    openSheet({ title: t('entry.history'), content: body, className: 'sheet-wide' });
    try {
        const { entries } = await get(sitePath(`/history/${entry.subject}`));
        body.replaceChildren(...entries.reverse().map((one) => el('article', { class: 'entry' }, head(one), one.late && el('p', { class: 'entry-late' }, t('entry.late')), ...bodyOf(one))));
    } catch {
        body.replaceChildren(el('p', {}, t('error.offline')));
    }
}

function titleOf(entry) {
    const name = has(`type.${entry.type}`) ? t(`type.${entry.type}`) : entry.type;
    if (entry.type === 'outage') {
        const word = `outage.${entry.data.what}${entry.data.what === 'power' && entry.data.stop === 'clean' ? '-clean' : ''}`;
        return has(word) ? t(word) : name;
    }
    if (entry.type === 'checklist-set') return `${name} · ${stageName(entry.subject.split('/')[1])}`;
    if (entry.subject.startsWith('stage/')) return `${stageName(entry.subject.slice('stage/'.length))} · ${name}`;
    if (entry.type === 'inspection-submitted') return `${name} · ${stageName(entry.data.stage)}`;
    if (entry.type.startsWith('daylog-') && entry.data.date) return `${name} · ${dayName(entry.data.date)}${entry.data.stage ? ` · ${stageName(entry.data.stage)}` : ''}`;
    return name;
}

function head(entry, title = titleOf(entry)) {
    const who = entry.actor?.name || (entry.actor?.id === 'board' ? t('actor.board') : '');
    const note = clockNote(entry);
    const picture = entry.type === 'outage' ? OUTAGE_ICONS[entry.data?.what] : ICONS[entry.subject.split('/')[0]];
    return el('div', { class: 'entry-head' }, icon(picture ?? 'timeline'),
        el('div', { class: 'entry-title' }, el('h3', {}, title),
            el('p', { class: 'entry-when' }, el('time', { datetime: madeAt(entry) }, clockTime(madeAt(entry))), who && ` · ${who}`, note && ` · ${note}`)));
}

// What the clock showed, and what it was set to; or that only its grade became better.
function clockSetText({ from, to }) {
    if (!from || !to) return '';
    return from === to ? t('clock.vouched') : t('clock.was-set', { from: `${shortDay(dayOf(from))} ${clockTime(from)}`, to: `${shortDay(dayOf(to))} ${clockTime(to)}` });
}

// "18:41 至 07:55 · 13 小时 14 分 · …"
function outageText(d) {
    if (!d.to) return [t('outage.since', { from: moment(d.from) })];
    return [t('outage.from-to', { from: moment(d.from), to: moment(d.to) }), lasted(d.seconds ?? 0), d.margin_s > 60 && t('outage.margin', { text: lasted(d.margin_s) }),
        d.clock === 'none' && t('clock.none')];
}

function bodyOf(entry) {
    const d = entry.data ?? {};
    const line = (...text) => el('p', { class: 'entry-line' }, text.filter(Boolean).join(' · '));
    switch (entry.type) {
    case 'daylog-submitted':
    case 'daylog-amended':
        return daylogLines(d).filter(Boolean);
    case 'plan-set':
        return [line(d.name, d.stages?.length > 0 && t('plan.stages-count', { n: d.stages.length }))];
    case 'person-set':
        return [line(d.name, d.role && t(`role.${d.role}`), d.active === false && t('person.inactive'))];
    case 'photo-requested':
        return [line(d.text, d.room && roomName(d.room), d.stage && stageName(d.stage), d.due && moment(d.due))];
    case 'alert-raised':
    case 'alert-cleared':
        return [line(d.text?.[lang()] ?? d.text?.zh)];
    case 'hazard-raised':
        return [line(d.severity && t(`severity.${d.severity}`), (lang() === 'en' && d.text_en) || d.text, d.room && roomName(d.room), d.stage && stageName(d.stage), d.due && t('due.by', { at: d.due.length === 10 ? shortDay(d.due) : moment(d.due) }), d.photos?.length > 0 && t('count.photos', { n: d.photos.length })), d.note && line(d.note)];
    case 'hazard-assigned':
    case 'hazard-rectified':
    case 'hazard-rejected':
    case 'hazard-verified':
        return [line(d.assignee && t('hazard.to', { who: d.assignee }), d.note, d.photos?.length > 0 && t('count.photos', { n: d.photos.length }))];
    case 'inspection-submitted':
        return [line(d.verdict && t(`verdict.${d.verdict}`), t('inspect.counts', { passed: d.passed ?? 0, failed: d.failed ?? 0, na: d.not_applicable ?? 0 }), d.red > 0 && t('inspect.red', { n: d.red }), d.hazards?.length > 0 && t('inspect.hazards', { n: d.hazards.length })), d.note && line(d.note)].filter(Boolean);
    case 'alert-seen':
        return d.note ? [line(d.note)] : [];
    case 'stage-started':
    case 'stage-finished':
    case 'acceptance-requested':
    case 'stage-accepted':
    case 'stage-rejected':
    case 'gate-overridden':
        return [line(d.room && roomName(d.room), d.reason, d.note, d.photos?.length > 0 && t('count.photos', { n: d.photos.length })), ...(d.warnings ?? []).map((one) => line(one[lang()] ?? one.zh))];
    case 'timed-test-started':
    case 'timed-test-finished':
        return [line(d.kind && t(`test.kind-${d.kind}`), d.room && roomName(d.room), d.value !== undefined && `${d.value} ${d.unit ?? ''}`.trim(), d.result && t(`test.is-${d.result === 'pass' ? 'passed' : 'failed'}`), d.note),
            ...(d.faults ?? []).map((one) => line(one[lang()] ?? one.zh)), d.dark?.length > 0 && line(darkText(d.dark))].filter(Boolean);
    case 'delay-claimed':
        return [line(reasonName(d.reason), `${shortDay(d.from)}–${shortDay(d.to)}`, d.note, d.photos?.length > 0 && t('count.photos', { n: d.photos.length }))];
    case 'delay-decided':
        return [line(t(`delay.is-${d.decision}`, { n: d.granted_days ?? 0 }), d.granted_from && `${shortDay(d.granted_from)}–${shortDay(d.granted_to)}`, d.note)];
    case 'idle-day':
        return [line(dayName(d.date), reasonName(d.reason), d.note)];
    case 'site-held':
    case 'site-resumed':
        return [line(d.reason && reasonName(d.reason), d.note)];
    case 'change-requested':
    case 'change-decided':
        return [line(d.decision && t(`money.${d.decision}`), d.amount !== undefined && yuan(d.amount), d.room && roomName(d.room), d.text ?? d.note, d.photos?.length > 0 && t('count.photos', { n: d.photos.length }))];
    case 'material-expected':
    case 'material-arrived':
    case 'material-scanned':
    case 'material-answered':
    case 'measurement-done':
        return [line(d.name, d.quantity !== undefined && String(d.quantity), d.alternative, d.brand, d.batch, d.grade, (d.codes ?? d.read)?.map((code) => code.text).join(' '), d.expected && t('material.expected', { day: shortDay(d.expected) }), d.note)];
    case 'question-asked':
    case 'question-answered':
        return [line(d.to && `${t(`who.${d.from}`)} → ${t(`who.${d.to}`)}`, d.text, d.due && t('due.by', { at: moment(d.due) }))];
    case 'callback-done':
        return [line(`${t('call.score')} ${d.score}`, d.note, ...d.questions ?? [])];
    case 'handover-done':
        return [line(d.date && shortDay(d.date), d.note), ...(d.plan ?? []).map((one) => line(one.date, lang() === 'en' ? one.en : one.zh))];
    case 'outage':
        return [line(...outageText(d))];
    case 'photos-dropped':
        return d.count > 0 ? [line(t('dropped.text', { n: d.count, size: sizeText(d.bytes ?? 0) }))] : [];
    case 'clock-set':
        return [line(clockSetText(d))];
    case 'photo-withdrawn':
        return [line(d.reason)];
    case 'photo-request-failed':
        return [line(has(`reason.${d.reason}`) ? t(`reason.${d.reason}`) : d.reason)];
    case 'board-moved':
        return [line(d.to)];
    case 'setting-set':
        return d.key === 'camera_consent' && d.value ? [line(t(d.value.given ? 'consent.given' : 'consent.refused'), d.value.on, d.value.by, d.value.text)] : [line(has(`setting.${d.key}`) ? t(`setting.${d.key}`) : d.key, d.value === null ? '–' : d.value !== undefined && String(d.value))];
    case 'access':
        return [line(has(`access.${d.what}`) ? t(`access.${d.what}`) : d.what, [d.from, d.to].filter(Boolean).join(' – '))];
    case 'viewpoint-moved':
        return [line(t('viewpoint.now-in', { where: d.room ? roomName(d.room) : t('timelapse.place-unknown') }), d.note, d.detected && t('viewpoint.seen'))];
    default:
        return [];
    }
}

function actions(entry, options) {
    if (entry.type.startsWith('hazard-') && options.hazard) {
        return el('div', { class: 'entry-actions' }, el('button', { type: 'button', class: 'plain', on: { click: () => options.hazard(entry.subject.slice('hazard/'.length), entry) } }, icon('look'), t('hazard.open')));
    }
    if (entry.type === 'inspection-submitted' && options.inspection) {
        return el('div', { class: 'entry-actions' }, el('button', { type: 'button', class: 'plain', on: { click: () => options.inspection(entry.subject.slice('inspection/'.length)) } }, icon('inspect'), t('inspect.open')));
    }
    if (!entry.type.startsWith('daylog-')) return null;
    const amend = options.amend && may('daylog') && el('button', { type: 'button', class: 'plain', on: { click: () => options.amend(entry) } }, icon('edit'), t('log.amend'));
    const history = entry.type === 'daylog-amended' && el('button', { type: 'button', class: 'plain', on: { click: () => showHistory(entry) } }, icon('clock'), t('entry.history'));
    return (amend || history) && el('div', { class: 'entry-actions' }, amend, history);
}

// One article; its refresh is called when marks move.
function single(entry, options) {
    const state = el('span', { class: 'badge' });
    const refresh = () => setBadge(state, stateOf(entry));
    refresh();
    const node = el('article', { class: 'entry', dataset: { type: entry.type, id: entry.id } }, el('div', { class: 'entry-top' }, head(entry), state),
        entry.late && el('p', { class: 'entry-late' }, t('entry.late')), bodyOf(entry), actions(entry, options));
    return { node, refresh };
}

function strip(entries) {
    const photos = entries.map(photoOf);
    const tiles = photos.map((photo, i) => photoTile(photo, () => openViewer(photos, i)));
    const state = el('span', { class: 'badge' });
    const refresh = () => {
        setBadge(state, worst(photos.map((p) => (photoState(p) === 'away' ? 'sent' : photoState(p)))));
        for (const tile of tiles) tile.refresh();
    };
    refresh();
    for (const photo of photos) whenArrived(photo.sha256, state, refresh);
    const node = el('article', { class: 'entry', dataset: { type: 'photo-taken', id: entries[0].id } },
        el('div', { class: 'entry-top' }, head(entries[0], t('entry.photos', { n: photos.length })), state),
        el('div', { class: 'photo-strip' }, tiles.map((tile) => tile.node)));
    return { node, refresh };
}

const together = (a, b) => a.type === 'photo-taken' && b.type === 'photo-taken' && a.actor?.id === b.actor?.id && dayOf(madeAt(a)) === dayOf(madeAt(b)) && clockNote(a) === clockNote(b);

// Who looked at what is shown to head office only; a photo that was withdrawn to nobody, though a browser may have it still: that it was withdrawn
// is an entry of its own. options.amend(entry): offered on daily logs. Returns nodes with a heading a day, and what to refresh.
export function renderEntries(all, options = {}) {
    const office = user.get()?.role === 'office', gone = new Set(all.filter((entry) => entry.type === 'photo-withdrawn').map((entry) => entry.subject));
    const entries = all.filter((entry) => (office || entry.type !== 'access') && !(entry.type === 'photo-taken' && gone.has(entry.subject)));
    const nodes = [];
    const refreshers = [];
    let day = '';
    for (let i = 0; i < entries.length;) {
        let end = i + 1;
        while (end < entries.length && together(entries[i], entries[end])) end++;
        if (dayOf(madeAt(entries[i])) !== day) {
            day = dayOf(madeAt(entries[i]));
            nodes.push(el('h2', { class: 'day' }, dayName(day)));
        }
        const item = entries[i].type === 'photo-taken' ? strip(entries.slice(i, end)) : single(entries[i], options);
        nodes.push(item.node);
        refreshers.push(item.refresh);
        i = end;
    }
    return { nodes, refresh: () => refreshers.forEach((fn) => fn()) };
}
