/* SPDX-License-Identifier: MIT */
/* When a site's clocks run: the one place that knows, for rules, deadlines, lists and reports. They stand still while the site is held, on days that are
 * no working days, and on delay days that head office granted. A reported idle day alone stops nothing: it says that no log of work is due.
 * Days: standstill.c; times: standstill_run.c. Pure. Thread: any. */
#ifndef SITELOG_JOURNAL_STANDSTILL_H
#define SITELOG_JOURNAL_STANDSTILL_H

#include "app/journal/plan.h"

#define STANDSTILL_NEVER INT64_MAX /* ms: it stands still, and nobody knows until when */

/* Half hours of the site's day, bit 0 from midnight. */
#define STANDSTILL_SLOTS     48
#define STANDSTILL_SLOT_MIN  30
#define STANDSTILL_ALL_HOURS ((UINT64_C(1) << STANDSTILL_SLOTS) - 1)
#define STANDSTILL_WORK_HOURS                                                                                          \
    ((UINT64_C(1) << 36) - (UINT64_C(1) << 17)) /* 08:30 to 18:00: in which people can be asked */

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
    char planned_since[TZ_DATE_SIZE]; /* planned dates know of what was lost before it; "": of nothing */
};

bool standstill_is_held(const struct standstill *s, struct wall at);
bool standstill_is_granted(const struct standstill *s, const char *date);
bool standstill_is_idle(const struct standstill *s, const char *date);

/* A working day that was not granted as a delay. date must be valid, here and below. */
bool standstill_is_open(const struct standstill *s, const char *date);

/* Do clocks run on that site date? A day is held when the site is held at its noon. */
bool standstill_runs(const struct standstill *s, const char *date);

/* Days on which clocks run, from `from` to `to`, both counted; 0 where to is before from. At most 4000 days are looked at. */
int standstill_days(const struct standstill *s, const char *from, const char *to);

/* A time of day of a date; minute 1440 is the next midnight. */
struct wall standstill_at(const struct standstill *s, const char *date, int minute);

/* When this clock has run `ms` from `from` on, within these half hours of the day. A holding counts to the second here. */
struct wall standstill_run(const struct standstill *s, struct wall from, int64_t ms, uint64_t hours);

/* A time that was set for `due` when it was `from`: later by as long as the site was held since, and by days granted since; on a day that is no
 * working day, the same time on the next that is. */
struct wall standstill_shift(const struct standstill *s, struct wall from, struct wall due);

/* The end of a date, of the next working day where it is none. */
struct wall standstill_day_end(const struct standstill *s, const char *date);

/* A planned date, later by the working days that were granted or held in between. False: it has no end yet. */
bool standstill_planned(const struct standstill *s, const char *date, char out[TZ_DATE_SIZE]);

/* Days on which clocks ran from behind a planned date, moved as above, until another, that one counted. 0: in time, or "" was planned. */
int standstill_late(const struct standstill *s, const char *planned, const char *until);

#endif
