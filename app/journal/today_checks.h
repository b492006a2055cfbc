/* SPDX-License-Identifier: MIT */
/* What a supervisor comes to do, on the home screen: acceptances that were asked for, the week's quality report, how many hazards are open. What waits
 * for their eyes of hazards is today_hazards.h. Private to today*.c. */
#ifndef SITELOG_JOURNAL_TODAY_CHECKS_H
#define SITELOG_JOURNAL_TODAY_CHECKS_H

#include "app/journal/standstill.h"
#include "app/journal/today.h"
#include "firmware/base/json.h"

bool today_checks_are_due(const struct today_ask *ask); /* of a supervisor */

/* Entries of an open array: "acceptance" (id: the stage's key, what was asked first), of several one with their number. */
MUST_CHECK int today_checks_put_acceptances(struct db *db, const struct today_ask *ask, struct json_out *w);

/* "inspection" (id: the date on which it is due) while the report of the week to that date is not in; not while the site is held. */
MUST_CHECK int today_checks_put_report(struct db *db, const struct today_ask *ask, const struct standstill *clocks,
                                       struct json_out *w);

/* The member "checks":{"inspections","open_hazards","to_verify"}; inspections: of that date. */
MUST_CHECK int today_checks_put(struct db *db, const struct today_ask *ask, const char *date, struct json_out *w);

#endif
