/* SPDX-License-Identifier: MIT */
/* Answers that are owed: to questions, and the call to the customer. */
#include "app/journal/rules_clock.h"
#include "app/journal/rules_private.h"

#include <stdio.h>

/* The half hours of working time, as far as they are whole. */
static uint64_t working_hours(const struct rules_limits *l) {
    uint64_t hours = 0;
    for (int slot = 0; slot < RULES_SLOTS; slot++)
        if (slot * RULES_SLOT_MIN >= l->work_from_min && (slot + 1) * RULES_SLOT_MIN <= l->work_to_min)
            hours |= UINT64_C(1) << slot;
    return hours;
}

static int judge_question(struct rules_case *c, const struct rules_question *q) {
    const struct rules_limits *l = &c->site->limits;
    struct rules_alert *a = NULL;
    if (q->answered || q->asked.ms > c->now.ms) return 0;
    struct wall due = q->customer
                          ? rules_clock_run(c->site, q->asked, l->customer_min * INT64_C(60000), working_hours(l))
                          : rules_clock_run(c->site, q->asked, l->designer_h * RULES_HOUR_MS, RULES_ALL_HOURS);
    if (due.ms > c->now.ms) return 0;
    int rc = rules_add(c, "question-late", "office", "question", q->id, due, &a);
    if (rc == 0 && q->customer) rules_say(a, "业主的问题还没有回复", "The customer's question is not answered");
    if (rc == 0 && !q->customer)
        rules_say(a, "设计师还没有回复工地的问题", "The designer has not answered the site's question");
    return rc;
}

/* The first call is counted from when the site began. */
static int judge_callback(struct rules_case *c) {
    const struct rules_site *s = c->site;
    char from[TZ_DATE_SIZE], date[TZ_DATE_SIZE];
    struct rules_alert *a = NULL;
    struct wall since = s->called.ms ? s->called : s->begun;
    if (!s->knows_callbacks || !since.ms || s->closed.ms) return 0;
    tz_date(s->tz, since, from);
    tz_date_add(from, s->callback_days ? s->callback_days : s->limits.callback_days, date);
    struct wall due = rules_clock_shift(s, rules_clock_at(s, from, 0), rules_clock_at(s, date, 0));
    if (due.ms > c->now.ms) return 0;
    tz_date(s->tz, due, date);
    int rc = rules_add(c, "callback-due", "office", "callback", date, due, &a);
    if (rc == 0) rules_say(a, "该给业主回访了", "The customer's call-back is due");
    return rc;
}

int rule_talk_judge(struct rules_case *c) {
    int rc = 0;
    for (size_t i = 0; i < c->site->question_count && rc == 0; i++) rc = judge_question(c, &c->site->questions[i]);
    return rc == 0 ? judge_callback(c) : rc;
}
