// SPDX-License-Identifier: MIT
// Holds what the programs answer to app/http/openapi.yaml: the path, the status, the media type, and the body against its schema.
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import yaml from 'js-yaml';
import fs from 'node:fs';
import path from 'node:path';
import { root } from './programs.mjs';

export const document = yaml.load(fs.readFileSync(path.join(root, 'app/http/openapi.yaml'), 'utf8'));
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(document, 'openapi.yaml');

const lookUp = (ref) => ref.slice(2).split('/').reduce((node, part) => node[part.replace(/~1/g, '/').replace(/~0/g, '~')], document);
export const deref = (node) => (node?.$ref ? lookUp(node.$ref) : node);

const routes = Object.entries(document.paths).map(([template, item]) => ({
    template,
    pattern: new RegExp('^' + template.replace(/[.]/g, '\\.').replace(/\{[a-z]+\}/g, '[^/]+') + '$'),
    item: { ...deref(item), ...item },
}));

const compiled = new Map();
export function validator(schema) {
    const text = JSON.stringify(schema).replace(/"#\/components/g, '"openapi.yaml#/components');
    if (!compiled.has(text)) compiled.set(text, ajv.compile(JSON.parse(text)));
    return compiled.get(text);
}

// Throws when an answer is not what the document says. Answers to paths that the document does not have must be 404 problems.
export function checkAnswer(method, url, answer) {
    const at = url.split('?')[0];
    if (at.startsWith('/control/')) return;
    const route = routes.find(({ pattern }) => pattern.test(at)) ;
    const say = (what) => { throw new Error(`${method} ${url} → ${answer.status}: ${what}: ${answer.body.subarray(0, 500)}`); };
    const operation = route?.item[method.toLowerCase()];
    if (!operation) {
        if (answer.status < 400) say('openapi.yaml does not have this');
        return;
    }
    const described = deref(operation.responses[String(answer.status)]);
    if (!described) say(`openapi.yaml does not say ${answer.status} for ${route.template}`);
    if (!described.content) return;
    const type = (answer.headers['content-type'] ?? '').split(';')[0];
    const media = described.content[type];
    if (!media) say(`media type ${type} is not documented`);
    if (!media.schema || answer.json === undefined) return;
    const check = validator(media.schema);
    if (!check(answer.json)) say(ajv.errorsText(check.errors));
}

// For new Stack({check}).
export const answersChecked = () => (method, url, answer) => checkAnswer(method, url, answer);
