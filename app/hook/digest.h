/* SPDX-License-Identifier: MIT */
/* What an executive reads at 08:30: which three sites press most, and how many more there are. Choosing, ordering and the time are pure;
 * digest_read gathers from what projections there are. It is sent every day of the week, holidays too: a site that burns does not know them.
 * Thread: any; digest_read on the handle's. */
#ifndef SITELOG_HOOK_DIGEST_H
#define SITELOG_HOOK_DIGEST_H

#include "app/journal/plan.h"

#define DIGEST_TOP 3

/* One site's facts, in the order in which they weigh. */
struct digest_site {
    char site[NAME_SIZE], name[PLAN_NAME_SIZE];
    int64_t executive; /* standing alerts of that level */
    int64_t stop_work; /* hazards that stop the work */
    int64_t overdue;   /* hazards past their date */
    int64_t late_days; /* working days behind the plan */
    int64_t silent;    /* boards that nobody has heard of */
    int64_t log_days;  /* working days without a log, today not counted; 0 also where there never was one */
    int64_t alerts;    /* standing ones of all levels */
    int64_t unsent;    /* records that have not arrived, by the boards' last word; -1: not known */
    char last_log[TZ_DATE_SIZE];
    char stage[41]; /* its key, or "" */
    int day, days;  /* of the stage */
};

struct digest {
    char date[TZ_DATE_SIZE]; /* head office's */
    struct wall at;
    int64_t sites, red, silent_boards, alerts; /* over all sites */
    struct digest_site top[DIGEST_TOP];        /* red ones only, the reddest first */
    size_t top_count;
};

/* Pure: does it press? An executive alert, a hazard that stops the work or is overdue, more than two days late, or a silent board. */
bool digest_red(const struct digest_site *s);
/* Pure: negative when a presses more than b; by site id where both are alike. */
int digest_compare(const struct digest_site *a, const struct digest_site *b);
/* Pure: counts and chooses; date and at are left alone. Sorts `all`. */
void digest_choose(struct digest_site *all, size_t n, struct digest *out);

/* Pure: shall the digest of a date be made now? From `minute` of head office's day (in a gap of daylight saving: at its end) until noon, once a
 * date. last: the date made last, or "". *date is filled when it is true. */
bool digest_due(const struct tz *tz, int minute, struct wall now, const char *last, char date[TZ_DATE_SIZE]);

/* tz: head office's; fallback_tz: of sites without a plan. A board unheard for longer than silent_after_s, and for two days at least (the power
 * of a site is off at night and on Sundays), is silent, as is one that an alert says so of. Blocks. */
MUST_CHECK int digest_read(struct db *db, const struct tz *tz, const char *fallback_tz, int64_t silent_after_s,
                           struct wall now, struct digest *out);

/* The members of an open JSON object, as in openapi.yaml. */
void digest_put(const struct digest *d, struct json_out *w);

#endif
