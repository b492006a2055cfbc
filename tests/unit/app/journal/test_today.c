/* SPDX-License-Identifier: MIT */
/* The home screen's answer: the day, stage and days, what to start from, chips. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/draft.h"
#include "app/journal/stage.h"

#include "tests/support/today_rig.h"

#include <string.h>

static void test_first_day(void **state) {
    struct today_rig *f = *state;
    today_rig_ask(f, "2026-11-16T16:00:00+08:00");
    today_rig_says(
        f,
        "{\"date\":\"2026-11-16\",\"until_ten\":false,\"stage\":{\"key\":\"preparation\",\"zh\":\"开工准备\",\"en\":"
        "\"preparation\",\"day\":1,\"days\":2,"
        "\"late_days\":0,\"state\":\"planned\"},\"held\":null,\"logged\":[],\"start\":{\"stage\":\"preparation\","
        "\"done\":[],\"plan\":[],"
        "\"crew\":{}}",
        true);
    today_rig_says(f, "\"due\":[{\"kind\":\"daylog\",\"id\":\"2026-11-16\",\"due\":\"2026-11-16T18:30:00.000+08:00\"",
                   true);
    today_rig_says(f, "\"photos_today\":[],\"draft\":null}", true);
    today_rig_says(f,
                   "{\"key\":\"preparation/kick-off-briefing\",\"zh\":\"开工交底\",\"en\":\"kick-off "
                   "briefing\",\"flags\":\"\",\"used\":0}",
                   true);
    today_rig_says(f, "\"key\":\"any/swept\"", true);
    today_rig_says(f, "\"key\":\"tiling/", false);
    today_rig_says(f, "is late", false);
    today_rig_ask(f, "2026-11-16T18:30:01+08:00");
    today_rig_says(f, "is late", true);
}

/* Around midnight and ten: which date it is, and whether yesterday's log is missed. */
static void test_midnight_and_ten(void **state) {
    struct today_rig *f = *state;
    today_rig_ask(f, "2026-11-16T23:59:59+08:00");
    today_rig_says(f, "\"date\":\"2026-11-16\",\"until_ten\":false", true);
    today_rig_ask(f, "2026-11-17T00:00:00+08:00");
    today_rig_says(f, "\"date\":\"2026-11-17\",\"until_ten\":true", true);
    today_rig_says(f, "\"due\":[{\"kind\":\"daylog\",\"id\":\"2026-11-16\",\"due\":\"2026-11-16T18:30:00.000+08:00\"",
                   true);
    today_rig_says(f, "{\"kind\":\"daylog\",\"id\":\"2026-11-17\"", true);
    today_rig_ask(f, "2026-11-17T01:59:59Z");
    today_rig_says(f, "\"until_ten\":true", true);
    today_rig_ask(f, "2026-11-17T02:00:00Z");
    today_rig_says(f, "\"until_ten\":false", true);
    today_rig_says(f, "\"id\":\"2026-11-16\"", false);
    /* Not for a day before the site began. */
    today_rig_ask(f, "2026-11-16T09:00:00+08:00");
    today_rig_says(f, "\"until_ten\":true", true);
    today_rig_says(f, "\"id\":\"2026-11-15\"", false);
    today_rig_plan(f, "{\"timezone\":\"America/Los_Angeles\"}");
    today_rig_ask(f, "2026-11-17T02:00:00Z");
    today_rig_says(f, "\"date\":\"2026-11-16\",\"until_ten\":false", true);
    today_rig_says(f, "2026-11-16T18:30:00.000-08:00", true);
}

static void test_days_off(void **state) {
    struct today_rig *f = *state;
    today_rig_ask(f, "2026-11-22T16:00:00+08:00"); /* a Sunday */
    today_rig_says(f, "\"due\":[]", true);
    today_rig_plan(f, "{\"cutoffs\":{\"holidays\":[\"2026-11-20\"],\"daylog\":\"17:15\"}}");
    today_rig_ask(f, "2026-11-20T16:00:00+08:00");
    today_rig_says(f, "\"due\":[]", true);
    today_rig_ask(f, "2026-11-19T16:00:00+08:00");
    today_rig_says(f, "2026-11-19T17:15:00.000+08:00", true);
    today_rig_log(f, "2026-11-19", "\"note\":\"n\"");
    today_rig_ask(f, "2026-11-19T16:00:00+08:00");
    today_rig_says(f, "\"due\":[]", true);
    today_rig_says(f, "\"logged\":[\"01990000-0000-7000-8000-000000000001\"]", true);
}

