/* SPDX-License-Identifier: MIT */
/* Time in which people are at work: 08:30 to 18:00 on a plan's working days. What is asked on a Saturday evening is not late on Sunday. Pure. */
#ifndef SITELOG_JOURNAL_WORKTIME_H
#define SITELOG_JOURNAL_WORKTIME_H

#include "app/journal/plan.h"

/* The moment when so many minutes of working time have passed since `from`. minutes: 1 … 100,000. ERR_INVALID: there is no working time within two
 * years. */
MUST_CHECK int worktime_add(const struct plan_cutoffs *c, const struct tz *tz, struct wall from, int minutes,
                            struct wall *out);

/* The same time of day on the n-th working day after the date of `from`. n: 1 … 365. ERR_INVALID likewise. */
MUST_CHECK int worktime_add_days(const struct plan_cutoffs *c, const struct tz *tz, struct wall from, int n,
                                 struct wall *out);

#endif
