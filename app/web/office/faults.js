// SPDX-License-Identifier: MIT
// Why the server does not take a setting or a checklist, in the page's language: by the field that it names, and by what stands there. Judges nothing
// itself; what it has no words for is told as the server said it.
import { Offline, Problem } from '/shared/api.js';
import { sourceText } from '/shared/inspections.js';
import { both } from '/shared/trade.js';
import { t } from '/shared/words.js';

const ITEMS_MAX = 120, VALUE_MAX = 1000000, MINUTES_MAX = 43200; // as the server has them (checklist_decode.c)
const LABELS = { zh: 'rule.name-zh', en: 'rule.name-en', unit: 'rule.unit', source: 'rule.source' };
const NUMBERS = { min: -VALUE_MAX, max: -VALUE_MAX, below: -VALUE_MAX, equal: -VALUE_MAX, tolerance: 0, start_min: 0, start_factor: 0, drop_max: 0 };

// Of a row whose limits do not fit together.
function ofLimits(row) {
    const has = (name) => typeof row[name] === 'number';
    if (has('equal') !== has('tolerance')) return t('fault.pair');
    if (has('equal') === (has('min') || has('max') || has('below'))) return t('fault.no-limit');
    return t(has('max') && has('below') ? 'fault.max-below' : 'fault.nothing-between');
}

function ofMember(name, item) {
    if (name === 'red_line') return t('fault.red-line', { source: sourceText(item.source) });
    if (name === 'kind') return t('fault.gate-kind');
    if (name === 'minutes') return t('fault.whole', { what: t('rule.limit-minutes'), min: 1, max: MINUTES_MAX });
    if (name in NUMBERS) return t('fault.number', { what: t(`rule.limit-${name}`), min: NUMBERS[name], max: VALUE_MAX });
    return name in LABELS ? t('fault.text', { what: t(LABELS[name]) }) : null;
}

// key: of the item that is being changed; a fault of another one names that.
function ofList(field, body, key) {
    if (field === 'items') return t('fault.too-many', { n: ITEMS_MAX });
    if (field.startsWith('remove.')) return t('fault.gate-needs');
    const [, i, rows, k, name] = /^items\.(\d+)(?:\.(parts|phases)\.(\d+))?(?:\.(\w+))?$/.exec(field) ?? [];
    const item = body?.items?.[i], row = rows && item?.[rows]?.[k];
    if (!item || (rows && !row)) return null;
    const said = name ? ofMember(name, item) : row && ofLimits(row);
    const where = [item.key !== key && both(item), row && item[rows].length > 1 && both(row)].filter(Boolean).join(' ');
    return said && (where ? t('fault.at', { where, said }) : said);
}

// What was sent: setting, a number with its range; or body, a checklist's, and the key of the item that was changed in it.
export function faultText(error, { setting, body, key } = {}) {
    if (error instanceof Offline) return t('error.offline');
    if (!(error instanceof Problem)) return error.message; // the page's own words
    if (error.status === 403) return t('fault.may-not');
    if (error.status === 404) return t('fault.gone');
    if (error.status === 413) return t('fault.too-long');
    if (error.status === 412) return t('rule.meanwhile-again');
    if (error.temporary) return t('error.server');
    const field = error.field ?? '';
    const said = setting ? field === 'value' && t('fault.whole', { what: t('rule.value'), min: setting.min, max: setting.max }) : ofList(field, body, key);
    return said || t('fault.other', { why: error.message });
}