static void test_stage_of_the_plan(void **state) {
    struct today_rig *f = *state;
    today_rig_plan(
        f, "{\"stages\":[{\"key\":\"demolition\",\"planned_start\":\"2026-11-09\",\"planned_finish\":\"2026-11-12\"},"
           "{\"key\":\"plumbing_electrical\",\"planned_start\":\"2026-11-13\",\"planned_finish\":\"2026-11-25\"},"
           "{\"key\":\"own\",\"planned_start\":\"2026-11-26\",\"planned_finish\":\"2026-11-26\"}]}");
    today_rig_ask(f, "2026-11-19T16:00:00+08:00"); /* Fri Sat Mon Tue Wed Thu; eleven working days planned */
    today_rig_says(f,
                   "\"stage\":{\"key\":\"plumbing_electrical\",\"zh\":\"水电\",\"en\":\"plumbing, "
                   "electrical\",\"day\":6,\"days\":11,\"late_days\":5,\"state\":\"planned\"}",
                   true); /* nothing is known of it: it has not begun */
    today_rig_ask(f, "2026-11-01T16:00:00+08:00");
    today_rig_says(
        f, "\"key\":\"demolition\",\"zh\":\"拆改\",\"en\":\"demolition\",\"day\":1,\"days\":4,\"late_days\":0", true);
    today_rig_ask(f, "2026-12-01T16:00:00+08:00");
    today_rig_says(
        f,
        "\"stage\":{\"key\":\"own\",\"zh\":\"own\",\"en\":\"own\",\"day\":5,\"days\":1,\"late_days\":4,\"state\":"
        "\"planned\"}",
        true);
    /* The first log of a board that came later: the stage may have begun as planned. */
    today_rig_log(f, "2026-11-16", "\"note\":\"n\",\"stage\":\"plumbing_electrical\"");
    today_rig_ask(f, "2026-11-17T16:00:00+08:00");
    today_rig_says(f, "\"day\":4,\"days\":11,\"late_days\":0,\"state\":\"planned\"}", true);
    /* Logged before, and begun two working days late: behind by that from the first day. */
    today_rig_log(f, "2026-11-12", "\"note\":\"n\",\"stage\":\"preparation\"");
    today_rig_log(f, "2026-11-16", "\"note\":\"n\",\"stage\":\"plumbing_electrical\"");
    today_rig_ask(f, "2026-11-17T16:00:00+08:00");
    today_rig_says(f, "\"day\":2,\"days\":11,\"late_days\":2,\"state\":\"planned\"}", true);
    /* The newest log says where the site is, whatever the plan says; a note without a stage says nothing. */
    today_rig_log(f, "2026-11-18", "\"note\":\"n\",\"stage\":\"demolition\"");
    today_rig_log(f, "2026-11-19", "\"note\":\"n\"");
    today_rig_ask(f, "2026-11-19T16:00:00+08:00");
    today_rig_says(
        f,
        "\"stage\":{\"key\":\"demolition\",\"zh\":\"拆改\",\"en\":\"demolition\",\"day\":2,\"days\":4,\"late_days\":8,"
        "\"state\":\"planned\"}",
        true);
}

static void test_stage_without_dates(void **state) {
    struct today_rig *f = *state;
    today_rig_log(f, "2026-11-09", "\"note\":\"n\",\"stage\":\"demolition\"");
    today_rig_ask(f, "2026-11-14T16:00:00+08:00");
    today_rig_says(f, "\"day\":6,\"days\":4,\"late_days\":2,\"state\":\"planned\"}", true);
}

