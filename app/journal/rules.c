/* SPDX-License-Identifier: MIT */
/* The table of rules, and putting the judgements of all subjects together. */
#include "app/journal/rules_private.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *rule;
    enum rules_scope scope;
} rules[] = {
    { "daylog-missing", RULES_BOTH },       { "report-missing", RULES_BOTH },
    { "hazard-due", RULES_BOTH },           { "hazard-overdue", RULES_BOTH },
    { "stage-late", RULES_BOTH },           { "acceptance-missed", RULES_BOTH },
    { "additions-over", RULES_BOTH },       { "material-changes-over", RULES_BOTH },
    { "material-late", RULES_BOTH },        { "measurement-late", RULES_BOTH },
    { "question-late", RULES_BOTH },        { "callback-due", RULES_BOTH },
    { "board-silent", RULES_HUB },          { "disk-low", RULES_OWN_BOARD },
    { "clock-untrusted", RULES_OWN_BOARD }, { "events-rejected", RULES_OWN_BOARD },
};

enum rules_scope rules_scope(const char *rule) {
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (strcmp(rules[i].rule, rule) == 0) return rules[i].scope;
    return RULES_NOBODY;
}

void rules_limits_default(struct rules_limits *out) {
    *out = (struct rules_limits){ .keep_days = 31,
                                  .stage_late_h = 48,
                                  .acceptance_h = 24,
                                  .designer_h = 72,
                                  .customer_min = 120,
                                  .warn_serious_h = 24,
                                  .warn_notice_h = 48,
                                  .additions_percent = 10,
                                  .material_changes_percent = 10,
                                  .measure_warn_days = 3,
                                  .disk_low_percent = 20,
                                  .disk_well_percent = 22,
                                  .untrusted_s = 15 * 60,
                                  .silent_after_s = 15 * 60 };
}

void rules_site_fini(struct rules_site *s) {
    plan_fini(&s->plan);
    tz_destroy(s->tz);
    free(s->logged);
    free(s->inspected);
    free(s->holds);
    free(s->granted);
    free(s->idle);
    free(s->hazards);
    free(s->stages);
    free(s->changes);
    free(s->materials);
    free(s->measurements);
    free(s->questions);
    free(s->boards);
    *s = (struct rules_site){ 0 };
}

struct standstill rules_site_clock(const struct rules_site *s) {
    struct standstill clock = { .cutoffs = &s->plan.cutoffs,
                                .tz = s->tz,
                                .granted = s->granted,
                                .granted_count = s->granted_count,
                                .held = s->holds,
                                .held_count = s->hold_count,
                                .idle = s->idle,
                                .idle_count = s->idle_count };
    memcpy(clock.planned_since, s->planned_since, sizeof clock.planned_since);
    return clock;
}

/* ---- alerts ---- */

static int make_room(struct rules_alerts *a) {
    if (a->count < a->room) return 0;
    size_t room = a->room ? a->room * 2 : 16;
    struct rules_alert *list = realloc(a->list, room * sizeof *list);
    if (!list) return ERR_NOMEM;
    a->list = list;
    a->room = room;
    return 0;
}

int rules_add(struct rules_case *c, const char *rule, const char *level, const char *kind, const char *id,
              struct wall due, struct rules_alert **a) {
    int rc = make_room(c->out);
    if (rc < 0) return rc;
    assert(rules_scope(rule) != RULES_NOBODY);
    struct rules_alert *alert = &c->out->list[c->out->count++];
    *alert = (struct rules_alert){ .rule = rule, .level = level, .due = { due.ms / 1000 * 1000 } };
    (void)snprintf(alert->subject, sizeof alert->subject, "%s/%s", kind, id);
    *a = alert;
    return 0;
}

void rules_say(struct rules_alert *a, const char *zh, const char *en) {
    (void)snprintf(a->zh, sizeof a->zh, "%s", zh);
    (void)snprintf(a->en, sizeof a->en, "%s", en);
}

void rules_say_of(struct rules_alert *a, const char *zh, const char *what_zh, const char *en, const char *what_en) {
    (void)snprintf(a->zh, sizeof a->zh, "%s%s%s", zh, what_zh[0] ? "：" : "", what_zh);
    (void)snprintf(a->en, sizeof a->en, "%s%s%s", en, what_en[0] ? ": " : "", what_en);
}

void rules_alerts_fini(struct rules_alerts *a) {
    free(a->list);
    *a = (struct rules_alerts){ 0 };
}

/* ---- all of them ---- */

static int judge_deadlines(struct rules_case *c) {
    int rc = rule_daily_judge(c);
    if (rc == 0) rc = rule_weekly_judge(c);
    if (rc == 0) rc = rule_hazard_judge(c);
    if (rc == 0) rc = rule_stage_judge(c);
    if (rc == 0) rc = rule_change_judge(c);
    if (rc == 0) rc = rule_material_judge(c);
    return rc == 0 ? rule_talk_judge(c) : rc;
}

int rules_judge(const struct rules_site *site, struct wall now, enum clock_grade grade, bool at_hub,
                struct rules_alerts *out) {
    struct rules_case c = { .site = site, .clock = rules_site_clock(site), .now = now, .out = out };
    tz_date(site->tz, now, c.today);
    out->count = 0;
    out->paused = !at_hub && grade == CLOCK_NONE;
    int rc = out->paused || (site->closed.ms && site->closed.ms <= now.ms) ? 0 : judge_deadlines(&c);
    if (rc == 0 && at_hub) rc = rule_board_judge_silence(&c);
    if (rc == 0 && !at_hub) rc = rule_board_judge_self(&c, grade == CLOCK_NONE);
    return rc;
}
