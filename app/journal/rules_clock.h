/* SPDX-License-Identifier: MIT */
/* The clock of a site: it stands still while the site is held, on days that are no working days, and on delay days that head office granted. Pure.
 * Thread: any. */
#ifndef SITELOG_JOURNAL_RULES_CLOCK_H
#define SITELOG_JOURNAL_RULES_CLOCK_H

#include "app/journal/rules_site.h"

#define RULES_CLOCK_NEVER INT64_MAX /* ms: held, and nobody knows until when */

/* A working day that was not granted as a delay. date must be valid. */
bool rules_clock_works(const struct rules_site *s, const char *date);
bool rules_clock_granted(const struct rules_site *s, const char *date);
bool rules_clock_idle(const struct rules_site *s, const char *date);
bool rules_clock_held(const struct rules_site *s, struct wall at);

/* A time of day of a date; minute 1440 is the next midnight. */
struct wall rules_clock_at(const struct rules_site *s, const char *date, int minute);

/* When this clock has run `ms` from `from` on, within these half hours of the day (RULES_ALL_HOURS: all day). */
struct wall rules_clock_run(const struct rules_site *s, struct wall from, int64_t ms, uint64_t hours);

/* A time that was set for `due` when it was `from`: later by as long as the site was held since, and by days granted since; on a day that is no
 * working day, the same time on the next that is. */
struct wall rules_clock_shift(const struct rules_site *s, struct wall from, struct wall due);

/* The end of a date, of the next working day where it is none. */
struct wall rules_clock_day_end(const struct rules_site *s, const char *date);

/* A planned date, later by the working days that were granted or held in between. False: it has no end yet. */
bool rules_clock_planned(const struct rules_site *s, const char *date, char out[TZ_DATE_SIZE]);

#endif
