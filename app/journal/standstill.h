/* SPDX-License-Identifier: MIT */
/* When a site's clocks run. They stand still while the site is held, on days that are no working days, and on delay days that head office
 * granted. A reported idle day alone stops nothing: it says that no log of work is due. Pure. Thread: any. */
#ifndef SITELOG_JOURNAL_STANDSTILL_H
#define SITELOG_JOURNAL_STANDSTILL_H

#include "app/journal/plan.h"

struct standstill_days {
    char from[TZ_DATE_SIZE], to[TZ_DATE_SIZE]; /* site dates, both counted */
};

struct standstill_held {
    struct wall from, to; /* to.ms 0: it is held still */
};

/* In any order; may overlap. */
struct standstill {
    const struct plan_cutoffs *cutoffs;
    const struct tz *tz;
    struct standstill_days *granted;
    size_t granted_count;
    struct standstill_held *held;
    size_t held_count;
    char (*idle)[TZ_DATE_SIZE];
    size_t idle_count;
};

bool standstill_is_held(const struct standstill *s, struct wall at);
bool standstill_is_granted(const struct standstill *s, const char *date);
bool standstill_is_idle(const struct standstill *s, const char *date);

/* Do clocks run on that site date? A day is held when the site is held at its noon. date must be valid. */
bool standstill_runs(const struct standstill *s, const char *date);

/* Days on which clocks run, from `from` to `to`, both counted; 0 where to is before from. At most 4000 days are looked at. */
int standstill_days(const struct standstill *s, const char *from, const char *to);

/* The date on which the n-th running day after `date` falls (n 0: date itself). ERR_NOT_FOUND: clocks stand still without an end. */
MUST_CHECK int standstill_add_days(const struct standstill *s, const char *date, int n, char out[TZ_DATE_SIZE]);

/* The moment when `ms` of running time have passed since `from`; a holding counts to the second here. ERR_NOT_FOUND: never, as things are. */
MUST_CHECK int standstill_add_ms(const struct standstill *s, struct wall from, int64_t ms, struct wall *out);

#endif
