/* SPDX-License-Identifier: MIT */
/* Whoever wrote what came too late is told, whatever it is about: on the home screen and on their own list. Private to today*.c and mine*.c. */
#ifndef SITELOG_JOURNAL_TODAY_LATE_H
#define SITELOG_JOURNAL_TODAY_LATE_H

#include "app/journal/today.h"
#include "firmware/base/json.h"

#define TODAY_LATE_DAYS 3 /* so long after it turned out here, however long the link was cut before */
#define TODAY_LATE_MAX  5

struct today_late {
    const char *subject; /* what it is about: "daylog/0193…" */
    const char *at;      /* when it was written */
    const char *action;  /* of the card */
    const char *zh, *en; /* what did not count, and what is in force now */
};
/* Lent for the call; a negative return ends it and comes back. */
typedef int (*today_late_fn)(void *ctx, const struct today_late *late);

/* Of ask's site, user, role and now: own events that are marked late (late.h), wherever they were written, the newest first. None for a viewer. */
MUST_CHECK int today_late_each(struct db *db, const struct today_ask *ask, today_late_fn fn, void *ctx);

/* The same as entries of an open array, kind "news", with "subject", "id" and "at". */
MUST_CHECK int today_late_put(struct db *db, const struct today_ask *ask, struct json_out *w);

#endif
