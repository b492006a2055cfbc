// SPDX-License-Identifier: MIT
// Makes elements. Text only ever goes in as text; nothing here takes markup.

// el('button', { class: 'main', on: { click } , 'aria-pressed': 'true' }, 'text', childNode)
export function el(tag, props = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
        if (value === undefined || value === null || value === false) continue;
        if (name === 'on') {
            for (const [event, fn] of Object.entries(value)) node.addEventListener(event, fn);
        } else if (name === 'dataset') {
            Object.assign(node.dataset, value);
        } else if (name === 'value' || name === 'checked' || name === 'hidden' || name === 'disabled') {
            node[name] = value;
        } else {
            node.setAttribute(name, value === true ? '' : value);
        }
    }
    add(node, children);
    return node;
}

function add(node, children) {
    for (const child of children) {
        if (child === undefined || child === null || child === false) continue;
        if (Array.isArray(child)) add(node, child);
        else node.append(child);
    }
}

export function fill(node, ...children) {
    node.replaceChildren();
    add(node, children);
    return node;
}

// Runs fn once, ms after the last call.
export function debounce(fn, ms) {
    let timer = 0;
    const later = (...args) => {
        clearTimeout(timer);
        timer = setTimeout(() => fn(...args), ms);
    };
    later.cancel = () => clearTimeout(timer);
    return later;
}

// A value that tells when it changed.
export function store(value) {
    const listeners = new Set();
    return {
        get: () => value,
        set(next) {
            value = next;
            for (const fn of [...listeners]) fn(value);
        },
        watch(fn) {
            listeners.add(fn);
            return () => listeners.delete(fn);
        },
    };
}
