/* SPDX-License-Identifier: MIT */
/* Templates of a site's plan: which stages, how many working days each, what comes after what; and from a first day the dates of all of them.
 * From app/journal/data/templates.json; waits are the stages' (domain.h) where a template does not say another. Pure. Thread: any. */
#ifndef SITELOG_JOURNAL_TEMPLATE_H
#define SITELOG_JOURNAL_TEMPLATE_H

#include "app/journal/plan.h"

struct template_after {
    int stage;     /* its index in the template, below this one's */
    int wait_days; /* calendar days between its finish and this one's start */
};

struct template_stage {
    const struct domain_stage *stage;
    int days;        /* working days */
    int before_days; /* calendar days of waiting before the work itself, within which nothing is done */
    struct template_after after[PLAN_AFTER_MAX];
    size_t after_count;
};

struct template {
    const char *key, *zh, *en; /* "new" "old" "kitchen_bath" */
    bool old, partial;         /* an old flat's days; less than a whole flat */
    int total_min, total_max;  /* working days that it may come to; 0: not said */
    struct template_stage stages[PLAN_STAGES_MAX];
    size_t count;
};

const struct template *template_find(const char *key); /* NULL: unknown */
const struct template *template_all(size_t *n);        /* immutable, as long as the program */

/* The dates of all stages when work begins on `start` ("YYYY-MM-DD", valid; the first workday from there on): a stage begins on the first workday
 * after everything that it comes after is finished and its waits are over, and takes its days in workdays. Stages that do not come after each
 * other overlap. out: in the template's order, count of them, as they go into a plan.
 * ERR_INVALID: no workday within a year, or past the calendar's end. */
MUST_CHECK int template_plan(const struct template *t, const char *start, const struct plan_cutoffs *cutoffs,
                             struct plan_stage out[PLAN_STAGES_MAX], struct err_text *e);

/* How many of the dates from first to last (both included, valid) are workdays. */
int template_workdays(const struct plan_cutoffs *cutoffs, const char *first, const char *last);

/* GET /templates: {"templates":[{"key","zh","en","stages":[{"key","zh","en","days","planned_start","planned_finish","after"}],"workdays","start",
 * "finish"}]}. key: only that one, or NULL; start: NULL: without dates. ERR_NOT_FOUND: no such template. */
MUST_CHECK int template_print(const char *key, const char *start, const struct plan_cutoffs *cutoffs, struct buf *out,
                              struct err_text *e);

/* ---- for domain_check ---- */
MUST_CHECK int template_file_check(struct err_text *e);

#endif
