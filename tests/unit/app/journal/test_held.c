/* SPDX-License-Identifier: MIT */
/* A site that is held before, while and after something is due: what lists, pages, tables and a person's own list say of it is at every hour what the
 * rules say. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/hazard.h"
#include "app/journal/hold.h"
#include "app/journal/material.h"
#include "app/journal/measure.h"
#include "app/journal/mine.h"
#include "app/journal/question.h"
#include "app/journal/rules.h"
#include "app/journal/rules_load.h"
#include "app/journal/today.h"

#include "firmware/base/cleanup.h"
#include "tests/support/post_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ZONE "Asia/Shanghai"
enum { CUSTOMERS = 1, DESIGNERS, TILES, CABINET, HAZARD, HOLD = 20, RESUME };
enum { STEP_MS = 90 * 60 * 1000 };

static bool site = false;

static struct wall at(const char *text) {
    struct wall out;
    assert_int_equal(clock_parse(text, &out, NULL), 0);
    return out;
}

/* Monday the 23rd, nine o'clock. */
static void begin_work(struct post_rig *f) {
    struct hazard_by by = { .site = JOURNAL_SITE, .actor = "user/u-01" };
    char body[200];
    journal_pair_now("2026-11-23T09:00:00+08:00");
    post_rig_plan(f, "'name':'1-302'");
    assert_int_equal(
        post_rig_send(f, question_post_ask, NULL, &site, CUSTOMERS, "'from':'customer','to':'site','text':'几号完工'"),
        0);
    assert_int_equal(
        post_rig_send(f, question_post_ask, NULL, &site, DESIGNERS, "'from':'site','to':'designer','text':'插座在哪'"),
        0);
    assert_int_equal(post_rig_send(f, material_post_new, NULL, NULL, TILES, "'name':'地砖','expected':'2026-11-25'"),
                     0);
    assert_int_equal(post_rig_send(f, material_post_new, NULL, NULL, CABINET,
                                   "'name':'衣柜','kind':'cabinet','expected':'2027-01-05','needed':'2027-01-10'"),
                     0);
    (void)snprintf(body, sizeof body,
                   "{\"id\":\"%s\",\"text\":\"电线裸露\",\"severity\":\"serious\",\"due\":\"2026-11-25\"}",
                   post_rig_id(HAZARD));
    journal_pair_begin(&f->t);
    buf_clear(&f->answer);
    assert_int_equal(hazard_submit(f->t.journal, f->t.db, &by, body, strlen(body), &f->out, &f->answer, &f->e), 0);
    journal_pair_commit(&f->t);
}

static void hold(struct post_rig *f, const char *when) {
    journal_pair_now(when);
    assert_int_equal(post_rig_send(f, hold_post_hold, JOURNAL_SITE, NULL, HOLD, "'reason':'payment-overdue'"), 0);
}

static void resume(struct post_rig *f, const char *when) {
    journal_pair_now(when);
    assert_int_equal(post_rig_send(f, hold_post_resume, JOURNAL_SITE, NULL, RESUME, "'note':'paid'"), 0);
}

/* ---- what the rules say ---- */

struct judged {
    struct rules_site site;
    struct rules_alerts alerts;
};

static void judge(struct post_rig *f, struct wall now, struct judged *j) {
    struct rules_limits limits;
    rules_limits_default(&limits);
    limits.measure_warn_days = 0; /* lists say when it is too late, not when it is warned of */
    memset(j, 0, sizeof *j);
    assert_int_equal(rules_load(f->t.db, JOURNAL_SITE, ZONE, &limits, now, &j->site), 0);
    j->site.limits.measure_warn_days = 0;
    assert_int_equal(rules_judge(&j->site, now, CLOCK_NTP, true, &j->alerts), 0);
}

static void judged_fini(struct judged *j) {
    rules_alerts_fini(&j->alerts);
    rules_site_fini(&j->site);
}

/* ms 0: it does not stand. */
static struct wall standing(const struct judged *j, const char *rule, const char *kind, unsigned n) {
    char subject[RULES_SUBJECT_SIZE];
    (void)snprintf(subject, sizeof subject, "%s/%s", kind, post_rig_id(n));
    for (size_t i = 0; i < j->alerts.count; i++)
        if (strcmp(j->alerts.list[i].rule, rule) == 0 && strcmp(j->alerts.list[i].subject, subject) == 0)
            return j->alerts.list[i].due;
    return (struct wall){ 0 };
}

