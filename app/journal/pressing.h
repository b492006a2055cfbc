/* SPDX-License-Identifier: MIT */
/* What presses at a site, and which site presses most: the one place that knows the order, for head office's list of sites, a person's own list (mine.h)
 * and the executives' digest. Ordering is pure; reading gathers counts from what projections there are: a new subject adds its own in pressing_read.c
 * and its line in the table of pressing.c. Thread: any; what reads, on the handle's. */
#ifndef SITELOG_JOURNAL_PRESSING_H
#define SITELOG_JOURNAL_PRESSING_H

#include "app/journal/today_stage.h"

/* In the order in which they weigh. */
enum pressing_kind {
    PRESSING_EXECUTIVE, /* standing alerts of that level */
    PRESSING_STOP_WORK, /* hazards that stop the work and are not put right */
    PRESSING_OVERDUE,   /* hazards past their date */
    PRESSING_LATE,      /* working days behind the plan */
    PRESSING_SILENT,    /* boards that nobody has heard of */
    PRESSING_LOG,       /* working days without a log, today not counted */
    PRESSING_ALERTS,    /* standing alerts of all levels */
    PRESSING_UNSENT,    /* records that have not arrived, by the boards' last word */
    PRESSING_KINDS,
};

/* One site's facts. */
struct pressing {
    char site[NAME_SIZE], name[PLAN_NAME_SIZE], timezone[PLAN_TZ_SIZE];
    int64_t executive, stop_work, overdue, late_days, silent;
    int64_t log_days; /* 0 also where there never was a log */
    int64_t alerts;
    int64_t others; /* of the alerts: those that none of the other kinds tells of */
    int64_t unsent; /* -1: not known */
    char last_log[TZ_DATE_SIZE];
    struct today_stage stage; /* where it stands, by its plan: also while it is quiet */
    bool closed;              /* handed over: no work is late there, no log due, and its board is gone */
};

/* Pure: how much of a kind there is to tell of; 0: it does not press. */
int64_t pressing_count(const struct pressing *s, enum pressing_kind kind);
/* Pure: does head office have to look today? An executive alert, a hazard that stops the work or is overdue, more than two days late, a silent board. */
bool pressing_red(const struct pressing *s);
/* Pure: negative when a presses more than b; by site id where both are alike. */
int pressing_compare(const struct pressing *a, const struct pressing *b);
/* Pure: the red ones first, then as pressing_compare has it. */
void pressing_sort(struct pressing *all, size_t n);

struct pressing_scope {
    const char *fallback_tz; /* of sites without a plan */
    char date[TZ_DATE_SIZE]; /* head office's */
    struct wall now;
};

void pressing_scope_init(struct pressing_scope *c, const struct tz *tz, const char *fallback_tz, struct wall now);

/* One site. */
MUST_CHECK int pressing_read(struct db *db, const struct pressing_scope *c, const char *site, struct pressing *out);

/* All sites, by id. Owns: caller, free. ERR_TOO_BIG: over 100,000. */
MUST_CHECK int pressing_read_all(struct db *db, const struct pressing_scope *c, struct pressing **out, size_t *n);

/* The members "red" and "press":[{"kind","n"}], what weighs most first. */
void pressing_put(const struct pressing *s, struct json_out *w);

#endif
