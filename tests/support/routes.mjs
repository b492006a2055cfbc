// SPDX-License-Identifier: MIT
// What app/http/openapi.yaml says there is to ask for, and how to ask wrongly: every operation of a program, and from the schema of a body all the
// ways in which a good one is spoilt. Knows nothing of what the programs answer.
import fs from 'node:fs';
import path from 'node:path';
import { root } from './programs.mjs';
import { deref, document, validator } from './openapi.mjs';

const SITE = '/api/v1/sites/{site}/';
const METHODS = ['get', 'post', 'put', 'delete', 'patch', 'head', 'options'];

// 'board', 'hub' or both: a path that is there with the site's prefix too is the board's, that one the hub's; but for one that the hub has of all sites,
// which is tagged with both names.
function sides(template, tags) {
    if (!tags.includes('both')) return tags;
    if (template.startsWith(SITE)) return ['hub'];
    return document.paths[SITE + template.slice('/api/v1/'.length)] ? ['board'] : ['board', 'hub'];
}

// {key: 'POST /daylogs', method, template, open, query, path (its parameters), ifMatch, body: {type, schema}|null, responses}; key is without the site.
export function operations(side) {
    const list = [];
    for (const [template, node] of Object.entries(document.paths)) {
        const item = { ...deref(node), ...node };
        const shared = [...(deref(node).parameters ?? []), ...(node.parameters ?? [])];
        for (const method of METHODS.filter((name) => item[name])) {
            const op = item[method];
            if (!sides(template, op.tags).includes(side)) continue;
            const parameters = [...shared, ...(op.parameters ?? [])].map(deref);
            const [type, media] = Object.entries(op.requestBody?.content ?? {})[0] ?? [];
            list.push({
                key: `${method.toUpperCase()} ${template.replace(SITE, '/').replace('/api/v1', '')}`, method: method.toUpperCase(), template,
                open: op.security?.length === 0, write: method !== 'get',
                query: parameters.filter((p) => p.in === 'query'),
                path: [...new Set(parameters.filter((p) => p.in === 'path').map((p) => p.name))],
                body: type ? { type, schema: media.schema } : null,
                responses: op.responses,
            });
        }
    }
    return list;
}

// The routes that the C tables have for a side, as "POST /api/v1/sites/{site}/daylogs".
export function codedRoutes(side) {
    const dir = path.join(root, 'app/http'), found = [];
    const row = /\{ "([A-Z]+)", "([^"]+)", PERMIT_[A-Z_]+,\s*([A-Z_0-9 |]+),/g;
    for (const name of fs.readdirSync(dir).filter((file) => /^route_.*\.c$/.test(file))) {
        for (const [, method, pattern, flags] of fs.readFileSync(path.join(dir, name), 'utf8').matchAll(row)) {
            if (!pattern.startsWith('/api/') || /ROUTE_CONTROL/.test(flags)) continue;
            if (/ROUTE_HUB/.test(flags) && side === 'board') continue;
            if (/ROUTE_BOARD/.test(flags) && side === 'hub') continue;
            found.push(`${method} ${/ROUTE_SITE/.test(flags) && side === 'hub' ? pattern.replace('/api/v1/', SITE) : pattern}`);
        }
    }
    return found;
}

export const address = (op, values) => op.template.replace(/\{([a-z]+)\}/g, (_, name) => {
    if (values[name] === undefined) throw new Error(`${op.key}: nothing to put for {${name}}`);
    return values[name];
});

// ---- bodies ----

const types = (schema) => {
    const s = deref(schema);
    if (s.oneOf) return s.oneOf.flatMap(types);
    if (s.enum) return s.enum.map((v) => typeof v);
    return [s.type ?? []].flat();
};

function wrongTypes(schema) {
    const fine = types(schema), wrong = [];
    if (fine.length === 0) return wrong;
    if (!fine.includes('boolean')) wrong.push(true);
    if (!fine.includes('integer') && !fine.includes('number')) wrong.push(7);
    if (!fine.includes('number')) wrong.push(1.5);
    if (!fine.includes('string')) wrong.push('7');
    if (!fine.includes('array')) wrong.push([]);
    if (!fine.includes('object')) wrong.push({});
    return wrong;
}

// Values of the right type that the schema forbids.
function outOfRange(s) {
    const bad = [];
    if (s.pattern || s.format || s.enum) bad.push('', '!', 'x\n', 'x'.repeat(300), '水'.repeat(100));
    if (s.minLength) bad.push('');
    if (s.maxLength) bad.push('x'.repeat(s.maxLength + 1), '水'.repeat(s.maxLength + 1));
    if (s.minimum !== undefined) bad.push(s.minimum - 1, -1e300);
    if (s.maximum !== undefined) bad.push(s.maximum + 1, 1e300);
    return bad;
}

const at = (object, keys) => keys.reduce((node, key) => node[key], object);
function changed(body, keys, change) {
    const copy = structuredClone(body);
    if (keys.length === 0) return change(copy);
    const last = keys.at(-1), parent = at(copy, keys.slice(0, -1));
    const value = change(parent[last]);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
    return copy;
}

