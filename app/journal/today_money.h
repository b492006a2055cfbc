/* SPDX-License-Identifier: MIT */
/* What is due of questions, changes and materials for whoever asks. Private to today*.c. */
#ifndef SITELOG_JOURNAL_TODAY_MONEY_H
#define SITELOG_JOURNAL_TODAY_MONEY_H

#include "app/journal/today.h"
#include "firmware/base/json.h"
#include "firmware/base/tz.h"

#define TODAY_MONEY_MAX    3 /* of each kind */
#define TODAY_MEASURE_DAYS 3 /* so long before it is due a measuring is told */

/* Entries of an open array: "question" (the site is asked; the soonest due first), "change" (head office has decided, the customer has to confirm; for
 * who may ask for changes), "material" (it comes today or should have come), "measure" (it has to be measured soon). Nothing once the job is closed. */
MUST_CHECK int today_money_put(struct db *db, const struct today_ask *ask, const struct tz *tz, struct json_out *w);

#endif
