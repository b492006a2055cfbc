/* SPDX-License-Identifier: MIT */
/* What the rules know: every table's facts become an alert where they should, the same one at a board and at head office; what stands still, is settled,
 * set otherwise or handed over says nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/board.h"
#include "app/journal/rules.h"
#include "app/journal/rules_load.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"
#include "tests/support/journal_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID(n) "01990000-0000-7000-8000-00000000000" #n

struct fixture {
    struct test_journal board, hub;
    unsigned seed;
};

/* It is Monday, 2026-11-23. */
static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    f->seed = journal_pair_seed();
    journal_pair_grade(CLOCK_NTP);
    journal_pair_now("2026-11-23T09:00:00+08:00");
    journal_pair_open(&f->board, "b-01");
    journal_pair_open(&f->hub, "hub");
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    journal_pair_close(&f->board);
    journal_pair_close(&f->hub);
    free(f);
    return 0;
}

/* At that time on 2026-11-{day}; ' in data stands for ". */
static void tell(struct test_journal *t, const char *at, const char *type, const char *subject, const char *data) {
    char json[600], now[40];
    size_t n = 0;
    for (; data[n] && n + 1 < sizeof json; n++) json[n] = data[n] == '\'' ? '"' : data[n];
    json[n] = '\0';
    (void)snprintf(now, sizeof now, "2026-11-%s:00+08:00", at);
    journal_pair_now(now);
    struct event_draft d = {
        .site = JOURNAL_SITE, .type = type, .subject_id = subject, .actor = "user/u-01", .data = json
    };
    journal_pair_append(t, &d, NULL);
}

static void judge(struct test_journal *t, bool hub, const char *now, struct rules_alerts *out) {
    struct rules_limits limits;
    struct rules_site s;
    struct wall at;
    rules_limits_default(&limits);
    assert_int_equal(clock_parse(now, &at, NULL), 0);
    assert_int_equal(rules_load(t->db, JOURNAL_SITE, "Asia/Shanghai", &limits, at, &s), 0);
    s.listening.ms = 1;
    assert_int_equal(rules_judge(&s, at, CLOCK_NTP, hub, out), 0);
    rules_site_fini(&s);
}

/* "due level" of that alert, "" where there is none, which is the same at both ends; but for rules of one end only. */
static const char *stands(struct fixture *f, const char *at, const char *rule, const char *subject) {
    static char text[60];
    char now[40], each[2][60] = { "", "" };
    (void)snprintf(now, sizeof now, "2026-%s:00+08:00", at);
    journal_pair_carry(&f->board, &f->hub, &f->seed);
    journal_pair_carry(&f->hub, &f->board, &f->seed);
    for (int end = 0; end < 2; end++) {
        struct rules_alerts a = { 0 };
        judge(end ? &f->hub : &f->board, end, now, &a);
        for (size_t i = 0; i < a.count; i++) {
            char due[CLOCK_TEXT_SIZE];
            if (strcmp(a.list[i].rule, rule) != 0 || strcmp(a.list[i].subject, subject) != 0) continue;
            clock_format(a.list[i].due, 8 * 3600, due);
            (void)snprintf(each[end], sizeof each[end], "%.11s %s", due + 5, a.list[i].level);
        }
        rules_alerts_fini(&a);
    }
    if (rules_scope(rule) == RULES_BOTH) assert_string_equal(each[0], each[1]);
    memcpy(text, each[1], sizeof text);
    return text;
}

#define STANDS(at, rule, subject, want) assert_string_equal(stands(f, at, rule, subject), want)

/* Both texts of the one alert of that rule, which has the same ones at both ends; whole UTF-8 within its room. */
static void says(struct fixture *f, const char *at, const char *rule, const char *zh, const char *en) {
    char now[40];
    (void)snprintf(now, sizeof now, "2026-%s:00+08:00", at);
    journal_pair_carry(&f->board, &f->hub, &f->seed);
    journal_pair_carry(&f->hub, &f->board, &f->seed);
    for (int end = 0; end < 2; end++) {
        struct rules_alerts a = { 0 };
        int found = 0;
        judge(end ? &f->hub : &f->board, end, now, &a);
        for (size_t i = 0; i < a.count; i++) {
            if (strcmp(a.list[i].rule, rule) != 0) continue;
            found++;
            assert_string_equal(a.list[i].zh, zh);
            assert_string_equal(a.list[i].en, en);
            assert_true(text_utf8_valid(a.list[i].zh, strlen(a.list[i].zh)));
        }
        assert_int_equal(found, 1);
        rules_alerts_fini(&a);
    }
}

