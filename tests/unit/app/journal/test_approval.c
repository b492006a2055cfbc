/* SPDX-License-Identifier: MIT */
/* What waits for head office: four kinds in one answer and in one table, by kind, by site, and by how long it has waited. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/approval.h"
#include "app/journal/change.h"
#include "app/journal/delay.h"
#include "app/journal/material.h"
#include "app/journal/question.h"

#include "tests/support/post_rig.h"

#include <string.h>

static bool office = true;
static struct tz *tz;

/* A change and a claim on the 20th, goods expected on the 18th, a question to the designer on the 22nd and one to the site. */
static void fill(struct post_rig *f) {
    journal_pair_now("2026-11-20T09:00:00+08:00");
    assert_int_equal(post_rig_send(f, change_post_request, NULL, NULL, 1,
                                   "'amount':1234.5,'reason':'owner-adds','text':'=加一扇门'"),
                     0);
    assert_int_equal(post_rig_send(f, delay_post_claim, NULL, NULL, 2,
                                   "'reason':'property-ban','from':'2026-11-16','to':'2026-11-17'"),
                     0);
    assert_int_equal(post_rig_send(f, material_post_new, NULL, NULL, 3, "'name':'地砖','expected':'2026-11-18'"), 0);
    journal_pair_now("2026-11-22T16:10:00+08:00");
    assert_int_equal(
        post_rig_send(f, question_post_ask, NULL, &office, 4, "'from':'site','to':'designer','text':'插座在哪'"), 0);
    assert_int_equal(
        post_rig_send(f, question_post_ask, NULL, &office, 5, "'from':'customer','to':'site','text':'几点到'"), 0);
}

static struct approval_ask asked(const char *kind, const char *site, int64_t days) {
    struct approval_ask ask = { .kind = kind, .site = site, .days = days, .now = clock_wall(), .tz = tz };
    return ask;
}

static void print(struct post_rig *f, const char *kind, const char *site, int64_t days) {
    struct approval_ask ask = asked(kind, site, days);
    buf_clear(&f->answer);
    assert_int_equal(approval_print(f->t.db, &ask, &f->answer, &f->e), 0);
}

static size_t count(struct post_rig *f) {
    size_t n = 0;
    for (const char *at = f->answer.data; (at = strstr(at, "\"id\":\"01935d2a")) != NULL; at++) n++;
    return n;
}

static void four_kinds_in_one_answer(void **state) {
    struct post_rig *f = *state;
    fill(f);
    print(f, NULL, NULL, 0);
    assert_int_equal(count(f), 4);
    post_rig_has(f,
                 "'delays':{'delays':[{'id':'01935d2a-1c00-7abc-8def-000000000002','site':'s-0412','state':'claimed'");
    assert_null(strstr(f->answer.data, "几点到")); /* the site's to answer */
    print(f, "delay", NULL, 0);
    assert_int_equal(count(f), 1);
    post_rig_has(f, "'changes':{'changes':[],'next':null}");
    print(f, NULL, "s-other", 0);
    assert_int_equal(count(f), 0);
}

static void by_how_long_it_has_waited(void **state) {
    static const struct {
        int64_t days;
        size_t left;
    } cases[] = { { 1, 3 }, { 2, 3 }, { 3, 1 }, { 4, 1 }, { 5, 0 } };
    struct post_rig *f = *state;
    fill(f);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print(f, NULL, NULL, cases[i].days);
        assert_int_equal(count(f), cases[i].left);
    }
}

static void one_table_of_all(void **state) {
    struct post_rig *f = *state;
    struct approval_ask ask;
    fill(f);
    ask = asked(NULL, NULL, 0);
    buf_clear(&f->answer);
    assert_int_equal(approval_csv(f->t.db, &ask, true, &f->answer, &f->e), 0);
    post_rig_has(f, "\r\n'变更','s-0412','01935d2a-1c00-7abc-8def-000000000001'");
    post_rig_has(f, "'1234.50'");
    post_rig_has(f, "'延期','s-0412'");
    assert_null(strstr(f->answer.data, ",\"=")); /* no formula */
    assert_null(strstr(f->answer.data, "几点到"));
}

static void a_table_says_what_and_since_when(void **state) {
    struct post_rig *f = *state;
    struct approval_ask ask;
    fill(f);
    ask = asked("delay", NULL, 0);
    buf_clear(&f->answer);
    assert_int_equal(approval_csv(f->t.db, &ask, false, &f->answer, &f->e), 0);
    post_rig_has(f, "'2026-11-16','2026-11-17','','2026-11-20T09:00:00.000+08:00',2,''");
    ask = asked("material", NULL, 0);
    buf_clear(&f->answer);
    assert_int_equal(approval_csv(f->t.db, &ask, true, &f->answer, &f->e), 0);
    post_rig_has(f, "'材料','s-0412'");
    post_rig_has(f, "'2026-11-18',4,");
}

static int setup(void **state) {
    assert_int_equal(tz_create("Asia/Shanghai", &tz, NULL), 0);
    return post_rig_setup(state);
}

static int teardown(void **state) {
    tz_destroy(tz);
    tz = NULL;
    return post_rig_teardown(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(four_kinds_in_one_answer),
        TEST(by_how_long_it_has_waited),
        TEST(one_table_of_all),
        TEST(a_table_says_what_and_since_when),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
