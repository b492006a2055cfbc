// SPDX-License-Identifier: MIT
// The site's timeline on the panel and on phones.
import { get, sitePath } from '/shared/api.js';
import { el, fill } from '/shared/dom.js';
import { showFeed } from '/shared/feed.js';
import { place } from '/shared/place.js';
import { t } from '/shared/words.js';
import { say, setTitle } from './header.js';
import { rail } from './rail.js';

export function timeline(root, { goTo, home }) {
    setTitle(t('tile.timeline'), home);
    const scroller = el('div', { class: 'scroller timeline', tabindex: -1 });
    fill(root, scroller, rail(scroller));
    return showFeed(scroller, {
        site: place.site,
        hazard: (id) => goTo(`hazard/${id}`),
        inspection: (id) => goTo(`inspect/report/${id}`),
        amend: async (entry) => {
            try {
                const current = await get(sitePath(`/daylogs/${entry.subject.slice('daylog/'.length)}`));
                goTo(`log/amend/${current.id}`);
            } catch {
                say(t('error.offline'), 'bad');
            }
        },
    });
}
