/* SPDX-License-Identifier: MIT */
/* The home screen's answer: what is due, for whom, and when it is not. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/alert.h"
#include "app/journal/today_alerts.h"

#include "tests/support/today_rig.h"

static void test_what_else_is_due(void **state) {
    struct today_rig *f = *state;
    static const char asked[] = "{\"text\":\"地漏\",\"due\":\"2026-11-23T10:00:00+08:00\"}";
    struct event_draft request = { .id = "01990000-0000-7000-8000-0000000000aa",
                                   .type = "photo-requested",
                                   .subject_id = "01990000-0000-7000-8000-0000000000aa",
                                   .actor = "user/u-90",
                                   .data = asked };
    static const char taken[] = "{\"sha256\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\","
                                "\"bytes\":1,\"width\":1,\"height\":1,"
                                "\"taken\":\"2026-11-22T23:59:59+08:00\",\"clock\":\"rtc\",\"origin\":\"camera\"}";
    struct event_draft photo = { .id = "01990000-0000-7000-8000-0000000000bb",
                                 .type = "photo-taken",
                                 .subject_id = "01990000-0000-7000-8000-0000000000bb",
                                 .actor = "user/u-01",
                                 .data = taken,
                                 .inreplyto = "01990000-0000-7000-8000-0000000000aa" };
    journal_pair_append(&f->t, &request, NULL);
    today_rig_ask_rejected(f, "2026-11-22T16:00:00+08:00", 3);
    today_rig_says(
        f,
        "\"due\":[{\"kind\":\"photo-request\",\"id\":\"01990000-0000-7000-8000-0000000000aa\",\"due\":\"2026-11-23T10:"
        "00:00+08:00\","
        "\"text\":{\"zh\":\"总部要一张照片：地漏\",\"en\":\"Head office asks for a photo: "
        "地漏\"},\"action\":\"photo\"},"
        "{\"kind\":\"rejected\",\"due\":null,\"text\":{\"zh\":\"总部退回了 3 条记录\",\"en\":\"Head office rejected 3 "
        "records\"},\"action\":\"status\"}]",
        true);
    journal_pair_append(&f->t, &photo, NULL);
    today_rig_ask(f, "2026-11-22T23:59:59+08:00");
    today_rig_says(f, "\"due\":[],\"photos_today\":[\"01990000-0000-7000-8000-0000000000bb\"]", true);
    today_rig_ask(f, "2026-11-23T12:00:00+08:00");
    today_rig_says(f, "\"photos_today\":[]", true);
}

static void raise(struct today_rig *f, const char *rule, const char *subject, int64_t due_ms) {
    struct alert a = {
        .rule = rule, .level = "office", .subject = subject, .due = { due_ms }, .zh = "隐患", .en = "a hazard"
    };
    struct err_text e = { 0 };
    journal_pair_begin(&f->t);
    assert_int_equal(alert_raise(f->t.journal, f->t.db, NULL, &a, &e), 0);
    journal_pair_commit(&f->t);
}

/* What the site can do something about; not what is head office's, nor logs that have a card of their own or that nobody can write any more. */
static void test_alerts_that_stand(void **state) {
    struct today_rig *f = *state;
    const int64_t due_ms = INT64_C(1795334400000); /* 2026-11-22T16:00+08:00 */
    bool any = true;
    raise(f, "disk-low", "board/b-02", due_ms - 1000);
    raise(f, "board-silent", "board/b-01", due_ms);
    assert_int_equal(today_alerts_any(f->t.db, JOURNAL_SITE, &any), 0);
    assert_false(any);
    raise(f, "hazard-overdue", "hazard/01990000-0000-7000-8000-0000000000cc", due_ms);
    raise(f, "disk-low", "board/b-01", due_ms - 1000);
    assert_int_equal(today_alerts_any(f->t.db, JOURNAL_SITE, &any), 0);
    assert_true(any);
    raise(f, "callback-due", "callback/2026-11-22", due_ms);
    raise(f, "board-silent", "board/b-02", due_ms);
    raise(f, "daylog-missing", "daylog/2026-11-20", due_ms);
    today_rig_ask(f, "2026-11-22T16:30:00+08:00");
    today_rig_says(f,
                   "\"due\":\"2026-11-22T15:59:59.000+08:00\",\"text\":{\"zh\":\"隐患\",\"en\":\"a "
                   "hazard\"},\"action\":\"status\"},{\"kind\":\"alert\"",
                   true);
    today_rig_says(f, "\"action\":\"hazard\"}],\"photos_today\"", true);
    today_rig_says(
        f, "\"subject\":\"hazard/01990000-0000-7000-8000-0000000000cc\",\"due\":\"2026-11-22T16:00:00.000+08:00\"",
        true);
}

