// SPDX-License-Identifier: MIT
// A value against its limit, as it is typed: the same as the server's checklist judging, which alone counts. Both are asked the cases of
// tests/unit/app/journal/checklist-cases.json.

// Values are decimal fractions that a person typed; a difference of two of them is off by less than this.
const CLOSE = 1e-9;
const there = (n) => typeof n === 'number' && Number.isFinite(n);

// '' where it passes, or what is the matter: missing low high.
export function judgePart(part, value) {
    if (!there(value)) return 'missing';
    if (there(part.equal)) {
        const tolerance = part.tolerance ?? 0;
        if (value < part.equal - tolerance - CLOSE) return 'low';
        return value > part.equal + tolerance + CLOSE ? 'high' : '';
    }
    if (there(part.min) && value < part.min - CLOSE) return 'low';
    if (there(part.max) && value > part.max + CLOSE) return 'high';
    return there(part.below) && value > part.below - CLOSE ? 'high' : '';
}

// What a phase of a timed test came to: {minutes, start, end, working}. '' or missing short start drop.
export function judgePhase(phase, run = {}) {
    const factor = there(phase.start_factor) && there(run.working);
    const drop = there(phase.drop_max);
    if (!there(run.minutes)) return 'missing';
    if (run.minutes < phase.minutes - CLOSE) return 'short';
    if ((there(phase.start_min) || there(phase.start_about) || factor || drop) && !there(run.start)) return 'missing';
    if (there(phase.start_min) && run.start < phase.start_min - CLOSE) return 'start';
    if (!there(phase.start_min) && there(phase.start_about) && run.start < phase.start_about / 2 - CLOSE) return 'start';
    if (factor && run.start < phase.start_factor * run.working - CLOSE) return 'start';
    if (!drop) return '';
    if (!there(run.end)) return 'missing';
    return run.start - run.end > phase.drop_max + CLOSE ? 'drop' : '';
}

// What has to be read off of a phase: names of a run's members.
export function readingsOf(phase) {
    const drop = there(phase.drop_max);
    return ['minutes', there(phase.start_factor) && 'working', (there(phase.start_min) || there(phase.start_about) || there(phase.start_factor) || drop) && 'start', drop && 'end'].filter(Boolean);
}
