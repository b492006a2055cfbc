/* SPDX-License-Identifier: MIT */
/* Which threads show life: what the watchdogs' feeding hangs on. The loop itself is not among them: it is the one that feeds. */
#ifndef SITELOG_RUNTIME_LIFE_H
#define SITELOG_RUNTIME_LIFE_H

#include <stddef.h>
#include <stdint.h>

#define LIFE_MAX 16 /* threads of one program */

struct life {
    const char *thread;
    int64_t alive_ms;    /* monotonic: when it last showed life; of a thread that waits for work: now */
    int64_t deadline_ms; /* how long it may be busy without a sign */
};

/* Pure. The thread that is furthest past its deadline, or NULL: all are alive. Borrowed from the list. */
const struct life *life_lost(const struct life *list, size_t n, int64_t now_ms);

/* `usual`; in test builds SITELOG_STALE_MS, for whole programs. */
int64_t life_deadline_ms(int64_t usual);

#endif
