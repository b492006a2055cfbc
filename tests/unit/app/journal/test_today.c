/* SPDX-License-Identifier: MIT */
/* The home screen's answer: stage and days, what to start from, chips, what is due. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/alert.h"
#include "app/journal/today_alerts.h"
#include "app/journal/today.h"

#include "app/journal/daylog.h"
#include "app/journal/draft.h"
#include "app/journal/photo_request.h"
#include "app/journal/plan.h"
#include "app/journal/stage.h"
#include "firmware/base/cleanup.h"
#include "tests/support/journal_pair.h"

#include <stdio.h>
#include <string.h>

struct fixture {
    struct test_journal t;
    struct buf out;
    unsigned logs;
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    journal_pair_now("2026-11-16T08:00:00+08:00"); /* a Monday */
    journal_pair_open(&f->t, "b-01");
    buf_init(&f->out, 1u << 20);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    journal_pair_close(&f->t);
    buf_fini(&f->out);
    free(f);
    return 0;
}

static void ask_rejected(struct fixture *f, const char *now, int64_t rejected) {
    struct today_ask ask = {
        .site = JOURNAL_SITE, .board = "b-01", .fallback_tz = "Asia/Shanghai", .rejected = rejected
    };
    assert_int_equal(clock_parse(now, &ask.now, NULL), 0);
    buf_clear(&f->out);
    assert_int_equal(today_print(f->t.db, &ask, &f->out), 0);
}

static void ask(struct fixture *f, const char *now) { ask_rejected(f, now, 0); }

static void says(struct fixture *f, const char *text, bool there) {
    if ((strstr(f->out.data, text) != NULL) != there) fail_msg("%s: %s", text, f->out.data);
}

static void log_as(struct fixture *f, const char *date, const char *rest) {
    char data[1000];
    char id[ID_SIZE];
    (void)snprintf(id, sizeof id, "01990000-0000-7000-8000-%012u", ++f->logs % 1000u);
    (void)snprintf(data, sizeof data, "{\"date\":\"%s\",%s}", date, rest);
    struct event_draft draft = {
        .id = id, .type = "daylog-submitted", .subject_id = id, .actor = "user/u-01", .data = data
    };
    journal_pair_append(&f->t, &draft, NULL);
}

static void plan_as(struct fixture *f, const char *data) {
    struct event_draft draft = { .type = "plan-set", .subject_id = JOURNAL_SITE, .actor = "user/u-90", .data = data };
    journal_pair_append(&f->t, &draft, NULL);
}

static void test_first_day(void **state) {
    struct fixture *f = *state;
    ask(f, "2026-11-16T16:00:00+08:00");
    says(f,
         "{\"date\":\"2026-11-16\",\"until_ten\":false,\"stage\":{\"key\":\"preparation\",\"zh\":\"开工准备\",\"en\":"
         "\"preparation\",\"day\":1,\"days\":2,"
         "\"late_days\":0,\"state\":\"planned\"},\"held\":null,\"logged\":[],\"start\":{\"stage\":\"preparation\","
         "\"done\":[],\"plan\":[],"
         "\"crew\":{}}",
         true);
    says(f, "\"due\":[{\"kind\":\"daylog\",\"id\":\"2026-11-16\",\"due\":\"2026-11-16T18:30:00.000+08:00\"", true);
    says(f, "\"photos_today\":[],\"draft\":null}", true);
    says(f,
         "{\"key\":\"preparation/kick-off-briefing\",\"zh\":\"开工交底\",\"en\":\"kick-off "
         "briefing\",\"flags\":\"\",\"used\":0}",
         true);
    says(f, "\"key\":\"any/swept\"", true);
    says(f, "\"key\":\"tiling/", false);
    says(f, "is late", false);
    ask(f, "2026-11-16T18:30:01+08:00");
    says(f, "is late", true);
}

