/* SPDX-License-Identifier: MIT */
/* Stages: late against the plan, and acceptances that nobody decides. Granted and held days move the plan. */
#include "app/journal/domain.h"
#include "app/journal/rules_private.h"

#include <stdio.h>
#include <string.h>

static void name_of(const char *key, const char **zh, const char **en) {
    const struct domain_stage *words = domain_stage(key);
    *zh = words ? words->zh : key;
    *en = words ? words->en : key;
}

static int judge_late(struct rules_case *c, const struct rules_stage *stage) {
    bool begins = !stage->started && stage->planned_start[0];
    const char *planned = begins ? stage->planned_start : stage->planned_finish;
    const char *zh, *en;
    char date[TZ_DATE_SIZE];
    struct rules_alert *a = NULL;
    if (stage->finished || !planned[0] || strcmp(planned, c->today) > 0 ||
        !standstill_planned(&c->clock, planned, date))
        return 0;
    struct wall due = standstill_day_end(&c->clock, date);
    if (due.ms > c->now.ms) return 0;
    due = standstill_run(&c->clock, due, c->site->limits.stage_late_h * RULES_HOUR_MS, STANDSTILL_ALL_HOURS);
    if (due.ms > c->now.ms) return 0;
    int rc = rules_add(c, "stage-late", "executive", "stage", stage->key, due, &a);
    if (rc < 0) return rc;
    name_of(stage->key, &zh, &en);
    (void)snprintf(a->zh, sizeof a->zh, "%s 比计划晚 %d 小时以上（计划 %s %s）", zh, c->site->limits.stage_late_h,
                   planned, begins ? "开工" : "完工");
    (void)snprintf(a->en, sizeof a->en, "%s: more than %d h behind the plan (%s on %s)", en,
                   c->site->limits.stage_late_h, begins ? "to start" : "to finish", planned);
    return 0;
}

static int judge_acceptance(struct rules_case *c, const struct rules_stage *stage) {
    const char *zh, *en;
    struct rules_alert *a = NULL;
    if (!stage->asked.ms || stage->asked.ms > c->now.ms) return 0;
    struct wall due =
        standstill_run(&c->clock, stage->asked, c->site->limits.acceptance_h * RULES_HOUR_MS, STANDSTILL_ALL_HOURS);
    if (due.ms > c->now.ms) return 0;
    int rc = rules_add(c, "acceptance-missed", "office", "stage", stage->key, due, &a);
    if (rc < 0) return rc;
    name_of(stage->key, &zh, &en);
    (void)snprintf(a->zh, sizeof a->zh, "%s 报验后没有人验收", zh);
    (void)snprintf(a->en, sizeof a->en, "%s: acceptance was asked for, and nobody has decided", en);
    return 0;
}

int rule_stage_judge(struct rules_case *c) {
    int rc = 0;
    for (size_t i = 0; i < c->site->stage_count && rc == 0; i++) {
        rc = c->site->closed.ms ? 0 : judge_late(c, &c->site->stages[i]);
        if (rc == 0) rc = judge_acceptance(c, &c->site->stages[i]);
    }
    return rc;
}
