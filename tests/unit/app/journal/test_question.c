/* SPDX-License-Identifier: MIT */
/* Questions: who may ask and answer, when they are due over evenings, weekends, holidays and daylight saving, being opened again; calls to the
 * homeowner and what follows from them; the hand-over and what is in its way. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/callback.h"
#include "app/journal/change.h"
#include "app/journal/confirmation.h"
#include "app/journal/handover.h"
#include "app/journal/material.h"
#include "app/journal/question.h"
#include "app/journal/site.h"
#include "app/journal/today.h"
#include "app/journal/standstill.h"

#include "tests/support/post_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool office = true, site = false;

static int ask(struct post_rig *f, unsigned n, const char *from, const char *to, bool *who) {
    return post_rig_send(f, question_post_ask, NULL, who, n, "'from':'%s','to':'%s','text':'插座在哪'", from, to);
}

/* ---- working time ---- */

static void working_time_stands_still_at_night_and_on_days_off(void **state) {
    static char holidays[2][TZ_DATE_SIZE] = { "2026-12-25", "2027-01-01" };
    static const struct {
        const char *zone, *from;
        int minutes, days;
        const char *due;
    } cases[] = {
        { "Asia/Shanghai", "2026-11-23T10:00:00+08:00", 120, 0, "2026-11-23T12:00:00.000+08:00" },
        { "Asia/Shanghai", "2026-11-23T06:00:00+08:00", 120, 0, "2026-11-23T10:30:00.000+08:00" },
        { "Asia/Shanghai", "2026-11-23T16:00:00+08:00", 120, 0, "2026-11-23T18:00:00.000+08:00" },
        { "Asia/Shanghai", "2026-11-23T17:00:30+08:00", 120, 0, "2026-11-24T09:30:30.000+08:00" },
        { "Asia/Shanghai", "2026-11-23T18:00:00+08:00", 120, 0, "2026-11-24T10:30:00.000+08:00" },
        { "Asia/Shanghai", "2026-11-28T17:30:00+08:00", 120, 0, "2026-11-30T10:00:00.000+08:00" }, /* a Saturday */
        { "Asia/Shanghai", "2026-11-22T12:00:00+08:00", 120, 0, "2026-11-23T10:30:00.000+08:00" }, /* a Sunday */
        { "Asia/Shanghai", "2026-12-24T17:30:00+08:00", 120, 0, "2026-12-26T10:00:00.000+08:00" }, /* a holiday */
        { "Asia/Shanghai", "2026-11-23T16:00:00+08:00", 1200, 0, "2026-11-25T17:00:00.000+08:00" },
        { "Asia/Shanghai", "2026-11-26T16:00:05+08:00", 0, 3, "2026-11-30T16:00:05.000+08:00" },
        { "Asia/Shanghai", "2026-11-29T16:00:00+08:00", 0, 3, "2026-12-03T00:00:00.000+08:00" },
        { "Asia/Shanghai", "2026-12-31T23:59:59+08:00", 0, 3, "2027-01-05T23:59:59.000+08:00" },
        { "Europe/Berlin", "2026-10-24T17:30:00+02:00", 60, 0, "2026-10-26T09:00:00.000+01:00" }, /* clocks go back */
        { "Europe/Berlin", "2026-03-28T16:00:00+01:00", 0, 1, "2026-03-30T16:00:00.000+02:00" },
    };
    struct plan_cutoffs c = { .holidays = holidays, .holiday_count = 2 };
    (void)state;
    for (int day = 1; day <= 6; day++) c.workday[day] = true;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wall from, due;
        struct tz *tz = NULL;
        char text[CLOCK_TEXT_SIZE];
        assert_int_equal(tz_create(cases[i].zone, &tz, NULL), 0);
        assert_int_equal(clock_parse(cases[i].from, &from, NULL), 0);
        struct standstill clock = { .cutoffs = &c, .tz = tz };
        due = cases[i].days ? standstill_run(&clock, from, cases[i].days * INT64_C(86400000), STANDSTILL_ALL_HOURS)
                            : standstill_run(&clock, from, cases[i].minutes * INT64_C(60000), STANDSTILL_WORK_HOURS);
        clock_format(due, tz_offset_s(tz, due), text);
        assert_string_equal(text, cases[i].due);
        tz_destroy(tz);
    }
}

