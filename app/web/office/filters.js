// SPDX-License-Identifier: MIT
// Filters that live in the address: a reload, a bookmark and a link that is handed on show the same.
import { el } from '/shared/dom.js';
import { icon } from '/shared/icons.js';
import { t } from '/shared/words.js';

// What the address #/path?query says of these names. changed() follows a change, which makes no new page in the history.
export function addressed(path, query, names, changed) {
    const values = Object.fromEntries(names.map((name) => [name, query.get(name) ?? '']));
    const params = () => new URLSearchParams(Object.entries(values).filter(([, value]) => value));
    return {
        values,
        params,
        set(name, value) {
            values[name] = value;
            const text = String(params());
            history.replaceState(null, '', `#/${path}${text && `?${text}`}`);
            changed();
        },
    };
}

// What the filters show, as a table to keep.
export const csvLink = (href, name) => el('a', { class: 'plain csv', href, download: `${name}.csv` }, icon('download'), el('span', {}, t('office.csv')));

// options: [value, text]; '' stands for no filter and is said by `any`.
export function select(address, name, label, any, options) {
    const chosen = address.values[name];
    const known = !chosen || options.some(([value]) => value === chosen) ? options : [...options, [chosen, chosen]];
    return el('label', { class: 'filter' }, el('span', {}, t(label)), el('select', { class: 'field', name, on: { change: (event) => address.set(name, event.target.value) } },
        any && el('option', { value: '' }, t(any)), known.map(([value, text]) => el('option', { value, selected: value === chosen }, text))));
}

export function day(address, name, label) {
    return el('label', { class: 'filter' }, el('span', {}, t(label)), el('input', { class: 'field', name, type: 'date', value: address.values[name], on: { change: (event) => address.set(name, event.target.value) } }));
}

// One of several, with how many there are of each. options: [value, text, n]; the first is the one that stands for no filter.
export function toggles(address, name, options) {
    return options.map(([value, text, n], i) => {
        const on = address.values[name] === value || (i === 0 && !options.some(([other]) => other === address.values[name]));
        return el('button', { type: 'button', class: 'toggle', 'aria-pressed': String(on), dataset: { [name]: value }, on: { click: () => address.set(name, i === 0 ? '' : value) } }, el('span', {}, text), n !== undefined && el('b', {}, String(n)));
    });
}
