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

// Runs fn ms after the last call, but at most ten times as long after the first, so that what never rests is followed, too. Never twice at once: a call
// while it runs is another run afterwards, and an answer that was slow never takes the place of a newer one.
export function debounce(fn, ms) {
    let timer = 0, first = 0, running = false, missed = null;
    async function run(args) {
        first = 0;
        if (running) {
            missed = args;
            return;
        }
        running = true;
        try {
            await fn(...args);
        } finally {
            running = false;
            const again = missed;
            missed = null;
            if (again) later(...again);
        }
    }
    const later = (...args) => {
        clearTimeout(timer);
        first ||= Date.now();
        timer = setTimeout(run, Math.max(0, Math.min(ms, first + 10 * ms - Date.now())), args);
    };
    later.cancel = () => {
        clearTimeout(timer);
        first = 0;
        missed = null;
    };
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
