// SPDX-License-Identifier: MIT
// What the sites work by: settings and checklists, of all sites and those to come, or of one; which value is in force and where it comes from. The
// address says which site, which part and which stage.
import { el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { both, stages } from '/shared/trade.js';
import { t } from '/shared/words.js';
import { siteOptions, sites } from './allsites.js';
import { setTitle } from './bar.js';
import { showChecklist } from './checklists.js';
import { addressed, select, toggles } from './filters.js';
import { showSettings } from './settings.js';

// at: on a site's page, { site, path }.
export function rulesView(root, query, at = {}) {
    const path = at.path ?? 'rules';
    const address = addressed(path, query, at.site ? ['part', 'stage'] : ['part', 'stage', 'site'], show);
    const parts = el('div', { class: 'filter-row', role: 'group', 'aria-label': t('office.filter') });
    const rest = el('div', { class: 'filters' });
    const words = el('p', { class: 'hint-line rule-scope' });
    const body = el('div', { class: 'rules' });
    let stop = null;
    if (!at.site) setTitle(t('office.rules'));
    fill(root, el('div', { class: 'filters' }, parts), rest, words, body);

    const site = () => at.site ?? address.values.site;
    const isList = () => address.values.part === 'checklists';
    function drawFilters() {
        fill(parts, toggles(address, 'part', [['', t('rule.settings')], ['checklists', t('rule.checklists')]]));
        if (rest.contains(document.activeElement)) return;
        fill(rest, !at.site && select(address, 'site', 'rule.scope', 'rule.all-sites', siteOptions()), isList() && select(address, 'stage', 'office.filter-stage', null, stages().map((stage) => [stage.key, both(stage)])));
        fill(words, icon('info'), el('span', {}, t(site() ? 'rule.of-site' : 'rule.of-all')));
    }
    function show() {
        if (rest.contains(document.activeElement)) document.activeElement.blur();
        drawFilters();
        stop?.();
        stop = isList() ? showChecklist(body, site(), address.values.stage || stages()[0].key) : showSettings(body, site());
    }
    const unwatch = sites.watch(drawFilters);
    show();
    return () => {
        unwatch();
        stop?.();
    };
}