/* Around midnight and ten: which date it is, and whether yesterday's log is missed. */
static void test_midnight_and_ten(void **state) {
    struct fixture *f = *state;
    ask(f, "2026-11-16T23:59:59+08:00");
    says(f, "\"date\":\"2026-11-16\",\"until_ten\":false", true);
    ask(f, "2026-11-17T00:00:00+08:00");
    says(f, "\"date\":\"2026-11-17\",\"until_ten\":true", true);
    says(f, "\"due\":[{\"kind\":\"daylog\",\"id\":\"2026-11-16\",\"due\":\"2026-11-16T18:30:00.000+08:00\"", true);
    says(f, "{\"kind\":\"daylog\",\"id\":\"2026-11-17\"", true);
    ask(f, "2026-11-17T01:59:59Z");
    says(f, "\"until_ten\":true", true);
    ask(f, "2026-11-17T02:00:00Z");
    says(f, "\"until_ten\":false", true);
    says(f, "\"id\":\"2026-11-16\"", false);
    /* Not for a day before the site began. */
    ask(f, "2026-11-16T09:00:00+08:00");
    says(f, "\"until_ten\":true", true);
    says(f, "\"id\":\"2026-11-15\"", false);
    plan_as(f, "{\"timezone\":\"America/Los_Angeles\"}");
    ask(f, "2026-11-17T02:00:00Z");
    says(f, "\"date\":\"2026-11-16\",\"until_ten\":false", true);
    says(f, "2026-11-16T18:30:00.000-08:00", true);
}

static void test_days_off(void **state) {
    struct fixture *f = *state;
    ask(f, "2026-11-22T16:00:00+08:00"); /* a Sunday */
    says(f, "\"due\":[]", true);
    plan_as(f, "{\"cutoffs\":{\"holidays\":[\"2026-11-20\"],\"daylog\":\"17:15\"}}");
    ask(f, "2026-11-20T16:00:00+08:00");
    says(f, "\"due\":[]", true);
    ask(f, "2026-11-19T16:00:00+08:00");
    says(f, "2026-11-19T17:15:00.000+08:00", true);
    log_as(f, "2026-11-19", "\"note\":\"n\"");
    ask(f, "2026-11-19T16:00:00+08:00");
    says(f, "\"due\":[]", true);
    says(f, "\"logged\":[\"01990000-0000-7000-8000-000000000001\"]", true);
}

static void test_stage_of_the_plan(void **state) {
    struct fixture *f = *state;
    plan_as(f,
            "{\"stages\":[{\"key\":\"demolition\",\"planned_start\":\"2026-11-09\",\"planned_finish\":\"2026-11-12\"},"
            "{\"key\":\"plumbing_electrical\",\"planned_start\":\"2026-11-13\",\"planned_finish\":\"2026-11-25\"},"
            "{\"key\":\"own\",\"planned_start\":\"2026-11-26\",\"planned_finish\":\"2026-11-26\"}]}");
    ask(f, "2026-11-19T16:00:00+08:00"); /* Fri Sat Mon Tue Wed Thu; eleven working days planned */
    says(f,
         "\"stage\":{\"key\":\"plumbing_electrical\",\"zh\":\"水电\",\"en\":\"plumbing, "
         "electrical\",\"day\":6,\"days\":11,\"late_days\":5,\"state\":\"planned\"}",
         true); /* nothing is known of it: it has not begun */
    ask(f, "2026-11-01T16:00:00+08:00");
    says(f, "\"key\":\"demolition\",\"zh\":\"拆改\",\"en\":\"demolition\",\"day\":1,\"days\":4,\"late_days\":0", true);
    ask(f, "2026-12-01T16:00:00+08:00");
    says(f,
         "\"stage\":{\"key\":\"own\",\"zh\":\"own\",\"en\":\"own\",\"day\":5,\"days\":1,\"late_days\":4,\"state\":"
         "\"planned\"}",
         true);
    /* The first log of a board that came later: the stage may have begun as planned. */
    log_as(f, "2026-11-16", "\"note\":\"n\",\"stage\":\"plumbing_electrical\"");
    ask(f, "2026-11-17T16:00:00+08:00");
    says(f, "\"day\":4,\"days\":11,\"late_days\":0,\"state\":\"planned\"}", true);
    /* Logged before, and begun two working days late: behind by that from the first day. */
    log_as(f, "2026-11-12", "\"note\":\"n\",\"stage\":\"preparation\"");
    log_as(f, "2026-11-16", "\"note\":\"n\",\"stage\":\"plumbing_electrical\"");
    ask(f, "2026-11-17T16:00:00+08:00");
    says(f, "\"day\":2,\"days\":11,\"late_days\":2,\"state\":\"planned\"}", true);
    /* The newest log says where the site is, whatever the plan says; a note without a stage says nothing. */
    log_as(f, "2026-11-18", "\"note\":\"n\",\"stage\":\"demolition\"");
    log_as(f, "2026-11-19", "\"note\":\"n\"");
    ask(f, "2026-11-19T16:00:00+08:00");
    says(f,
         "\"stage\":{\"key\":\"demolition\",\"zh\":\"拆改\",\"en\":\"demolition\",\"day\":2,\"days\":4,\"late_days\":8,"
         "\"state\":\"planned\"}",
         true);
}

