/* SPDX-License-Identifier: MIT */
/* Answers that are owed: to questions, and the call to the customer. */
#include "app/journal/question.h"
#include "app/journal/rules_private.h"

#include <stdio.h>
#include <string.h>

static int judge_question(struct rules_case *c, const struct rules_question *q) {
    const struct rules_limits *l = &c->site->limits;
    struct rules_alert *a = NULL;
    if (q->answered || q->asked.ms > c->now.ms) return 0;
    int64_t allowed_ms = q->customer ? l->customer_min * INT64_C(60000) : l->designer_h * RULES_HOUR_MS;
    struct wall due = question_runs_out(&c->clock, q->customer, q->asked, allowed_ms);
    if (due.ms > c->now.ms) return 0;
    int rc = rules_add(c, "question-late", "office", "question", q->id, due, &a);
    if (!a) return rc;
    if (q->customer)
        rules_say_of(a, "业主的问题还没有回复", q->what, "The customer's question is not answered", q->what);
    else if (strcmp(q->asked_of, "site") == 0)
        rules_say_of(a, "工地还没有回复总部的问题", q->what, "The site has not answered head office's question",
                     q->what);
    else if (strcmp(q->asked_of, "office") == 0)
        rules_say_of(a, "总部还没有回复工地的问题", q->what, "Head office has not answered the site's question",
                     q->what);
    else
        rules_say_of(a, "设计师还没有回复工地的问题", q->what, "The designer has not answered the site's question",
                     q->what);
    return rc;
}

/* Whether, and on which date, is callback.h's to say: the list of calls and the alert are of the same day. */
static int judge_callback(struct rules_case *c) {
    const struct rules_site *s = c->site;
    struct rules_alert *a = NULL;
    if (!s->call_on[0] || s->closed.ms) return 0;
    struct wall due = standstill_at(&c->clock, s->call_on, 0);
    if (due.ms > c->now.ms) return 0;
    int rc = rules_add(c, "callback-due", "office", "callback", s->call_on, due, &a);
    if (rc == 0) rules_say(a, "该给业主回访了", "The customer's call-back is due");
    return rc;
}

int rule_talk_judge(struct rules_case *c) {
    int rc = 0;
    for (size_t i = 0; i < c->site->question_count && rc == 0; i++) rc = judge_question(c, &c->site->questions[i]);
    return rc == 0 ? judge_callback(c) : rc;
}