static void nobody_ever_works_is_an_end_too(void **state) {
    struct plan_cutoffs c = { 0 };
    struct tz *tz = NULL;
    (void)state;
    assert_int_equal(tz_create("UTC", &tz, NULL), 0);
    struct standstill clock = { .cutoffs = &c, .tz = tz };
    assert_true(standstill_run(&clock, (struct wall){ 0 }, 1, STANDSTILL_WORK_HOURS).ms == STANDSTILL_NEVER);
    assert_true(standstill_run(&clock, (struct wall){ 0 }, 1, STANDSTILL_ALL_HOURS).ms == STANDSTILL_NEVER);
    tz_destroy(tz);
}

/* ---- questions ---- */

static void questions_have_their_clocks(void **state) {
    struct post_rig *f = *state; /* a Sunday, 16:10 */
    struct question_query q = { .site = JOURNAL_SITE, .state = "late", .limit = 10 };
    assert_int_equal(ask(f, 1, "site", "designer", &site), 0);
    post_rig_has(f, "'state':'open','late':false,'from':'site','to':'designer'");
    post_rig_has(f, "'due':'2026-11-26T00:00:00.000+08:00'"); /* three days of the site's clock */
    assert_int_equal(ask(f, 2, "customer", "site", &site), 0);
    post_rig_has(f, "'due':'2026-11-23T10:30:00.000+08:00'");
    assert_int_equal(clock_parse("2026-11-23T10:30:01+08:00", &q.now, NULL), 0);
    buf_clear(&f->answer);
    assert_int_equal(question_list(f->t.db, &q, &f->answer, &f->e), 0);
    post_rig_has(f, post_rig_id(2));
    post_rig_has(f, "'late':true");
    assert_null(strstr(f->answer.data, post_rig_id(1)));
    post_rig_plan(f, "'cutoffs':{'holidays':['2026-11-23']}");
    assert_int_equal(ask(f, 3, "customer", "site", &site), 0);
    post_rig_has(f, "'due':'2026-11-24T10:30:00.000+08:00'");
}

static void who_asks_and_who_answers(void **state) {
    struct post_rig *f = *state;
    assert_int_equal(ask(f, 1, "designer", "site", &site), ERR_DENIED);
    assert_int_equal(ask(f, 1, "office", "site", &site), ERR_DENIED);
    assert_int_equal(ask(f, 1, "site", "site", &site), ERR_INVALID);
    assert_string_equal(f->e.field, "to");
    assert_int_equal(ask(f, 1, "site", "customer", &site), ERR_INVALID);
    assert_int_equal(ask(f, 1, "office", "site", &office), 0);
    assert_int_equal(ask(f, 2, "site", "designer", &site), 0);
    assert_int_equal(post_rig_send(f, question_post_answer, post_rig_id(2), &site, 3, "'text':'a'"), ERR_DENIED);
    assert_int_equal(post_rig_send(f, question_post_answer, post_rig_id(2), &office, 3, "'text':'电话13900001234'"), 0);
    post_rig_has(f, "'answer':{'text':'电话139****1234'");
    assert_int_equal(post_rig_send(f, question_post_answer, post_rig_id(1), &site, 4, "'text':'a'"), 0);
    assert_int_equal(post_rig_send(f, question_post_answer, post_rig_id(9), &site, 5, "'text':'a'"), ERR_NOT_FOUND);
}

static void an_answered_question_can_be_opened_again(void **state) {
    struct post_rig *f = *state;
    assert_int_equal(ask(f, 1, "customer", "site", &site), 0);
    assert_int_equal(post_rig_send(f, question_post_again, post_rig_id(1), &site, 2, "'text':'b'"), ERR_CONFLICT);
    assert_string_equal(f->allowed, "[\"answer\"]");
    assert_int_equal(post_rig_send(f, question_post_answer, post_rig_id(1), &site, 3, "'text':'a'"), 0);
    post_rig_has(f, "'state':'answered'");
    assert_int_equal(post_rig_send(f, question_post_answer, post_rig_id(1), &site, 4, "'text':'a'"), ERR_CONFLICT);
    assert_string_equal(f->allowed, "[\"ask\"]");
    journal_pair_now("2026-11-24T09:00:00+08:00");
    assert_int_equal(post_rig_send(f, question_post_again, post_rig_id(1), &site, 5, "'text':'还是不对'"), 0);
    post_rig_has(f, "'state':'open','late':false");
    post_rig_has(f, "'again':'还是不对'");
    post_rig_has(f, "'due':'2026-11-24T11:00:00.000+08:00'");
    post_rig_has(f, "'rounds':2");
    journal_pair_rebuild(&f->t);
}

