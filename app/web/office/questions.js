// SPDX-License-Identifier: MIT
// Questions over all sites, both ways: what is open and by when, who asked whom, and the answers. Filters are in the address; follows by itself.
import { get, post } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { privacyLine } from '/shared/freetext.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import * as live from '/shared/live.js';
import { fact, moneyCard, photoRow, placeOf, questionLine, stateBadge } from '/shared/money.js';
import { may } from '/shared/place.js';
import { lang, t } from '/shared/words.js';
import { moment } from '/shared/when.js';
import { ofSite, siteName, siteOptions, sites } from './allsites.js';
import { say, setTitle } from './bar.js';
import { addressed, csvLink, select, toggles } from './filters.js';
import { noteField, openForm, row, siteApi } from './form.js';

const PAGE = 60;
const MINUTE_MS = 60000;
const STATES = ['open', 'late', 'answered', 'all'];
const TO = ['site', 'designer', 'office'];

// What was asked of the designer or of head office is answered here; the site answers what was asked of it, and head office may.
const mayAnswer = (one) => one.state === 'open' && (one.to === 'site' ? may('raise') : may('decide'));

export function openQuestion(one) {
    const id = uuid7(); // the same for every attempt
    const open = one.state === 'open';
    const text = noteField('answer-text');
    const send = (step, missing, done) => () => (text.value.trim() ? post(siteApi(one.site, `/questions/${one.id}/${step}`), { id, text: text.value.trim() }).then(() => say(t(done))) : t(missing));
    const answer = { main: true, name: 'check', word: 'approval.answer', key: 'answer', run: send('answer', 'question.say-answer', 'approval.answered') };
    const again = { name: 'retry', word: 'question.again', key: 'again', run: send('ask', 'question.say-what', 'question.saved') };
    const actions = mayAnswer(one) ? [answer] : !open && may('raise') ? [again] : [];
    openForm({ title: one.again ?? one.text, site: one.site, actions, content: () => [el('p', { class: 'entry-when' }, [siteName(one.site), one.actor?.name, moment(one.asked)].filter(Boolean).join(' · ')), el('p', {}, questionLine(one)), one.again && fact('question.first', one.text), fact('shoot.room', placeOf(one)), photoRow(one.photos),
        one.answer && [fact('question.answer', one.answer.text), el('p', { class: 'entry-when' }, [one.answer.actor?.name, moment(one.answer.at)].filter(Boolean).join(' · ')), photoRow(one.answer.photos)],
        actions.length > 0 && row('answer-text', open ? 'approval.answer' : 'question.again', text, privacyLine(text))] });
}

// Head office asks a site.
function askSite(site) {
    const id = uuid7();
    const whom = el('select', { class: 'field', id: 'ask-site' }, siteOptions().map(([value, name]) => el('option', { value, selected: value === site }, name)));
    const text = noteField('ask-text');
    openForm({ title: t('question.ask-site'), content: () => [row('ask-site', 'office.filter-site', whom), row('ask-text', 'question.text', text, privacyLine(text))],
        actions: [{ main: true, name: 'send', word: 'question.send', key: 'ask', run: () => (text.value.trim() && whom.value ? post(siteApi(whom.value, '/questions'), { id, from: 'office', to: 'site', text: text.value.trim() }).then(() => say(t('question.saved'))) : t('question.say-what')) }] });
}

export const countQuestions = async () => (await get('/api/v1/questions?state=open&limit=200')).questions.length;

function card(one) {
    return ofSite(one.site, () => moneyCard({ id: one.id, badge: [stateBadge(one.state), el('span', { class: 'hazard-site' }, icon('sites'), siteName(one.site)), el('span', { class: 'hazard-place' }, moment(one.asked))],
        text: one.again ?? one.text, line: [questionLine(one), one.state === 'answered' && one.answer?.text].filter(Boolean).join(' · '), bad: one.late && one.state === 'open', open: () => openQuestion(one) }));
}

// query: what the address says: state, to, site.
export function questionsView(root, query) {
    let list = null;
    let next = null;
    let stopped = false;
    const address = addressed('questions', query, ['state', 'to', 'site'], again);
    const states = el('div', { class: 'filter-row', role: 'group', 'aria-label': t('office.filter') });
    const rest = el('div', { class: 'filters' });
    const grid = el('div', { class: 'hazard-grid' }, el('p', { class: 'hint' }, t('loading')));
    const more = el('button', { type: 'button', class: 'plain more', hidden: true, on: { click: () => load(next) } }, icon('down'), t('more'));
    setTitle(t('office.questions'));
    fill(root, el('div', { class: 'filters' }, states), rest, grid, more);

    function asked(pairs) {
        const ask = new URLSearchParams([...address.params(), ...pairs]);
        if (!ask.has('state')) ask.set('state', 'open');
        if (ask.get('state') === 'all') ask.delete('state');
        return `/api/v1/questions?${ask}`;
    }
    function drawFilters() {
        fill(states, toggles(address, 'state', STATES.map((state, i) => [i ? state : '', t(`question.state-${state}`)])));
        if (rest.contains(document.activeElement)) return;
        fill(rest, select(address, 'to', 'question.to', 'office.any', TO.map((name) => [name, t(`who.${name}`)])), select(address, 'site', 'office.filter-site', 'office.any', siteOptions()), el('span', { class: 'spring' }),
            may('raise') && el('button', { type: 'button', class: 'plain', dataset: { step: 'ask-site' }, on: { click: () => askSite(address.values.site) } }, icon('plus'), el('span', {}, t('question.ask-site'))), csvLink(asked([['format', 'csv'], ['lang', lang()]]), 'questions'));
    }
    function draw() {
        drawFilters();
        if (!list) return;
        fill(grid, list.length ? list.map(card) : el('p', { class: 'hint' }, t('question.none')));
        more.hidden = !next;
    }
    async function load(before) {
        const text = String(address.params());
        try {
            const page = await get(asked([['limit', String(before ? PAGE : Math.min(200, Math.max(PAGE, list?.length ?? 0)))], ...(before ? [['before', before]] : [])]));
            if (stopped || text !== String(address.params())) return;
            list = before ? list.concat(page.questions) : page.questions;
            ({ next } = page);
            draw();
        } catch (error) {
            if (!stopped && !list) fill(grid, el('p', { class: 'hint' }, error.status === 400 ? error.message : t('error.offline')));
        }
    }
    function again() {
        list = null;
        if (rest.contains(document.activeElement)) document.activeElement.blur();
        drawFilters();
        load();
    }
    const soon = debounce(() => load(), 400);
    const tick = setInterval(() => load(), MINUTE_MS); // what has become late
    const stops = [live.on('record', (record) => /^(question|callback)-/.test(record.type) && soon()), live.on('again', soon), sites.watch(draw)];
    draw();
    load();
    return () => {
        stopped = true;
        clearInterval(tick);
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}