static void hazards(void **state) {
    struct fixture *f = *state;
    tell(&f->board, "23T10:00", "hazard-raised", ID(1), "{'severity':'serious','text':'x','due':'2026-11-25'}");
    tell(&f->board, "23T10:00", "hazard-raised", ID(2), "{'severity':'stop_work','text':'x'}");
    STANDS("11-24T09:59", "hazard-overdue", "hazard/" ID(2), "");
    STANDS("11-24T10:00", "hazard-overdue", "hazard/" ID(2), "11-24T10:00 executive");
    STANDS("11-25T00:00", "hazard-due", "hazard/" ID(1), "11-24T23:59 site");
    STANDS("11-26T00:00", "hazard-overdue", "hazard/" ID(1), "11-25T23:59 office");
    tell(&f->hub, "24T12:00", "site-held", JOURNAL_SITE, "{'reason':'x'}");
    STANDS("11-26T00:00", "hazard-overdue", "hazard/" ID(1), "");
    tell(&f->hub, "25T12:00", "site-resumed", JOURNAL_SITE, "{}");
    STANDS("11-26T00:00", "hazard-overdue", "hazard/" ID(1), "");
    STANDS("11-27T00:00", "hazard-overdue", "hazard/" ID(1), "11-26T23:59 office");
    tell(&f->board, "26T12:00", "hazard-assigned", ID(1), "{'assignee':'u-01'}");
    STANDS("11-27T00:00", "hazard-overdue", "hazard/" ID(1), "11-26T23:59 office");
    tell(&f->board, "27T12:00", "hazard-rectified", ID(1), "{'photos':['" ID(9) "']}");
    STANDS("11-27T13:00", "hazard-overdue", "hazard/" ID(1), "");
}

static void logs_and_reports(void **state) {
    struct fixture *f = *state;
    tell(&f->board, "23T09:00", "note", "n", "{}");
    STANDS("11-24T18:30", "daylog-missing", "daylog/2026-11-24", "11-24T18:30 office");
    tell(&f->board, "24T12:00", "idle-day", "2026-11-24", "{'date':'2026-11-24','reason':'rain'}");
    STANDS("11-24T18:30", "daylog-missing", "daylog/2026-11-24", "");
    STANDS("11-28T18:00", "report-missing", "report/2026-11-28", "11-28T18:00 office");
    tell(&f->board, "25T12:00", "inspection-submitted", ID(1),
         "{'date':'2026-11-25','stage':'tiling','items':[],'verdict':'pass'}");
    STANDS("11-28T18:00", "report-missing", "report/2026-11-28", "");
    STANDS("12-05T18:00", "report-missing", "report/2026-12-05", "12-05T18:00 office");
}

static void stages(void **state) {
    struct fixture *f = *state;
    tell(&f->hub, "23T09:00", "plan-set", JOURNAL_SITE,
         "{'timezone':'Asia/Shanghai','stages':[{'key':'tiling','planned_start':'2026-11-24','planned_finish':"
         "'2026-11-25'}]}");
    STANDS("11-27T00:00", "stage-late", "stage/tiling", "11-27T00:00 executive");
    tell(&f->board, "24T09:00", "stage-started", "tiling", "{}");
    STANDS("11-27T00:00", "stage-late", "stage/tiling", "");
    STANDS("11-28T00:00", "stage-late", "stage/tiling", "11-28T00:00 executive");
    tell(&f->hub, "24T10:00", "setting-set", "stage_late_hours", "{'key':'stage_late_hours','value':24}");
    STANDS("11-27T00:00", "stage-late", "stage/tiling", "11-27T00:00 executive");
    tell(&f->board, "24T11:00", "delay-claimed", ID(3), "{'reason':'x','from':'2026-11-25','to':'2026-11-25'}");
    STANDS("11-27T00:00", "stage-late", "stage/tiling", "11-27T00:00 executive");
    tell(&f->hub, "24T12:00", "delay-decided", ID(3),
         "{'subject':'delay/" ID(3) "','decision':'granted','from':'2026-11-25','to':'2026-11-25','days':1}");
    STANDS("11-27T00:00", "stage-late", "stage/tiling", "");
    STANDS("11-28T00:00", "stage-late", "stage/tiling", "11-28T00:00 executive");
    tell(&f->board, "26T09:00", "acceptance-requested", "tiling", "{}");
    STANDS("11-27T08:59", "acceptance-missed", "stage/tiling", "");
    STANDS("11-27T09:00", "acceptance-missed", "stage/tiling", "11-27T09:00 office");
    tell(&f->board, "27T12:00", "stage-accepted", "tiling", "{}");
    STANDS("11-28T00:00", "acceptance-missed", "stage/tiling", "");
    STANDS("11-28T00:00", "stage-late", "stage/tiling", "");
}

