// SPDX-License-Identifier: MIT
// What waits for head office over all sites: changes and lost days to decide, goods that are late, questions to it; what has waited longest comes first.
// Filters are in the address; follows by itself. Questions between others, and calls, have their own pages.
import { get, post } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { privacyLine } from '/shared/freetext.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import * as live from '/shared/live.js';
import { changeLine, fact, loadReasons, materialLine, moneyCard, photoRow, placeOf, questionLine, reasonName, yuan } from '/shared/money.js';
import { delayLine } from '/shared/stages.js';
import * as trade from '/shared/trade.js';
import { has, lang, t } from '/shared/words.js';
import { dayOf, lasted, moment, today } from '/shared/when.js';
import { ofSite, siteName, siteOptions, sites, zoneOf } from './allsites.js';
import { say, setTitle } from './bar.js';
import { addressed, csvLink, select, toggles } from './filters.js';
import { filled, noteField, openForm, row, siteApi } from './form.js';
import { openQuestion } from './questions.js';

const MINUTE_MS = 60000;
const AGES = [1, 3, 7, 14, 30];

function decideChange(one) {
    const id = uuid7(); // the same for every attempt
    const note = noteField('decision-note');
    const amount = el('input', { class: 'field', id: 'decision-amount', type: 'number', step: '0.01', value: String(one.amount) });
    const sums = el('p', { class: 'hint-line' });
    const send = (decision) => () => {
        if (decision !== 'approved' && !note.value.trim()) return t(decision === 'refused' ? 'approval.say-why' : 'approval.say-note');
        const changed = Number(amount.value);
        return post(siteApi(one.site, '/decisions'), filled({ id, subject: `change/${one.id}`, decision, note: note.value.trim(), amount: changed && changed !== one.amount ? changed : undefined })).then(() => say(t('approval.decided')));
    };
    get(siteApi(one.site, '/changes?limit=1')).then(({ totals }) => fill(sums, t('change.sums', { approved: yuan(totals.approved), percent: totals.contract === null ? '–' : totals.additions_percent, open: totals.open })), () => {});
    openForm({ title: one.text, site: one.site, content: () => [askedLine(one, one.actor, one.at), fact('change.reason', reasonName(one.reason)), one.responsibility && fact('change.responsibility', has(`responsible.${one.responsibility}`) ? t(`responsible.${one.responsibility}`) : one.responsibility), fact('shoot.room', placeOf(one)), sums, photoRow(one.photos), row('decision-amount', 'approval.amount', amount), row('decision-note', 'approval.note', note, privacyLine(note))],
        actions: [{ main: true, name: 'check', word: 'approval.approve', run: send('approved'), key: 'approved' }, { name: 'back', word: 'approval.alternative', run: send('alternative'), key: 'alternative' }, { name: 'close', word: 'approval.refuse', run: send('refused'), key: 'refused' }] });
}

function decideDelay(one) {
    const id = uuid7();
    const note = noteField('decision-note');
    const days = el('input', { class: 'field', id: 'decision-days', type: 'number', min: 1, max: one.days, value: String(one.days) });
    const send = (decision) => () => {
        if (decision !== 'granted' && !note.value.trim()) return t('approval.say-why');
        if (decision === 'partly' && !(Number(days.value) >= 1 && Number(days.value) < one.days)) return t('approval.say-days', { n: one.days });
        return post(siteApi(one.site, '/decisions'), filled({ id, subject: `delay/${one.id}`, decision, note: note.value.trim(), days: decision === 'partly' ? Number(days.value) : undefined })).then(() => say(t('approval.decided')));
    };
    openForm({ title: trade.reasonName(one.reason), site: one.site, content: () => [askedLine(one, one.by, one.at), el('p', {}, delayLine({ ...one, reason: '' })), one.stage && fact('request.stage', trade.stageName(one.stage)), one.note && el('p', {}, one.note), photoRow(one.photos),
        one.days > 1 && row('decision-days', 'office.partly-days', days), row('decision-note', 'approval.note', note, privacyLine(note))],
    actions: [{ main: true, name: 'check', word: 'office.grant', run: send('granted'), key: 'granted' }, ...(one.days > 1 ? [{ name: 'back', word: 'office.partly', run: send('partly'), key: 'partly' }] : []), { name: 'close', word: 'office.refuse', run: send('refused'), key: 'refused' }] });
}

function answerGoods(one) {
    const id = uuid7();
    const text = noteField('goods-text');
    const date = el('input', { class: 'field', id: 'goods-date', type: 'date', min: dayOf(Date.now(), zoneOf(one.site)) });
    openForm({ title: one.name, site: one.site, content: () => [askedLine(one, one.actor, one.at), el('p', {}, materialLine(one)), fact('approval.alternative', one.alternative?.text), row('goods-text', 'approval.alternative', text, privacyLine(text)), row('goods-date', 'approval.new-day', date)],
        actions: [{ main: true, name: 'check', word: 'approval.answer', key: 'answer', run: () => (text.value.trim() ? post(siteApi(one.site, `/materials/${one.id}/answer`), filled({ id, alternative: text.value.trim(), expected: date.value })).then(() => say(t('approval.answered'))) : t('approval.say-note')) }] });
}

const askedLine = (one, who, at) => el('p', { class: 'entry-when' }, [siteName(one.site), who?.name, at && moment(at)].filter(Boolean).join(' · '));