static void test_stage_without_dates(void **state) {
    struct fixture *f = *state;
    log_as(f, "2026-11-09", "\"note\":\"n\",\"stage\":\"demolition\"");
    ask(f, "2026-11-14T16:00:00+08:00");
    says(f, "\"day\":6,\"days\":4,\"late_days\":2,\"state\":\"planned\"}", true);
}

static void test_start(void **state) {
    struct fixture *f = *state;
    struct err_text e;
    static const char draft[] = "{\"stage\":\"tiling\",\"done\":[\"明日进场线管\",{\"phrase\":\"any/"
                                "swept\"}],\"plan\":[\"x\"],\"half\":{\"typed\":1}}";
    log_as(f, "2026-11-16",
           "\"stage\":\"plumbing_electrical\",\"note\":\"n\",\"plan\":[{\"phrase\":\"plumbing_electrical/"
           "wires-pulled\",\"rooms\":[\"bath\"]},"
           "\"明日进场线管\"],\"crew\":{\"electrician\":2}");
    ask(f, "2026-11-17T16:00:00+08:00");
    says(f,
         "\"start\":{\"stage\":\"plumbing_electrical\",\"done\":[{\"phrase\":\"plumbing_electrical/"
         "wires-pulled\",\"rooms\":[\"bath\"]},\"明日进场线管\"],"
         "\"plan\":[],\"crew\":{\"electrician\":2}}",
         true);
    journal_pair_begin(&f->t);
    assert_int_equal(draft_put(f->t.db, JOURNAL_SITE, "daylog", "2026-11-17", draft, strlen(draft), "u-05",
                               (struct wall){ 1795000000000 }, &e),
                     0);
    journal_pair_commit(&f->t);
    ask(f, "2026-11-17T16:00:00+08:00");
    says(f,
         "\"start\":{\"stage\":\"tiling\",\"done\":[{\"phrase\":\"plumbing_electrical/"
         "wires-pulled\",\"rooms\":[\"bath\"]},\"明日进场线管\","
         "{\"phrase\":\"any/swept\"}],\"plan\":[\"x\"],\"crew\":{\"electrician\":2}}",
         true);
    says(f, "\"draft\":{\"user\":\"u-05\",\"at\":\"2026-11-18T19:06:40.000+08:00\",\"data\":{\"stage\":\"tiling\"",
         true);
    /* Whatever a screen saved, the answer comes. */
    static const char odd[] = "{\"done\":7,\"plan\":[{}],\"crew\":{\"a\":\"x\",\"painter\":3},\"stage\":[]}";
    journal_pair_begin(&f->t);
    assert_int_equal(draft_put(f->t.db, JOURNAL_SITE, "daylog", "2026-11-17", odd, strlen(odd), "u-05",
                               (struct wall){ 1795000000000 }, &e),
                     0);
    journal_pair_commit(&f->t);
    ask(f, "2026-11-17T16:00:00+08:00");
    says(f, "\"明日进场线管\"],\"plan\":[],\"crew\":{\"painter\":3}}", true);
}

