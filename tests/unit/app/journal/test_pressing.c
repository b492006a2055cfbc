/* SPDX-License-Identifier: MIT */
/* What presses: which of two sites more, which is red, and what is told of it; and what is read for it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/pressing.h"

#include "app/journal/site.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"
#include "tests/support/journal_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void what_weighs_more_comes_first(void **state) {
    /* Each row presses more than the one below. */
    static const struct pressing order[] = {
        { .site = "a", .executive = 2 },
        { .site = "b", .executive = 1, .stop_work = 1 },
        { .site = "c", .executive = 1 },
        { .site = "d", .stop_work = 2 },
        { .site = "e", .stop_work = 1, .overdue = 9, .late_days = 99 },
        { .site = "f", .overdue = 2 },
        { .site = "g", .overdue = 1, .late_days = 40 },
        { .site = "h", .late_days = 5, .silent = 1 },
        { .site = "i", .late_days = 5 },
        { .site = "j", .silent = 2 },
        { .site = "k", .silent = 1, .log_days = 30 },
        { .site = "l", .log_days = 2 },
        { .site = "m", .log_days = 1, .alerts = 5 },
        { .site = "n", .alerts = 5 },
        { .site = "o", .alerts = 1 },
        { .site = "p", .unsent = 4 },
        { .site = "q", .unsent = -1 },
        { .site = "r" },
    };
    (void)state;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(order); i++)
        for (size_t k = 0; k < TEXT_ARRAY_LEN(order); k++) {
            int c = pressing_compare(&order[i], &order[k]);
            if (i == k ? c != 0 : i < k ? c >= 0 : c <= 0) fail_msg("%s and %s: %d", order[i].site, order[k].site, c);
        }
}

static void red_is(void **state) {
    static const struct {
        struct pressing site;
        bool red;
    } rows[] = {
        { { .executive = 1 }, true },
        { { .stop_work = 1 }, true },
        { { .overdue = 1 }, true },
        { { .late_days = 2 }, false },
        { { .late_days = 3 }, true },
        { { .silent = 1 }, true },
        { { .log_days = 9, .alerts = 9, .unsent = 9 }, false },
        { { .site = "s" }, false },
    };
    (void)state;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(rows); i++) assert_int_equal(pressing_red(&rows[i].site), rows[i].red);
}

static void sorting_puts_red_first(void **state) {
    struct pressing all[] = { { .site = "none" },
                              { .site = "late", .late_days = 2, .log_days = 50 },
                              { .site = "dark", .silent = 1 },
                              { .site = "worst", .executive = 1 } };
    static const char *const order[] = { "worst", "dark", "late", "none" };
    (void)state;
    pressing_sort(all, TEXT_ARRAY_LEN(all));
    for (size_t i = 0; i < TEXT_ARRAY_LEN(all); i++) assert_string_equal(all[i].site, order[i]);
    pressing_sort(all, 0);
}

/* Every kind is told once, what weighs most first; alerts that another kind tells of are not told twice. */
static void all_of_it_is_told_in_words(void **state) {
    struct pressing s = { .executive = 1,
                          .stop_work = 2,
                          .overdue = 3,
                          .late_days = 4,
                          .silent = 5,
                          .log_days = 6,
                          .alerts = 9,
                          .others = 7,
                          .unsent = 8 };
    struct pressing told = { .alerts = 2, .unsent = -1 };
    struct json_out w;
    CLEANUP(buf_fini) struct buf json;
    (void)state;
    buf_init(&json, 4096);
    json_start(&w, &json);
    json_open(&w, NULL, '{');
    pressing_put(&s, &w);
    json_close(&w, '}');
    assert_string_equal(json.data,
                        "{\"red\":true,\"press\":[{\"kind\":\"executive\",\"n\":1},{\"kind\":\"stop_work\",\"n\":2},"
                        "{\"kind\":\"overdue\",\"n\":3},{\"kind\":\"late\",\"n\":4},{\"kind\":\"silent\",\"n\":5},"
                        "{\"kind\":\"daylog\",\"n\":6},{\"kind\":\"alerts\",\"n\":7},{\"kind\":\"unsent\",\"n\":8}]}");
    for (enum pressing_kind kind = 0; kind < PRESSING_KINDS; kind++) assert_int_equal(pressing_count(&told, kind), 0);
}

/* ---- what is read ---- */

static void run(struct test_journal *t, const char *sql) {
    struct err_text e = { 0 };
    journal_pair_begin(t);
    if (db_exec(t->db, sql, &e)) fail_msg("%s", e.text);
    journal_pair_commit(t);
}

