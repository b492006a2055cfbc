/* SPDX-License-Identifier: MIT */
/* Between the parts of the home screen's answer (today*.c). */
#ifndef SITELOG_JOURNAL_TODAY_PRIVATE_H
#define SITELOG_JOURNAL_TODAY_PRIVATE_H

#include "app/journal/today.h"
#include "app/journal/today_stage.h"
#include "firmware/base/json.h"

/* What all parts of the answer need. */
struct today_day {
    struct db *db;
    const struct today_ask *ask;
    struct plan plan;
    struct tz *tz;
    struct standstill clocks;
    struct today_stage stage;
    char dates[2][TZ_DATE_SIZE];
    size_t date_count; /* 2: until ten, yesterday may still be logged */
};

/* The array "due": the one place that knows the order of the cards. What runs out by the minute comes first, then what this person is to do today, and
 * last what stands already. */
MUST_CHECK int today_due_put(const struct today_day *d, struct json_out *w);

#endif
