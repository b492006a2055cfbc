/* SPDX-License-Identifier: MIT */
/* Eight weeks of a job in half hours, with everything that rules look at: a held week, days that head office granted, a weekend in each reckoning. What
 * is judged when, and until when, is written down here by hand; each alert comes once and goes once, the same at both ends. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/support/rules_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEP_MS = 30 * 60000, SEEN_MAX = 64 };

#define H1 "01990000-0000-7000-8000-000000000001"
#define M1 "01990000-0000-7000-8000-000000000002"
#define Q1 "01990000-0000-7000-8000-000000000003"
#define Q2 "01990000-0000-7000-8000-000000000004"

/* Held from Monday 2 February at noon for a week; Tuesday 20 and Wednesday 21 January are granted. */
static const struct want {
    const char *rule, *subject, *raised, *cleared;
} wanted[] = {
    { "daylog-missing", "daylog/2026-01-15", "2026-01-15T18:30:00",
      "2026-02-16T00:00:00" }, /* nobody can write it any more */
    { "report-missing", "report/2026-01-17", "2026-01-17T18:00:00", "2026-01-23T16:00:00" },
    { "stage-late", "stage/tiling", "2026-01-24T00:00:00", "2026-01-26T09:00:00" },
    { "question-late", "question/" Q1, "2026-01-24T09:00:00", "2026-01-24T12:00:00" },
    { "callback-due", "callback/2026-01-28", "2026-01-28T00:00:00", "2026-01-29T10:00:00" }, /* two days were granted */
    { "stage-late", "stage/carpentry", "2026-01-29T00:00:00", "2026-01-30T09:00:00" },
    { "question-late", "question/" Q2, "2026-02-02T10:00:00", "2026-02-02T10:30:00" },
    { "material-late", "material/" M1, "2026-02-10T12:00:00", "2026-02-10T15:00:00" },
    { "hazard-due", "hazard/" H1, "2026-02-10T18:00:00", "2026-02-11T18:00:00" },
    { "hazard-overdue", "hazard/" H1, "2026-02-11T18:00:00", "2026-02-12T09:00:00" },
    { "callback-due", "callback/2026-02-19", "2026-02-19T00:00:00", "2026-02-19T11:00:00" },
};

struct seen {
    char rule[32], subject[RULES_SUBJECT_SIZE];
    struct wall due, raised, cleared;
    bool stands;
};

struct job {
    struct rules_site s;
    struct standstill_held hold;
    struct standstill_days granted;
    struct rules_hazard hazard;
    struct rules_stage stages[2];
    struct rules_material material;
    struct rules_question questions[2];
    char inspections[16][TZ_DATE_SIZE];
    struct seen seen[SEEN_MAX];
    size_t count;
};

static void begin(struct job *j) {
    struct rules_site *s = &j->s;
    rules_rig_site(s, "Asia/Shanghai");
    s->knows_inspections = true;
    j->hold.from = rules_rig_local(s, "2026-02-02T12:00:00");
    j->granted = (struct standstill_days){ "2026-01-20", "2026-01-21" };
    j->stages[0] = (struct rules_stage){ .key = "tiling", .planned_finish = "2026-01-19", .started = true };
    j->stages[1] = (struct rules_stage){ .key = "carpentry", .planned_finish = "2026-01-23", .started = true };
    j->material = (struct rules_material){ .id = M1, .expected = "2026-02-03" };
    j->hazard = (struct rules_hazard){ .id = H1, .severity = RULES_SERIOUS, .open = true };
    j->hazard.raised = rules_rig_local(s, "2026-01-30T10:00:00");
    j->hazard.due = rules_rig_local(s, "2026-02-04T18:00:00");
    j->questions[0] = (struct rules_question){ .id = Q1, .asked = rules_rig_local(s, "2026-01-19T09:00:00") };
    j->questions[1] =
        (struct rules_question){ .id = Q2, .customer = true, .asked = rules_rig_local(s, "2026-01-31T17:30:00") };
    s->holds = &j->hold;
    s->granted = &j->granted;
    s->stages = j->stages;
    s->materials = &j->material;
    s->hazards = &j->hazard;
    s->questions = j->questions;
    s->inspected = j->inspections;
    s->stage_count = s->question_count = 2;
    s->material_count = 1;
}

static bool past(const struct job *j, struct wall now, const char *text) {
    return now.ms >= rules_rig_local(&j->s, text).ms;
}

/* A log at five each working day but three; an inspection on Fridays at four, but for two. */
static void work(struct job *j, struct wall now) {
    struct civil c = tz_civil(j->s.tz, now);
    char date[TZ_DATE_SIZE];
    tz_date(j->s.tz, now, date);
    bool held = strcmp(date, "2026-02-02") >= 0 && strcmp(date, "2026-02-08") <= 0;
    bool away = held || strcmp(date, "2026-01-20") == 0 || strcmp(date, "2026-01-21") == 0;
    if (c.hour == 17 && c.minute == 0 && c.weekday < 7 && !away && strcmp(date, "2026-01-15") != 0)
        rules_rig_log(&j->s, date);
    if (c.hour == 16 && c.minute == 0 && c.weekday == 5 && !held && strcmp(date, "2026-01-16") != 0)
        (void)snprintf(j->inspections[j->s.inspected_count++], TZ_DATE_SIZE, "%s", date);
}

