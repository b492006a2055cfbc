/* SPDX-License-Identifier: MIT */
/* What the files share that fill a week's report. */
#ifndef SITELOG_REPORT_REPORT_WEEK_PRIVATE_H
#define SITELOG_REPORT_REPORT_WEEK_PRIVATE_H

#include "app/journal/plan.h"
#include "app/journal/standstill.h"
#include "app/report/report_week.h"
#include "firmware/base/json.h"

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
    const struct standstill *clocks;
    struct report_list named; /* photos that nothing else of the report lists */
};

/* Any RFC 3339 as the site's "2026-11-22 16:04"; "" for what is none. */
const char *report_week_time(struct report_filling *f, const char *rfc3339);

/* The words for a key, or the text itself where it is a company's or a room of one's own. */
struct report_words report_week_stage(struct report_filling *f, const char *key);
struct report_words report_week_room(struct report_filling *f, const char *key);

/* A text that the report keeps; of a member of JSON; of its "actor"'s name; and photos' ids added to a list. */
const char *report_week_kept(struct report_filling *f, const char *text);
const char *report_week_text(const struct json *o, const char *name); /* borrowed; "" where there is none */
const char *report_week_who(struct report_filling *f, const struct json *o);
void report_week_add_photos(struct report_filling *f, const struct json *ids, struct report_list *list);

/* report_week_walk.c: an inspection's record, as inspection_print has it. */
MUST_CHECK int report_week_walk(struct report_filling *f, const struct json *json);

/* report_week_test.c: those that ran within the week; or one by its id, once: its index in r->tests, or ERR_NOT_FOUND. */
MUST_CHECK int report_week_tests(struct report_filling *f);
MUST_CHECK int report_week_test(struct report_filling *f, const char *id, int *index);

/* report_week_days.c, report_week_quality.c, report_week_photos.c. Photos come last: the others name some. */
MUST_CHECK int report_week_days(struct report_filling *f);
MUST_CHECK int report_week_quality(struct report_filling *f);
/* One inspection and the hazards it raised; *date: of the walk. ERR_NOT_FOUND. */
MUST_CHECK int report_week_inspected(struct report_filling *f, const char *id, const char **date);
MUST_CHECK int report_week_photos(struct report_filling *f);

#endif