static void both_ends_fold_to_the_same(void **state) {
    struct post_rig *f = *state;
    struct test_journal hub;
    unsigned seed = journal_pair_seed();
    journal_pair_open(&hub, "hub");
    for (unsigned i = 0; i < 4; i++) assert_int_equal(ask(f, 10 + i, "office", "site", &office), 0);
    journal_pair_carry(&f->t, &hub, &seed);
    for (unsigned i = 0; i < 4; i++) {
        struct event_draft draft = { .id = post_rig_id(40 + i),
                                     .site = JOURNAL_SITE,
                                     .type = "question-answered",
                                     .subject_id = post_rig_id(10 + i),
                                     .actor = "user/u-09",
                                     .data = "{\"text\":\"hub\"}" };
        journal_pair_append(&hub, &draft, NULL);
        if (i % 2 == 0)
            assert_int_equal(post_rig_send(f, question_post_answer, post_rig_id(10 + i), &site, 20 + i, "'text':'a'"),
                             0);
        if (i == 2)
            assert_int_equal(post_rig_send(f, question_post_again, post_rig_id(12), &site, 30, "'text':'again'"), 0);
    }
    journal_pair_carry(&hub, &f->t, &seed);
    journal_pair_carry(&f->t, &hub, &seed);
    journal_pair_same(&f->t, &hub);
    char *late = journal_pair_value(&hub, "SELECT count(*) FROM late");
    assert_string_equal(late, "2");
    free(late);
    journal_pair_rebuild(&hub);
    journal_pair_close(&hub);
}

/* ---- calls ---- */

static int call(struct post_rig *f, unsigned n, const char *rest) {
    char body[1024];
    struct post p = { .site = JOURNAL_SITE, .actor = "user/u-09" };
    (void)snprintf(body, sizeof body, "{'id':'%s',%s}", post_rig_id(n), rest);
    for (char *c = body; *c; c++)
        if (*c == '\'') *c = '"';
    buf_clear(&f->answer);
    journal_pair_begin(&f->t);
    int rc = callback_make(f->t.journal, f->t.db, &p, body, strlen(body), &f->out, &f->answer, &f->e);
    return journal_pair_end(&f->t, rc);
}

static void due_now(struct post_rig *f, bool all) {
    buf_clear(&f->answer);
    assert_int_equal(callback_print_due(f->t.db, "Asia/Shanghai", clock_wall(), all, &f->answer), 0);
}

static void a_call_brings_its_questions(void **state) {
    struct post_rig *f = *state;
    assert_int_equal(call(f, 1, "'score':6"), ERR_INVALID);
    assert_string_equal(f->e.field, "score");
    assert_int_equal(call(f, 1, "'score':4,'next':'2026-11-22'"), ERR_INVALID);
    assert_string_equal(f->e.field, "next");
    assert_int_equal(call(f, 1, "'score':4,'note':'满意','questions':['几号完工','打13900001234']"), 0);
    post_rig_has(f, "'date':'2026-11-22','score':4,'note':'满意','questions':['几号完工','打139****1234'],'next':null");
    assert_int_equal(call(f, 1, "'score':4,'note':'满意','questions':['几号完工','打13900001234']"), ERR_EXISTS);
    char *n =
        journal_pair_value(&f->t, "SELECT count(*) || max(text) || max(due_ms) FROM question WHERE asker = 'customer'"
                                  " AND asked_of = 'site'");
    assert_string_equal(n, "2打139****12341795401000000");
    free(n);
    n = journal_pair_value(&f->t, "SELECT count(*) FROM event WHERE json_extract(bytes, '$.inreplyto') ="
                                  " '01935d2a-1c00-7abc-8def-000000000001'");
    assert_string_equal(n, "2");
    free(n);
    journal_pair_rebuild(&f->t);
}

