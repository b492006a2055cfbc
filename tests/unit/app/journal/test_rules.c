/* SPDX-License-Identifier: MIT */
/* Each rule a second before it is due, when it is, and once it is mended; who has to know, about what; and what makes it none of anybody's business.
 * Months of it are in test_rules_months.c, the clock that stands still in test_standstill_run.c. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/support/rules_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ZONE "Asia/Shanghai"
#define ID   "01990000-0000-7000-8000-000000000001"

/* ---- one fact a row; mended: the same when it is right again ---- */

static void log_missing(struct rules_site *s, bool mended) {
    rules_rig_log(s, "2026-01-05");
    if (mended) rules_rig_log(s, "2026-01-06");
}

static void report_missing(struct rules_site *s, bool mended) {
    static char dates[][TZ_DATE_SIZE] = { "2026-01-12" };
    s->knows_inspections = true;
    s->inspected = dates;
    s->inspected_count = mended ? 1 : 0;
}

static void hazard(struct rules_site *s, bool mended, enum rules_severity severity) {
    static struct rules_hazard h;
    h = (struct rules_hazard){ .id = ID,
                               .severity = severity,
                               .open = !mended,
                               .raised = rules_rig_at("2026-01-06T10:00:00+08:00"),
                               .due = rules_rig_at("2026-01-09T18:00:00+08:00") };
    s->hazards = &h;
    s->hazard_count = 1;
}
static void notice(struct rules_site *s, bool mended) { hazard(s, mended, RULES_NOTICE); }
static void serious(struct rules_site *s, bool mended) { hazard(s, mended, RULES_SERIOUS); }
static void stop_work(struct rules_site *s, bool mended) { hazard(s, mended, RULES_STOP_WORK); }

static struct rules_stage stage_one;
static void put_stage(struct rules_site *s) {
    stage_one = (struct rules_stage){ .key = "tiling", .planned_start = "2026-01-07", .planned_finish = "2026-01-14" };
    s->stages = &stage_one;
    s->stage_count = 1;
}
static void not_begun(struct rules_site *s, bool mended) {
    put_stage(s);
    stage_one.started = mended;
}
static void not_finished(struct rules_site *s, bool mended) {
    put_stage(s);
    stage_one.started = true;
    stage_one.finished = mended;
}
static void not_accepted(struct rules_site *s, bool mended) {
    put_stage(s);
    stage_one.finished = true;
    stage_one.asked = mended ? (struct wall){ 0 } : rules_rig_at("2026-01-09T09:00:00+08:00");
}

static void change(struct rules_site *s, bool mended, bool material) {
    static struct rules_change c[3];
    const char *times[] = { "2026-01-06T09:00:00+08:00", "2026-01-07T09:00:00+08:00", "2026-01-08T09:00:00+08:00" };
    const int64_t fen[] = { 1000000, 1, -1 }; /* exactly the limit is not over it */
    for (int i = 0; i < 3; i++) {
        c[i] = (struct rules_change){ .at = rules_rig_at(times[i]), .fen = fen[i], .material = material };
        (void)snprintf(c[i].id, sizeof c[i].id, "c-%d", i);
    }
    s->changes = c;
    s->change_count = mended ? 3 : 2;
}
static void additions(struct rules_site *s, bool mended) { change(s, mended, false); }
static void material_changes(struct rules_site *s, bool mended) { change(s, mended, true); }

static void material(struct rules_site *s, bool mended) {
    static struct rules_material m;
    m = (struct rules_material){ .id = ID, .expected = "2026-01-10", .arrived = mended };
    s->materials = &m;
    s->material_count = 1;
}

static void measurement(struct rules_site *s, bool mended) {
    static struct rules_measurement m;
    m = (struct rules_measurement){ .id = ID, .needed = "2026-02-13", .lead_days = 30, .measured = mended };
    s->measurements = &m;
    s->measurement_count = 1;
}

static void question(struct rules_site *s, bool mended, bool customer, const char *asked) {
    static struct rules_question q;
    q = (struct rules_question){ .id = ID, .customer = customer, .asked = rules_rig_at(asked), .answered = mended };
    s->questions = &q;
    s->question_count = 1;
}
static void to_designer(struct rules_site *s, bool mended) { question(s, mended, false, "2026-01-09T09:00:00+08:00"); }
static void from_customer(struct rules_site *s, bool mended) { question(s, mended, true, "2026-01-10T17:00:00+08:00"); }