/* What is known at that time. */
static void know(struct job *j, struct wall now) {
    struct rules_site *s = &j->s;
    s->granted_count = past(j, now, "2026-01-19T15:00:00");
    s->hold_count = past(j, now, "2026-02-02T12:00:00");
    j->hold.to.ms = past(j, now, "2026-02-09T12:00:00") ? rules_rig_local(s, "2026-02-09T12:00:00").ms : 0;
    s->hazard_count = past(j, now, "2026-01-30T10:00:00");
    j->hazard.open = !past(j, now, "2026-02-12T09:00:00");
    j->stages[0].finished = past(j, now, "2026-01-26T09:00:00");
    j->stages[1].finished = past(j, now, "2026-01-30T09:00:00");
    j->material.arrived = past(j, now, "2026-02-10T15:00:00");
    j->questions[0].answered = past(j, now, "2026-01-24T12:00:00");
    j->questions[1].answered = past(j, now, "2026-02-02T10:30:00");
    memcpy(s->call_on,
           past(j, now, "2026-02-19T11:00:00")   ? "2026-03-05"
           : past(j, now, "2026-01-29T10:00:00") ? "2026-02-19"
                                                 : "2026-01-28",
           sizeof s->call_on);
}

static struct seen *find(struct job *j, const struct rules_alert *a) {
    for (size_t i = 0; i < j->count; i++)
        if (j->seen[i].due.ms == a->due.ms && strcmp(j->seen[i].rule, a->rule) == 0 &&
            strcmp(j->seen[i].subject, a->subject) == 0)
            return &j->seen[i];
    return NULL;
}

static void compare(struct job *j, const struct rules_alerts *a, struct wall now) {
    for (size_t i = 0; i < a->count; i++) {
        struct seen *seen = find(j, &a->list[i]);
        if (seen && !seen->stands) fail_msg("%s %s came again", seen->rule, seen->subject);
        if (seen) continue;
        assert_true(j->count < SEEN_MAX);
        seen = &j->seen[j->count++];
        *seen = (struct seen){ .due = a->list[i].due, .raised = now, .stands = true };
        (void)snprintf(seen->rule, sizeof seen->rule, "%s", a->list[i].rule);
        (void)snprintf(seen->subject, sizeof seen->subject, "%s", a->list[i].subject);
    }
    for (size_t i = 0; i < j->count; i++) {
        const struct rules_alert *still = rules_rig_find(a, j->seen[i].rule, j->seen[i].subject);
        if (!j->seen[i].stands || (still && still->due.ms == j->seen[i].due.ms)) continue;
        j->seen[i].stands = false;
        j->seen[i].cleared = now;
    }
}

static void a_job(void **state) {
    struct job *j = calloc(1, sizeof *j);
    struct rules_alerts board = { 0 }, hub = { 0 };
    (void)state;
    assert_non_null(j);
    begin(j);
    struct wall end = rules_rig_local(&j->s, "2026-03-01T00:00:00");
    for (struct wall now = j->s.begun; now.ms < end.ms; now.ms += STEP_MS) {
        work(j, now);
        know(j, now);
        rules_rig_judge(&j->s, now, false, &board);
        rules_rig_judge(&j->s, now, true, &hub);
        assert_int_equal(board.count, hub.count);
        compare(j, &hub, now);
    }
    for (size_t i = 0; i < j->count; i++) {
        char raised[CLOCK_TEXT_SIZE], cleared[CLOCK_TEXT_SIZE];
        clock_format(j->seen[i].raised, 8 * 3600, raised);
        clock_format(j->seen[i].cleared, 8 * 3600, cleared);
        print_message("%s %s %.19s %.19s\n", j->seen[i].rule, j->seen[i].subject, raised, cleared);
        if (i >= sizeof wanted / sizeof wanted[0]) continue;
        assert_string_equal(j->seen[i].rule, wanted[i].rule);
        assert_string_equal(j->seen[i].subject, wanted[i].subject);
        assert_true(j->seen[i].raised.ms == rules_rig_local(&j->s, wanted[i].raised).ms);
        assert_true(j->seen[i].due.ms == j->seen[i].raised.ms); /* nothing is judged late */
        assert_true(j->seen[i].cleared.ms == rules_rig_local(&j->s, wanted[i].cleared).ms);
    }
    assert_int_equal(j->count, sizeof wanted / sizeof wanted[0]);
    free(j->s.logged);
    tz_destroy(j->s.tz);
    rules_alerts_fini(&board);
    rules_alerts_fini(&hub);
    free(j);
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_job) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