/* A viewer sees no drafts, nor a log that starts from one. */
static void test_viewer(void **state) {
    struct fixture *f = *state;
    static const char draft[] = "{\"done\":[\"half\"],\"note\":\"secret\"}", *const roles[] = { "manager", "viewer" };
    struct today_ask ask = { .site = JOURNAL_SITE, .board = "b-01", .fallback_tz = "Asia/Shanghai", .user = "u-07" };
    struct err_text e;
    assert_int_equal(clock_parse("2026-11-17T16:00:00+08:00", &ask.now, NULL), 0);
    journal_pair_begin(&f->t);
    assert_int_equal(
        draft_put(f->t.db, JOURNAL_SITE, "daylog", "2026-11-17", draft, strlen(draft), "u-05", ask.now, &e), 0);
    journal_pair_commit(&f->t);
    for (int viewer = 0; viewer < 2; viewer++) {
        ask.role = roles[viewer];
        buf_clear(&f->out);
        assert_int_equal(today_print(f->t.db, &ask, &f->out), 0);
        says(f, "secret", !viewer);
        says(f, "half", !viewer);
        says(f, "\"draft\":null", viewer);
    }
}

static void test_chips(void **state) {
    struct fixture *f = *state;
    for (int i = 0; i < 3; i++) {
        char date[TZ_DATE_SIZE];
        tz_date_add("2026-11-16", i, date);
        log_as(f, date,
               i ? "\"stage\":\"tiling\",\"done\":[\"师傅请假\",{\"phrase\":\"tiling/"
                   "grouting\"}],\"plan\":[{\"phrase\":\"tiling/grouting\"}]"
                 : "\"stage\":\"tiling\",\"done\":[{\"phrase\":\"any/swept\"},{\"phrase\":\"gone/"
                   "phrase\"},\"一句很长很长很长很长很长很长很长很长很长很长很长很长的话\"]");
    }
    ask(f, "2026-11-19T16:00:00+08:00");
    says(f,
         "\"chips\":[{\"key\":\"tiling/grouting\",\"zh\":\"勾缝\",\"en\":\"grouting\",\"flags\":\"\",\"used\":4},"
         "{\"key\":null,\"zh\":\"师傅请假\",\"en\":\"师傅请假\",\"flags\":\"\",\"used\":2},"
         "{\"key\":\"any/swept\",\"zh\":\"工地清扫\",\"en\":\"swept\",\"flags\":\"\",\"used\":1},"
         "{\"key\":\"tiling/tiles-arrived\",\"zh\":\"瓷砖进场\",\"en\":\"tiles arrived\",\"flags\":\"M\",\"used\":0}",
         true);
    says(f, "很长", false); /* it does not fit on a chip */
    says(f, "gone/phrase", false);
}

static void test_what_else_is_due(void **state) {
    struct fixture *f = *state;
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
    ask_rejected(f, "2026-11-22T16:00:00+08:00", 3);
    says(f,
         "\"due\":[{\"kind\":\"photo-request\",\"id\":\"01990000-0000-7000-8000-0000000000aa\",\"due\":\"2026-11-23T10:"
         "00:00+08:00\","
         "\"text\":{\"zh\":\"总部要一张照片：地漏\",\"en\":\"Head office asks for a photo: "
         "地漏\"},\"action\":\"photo\"},"
         "{\"kind\":\"rejected\",\"due\":null,\"text\":{\"zh\":\"总部退回了 3 条记录\",\"en\":\"Head office rejected 3 "
         "records\"},\"action\":\"status\"}]",
         true);
    journal_pair_append(&f->t, &photo, NULL);
    ask(f, "2026-11-22T23:59:59+08:00");
    says(f, "\"due\":[],\"photos_today\":[\"01990000-0000-7000-8000-0000000000bb\"]", true);
    ask(f, "2026-11-23T12:00:00+08:00");
    says(f, "\"photos_today\":[]", true);
}

