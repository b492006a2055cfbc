// SPDX-License-Identifier: MIT
// Who logs work on a stage that nobody has started starts it with the same tap, unless they say no: a chip in front of the day's. Where a stage goes room
// by room, it begins in the rooms that the log names, else in the one that is asked for.
import { get, sitePath } from '/shared/api.js';
import { el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import { may } from '/shared/place.js';
import { stageName } from '/shared/trade.js';
import { t } from '/shared/words.js';
import { askRoom } from './room.js';

export function beginChip(draft) {
    const value = draft.value;
    const node = el('button', { type: 'button', class: 'toggle chip-begin', hidden: true, on: { click: () => {
        draft.change((v) => { v.begin = !chosen(); });
        draw();
    } } });
    let all = [];

    const stage = () => may('stage') && !value.amends && all.find((one) => one.key === value.stage && one.state === 'planned' && one.allowed.includes('start'));
    const lacks = () => stage().missing.some((one) => one.hard);
    const chosen = () => value.begin ?? !lacks();
    function draw() {
        node.hidden = !stage();
        if (node.hidden) return;
        node.setAttribute('aria-pressed', String(chosen()));
        fill(node, icon(chosen() ? 'check' : 'forward'), el('span', { class: 'chip-text' }, el('span', {}, t('log.begin')), lacks() && el('span', { class: 'chip-detail' }, t('log.begin-lacks'))));
    }
    return {
        node, draw,
        async load() {
            if (!may('stage') || value.amends) return;
            try {
                all = (await get(sitePath('/stages'))).stages;
                draw();
            } catch {
                // then it is started where stages are
            }
        },
        // What is to be started with this log: [{id, room}], as ever it is sent again.
        async starts() {
            if (!stage() || !chosen()) return [];
            if (stage().gate.rooms !== 'needed') return [{ id: uuid7(), room: '' }];
            const named = new Set(value.done.flatMap((item) => item.rooms ?? []).filter((room) => room !== 'whole'));
            const rooms = named.size ? [...named] : [await askRoom(t('log.begin-room', { stage: stageName(value.stage) }), '', ['whole'])];
            return rooms.filter(Boolean).map((room) => ({ id: uuid7(), room }));
        },
    };
}
