/* SPDX-License-Identifier: MIT */
/* Rhythms as tables of how long each half lasts. */
#include "app/signal/rhythm.h"

#include <stddef.h>

enum { HALVES_MAX = 8 };

struct score {
    bool on;    /* first half */
    bool again; /* from the beginning when it is over */
    int16_t ms[HALVES_MAX];
};

/* A flash stands between two darks: seen over a light that is on, too. */
static const struct score scores[] = {
    [RHYTHM_DARK] = { .on = false },
    [RHYTHM_STEADY] = { .on = true },
    [RHYTHM_SLOW] = { .on = true, .again = true, .ms = { 1000, 1000 } },
    [RHYTHM_FAST] = { .on = true, .again = true, .ms = { 125, 125 } },
    [RHYTHM_TAKEN] = { .on = false, .ms = { 100, 600, 200 } },
    [RHYTHM_FAILED] = { .on = false, .ms = { 200, 120, 120, 120, 120, 120, 300 } },
    [RHYTHM_BEEP] = { .on = true, .ms = { 80 } },
    [RHYTHM_ALARM] = { .on = true, .ms = { 150, 150, 150 } },
};

struct beat rhythm_at(enum rhythm rhythm, int64_t since_ms) {
    const struct score *s = &scores[rhythm];
    int64_t all = 0, at = 0;
    for (size_t i = 0; i < HALVES_MAX; i++) all += s->ms[i];
    if (all == 0) return (struct beat){ .on = s->on, .next_ms = -1 };
    if (since_ms < 0) since_ms = 0;
    if (since_ms >= all && !s->again) return (struct beat){ .next_ms = -1, .over = true };
    since_ms %= all;
    bool on = s->on;
    for (size_t i = 0; i < HALVES_MAX; i++, on = !on) {
        at += s->ms[i];
        if (since_ms < at) break;
    }
    return (struct beat){ .on = on, .next_ms = at - since_ms };
}
