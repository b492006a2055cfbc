/* SPDX-License-Identifier: MIT */
/* What is due of hazards for whoever asks: what presses. Private to today*.c. */
#ifndef SITELOG_JOURNAL_TODAY_HAZARDS_H
#define SITELOG_JOURNAL_TODAY_HAZARDS_H

#include "app/journal/standstill.h"
#include "app/journal/today.h"
#include "firmware/base/json.h"
#include "firmware/base/tz.h"

#define TODAY_HAZARDS_MAX 3

/* Entries of an open array. Managers and head office: what is overdue, stops the work, is due within a day or past its warning; crew: the same of what
 * is theirs; supervisors: what waits for their eyes. */
MUST_CHECK int today_hazards_put(struct db *db, const struct today_ask *ask, const struct standstill *clocks,
                                 struct json_out *w);

#endif
