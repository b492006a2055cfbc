// SPDX-License-Identifier: MIT
// What waits for head office over all sites: changes to decide, goods that are late, questions, and who is to be called. Follows by itself.
import { get, Offline, post, setSite } from '/shared/api.js';
import { debounce, el, fill } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import * as live from '/shared/live.js';
import { changeLine, fact, loadReasons, materialLine, moneyCard, photoRow, placeOf, questionLine, reasonName, stateBadge, yuan } from '/shared/money.js';
import { openSheet } from '/shared/sheet.js';
import { t } from '/shared/words.js';
import { dayOf, moment } from '/shared/when.js';
import { say, setTitle } from './bar.js';
import { callCard } from './calls.js';

const path = (site, rest) => `/api/v1/sites/${encodeURIComponent(site)}${rest}`;
const row = (id, word, node) => el('p', { class: 'form-row' }, el('label', { class: 'label', for: id }, t(word)), node);

// A form over the list: send(body) posts; it closes when that was taken.
export function form({ title, content, actions, onClose }) {
    const message = el('p', { class: 'pin-message', role: 'alert' });
    const buttons = actions.map(({ main, name, word, run, key }) => el('button', { type: 'button', class: main ? 'main' : 'plain', dataset: { step: key }, on: { click: async () => {
        const request = run();
        if (typeof request === 'string') return void (message.textContent = request);
        buttons.forEach((button) => { button.disabled = true; });
        message.textContent = '';
        try {
            await request;
            sheet.close();
        } catch (error) {
            message.textContent = error instanceof Offline ? t('error.offline') : error.message;
            buttons.forEach((button) => { button.disabled = false; });
        }
    } } }, icon(name), el('span', {}, t(word))));
    const sheet = openSheet({ title, className: 'sheet-wide sheet-money', content, foot: [message, ...buttons], onClose });
    return sheet;
}

const filled = (body) => Object.fromEntries(Object.entries(body).filter(([, v]) => v !== '' && v !== undefined && v !== null && v.length !== 0));

function decide(one) {
    const id = uuid7(); // the same for every attempt
    const note = el('textarea', { class: 'field note-field', id: 'decision-note', rows: 3, maxlength: 300 });
    const amount = el('input', { class: 'field', id: 'decision-amount', type: 'number', step: '0.01', value: String(one.amount) });
    const sums = el('p', { class: 'hint-line' });
    const send = (decision) => () => {
        if (decision === 'alternative' && !note.value.trim()) return t('approval.say-note');
        const changed = Number(amount.value);
        return post(path(one.site, '/decisions'), filled({ id, subject: `change/${one.id}`, decision, note: note.value.trim(), amount: changed && changed !== one.amount ? changed : undefined })).then(() => say(t('approval.decided')));
    };
    setSite(one.site);
    get(path(one.site, '/changes?limit=1')).then(({ totals }) => fill(sums, t('change.sums', { approved: yuan(totals.approved), percent: totals.contract === null ? '–' : totals.additions_percent, open: totals.open })), () => {});
    form({ title: one.text, onClose: () => setSite(''), content: [fact('change.reason', reasonName(one.reason)), fact('shoot.room', placeOf(one)), sums, photoRow(one.photos), row('decision-amount', 'approval.amount', amount), row('decision-note', 'approval.note', note)],
        actions: [{ main: true, name: 'check', word: 'approval.approve', run: send('approved'), key: 'approved' }, { name: 'back', word: 'approval.alternative', run: send('alternative'), key: 'alternative' }, { name: 'close', word: 'approval.refuse', run: send('refused'), key: 'refused' }] });
}