static void raise(struct fixture *f, const char *rule, const char *subject, int64_t due_ms) {
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
    struct fixture *f = *state;
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
    ask(f, "2026-11-22T16:30:00+08:00");
    says(f,
         "\"due\":\"2026-11-22T15:59:59.000+08:00\",\"text\":{\"zh\":\"隐患\",\"en\":\"a "
         "hazard\"},\"action\":\"status\"},{\"kind\":\"alert\"",
         true);
    says(f, "\"action\":\"hazard\"}],\"photos_today\"", true);
    says(f, "\"subject\":\"hazard/01990000-0000-7000-8000-0000000000cc\",\"due\":\"2026-11-22T16:00:00.000+08:00\"",
         true);
}

static void as(struct fixture *f, const char *type, const char *subject, const char *data);

static void test_what_covers_works_warns(void **state) {
    struct fixture *f = *state;
    static const char warned[] = "\"warn\":{\"zh\":\"水电还没验收，先报验再封\"";
    log_as(f, "2026-11-16", "\"note\":\"n\",\"stage\":\"plumbing_electrical\"");
    ask(f, "2026-11-16T16:00:00+08:00");
    says(f, warned, true);
    as(f, "stage-started", "plumbing_electrical", "{}");
    as(f, "acceptance-requested", "plumbing_electrical", "{}");
    ask(f, "2026-11-16T16:00:00+08:00");
    says(f, warned, true);
    as(f, "stage-accepted", "plumbing_electrical", "{}");
    ask(f, "2026-11-16T16:00:00+08:00");
    says(f, "\"warn\"", false);
}

static void as(struct fixture *f, const char *type, const char *subject, const char *data) {
    struct event_draft draft = { .type = type, .subject_id = subject, .actor = "user/u-90", .data = data };
    journal_pair_append(&f->t, &draft, NULL);
}

/* The line says when the stage really began, and days that head office granted or on which it held the site are none. */
static void test_clocks_stand_still(void **state) {
    struct fixture *f = *state;
    plan_as(f,
            "{\"stages\":[{\"key\":\"demolition\",\"planned_start\":\"2026-11-09\",\"planned_finish\":\"2026-11-12\"},"
            "{\"key\":\"masonry\",\"planned_start\":\"2026-11-13\",\"planned_finish\":\"2026-11-17\"}]}");
    journal_pair_now("2026-11-09T08:00:00+08:00");
    as(f, "stage-started", "demolition", "{}");
    journal_pair_now("2026-11-16T08:00:00+08:00");
    as(f, "stage-started", "masonry", "{\"room\":\"kitchen\"}");
    ask(f, "2026-11-20T16:00:00+08:00"); /* Monday to Friday; begun two working days late */
    says(f,
         "\"key\":\"masonry\",\"zh\":\"砌筑抹灰\",\"en\":\"masonry, "
         "plaster\",\"day\":5,\"days\":4,\"late_days\":3,\"state\":\"started\"}",
         true);
    as(f, "delay-claimed", "01990000-0000-7000-8000-0000000000c1",
       "{\"reason\":\"no-water-power\",\"from\":\"2026-11-18\",\"to\":\"2026-11-19\",\"days\":2}");
    ask(f, "2026-11-20T16:00:00+08:00");
    says(f, "\"late_days\":3,\"state\":\"started\"}", true); /* claimed is not granted */
    as(f, "delay-decided", "01990000-0000-7000-8000-0000000000c1", "{\"decision\":\"granted\"}");
    ask(f, "2026-11-20T16:00:00+08:00");
    says(f, "\"day\":3,\"days\":4,\"late_days\":2,\"state\":\"started\"}", true);
    ask(f, "2026-11-18T16:00:00+08:00");
    says(f, "\"due\":[]", true); /* nor is a log due on such a day */
    as(f, "idle-day", "2026-11-20", "{\"date\":\"2026-11-20\",\"reason\":\"too-few-workers\"}");
    ask(f, "2026-11-20T16:00:00+08:00");
    says(f, "\"due\":[]", true);
    says(f, "\"late_days\":2,\"state\":\"started\"}", true); /* that nobody came is the company's own matter */
    journal_pair_now("2026-11-20T08:00:00+08:00");
    as(f, "site-held", JOURNAL_SITE, "{\"reason\":\"payment-overdue\"}");
    ask(f, "2026-11-23T16:00:00+08:00");
    says(f, "\"held\":{\"since\":\"2026-11-20T08:00:00.000+08:00\"", true);
    says(f, "\"due\":[]", true);
    says(f, "\"day\":2,\"days\":4,\"late_days\":2,\"state\":\"started\"}", true);
}