/* ---- what lists say ---- */

static struct json *listed(struct post_rig *f) {
    struct json *root = NULL;
    assert_int_equal(json_parse(f->answer.data, f->answer.len, &root, NULL), 0);
    return root;
}

static const struct json *entry(const struct json *root, const char *name, unsigned n) {
    const struct json *all = json_member(root, name);
    for (size_t i = 0; i < json_count(all); i++)
        if (strcmp(json_text(json_member(json_at(all, i), "id")), post_rig_id(n)) == 0) return json_at(all, i);
    return NULL;
}

static bool truth(const struct json *o, const char *name) {
    bool out = false;
    assert_true(json_bool(json_member(o, name), &out));
    return out;
}

static void same(const char *what, struct wall now, bool said, struct wall stands) {
    char text[CLOCK_TEXT_SIZE];
    clock_format(now, 8 * 3600, text);
    if (said != (stands.ms > 0)) fail_msg("%s at %s: the list says %d, the rules %d", what, text, said, stands.ms > 0);
}

static void questions_agree(struct post_rig *f, const struct judged *j, struct wall now) {
    struct question_query q = { .site = JOURNAL_SITE, .now = now, .limit = 10 };
    static const unsigned ids[] = { CUSTOMERS, DESIGNERS };
    buf_clear(&f->answer);
    assert_int_equal(question_list(f->t.db, &q, &f->answer, &f->e), 0);
    CLEANUP(json_destroy_ptr) struct json *all = listed(f);
    q.state = "late";
    buf_clear(&f->answer);
    assert_int_equal(question_list(f->t.db, &q, &f->answer, &f->e), 0);
    CLEANUP(json_destroy_ptr) struct json *late = listed(f);
    for (size_t i = 0; i < 2; i++) {
        const struct json *one = entry(all, "questions", ids[i]);
        struct wall due = standing(j, "question-late", "question", ids[i]);
        same("a question", now, truth(one, "late"), due);
        same("a question among the late ones", now, entry(late, "questions", ids[i]) != NULL, due);
        if (due.ms) assert_int_equal(at(json_text(json_member(one, "due"))).ms, due.ms);
    }
}

static void hazards_agree(struct post_rig *f, const struct judged *j, struct wall now) {
    struct hazard_query q = { .site = JOURNAL_SITE, .now = now, .limit = 10 };
    struct wall due = standing(j, "hazard-overdue", "hazard", HAZARD);
    buf_clear(&f->answer);
    assert_int_equal(hazard_list(f->t.db, &q, &f->answer, &f->e), 0);
    CLEANUP(json_destroy_ptr) struct json *all = listed(f);
    const struct json *one = entry(all, "hazards", HAZARD);
    same("a hazard", now, truth(one, "overdue"), due);
    if (due.ms) assert_int_equal(at(json_text(json_member(one, "due_at"))).ms, due.ms);
    assert_string_equal(json_text(json_member(one, "due")), "2026-11-25"); /* as it was said */
    struct wall warned = standing(j, "hazard-due", "hazard", HAZARD);
    if (warned.ms) assert_int_equal(at(json_text(json_member(one, "warn_at"))).ms, warned.ms);
    q.overdue = true;
    buf_clear(&f->answer);
    assert_int_equal(hazard_list(f->t.db, &q, &f->answer, &f->e), 0);
    same("a hazard among the overdue ones", now, strstr(f->answer.data, post_rig_id(HAZARD)) != NULL, due);
    buf_clear(&f->answer);
    assert_int_equal(hazard_csv(f->t.db, &q, false, &f->answer, (char[CSV_LIST_NEXT_SIZE]){ 0 }, &f->e), 0);
    same("a hazard in the table", now, strstr(f->answer.data, post_rig_id(HAZARD)) != NULL, due);
}

