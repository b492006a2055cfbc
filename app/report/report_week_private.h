/* SPDX-License-Identifier: MIT */
/* What the files share that fill a week's report. */
#ifndef SITELOG_REPORT_REPORT_WEEK_PRIVATE_H
#define SITELOG_REPORT_REPORT_WEEK_PRIVATE_H

#include "app/journal/plan.h"
#include "app/report/report_week.h"

struct report_filling {
    struct db *db;
    struct report *r;
    const char *site;
    struct plan plan;
    struct tz *tz;
    struct week week;
    struct wall from, to;     /* the week's span */
    char until[TZ_DATE_SIZE]; /* its last date that is not to come */
    struct wall judged;       /* what is overdue is so by then: now, or the week's end */
    struct report_list named; /* photos that nothing else of the report lists */
};

/* Any RFC 3339 as the site's "2026-11-22 16:04"; "" for what is none. */
const char *report_week_time(struct report_filling *f, const char *rfc3339);

/* The words for a key, or the text itself where it is a company's or a room of one's own. */
struct report_words report_week_stage(struct report_filling *f, const char *key);
struct report_words report_week_room(struct report_filling *f, const char *key);

/* report_week_days.c, report_week_quality.c, report_week_photos.c. Photos come last: the others name some. */
MUST_CHECK int report_week_days(struct report_filling *f);
MUST_CHECK int report_week_quality(struct report_filling *f);
/* One inspection and the hazards it raised; *date: of the walk. ERR_NOT_FOUND. */
MUST_CHECK int report_week_inspected(struct report_filling *f, const char *id, const char **date);
MUST_CHECK int report_week_photos(struct report_filling *f);

#endif
