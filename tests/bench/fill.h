/* SPDX-License-Identifier: MIT */
/* Head office's journal with a thousand events or a million: all kinds of events that lists are made of, on many sites and days. What a board writes in
 * a day is appended once through the journal, of a day that is over and of one that still has open things; the rest is made of those by SQL, events
 * and projections alike: other ids, another site, another date. The newest BENCH_FILL_NEWEST days are the same, whatever there is behind them. A
 * failure ends the program. */
#ifndef SITELOG_BENCH_FILL_H
#define SITELOG_BENCH_FILL_H

#include "app/journal/journal.h"

enum {
    BENCH_FILL_NEWEST = 24, /* days, the newest first: one more back each */
    BENCH_FILL_OPEN =
        2, /* of those: days on which things are open still, and the sites that the newest are of: s-0000, s-0001 */
    BENCH_FILL_SITES = 200, /* those that older days are spread over: s-0000 … */
    BENCH_FILL_STEP = 100,  /* positions a day's events have, of which some are free */
};

/* The date of the newest day is that of this time. */
#define BENCH_FILL_NOW "2026-11-27T12:00:00+08:00"

struct bench_fill {
    struct db *db;
    struct journal *journal;
    int64_t days, events, sites; /* really in it */
};

/* {dir}/{file}, with at least that many events. Owns: caller, bench_fill_close. */
void bench_fill_open(struct bench_fill *f, const char *dir, const char *file, int64_t events);
void bench_fill_close(struct bench_fill *f);

#endif