static void call_back(struct rules_site *s, bool mended) {
    memcpy(s->call_on, mended ? "2026-02-03" : "2026-01-20", sizeof s->call_on);
}

static void silent(struct rules_site *s, bool mended) {
    static struct rules_board b;
    b = (struct rules_board){ .board = "b-01",
                              .hours = STANDSTILL_ALL_HOURS & ~UINT64_C(0xffff), /* from 08:00 */
                              .heard =
                                  rules_rig_at(mended ? "2026-01-12T08:12:00+08:00" : "2026-01-10T23:50:00+08:00") };
    s->boards = &b;
    s->board_count = 1;
    s->listening = s->begun;
}

static void disk(struct rules_site *s, bool mended) {
    (void)snprintf(s->self.board, sizeof s->self.board, "b-01");
    s->self.disk_percent = mended ? 22 : 19;
    s->self.disk_since = rules_rig_at("2026-01-07T12:00:00+08:00");
}

static void rejected(struct rules_site *s, bool mended) {
    (void)snprintf(s->self.board, sizeof s->self.board, "b-01");
    s->self.rejected = mended ? 0 : 2;
    s->self.rejected_since = rules_rig_at("2026-01-07T12:00:00+08:00");
}

static const struct row {
    void (*fact)(struct rules_site *s, bool mended);
    const char *rule, *level, *subject, *due;
    bool at_hub, since; /* since: the due time is when it began, not when it becomes so */
} rows[] = {
    { log_missing, "daylog-missing", "office", "daylog/2026-01-06", "2026-01-06T18:30:00+08:00", true, false },
    { log_missing, "daylog-missing", "office", "daylog/2026-01-06", "2026-01-06T18:30:00+08:00", false, false },
    { report_missing, "report-missing", "office", "report/2026-01-10", "2026-01-10T18:00:00+08:00", true, false },
    { notice, "hazard-due", "site", "hazard/" ID, "2026-01-07T18:00:00+08:00", true, false },
    { serious, "hazard-due", "site", "hazard/" ID, "2026-01-08T18:00:00+08:00", false, false },
    { serious, "hazard-overdue", "office", "hazard/" ID, "2026-01-09T18:00:00+08:00", true, false },
    { stop_work, "hazard-overdue", "executive", "hazard/" ID, "2026-01-09T18:00:00+08:00", true, false },
    { not_begun, "stage-late", "executive", "stage/tiling", "2026-01-10T00:00:00+08:00", true, false },
    { not_finished, "stage-late", "executive", "stage/tiling", "2026-01-17T00:00:00+08:00", true, false },
    { not_accepted, "acceptance-missed", "office", "stage/tiling", "2026-01-10T09:00:00+08:00", true, false },
    { additions, "additions-over", "executive", "change/c-1", "2026-01-07T09:00:00+08:00", true, true },
    { material_changes, "material-changes-over", "executive", "change/c-1", "2026-01-07T09:00:00+08:00", true, true },
    { material, "material-late", "office", "material/" ID, "2026-01-11T00:00:00+08:00", true, false },
    { measurement, "measurement-late", "office", "material/" ID, "2026-01-13T00:00:00+08:00", true, false },
    { to_designer, "question-late", "office", "question/" ID, "2026-01-13T09:00:00+08:00", true, false },
    { from_customer, "question-late", "office", "question/" ID, "2026-01-12T09:30:00+08:00", true, false },
    { call_back, "callback-due", "office", "callback/2026-01-20", "2026-01-20T00:00:00+08:00", true, false },
    { silent, "board-silent", "office", "board/b-01", "2026-01-12T08:05:00+08:00", true, false },
    { disk, "disk-low", "office", "board/b-01", "2026-01-07T12:00:00+08:00", false, true },
    { rejected, "events-rejected", "office", "board/b-01", "2026-01-07T12:00:00+08:00", false, true },
};

