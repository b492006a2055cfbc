/* SPDX-License-Identifier: MIT */
/* Where a site stands in its plan: for today*.c and for reports. */
#ifndef SITELOG_JOURNAL_TODAY_STAGE_H
#define SITELOG_JOURNAL_TODAY_STAGE_H

#include "app/journal/plan.h"

struct today_stage {
    char key[41];  /* "" : the plan has no stage */
    int day;       /* working days into it, from 1 */
    int days;      /* working days it shall take */
    int late_days; /* working days behind the plan */
};

/* The stage of the newest log that names one; else the one the plan has for that date; else the plan's first. */
MUST_CHECK int today_stage_find(struct db *db, const char *site, const struct plan *p, const char *date,
                                struct today_stage *out);

/* Working days from `from` to `to`, both counted; 0 where to is before from. At most 1000 days are looked at. */
int today_stage_workdays(const struct plan_cutoffs *c, const char *from, const char *to);

#endif
