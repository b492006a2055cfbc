/* SPDX-License-Identifier: MIT */
/* A week of a site as other modules' tables know it, for reports: which days it has, which stages were worked on, which alerts stood, what was dark.
 * Reads only. Thread: any, on the handle's thread. */
#ifndef SITELOG_JOURNAL_WEEK_H
#define SITELOG_JOURNAL_WEEK_H

#include "firmware/base/tz.h"
#include "firmware/db/db.h"

#define WEEK_TEXT_SIZE 9 /* "2026-W48" and NUL */
#define WEEK_ROWS_MAX  500

struct week {
    char text[WEEK_TEXT_SIZE];                 /* ISO 8601: the year of its Thursday */
    int year, number;                          /* of that year, from 1 */
    char from[TZ_DATE_SIZE], to[TZ_DATE_SIZE]; /* Monday, Sunday */
};

/* "2026-W48", or any date in it. ERR_INVALID: neither, or a week that the year does not have. */
MUST_CHECK int week_parse(const char *text, struct week *out);

/* From its first midnight to its last in the zone. ERR_INVALID never for a week of week_parse. */
MUST_CHECK int week_span(const struct week *w, const struct tz *tz, struct wall *from, struct wall *to);

/* The first and the last date of the logs of a stage, up to `until`; "" where there is none. */
MUST_CHECK int week_stage_logged(struct db *db, const char *site, const char *stage, const char *until,
                                 char first[TZ_DATE_SIZE], char last[TZ_DATE_SIZE]);

/* As long as the site was worked on: its boards' first event and its hand-over, ms 0 where there is none yet. */
MUST_CHECK int week_worked(struct db *db, const char *site, struct wall *begun, struct wall *closed);

/* How many photos were taken on these dates, time-lapse frames and withdrawn ones left out. */
MUST_CHECK int week_photo_count(struct db *db, const char *site, const char *from, const char *to, int64_t *out);

/* A row each, oldest first, at most WEEK_ROWS_MAX; everything is borrowed for the call. A negative return ends it and comes back. */
struct week_alert {
    const char *level, *due, *zh, *en, *rule;
    const char *cleared; /* RFC 3339; "" : it stands */
};
typedef int (*week_alert_fn)(void *ctx, const struct week_alert *alert);
/* Those that stood at any time from `from` to before `to`. */
MUST_CHECK int week_alerts(struct db *db, const char *site, struct wall from, struct wall to, week_alert_fn fn,
                           void *ctx);

struct week_outage {
    const char *what, *from, *to, *stop; /* as in the event `outage`; "" where not said */
    int64_t seconds;                     /* 0: not known */
};
typedef int (*week_outage_fn)(void *ctx, const struct week_outage *outage);
/* Those of the site's boards that reach into the span. */
MUST_CHECK int week_outages(struct db *db, const char *site, struct wall from, struct wall to, week_outage_fn fn,
                            void *ctx);

#endif