static void who_is_due_is_told_with_what_happened(void **state) {
    struct post_rig *f = *state;
    due_now(f, true);
    post_rig_has(f, "{'callbacks':[]}"); /* nothing has happened yet */
    post_rig_plan(f, "'name':'1-302','stages':[{'key':'demolition','planned_finish':'2026-12-01'},{'key':'tiling',"
                     "'planned_finish':'2026-12-20'}],'customer':{'name':'欧阳某','phone':'13900001234'}");
    for (int i = 0; i < 7; i++) {
        char data[200];
        (void)snprintf(data, sizeof data,
                       "{\"date\":\"2026-11-22\",\"done\":[{\"phrase\":\"demolition/walls-removed\"},\"第%d件\"]}", i);
        struct event_draft draft = { .type = "daylog-submitted",
                                     .subject_id = post_rig_id(50 + (unsigned)i),
                                     .id = post_rig_id(50 + (unsigned)i),
                                     .actor = "user/u-01",
                                     .data = data };
        journal_pair_append(&f->t, &draft, NULL);
    }
    due_now(f, false);
    post_rig_has(f, "{'callbacks':[]}");
    journal_pair_now("2026-12-07T10:00:00+08:00");
    due_now(f, false);
    post_rig_has(f, "'site':'" JOURNAL_SITE "','name':'1-302','customer':{'name':'欧**','phone':'139****1234'},"
                    "'due':'2026-12-07','last':null,'score':null,'late_days':0"); /* a Sunday's is Monday's */
    post_rig_has(f, "'stage':null,'text':{'zh':'拆墙、第6件','en':'walls removed, 第6件'}");
    post_rig_has(f, "'text':{'zh':'拆墙、第2件','en':'walls removed, 第2件'}}]");
    assert_null(strstr(f->answer.data, "第1件"));
    post_rig_has(
        f, "'delay':null,'next':{'stage':'demolition','zh':'拆改','en':'demolition','planned_finish':'2026-12-01'}");
    struct event_draft start = {
        .type = "stage-started", .subject_id = "demolition", .actor = "user/u-01", .data = "{}"
    };
    journal_pair_append(&f->t, &start, NULL);
    due_now(f, false);
    post_rig_has(f, "'stage':{'zh':'拆改','en':'demolition'},'text':{'zh':'开工','en':'started'}");
    assert_int_equal(call(f, 1, "'score':5"), 0);
    due_now(f, false);
    post_rig_has(f, "{'callbacks':[]}");
    due_now(f, true);
    post_rig_has(f, "'due':'2026-12-21','last':'2026-12-07','score':5,'late_days':0,'digest':{'lines':[],");
    post_rig_plan(f, "'cutoffs':{'callback_days':7}");
    due_now(f, true);
    post_rig_has(f, "'due':'2026-12-14'");
    assert_int_equal(call(f, 2, "'score':3,'next':'2026-12-09'"), 0);
    due_now(f, true);
    post_rig_has(f, "'due':'2026-12-09'");
}

/* ---- hand-over ---- */

static int hand_over(struct post_rig *f, unsigned n, const char *rest, struct buf *open) {
    char body[256];
    struct post p = { .site = JOURNAL_SITE, .actor = "user/u-01" };
    (void)snprintf(body, sizeof body, "{\"id\":\"%s\"%s}", post_rig_id(n), rest);
    buf_clear(&f->answer);
    buf_clear(open);
    journal_pair_begin(&f->t);
    int rc = handover_make(f->t.journal, f->t.db, &p, body, strlen(body), &f->out, &f->answer, open, &f->e);
    return journal_pair_end(&f->t, rc);
}

/* ---- the home screen ---- */

static void dues(struct post_rig *f, const char *role) {
    struct today_ask ask = { .site = JOURNAL_SITE,
                             .board = "b-01",
                             .fallback_tz = "Asia/Shanghai",
                             .now = clock_wall(),
                             .user = "u-01",
                             .role = role };
    buf_clear(&f->answer);
    assert_int_equal(today_print(f->t.db, &ask, &f->answer), 0);
}

