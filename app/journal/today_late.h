/* SPDX-License-Identifier: MIT */
/* Whoever wrote what came too late is told: cards of the home screen, of every kind of subject. Private to today*.c. */
#ifndef SITELOG_JOURNAL_TODAY_LATE_H
#define SITELOG_JOURNAL_TODAY_LATE_H

#include "app/journal/today.h"
#include "firmware/base/json.h"

#define TODAY_LATE_DAYS 3 /* so long after it turned out here, however long the link was cut before */
#define TODAY_LATE_MAX  5

/* Entries of an open array, kind "news", the newest first: own events that are marked late (late.h), wherever they were written; "subject" and "id" of
 * what they are about, "at": when they were written. Their text says what did not count, and what is in force now. */
MUST_CHECK int today_late_put(struct db *db, const struct today_ask *ask, struct json_out *w);

#endif
