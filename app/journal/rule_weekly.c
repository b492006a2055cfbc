/* SPDX-License-Identifier: MIT */
/* The supervisor's report each week, by the plan's weekday and time. A week on which nobody worked has none; a due date that is a holiday, granted,
 * idle or held is the next day that is not. One report mends all that were missed before. */
#include "app/journal/rules_clock.h"
#include "app/journal/rules_private.h"

#include <stdio.h>
#include <string.h>

enum { WEEK = 7 };

static bool stands_still(const struct rules_site *s, const char *date) {
    return rules_clock_idle(s, date) || rules_clock_held(s, rules_clock_at(s, date, s->plan.cutoffs.report_min));
}

/* Somebody worked, or should have, in the week that ends with this date. */
static bool was_worked(const struct rules_site *s, const char *date) {
    char day[TZ_DATE_SIZE], first[TZ_DATE_SIZE];
    tz_date(s->tz, s->begun, first);
    for (int back = 0; back < WEEK; back++) {
        tz_date_add(date, -back, day);
        if (strcmp(day, first) >= 0 && rules_clock_works(s, day) && !stands_still(s, day)) return true;
    }
    return false;
}

static bool is_holiday(const struct rules_site *s, const char *date) {
    struct civil civil;
    return tz_date_parse(date, &civil) == 0 && s->plan.cutoffs.workday[civil.weekday] &&
           !plan_workday(&s->plan.cutoffs, date);
}

/* ms RULES_CLOCK_NEVER: not within the next week. */
static struct wall due_of(const struct rules_site *s, const char *date) {
    char day[TZ_DATE_SIZE];
    for (int on = 0; on < WEEK; on++) {
        tz_date_add(date, on, day);
        bool off = on == 0 ? is_holiday(s, day) || rules_clock_granted(s, day) : !rules_clock_works(s, day);
        if (!off && !stands_still(s, day)) return rules_clock_at(s, day, s->plan.cutoffs.report_min);
    }
    return (struct wall){ RULES_CLOCK_NEVER };
}

static int judge_week(struct rules_case *c, const char *date) {
    const struct rules_site *s = c->site;
    struct rules_alert *a = NULL;
    char first[TZ_DATE_SIZE];
    tz_date_add(date, 1 - WEEK, first);
    if (s->inspected_count && strcmp(s->inspected[s->inspected_count - 1], first) >= 0) return 0;
    if (!was_worked(s, date)) return 0;
    struct wall due = due_of(s, date);
    if (due.ms <= s->begun.ms || due.ms > c->now.ms || (s->closed.ms && due.ms > s->closed.ms)) return 0;
    int rc = rules_add(c, "report-missing", "office", "report", date, due, &a);
    if (rc < 0) return rc;
    (void)snprintf(a->zh, sizeof a->zh, "%s 那一周的质检报告没有交", date);
    (void)snprintf(a->en, sizeof a->en, "The quality report of the week to %s is missing", date);
    return 0;
}

int rule_weekly_judge(struct rules_case *c) {
    const struct rules_site *s = c->site;
    char today[TZ_DATE_SIZE], date[TZ_DATE_SIZE];
    struct civil civil;
    int rc = 0;
    if (!s->knows_inspections || !s->begun.ms) return 0;
    tz_date(s->tz, c->now, today);
    for (int back = s->limits.keep_days; back >= 0 && rc == 0; back--) {
        tz_date_add(today, -back, date);
        if (tz_date_parse(date, &civil) == 0 && civil.weekday == s->plan.cutoffs.report_weekday)
            rc = judge_week(c, date);
    }
    return rc;
}