static void add_hazard(struct test_journal *t, int pos, const char *severity, const char *state, int64_t due_ms) {
    char sql[1024];
    (void)snprintf(
        sql, sizeof sql,
        "INSERT INTO hazard VALUES (%d, 's-1', 'h%d', 'hub', '%s', '%s', '', '', '', NULL, '', '', '', '', %lld, 0,"
        " '', 0, '', '', '[]', '', 0, '', '', '[]', 0, '', '', 0, '', '', '', 0)",
        pos, pos, state, severity, (long long)due_ms);
    run(t, sql);
}

static void hazards_count_until_they_are_put_right(void **state) {
    struct test_journal t;
    struct pressing_scope c;
    struct pressing s;
    struct tz *tz = NULL;
    (void)state;
    journal_pair_now("2026-11-28T08:30:00+08:00");
    journal_pair_open(&t, "hub");
    assert_int_equal(tz_create("Asia/Shanghai", &tz, NULL), 0);
    int64_t now = clock_wall().ms;
    add_hazard(&t, 1, "stop_work", "assigned", now + 1000);
    add_hazard(&t, 2, "stop_work", "rectified", now - 1000);
    add_hazard(&t, 3, "stop_work", "verified", now - 1000);
    add_hazard(&t, 4, "notice", "raised", now - 1000);
    pressing_scope_init(&c, tz, "Asia/Shanghai", clock_wall());
    assert_int_equal(pressing_read(t.db, &c, "s-1", &s), 0);
    assert_int_equal(s.stop_work, 1);
    assert_int_equal(s.overdue, 1);
    assert_int_equal(s.unsent, -1);
    assert_string_equal(s.timezone, "Asia/Shanghai");
    clock_fake_advance_ms(2000);
    pressing_scope_init(&c, tz, "Asia/Shanghai", clock_wall());
    assert_int_equal(pressing_read(t.db, &c, "s-1", &s), 0);
    assert_int_equal(s.overdue, 2);
    tz_destroy(tz);
    journal_pair_close(&t);
}

/* The site's clock stood still for an hour: so much later is it overdue. */
static void held_and_closed_sites_do_not_press(void **state) {
    struct test_journal t;
    struct pressing_scope c;
    struct pressing s;
    struct tz *tz = NULL;
    char sql[300];
    (void)state;
    journal_pair_now("2026-11-27T08:30:00+08:00");
    journal_pair_open(&t, "hub");
    assert_int_equal(tz_create("Asia/Shanghai", &tz, NULL), 0);
    int64_t now = clock_wall().ms;
    add_hazard(&t, 1, "stop_work", "assigned", now - 1000);
    run(&t, "UPDATE hazard SET raised_ms = due_ms - 86400000");
    pressing_scope_init(&c, tz, "Asia/Shanghai", clock_wall());
    assert_int_equal(pressing_read(t.db, &c, "s-1", &s), 0);
    assert_true(s.stop_work == 1 && s.overdue == 1);
    (void)snprintf(sql, sizeof sql, "INSERT INTO hold VALUES (1, 's-1', 'x', %lld, 0, '', '', '', '', '', '', '')",
                   (long long)(now - 7200000));
    run(&t, sql);
    assert_int_equal(pressing_read(t.db, &c, "s-1", &s), 0);
    assert_true(!pressing_red(&s) && s.stop_work == 0 && s.overdue == 0);
    run(&t, "UPDATE hold SET to_ms = from_ms + 3600000");
    assert_int_equal(pressing_read(t.db, &c, "s-1", &s), 0);
    assert_true(s.stop_work == 1 && s.overdue == 0);
    clock_fake_advance_ms(3600000);
    pressing_scope_init(&c, tz, "Asia/Shanghai", clock_wall());
    assert_int_equal(pressing_read(t.db, &c, "s-1", &s), 0);
    assert_int_equal(s.overdue, 1);
    run(&t, "INSERT INTO handover VALUES ('s-1', 9, '2026-11-27', '', '[]', '[]', '', 1, '')");
    assert_int_equal(pressing_read(t.db, &c, "s-1", &s), 0);
    assert_true(!pressing_red(&s) && s.stop_work == 0 && s.overdue == 0);
    tz_destroy(tz);
    journal_pair_close(&t);
}

static void alerts_that_others_tell_of(void **state) {
    static const char *const rules[][2] = { { "hazard-overdue", "office" }, { "daylog-missing", "office" },
                                            { "stage-late", "executive" },  { "board-silent", "office" },
                                            { "question-late", "office" },  { "camera-down", "site" } };
    struct test_journal t;
    struct pressing_scope c;
    struct pressing s;
    struct tz *tz = NULL;
    (void)state;
    journal_pair_now("2026-11-28T08:30:00+08:00");
    journal_pair_open(&t, "hub");
    assert_int_equal(tz_create("Asia/Shanghai", &tz, NULL), 0);
    for (size_t i = 0; i < TEXT_ARRAY_LEN(rules); i++) {
        char sql[512];
        (void)snprintf(
            sql, sizeof sql,
            "INSERT INTO alert VALUES (%zu, 's-1', 'x%zu', '%s', '%s', 'a/b', '', '', '', '', 'hub', '', 0, '', 0,"
            " '', '', '')",
            i + 1, i, rules[i][0], rules[i][1]);
        run(&t, sql);
    }
    pressing_scope_init(&c, tz, "Asia/Shanghai", clock_wall());
    assert_int_equal(pressing_read(t.db, &c, "s-1", &s), 0);
    assert_int_equal(s.alerts, 6);
    assert_int_equal(s.others, 2);
    assert_int_equal(s.executive, 1);
    assert_int_equal(s.overdue, 1);
    assert_int_equal(s.silent, 1);
    tz_destroy(tz);
    journal_pair_close(&t);
}