static void each_rule_when_it_is_due(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *r = &rows[i];
        struct rules_alerts a = { 0 };
        struct rules_site s;
        struct wall due = rules_rig_at(r->due);
        print_message("%s %s\n", r->rule, r->due);
        rules_rig_site(&s, ZONE);
        r->fact(&s, false);
        if (!r->since) rules_rig_judge(&s, (struct wall){ due.ms - 1000 }, r->at_hub, &a);
        if (!r->since) assert_null(rules_rig_find(&a, r->rule, r->subject));
        rules_rig_judge(&s, due, r->at_hub, &a);
        const struct rules_alert *found = rules_rig_find(&a, r->rule, r->subject);
        assert_non_null(found);
        assert_true(found->due.ms == due.ms && !found->unsure);
        assert_string_equal(found->level, r->level);
        rules_rig_judge(&s, (struct wall){ due.ms + 600000 }, r->at_hub, &a); /* it keeps its due time */
        assert_true(rules_rig_find(&a, r->rule, r->subject)->due.ms == due.ms);
        r->fact(&s, true);
        rules_rig_judge(&s, (struct wall){ due.ms + 600000 }, r->at_hub, &a);
        assert_null(rules_rig_find(&a, r->rule, r->subject));
        free(s.logged);
        tz_destroy(s.tz);
        rules_alerts_fini(&a);
    }
}

/* ---- what is nobody's business ---- */

static bool stands(const struct rules_site *s, const char *now, bool at_hub, const char *rule, const char *subject) {
    struct rules_alerts a = { 0 };
    rules_rig_judge(s, rules_rig_at(now), at_hub, &a);
    bool found = rules_rig_find(&a, rule, subject) != NULL;
    rules_alerts_fini(&a);
    return found;
}
#define LOG(now, date)  stands(&s, now "+08:00", true, "daylog-missing", "daylog/" date)
#define WEEK(now, date) stands(&s, now "+08:00", true, "report-missing", "report/" date)

static void logs_that_nobody_expects(void **state) {
    struct rules_site s;
    (void)state;
    rules_rig_site(&s, ZONE);
    assert_false(LOG("2026-01-12T20:00:00", "2026-01-03")); /* before it began */
    assert_false(LOG("2026-01-12T20:00:00", "2026-01-11")); /* a Sunday */
    assert_true(LOG("2026-01-12T20:00:00", "2026-01-05"));
    s.begun = rules_rig_at("2026-01-05T18:30:00+08:00"); /* its cut-off was past already */
    assert_false(LOG("2026-01-12T20:00:00", "2026-01-05"));
    assert_true(LOG("2026-01-12T20:00:00", "2026-01-06"));
    char holidays[][TZ_DATE_SIZE] = { "2026-01-06", "2026-01-07" };
    s.plan.cutoffs.holidays = holidays;
    s.plan.cutoffs.holiday_count = 2;
    assert_false(LOG("2026-01-12T20:00:00", "2026-01-06"));
    assert_true(LOG("2026-01-12T20:00:00", "2026-01-08"));
    struct standstill_days days = { "2026-01-08", "2026-01-08" };
    s.granted = &days;
    s.granted_count = 1;
    assert_false(LOG("2026-01-12T20:00:00", "2026-01-08"));
    s.granted_count = 0;
    char idle[][TZ_DATE_SIZE] = { "2026-01-08" };
    s.idle = idle;
    s.idle_count = 1;
    assert_false(LOG("2026-01-12T20:00:00", "2026-01-08"));
    struct standstill_held hold = { rules_rig_at("2026-01-09T18:29:59+08:00"), { 0 } };
    s.holds = &hold;
    s.hold_count = 1;
    assert_false(LOG("2026-01-12T20:00:00", "2026-01-09"));
    hold.from.ms += 2000; /* held after it was due */
    assert_true(LOG("2026-01-12T20:00:00", "2026-01-09"));
    assert_false(LOG("2026-01-12T20:00:00", "2026-01-10"));
    s.hold_count = 0;
    assert_true(LOG("2026-01-12T20:00:00", "2026-01-10"));
    assert_true(LOG("2026-02-10T20:00:00", "2026-01-10"));
    assert_false(LOG("2026-02-11T20:00:00", "2026-01-10")); /* nobody can write it any more */
    s.closed = rules_rig_at("2026-01-09T12:00:00+08:00");
    assert_false(LOG("2026-01-12T20:00:00", "2026-01-10"));
    s.begun.ms = 0;
    assert_false(LOG("2026-01-12T20:00:00", "2026-01-10")); /* no board was ever there */
    tz_destroy(s.tz);
}