static void test_what_covers_works_warns(void **state) {
    struct today_rig *f = *state;
    static const char warned[] = "\"warn\":{\"zh\":\"水电还没验收，先报验再封\"";
    today_rig_log(f, "2026-11-16", "\"note\":\"n\",\"stage\":\"plumbing_electrical\"");
    today_rig_ask(f, "2026-11-16T16:00:00+08:00");
    today_rig_says(f, warned, true);
    today_rig_event(f, "stage-started", "plumbing_electrical", "{}");
    today_rig_event(f, "acceptance-requested", "plumbing_electrical", "{}");
    today_rig_ask(f, "2026-11-16T16:00:00+08:00");
    today_rig_says(f, warned, true);
    today_rig_event(f, "stage-accepted", "plumbing_electrical", "{}");
    today_rig_ask(f, "2026-11-16T16:00:00+08:00");
    today_rig_says(f, "\"warn\"", false);
}

/* The line says when the stage really began, and days that head office granted or on which it held the site are none. */
static void test_clocks_stand_still(void **state) {
    struct today_rig *f = *state;
    today_rig_plan(
        f, "{\"stages\":[{\"key\":\"demolition\",\"planned_start\":\"2026-11-09\",\"planned_finish\":\"2026-11-12\"},"
           "{\"key\":\"masonry\",\"planned_start\":\"2026-11-13\",\"planned_finish\":\"2026-11-17\"}]}");
    journal_pair_now("2026-11-09T08:00:00+08:00");
    today_rig_event(f, "stage-started", "demolition", "{}");
    journal_pair_now("2026-11-16T08:00:00+08:00");
    today_rig_event(f, "stage-started", "masonry", "{\"room\":\"kitchen\"}");
    today_rig_ask(f, "2026-11-20T16:00:00+08:00"); /* Monday to Friday; begun two working days late */
    today_rig_says(f,
                   "\"key\":\"masonry\",\"zh\":\"砌筑抹灰\",\"en\":\"masonry, "
                   "plaster\",\"day\":5,\"days\":4,\"late_days\":3,\"state\":\"started\"}",
                   true);
    today_rig_event(f, "delay-claimed", "01990000-0000-7000-8000-0000000000c1",
                    "{\"reason\":\"no-water-power\",\"from\":\"2026-11-18\",\"to\":\"2026-11-19\",\"days\":2}");
    today_rig_ask(f, "2026-11-20T16:00:00+08:00");
    today_rig_says(f, "\"late_days\":3,\"state\":\"started\"}", true); /* claimed is not granted */
    today_rig_event(f, "delay-decided", "01990000-0000-7000-8000-0000000000c1", "{\"decision\":\"granted\"}");
    today_rig_ask(f, "2026-11-20T16:00:00+08:00");
    today_rig_says(f, "\"day\":3,\"days\":4,\"late_days\":2,\"state\":\"started\"}", true);
    today_rig_ask(f, "2026-11-18T16:00:00+08:00");
    today_rig_says(f, "\"due\":[]", true); /* nor is a log due on such a day */
    today_rig_event(f, "idle-day", "2026-11-20", "{\"date\":\"2026-11-20\",\"reason\":\"too-few-workers\"}");
    today_rig_ask(f, "2026-11-20T16:00:00+08:00");
    today_rig_says(f, "\"due\":[]", true);
    today_rig_says(f, "\"late_days\":2,\"state\":\"started\"}",
                   true); /* that nobody came is the company's own matter */
    journal_pair_now("2026-11-20T08:00:00+08:00");
    today_rig_event(f, "site-held", JOURNAL_SITE, "{\"reason\":\"payment-overdue\"}");
    today_rig_ask(f, "2026-11-23T16:00:00+08:00");
    today_rig_says(f, "\"held\":{\"since\":\"2026-11-20T08:00:00.000+08:00\"", true);
    today_rig_says(f, "\"due\":[]", true);
    today_rig_says(f, "\"day\":2,\"days\":4,\"late_days\":2,\"state\":\"started\"}", true);
}

