/* SPDX-License-Identifier: MIT */
/* Materials: expected, measured, arriving in parts, going back, late by the calendar, answered, their labels; and the same state at both ends. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/material.h"

#include "tests/support/post_rig.h"

#include <stdlib.h>
#include <string.h>

static int expect(struct post_rig *f, unsigned n, const char *more) {
    return post_rig_send(f, material_post_new, NULL, NULL, n, "'name':'地砖','expected':'2026-11-25'%s", more);
}

static int step(struct post_rig *f, post_rig_fill fill, unsigned n, const char *body) {
    return post_rig_send(f, fill, post_rig_id(1), NULL, n, "%s", body);
}

static void parts_add_up(void **state) {
    struct post_rig *f = *state;
    assert_int_equal(expect(f, 1, ",'kind':'tiles','quantity':40.5,'unit':'m²','stage':'tiling','needed':'2026-12-01'"),
                     0);
    post_rig_has(f, "'state':'expected','quantity':40.5,'unit':'m²','arrived':0,'returned':0");
    post_rig_has(f, "'measure_due':'2026-11-24','measured':null,'measure_late':false");
    assert_int_equal(step(f, material_post_arrive, 2, "'quantity':20.25,'damaged':1,'note':'少两箱'"), 0);
    post_rig_has(f, "'state':'partly'");
    assert_int_equal(step(f, material_post_arrive, 3, "'quantity':20.25"), 0);
    post_rig_has(f, "'state':'arrived'");
    post_rig_has(f, "'arrived':40.5,'returned':0,'damaged':1,'deliveries':2");
    assert_int_equal(step(f, material_post_arrive, 4, "'quantity':-1"), 0);
    post_rig_has(f, "'state':'partly'");
    post_rig_has(f, "'arrived':40.5,'returned':1");
    assert_int_equal(step(f, material_post_arrive, 5, "'quantity':-39.501"), ERR_INVALID);
    assert_string_equal(f->e.field, "quantity");
    assert_int_equal(step(f, material_post_arrive, 6, ""), 0); /* all that is missing */
    post_rig_has(f, "'state':'arrived'");
    post_rig_has(f, "'arrived':41.5,'returned':1");
    assert_int_equal(step(f, material_post_arrive, 6, ""), ERR_EXISTS);
    journal_pair_rebuild(&f->t);
}

static void without_a_quantity_it_is_there_or_not(void **state) {
    struct post_rig *f = *state;
    assert_int_equal(expect(f, 1, ""), 0);
    post_rig_has(f, "'quantity':null");
    assert_int_equal(step(f, material_post_arrive, 2, ""), 0);
    post_rig_has(f, "'state':'arrived'");
}

static void what_is_late_say_the_sites_clocks(void **state) {
    struct post_rig *f = *state;
    struct material_query q = { .site = JOURNAL_SITE, .limit = 10 };
    assert_int_equal(expect(f, 1, ",'kind':'cabinet','needed':'2027-01-10'"), 0);
    assert_int_equal(material_list(f->t.db, &q, &f->answer, &f->e), 0);
    post_rig_has(f, "'state':'expected'");
    post_rig_has(f, "'measure_due':'2026-11-26','measured':null,'measure_late':false");
    assert_int_equal(clock_parse("2026-11-27T00:00:00+08:00", &q.now, NULL), 0);
    buf_clear(&f->answer);
    assert_int_equal(material_list(f->t.db, &q, &f->answer, &f->e), 0);
    post_rig_has(f, "'state':'late'");
    post_rig_has(f, "'measure_late':true");
    assert_int_equal(step(f, material_post_measure, 2, "'date':'2026-11-26'"), 0);
    post_rig_has(f, "'measured':'2026-11-26','measure_late':false");
    assert_int_equal(step(f, material_post_answer, 3, "'alternative':'先用样板房的','expected':'2026-12-03'"), 0);
    post_rig_has(f, "'alternative':{'text':'先用样板房的'");
    post_rig_has(f, "'expected':'2026-12-03'");
    q.state = "late";
    buf_clear(&f->answer);
    assert_int_equal(material_list(f->t.db, &q, &f->answer, &f->e), 0);
    post_rig_has(f, "{'materials':[],'next':null}");
    assert_int_equal(step(f, material_post_expect, 4, "'expected':'2026-12-20','note':'厂家延期'"), 0);
    post_rig_has(f, "'expected':'2026-12-20','needed':'2027-01-10'");
    post_rig_has(f, "'alternative':null");
    post_rig_has(f, "'name':'地砖'");
}