function answerGoods(one) {
    const id = uuid7();
    const text = el('textarea', { class: 'field note-field', id: 'goods-text', rows: 3, maxlength: 300 });
    const date = el('input', { class: 'field', id: 'goods-date', type: 'date', min: dayOf(Date.now()) });
    form({ title: one.name, content: [el('p', {}, materialLine(one)), fact('approval.alternative', one.alternative?.text), row('goods-text', 'approval.alternative', text), row('goods-date', 'approval.new-day', date)],
        actions: [{ main: true, name: 'check', word: 'approval.answer', key: 'answer', run: () => (text.value.trim() ? post(path(one.site, `/materials/${one.id}/answer`), filled({ id, alternative: text.value.trim(), expected: date.value })).then(() => say(t('approval.answered'))) : t('approval.say-note')) }] });
}

function answerQuestion(one) {
    const id = uuid7();
    const text = el('textarea', { class: 'field note-field', id: 'answer-text', rows: 3, maxlength: 300 });
    setSite(one.site);
    form({ title: one.again ?? one.text, onClose: () => setSite(''), content: [el('p', {}, questionLine(one)), fact('shoot.room', placeOf(one)), photoRow(one.photos), row('answer-text', 'approval.answer', text)],
        actions: [{ main: true, name: 'check', word: 'approval.answer', key: 'answer', run: () => (text.value.trim() ? post(path(one.site, `/questions/${one.id}/answer`), { id, text: text.value.trim() }).then(() => say(t('approval.answered'))) : t('question.say-answer')) }] });
}

const PARTS = {
    changes: { word: 'approval.changes', card: (one) => ({ text: one.text, line: changeLine(one), open: () => decide(one) }) },
    materials: { word: 'approval.materials', card: (one) => ({ text: one.name, line: materialLine(one), bad: true, open: () => answerGoods(one) }) },
    questions: { word: 'approval.questions', card: (one) => ({ text: one.again ?? one.text, line: questionLine(one), bad: one.late, open: () => answerQuestion(one) }) },
};

export function approvalsView(root) {
    let stopped = false;
    let all = false;
    const parts = Object.fromEntries([...Object.keys(PARTS), 'calls'].map((name) => [name, el('div', { class: 'hazard-grid' }, el('p', { class: 'hint' }, t('loading')))]));
    const count = Object.fromEntries(Object.keys(parts).map((name) => [name, el('b', {}, '')]));
    const everybody = el('button', { type: 'button', class: 'toggle', 'aria-pressed': 'false', on: { click: () => {
        all = !all;
        everybody.setAttribute('aria-pressed', String(all));
        load();
    } } }, t('call.all'));
    const section = (name, word, extra) => el('section', { class: 'approval', dataset: { part: name } }, el('h2', { class: 'day' }, t(word), ' ', count[name], extra && ' ', extra), parts[name]);
    setTitle(t('approval.title'));
    fill(root, Object.entries(PARTS).map(([name, part]) => section(name, part.word)), section('calls', 'approval.calls', everybody));

    function show(name, nodes) {
        fill(count[name], String(nodes.length));
        fill(parts[name], nodes.length ? nodes : el('p', { class: 'hint' }, t('approval.none')));
    }
    async function load() {
        try {
            const [waiting, calls] = await Promise.all([get('/api/v1/approvals'), get(`/api/v1/callbacks/due${all ? '?all=true' : ''}`), loadReasons()]);
            if (stopped) return;
            for (const [name, part] of Object.entries(PARTS)) show(name, waiting[name][name].map((one) => moneyCard({ id: one.id, badge: [stateBadge(one.state), el('span', { class: 'hazard-site' }, icon('sites'), one.site), el('span', { class: 'hazard-place' }, moment(one.at))], ...part.card(one) })));
            show('calls', calls.callbacks.map((call) => callCard(call, form)));
        } catch {
            if (!stopped && !root.querySelector('.money-card')) for (const name of Object.keys(parts)) fill(parts[name], el('p', { class: 'hint' }, t('error.offline')));
        }
    }
    const soon = debounce(load, 400);
    const stops = [live.on('record', (record) => /^(change|material|question|callback|customer|handover)-/.test(record.type) && soon()), live.on('again', soon)];
    load();
    return () => {
        stopped = true;
        soon.cancel();
        stops.forEach((stop) => stop());
    };
}
