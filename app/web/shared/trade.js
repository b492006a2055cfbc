// SPDX-License-Identifier: MIT
// The trade's words: stages, phrases, rooms, crew trades, as the program has them.
import { lang } from './words.js';

const FILES = ['stages', 'phrases', 'rooms', 'trades', 'hazards', 'reasons'];
const lists = {};
const maps = {};

export async function loadTrade() {
    await Promise.all(FILES.map(async (name) => {
        const answer = await fetch(`/shared/data/${name}.json`);
        if (!answer.ok) throw new Error(`${name}.json: ${answer.status}`);
        const file = await answer.json();
        lists[name] = { hazards: file.phrases, reasons: file.delays }[name] ?? file[name];
        maps[name] = new Map(lists[name].map((entry) => [entry.key, entry]));
        if (name === 'hazards') maps.severities = new Map(file.severities.map((entry) => [entry.key, entry]));
    }));
}

// Another of the trade's files, when a screen needs it: checklists hazards reasons leads templates. A failed one is asked for again.
const more = {};
export function tradeFile(name) {
    more[name] ??= fetch(`/shared/data/${name}.json`).then((answer) => {
        if (!answer.ok) throw new Error(`${name}.json: ${answer.status}`);
        return answer.json();
    }).catch((error) => {
        delete more[name];
        throw error;
    });
    return more[name];
}

export const stages = () => lists.stages;
export const rooms = () => lists.rooms;
export const stageOf = (key) => maps.stages.get(key);

// "done" and "plan" both choose from these: the stage's own phrases, then the general ones.
export function phrasesOf(stage) {
    return lists.phrases.filter((p) => p.key.startsWith(`${stage}/`)).concat(lists.phrases.filter((p) => p.key.startsWith('any/')));
}

// What may be wrong: the stage's own first, then what is met anywhere, then the other stages'; the worst first in each.
export function hazardsOf(stage) {
    const rank = (p) => (p.stage === stage ? 0 : p.stage ? 2 : 1);
    const weight = (p) => ['stop_work', 'serious', 'notice'].indexOf(p.severity);
    return [...lists.hazards].sort((a, b) => rank(a) - rank(b) || weight(a) - weight(b));
}
export const phraseOfHazard = (key) => maps.hazards.get(key);
export const severityTerms = (key) => maps.severities.get(key); // {due_hours, warn_hours}

export const delayReasons = () => lists.reasons;

export const crewTrades = () => lists.trades.filter((trade) => trade.crew);

// A word of the domain in the reader's language; a key that nobody knows is shown as it is.
export const both = (entry) => (entry ? entry[lang()] || entry.zh || entry.en : '');
const word = (file, key) => both(maps[file].get(key)) || key;
export const stageName = (key) => word('stages', key);
export const roomName = (key) => word('rooms', key);
export const tradeName = (key) => word('trades', key);
export const phraseName = (key) => word('phrases', key);
export const flagsOf = (key) => maps.phrases.get(key)?.flags ?? ''; // of M T G W
export const reasonName = (key) => word('reasons', key); // or somebody's own words
