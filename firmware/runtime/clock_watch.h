/* SPDX-License-Identifier: MIT */
/* Notices when the wall clock is set and writes it into the journal (clock-set). The kernel tells of a step at once; every ten seconds the difference
 * between wall and monotonic time is looked at besides, which also finds a grade that became better, and steps that woke nobody.
 *
 * A step is CLOCK_SET_LEAST_MS or more since the last clock-set, or since the watch began; small ones add up. Slewing is none: it moves both clocks. Steps within
 * half a second are one. A grade that rises from none is told too, once after each step. When a daemon starts, it compares with its own last
 * record of the same boot of the kernel, so a clock that was set while it did not run is noticed; what happened between two boots cannot be
 * known, because nothing measured how long the board was off.
 * Thread: the loop's. */
#ifndef SITELOG_RUNTIME_CLOCK_WATCH_H
#define SITELOG_RUNTIME_CLOCK_WATCH_H

#include "app/journal/clock_set.h"
#include "firmware/db/store.h"

#include <uv.h>

/* ---- the judgement; pure ---- */

/* What the clock is measured against. */
struct clock_watch_base {
    int64_t offset_ms;            /* wall minus monotonic time */
    int64_t slack_ms;             /* how far that may be off */
    enum clock_grade grade, best; /* at the last look; the best since the last clock-set */
};

struct clock_watch_look {
    struct mono mono;
    int64_t offset_ms;
    enum clock_grade grade;
};

/* From the last record of this boot. */
struct clock_watch_base clock_watch_since(const struct clock_set_last *last);

/* True: it was set, as *out says, and *base is what counts from here on. */
bool clock_watch_judge(struct clock_watch_base *base, const struct clock_watch_look *look, struct clock_set *out);

/* ---- the watch ---- */

struct clock_watch;

struct clock_watch_options {
    uv_loop_t *loop;
    struct store *writer;
    struct journal *journal;
};

/* Reads the last record (blocks on the store), looks at once, and goes on looking. ERR_NOMEM, ERR_IO, or what the store says. */
MUST_CHECK int clock_watch_start(const struct clock_watch_options *o, struct clock_watch **out, struct err_text *e);

/* Looks now, as a timer does. */
void clock_watch_look_now(struct clock_watch *w);

/* Looks no more. Before the store stops. */
void clock_watch_stop(struct clock_watch *w);

/* After the store stopped. Its handles close, and it is freed, in the loop's next turn. Takes NULL. */
void clock_watch_destroy(struct clock_watch *w);

#endif