static void materials_agree(struct post_rig *f, const struct judged *j, struct wall now) {
    struct material_query q = { .site = JOURNAL_SITE, .now = now, .limit = 10 };
    struct wall due = standing(j, "material-late", "material", TILES);
    buf_clear(&f->answer);
    assert_int_equal(material_list(f->t.db, &q, &f->answer, &f->e), 0);
    CLEANUP(json_destroy_ptr) struct json *all = listed(f);
    const struct json *one = entry(all, "materials", TILES);
    same("goods", now, strcmp(json_text(json_member(one, "state")), "late") == 0, due);
    same("a measuring", now, truth(entry(all, "materials", CABINET), "measure_late"),
         standing(j, "measurement-late", "material", CABINET));
    q.state = "late";
    buf_clear(&f->answer);
    assert_int_equal(material_list(f->t.db, &q, &f->answer, &f->e), 0);
    same("goods among the late ones", now, strstr(f->answer.data, post_rig_id(TILES)) != NULL, due);
    q.state = "expected";
    buf_clear(&f->answer);
    assert_int_equal(material_list(f->t.db, &q, &f->answer, &f->e), 0);
    same("goods among the expected ones", now, strstr(f->answer.data, post_rig_id(TILES)) == NULL, due);
}

static void mine_agrees(struct post_rig *f, const struct judged *j, struct wall now) {
    struct mine_ask ask = { .user = "u-01", .role = "manager", .all = true };
    struct measure_ask measured = { .site = JOURNAL_SITE, .from = "2026-11-20", .fallback_tz = ZONE, .now = now };
    struct wall due = standing(j, "hazard-overdue", "hazard", HAZARD);
    struct measure m = { 0 };
    struct tz *tz = NULL;
    assert_int_equal(tz_create(ZONE, &tz, NULL), 0);
    pressing_scope_init(&ask.scope, tz, ZONE, now);
    buf_clear(&f->answer);
    assert_int_equal(mine_print(f->t.db, &ask, &f->answer), 0);
    same("a hazard on one's list", now, strstr(f->answer.data, "\"kind\":\"overdue\"") != NULL, due);
    measured.tz = tz;
    assert_int_equal(measure_read(f->t.db, &measured, &m, &f->e), 0);
    same("a hazard in the measures", now, m.all.overdue == 1, due);
    measure_fini(&m);
    tz_destroy(tz);
}

static void agree(struct post_rig *f, struct wall now) {
    struct judged j;
    judge(f, now, &j);
    questions_agree(f, &j, now);
    hazards_agree(f, &j, now);
    materials_agree(f, &j, now);
    mine_agrees(f, &j, now);
    judged_fini(&j);
}

/* Every ninety minutes until then; the clock stays there. */
static void agree_until(struct post_rig *f, const char *until) {
    for (struct wall now = clock_wall(); now.ms < at(until).ms; now.ms += STEP_MS) agree(f, now);
    journal_pair_now(until);
    agree(f, at(until));
}

static void has_question(struct post_rig *f, unsigned n, const char *due) {
    buf_clear(&f->answer);
    assert_int_equal(question_print(f->t.db, JOURNAL_SITE, post_rig_id(n), true, &f->answer), 0);
    post_rig_has(f, due);
}

/* ---- when ---- */

static void held_before(void **state) {
    struct post_rig *f = *state;
    hold(f, "2026-11-22T16:20:00+08:00");
    resume(f, "2026-11-23T08:00:00+08:00");
    begin_work(f);
    has_question(f, CUSTOMERS, "'due':'2026-11-23T11:00:00.000+08:00'");
    has_question(f, DESIGNERS, "'due':'2026-11-26T09:00:00.000+08:00'");
    agree_until(f, "2026-11-30T12:00:00+08:00");
    has_question(f, CUSTOMERS, "'late':true");
}

static void table(struct post_rig *f, struct wall now) {
    struct hazard_query q = { .site = JOURNAL_SITE, .now = now, .limit = 10 };
    buf_clear(&f->answer);
    assert_int_equal(hazard_csv(f->t.db, &q, false, &f->answer, (char[CSV_LIST_NEXT_SIZE]){ 0 }, &f->e), 0);
    post_rig_has(f, "'text','due','due as set','overdue',");
}

