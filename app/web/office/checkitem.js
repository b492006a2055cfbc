// SPDX-License-Identifier: MIT
// The fields of a checklist's item: names, what has to be, its limits and what they rest on. Says nothing of what is allowed: the server does.
import { el, fill } from '/shared/dom.js';
import { sourceText } from '/shared/inspections.js';
import { both } from '/shared/trade.js';
import { t } from '/shared/words.js';

const LIMITS = ['min', 'max', 'below', 'equal', 'tolerance']; // of a measured value
const RUN = ['minutes', 'start_min', 'start_factor', 'drop_max']; // of a phase
const SOURCES = ['C', 'A', 'M', 'm', 't'];
const KINDS = ['check', 'measure'];
const letters = 'abcdefghjkmnpqrstuvwxyz23456789';

// An item of the company's own; its key is made here, since nobody else needs to know it.
export function newItem() {
    const key = `own.${[...crypto.getRandomValues(new Uint8Array(8))].map((n) => letters[n % letters.length]).join('')}`;
    return { key, zh: '', en: '', kind: 'check', source: 'C', required: true, red_line: false, photo_required: false, from: 'product', isNew: true };
}

const field = (name, word, input) => el('label', { class: 'form-field', dataset: { field: name } }, el('span', { class: 'label' }, t(word)), input);

// item: as a PUT takes it. changed() after each change. Returns { node, value() }.
export function itemForm({ isNew, ...item }, changed) {
    const copy = structuredClone(item);
    const input = (name, value, take, more = {}) => el('input', { class: 'field', name, value: value ?? '', ...more, on: { input: (event) => {
        take(event.target.value);
        changed();
    } } });
    const number = (of, name) => field(name, `rule.limit-${name}`, input(name, of[name], (text) => {
        if (text.trim() === '') delete of[name];
        else of[name] = Number(text);
        if (copy.source === item.source && !isNew) setSource('C'); // another limit is the company's own
    }, { type: 'number', step: 'any', inputmode: 'decimal' }));
    const tick = (name, word) => el('label', { class: 'tick-row' }, el('input', { type: 'checkbox', class: 'tick', name, checked: Boolean(copy[name]), on: { change: (event) => {
        copy[name] = event.target.checked;
        drawConfirm();
        changed();
    } } }), t(word));

    const limits = el('div', { class: 'rule-limits' });
    const confirm = el('div', {});
    const source = el('select', { class: 'field', name: 'source', on: { change: () => setSource(source.value) } });
    function setSource(value) {
        copy.source = value;
        drawSource();
        drawConfirm();
        changed();
    }
    function drawSource() {
        const known = [...new Set([item.source, copy.source, ...SOURCES])].filter(Boolean);
        fill(source, known.map((value) => el('option', { value, selected: value === copy.source }, sourceText(value))));
    }
    // A red line on what is not certain needs the company's word.
    function drawConfirm() {
        const weak = /[m?]/.test(copy.source);
        if (!weak) delete copy.confirmed;
        fill(confirm, weak && copy.red_line && tick('confirmed', 'rule.confirmed'));
    }
    function drawLimits() {
        const parts = copy.parts ?? [], phases = copy.phases ?? [];
        const group = (one, names) => el('fieldset', { class: 'part rule-part' }, el('legend', {}, `${both(one)}${one.unit ? ` (${one.unit})` : ''}`), el('div', { class: 'form-grid' }, names.map((name) => number(one, name)),
            isNew && field('unit', 'rule.unit', input('unit', one.unit, (text) => { one.unit = text.trim(); }, { maxlength: 16 }))));
        fill(limits, parts.map((part) => group(part, LIMITS)), phases.map((phase) => group(phase, RUN)));
    }
    const kind = isNew && el('select', { class: 'field', name: 'kind', on: { change: () => {
        copy.kind = kind.value;
        if (copy.kind === 'measure') copy.parts = [{ key: 'value', zh: t('rule.value-zh'), en: 'value', unit: 'mm' }];
        else delete copy.parts;
        drawLimits();
        changed();
    } } }, KINDS.map((value) => el('option', { value }, t(`rule.kind-${value}`))));

    drawSource();
    drawConfirm();
    drawLimits();
    const node = el('div', { class: 'rule-form' },
        el('div', { class: 'form-grid' }, field('zh', 'rule.name-zh', input('zh', copy.zh, (text) => { copy.zh = text.trim(); }, { maxlength: 40 })), field('en', 'rule.name-en', input('en', copy.en, (text) => { copy.en = text.trim(); }, { maxlength: 120 })), kind && field('kind', 'rule.kind', kind)),
        limits, el('div', { class: 'rule-flags' }, tick('required', 'walk.required'), tick('red_line', 'walk.red-line'), tick('photo_required', 'walk.photo')), confirm, field('source', 'rule.source', source));
    return { node, value: () => copy };
}
