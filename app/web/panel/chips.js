// SPDX-License-Identifier: MIT
// Chips: one tap chooses a phrase. A tap on a chosen one opens what hangs on it: state, rooms, and taking it off again.
import { el, fill } from '/shared/dom.js';
import { both, flagsOf, phraseName, phrasesOf, roomName, rooms } from '/shared/trade.js';
import { icon } from '/shared/icons.js';
import { openSheet } from '/shared/sheet.js';
import { t } from '/shared/words.js';
import { say } from './header.js';

const STATES = ['done', 'going', 'blocked'];
const ROOMS_MAX = 8;
const ITEMS_MAX = 40;
const idOf = (item) => (typeof item === 'string' ? `text:${item}` : item.phrase);
const fromId = (id) => (id.startsWith('text:') ? id.slice(5) : { phrase: id });
const chipId = (chip) => chip.key ?? `text:${chip.zh}`;
export const chipName = (id) => (id.startsWith('text:') ? id.slice(5) : phraseName(id));

// What the site offers for this stage, what is chosen already in front.
function order(value, now) {
    const own = value.stage && value.stage !== now.stage?.key ? phrasesOf(value.stage) : now.chips?.length ? now.chips : phrasesOf(value.stage || 'any');
    const ids = [...value.done, ...value.plan, ...(now.start?.done ?? []), ...(now.start?.plan ?? [])].map(idOf);
    return [...new Set([...ids, ...own.map(chipId)])];
}

// lead: a chip in front of what was done.
export function chipBoard(draft, now, changed, lead) {
    const value = draft.value;
    const node = el('section', { class: 'chips log-section', 'aria-label': t('log.tab-done') });
    let part = 'done';
    let ids = order(value, now);

    const find = (id) => value[part].find((item) => idOf(item) === id);

    function paint(button, id) {
        const item = find(id);
        const detail = item && typeof item === 'object' ? [item.state ? t(`item.${item.state}`) : flagsOf(id).includes('W') && t('chip.waits'), item.rooms?.length > 0 && item.rooms.map(roomName).join(' ')].filter(Boolean).join(' · ') : '';
        button.setAttribute('aria-pressed', String(Boolean(item)));
        if (item?.state) button.dataset.state = item.state;
        else delete button.dataset.state;
        fill(button, item && icon('check'), el('span', { class: 'chip-text' }, el('span', {}, chipName(id)), detail && el('span', { class: 'chip-detail' }, detail)));
    }
    function draw() {
        node.setAttribute('aria-label', t(`log.tab-${part}`));
        fill(node, part === 'done' && lead, ids.map((id) => {
            const button = el('button', { type: 'button', class: 'chip', dataset: { id }, on: { click: () => tap(button, id) } });
            paint(button, id);
            return button;
        }));
    }
    function tap(button, id) {
        const item = find(id);
        if (!item) {
            if (value[part].length >= ITEMS_MAX) return;
            draft.change((v) => v[part].push(fromId(id)));
            const warn = part === 'done' && now.chips?.find((chip) => chip.key === id)?.warn;
            if (warn) say(both(warn), 'bad');
        } else if (typeof item === 'string') {
            draft.change((v) => { v[part] = v[part].filter((one) => idOf(one) !== id); });
        } else {
            details(item, id, () => paint(button, id));
            return;
        }
        paint(button, id);
        changed();
    }
    function details(item, id, done) {
        const stateRow = el('div', { class: 'choices choices-row' });
        const roomGrid = el('div', { class: 'room-grid' });
        const again = () => {
            fill(stateRow, STATES.map((state) => el('button', { type: 'button', class: 'toggle', 'aria-pressed': String(item.state === state), dataset: { state }, on: { click: () => set('state', item.state === state ? undefined : state) } },
                icon({ done: 'check', going: 'clock', blocked: 'warn' }[state]), el('span', {}, t(`item.${state}`)))));
            fill(roomGrid, rooms().map((room) => el('button', { type: 'button', class: 'toggle', 'aria-pressed': String(item.rooms?.includes(room.key) ?? false), on: { click: () => toggleRoom(room.key) } }, both(room))));
        };
        const set = (name, what) => {
            draft.change(() => {
                if (what === undefined) delete item[name];
                else item[name] = what;
            });
            again();
        };
        const toggleRoom = (key) => {
            const chosen = item.rooms ?? [];
            const next = chosen.includes(key) ? chosen.filter((k) => k !== key) : [...chosen, key].slice(0, ROOMS_MAX);
            set('rooms', next.length ? next : undefined);
        };
        const remove = el('button', { type: 'button', class: 'plain', on: { click: () => {
            draft.change((v) => { v[part] = v[part].filter((one) => one !== item); });
            sheet.close();
        } } }, icon('trash'), t('chip.remove'));
        const ok = el('button', { type: 'button', class: 'main', on: { click: () => sheet.close() } }, icon('check'), t('chip.ok'));
        again();
        const sheet = openSheet({ title: chipName(id), className: 'sheet-wide sheet-chip', content: [stateRow, el('h3', { class: 'sheet-part' }, t('chip.rooms')), roomGrid], foot: [remove, el('b', { class: 'sheet-foot-title' }, chipName(id)), ok], onClose: () => {
            done();
            changed();
        } });
    }
    return {
        node,
        show(name) {
            part = name;
            draw();
        },
        stage() {
            ids = order(value, now);
            draw();
        },
    };
}