static void labels_are_kept_and_mended(void **state) {
    struct post_rig *f = *state;
    static char read[] = "[{\"type\":\"ean-13\",\"text\":\"6901234567892\"}]";
    assert_int_equal(expect(f, 1, ""), 0);
    post_rig_has(f, "'scan':null");
    assert_int_equal(step(f, material_post_scan, 2, ""), ERR_INVALID);
    assert_string_equal(f->e.field, "photo");
    assert_int_equal(post_rig_send(f, material_post_scan, post_rig_id(1), read, 3, "'photo':'%s'", post_rig_id(9)), 0);
    post_rig_has(f, "'scan':{'codes':[{'type':'ean-13','text':'6901234567892'}],'brand':null");
    assert_int_equal(post_rig_send(f, material_post_scan, post_rig_id(1), NULL, 3, "'photo':'%s'", post_rig_id(9)),
                     ERR_EXISTS); /* also where nothing is read the second time */
    assert_int_equal(step(f, material_post_scan, 4, "'brand':'东某','batch':'A17','grade':'E0','report':'T-9'"), 0);
    post_rig_has(f, "'codes':[{'type':'ean-13','text':'6901234567892'}],'brand':'东某','batch':'A17','report':'T-9',"
                    "'grade':'E0'");
    assert_int_equal(step(f, material_post_scan, 5, "'codes':[{'type':'own','text':'X-1'}],'batch':'A18'"), 0);
    post_rig_has(f, "'codes':[{'type':'own','text':'X-1'}],'brand':'东某','batch':'A18'");
    assert_int_equal(step(f, material_post_scan, 6, "'read':[],'brand':'x'"), ERR_INVALID);
    assert_string_equal(f->e.field, "read");
}

static void what_is_wrong_is_named(void **state) {
    struct post_rig *f = *state;
    static const struct {
        post_rig_fill fill;
        const char *body, *field;
    } cases[] = {
        { material_post_new, "'name':'x'", "expected" },
        { material_post_new, "'expected':'2026-11-25'", "name" },
        { material_post_new, "'name':'x','expected':'2026-02-30'", "expected" },
        { material_post_new, "'name':'x','expected':'2026-11-25','quantity':-1", "quantity" },
        { material_post_new, "'name':'x','expected':'2026-11-25','quantity':0.0001", "quantity" },
        { material_post_new, "'name':'x','expected':'2026-11-25','stage':'roof'", "stage" },
        { material_post_arrive, "'quantity':0", "quantity" },
        { material_post_arrive, "'quantity':1.0001", "quantity" },
        { material_post_arrive, "'quantity':1,'damaged':2", "damaged" },
        { material_post_arrive, "'quantity':-1", "quantity" },
        { material_post_expect, "'note':'x'", "expected" },
        { material_post_answer, "'expected':'2026-12-01'", "alternative" },
        { material_post_measure, "'date':'soon'", "date" },
    };
    assert_int_equal(expect(f, 1, ""), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool fresh = cases[i].fill == material_post_new;
        assert_int_equal(post_rig_send(f, cases[i].fill, fresh ? NULL : post_rig_id(1), NULL, 2, "%s", cases[i].body),
                         ERR_INVALID);
        assert_string_equal(f->e.field, cases[i].field);
    }
    assert_int_equal(post_rig_send(f, material_post_arrive, post_rig_id(7), NULL, 3, "'quantity':1"), ERR_NOT_FOUND);
}