static void what_presses_is_on_the_home_screen(void **state) {
    struct post_rig *f = *state;
    assert_int_equal(ask(f, 1, "customer", "site", &site), 0);
    assert_int_equal(ask(f, 2, "site", "designer", &site), 0); /* is not the site's to answer */
    assert_int_equal(
        post_rig_send(f, change_post_request, NULL, NULL, 3, "'amount':1,'reason':'owner-adds','text':'加柜子'"), 0);
    assert_int_equal(post_rig_send(f, material_post_new, NULL, NULL, 4, "'name':'地砖','expected':'2026-11-22'"), 0);
    assert_int_equal(post_rig_send(f, material_post_new, NULL, NULL, 5,
                                   "'name':'木门','kind':'door','expected':'2027-02-01','needed':'2026-12-29'"),
                     0);
    assert_int_equal(post_rig_send(f, material_post_new, NULL, NULL, 6,
                                   "'name':'衣柜','kind':'cabinet','expected':'2027-02-01','needed':'2027-01-31'"),
                     0);
    dues(f, "crew");
    post_rig_has(f, "{'kind':'question','id':'01935d2a-1c00-7abc-8def-000000000001','due':'2026-11-23T10:30:00.000+08:"
                    "00','text':{'zh':'业主问：插座在哪'");
    post_rig_has(
        f, "{'kind':'material','id':'01935d2a-1c00-7abc-8def-000000000004','due':null,'text':{'zh':'今天到场：地砖'");
    post_rig_has(f, "{'kind':'measure','id':'01935d2a-1c00-7abc-8def-000000000005','due':null,'text':{'zh':'"
                    "该复尺了：木门','en':'To be measured: 木门'},'action':'material'}");
    assert_null(strstr(f->answer.data, "000000000002"));
    assert_null(strstr(f->answer.data, "000000000006"));
    assert_int_equal(
        post_rig_send(f, change_post_decision, post_rig_id(3), NULL, 7, "'subject':'change/x','decision':'approved'"),
        0);
    dues(f, "crew");
    assert_null(strstr(f->answer.data, "\"kind\":\"change\""));
    dues(f, "manager");
    post_rig_has(
        f, "'text':{'zh':'请业主确认变更：加柜子','en':'The customer has to confirm: 加柜子'},'action':'change'}");
    assert_int_equal(post_rig_send(f, material_post_arrive, post_rig_id(4), NULL, 8, "%s", ""), 0);
    journal_pair_now("2026-11-23T08:00:00+08:00");
    dues(f, "viewer");
    assert_null(strstr(f->answer.data, "\"question\""));
    dues(f, "crew");
    assert_null(strstr(f->answer.data, "地砖"));
}

static void a_job_is_closed_when_nothing_is_open(void **state) {
    struct pressing_scope scope;
    struct tz *tz = NULL;
    struct post_rig *f = *state;
    struct buf open;
    bool done = true;
    char date[TZ_DATE_SIZE];
    buf_init(&open, 65536);
    assert_int_equal(handover_done(f->t.db, JOURNAL_SITE, &done, date), 0);
    assert_false(done);
    assert_int_equal(
        post_rig_send(f, change_post_request, NULL, NULL, 1, "'amount':1,'reason':'owner-adds','text':'x'"), 0);
    assert_int_equal(hand_over(f, 2, "", &open), ERR_CONFLICT);
    post_rig_holds(&open, "[{'kind':'change','subject':'change/01935d2a-1c00-7abc-8def-000000000001'");
    assert_int_equal(
        post_rig_send(f, change_post_decision, post_rig_id(1), NULL, 3, "'subject':'change/x','decision':'approved'"),
        0);
    assert_int_equal(hand_over(f, 2, "", &open), ERR_CONFLICT);
    post_rig_holds(&open, "'kind':'confirmation'");
    assert_int_equal(post_rig_send(f, confirmation_post_office, NULL, NULL, 4, "'subject':'change/%s','method':'crm'",
                                   post_rig_id(1)),
                     0);
    assert_int_equal(hand_over(f, 2, ",\"date\":\"2026-11-23\"", &open), ERR_INVALID);
    assert_string_equal(f->e.field, "date");
    assert_int_equal(hand_over(f, 2, ",\"date\":\"2024-02-29\"", &open), 0);
    post_rig_has(f, "'done':true,'date':'2024-02-29'");
    post_rig_has(f, "'plan':[{'years':1,'date':'2025-02-28','zh':'水电检查，墙面裂缝检查'");
    post_rig_has(f, "{'years':3,'date':'2027-02-28'");
    post_rig_has(f, "{'years':5,'date':'2029-02-28'");
    assert_int_equal(hand_over(f, 2, ",\"date\":\"2024-02-29\"", &open), ERR_EXISTS);
    assert_int_equal(hand_over(f, 5, "", &open), ERR_CONFLICT);
    assert_int_equal(open.len, 0);
    assert_int_equal(handover_done(f->t.db, JOURNAL_SITE, &done, date), 0);
    assert_true(done);
    assert_string_equal(date, "2024-02-29");
    buf_clear(&f->answer);
    assert_int_equal(tz_create("Asia/Shanghai", &tz, NULL), 0);
    pressing_scope_init(&scope, tz, "Asia/Shanghai", clock_wall());
    tz_destroy(tz);
    assert_int_equal(site_list(f->t.db, &scope, &f->answer), 0);
    post_rig_has(f, "'closed':'2024-02-29'");
    due_now(f, true);
    post_rig_has(f, "{'callbacks':[]}"); /* nobody is called any more */
    journal_pair_rebuild(&f->t);
    buf_fini(&open);
}