/* Once it is handed over nobody logs there, and its board hangs elsewhere. */
static void a_site_that_was_handed_over(void **state) {
    struct test_journal t;
    struct pressing_scope c;
    struct pressing s;
    struct tz *tz = NULL;
    struct event_draft log = { .site = "s-1",
                               .type = "daylog-submitted",
                               .subject_id = "0193a000-0000-7000-8000-00000000000a",
                               .actor = "user/u-01",
                               .data = "{\"date\":\"2026-11-20\",\"stage\":\"demolition\",\"done\":[\"x\"]}" };
    (void)state;
    journal_pair_now("2026-11-28T08:30:00+08:00");
    journal_pair_open(&t, "hub");
    assert_int_equal(tz_create("Asia/Shanghai", &tz, NULL), 0);
    journal_pair_append(&t, &log, NULL);
    run(&t, "INSERT INTO board VALUES ('s-1', 'b-1', 0, 5, 1, 1, 'ntp', '', '', 0, '')");
    pressing_scope_init(&c, tz, "Asia/Shanghai", clock_wall());
    assert_int_equal(pressing_read(t.db, &c, "s-1", &s), 0);
    assert_int_equal(s.log_days, 6);
    assert_int_equal(s.silent, 0); /* off at night and over holidays: when that is silence, its rule knows */
    run(&t, "INSERT INTO alert VALUES (99, 's-1', 'x', 'board-silent', 'office', 'board/b-1', '', '', '', '', 'hub', "
            "'', 0, '',"
            " 0, '', '', '')");
    assert_int_equal(pressing_read(t.db, &c, "s-1", &s), 0);
    assert_int_equal(s.silent, 1);
    run(&t, "INSERT INTO handover (site, pos, date, note, photos, plan, at, at_ms, actor) VALUES ('s-1', 1, "
            "'2026-11-28', '',"
            " '[]', '[]', '', 1, '')");
    assert_int_equal(pressing_read(t.db, &c, "s-1", &s), 0);
    assert_true(s.closed);
    assert_int_equal(s.log_days + s.silent + s.late_days, 0);
    assert_false(pressing_red(&s));
    tz_destroy(tz);
    journal_pair_close(&t);
}

/* The order of the list of sites is that of the digest. */
static void the_list_of_sites_is_in_this_order(void **state) {
    struct test_journal t;
    struct pressing_scope c;
    struct tz *tz = NULL;
    CLEANUP(buf_fini) struct buf json;
    (void)state;
    journal_pair_now("2026-11-28T08:30:00+08:00");
    journal_pair_open(&t, "hub");
    assert_int_equal(tz_create("Asia/Shanghai", &tz, NULL), 0);
    buf_init(&json, 65536);
    run(&t, "INSERT INTO site VALUES ('s-0', 1, 'A', 'Asia/Shanghai', NULL, '', '', ''),"
            " ('s-1', 1, 'B', 'Asia/Shanghai', NULL, '', '', '');");
    add_hazard(&t, 1, "stop_work", "assigned", clock_wall().ms + 1000);
    pressing_scope_init(&c, tz, "Asia/Shanghai", clock_wall());
    assert_int_equal(site_list(t.db, &c, &json), 0);
    assert_true(strstr(json.data, "\"site\":\"s-1\"") < strstr(json.data, "\"site\":\"s-0\""));
    assert_non_null(strstr(json.data, "\"red\":true,\"press\":[{\"kind\":\"stop_work\",\"n\":1}]"));
    tz_destroy(tz);
    journal_pair_close(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_weighs_more_comes_first),
        cmocka_unit_test(red_is),
        cmocka_unit_test(sorting_puts_red_first),
        cmocka_unit_test(all_of_it_is_told_in_words),
        cmocka_unit_test(hazards_count_until_they_are_put_right),
        cmocka_unit_test(held_and_closed_sites_do_not_press),
        cmocka_unit_test(alerts_that_others_tell_of),
        cmocka_unit_test(a_site_that_was_handed_over),
        cmocka_unit_test(the_list_of_sites_is_in_this_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
