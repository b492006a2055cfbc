// SPDX-License-Identifier: MIT
// What stands on a material's label: brand, batch, test report, environmental grade. What its codes say is filled in already; on the panel the rest is
// tapped together (what this site had before, the codes, digits), on a phone it is typed.
import { el, fill } from '/shared/dom.js';
import { privacyLine } from '/shared/freetext.js';
import { icon } from '/shared/icons.js';
import { uuid7 } from '/shared/ids.js';
import { codesText, fact } from '/shared/money.js';
import { place } from '/shared/place.js';
import { t } from '/shared/words.js';
import '/shared/rarewords.js';
import { said } from './change.js';
import { say, setTitle } from './header.js';
import { askNumber } from './keypad.js';
import { rail } from './rail.js';
import { untilStored } from './submit.js';

export const LABEL = ['brand', 'batch', 'report', 'grade'];
const GRADES = ['ENF', 'E0', 'E1', 'F4', 'A'];
const PLAIN = /^[\w./-]{4,30}$/; // a code that is offered as it is
const OFFERS_MAX = 6;
const DIGITS = 24;
// What makers print into a code: "品牌:…;批号:…", "Lot 123", GS1's (10) for the batch.
const READS = {
    brand: /(?:\u54c1\u724c|\u5546\u6807|brand)\s*[:\uff1a=]\s*([^\s;,|\uff1b\uff0c]{1,40})/i,
    batch: /(?:\u6279\u53f7|\u6279\u6b21|batch|lot)(?:\s*no\.?)?\s*[:\uff1a=]?\s*([\w./-]{2,40})|\(10\)([\w./-]{2,20})/i,
    report: /(?:\u62a5\u544a(?:\u7f16\u53f7|\u53f7)?|report)(?:\s*no\.?)?\s*[:\uff1a=]\s*([\w./()-]{4,40})/i,
    grade: /(?:^|[^\w])(ENF|E0|E1|F4)(?![\w])/i,
};

export function readLabel(codes) {
    const found = {};
    for (const name of LABEL) {
        for (const { text } of codes ?? []) {
            const match = READS[name].exec(text);
            if (match && !found[name]) found[name] = (match[1] ?? match[2]).trim();
        }
    }
    return found;
}

// The one a material's label is entered for; all: the site's. True: it is on the screen.
export function label(root, { goTo }, one, all) {
    const was = Object.fromEntries(LABEL.map((name) => [name, one.scan?.[name] ?? '']));
    const read = readLabel(one.scan?.codes);
    const value = Object.fromEntries(LABEL.map((name) => [name, was[name] || read[name] || '']));
    const codes = (one.scan?.codes ?? []).map((code) => code.text).filter((text) => PLAIN.test(text));
    const before = (name) => all.map((other) => other.scan?.[name]);
    const known = { brand: before('brand'), batch: codes, report: [...codes, ...before('report')], grade: GRADES };
    const id = uuid7();
    const parts = LABEL.map((name) => {
        const row = el('div', { class: 'choices choice-grid' });
        const input = el('input', { class: place.hub ? 'field' : 'field phone-only', maxlength: name === 'grade' ? 20 : 60, value: value[name], 'aria-label': t(`material.${name}`), on: { input: () => {
            value[name] = input.value.trim();
            draw();
        } } });
        const set = (text) => {
            value[name] = text;
            input.value = text;
            draw();
        };
        function draw() {
            const offers = [...new Set([value[name], ...known[name]].filter(Boolean))].slice(0, OFFERS_MAX);
            fill(row, offers.map((text) => el('button', { type: 'button', class: 'toggle', dataset: { label: name, value: text }, 'aria-pressed': String(value[name] === text), on: { click: () => set(value[name] === text ? '' : text) } }, text)),
                ['batch', 'report'].includes(name) && el('button', { type: 'button', class: 'toggle', dataset: { digits: name }, on: { click: async () => {
                    const digits = await askNumber({ title: t(`material.${name}`), digits: DIGITS });
                    if (digits) set(digits);
                } } }, icon('hash'), el('span', {}, t('material.facts-digits'))));
        }
        draw();
        return [el('h2', { class: 'day' }, t(`material.${name}`)), input, privacyLine(input), row];
    });
    const scroller = el('div', { class: 'scroller label-page', tabindex: -1 }, el('p', { class: 'hint-line' }, [one.name, Object.keys(read).length > 0 && t('material.facts-read')].filter(Boolean).join(' · ')), codes.length > 0 && fact('material.facts-codes', codesText(one.scan)), parts);
    const send = el('button', { type: 'button', class: 'main', on: { click: async () => {
        const body = said(Object.fromEntries(LABEL.filter((name) => value[name] !== was[name]).map((name) => [name, value[name]])));
        if (!Object.keys(body).length) return void say(t('material.facts-empty'), 'bad');
        send.disabled = true;
        say(t('log.saving'), 'busy');
        try {
            await untilStored(`/materials/${one.id}/scan`, { id, ...body });
            say(t('material.facts-saved'));
            if (root.isConnected) goTo(`material/${one.id}`);
        } catch (error) {
            send.disabled = false;
            say(`${t('log.not-taken')} ${error.message}`, 'bad');
        }
        return null;
    } } }, icon('check'), el('span', {}, t('material.facts-save')));
    setTitle(t('material.facts'), () => goTo(`material/${one.id}`));
    fill(root, scroller, el('div', { class: 'side' }, send, rail(scroller)));
    return true;
}
