/* SPDX-License-Identifier: MIT */
/* The executives' digest: which sites it names, when it is due in which time zone, and what is read for it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/hook/digest.h"

#include "firmware/base/text.h"
#include "tests/support/journal_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void three_are_named_and_the_rest_counted(void **state) {
    struct pressing all[] = { { .site = "z", .log_days = 99, .alerts = 7 },
                              { .site = "d", .silent = 1 },
                              { .site = "c", .late_days = 4 },
                              { .site = "b", .overdue = 1 },
                              { .site = "a", .executive = 1, .alerts = 1 },
                              { .site = "y" } };
    struct digest d = { .date = "2026-11-28" };
    (void)state;
    digest_choose(all, TEXT_ARRAY_LEN(all), &d);
    assert_int_equal(d.sites, 6);
    assert_int_equal(d.red, 4);
    assert_int_equal(d.alerts, 8);
    assert_int_equal(d.silent_boards, 1);
    assert_int_equal(d.top_count, 3);
    assert_string_equal(d.top[0].site, "a");
    assert_string_equal(d.top[1].site, "b");
    assert_string_equal(d.top[2].site, "c");
    assert_string_equal(d.date, "2026-11-28");
    digest_choose(all, 0, &d);
    assert_int_equal(d.sites + d.red + (int64_t)d.top_count, 0);
}

/* A site that is red goes before one that is not, whatever weighs in the other. */
static void red_goes_first(void **state) {
    struct pressing all[] = { { .site = "late", .late_days = 2, .log_days = 50 }, { .site = "dark", .silent = 1 } };
    struct digest d = { .sites = 0 };
    (void)state;
    digest_choose(all, 2, &d);
    assert_int_equal(d.top_count, 1);
    assert_string_equal(d.top[0].site, "dark");
}

static void it_is_due_once_a_date(void **state) {
    static const struct {
        const char *zone, *now;
        int minute;
        const char *last, *due; /* the date; NULL: not due */
    } rows[] = {
        { "Asia/Shanghai", "2026-11-28T08:29:59+08:00", 510, "", NULL },
        { "Asia/Shanghai", "2026-11-28T08:30:00+08:00", 510, "", "2026-11-28" },
        { "Asia/Shanghai", "2026-11-28T08:30:00+08:00", 510, "2026-11-27", "2026-11-28" },
        { "Asia/Shanghai", "2026-11-28T08:30:05+08:00", 510, "2026-11-28", NULL },
        { "Asia/Shanghai", "2026-11-28T11:59:59+08:00", 510, "2026-11-27", "2026-11-28" }, /* was down at 08:30 */
        { "Asia/Shanghai", "2026-11-28T12:00:00+08:00", 510, "2026-11-27", NULL },
        { "Asia/Shanghai", "2026-11-28T23:59:00+08:00", 510, "2026-11-27", NULL },
        { "Asia/Shanghai", "2026-11-29T09:00:00+08:00", 510, "2026-11-28", "2026-11-29" }, /* a Sunday */
        { "Asia/Shanghai", "2027-01-01T08:30:00+08:00", 510, "2026-12-31", "2027-01-01" },
        { "Asia/Shanghai", "2026-11-27T09:00:00+08:00", 510, "2026-11-28", NULL }, /* the clock was set back */
        { "Asia/Shanghai", "2026-11-28T00:30:00Z", 510, "", "2026-11-28" },
        { "UTC", "2026-11-28T00:30:00Z", 510, "", NULL },
        { "Europe/Berlin", "2026-03-29T06:29:59Z", 510, "", NULL }, /* the day summer time begins: 08:30 is 06:30Z */
        { "Europe/Berlin", "2026-03-29T06:30:00Z", 510, "", "2026-03-29" },
        { "Europe/Berlin", "2026-03-28T07:30:00Z", 510, "", "2026-03-28" },
        { "Europe/Berlin", "2026-10-25T07:30:00Z", 510, "", "2026-10-25" },
        { "Europe/Berlin", "2026-10-25T07:29:59Z", 510, "", NULL },
        { "Europe/Berlin", "2026-03-29T00:59:59Z", 150, "", NULL }, /* 02:30 does not exist: at 03:00 */
        { "Europe/Berlin", "2026-03-29T01:00:00Z", 150, "", "2026-03-29" },
        { "Asia/Shanghai", "2026-11-28T00:00:00+08:00", 0, "2026-11-27", "2026-11-28" },
    };
    (void)state;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(rows); i++) {
        struct tz *tz = NULL;
        struct wall now;
        char date[TZ_DATE_SIZE] = "";
        assert_int_equal(tz_create(rows[i].zone, &tz, NULL), 0);
        assert_int_equal(clock_parse(rows[i].now, &now, NULL), 0);
        bool due = digest_due(tz, rows[i].minute, now, rows[i].last, date);
        if (due != (rows[i].due != NULL)) fail_msg("%s at %s: %d", rows[i].zone, rows[i].now, due);
        assert_string_equal(date, rows[i].due ? rows[i].due : "");
        tz_destroy(tz);
    }
}

/* ---- what is read ---- */

static void run(struct test_journal *t, const char *sql) {
    struct err_text e = { 0 };
    journal_pair_begin(t);
    if (db_exec(t->db, sql, &e)) fail_msg("%s", e.text);
    journal_pair_commit(t);
}

