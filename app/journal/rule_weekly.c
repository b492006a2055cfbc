/* SPDX-License-Identifier: MIT */
/* The supervisor's report each week, by the plan's weekday and time. A week on which nobody worked has none; a due date that is a holiday, granted,
 * idle or held is the next day that is not. One report mends all that were missed before. */
#include "app/journal/rules_private.h"

#include <stdio.h>
#include <string.h>

enum { WEEK = 7 };

static bool stands_still(const struct rules_case *c, const char *date) {
    struct wall at = standstill_at(&c->clock, date, c->site->plan.cutoffs.report_min);
    return standstill_is_idle(&c->clock, date) || standstill_is_held(&c->clock, at);
}

/* Somebody worked, or should have, in the week that ends with this date. */
static bool was_worked(const struct rules_case *c, const char *date) {
    const struct rules_site *s = c->site;
    char day[TZ_DATE_SIZE], first[TZ_DATE_SIZE];
    tz_date(s->tz, s->begun, first);
    for (int back = 0; back < WEEK; back++) {
        tz_date_add(date, -back, day);
        if (strcmp(day, first) >= 0 && standstill_is_open(&c->clock, day) && !stands_still(c, day)) return true;
    }
    return false;
}

static bool is_holiday(const struct rules_site *s, const char *date) {
    struct civil civil;
    return tz_date_parse(date, &civil) == 0 && s->plan.cutoffs.workday[civil.weekday] &&
           !plan_workday(&s->plan.cutoffs, date);
}

/* ms STANDSTILL_NEVER: not within the next week. */
static struct wall due_of(const struct rules_case *c, const char *date) {
    const struct rules_site *s = c->site;
    char day[TZ_DATE_SIZE];
    for (int on = 0; on < WEEK; on++) {
        tz_date_add(date, on, day);
        bool off =
            on == 0 ? is_holiday(s, day) || standstill_is_granted(&c->clock, day) : !standstill_is_open(&c->clock, day);
        if (!off && !stands_still(c, day)) return standstill_at(&c->clock, day, s->plan.cutoffs.report_min);
    }
    return (struct wall){ STANDSTILL_NEVER };
}

static int judge_week(struct rules_case *c, const char *date) {
    const struct rules_site *s = c->site;
    struct rules_alert *a = NULL;
    char first[TZ_DATE_SIZE];
    tz_date_add(date, 1 - WEEK, first);
    if (s->inspected_count && strcmp(s->inspected[s->inspected_count - 1], first) >= 0) return 0;
    if (!was_worked(c, date)) return 0;
    struct wall due = due_of(c, date);
    if (due.ms <= s->begun.ms || due.ms > c->now.ms || (s->closed.ms && due.ms > s->closed.ms)) return 0;
    int rc = rules_add(c, "report-missing", "office", "report", date, due, &a);
    if (rc < 0) return rc;
    (void)snprintf(a->zh, sizeof a->zh, "%s 那一周的质检报告没有交", date);
    (void)snprintf(a->en, sizeof a->en, "The quality report of the week to %s is missing", date);
    return 0;
}

int rule_weekly_judge(struct rules_case *c) {
    const struct rules_site *s = c->site;
    char date[TZ_DATE_SIZE];
    struct civil civil;
    int rc = 0;
    if (!s->knows_inspections || !s->begun.ms) return 0;
    if (tz_date_parse(c->today, &civil) < 0) return 0;
    int last = (civil.weekday - s->plan.cutoffs.report_weekday + WEEK) % WEEK;
    for (int back = last + (s->limits.keep_days - last) / WEEK * WEEK; back >= last && rc == 0; back -= WEEK) {
        tz_date_add(c->today, -back, date);
        rc = judge_week(c, date);
    }
    return rc;
}