static void another_cut_off_is_another_alert(void **state) {
    struct rules_alerts a = { 0 };
    struct rules_site s;
    (void)state;
    rules_rig_site(&s, ZONE);
    s.plan.cutoffs.daylog_min = 17 * 60;
    rules_rig_judge(&s, rules_rig_at("2026-01-05T17:00:00+08:00"), true, &a);
    assert_int_equal(a.count, 1);
    assert_true(a.list[0].due.ms == rules_rig_at("2026-01-05T17:00:00+08:00").ms);
    s.plan.cutoffs.daylog_min = 19 * 60;
    rules_rig_judge(&s, rules_rig_at("2026-01-05T17:00:00+08:00"), true, &a);
    assert_int_equal(a.count, 0);
    tz_destroy(s.tz);
    rules_alerts_fini(&a);
}

static void weeks_that_have_no_report(void **state) {
    struct rules_site s;
    (void)state;
    rules_rig_site(&s, ZONE);
    assert_false(WEEK("2026-01-19T20:00:00", "2026-01-10")); /* this program knows no inspections */
    s.knows_inspections = true;
    assert_true(WEEK("2026-01-19T20:00:00", "2026-01-10"));
    assert_true(WEEK("2026-01-19T20:00:00", "2026-01-17"));
    char sunday[][TZ_DATE_SIZE] = { "2026-01-11" }; /* the first day of the second week; and it mends the first */
    s.inspected = sunday;
    s.inspected_count = 1;
    assert_false(WEEK("2026-01-19T20:00:00", "2026-01-10"));
    assert_false(WEEK("2026-01-19T20:00:00", "2026-01-17"));
    assert_true(WEEK("2026-01-26T20:00:00", "2026-01-24"));
    s.inspected_count = 0;
    char week[][TZ_DATE_SIZE] = { "2026-01-12", "2026-01-13", "2026-01-14", "2026-01-15", "2026-01-16", "2026-01-17" };
    s.idle = week;
    s.idle_count = 6;
    assert_false(WEEK("2026-01-22T20:00:00", "2026-01-17"));
    s.idle_count = 0;
    struct standstill_held hold = { rules_rig_at("2026-01-11T00:00:00+08:00"),
                                    rules_rig_at("2026-01-18T00:00:00+08:00") };
    s.holds = &hold;
    s.hold_count = 1;
    assert_false(WEEK("2026-01-22T20:00:00", "2026-01-17"));
    s.hold_count = 0;
    char holidays[][TZ_DATE_SIZE] = { "2026-01-17" }; /* the Saturday is: Monday, then */
    s.plan.cutoffs.holidays = holidays;
    s.plan.cutoffs.holiday_count = 1;
    assert_false(WEEK("2026-01-19T17:59:59", "2026-01-17"));
    assert_true(WEEK("2026-01-19T18:00:00", "2026-01-17"));
    tz_destroy(s.tz);
}

static void a_late_start_mends_by_starting(void **state) {
    struct rules_site s;
    (void)state;
    rules_rig_site(&s, ZONE);
    not_begun(&s, false);
    assert_true(stands(&s, "2026-01-16T20:00:00+08:00", true, "stage-late", "stage/tiling"));
    stage_one.started = true;
    assert_false(stands(&s, "2026-01-16T20:00:00+08:00", true, "stage-late", "stage/tiling"));
    struct standstill_days granted = { "2026-01-12", "2026-01-13" };
    s.granted = &granted;
    s.granted_count = 1;
    assert_false(stands(&s, "2026-01-19T23:59:59+08:00", true, "stage-late", "stage/tiling"));
    assert_true(stands(&s, "2026-01-20T00:00:00+08:00", true, "stage-late", "stage/tiling"));
    (void)snprintf(s.planned_since, sizeof s.planned_since, "2026-01-14"); /* the plan was made knowing of it */
    assert_true(stands(&s, "2026-01-17T00:00:00+08:00", true, "stage-late", "stage/tiling"));
    tz_destroy(s.tz);
}

static void the_change_by_which_it_came_over(void **state) {
    struct rules_site s;
    (void)state;
    rules_rig_site(&s, ZONE);
    struct rules_change list[] = { { .id = "a", .at = { 1000 }, .fen = 1200000 },
                                   { .id = "b", .at = { 2000 }, .fen = -900000 },
                                   { .id = "c", .at = { 3000 }, .fen = 5000000, .material = true },
                                   { .id = "d", .at = { 4000 }, .fen = 800000 },
                                   { .id = "e", .at = { 5000 }, .fen = 1 } };
    s.changes = list;
    s.change_count = 5;
    assert_true(stands(&s, "2026-01-16T20:00:00+08:00", true, "additions-over", "change/d"));
    assert_true(stands(&s, "2026-01-16T20:00:00+08:00", true, "material-changes-over", "change/c"));
    s.plan.contract_fen = -1;
    assert_false(stands(&s, "2026-01-16T20:00:00+08:00", true, "additions-over", "change/d"));
    tz_destroy(s.tz);
}

