/* SPDX-License-Identifier: MIT */
/* Claims of days, decisions, idle days and holdings: what is refused, what they become, and that order does not matter. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/delay.h"

#include "app/journal/hold.h"
#include "app/journal/standing.h"
#include "firmware/base/cleanup.h"
#include "tests/support/post_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int setup(void **state) {
    (void)post_rig_setup_at(state, "2026-11-23T09:00:00+08:00"); /* a Monday */
    post_rig_hub(*state);
    return 0;
}

static int post_at(struct post_rig *f, struct test_journal *t, void (*fill)(struct post *p), const char *subject,
                   const char *rest) {
    const char *body = post_rig_body(f, rest);
    struct post p = { .site = JOURNAL_SITE, .actor = "user/u-01", .subject_id = subject };
    fill(&p);
    f->e = (struct err_text){ 0 };
    buf_clear(&f->answer);
    journal_pair_begin(t);
    int rc = post_event(t->journal, t->db, &p, body, strlen(body), &f->out, &f->answer, &f->e);
    journal_pair_commit(t);
    memcpy(f->allowed, p.allowed, sizeof f->allowed);
    return rc;
}

static int claim(struct post_rig *f, const char *rest) { return post_at(f, &f->t, delay_post_claim, NULL, rest); }
static int decide(struct post_rig *f, const char *id, const char *rest) {
    return post_at(f, &f->t, delay_post_decision, id, rest);
}

static void says(struct post_rig *f, const char *text) {
    if (!strstr(f->answer.data, text)) fail_msg("%s is not in %s", text, f->answer.data);
}

#define WEEK "\"reason\":\"property-ban\",\"from\":\"2026-11-16\",\"to\":\"2026-11-22\""

static void a_claim_is_judged(void **state) {
    struct post_rig *f = *state;
    assert_int_equal(claim(f, "\"reason\":\"x\",\"from\":\"2026-11-17\",\"to\":\"2026-11-16\""), ERR_INVALID);
    assert_string_equal(f->e.field, "to");
    assert_int_equal(claim(f, "\"reason\":\"x\",\"from\":\"2026-11-22\",\"to\":\"2026-11-22\""), ERR_INVALID);
    assert_string_equal(f->e.field, "from"); /* a Sunday */
    assert_int_equal(claim(f, "\"reason\":\"x\",\"from\":\"2025-11-22\",\"to\":\"2026-11-23\""), ERR_INVALID);
    assert_int_equal(claim(f, "\"from\":\"2026-11-16\",\"to\":\"2026-11-16\""), ERR_INVALID);
    assert_string_equal(f->e.field, "reason");
    assert_int_equal(claim(f, WEEK ",\"stage\":\"nowhere\""), ERR_INVALID);
    assert_int_equal(claim(f, WEEK ",\"stage\":\"tiling\""), 0);
    says(f, "\"state\":\"claimed\",\"stage\":\"tiling\",\"reason\":\"property-ban\"");
    says(f, "\"days\":6,\"photos\":[]");
    says(f, "\"decision\":null}");
}

