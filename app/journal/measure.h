/* SPDX-License-Identifier: MIT */
/* What a firm improves by, over a period: how many logs, reports and stages were on time, hazards by stage and severity and how fast they were put
 * right, how often a re-check failed, scores of calls to homeowners; of each site and of all. Counting is pure (measure.c), reading measure_read.c,
 * printing measure_print.c. Thread: any; what reads, on the handle's. */
#ifndef SITELOG_JOURNAL_MEASURE_H
#define SITELOG_JOURNAL_MEASURE_H

#include "app/journal/standstill.h"

#define MEASURE_DAYS_MAX   366
#define MEASURE_STAGES_MAX 64 /* different ones; hazards of further ones count as of none */

/* ---- counting ---- */

/* due = on_time + late + missing. */
struct measure_rate {
    int64_t due, on_time, late, missing;
};

/* A period of a site, both dates counted. What was due at or before `begun` or after `closed`, or is not due yet, is not counted. */
struct measure_span {
    const struct standstill *clocks;
    char from[TZ_DATE_SIZE], to[TZ_DATE_SIZE];
    struct wall begun, closed, now; /* begun.ms 0: nothing was due; closed.ms 0: it goes on */
};

/* A log or a report: of which date, and when it was handed in first. Ascending by date, one each. */
struct measure_paper {
    char date[TZ_DATE_SIZE];
    struct wall at;
};

/* Each day on which clocks run and somebody worked owes a log by that minute. */
void measure_logs(const struct measure_span *m, int cutoff_min, const struct measure_paper *logs, size_t n,
                  struct measure_rate *out);

/* Each week in which clocks ran owes a report by that minute of that weekday (1 Monday); on a day on which they stand still, by the next on which they
 * run. A report counts for the week up to its due date. */
void measure_reports(const struct measure_span *m, int weekday, int minute, const struct measure_paper *reports,
                     size_t n, struct measure_rate *out);

struct measure_stage {
    char planned[TZ_DATE_SIZE];  /* finish; "": not planned */
    char finished[TZ_DATE_SIZE]; /* really; "": not yet */
};

/* Stages whose planned finish is in the period and past. Days on which clocks stood still do not make one late. */
void measure_stages(const struct measure_span *m, const struct measure_stage *stages, size_t n,
                    struct measure_rate *out);

/* The median, rounded down; -1 of none. Sorts. */
int64_t measure_median(int64_t *values, size_t n);

/* Whole percent, rounded; -1 of nothing. */
int measure_percent(int64_t part, int64_t of);

/* ---- reading ---- */

enum { MEASURE_SEVERITIES = 3 }; /* notice, serious, stop_work */

struct measure_site {
    char site[NAME_SIZE], name[PLAN_NAME_SIZE]; /* "" of all */
    struct measure_rate logs, reports, stages;
    int64_t hazards[MEASURE_SEVERITIES]; /* raised in the period */
    int64_t rectified, overdue;          /* of those; overdue: put right after their date, or past it and not yet */
    int64_t checked, sent_back;          /* of those: how often looked at again, how often that failed */
    int64_t median_min;                  /* from raised to put right; -1: none was */
    int64_t calls, score_sum;            /* in the period */
};

struct measure_hazards {
    char stage[41]; /* "": none was said */
    int64_t n[MEASURE_SEVERITIES];
};

struct measure {
    char from[TZ_DATE_SIZE], to[TZ_DATE_SIZE];
    struct measure_site all;
    struct measure_site *sites; /* by id; owned */
    size_t site_count;
    struct measure_hazards stages[MEASURE_STAGES_MAX + 1]; /* most first */
    size_t stage_count;
};

struct measure_ask {
    const char *site;      /* NULL: every one */
    const char *from, *to; /* dates; to NULL: today; from NULL: 30 days */
    const char *fallback_tz;
    const struct tz *tz; /* head office's: for the period's ends where a site does not matter */
    struct wall now;
};

/* Owns: caller, measure_fini. ERR_INVALID with the field: dates that are none, or the wrong way round, or too far apart. */
MUST_CHECK int measure_read(struct db *db, const struct measure_ask *ask, struct measure *out, struct err_text *e);
void measure_fini(struct measure *m); /* fine on a zeroed one */

/* ---- printing ---- */

/* {"from","to","all":{…},"sites":[{"site","name",…}],"stages":[{"stage","zh","en","notice","serious","stop_work"}]}; of each {"logs":{"due","on_time",
 * "late","missing","percent"},"reports":{…},"stages":{…},"hazards":{"notice","serious","stop_work","rectified","overdue","checked","sent_back",
 * "median_hours"},"calls":{"n","score"}}. A rate of nothing is null. */
MUST_CHECK int measure_print(const struct measure *m, struct buf *out);
/* The same as a table (csv.h): all sites first. */
MUST_CHECK int measure_csv(const struct measure *m, bool zh, struct buf *out);

#endif
