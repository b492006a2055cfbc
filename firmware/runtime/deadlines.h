/* SPDX-License-Identifier: MIT */
/* Keeps the rules: after commits, and every minute, looks which alerts have to be raised or cleared (the reader's thread), and has that written (the
 * store's). A look that finds nothing writes nothing. Thread: the loop's (main), except where said. */
#ifndef SITELOG_RUNTIME_DEADLINES_H
#define SITELOG_RUNTIME_DEADLINES_H

#include "app/journal/rules_run.h"
#include "firmware/runtime/runtime.h"

struct deadlines {
    struct runtime *rt;
    struct rules_run_options options;
    struct rules_run *run; /* reader's thread */
    uv_timer_t minute, soon;
    bool open, looking, again;
    bool untrusted; /* the clock is without time, since: */
    struct mono untrusted_from;
    _Atomic int64_t listening_ms; /* the hub hears boards since then; 0: it does not */
    int64_t offset_ms;            /* wall less monotonic time at the last look; reader's thread */
};

/* After runtime_open. *d is zeroed by the caller and stays where it is. silent_after_s: the hub's, 0: the default. ERR_NOMEM. */
MUST_CHECK int deadlines_start(struct deadlines *d, struct runtime *rt, int64_t silent_after_s, struct err_text *e);

/* Something was committed. */
void deadlines_wake(struct deadlines *d);

/* The hub's feed came up or went down: while it is down, no board can be called silent. Thread: any. */
void deadlines_listen(struct deadlines *d, bool up);

/* Before the stores stop. Nothing without deadlines_start. */
void deadlines_stop(struct deadlines *d);
/* After the stores have stopped. */
void deadlines_fini(struct deadlines *d);

#endif