static void head_office_decides_once(void **state) {
    struct post_rig *f = *state;
    char id[ID_SIZE], subject[64];
    assert_int_equal(claim(f, WEEK), 0);
    memcpy(id, f->out.id, ID_SIZE);
    (void)snprintf(subject, sizeof subject, "\"subject\":\"delay/%s\"", id);
    char body[300];
#define DECIDE(rest) ((void)snprintf(body, sizeof body, "%s,%s", subject, rest), decide(f, id, body))
    assert_int_equal(DECIDE("\"decision\":\"maybe\""), ERR_INVALID);
    assert_int_equal(DECIDE("\"decision\":\"partly\""), ERR_INVALID);
    assert_string_equal(f->e.field, "days");
    assert_int_equal(DECIDE("\"decision\":\"partly\",\"from\":\"2026-11-15\""), ERR_INVALID);
    assert_string_equal(f->e.field, "from");
    assert_int_equal(DECIDE("\"decision\":\"granted\",\"to\":\"2026-11-23\""), ERR_INVALID);
    assert_string_equal(f->e.field, "to");
    assert_int_equal(
        decide(f, "01990000-0000-7000-8000-0000000000ff", "\"subject\":\"delay/x\",\"decision\":\"granted\""),
        ERR_NOT_FOUND);
    assert_int_equal(DECIDE("\"decision\":\"partly\",\"days\":2,\"note\":\"两天\""), 0);
    says(f, "\"state\":\"partly\"");
    says(f, "\"note\":\"两天\",\"from\":\"2026-11-16\",\"to\":\"2026-11-17\",\"days\":2}");
    assert_int_equal(DECIDE("\"decision\":\"refused\""), ERR_CONFLICT);
    assert_string_equal(f->allowed, "[]");
    struct standstill_days *granted = NULL;
    size_t n = 0;
    assert_int_equal(delay_granted(f->t.db, JOURNAL_SITE, &granted, &n), 0);
    assert_int_equal(n, 1);
    assert_string_equal(granted[0].to, "2026-11-17");
    free(granted);
    journal_pair_rebuild(&f->t);
}

static void what_is_refused_grants_nothing(void **state) {
    struct post_rig *f = *state;
    char id[ID_SIZE], body[200];
    struct standstill_days *granted = NULL;
    size_t n = 0;
    assert_int_equal(claim(f, WEEK), 0);
    memcpy(id, f->out.id, ID_SIZE);
    (void)snprintf(body, sizeof body, "\"subject\":\"delay/%s\",\"decision\":\"refused\",\"from\":\"2026-11-16\"", id);
    assert_int_equal(decide(f, id, body), 0);
    says(f, "\"from\":null,\"to\":null,\"days\":0}");
    assert_int_equal(delay_granted(f->t.db, JOURNAL_SITE, &granted, &n), 0);
    assert_int_equal(n, 0);
    free(granted);
    (void)claim(f, WEEK);
    buf_clear(&f->answer);
    struct delay_query q = { .site = JOURNAL_SITE, .state = "refused", .limit = 10, .names = true };
    assert_int_equal(delay_list(f->t.db, &q, &f->answer, &f->e), 0);
    says(f, "\"next\":null}");
    says(f, id);
    buf_clear(&f->answer);
    q = (struct delay_query){ .site = JOURNAL_SITE, .limit = 1, .names = true };
    assert_int_equal(delay_list(f->t.db, &q, &f->answer, &f->e), 0);
    assert_null(strstr(f->answer.data, "\"next\":null"));
}

static void an_idle_day_is_reported_once(void **state) {
    struct post_rig *f = *state;
    char date[TZ_DATE_SIZE];
    const char *body = "{\"date\":\"2026-11-20\"}";
    assert_int_equal(delay_idle_date(body, strlen(body), date, &f->e), 0);
    assert_string_equal(date, "2026-11-20");
    assert_int_equal(delay_idle_date("[]", 2, date, &f->e), ERR_INVALID);
    assert_int_equal(post_at(f, &f->t, delay_post_idle, date, "\"date\":\"2026-11-20\",\"reason\":\"下雨\""), 0);
    says(f, "\"date\":\"2026-11-20\",\"reason\":\"下雨\",\"photos\":[]");
    says(f, f->out.id);
    assert_int_equal(post_at(f, &f->t, delay_post_idle, date, "\"date\":\"2026-11-20\",\"reason\":\"x\""),
                     ERR_CONFLICT);
}