static void test_start(void **state) {
    struct today_rig *f = *state;
    struct err_text e;
    static const char draft[] = "{\"stage\":\"tiling\",\"done\":[\"明日进场线管\",{\"phrase\":\"any/"
                                "swept\"}],\"plan\":[\"x\"],\"half\":{\"typed\":1}}";
    today_rig_log(f, "2026-11-16",
                  "\"stage\":\"plumbing_electrical\",\"note\":\"n\",\"plan\":[{\"phrase\":\"plumbing_electrical/"
                  "wires-pulled\",\"rooms\":[\"bath\"]},"
                  "\"明日进场线管\"],\"crew\":{\"electrician\":2}");
    today_rig_ask(f, "2026-11-17T16:00:00+08:00");
    today_rig_says(f,
                   "\"start\":{\"stage\":\"plumbing_electrical\",\"done\":[{\"phrase\":\"plumbing_electrical/"
                   "wires-pulled\",\"rooms\":[\"bath\"]},\"明日进场线管\"],"
                   "\"plan\":[],\"crew\":{\"electrician\":2}}",
                   true);
    journal_pair_begin(&f->t);
    assert_int_equal(draft_put(f->t.db, JOURNAL_SITE, "daylog", "2026-11-17", draft, strlen(draft), "u-05",
                               (struct wall){ 1795000000000 }, &e),
                     0);
    journal_pair_commit(&f->t);
    today_rig_ask(f, "2026-11-17T16:00:00+08:00");
    today_rig_says(f,
                   "\"start\":{\"stage\":\"tiling\",\"done\":[{\"phrase\":\"plumbing_electrical/"
                   "wires-pulled\",\"rooms\":[\"bath\"]},\"明日进场线管\","
                   "{\"phrase\":\"any/swept\"}],\"plan\":[\"x\"],\"crew\":{\"electrician\":2}}",
                   true);
    today_rig_says(
        f, "\"draft\":{\"user\":\"u-05\",\"at\":\"2026-11-18T19:06:40.000+08:00\",\"data\":{\"stage\":\"tiling\"",
        true);
    /* Whatever a screen saved, the answer comes. */
    static const char odd[] = "{\"done\":7,\"plan\":[{}],\"crew\":{\"a\":\"x\",\"painter\":3},\"stage\":[]}";
    journal_pair_begin(&f->t);
    assert_int_equal(draft_put(f->t.db, JOURNAL_SITE, "daylog", "2026-11-17", odd, strlen(odd), "u-05",
                               (struct wall){ 1795000000000 }, &e),
                     0);
    journal_pair_commit(&f->t);
    today_rig_ask(f, "2026-11-17T16:00:00+08:00");
    today_rig_says(f, "\"明日进场线管\"],\"plan\":[],\"crew\":{\"painter\":3}}", true);
}

/* A viewer sees no drafts, nor a log that starts from one. */
static void test_viewer(void **state) {
    struct today_rig *f = *state;
    static const char draft[] = "{\"done\":[\"half\"],\"note\":\"secret\"}", *const roles[] = { "manager", "viewer" };
    struct err_text e;
    journal_pair_begin(&f->t);
    assert_int_equal(
        draft_put(f->t.db, JOURNAL_SITE, "daylog", "2026-11-17", draft, strlen(draft), "u-05", clock_wall(), &e), 0);
    journal_pair_commit(&f->t);
    for (int viewer = 0; viewer < 2; viewer++) {
        today_rig_ask_as(f, roles[viewer], "2026-11-17T16:00:00+08:00");
        today_rig_says(f, "secret", !viewer);
        today_rig_says(f, "half", !viewer);
        today_rig_says(f, "\"draft\":null", viewer);
    }
}

static void test_chips(void **state) {
    struct today_rig *f = *state;
    for (int i = 0; i < 3; i++) {
        char date[TZ_DATE_SIZE];
        tz_date_add("2026-11-16", i, date);
        today_rig_log(f, date,
                      i ? "\"stage\":\"tiling\",\"done\":[\"师傅请假\",{\"phrase\":\"tiling/"
                          "grouting\"}],\"plan\":[{\"phrase\":\"tiling/grouting\"}]"
                        : "\"stage\":\"tiling\",\"done\":[{\"phrase\":\"any/swept\"},{\"phrase\":\"gone/"
                          "phrase\"},\"一句很长很长很长很长很长很长很长很长很长很长很长很长的话\"]");
    }
    today_rig_ask(f, "2026-11-19T16:00:00+08:00");
    today_rig_says(
        f,
        "\"chips\":[{\"key\":\"tiling/grouting\",\"zh\":\"勾缝\",\"en\":\"grouting\",\"flags\":\"\",\"used\":4},"
        "{\"key\":null,\"zh\":\"师傅请假\",\"en\":\"师傅请假\",\"flags\":\"\",\"used\":2},"
        "{\"key\":\"any/swept\",\"zh\":\"工地清扫\",\"en\":\"swept\",\"flags\":\"\",\"used\":1},"
        "{\"key\":\"tiling/tiles-arrived\",\"zh\":\"瓷砖进场\",\"en\":\"tiles arrived\",\"flags\":\"M\",\"used\":0}",
        true);
    today_rig_says(f, "很长", false); /* it does not fit on a chip */
    today_rig_says(f, "gone/phrase", false);
}

