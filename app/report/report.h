/* SPDX-License-Identifier: MIT */
/* A report as data: a site's week, or one inspection. Somebody fills it (report_week.h); report_html.h and report_pdf.h show it. All texts and lists
 * live in its pool. A text that is NULL or "" is not said. Nothing here knows where facts come from, nor who may see them: `names` of the
 * renderers leaves people out, and everything else is for everybody who may read the site. Thread: one at a time. */
#ifndef SITELOG_REPORT_REPORT_H
#define SITELOG_REPORT_REPORT_H

#include "app/report/report_pool.h"
#include "firmware/base/buf.h"
#include "firmware/base/clock.h"
#include "firmware/base/hash.h"

#include <stdbool.h>

#define REPORT_PHOTOS_MAX 200 /* what a report shows; what there are more is said as a number */
#define REPORT_CODE_SIZE  10  /* "7Q3F-9KMP" and NUL */

enum report_lang { REPORT_BOTH, REPORT_ZH, REPORT_EN };
/* From the best to the worst of those that an inspection can have: PASS, RECTIFY, FAIL. */
enum report_verdict { REPORT_UNJUDGED, REPORT_DRAFT, REPORT_NOT_APPLICABLE, REPORT_PASS, REPORT_RECTIFY, REPORT_FAIL };

/* In both languages; free text, which is in whichever its writer speaks, is zh alone. */
struct report_words {
    const char *zh, *en;
};

struct report_list { /* of photos, by id; those that the report does not hold are left out */
    const char **ids;
    size_t n;
    size_t missing; /* of them, those whose record is not here yet: that is said */
};

struct report_photo {
    const char *id, *sha256, *thumb_sha256;
    const char *code;               /* of its watermark, as people read it: "7Q3F-9KMP" */
    const char *caption, *at, *who; /* at: "2026-11-22 16:04", the site's time */
    struct report_words place;      /* stage and room */
    struct report_words clock;      /* how good `at` is */
    bool clock_doubtful;
};

enum report_state { REPORT_STATE_NONE, REPORT_STATE_DONE, REPORT_STATE_GOING, REPORT_STATE_BLOCKED };
struct report_line {                  /* of a day's log */
    struct report_words text, detail; /* detail: rooms and quantity */
    enum report_state state;
};

struct report_day {
    const char *date, *note, *who, *at; /* at: when it was written */
    struct report_words stage, crew;
    struct report_line *done, *plan;
    size_t done_count, plan_count;
    int64_t amended; /* how often */
    struct report_list photos;
};

struct report_check { /* an item of an inspection */
    const char *key, *note;
    const char *reason; /* why it does not apply */
    struct report_words text, room, limit;
    struct report_words *measured; /* one a value: "地面 1.6 mm" */
    size_t measured_count;
    enum report_verdict verdict;
    bool red_line; /* fails the inspection, whatever else passes */
    struct report_list photos;
};

struct report_test {            /* one that takes its time: ponding, pressure, hold */
    const char *id, *from, *to; /* times; to "": it runs */
    const char *values;         /* "22 → 21 mm" */
    const char *who, *note;
    struct report_words text, room, stage, limit;
    int64_t seconds;             /* how long; where it runs, until now */
    bool provable;               /* the clock was not sure: it is what the board is known to have run */
    int64_t dark_seconds;        /* without power in between, as far as it is known */
    size_t dark_count;           /* how often */
    enum report_verdict verdict; /* UNJUDGED: it runs */
    struct report_words *faults; /* why it failed */
    size_t fault_count;
    struct report_list begin, end, below; /* below: the ceiling downstairs */
};

struct report_inspection {
    const char *id, *at, *who, *note;
    struct report_words stage;
    enum report_verdict verdict;
    struct report_check *checks;
    size_t check_count;
};

enum report_severity { REPORT_NOTICE, REPORT_SERIOUS, REPORT_STOP_WORK };
struct report_hazard {
    const char *id, *raised, *closed, *assignee, *note;
    const char *due;      /* by the site's clocks; "": they stand still until nobody knows when */
    const char *due_once; /* as it was set, where that is another */
    struct report_words text, room, stage, state;
    enum report_severity severity;
    bool open, overdue; /* when the report's period ended */
    struct report_list before, after;
};

