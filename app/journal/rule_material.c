/* SPDX-License-Identifier: MIT */
/* Materials that have not come, and measurements that come too late for what is made to measure. */
#include "app/journal/rules_private.h"

#include <stdio.h>

static int judge_material(struct rules_case *c, const struct rules_material *m) {
    struct rules_alert *a = NULL;
    if (m->arrived || !m->expected[0]) return 0;
    int late_h = c->site->limits.material_late_h;
    struct wall due = standstill_day_end(&c->clock, m->expected);
    if (due.ms > c->now.ms) return 0;
    if (late_h) due = standstill_run(&c->clock, due, late_h * RULES_HOUR_MS, STANDSTILL_ALL_HOURS);
    if (due.ms > c->now.ms) return 0;
    int rc = rules_add(c, "material-late", "office", "material", m->id, due, &a);
    if (rc < 0) return rc;
    (void)snprintf(a->zh, sizeof a->zh, "%s应在 %s 到场，还没到", m->what[0] ? m->what : "材料", m->expected);
    (void)snprintf(a->en, sizeof a->en, "%s was expected on %s and has not arrived",
                   m->what[0] ? m->what : "A material", m->expected);
    return 0;
}

static int judge_measurement(struct rules_case *c, const struct rules_measurement *m) {
    struct rules_alert *a = NULL;
    char last[TZ_DATE_SIZE], told[TZ_DATE_SIZE];
    if (m->measured || !m->needed[0]) return 0;
    tz_date_add(m->needed, -m->lead_days, last);
    tz_date_add(last, -c->site->limits.measure_warn_days, told);
    struct wall due = standstill_day_end(&c->clock, told);
    if (due.ms > c->now.ms) return 0;
    int rc = rules_add(c, "measurement-late", "office", "material", m->id, due, &a);
    if (rc < 0) return rc;
    (void)snprintf(a->zh, sizeof a->zh, "%s%s最晚 %s 要复尺，还没量：再晚 %s 就装不上", m->what, m->what[0] ? "：" : "",
                   last, m->needed);
    (void)snprintf(a->en, sizeof a->en,
                   "%s%sNot measured yet, %s is the last day: later, what is needed on %s will be late", m->what,
                   m->what[0] ? ": " : "", last, m->needed);
    return 0;
}

int rule_material_judge(struct rules_case *c) {
    int rc = 0;
    for (size_t i = 0; i < c->site->material_count && rc == 0; i++) rc = judge_material(c, &c->site->materials[i]);
    for (size_t i = 0; i < c->site->measurement_count && rc == 0; i++)
        rc = judge_measurement(c, &c->site->measurements[i]);
    return rc;
}