/* The same stage in the list of stages. */
static void list_says(struct today_rig *f, const char *now, const char *key, const char *text) {
    struct stage_view view = { .site = JOURNAL_SITE, .fallback_tz = "Asia/Shanghai" };
    assert_int_equal(clock_parse(now, &view.now, NULL), 0);
    buf_clear(&f->out);
    assert_int_equal(stage_print(f->t.db, &view, key, &f->out), 0);
    today_rig_says(f, text, true);
}

/* Home's line and the list of stages say the same: how far, and how late. What was there on the first day that is known may have been there before. */
static void test_the_list_of_stages_agrees(void **state) {
    struct today_rig *f = *state;
    static const char friday[] = "2026-11-20T16:00:00+08:00", monday[] = "2026-11-23T16:00:00+08:00";
    today_rig_plan(f, "{\"stages\":[{\"key\":\"demolition\",\"planned_start\":\"2026-11-09\",\"planned_finish\":"
                      "\"2026-11-12\"},{\"key\":\"masonry\",\"planned_start\":\"2026-11-18\",\"planned_finish\":"
                      "\"2026-11-23\"}]}");
    list_says(f, friday, "masonry", "\"late_days\":2,\"logged\":null,\"state\":\"planned\"");
    today_rig_log(f, "2026-11-16", "\"note\":\"n\",\"stage\":\"demolition\"");
    today_rig_ask(f,
                  friday); /* logged, and nobody said that it began: as planned, since nothing is known from before */
    today_rig_says(f, "\"late_days\":7,\"state\":\"planned\"}", true);
    list_says(f, friday, "demolition", "\"late_days\":7,\"logged\":\"2026-11-16\",\"state\":\"planned\"");
    today_rig_event(f, "stage-started", "demolition", "{}");
    today_rig_event(f, "stage-finished", "demolition", "{}");
    list_says(f, friday, "demolition", "\"late_days\":0,\"logged\":\"2026-11-16\",\"state\":\"finished\"");
    journal_pair_now("2026-11-20T08:00:00+08:00");
    today_rig_event(f, "stage-started", "masonry", "{\"room\":\"kitchen\"}");
    today_rig_log(f, "2026-11-20", "\"note\":\"n\",\"stage\":\"masonry\"");
    today_rig_ask(f, friday);
    today_rig_says(f, "\"day\":1,\"days\":5,\"late_days\":2,\"state\":\"started\"}", true);
    list_says(f, friday, "masonry", "\"late_days\":2,\"logged\":\"2026-11-20\",\"state\":\"started\"");
    today_rig_event(f, "stage-finished", "masonry", "{\"room\":\"kitchen\"}");
    today_rig_ask(f, monday);
    today_rig_says(f, "\"late_days\":0,\"state\":\"finished\"}", true);
    list_says(f, monday, "masonry", "\"late_days\":0,\"logged\":\"2026-11-20\",\"state\":\"finished\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_first_day, today_rig_setup, today_rig_teardown),
        cmocka_unit_test_setup_teardown(test_midnight_and_ten, today_rig_setup, today_rig_teardown),
        cmocka_unit_test_setup_teardown(test_days_off, today_rig_setup, today_rig_teardown),
        cmocka_unit_test_setup_teardown(test_stage_of_the_plan, today_rig_setup, today_rig_teardown),
        cmocka_unit_test_setup_teardown(test_stage_without_dates, today_rig_setup, today_rig_teardown),
        cmocka_unit_test_setup_teardown(test_start, today_rig_setup, today_rig_teardown),
        cmocka_unit_test_setup_teardown(test_viewer, today_rig_setup, today_rig_teardown),
        cmocka_unit_test_setup_teardown(test_chips, today_rig_setup, today_rig_teardown),
        cmocka_unit_test_setup_teardown(test_the_list_of_stages_agrees, today_rig_setup, today_rig_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