static void facts_come_from_the_projections(void **state) {
    struct test_journal t;
    struct digest d;
    struct tz *tz = NULL;
    char sql[1024];
    (void)state;
    journal_pair_now("2026-11-28T08:30:00+08:00"); /* a Saturday */
    journal_pair_open(&t, "hub");
    assert_int_equal(tz_create("Asia/Shanghai", &tz, NULL), 0);
    int64_t now_ms = clock_wall().ms, hour_ms = 3600000;
    (void)snprintf(sql, sizeof sql,
                   /* s-dark: its power is off, and no rule says that it should not be */
                   "INSERT INTO board VALUES ('s-dark', 'b-1', 0, %lld, 1, 1, 'ntp', '', '', 7, ''),"
                   " ('s-night', 'b-2', 0, %lld, 1, 1, 'ntp', '', '', NULL, ''),"
                   " ('s-on', 'b-3', 1, %lld, 1, 1, 'ntp', '', '', 0, '');",
                   (long long)(now_ms - 49 * hour_ms), (long long)(now_ms - 38 * hour_ms),
                   (long long)(now_ms - 99 * hour_ms));
    run(&t, sql);
    run(&t,
        "INSERT INTO alert (pos, site, id, rule, level, subject, due, raised, zh, en, raised_by, cleared, cleared_ms,"
        " cleared_by, cleared_rev, seen, seen_by, seen_note) VALUES"
        " (1, 's-on', 'x1', 'stage-late', 'executive', 'stage/x', '', '', '', '', '', '', 0, '', 0, '', '', ''),"
        " (2, 's-on', 'x2', 'hazard-overdue', 'office', 'hazard/x', '', '', '', '', '', '', 0, '', 0, '', '', ''),"
        " (3, 's-on', 'x3', 'stage-late', 'executive', 'stage/y', '', '', '', '', '', 'x', 5, '', 0, '', '', ''),"
        " (4, 's-night', 'x4', 'board-silent', 'office', 'board/b-2', '', '', '', '', '', '', 0, '', 0, '', '', '');"
        "INSERT INTO site VALUES ('s-on', 1, '锦绣花园', 'Asia/Shanghai', NULL, '', '', '');");
    assert_int_equal(digest_read(t.db, tz, "Asia/Shanghai", clock_wall(), &d), 0);
    assert_string_equal(d.date, "2026-11-28");
    assert_int_equal(d.sites, 3);
    assert_int_equal(d.red, 2);
    assert_int_equal(d.alerts, 3);
    assert_int_equal(d.silent_boards, 1);
    assert_int_equal(d.top_count, 2);
    assert_string_equal(d.top[0].site, "s-on");
    assert_string_equal(d.top[0].name, "锦绣花园");
    assert_int_equal(d.top[0].executive, 1);
    assert_int_equal(d.top[0].overdue, 1);
    assert_int_equal(d.top[0].silent, 0);
    assert_int_equal(d.top[0].unsent, 0);
    assert_string_equal(d.top[1].site, "s-night");
    assert_int_equal(d.top[1].silent, 1);
    assert_int_equal(d.top[1].unsent, -1);
    assert_string_equal(d.top[1].name, "s-night");
    tz_destroy(tz);
    journal_pair_close(&t);
}

static void logs_and_plan_count(void **state) {
    struct test_journal t;
    struct digest d;
    struct tz *tz = NULL;
    (void)state;
    journal_pair_now("2026-11-30T08:30:00+08:00"); /* a Monday */
    journal_pair_open(&t, "hub");
    assert_int_equal(tz_create("Asia/Shanghai", &tz, NULL), 0);
    run(&t, "INSERT INTO site VALUES ('s-1', 1, 'One', 'Asia/Shanghai', NULL, '', '', '');"
            "INSERT INTO plan_stage (site, n, key, planned_start, planned_finish, after) VALUES"
            " ('s-1', 0, 'demolition', '2026-11-02', '2026-11-20', '[]');");
    struct event_draft log = { .site = "s-1",
                               .type = "daylog-submitted",
                               .subject_id = "0193a000-0000-7000-8000-00000000000a",
                               .actor = "user/u-01",
                               .data = "{\"date\":\"2026-11-25\",\"stage\":\"demolition\",\"done\":[\"x\"]}" };
    journal_pair_append(&t, &log, NULL);
    assert_int_equal(digest_read(t.db, tz, "Asia/Shanghai", clock_wall(), &d), 0);
    assert_int_equal(d.red, 1);
    assert_string_equal(d.top[0].last_log, "2026-11-25");
    assert_int_equal(d.top[0].log_days, 3);  /* Thursday to Saturday */
    assert_int_equal(d.top[0].late_days, 8); /* 21 Saturday, 23–28, 30 Monday */
    assert_string_equal(d.top[0].stage.key, "demolition");
    tz_destroy(tz);
    journal_pair_close(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_are_named_and_the_rest_counted),
        cmocka_unit_test(red_goes_first),
        cmocka_unit_test(it_is_due_once_a_date),
        cmocka_unit_test(facts_come_from_the_projections),
        cmocka_unit_test(logs_and_plan_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