static void held_still(void **state) {
    struct post_rig *f = *state;
    struct wall now;
    begin_work(f);
    hold(f, "2026-11-23T10:00:00+08:00");
    has_question(f, CUSTOMERS, "'due':null");
    agree_until(f, "2026-11-30T12:00:00+08:00");
    now = clock_wall();
    has_question(f, CUSTOMERS, "'late':false");
    buf_clear(&f->answer);
    assert_int_equal(hazard_print(f->t.db, JOURNAL_SITE, post_rig_id(HAZARD), now, true, &f->answer), 0);
    post_rig_has(f, "'due':'2026-11-25','due_at':null,'warn_at':null,'overdue':false");
    table(f, now);
    post_rig_has(f, "'','2026-11-25','',"); /* in force: nobody knows; as it was set; not overdue */
}

static void held_and_resumed(void **state) {
    struct post_rig *f = *state;
    begin_work(f);
    hold(f, "2026-11-23T10:00:00+08:00");
    agree_until(f, "2026-11-25T09:00:00+08:00");
    resume(f, "2026-11-25T10:00:00+08:00");
    has_question(f, CUSTOMERS, "'due':'2026-11-25T11:00:00.000+08:00'"); /* an hour was left */
    has_question(f, DESIGNERS, "'due':'2026-11-28T09:00:00.000+08:00'");
    buf_clear(&f->answer);
    assert_int_equal(hazard_print(f->t.db, JOURNAL_SITE, post_rig_id(HAZARD), clock_wall(), true, &f->answer), 0);
    post_rig_has(f, "'due':'2026-11-25','due_at':'2026-11-27T23:59:59.000+08:00','warn_at':'2026-11-26T23:59:59.000+08:"
                    "00','overdue':false");
    table(f, clock_wall());
    post_rig_has(f, "'2026-11-27','2026-11-25','',");
    agree_until(f, "2026-11-30T12:00:00+08:00");
}

/* Of what was answered: not late, where the clock stood still until shortly before. */
static void answered_in_time(void **state) {
    struct post_rig *f = *state;
    begin_work(f);
    hold(f, "2026-11-23T10:00:00+08:00");
    resume(f, "2026-11-25T10:00:00+08:00");
    journal_pair_now("2026-11-25T10:59:00+08:00");
    assert_int_equal(post_rig_send(f, question_post_answer, post_rig_id(CUSTOMERS), &site, 30, "'text':'月底'"), 0);
    post_rig_has(f, "'state':'answered','late':false");
    journal_pair_now("2026-12-02T10:59:00+08:00");
    has_question(f, CUSTOMERS, "'state':'answered','late':false");
    journal_pair_rebuild(&f->t);
}

/* The home screen shows no hazard as pressing whose clock stands still, and a question with the time that is left. */
static void the_home_screen(void **state) {
    struct post_rig *f = *state;
    struct today_ask ask = {
        .site = JOURNAL_SITE, .board = "b-01", .fallback_tz = ZONE, .user = "u-01", .role = "manager"
    };
    begin_work(f);
    hold(f, "2026-11-23T10:00:00+08:00");
    journal_pair_now("2026-11-26T09:00:00+08:00");
    ask.now = clock_wall();
    buf_clear(&f->answer);
    assert_int_equal(today_print(f->t.db, &ask, &f->answer), 0);
    assert_null(strstr(f->answer.data, "\"kind\":\"hazard\""));
    resume(f, "2026-11-26T10:00:00+08:00");
    ask.now = clock_wall();
    buf_clear(&f->answer);
    assert_int_equal(today_print(f->t.db, &ask, &f->answer), 0);
    assert_null(strstr(f->answer.data, "\"kind\":\"hazard\"")); /* due on Saturday, warned of from Friday night on */
    post_rig_has(f, "'due':'2026-11-26T11:00:00.000+08:00'");
    journal_pair_now("2026-11-28T10:00:00+08:00");
    ask.now = clock_wall();
    buf_clear(&f->answer);
    assert_int_equal(today_print(f->t.db, &ask, &f->answer), 0);
    post_rig_has(f, "'kind':'hazard'");
    post_rig_has(f, "'due':'2026-11-28T23:59:59.000+08:00'");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, post_rig_setup, post_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(held_before), TEST(held_still), TEST(held_and_resumed), TEST(answered_in_time), TEST(the_home_screen),
    };
    return cmocka_run_group_tests_name("held", tests, NULL, NULL);
}