static void say(struct post_rig *f, const char *type, const char *subject, const char *data) {
    struct event_draft draft = { .type = type, .subject_id = subject, .actor = "user/u-01", .data = data };
    journal_pair_append(&f->t, &draft, NULL);
}

static void gates_and_tests_are_in_the_way(void **state) {
    struct post_rig *f = *state;
    struct buf open;
    buf_init(&open, 65536);
    post_rig_plan(f, "'stages':[{'key':'carpentry'},{'key':'painting'},{'key':'completion'}]");
    say(f, "stage-started", "carpentry", "{}");
    say(f, "timed-test-started", post_rig_id(20),
        "{\"kind\":\"hold\",\"stage\":\"hvac\",\"value\":1,\"unit\":\"MPa\"}");
    assert_int_equal(hand_over(f, 1, "", &open), ERR_CONFLICT);
    post_rig_holds(&open, "{'kind':'test','subject':'test/01935d2a-1c00-7abc-8def-000000000014'");
    post_rig_holds(&open, "{'kind':'gate','subject':'stage/carpentry'");
    post_rig_holds(&open, "{'kind':'gate','subject':'stage/completion'");
    assert_null(strstr(open.data, "stage/painting")); /* a soft one */
    say(f, "timed-test-finished", post_rig_id(20), "{\"value\":1,\"result\":\"pass\"}");
    say(f, "stage-finished", "carpentry", "{}");
    say(f, "stage-accepted", "carpentry", "{}");
    say(f, "stage-started", "completion", "{}");
    say(f, "acceptance-requested", "completion", "{}");
    say(f, "stage-accepted", "completion", "{}");
    assert_int_equal(hand_over(f, 1, "", &open), ERR_CONFLICT);
    post_rig_holds(&open,
                   "[{'kind':'gate','subject':'stage/completion','zh':'竣工还没验收（三方签字）：业主还没签字确认");
    assert_int_equal(
        post_rig_send(f, confirmation_post_office, NULL, NULL, 4, "'subject':'stage/completion','method':'crm'"), 0);
    assert_int_equal(hand_over(f, 1, "", &open), 0);
    buf_fini(&open);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, post_rig_setup, post_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(working_time_stands_still_at_night_and_on_days_off),
        cmocka_unit_test(nobody_ever_works_is_an_end_too),
        TEST(questions_have_their_clocks),
        TEST(who_asks_and_who_answers),
        TEST(an_answered_question_can_be_opened_again),
        TEST(both_ends_fold_to_the_same),
        TEST(a_call_brings_its_questions),
        TEST(who_is_due_is_told_with_what_happened),
        TEST(what_presses_is_on_the_home_screen),
        TEST(a_job_is_closed_when_nothing_is_open),
        TEST(gates_and_tests_are_in_the_way),
    };
    return cmocka_run_group_tests_name("question", tests, NULL, NULL);
}
