// SPDX-License-Identifier: MIT
// The fields of a plan: site, stages, cut-offs, people. Makes the JSON that PUT takes; sends nothing.
import { el, fill } from '/shared/dom.js';
import { privacyLine } from '/shared/freetext.js';
import { both, stageName, stageOf, stages } from '/shared/trade.js';
import { icon } from '/shared/icons.js';
import { t } from '/shared/words.js';

export const ZONES = ['Asia/Shanghai', 'Asia/Urumqi', 'Asia/Hong_Kong', 'Asia/Taipei', 'Asia/Singapore', 'UTC'];
const ROLES = ['manager', 'supervisor', 'crew', 'installer', 'office', 'viewer'];
const DAYS = [1, 2, 3, 4, 5, 6, 7];

export function input(id, word, attributes = {}) {
    const node = el('input', { class: 'field', id, ...attributes });
    return { node, row: el('p', { class: 'form-row' }, el('label', { class: 'label', for: id }, t(word)), node) };
}
const square = (picture, word, click) => el('button', { type: 'button', class: 'square', 'aria-label': word, on: { click } }, icon(picture));
const table = (words, body) => el('div', { class: 'table-wrap' }, el('table', { class: 'plan-table' }, el('thead', {}, el('tr', {}, words.map((word) => (word ? el('th', { scope: 'col' }, t(word)) : el('td', {}))))), body));
const part = (word, ...nodes) => el('fieldset', { class: 'part' }, el('legend', {}, t(word)), nodes);

// A template and a first day fill in all stages: one tap with today's date, two with another. whose: {list, first, plan(key, start)}, or null.
function templateRow(whose, take) {
    let chosen = null;
    const message = el('span', { class: 'pin-message', role: 'alert' });
    const start = el('input', { class: 'field', type: 'date', id: 'plan-first', value: whose.first, on: { change: () => chosen && fillIn(chosen) } });
    const buttons = whose.list.map((one) => el('button', { type: 'button', class: 'toggle', dataset: { template: one.key }, 'aria-pressed': 'false', on: { click: () => fillIn(one.key) } }, both(one)));
    async function fillIn(key) {
        chosen = key;
        for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset.template === key));
        message.textContent = '';
        const asked = start.value;
        try {
            const stages = await whose.plan(key, asked);
            if (chosen === key && start.value === asked) take(stages);
        } catch (error) {
            message.textContent = error.message;
        }
    }
    return el('div', { class: 'form-row plan-templates' }, el('label', { class: 'label', for: 'plan-first' }, t('plan.template')), buttons, start, message);
}

function stagesPart(list, templates) {
    const copy = (stages) => stages.map((s) => ({ ...s, after: [...(s.after ?? [])] }));
    let rows = copy(list);
    const body = el('tbody', {});
    const adder = el('div', { class: 'form-row' });

    const date = (row, member, word) => el('input', { class: 'field', type: 'date', 'aria-label': `${stageName(row.key)} ${t(word)}`, value: row[member] ?? '', on: { change: (event) => { row[member] = event.target.value || undefined; } } });
    function move(i, by) {
        const [row] = rows.splice(i, 1);
        rows.splice(i + by, 0, row);
        draw();
    }
    function remove(key) {
        rows = rows.filter((r) => r.key !== key);
        for (const row of rows) row.after = row.after.filter((k) => k !== key);
        draw();
    }
    function add(key) {
        rows.push({ key, after: (stageOf(key)?.after ?? []).filter((k) => rows.some((r) => r.key === k)) });
        draw();
    }
    function draw() {
        fill(body, rows.map((row, i) => el('tr', { dataset: { stage: row.key } }, el('th', { scope: 'row' }, both(row) || stageName(row.key)), el('td', {}, date(row, 'planned_start', 'plan.start')), el('td', {}, date(row, 'planned_finish', 'plan.finish')),
            el('td', { class: 'plan-after' }, row.after.map(stageName).join(t('list.separator')) || '–'),
            el('td', { class: 'plan-buttons' }, i > 0 && square('up', t('plan.up'), () => move(i, -1)), i < rows.length - 1 && square('down', t('plan.down'), () => move(i, 1)), square('trash', t('plan.remove', { what: stageName(row.key) }), () => remove(row.key))))));
        const left = stages().filter((s) => !rows.some((r) => r.key === s.key));
        const picker = el('select', { class: 'field', 'aria-label': t('plan.add-stage') }, left.map((s) => el('option', { value: s.key }, both(s))));
        fill(adder, left.length > 0 && [picker, el('button', { type: 'button', class: 'plain', on: { click: () => add(picker.value) } }, icon('plus'), el('span', {}, t('plan.add-stage')))]);
    }
    draw();
    return {
        node: part('plan.part-stages', templates && templateRow(templates, (stages) => {
            rows = copy(stages);
            draw();
        }), table(['plan.stage', 'plan.start', 'plan.finish', 'plan.after', ''], body), adder),
        value: () => rows.map(({ key, planned_start: a, planned_finish: b, after }) => ({ key, ...(a && { planned_start: a }), ...(b && { planned_finish: b }), after })),
    };
}