static int count(const struct material_due *m, void *ctx) {
    struct buf *b = ctx;
    return buf_addf(b, "%s %s %s %d%d%d|", m->expected, m->needed, m->measure_due, m->arrived, m->measured,
                    m->answered);
}

static void open_ones_are_told_with_their_dates(void **state) {
    struct post_rig *f = *state;
    char due[TZ_DATE_SIZE];
    assert_int_equal(expect(f, 1, ",'kind':'door','needed':'2027-01-10'"), 0);
    assert_int_equal(step(f, material_post_answer, 2, "'alternative':'x'"), 0);
    assert_int_equal(post_rig_send(f, material_post_new, NULL, NULL, 3, "'name':'y','expected':'2026-11-20'"), 0);
    assert_int_equal(post_rig_send(f, material_post_arrive, post_rig_id(3), NULL, 4, "%s", ""), 0);
    buf_clear(&f->answer);
    assert_int_equal(material_each_open(f->t.db, JOURNAL_SITE, count, &f->answer), 0);
    assert_string_equal(f->answer.data, "2026-11-25 2027-01-10 2026-12-06 001|2026-11-20   100|");
    assert_int_equal(post_rig_send(f, material_post_new, NULL, NULL, 5,
                                   "'name':'z','kind':'door','expected':'2027-01-20','stage':"
                                   "'installation'"),
                     0);
    post_rig_has(f, "'needed':null,'measure_due':null");
    post_rig_plan(f, "'stages':[{'key':'installation','planned_start':'2027-01-10'}]");
    buf_clear(&f->answer);
    assert_int_equal(material_print(f->t.db, JOURNAL_SITE, post_rig_id(5), true, &f->answer), 0);
    post_rig_has(f, "'needed':'2027-01-10','measure_due':'2026-12-06'");
    material_measure_due("paint", "2027-01-10", due);
    assert_string_equal(due, "");
    material_measure_due("tiles", "2027-01-03", due);
    assert_string_equal(due, "2026-12-27");
}

static void both_ends_fold_to_the_same(void **state) {
    struct post_rig *f = *state;
    struct test_journal hub;
    unsigned seed = journal_pair_seed();
    journal_pair_open(&hub, "hub");
    assert_int_equal(expect(f, 1, ",'quantity':10"), 0);
    journal_pair_carry(&f->t, &hub, &seed);
    for (unsigned i = 0; i < 5; i++) {
        static const char *const answers[] = { "{\"alternative\":\"a\"}",
                                               "{\"alternative\":\"b\",\"expected\":\"2026-12-24\"}" };
        struct event_draft draft = { .id = post_rig_id(40 + i),
                                     .site = JOURNAL_SITE,
                                     .type = "material-answered",
                                     .subject_id = post_rig_id(1),
                                     .actor = "user/u-09",
                                     .data = answers[i % 2] };
        journal_pair_append(&hub, &draft, NULL);
        assert_int_equal(step(f, material_post_arrive, 10 + i, "'quantity':1.5"), 0);
        assert_int_equal(step(f, material_post_scan, 20 + i, i % 2 ? "'batch':'1'" : "'batch':'2'"), 0);
        if (i == 2) assert_int_equal(step(f, material_post_expect, 30, "'expected':'2026-12-01'"), 0);
    }
    journal_pair_carry(&hub, &f->t, &seed);
    journal_pair_carry(&f->t, &hub, &seed);
    journal_pair_same(&f->t, &hub);
    char *arrived = journal_pair_value(&hub, "SELECT arrived FROM material");
    assert_string_equal(arrived, "7500");
    free(arrived);
    journal_pair_rebuild(&hub);
    journal_pair_close(&hub);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, post_rig_setup, post_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(parts_add_up),
        TEST(without_a_quantity_it_is_there_or_not),
        TEST(what_is_late_say_the_sites_clocks),
        TEST(labels_are_kept_and_mended),
        TEST(what_is_wrong_is_named),
        TEST(open_ones_are_told_with_their_dates),
        TEST(both_ends_fold_to_the_same),
    };
    return cmocka_run_group_tests_name("material", tests, NULL, NULL);
}