static void a_site_is_held_and_resumes(void **state) {
    struct post_rig *f = *state;
    struct plan plan;
    struct standstill s;
    struct tz *tz;
    struct wall at;
    assert_int_equal(post_at(f, &f->t, hold_post_resume, JOURNAL_SITE, ""), ERR_CONFLICT);
    assert_string_equal(f->allowed, "[\"hold\"]");
    assert_int_equal(post_at(f, &f->t, hold_post_hold, JOURNAL_SITE, ""), ERR_INVALID);
    assert_string_equal(f->e.field, "reason");
    assert_int_equal(post_at(f, &f->t, hold_post_hold, JOURNAL_SITE, "\"reason\":\"payment-overdue\""), 0);
    says(f, "{\"held\":{\"since\":\"2026-11-23T09:00:00.000+08:00\"");
    assert_int_equal(post_at(f, &f->t, hold_post_hold, JOURNAL_SITE, "\"reason\":\"y\""), ERR_CONFLICT);
    assert_string_equal(f->allowed, "[\"resume\"]");
    journal_pair_now("2026-11-25T18:00:00+08:00");
    assert_int_equal(post_at(f, &f->t, hold_post_resume, JOURNAL_SITE, "\"note\":\"paid\""), 0);
    says(f, "{\"held\":null,\"holds\":[{\"from\":\"2026-11-23T09:00:00.000+08:00\",\"to\":\"2026-11-25T18:00:00.000+08:"
            "00\"");
    assert_int_equal(plan_read(f->t.db, JOURNAL_SITE, "Asia/Shanghai", &plan), 0);
    assert_int_equal(tz_create("Asia/Shanghai", &tz, NULL), 0);
    assert_int_equal(standing_read(f->t.db, JOURNAL_SITE, &plan.cutoffs, tz, &s), 0);
    assert_int_equal(standstill_days(&s, "2026-11-21", "2026-11-27"), 3); /* Sat; Thu Fri */
    assert_int_equal(clock_parse("2026-11-24T12:00:00+08:00", &at, NULL), 0);
    assert_true(standstill_is_held(&s, at));
    standing_fini(&s);
    tz_destroy(tz);
    plan_fini(&plan);
    journal_pair_rebuild(&f->t);
}

/* Both ends decide and hold without knowing of each other. */
static void in_any_order_the_same(void **state) {
    struct post_rig *f = *state;
    unsigned seed = journal_pair_seed();
    char id[ID_SIZE], yes[200], no[200];
    assert_int_equal(claim(f, WEEK), 0);
    memcpy(id, f->out.id, ID_SIZE);
    journal_pair_carry(&f->t, &f->hub, &seed);
    (void)snprintf(yes, sizeof yes, "\"subject\":\"delay/%s\",\"decision\":\"granted\"", id);
    (void)snprintf(no, sizeof no, "\"subject\":\"delay/%s\",\"decision\":\"refused\"", id);
    assert_int_equal(decide(f, id, yes), 0);
    assert_int_equal(post_at(f, &f->hub, delay_post_decision, id, no), 0);
    assert_int_equal(post_at(f, &f->t, hold_post_hold, JOURNAL_SITE, "\"reason\":\"a\""), 0);
    assert_int_equal(post_at(f, &f->hub, hold_post_hold, JOURNAL_SITE, "\"reason\":\"b\""), 0);
    assert_int_equal(post_at(f, &f->hub, hold_post_resume, JOURNAL_SITE, ""), 0);
    assert_int_equal(post_at(f, &f->t, delay_post_idle, "2026-11-20", "\"date\":\"2026-11-20\",\"reason\":\"one\""), 0);
    assert_int_equal(post_at(f, &f->hub, delay_post_idle, "2026-11-20", "\"date\":\"2026-11-20\",\"reason\":\"two\""),
                     0);
    journal_pair_carry(&f->t, &f->hub, &seed);
    journal_pair_carry(&f->hub, &f->t, &seed);
    journal_pair_same(&f->t, &f->hub);
    journal_pair_rebuild(&f->t);
    journal_pair_rebuild(&f->hub);
    CLEANUP(free_ptr) char *late = journal_pair_value(&f->t, "SELECT count(*) FROM late");
    assert_string_equal(late, "3");
    CLEANUP(free_ptr) char *open = journal_pair_value(&f->t, "SELECT count(*) FROM hold WHERE to_ms = 0");
    assert_string_equal(open, "0");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, post_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_claim_is_judged),
        TEST(head_office_decides_once),
        TEST(what_is_refused_grants_nothing),
        TEST(an_idle_day_is_reported_once),
        TEST(a_site_is_held_and_resumes),
        TEST(in_any_order_the_same),
    };
    return cmocka_run_group_tests_name("delay", tests, NULL, NULL);
}
