/* SPDX-License-Identifier: MIT */
#include "tests/support/rules_rig.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/plan_decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wall rules_rig_at(const char *text) {
    struct wall at;
    assert_int_equal(clock_parse(text, &at, NULL), 0);
    return at;
}

struct wall rules_rig_local(const struct rules_site *s, const char *text) {
    struct civil c = { 0 };
    struct wall at;
    assert_int_equal(sscanf(text, "%d-%d-%dT%d:%d:%d", &c.year, &c.month, &c.day, &c.hour, &c.minute, &c.second), 6);
    assert_int_equal(tz_instant(s->tz, &c, &at), 0);
    return at;
}

void rules_rig_site(struct rules_site *s, const char *zone) {
    *s = (struct rules_site){ .site = "s-0412", .self = { .disk_percent = -1 } };
    rules_limits_default(&s->limits);
    plan_cutoffs_default(&s->plan.cutoffs);
    s->plan.contract_fen = 10000000;
    assert_int_equal(tz_create(zone, &s->tz, NULL), 0);
    s->begun = rules_rig_local(s, "2026-01-05T08:00:00");
}

const struct rules_alert *rules_rig_find(const struct rules_alerts *a, const char *rule, const char *subject) {
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->list[i].rule, rule) == 0 && strcmp(a->list[i].subject, subject) == 0) return &a->list[i];
    return NULL;
}

void rules_rig_judge(const struct rules_site *s, struct wall now, bool at_hub, struct rules_alerts *out) {
    assert_int_equal(rules_judge(s, now, CLOCK_NTP, at_hub, out), 0);
    for (size_t i = 0; i < out->count; i++) {
        const struct rules_alert *a = &out->list[i];
        assert_true(a->due.ms <= now.ms && a->due.ms > 0 && a->due.ms % 1000 == 0);
        assert_true(a->zh[0] && a->en[0] && a->subject[0]);
        for (size_t k = 0; k < i; k++) assert_ptr_equal(rules_rig_find(out, a->rule, a->subject), a);
    }
}

static int by_date(const void *a, const void *b) { return strcmp(a, b); }

void rules_rig_log(struct rules_site *s, const char *date) {
    s->logged = realloc(s->logged, (s->logged_count + 1) * sizeof *s->logged);
    assert_non_null(s->logged);
    (void)snprintf(s->logged[s->logged_count++], TZ_DATE_SIZE, "%s", date);
    qsort(s->logged, s->logged_count, sizeof *s->logged, by_date);
}
