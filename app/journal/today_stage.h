/* SPDX-License-Identifier: MIT */
/* Where a site stands in its plan: for today*.c and for whoever sums up sites. Thread: any, on the handle's thread. */
#ifndef SITELOG_JOURNAL_TODAY_STAGE_H
#define SITELOG_JOURNAL_TODAY_STAGE_H

#include "app/journal/standstill.h"
#include "firmware/base/json.h"

struct today_stage {
    char key[41];      /* "" : the plan has no stage */
    const char *state; /* as the list of stages has it: "planned" while nobody has started it, whatever was logged */
    int day;           /* days into it on which clocks ran, from 1 */
    int days;          /* working days it shall take */
    int late_days; /* stage_late.h: such days behind the plan: those that were granted or on which the site was held are none */
};

/* The stage of the newest log that names one; else one that was started and is not finished; else the one the plan has for that date; else the plan's
 * first. It began when it was started; else with its first log; else as planned. */
MUST_CHECK int today_stage_find(struct db *db, const char *site, const struct plan *p, const struct standstill *clocks,
                                const char *date, struct today_stage *out);

/* How much of it is told: {"key","zh","en","state"}, with "day" and "days", with "late_days" too. */
enum today_stage_line { TODAY_STAGE_NAME, TODAY_STAGE_DAY, TODAY_STAGE_LATE };

/* Pure: the member "stage" of an open object; null where there is none. */
void today_stage_put(const struct today_stage *stage, enum today_stage_line line, struct json_out *w);

#endif
