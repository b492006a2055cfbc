// SPDX-License-Identifier: MIT
// Signing in: at a board by tapping one's name, at head office by id; then the PIN on large keys.
import { get, Offline, post, setCsrf } from './api.js';
import { el, fill } from './dom.js';
import { icon } from './icons.js';
import { place } from './place.js';
import { languageButton, t } from './words.js';

const PIN_MAX = 12;

// Resolves with the session's answer.
export function signIn(root) {
    return new Promise((resolve) => {
        if (place.hub) askPin(root, null, resolve);
        else chooseName(root, resolve);
    });
}

function frame(root, title, back, ...body) {
    fill(root, el('header', { class: 'bar' },
        back && el('button', { type: 'button', class: 'square bar-back', 'aria-label': t('back'), on: { click: back } }, icon('back')),
        el('div', { class: 'bar-title' }, el('h1', {}, title)), languageButton(() => frame.again())),
    el('main', { class: 'signin' }, body));
}
frame.again = () => {};

async function chooseName(root, done) {
    frame.again = () => chooseName(root, done);
    frame(root, t('signin.who'), null, el('p', { class: 'hint' }, t('loading')));
    let people;
    try {
        people = (await get('/api/v1/people-to-sign-in')).people;
    } catch {
        frame(root, t('signin.who'), null, el('p', { class: 'hint' }, t('error.offline')),
            el('button', { type: 'button', class: 'main', on: { click: frame.again } }, icon('retry'), t('retry')));
        return;
    }
    const tiles = people.map((person) => el('button', {
        type: 'button', class: 'name-tile', on: { click: () => askPin(root, person, done) },
    }, el('span', { class: 'name-tile-name' }, person.name), el('span', { class: 'name-tile-role' }, t(`role.${person.role}`))));
    frame(root, t('signin.who'), null,
        tiles.length ? el('div', { class: 'name-tiles scroller' }, tiles) : el('p', { class: 'hint' }, t('signin.nobody')));
}

function askPin(root, person, done) {
    let pin = '';
    let locked = 0;
    const dots = el('p', { class: 'pin-dots', 'aria-label': t('signin.pin') });
    const message = el('p', { class: 'pin-message', role: 'alert' });
    const id = person ? null : el('input', { class: 'field', id: 'signin-id', autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', maxlength: 40 });
    const go = el('button', { type: 'button', class: 'main', on: { click: enter } }, icon('check'), t('signin.go'));
    const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9'].map(key);
    const clear = el('button', { type: 'button', class: 'key', on: { click: () => set('') } }, t('signin.clear'));
    const erase = el('button', { type: 'button', class: 'key', 'aria-label': t('signin.erase'), on: { click: () => set(pin.slice(0, -1)) } }, icon('erase'));

    function key(digit) {
        return el('button', { type: 'button', class: 'key', on: { click: () => set(pin + digit) } }, digit);
    }
    function set(value) {
        if (locked) return;
        pin = value.slice(0, PIN_MAX);
        message.textContent = '';
        draw();
    }
    function draw() {
        fill(dots, pin ? '●'.repeat(pin.length) : el('span', { class: 'pin-empty' }, t('signin.pin')));
        go.disabled = locked > 0;
    }
    function lock(seconds) {
        locked = seconds;
        message.textContent = t('signin.locked', { n: locked });
        draw();
        const timer = setInterval(() => {
            if (!message.isConnected) return clearInterval(timer);
            locked -= 1;
            message.textContent = locked > 0 ? t('signin.locked', { n: locked }) : '';
            if (locked <= 0) clearInterval(timer);
            draw();
        }, 1000);
    }
    async function enter() {
        const who = person?.id ?? id.value.trim();
        if (!who || !pin || locked) {
            message.textContent = locked ? message.textContent : t(who ? 'signin.no-pin' : 'signin.no-id');
            return;
        }
        go.disabled = true;
        message.textContent = '';
        try {
            const session = await post('/api/v1/session', { user: who, pin });
            setCsrf(session.csrf);
            document.removeEventListener('keydown', typed);
            done(session);
        } catch (error) {
            pin = '';
            draw();
            if (error.status === 429) lock(error.retryAfter || 30);
            else message.textContent = t(error instanceof Offline ? 'error.offline' : error.status === 401 ? 'signin.wrong' : 'error.server');
        }
    }
    function typed(event) {
        if (!dots.isConnected) {
            document.removeEventListener('keydown', typed);
            return;
        }
        if (event.target === id) {
            if (event.key === 'Enter') enter();
            return;
        }
        if (/^[0-9]$/.test(event.key)) set(pin + event.key);
        else if (event.key === 'Backspace') set(pin.slice(0, -1));
        else if (event.key === 'Enter' && event.target.tagName !== 'BUTTON') enter();
    }
    document.addEventListener('keydown', typed);

    frame.again = () => askPin(root, person, done);
    frame(root, person ? person.name : t('signin.title'), person && (() => chooseName(root, done)),
        el('div', { class: 'pin' },
            el('div', { class: 'pin-side' }, !person && el('label', { class: 'label', for: 'signin-id' }, t('signin.id')), id, dots, message, go),
            el('div', { class: 'pin-keys' }, digits, clear, key('0'), erase)));
    draw();
    id?.focus();
}