static void test_nobody_logs_what_was_handed_over(void **state) {
    struct today_rig *f = *state;
    today_rig_ask(f, "2026-11-20T16:00:00+08:00");
    today_rig_says(f, "\"kind\":\"daylog\"", true);
    today_rig_event(f, "handover-done", JOURNAL_SITE, "{\"date\":\"2026-11-20\",\"plan\":[]}");
    today_rig_ask(f, "2026-11-20T16:00:00+08:00");
    today_rig_says(f, "\"kind\":\"daylog\"", false);
}

/* Who looks at the works is asked for no log, but for what is to be looked at. */
static void test_a_supervisor(void **state) {
    struct today_rig *f = *state;
    static const char monday[] = "2026-11-16T16:00:00+08:00", report[] =
                                                                  "{\"kind\":\"inspection\",\"id\":\"2026-11-21\","
                                                                  "\"due\":\"2026-11-21T18:00:00.000+08:00\"";
    today_rig_ask_as(f, "manager", monday);
    today_rig_says(f, "\"kind\":\"daylog\"", true);
    today_rig_says(f, "\"checks\"", false);
    today_rig_ask_as(f, "supervisor", monday);
    today_rig_says(f, "\"kind\":\"daylog\"", false);
    today_rig_says(f, report, true);
    today_rig_says(f, "\"kind\":\"acceptance\"", false);
    today_rig_says(f, "\"checks\":{\"inspections\":0,\"open_hazards\":0,\"to_verify\":0}}", true);
    today_rig_ask_as(
        f, "supervisor",
        "2026-11-21T18:00:00+08:00"); /* its hour has come: the alert tells, and the next week's is asked for */
    today_rig_says(f, "\"id\":\"2026-11-28\"", true);
    today_rig_event(f, "stage-started", "waterproofing", "{\"room\":\"master_bath\"}");
    today_rig_event(f, "acceptance-requested", "waterproofing", "{\"room\":\"master_bath\"}");
    today_rig_event(f, "stage-started", "waterproofing", "{\"room\":\"kitchen\"}");
    today_rig_ask_as(f, "supervisor", monday);
    today_rig_says(
        f,
        "{\"kind\":\"acceptance\",\"id\":\"waterproofing\",\"due\":null,\"text\":{\"zh\":\"验收：防水 主卫\",\"en\":",
        true);
    journal_pair_now("2026-11-16T09:00:00+08:00");
    today_rig_event(f, "acceptance-requested", "waterproofing", "{\"room\":\"kitchen\"}");
    today_rig_ask_as(f, "supervisor", monday);
    today_rig_says(f, "验收：防水 主卫，另有 1 处", true);
    today_rig_event(
        f, "inspection-submitted", "01990000-0000-7000-8000-0000000000e1",
        "{\"date\":\"2026-11-16\",\"stage\":\"demolition\",\"items\":[],\"results\":[],\"verdict\":\"pass\","
        "\"passed\":0,\"failed\":0,\"not_applicable\":0,\"red\":0}");
    today_rig_event(f, "hazard-raised", "01990000-0000-7000-8000-0000000000e2",
                    "{\"text\":\"脏\",\"severity\":\"notice\",\"due\":\"2026-11-23T23:59:59+08:00\"}");
    today_rig_event(f, "hazard-assigned", "01990000-0000-7000-8000-0000000000e2", "{\"assignee\":\"u-01\"}");
    today_rig_event(f, "hazard-rectified", "01990000-0000-7000-8000-0000000000e2",
                    "{\"photos\":[\"01990000-0000-7000-8000-0000000000e3\"]}");
    today_rig_ask_as(f, "supervisor", monday);
    today_rig_says(f, "\"kind\":\"inspection\"", false);
    today_rig_says(f, "\"checks\":{\"inspections\":1,\"open_hazards\":1,\"to_verify\":1}}", true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_else_is_due, today_rig_setup, today_rig_teardown),
        cmocka_unit_test_setup_teardown(test_alerts_that_stand, today_rig_setup, today_rig_teardown),
        cmocka_unit_test_setup_teardown(test_what_covers_works_warns, today_rig_setup, today_rig_teardown),
        cmocka_unit_test_setup_teardown(test_clocks_stand_still, today_rig_setup, today_rig_teardown),
        cmocka_unit_test_setup_teardown(test_nobody_logs_what_was_handed_over, today_rig_setup, today_rig_teardown),
        cmocka_unit_test_setup_teardown(test_a_supervisor, today_rig_setup, today_rig_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