static void test_nobody_logs_what_was_handed_over(void **state) {
    struct fixture *f = *state;
    ask(f, "2026-11-20T16:00:00+08:00");
    says(f, "\"kind\":\"daylog\"", true);
    as(f, "handover-done", JOURNAL_SITE, "{\"date\":\"2026-11-20\",\"plan\":[]}");
    ask(f, "2026-11-20T16:00:00+08:00");
    says(f, "\"kind\":\"daylog\"", false);
}

static void ask_as(struct fixture *f, const char *role, const char *now) {
    struct today_ask ask = {
        .site = JOURNAL_SITE, .board = "b-01", .fallback_tz = "Asia/Shanghai", .user = "u-02", .role = role
    };
    assert_int_equal(clock_parse(now, &ask.now, NULL), 0);
    buf_clear(&f->out);
    assert_int_equal(today_print(f->t.db, &ask, &f->out), 0);
}

/* Who looks at the works is asked for no log, but for what is to be looked at. */
static void test_a_supervisor(void **state) {
    struct fixture *f = *state;
    static const char monday[] = "2026-11-16T16:00:00+08:00", report[] =
                                                                  "{\"kind\":\"inspection\",\"id\":\"2026-11-21\","
                                                                  "\"due\":\"2026-11-21T18:00:00.000+08:00\"";
    ask_as(f, "manager", monday);
    says(f, "\"kind\":\"daylog\"", true);
    says(f, "\"checks\"", false);
    ask_as(f, "supervisor", monday);
    says(f, "\"kind\":\"daylog\"", false);
    says(f, report, true);
    says(f, "\"kind\":\"acceptance\"", false);
    says(f, "\"checks\":{\"inspections\":0,\"open_hazards\":0,\"to_verify\":0}}", true);
    ask_as(f, "supervisor",
           "2026-11-21T18:00:00+08:00"); /* its hour has come: the alert tells, and the next week's is asked for */
    says(f, "\"id\":\"2026-11-28\"", true);
    as(f, "stage-started", "waterproofing", "{\"room\":\"master_bath\"}");
    as(f, "acceptance-requested", "waterproofing", "{\"room\":\"master_bath\"}");
    as(f, "stage-started", "waterproofing", "{\"room\":\"kitchen\"}");
    ask_as(f, "supervisor", monday);
    says(f,
         "{\"kind\":\"acceptance\",\"id\":\"waterproofing\",\"due\":null,\"text\":{\"zh\":\"验收：防水 主卫\",\"en\":",
         true);
    journal_pair_now("2026-11-16T09:00:00+08:00");
    as(f, "acceptance-requested", "waterproofing", "{\"room\":\"kitchen\"}");
    ask_as(f, "supervisor", monday);
    says(f, "验收：防水 主卫，另有 1 处", true);
    as(f, "inspection-submitted", "01990000-0000-7000-8000-0000000000e1",
       "{\"date\":\"2026-11-16\",\"stage\":\"demolition\",\"items\":[],\"results\":[],\"verdict\":\"pass\","
       "\"passed\":0,\"failed\":0,\"not_applicable\":0,\"red\":0}");
    as(f, "hazard-raised", "01990000-0000-7000-8000-0000000000e2",
       "{\"text\":\"脏\",\"severity\":\"notice\",\"due\":\"2026-11-23T23:59:59+08:00\"}");
    as(f, "hazard-assigned", "01990000-0000-7000-8000-0000000000e2", "{\"assignee\":\"u-01\"}");
    as(f, "hazard-rectified", "01990000-0000-7000-8000-0000000000e2",
       "{\"photos\":[\"01990000-0000-7000-8000-0000000000e3\"]}");
    ask_as(f, "supervisor", monday);
    says(f, "\"kind\":\"inspection\"", false);
    says(f, "\"checks\":{\"inspections\":1,\"open_hazards\":1,\"to_verify\":1}}", true);
}