struct report_stage {
    struct report_words name, state;
    const char *planned_start, *planned_finish, *start, *finish; /* dates */
    int late_days;                                               /* working days; 0: as planned, or not known */
    bool here;                                                   /* where the site stands */
};

struct report_delay { /* asked for, or decided */
    const char *from, *to, *note;
    struct report_words reason, state;
    int days;
    struct report_list photos;
};

struct report_alert {
    const char *due, *cleared; /* cleared "": it stands */
    struct report_words text, level;
};

struct report_outage {
    const char *from, *to; /* to "": not known */
    struct report_words what, how;
    int64_t seconds; /* 0: not known */
};

struct report_counts {
    int workdays, logged;             /* of the days whose log was due, or is there: with a log */
    int photos;                       /* taken; those shown are at most REPORT_PHOTOS_MAX */
    int checks, passed, failed;       /* items of submitted inspections */
    int hazards_open, hazards_closed; /* at the week's end; within it */
    int alerts;                       /* that stand */
};

struct report {
    struct report_pool pool;             /* first error of all that was added: pool.error */
    const char *site, *name;             /* id; name, "" : the id */
    struct report_words title, period;   /* "施工周报"; "2026年第48周" */
    const char *from, *to;               /* dates, inclusive */
    const char *key;                     /* for file names: "2026-W48" */
    struct report_words stage, progress; /* where it stands: "水电"; "第6/10天 · 慢1天" */
    const char *who;                     /* who answers for it */
    bool one;                            /* of one inspection: no days, plan or outages */
    enum report_verdict verdict;         /* of its inspections; UNJUDGED: there was none */
    struct report_counts counts;
    struct wall made;    /* of the renderers' dates; not in the code */
    const char *made_at; /* the same as a site's time */
    const char *code;    /* by report_seal */
    struct report_day *days;
    struct report_inspection *inspections;
    struct report_test *tests;
    struct report_hazard *hazards;
    struct report_stage *stages;
    struct report_delay *delays;
    struct report_alert *alerts;
    struct report_outage *outages;
    struct report_photo *photos; /* in the order in which they are shown and numbered, from 1 */
    size_t day_count, inspection_count, test_count, hazard_count, stage_count, delay_count, alert_count, outage_count;
    size_t photo_count;
    size_t photos_missing; /* photos that are named somewhere and whose records are not here yet */
};

/* Appends a photo as a JPEG with upright pixels, long side at most long_px, to *out. ERR_NOT_FOUND: not here yet; ERR_GONE: dropped; others: it cannot
 * be shown. Thread: any, two at once. */
typedef int (*report_photo_fn)(void *ctx, const struct report_photo *photo, unsigned long_px, struct buf *out);

struct report_view {
    enum report_lang lang;
    bool names;            /* who wrote, took and judged */
    const char *site_path; /* "/api/v1/sites/s-0412": photos are below it */
    report_photo_fn photo; /* NULL: no photo is here. PDF only. */
    void *ctx;
};

void report_fini(struct report *r); /* fine on a zeroed one */

/* Computes *code: the first 40 bits of the SHA-256 of what the report says (report_outline.h, names too), so that one that says something else has
 * another. Call it last. ERR_NOMEM, ERR_TOO_BIG: also pool.error. */
MUST_CHECK int report_seal(struct report *r);

/* Adds a photo's id to a list; a repeat is none. */
void report_list_add(struct report *r, struct report_list *list, const char *id);

/* "26 小时 10 分"; 0 and less: not known. */
struct report_words report_lasted(struct report_pool *p, int64_t seconds);

/* The index of a photo in r->photos, or -1. */
int report_photo_find(const struct report *r, const char *id);

/* "7Q3F9KMP" as people read it; "" for what is no code. */
void report_code_text(const char *code, char out[REPORT_CODE_SIZE]);

/* No log, inspection, test, hazard, delay, alert, outage or photo. */
bool report_empty(const struct report *r);

#endif