/* A plan that was made when days were lost already knows of them; one that changes something else says nothing of it. */
static void plans_know_what_was_lost_before(void **state) {
    struct fixture *f = *state;
    tell(&f->hub, "23T09:00", "delay-decided", ID(3),
         "{'subject':'delay/" ID(3) "','decision':'granted','from':'2026-11-23','to':'2026-11-23','days':1}");
    tell(&f->hub, "24T09:00", "plan-set", JOURNAL_SITE,
         "{'timezone':'Asia/Shanghai','stages':[{'key':'tiling','planned_start':'2026-11-24'}]}");
    tell(&f->hub, "26T12:00", "plan-set", JOURNAL_SITE, "{'name':'x'}");
    STANDS("11-27T00:00", "stage-late", "stage/tiling", "11-27T00:00 executive");
    tell(&f->hub, "26T13:00", "delay-decided", ID(4),
         "{'subject':'delay/" ID(4) "','decision':'granted','from':'2026-11-24','to':'2026-11-24','days':1}");
    STANDS("11-27T00:00", "stage-late", "stage/tiling", "");
}

static void money_and_goods(void **state) {
    struct fixture *f = *state;
    tell(&f->hub, "23T09:00", "plan-set", JOURNAL_SITE, "{'timezone':'Asia/Shanghai','contract_amount':100000}");
    tell(&f->board, "23T10:00", "change-requested", ID(1),
         "{'amount':10000.01,'material':true,'reason':'customer','text':'x'}");
    STANDS("11-23T12:00", "additions-over", "change/" ID(1), "11-23T10:00 executive"); /* while it can be answered */
    STANDS("11-23T12:00", "material-changes-over", "change/" ID(1), "11-23T10:00 executive");
    says(f, "11-23T12:00", "material-changes-over", "主材变更已达合同额的 10.1%（上限 10%）：x",
         "Changes of materials are 10.1 % of the contract (limit 10 %): x"); /* a hair over it */
    tell(&f->hub, "23T11:00", "change-decided", ID(1), "{'subject':'change/" ID(1) "','decision':'approved'}");
    STANDS("11-23T12:00", "additions-over", "change/" ID(1), "11-23T10:00 executive");
    tell(&f->hub, "23T12:00", "setting-set", "additions_percent", "{'key':'additions_percent','value':11}");
    STANDS("11-23T13:00", "additions-over", "change/" ID(1), "");
    tell(&f->board, "23T13:00", "change-requested", ID(4),
         "{'amount':5000,'material':false,'reason':'customer','text':'y'}");
    STANDS("11-23T14:00", "additions-over", "change/" ID(4), "11-23T13:00 executive");
    tell(&f->board, "23T13:30", "change-requested", ID(5), "{'amount':4000,'reason':'customer','text':'z'}");
    says(f, "11-23T14:00", "additions-over", "增项已达合同额的 15.0%（上限 11%）：y",
         "Additions are 15.0 % of the contract (limit 11 %): y"); /* with the one by which they came over */
    tell(&f->hub, "23T13:40", "change-decided", ID(5), "{'subject':'change/" ID(5) "','decision':'refused'}");
    tell(&f->hub, "23T14:00", "change-decided", ID(4), "{'subject':'change/" ID(4) "','decision':'refused'}");
    STANDS("11-23T15:00", "additions-over", "change/" ID(4), "");
    tell(&f->board, "23T10:00", "material-expected", ID(2), "{'name':'x','expected':'2026-11-24'}");
    tell(&f->board, "23T10:00", "material-expected", ID(3),
         "{'name':'x','kind':'cabinet','expected':'2027-01-30','needed':'2027-02-01'}");
    STANDS("11-25T00:00", "material-late", "material/" ID(2), "11-25T00:00 office");
    assert_string_not_equal(stands(f, "12-31T00:00", "measurement-late", "material/" ID(3)), "");
    tell(&f->board, "25T10:00", "material-arrived", ID(2), "{'photos':['" ID(9) "']}");
    tell(&f->board, "25T10:00", "measurement-done", ID(3), "{'date':'2026-11-25'}");
    STANDS("11-26T00:00", "material-late", "material/" ID(2), "");
    STANDS("12-31T00:00", "measurement-late", "material/" ID(3), "");
}