// Since when one waits, in milliseconds; goods since the end of the day on which they were expected.
const sinceOf = (kind, one) => (kind === 'material' ? Date.parse(`${one.expected}T00:00:00Z`) : Date.parse(kind === 'question' ? one.asked : one.at));

const KINDS = {
    change: { list: 'changes', word: 'approval.changes', card: (one) => ({ text: one.text, line: changeLine(one), open: () => decideChange(one) }) },
    delay: { list: 'delays', word: 'approval.delays', card: (one) => ({ text: trade.reasonName(one.reason), line: delayLine({ ...one, reason: one.stage ? trade.stageName(one.stage) : '' }), open: () => decideDelay(one) }) },
    material: { list: 'materials', word: 'approval.materials', card: (one) => ({ text: one.name, line: materialLine(one), bad: true, open: () => answerGoods(one) }) },
    question: { list: 'questions', word: 'approval.questions', card: (one) => ({ text: one.again ?? one.text, line: questionLine(one), bad: one.late, open: () => openQuestion(one) }) },
};

export async function countApprovals() {
    const waiting = await get('/api/v1/approvals');
    return Object.values(KINDS).reduce((n, { list }) => n + waiting[list][list].length, 0);
}

// query: what the address says: kind, site, days.
export function approvalsView(root, query) {
    let stopped = false;
    let waiting = null;
    const address = addressed('approvals', query, ['kind', 'site', 'days'], changed);
    const kinds = el('div', { class: 'filter-row', role: 'group', 'aria-label': t('office.filter') });
    const rest = el('div', { class: 'filters' });
    const parts = el('div', { class: 'approvals' }, el('p', { class: 'hint' }, t('loading')));
    setTitle(t('approval.title'));
    fill(root, el('div', { class: 'filters' }, kinds), rest, parts);

    const asked = (pairs = []) => new URLSearchParams([...Object.entries(address.values).filter(([name, value]) => value && name !== 'kind'), ...pairs]);
    const rowsOf = (kind) => waiting?.[KINDS[kind].list][KINDS[kind].list] ?? [];
    const shown = () => (address.values.kind in KINDS ? [address.values.kind] : Object.keys(KINDS));

    function drawFilters() {
        const of = Object.keys(KINDS);
        fill(kinds, toggles(address, 'kind', [['', t('approval.all'), waiting ? of.reduce((n, kind) => n + rowsOf(kind).length, 0) : undefined], ...of.map((kind) => [kind, t(KINDS[kind].word), waiting ? rowsOf(kind).length : undefined])]));
        if (rest.contains(document.activeElement)) return; // an open list must not close under the finger
        fill(rest, select(address, 'site', 'office.filter-site', 'office.any', siteOptions()), select(address, 'days', 'approval.waits', 'office.any', AGES.map((n) => [String(n), t('approval.days', { n })])),
            el('span', { class: 'spring' }), csvLink(`/api/v1/approvals?${asked([...(address.values.kind ? [['kind', address.values.kind]] : []), ['format', 'csv'], ['lang', lang()]])}`, 'approvals'));
    }
    function card(kind, one) {
        return ofSite(one.site, () => {
            const since = sinceOf(kind, one);
            const days = kind === 'material' && Math.round((Date.parse(`${today(zoneOf(one.site))}T00:00:00Z`) - since) / 86400000);
            const made = moneyCard({ id: one.id, badge: el('span', { class: 'hazard-site' }, icon('sites'), siteName(one.site)), ...KINDS[kind].card(one) });
            if (Number.isFinite(since)) made.append(el('span', { class: 'hazard-place' }, kind === 'material' ? t('approval.late-days', { n: days }) : t('approval.since', { at: moment(since), age: lasted(Math.max(0, Date.now() - since) / 1000) })));
            return made;
        });
    }
    function draw() {
        drawFilters();
        if (!waiting) return;
        fill(parts, shown().map((kind) => {
            const rows = [...rowsOf(kind)].sort((a, b) => sinceOf(kind, a) - sinceOf(kind, b));
            return el('section', { class: 'approval', dataset: { part: KINDS[kind].list } }, el('h2', { class: 'day' }, t(KINDS[kind].word), ' ', el('b', {}, String(rows.length))),
                el('div', { class: 'hazard-grid' }, rows.length ? rows.map((one) => card(kind, one)) : el('p', { class: 'hint' }, t('approval.none'))), waiting[KINDS[kind].list].next && el('p', { class: 'hint-line' }, t('approval.newest', { n: rows.length })));
        }));
    }
    async function load() {
        const text = String(asked());
        try {
            const [found] = await Promise.all([get(`/api/v1/approvals?${text}`), loadReasons()]);
            if (stopped || text !== String(asked())) return;
            waiting = found;
            draw();
        } catch (error) {
            if (!stopped && !waiting) fill(parts, el('p', { class: 'hint' }, error.status === 400 ? error.message : t('error.offline')));
        }
    }
    function changed() {
        rest.contains(document.activeElement) && document.activeElement.blur();
        draw();
        load();
    }
    const soon = debounce(load, 400);
    const tick = setInterval(load, MINUTE_MS); // ages, and what has become late
    const stops = [live.on('record', (record) => /^(change|material|question|delay|customer|measurement)-/.test(record.type) && soon()), live.on('again', soon), sites.watch(draw)];
    draw();
    load();
    return () => {
        stopped = true;
        clearInterval(tick);
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}