/* ---- who judges, and when nobody does ---- */

static void each_end_its_own(void **state) {
    struct rules_site s;
    (void)state;
    rules_rig_site(&s, ZONE);
    silent(&s, false);
    disk(&s, false);
    assert_true(stands(&s, "2026-01-12T12:00:00+08:00", true, "board-silent", "board/b-01"));
    assert_false(stands(&s, "2026-01-12T12:00:00+08:00", false, "board-silent", "board/b-01"));
    assert_true(stands(&s, "2026-01-12T12:00:00+08:00", false, "disk-low", "board/b-01"));
    assert_false(stands(&s, "2026-01-12T12:00:00+08:00", true, "disk-low", "board/b-01"));
    assert_int_equal(rules_scope("camera-down"), RULES_NOBODY);
    assert_int_equal(rules_scope("what-ever"), RULES_NOBODY);
    tz_destroy(s.tz);
}

static void a_board_without_time_pauses(void **state) {
    struct rules_alerts a = { 0 };
    struct rules_site s;
    (void)state;
    rules_rig_site(&s, ZONE);
    disk(&s, false);
    s.self.untrusted_since = rules_rig_at("2026-01-12T12:00:00+08:00");
    struct wall due = rules_rig_at("2026-01-12T12:15:00+08:00");
    assert_int_equal(rules_judge(&s, (struct wall){ due.ms - 1 }, CLOCK_NONE, false, &a), 0);
    assert_true(a.paused && a.count == 1);
    assert_int_equal(rules_judge(&s, due, CLOCK_NONE, false, &a), 0);
    assert_true(a.count == 2 && rules_rig_find(&a, "clock-untrusted", "board/b-01")->due.ms == due.ms);
    assert_int_equal(rules_judge(&s, due, CLOCK_RTC, false, &a), 0);
    assert_true(!a.paused && !rules_rig_find(&a, "clock-untrusted", "board/b-01") &&
                rules_rig_find(&a, "daylog-missing", "daylog/2026-01-10"));
    assert_int_equal(rules_judge(&s, due, CLOCK_NONE, true, &a), 0); /* the hub has the time */
    assert_non_null(rules_rig_find(&a, "daylog-missing", "daylog/2026-01-10"));
    tz_destroy(s.tz);
    rules_alerts_fini(&a);
}

static void what_is_not_sure(void **state) {
    struct rules_alerts a = { 0 };
    struct rules_site s;
    (void)state;
    rules_rig_site(&s, ZONE);
    disk(&s, false);
    s.self.disk_percent = 20; /* neither low nor well again */
    rules_rig_judge(&s, rules_rig_at("2026-01-12T12:00:00+08:00"), false, &a);
    assert_true(rules_rig_find(&a, "disk-low", "board/b-01")->unsure);
    silent(&s, false);
    s.listening = rules_rig_at("2026-01-12T12:00:00+08:00"); /* head office was away itself */
    rules_rig_judge(&s, rules_rig_at("2026-01-12T12:14:59+08:00"), true, &a);
    assert_true(rules_rig_find(&a, "board-silent", "board/b-01")->unsure);
    rules_rig_judge(&s, rules_rig_at("2026-01-12T12:15:00+08:00"), true, &a);
    assert_false(rules_rig_find(&a, "board-silent", "board/b-01")->unsure);
    tz_destroy(s.tz);
    rules_alerts_fini(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_when_it_is_due),
        cmocka_unit_test(logs_that_nobody_expects),
        cmocka_unit_test(another_cut_off_is_another_alert),
        cmocka_unit_test(weeks_that_have_no_report),
        cmocka_unit_test(a_late_start_mends_by_starting),
        cmocka_unit_test(the_change_by_which_it_came_over),
        cmocka_unit_test(each_end_its_own),
        cmocka_unit_test(a_board_without_time_pauses),
        cmocka_unit_test(what_is_not_sure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