static void answers_that_are_owed(void **state) {
    struct fixture *f = *state;
    tell(&f->board, "23T10:00", "question-asked", ID(1), "{'from':'customer','to':'site','text':'x'}");
    STANDS("11-23T11:59", "question-late", "question/" ID(1), "");
    STANDS("11-23T12:00", "question-late", "question/" ID(1), "11-23T12:00 office");
    tell(&f->hub, "23T11:00", "setting-set", "question_customer_hours", "{'key':'question_customer_hours','value':3}");
    STANDS("11-23T12:00", "question-late", "question/" ID(1), "");
    tell(&f->board, "23T12:00", "question-answered", ID(1), "{'text':'x'}");
    STANDS("11-24T12:00", "question-late", "question/" ID(1), "");
    STANDS("12-06T23:59", "callback-due", "callback/2026-12-07", "");
    STANDS("12-07T00:00", "callback-due", "callback/2026-12-07", "12-07T00:00 office");
    /* A holding of three days but for a minute: three days. */
    tell(&f->hub, "24T09:30", "site-held", JOURNAL_SITE, "{'reason':'payment-overdue'}");
    tell(&f->hub, "27T09:29", "site-resumed", JOURNAL_SITE, "{}");
    STANDS("12-10T00:00", "callback-due", "callback/2026-12-09", "");
    STANDS("12-10T00:00", "callback-due", "callback/2026-12-10", "12-10T00:00 office");
    tell(&f->hub, "24T12:00", "setting-set", "callback_days", "{'key':'callback_days','value':8}");
    STANDS("12-07T00:00", "callback-due", "callback/2026-12-04", "12-04T00:00 office");
    tell(&f->hub, "25T12:00", "callback-done", ID(2), "{'score':5,'date':'2026-11-25','next':'2026-12-02'}");
    STANDS("12-07T00:00", "callback-due", "callback/2026-12-04", "");
    STANDS("12-07T00:00", "callback-due", "callback/2026-12-02", "12-02T00:00 office");
    /* The day that was agreed on moves with a later holding, too; while it lasts nobody is called. */
    tell(&f->hub, "28T09:00", "site-held", JOURNAL_SITE, "{'reason':'payment-overdue'}");
    STANDS("12-31T00:00", "callback-due", "callback/2026-12-02", "");
    tell(&f->hub, "30T09:00", "site-resumed", JOURNAL_SITE, "{}");
    STANDS("12-07T00:00", "callback-due", "callback/2026-12-02", "");
    STANDS("12-03T23:59", "callback-due", "callback/2026-12-04", "");
    STANDS("12-07T00:00", "callback-due", "callback/2026-12-04", "12-04T00:00 office");
}

/* A site of which only head office writes, people from their phones: who is on the list of calls is told of, too. */
static void a_site_without_a_board(void **state) {
    struct fixture *f = *state;
    tell(&f->hub, "23T09:00", "note", "n", "{}");
    STANDS("12-06T23:59", "callback-due", "callback/2026-12-07", "");
    STANDS("12-07T00:00", "callback-due", "callback/2026-12-07", "12-07T00:00 office");
    tell(&f->hub, "25T12:00", "callback-done", ID(1), "{'score':5,'date':'2026-11-25'}");
    STANDS("12-09T00:00", "callback-due", "callback/2026-12-09", "12-09T00:00 office");
}

static void a_call_agreed_for_a_sunday(void **state) {
    struct fixture *f = *state;
    tell(&f->board, "23T09:00", "note", "n", "{}");
    tell(&f->hub, "23T10:00", "callback-done", ID(1), "{'score':5,'date':'2026-11-23','next':'2026-11-29'}");
    STANDS("11-29T00:00", "callback-due", "callback/2026-11-29", "11-29T00:00 office"); /* as it was agreed */
    tell(&f->hub, "24T09:00", "site-held", JOURNAL_SITE, "{'reason':'payment-overdue'}");
    STANDS("12-31T00:00", "callback-due", "callback/2026-11-29", "");
    tell(&f->hub, "25T09:00", "site-resumed", JOURNAL_SITE, "{}");
    STANDS("12-31T00:00", "callback-due", "callback/2026-11-30", "11-30T00:00 office");
    tell(&f->hub, "29T15:00", "site-held", JOURNAL_SITE, "{'reason':'payment-overdue'}"); /* before it has come */
    tell(&f->hub, "30T15:00", "site-resumed", JOURNAL_SITE, "{}");
    STANDS("12-31T00:00", "callback-due", "callback/2026-11-30", "");
    STANDS("12-31T00:00", "callback-due", "callback/2026-12-01", "12-01T00:00 office");
}

