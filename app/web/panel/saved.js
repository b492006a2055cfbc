// SPDX-License-Identifier: MIT
// After saving: the day card, one picture to forward. Above it what keeps the log's stage from beginning, where that was refused.
import { get, sitePath } from '/shared/api.js';
import { el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { missingList } from '/shared/stages.js';
import { both } from '/shared/trade.js';
import { lang, t } from '/shared/words.js';
import { say, setTitle } from './header.js';
import { rail } from './rail.js';

export function saved(root, { param, home, goTo }) {
    const [id, stage] = param;
    const path = sitePath(`/daylogs/${id}/card.jpg?lang=${lang()}`);
    const frame = el('div', { class: 'scroller card-frame' }, el('p', { class: 'hint' }, t('card.drawing')));
    const buttons = el('div', { class: 'side' });
    let url = '';
    let stopped = false;
    setTitle(t('card.title'), home);
    const lacks = el('div', { class: 'saved-lacks' });
    fill(root, el('div', { class: 'saved-left' }, lacks, frame), buttons);
    fill(buttons, el('button', { type: 'button', class: 'main', on: { click: home } }, icon('check'), el('span', {}, t('card.finish'))), rail(frame));

    async function share(blob) {
        const file = new File([blob], `sitelog-${id.slice(0, 8)}.jpg`, { type: 'image/jpeg' });
        try {
            await navigator.share({ files: [file] });
        } catch (error) {
            if (error.name !== 'AbortError') say(t('card.share-failed'), 'bad');
        }
    }
    async function load() {
        try {
            const answer = await fetch(path, { credentials: 'same-origin' });
            if (!answer.ok) throw new Error(String(answer.status));
            const blob = await answer.blob();
            if (stopped) return;
            url = URL.createObjectURL(blob);
            fill(frame, el('img', { class: 'day-card', src: url, alt: t('card.alt') }));
            const canShare = navigator.canShare?.({ files: [new File([blob], 'a.jpg', { type: 'image/jpeg' })] });
            buttons.prepend(el('div', { class: 'phone-only card-actions' },
                canShare && el('button', { type: 'button', class: 'plain', on: { click: () => share(blob) } }, icon('share'), t('card.share')),
                el('a', { class: 'plain', href: url, download: `sitelog-${id.slice(0, 8)}.jpg` }, icon('download'), t('card.download'))));
        } catch {
            if (!stopped) fill(frame, el('p', { class: 'hint' }, t('card.failed')));
        }
    }
    import('./offers.js').then(({ offers }) => offers(id, goTo)).then((more) => !stopped && more.length && frame.before(el('div', { class: 'saved-offers' }, more)), () => {}); // what is seldom needed is not needed
    async function tell() {
        const one = await get(sitePath(`/stages/${encodeURIComponent(stage)}`)).catch(() => null);
        if (stopped || one?.state !== 'planned') return;
        fill(lacks, el('p', { class: 'stage-gate' }, icon('stop'), el('b', {}, t('log.not-begun', { stage: both(one) }))), missingList(one), el('button', { type: 'button', class: 'plain', on: { click: () => goTo(`stages/${stage}`) } }, icon('look'), el('span', {}, t('due.do-look'))));
    }
    load();
    if (stage) tell();
    return () => {
        stopped = true;
        if (url) URL.revokeObjectURL(url);
    };
}