function peoplePart(list) {
    const rows = list.map((p) => ({ ...p }));
    const body = el('tbody', {});
    const text = (row, member, word, fixed) => {
        const field = el('input', { class: 'field', 'aria-label': t(word), value: row[member] ?? '', disabled: fixed, maxlength: 40, on: { input: (event) => { row[member] = event.target.value.trim(); } } });
        return [field, privacyLine(field)];
    };
    function draw() {
        fill(body, rows.map((row) => el('tr', {}, el('td', {}, text(row, 'id', 'signin.id', !row.fresh)), el('td', {}, text(row, 'name', 'plan.name')),
            el('td', {}, el('select', { class: 'field', 'aria-label': t('plan.role'), on: { change: (event) => { row.role = event.target.value; } } }, ROLES.map((role) => el('option', { value: role, selected: role === row.role }, t(`role.${role}`))))),
            el('td', {}, el('label', { class: 'tick-row' }, el('input', { type: 'checkbox', class: 'tick', checked: row.active !== false, on: { change: (event) => { row.active = event.target.checked; } } }), t('plan.active'))))));
    }
    draw();
    const add = el('button', { type: 'button', class: 'plain', on: { click: () => {
        rows.push({ id: '', name: '', role: 'manager', active: true, fresh: true });
        draw();
    } } }, icon('plus'), el('span', {}, t('plan.add-person')));
    return {
        node: part('plan.part-people', table(['signin.id', 'plan.name', 'plan.role', ''], body), el('div', { class: 'form-row' }, add)),
        value: () => rows.filter((r) => r.id).map(({ id, name, role, active }) => ({ id, name, role, active: active !== false })),
    };
}

function cutoffsPart(cut) {
    const daylog = input('plan-daylog', 'plan.daylog', { type: 'time', value: cut.daylog ?? '18:30' });
    const reportDay = el('select', { class: 'field', id: 'plan-report' }, DAYS.map((d) => el('option', { value: d, selected: d === (cut.report?.weekday ?? 6) }, t(`weekday.${d}`))));
    const reportTime = el('input', { class: 'field', type: 'time', 'aria-label': t('plan.report'), value: cut.report?.time ?? '18:00' });
    const calls = input('plan-calls', 'plan.calls', { type: 'number', min: 1, max: 90, value: cut.callback_days ?? 14 });
    const workdays = new Set(cut.workdays ?? [1, 2, 3, 4, 5, 6]);
    const buttons = DAYS.map((d) => {
        const button = el('button', { type: 'button', class: 'toggle', 'aria-pressed': String(workdays.has(d)), on: { click: () => {
            if (!workdays.delete(d)) workdays.add(d);
            button.setAttribute('aria-pressed', String(workdays.has(d)));
        } } }, t(`weekday.${d}`));
        return button;
    });
    const holidays = el('textarea', { class: 'field', id: 'plan-holidays', rows: 2, value: (cut.holidays ?? []).join(' ') });
    return {
        node: part('plan.part-cutoffs', el('div', { class: 'form-grid' }, daylog.row, el('p', { class: 'form-row' }, el('label', { class: 'label', for: 'plan-report' }, t('plan.report')), el('span', { class: 'pair' }, reportDay, reportTime)), calls.row),
            el('p', { class: 'label' }, t('plan.workdays')), el('div', { class: 'weekdays' }, buttons), el('p', { class: 'form-row' }, el('label', { class: 'label', for: 'plan-holidays' }, t('plan.holidays')), holidays)),
        value: () => ({ daylog: daylog.node.value, report: { weekday: Number(reportDay.value), time: reportTime.value }, callback_days: Number(calls.node.value) || 14, workdays: [...workdays].sort(), holidays: holidays.value.split(/[\s,，、]+/).filter(Boolean) }),
    };
}

export function planForm(plan, templates) {
    const name = input('plan-name', 'plan.site-name', { value: plan.name ?? '', maxlength: 60 });
    name.row.append(privacyLine(name.node));
    const zone = input('plan-zone', 'plan.zone', { value: plan.timezone ?? 'Asia/Shanghai', list: 'zones', spellcheck: 'false' });
    const amount = input('plan-amount', 'plan.amount', { type: 'number', min: 0, step: '0.01', value: plan.contract_amount ?? '' });
    const customer = input('plan-customer', 'plan.customer', { value: plan.customer?.name ?? '', maxlength: 40, autocomplete: 'off' });
    const phone = input('plan-phone', 'plan.phone', { value: plan.customer?.phone ?? '', maxlength: 24, autocomplete: 'off', inputmode: 'tel' });
    const stageRows = stagesPart(plan.stages ?? [], templates);
    const cutoffs = cutoffsPart(plan.cutoffs ?? {});
    const people = peoplePart(plan.people ?? []);
    return {
        nodes: [part('plan.part-site', el('div', { class: 'form-grid' }, name.row, zone.row, amount.row, customer.row, phone.row), el('p', { class: 'hint-line' }, t('plan.masked')),
            el('datalist', { id: 'zones' }, ZONES.map((z) => el('option', { value: z })))), stageRows.node, cutoffs.node, people.node],
        // What is empty and may only be unknown here is left out, so that it stays as it is.
        value() {
            const said = { name: name.node.value.trim(), timezone: zone.node.value.trim(), stages: stageRows.value(), cutoffs: cutoffs.value(), people: people.value() };
            if (amount.node.value !== '') said.contract_amount = Number(amount.node.value);
            if (customer.node.value || phone.node.value) said.customer = { name: customer.node.value.trim(), phone: phone.node.value.trim() };
            return said;
        },
    };
}