// Every spoilt copy of a good body: {body, field}. All of them are against the schema; field is the member at fault ("crew.electrician").
export function spoilt(schema, body) {
    const check = validator(schema), list = [];
    const add = (keys, field, change) => {
        const bad = changed(body, keys, change);
        if (!check(bad)) list.push({ body: bad, field: field.join('.') });
    };
    const walk = (node, keys) => {
        const value = at(body, keys), all = deref(node) ?? {};
        const s = all.oneOf ? all.oneOf.map(deref).find((one) => one.type === (Array.isArray(value) ? 'array' : typeof value)) : all;
        if (keys.length) for (const wrong of wrongTypes(all)) add(keys, keys, () => wrong);
        for (const bad of outOfRange(s)) add(keys, keys, () => bad);
        if (Array.isArray(value)) {
            if (s.maxItems !== undefined) add(keys, keys, (v) => Array.from({ length: s.maxItems + 1 }, () => v[0] ?? 'x'));
            value.forEach((_, n) => { add([...keys, n], [...keys, n], () => null); walk(s.items, [...keys, n]); });
        } else if (value && typeof value === 'object') {
            if (s.additionalProperties === false) for (const name of ['nonsense', '没有的'.repeat(40)]) add(keys, [...keys, name], (v) => ({ ...v, [name]: 1 }));
            for (const name of s.required ?? []) {
                add([...keys, name], [...keys, name], () => undefined);
                add([...keys, name], [...keys, name], () => null);
            }
            for (const name of Object.keys(value)) walk(s.properties?.[name] ?? s.additionalProperties ?? {}, [...keys, name]);
        }
    };
    walk(schema, []);
    return list;
}

// Members that a schema names and none of these bodies has: nothing spoils them. As "items.*.values". Those that are not looked at cannot be spoilt.
export function unsampled(schema, bodies) {
    const lacking = [];
    const walk = (node, values, name) => {
        const all = deref(node) ?? {}, of = (type) => (all.oneOf ? all.oneOf.map(deref) : [all]).find((one) => [one.type].flat().includes(type)) ?? {};
        const lists = values.filter(Array.isArray), objects = values.filter((value) => value && typeof value === 'object' && !Array.isArray(value));
        if (lists.length) walk(of('array').items, lists.flat(), `${name}*.`);
        for (const [member, inner] of objects.length ? Object.entries(of('object').properties ?? {}) : []) {
            const there = objects.filter((object) => member in object).map((object) => object[member]);
            if (/not looked at/.test(deref(inner).description ?? '')) continue;
            if (there.length === 0) lacking.push(name + member);
            else walk(inner, there, `${name}${member}.`);
        }
    };
    walk(schema, bodies, '');
    return lacking;
}

// What is no JSON, or JSON that could be read in two ways: {what, bytes}.
export function malformed(body) {
    const good = JSON.stringify(body), inside = good.slice(1);
    const first = JSON.stringify(Object.keys(body)[0] ?? 'x');
    const texts = {
        'nothing': '', 'space': '  ', 'half an object': '{', 'cut short': good.slice(0, -1), 'a trailing comma': good.slice(0, -1) + ',}',
        'trailing garbage': good + 'x', 'two objects': good + good, 'a member twice': `{${first}:1,${first}:1}`, 'a member twice, escaped': '{"a":1,"\\u0061":1}',
        'a list': '[]', 'a text': '"x"', 'a number': '7', 'null': 'null', 'no word of JSON': 'nope', 'NaN': '{"a":NaN}', 'a number out of range': '{"a":1e999}',
        'single quotes': "{'a':1}", 'a comment': `{/**/${inside}`, 'deep lists': '['.repeat(50000), 'deep lists, closed': '['.repeat(70) + ']'.repeat(70),
        'deep objects': '{"a":'.repeat(12000), 'half a surrogate': '{"a":"\\ud800"}', 'a NUL, escaped': '{"a":"\\u0000"}', 'a NUL behind it': good + '\0',
    };
    const list = Object.entries(texts).map(([what, text]) => ({ what, bytes: Buffer.from(text) }));
    list.push({ what: 'a byte order mark', bytes: Buffer.from('\ufeff' + good) });
    list.push({ what: 'not UTF-8', bytes: Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from('"}')]) });
    list.push({ what: 'overlong UTF-8', bytes: Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]) });
    list.push({ what: 'a NUL inside', bytes: Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0]), Buffer.from('"}')]) });
    list.push({ what: 'raw bytes', bytes: Buffer.from(Array.from({ length: 256 }, (_, n) => n)) });
    return list;
}

// ---- JPEG ----

// A grey baseline JPEG of so many pixels (8 × 8 by default); claims: what its header says instead.
export function tinyJpeg(width = 8, height = 8, claims = [width, height]) {
    const blocks = Math.ceil(width / 8) * Math.ceil(height / 8), u16 = (n) => [n >> 8, n & 255];
    const table = (cls) => [0xff, 0xc4, 0, 20, cls, 1, ...Array(15).fill(0), 0]; /* one code of one bit: nothing */
    const bits = Buffer.alloc(Math.ceil((blocks * 2) / 8));
    if ((blocks * 2) % 8) bits[bits.length - 1] = 0xff >> ((blocks * 2) % 8);
    return Buffer.concat([
        Buffer.from([0xff, 0xd8, 0xff, 0xdb, 0, 67, 0, ...Array(64).fill(1), 0xff, 0xc0, 0, 11, 8, ...u16(claims[1]), ...u16(claims[0]), 1, 1, 0x11, 0,
            ...table(0), ...table(0x10), 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]),
        bits, Buffer.from([0xff, 0xd9]),
    ]);
}