#define HAN10 "瓷砖空鼓需要返工重贴"

static void texts_name_what_they_are_about(void **state) {
    struct fixture *f = *state;
    tell(&f->board, "23T10:00", "hazard-raised", ID(1),
         "{'severity':'stop_work','room':'living','text':'" HAN10 HAN10 HAN10 HAN10 HAN10 "'}");
    /* 客厅 and a blank are 7 bytes: 30 characters more are within 99 */
    says(f, "11-24T10:00", "hazard-overdue", "隐患逾期没有整改：客厅 " HAN10 HAN10 HAN10,
         "A hazard is overdue and not rectified: living room: " HAN10 "瓷砖空鼓需要返工重贴瓷砖空鼓需要返工");
    tell(&f->hub, "23T10:00", "question-asked", ID(2), "{'from':'office','to':'site','text':'几点到'}");
    says(f, "11-28T10:00", "question-late", "工地还没有回复总部的问题：几点到",
         "The site has not answered head office's question: 几点到");
    tell(&f->hub, "28T10:00", "question-answered", ID(2), "{'text':'x'}");
    tell(&f->board, "23T10:00", "question-asked", ID(3), "{'from':'site','to':'office','text':'哪天'}");
    says(f, "11-28T10:00", "question-late", "总部还没有回复工地的问题：哪天",
         "Head office has not answered the site's question: 哪天");
}

static void a_job_that_was_handed_over(void **state) {
    struct fixture *f = *state;
    tell(&f->board, "23T10:00", "hazard-raised", ID(1), "{'severity':'stop_work','text':'x'}");
    STANDS("11-25T10:00", "hazard-overdue", "hazard/" ID(1), "11-24T10:00 executive");
    tell(&f->hub, "25T12:00", "handover-done", JOURNAL_SITE, "{'date':'2026-11-25'}");
    STANDS("11-25T12:00", "hazard-overdue", "hazard/" ID(1), "");
    STANDS("11-25T12:00", "daylog-missing", "daylog/2026-11-24", "");
}

static void a_board_that_moved_is_not_silent(void **state) {
    struct fixture *f = *state;
    struct wall heard;
    tell(&f->board, "23T09:00", "note", "n", "{}");
    assert_int_equal(clock_parse("2026-11-23T12:00:00+08:00", &heard, NULL), 0);
    journal_pair_carry(&f->board, &f->hub, &f->seed);
    journal_pair_begin(&f->hub);
    assert_int_equal(board_seen(f->hub.db, JOURNAL_SITE, "b-01", heard), 0);
    journal_pair_commit(&f->hub);
    STANDS("11-24T12:00", "board-silent", "board/b-01", "11-23T12:15 office");
    tell(&f->hub, "23T13:00", "setting-set", "silent_hours", "{'key':'silent_hours','value':2}");
    STANDS("11-24T12:00", "board-silent", "board/b-01", "11-23T14:00 office");
    tell(&f->board, "23T12:00", "board-moved", "b-01", "{'to':'s-0413'}");
    STANDS("11-24T12:00", "board-silent", "board/b-01", "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(hazards, setup, teardown),
        cmocka_unit_test_setup_teardown(logs_and_reports, setup, teardown),
        cmocka_unit_test_setup_teardown(stages, setup, teardown),
        cmocka_unit_test_setup_teardown(plans_know_what_was_lost_before, setup, teardown),
        cmocka_unit_test_setup_teardown(money_and_goods, setup, teardown),
        cmocka_unit_test_setup_teardown(answers_that_are_owed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_site_without_a_board, setup, teardown),
        cmocka_unit_test_setup_teardown(a_call_agreed_for_a_sunday, setup, teardown),
        cmocka_unit_test_setup_teardown(texts_name_what_they_are_about, setup, teardown),
        cmocka_unit_test_setup_teardown(a_job_that_was_handed_over, setup, teardown),
        cmocka_unit_test_setup_teardown(a_board_that_moved_is_not_silent, setup, teardown),
    };
    return cmocka_run_group_tests_name("rules_facts", tests, NULL, NULL);
}