/* The same stage in the list of stages. */
static void list_says(struct fixture *f, const char *now, const char *key, const char *text) {
    struct stage_view view = { .site = JOURNAL_SITE, .fallback_tz = "Asia/Shanghai" };
    assert_int_equal(clock_parse(now, &view.now, NULL), 0);
    buf_clear(&f->out);
    assert_int_equal(stage_print(f->t.db, &view, key, &f->out), 0);
    says(f, text, true);
}

/* Home's line and the list of stages say the same: how far, and how late. What was there on the first day that is known may have been there before. */
static void test_the_list_of_stages_agrees(void **state) {
    struct fixture *f = *state;
    static const char friday[] = "2026-11-20T16:00:00+08:00", monday[] = "2026-11-23T16:00:00+08:00";
    plan_as(f, "{\"stages\":[{\"key\":\"demolition\",\"planned_start\":\"2026-11-09\",\"planned_finish\":"
               "\"2026-11-12\"},{\"key\":\"masonry\",\"planned_start\":\"2026-11-18\",\"planned_finish\":"
               "\"2026-11-23\"}]}");
    list_says(f, friday, "masonry", "\"late_days\":2,\"logged\":null,\"state\":\"planned\"");
    log_as(f, "2026-11-16", "\"note\":\"n\",\"stage\":\"demolition\"");
    ask(f, friday); /* logged, and nobody said that it began: as planned, since nothing is known from before */
    says(f, "\"late_days\":7,\"state\":\"planned\"}", true);
    list_says(f, friday, "demolition", "\"late_days\":7,\"logged\":\"2026-11-16\",\"state\":\"planned\"");
    as(f, "stage-started", "demolition", "{}");
    as(f, "stage-finished", "demolition", "{}");
    list_says(f, friday, "demolition", "\"late_days\":0,\"logged\":\"2026-11-16\",\"state\":\"finished\"");
    journal_pair_now("2026-11-20T08:00:00+08:00");
    as(f, "stage-started", "masonry", "{\"room\":\"kitchen\"}");
    log_as(f, "2026-11-20", "\"note\":\"n\",\"stage\":\"masonry\"");
    ask(f, friday);
    says(f, "\"day\":1,\"days\":5,\"late_days\":2,\"state\":\"started\"}", true);
    list_says(f, friday, "masonry", "\"late_days\":2,\"logged\":\"2026-11-20\",\"state\":\"started\"");
    as(f, "stage-finished", "masonry", "{\"room\":\"kitchen\"}");
    ask(f, monday);
    says(f, "\"late_days\":0,\"state\":\"finished\"}", true);
    list_says(f, monday, "masonry", "\"late_days\":0,\"logged\":\"2026-11-20\",\"state\":\"finished\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_first_day, setup, teardown),
        cmocka_unit_test_setup_teardown(test_midnight_and_ten, setup, teardown),
        cmocka_unit_test_setup_teardown(test_days_off, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stage_of_the_plan, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stage_without_dates, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_list_of_stages_agrees, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_supervisor, setup, teardown),
        cmocka_unit_test_setup_teardown(test_start, setup, teardown),
        cmocka_unit_test_setup_teardown(test_viewer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_chips, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_else_is_due, setup, teardown),
        cmocka_unit_test_setup_teardown(test_alerts_that_stand, setup, teardown),
        cmocka_unit_test_setup_teardown(test_clocks_stand_still, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nobody_logs_what_was_handed_over, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_covers_works_warns, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
