/* SPDX-License-Identifier: MIT */
/* A log each working day, by the cut-off. */
#include "app/journal/rule_daily.h"

#include "app/journal/rules_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_date(const void *a, const void *b) { return strcmp(a, b); }

static bool is_logged(const struct rules_site *s, const char *date) {
    return s->logged_count && bsearch(date, s->logged, s->logged_count, sizeof *s->logged, by_date);
}

static int miss(struct rules_case *c, const char *date, struct wall due) {
    struct rules_alert *a = NULL;
    int rc = rules_add(c, "daylog-missing", "office", "daylog", date, due, &a);
    if (rc < 0) return rc;
    (void)snprintf(a->zh, sizeof a->zh, "%s 的施工日志没有交", date);
    (void)snprintf(a->en, sizeof a->en, "The daily log of %s is missing", date);
    return 0;
}

/* A date of which nobody could expect a log is none to judge. */
bool rule_daily_due(const struct rule_daily_span *span, const char *date, struct wall due, struct wall now) {
    return span->begun.ms && due.ms > span->begun.ms && due.ms <= now.ms &&
           !(span->closed.ms && due.ms > span->closed.ms) && standstill_is_open(span->clocks, date) &&
           !standstill_is_idle(span->clocks, date) && !standstill_is_held(span->clocks, due);
}

int rule_daily_judge(struct rules_case *c) {
    const struct rules_site *s = c->site;
    struct rule_daily_span span = { &c->clock, s->begun, s->closed };
    char date[TZ_DATE_SIZE], first[TZ_DATE_SIZE], today[TZ_DATE_SIZE];
    int rc = 0;
    if (!s->begun.ms) return 0;
    tz_date(s->tz, c->now, today);
    tz_date(s->tz, s->begun, first);
    for (int back = s->limits.keep_days; back >= 0 && rc == 0; back--) {
        tz_date_add(today, -back, date);
        if (strcmp(date, first) < 0 || !plan_workday(&s->plan.cutoffs, date) || is_logged(s, date)) continue;
        struct wall due = standstill_at(&c->clock, date, s->plan.cutoffs.daylog_min);
        if (rule_daily_due(&span, date, due, c->now)) rc = miss(c, date, due);
    }
    return rc;
}
