/* SPDX-License-Identifier: MIT */
/* Measures: what counts as due, on time, late or missing, in tables of simulated days; and what is read for them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/measure.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"
#include "tests/support/journal_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct wall when(const char *text) {
    struct wall at = { 0 };
    if (text[0]) assert_int_equal(clock_parse(text, &at, NULL), 0);
    return at;
}

static void is_rate(const struct measure_rate *rate, const char *name, int due, int on_time, int late, int missing) {
    if (rate->due != due || rate->on_time != on_time || rate->late != late || rate->missing != missing)
        fail_msg("%s: due %lld, on time %lld, late %lld, missing %lld", name, (long long)rate->due,
                 (long long)rate->on_time, (long long)rate->late, (long long)rate->missing);
}

/* Monday to Saturday; November 2026: the 23rd is a Monday. */
struct work {
    struct plan_cutoffs cutoffs;
    struct tz *tz;
    struct standstill clocks;
    struct measure_span m;
};

static void begin(struct work *w) {
    *w = (struct work){ .cutoffs = { .workday = { [1] = true, true, true, true, true, true } } };
    assert_int_equal(tz_create("Asia/Shanghai", &w->tz, NULL), 0);
    w->clocks = (struct standstill){ .cutoffs = &w->cutoffs, .tz = w->tz };
    w->m = (struct measure_span){ .clocks = &w->clocks,
                                  .from = "2026-11-23",
                                  .to = "2026-11-29",
                                  .begun = when("2026-11-02T08:00:00+08:00"),
                                  .now = when("2026-12-24T12:00:00+08:00") };
}

static void logs_of_a_week(void **state) {
    static const struct measure_paper logs[] = {
        { "2026-11-21", { 0 } }, /* of the week before */
        { "2026-11-23", { 0 } }, { "2026-11-24", { 0 } },
        { "2026-11-25", { 0 } }, { "2026-11-29", { 0 } }, /* a Sunday */
    };
    struct standstill_days granted[] = { { "2026-11-26", "2026-11-26" } };
    struct standstill_held held[] = { { when("2026-11-27T00:00:00+08:00"), when("2026-11-28T00:00:00+08:00") } };
    char idle[1][TZ_DATE_SIZE] = { "2026-11-28" };
    struct measure_paper at[TEXT_ARRAY_LEN(logs)];
    struct measure_rate rate;
    struct work w;
    (void)state;
    begin(&w);
    memcpy(at, logs, sizeof at);
    for (size_t i = 0; i < TEXT_ARRAY_LEN(at); i++) at[i].at = when("2026-11-23T18:30:00+08:00");
    at[2].at = when("2026-11-24T18:30:01+08:00");
    at[3].at = when("2026-11-25T12:00:00+08:00");
    measure_logs(&w.m, 1110, at, TEXT_ARRAY_LEN(at), &rate);
    is_rate(&rate, "a week", 6, 2, 1, 3);
    w.clocks.granted = granted;
    w.clocks.granted_count = 1;
    measure_logs(&w.m, 1110, at, TEXT_ARRAY_LEN(at), &rate);
    is_rate(&rate, "a granted day", 5, 2, 1, 2);
    w.clocks.held = held;
    w.clocks.held_count = 1;
    measure_logs(&w.m, 1110, at, TEXT_ARRAY_LEN(at), &rate);
    is_rate(&rate, "and a held one", 4, 2, 1, 1);
    w.clocks.idle = idle;
    w.clocks.idle_count = 1;
    measure_logs(&w.m, 1110, at, TEXT_ARRAY_LEN(at), &rate);
    is_rate(&rate, "and an idle one", 3, 2, 1, 0);
    w.m.now = when("2026-11-24T18:00:00+08:00");
    measure_logs(&w.m, 1110, at, TEXT_ARRAY_LEN(at), &rate);
    is_rate(&rate, "today's is not due yet", 1, 1, 0, 0);
    w.m.begun = when("2026-11-23T19:00:00+08:00");
    measure_logs(&w.m, 1110, at, TEXT_ARRAY_LEN(at), &rate);
    is_rate(&rate, "nobody was there", 0, 0, 0, 0);
    w.m.begun.ms = 0;
    measure_logs(&w.m, 1110, at, TEXT_ARRAY_LEN(at), &rate);
    is_rate(&rate, "a site without boards", 0, 0, 0, 0);
    tz_destroy(w.tz);
    begin(&w);
    w.m.closed = when("2026-11-24T20:00:00+08:00");
    measure_logs(&w.m, 1110, NULL, 0, &rate);
    is_rate(&rate, "handed over", 2, 0, 0, 2);
    tz_destroy(w.tz);
}

static void reports_of_a_month(void **state) {
    struct measure_paper reports[] = { { "2026-11-05", when("2026-11-05T10:00:00+08:00") },
                                       { "2026-11-14", when("2026-11-14T18:00:01+08:00") },
                                       { "2026-11-24", when("2026-11-24T09:00:00+08:00") } };
    char holidays[1][TZ_DATE_SIZE] = { "2026-11-28" };
    struct measure_rate rate;
    struct work w;
    (void)state;
    begin(&w);
    memcpy(w.m.from, "2026-11-01", TZ_DATE_SIZE);
    memcpy(w.m.to, "2026-11-30", TZ_DATE_SIZE);
    /* Saturdays: the 7th (the 5th's), the 14th (a second too late), the 21st (none), the 28th (the 24th's) */
    measure_reports(&w.m, 6, 1080, reports, TEXT_ARRAY_LEN(reports), &rate);
    is_rate(&rate, "a month", 4, 2, 1, 1);
    w.m.now = when("2026-11-28T17:59:00+08:00");
    measure_reports(&w.m, 6, 1080, reports, TEXT_ARRAY_LEN(reports), &rate);
    is_rate(&rate, "before the last is due", 3, 1, 1, 1);
    w.m.now = when("2026-11-29T12:00:00+08:00");
    w.cutoffs.holidays = holidays; /* the 28th's is due on Monday */
    w.cutoffs.holiday_count = 1;
    measure_reports(&w.m, 6, 1080, reports, TEXT_ARRAY_LEN(reports), &rate);
    is_rate(&rate, "a holiday", 3, 1, 1, 1);
    w.m.now = when("2026-11-30T18:00:00+08:00");
    reports[2] = (struct measure_paper){ "2026-11-30", when("2026-11-30T17:00:00+08:00") };
    measure_reports(&w.m, 6, 1080, reports, TEXT_ARRAY_LEN(reports), &rate);
    is_rate(&rate, "handed in on that Monday", 4, 2, 1, 1);
    w.m.begun = when("2026-11-16T08:00:00+08:00");
    measure_reports(&w.m, 6, 1080, reports, TEXT_ARRAY_LEN(reports), &rate);
    is_rate(&rate, "begun in the third week", 2, 1, 0, 1);
    tz_destroy(w.tz);
}

static void stages_by_their_planned_finish(void **state) {
    static const struct measure_stage stages[] = {
        { "2026-11-23", "2026-11-23" }, /* on time */
        { "2026-11-28", "2026-11-29" }, /* Saturday's, on Sunday: no working day later */
        { "2026-11-24", "2026-11-26" }, /* late */
        { "2026-11-25", "" },           /* not finished, and past */
        { "2026-11-30", "2026-11-01" }, /* not of this week */
        { "", "2026-11-24" },           /* nobody planned it */
    };
    struct standstill_days granted[] = { { "2026-11-25", "2026-11-26" } };
    struct measure_rate rate;
    struct work w;
    (void)state;
    begin(&w);
    measure_stages(&w.m, stages, TEXT_ARRAY_LEN(stages), &rate);
    is_rate(&rate, "a week", 4, 2, 1, 1);
    w.clocks.granted = granted;
    w.clocks.granted_count = 1;
    measure_stages(&w.m, stages, TEXT_ARRAY_LEN(stages), &rate);
    is_rate(&rate, "days that were granted", 4, 3, 0, 1);
    granted[0] = (struct standstill_days){ "2026-11-23", "2026-11-24" };
    measure_stages(&w.m, stages, TEXT_ARRAY_LEN(stages), &rate);
    is_rate(&rate, "granted before the planned date: it moved", 4, 3, 0, 1);
    w.m.now = when("2026-11-25T12:00:00+08:00");
    measure_stages(&w.m, &stages[3], 1, &rate);
    is_rate(&rate, "it may still be on time", 0, 0, 0, 0);
    tz_destroy(w.tz);
}

static void medians_and_percents(void **state) {
    int64_t values[] = { 9, 1, 5, 100 };
    (void)state;
    assert_int_equal(measure_median(values, 0), -1);
    assert_int_equal(measure_median(values, 1), 9);
    assert_int_equal(measure_median(values, 3), 5);
    assert_int_equal(measure_median(values, 4), 7);
    assert_int_equal(measure_percent(0, 0), -1);
    assert_int_equal(measure_percent(0, 3), 0);
    assert_int_equal(measure_percent(2, 3), 67);
    assert_int_equal(measure_percent(1, 3), 33);
    assert_int_equal(measure_percent(3, 3), 100);
}

/* ---- what is read ---- */

static void run(struct test_journal *t, const char *sql) {
    struct err_text e = { 0 };
    journal_pair_begin(t);
    if (db_exec(t->db, sql, &e)) fail_msg("%s: %s", e.text, sql);
    journal_pair_commit(t);
}

static void add_hazard(struct test_journal *t, int pos, const char *site, const char *stage, const char *severity,
                       const char *state, int raised_h, int rectified_h, int due_h, int rejected) {
    char sql[1024];
    long long day = when("2026-11-24T00:00:00+08:00").ms, hour = 3600000;
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO hazard VALUES (%d, '%s', 'h%d', 'hub', '%s', '%s', '%s', '', '', NULL, '', '', '', '',"
                   " %lld, 0, '', %lld, '', '', '[]', '', %lld, '', '', '[]', %d, '', '', 0, '', '', '', 0)",
                   pos, site, pos, state, severity, stage, day + (long long)due_h * hour,
                   day + (long long)raised_h * hour, rectified_h ? day + (long long)rectified_h * hour : 0LL, rejected);
    run(t, sql);
}

static void everything_is_read(void **state) {
    struct test_journal t;
    struct measure m = { .site_count = 0 };
    struct tz *tz = NULL;
    struct err_text e = { 0 };
    CLEANUP(buf_fini) struct buf out;
    (void)state;
    journal_pair_now("2026-11-28T09:00:00+08:00");
    journal_pair_open(&t, "hub");
    assert_int_equal(tz_create("Asia/Shanghai", &tz, NULL), 0);
    run(&t,
        "INSERT INTO site VALUES ('s-1', 1, '=One', 'Asia/Shanghai', NULL, '', '', ''),"
        " ('s-2', 1, 'Two', 'Asia/Shanghai', NULL, '', '', '');"
        "INSERT INTO plan_stage VALUES ('s-1', 0, 'tiling', '', '2026-11-24', '[]'),"
        " ('s-1', 1, 'painting', '', '2026-11-25', '[]');"
        "INSERT INTO stage (site, key, room, state, accepted_ms) VALUES ('s-1', 'tiling', 'kitchen', 'accepted', 1),"
        " ('s-1', 'tiling', 'bath', 'asked', 0);");
    add_hazard(&t, 1, "s-1", "tiling", "stop_work", "verified", 1, 3, 25, 0);
    add_hazard(&t, 2, "s-1", "tiling", "notice", "assigned", 1, 0, 5, 2); /* overdue, sent back twice */
    add_hazard(&t, 3, "s-2", "", "serious", "rectified", 1, 11, 9, 0);    /* too late */
    add_hazard(&t, 4, "s-2", "", "serious", "assigned", -9999, 0, 9, 0);  /* not of the period */
    run(&t,
        "INSERT INTO callback (pos, site, id, date, score, note, questions, next, at, at_ms, actor) VALUES"
        " (1, 's-1', 'c1', '2026-11-24', 5, '', '[]', '', '', 0, ''), (2, 's-1', 'c2', '2026-11-25', 4, '', '[]', '',"
        " '', 0, ''), (3, 's-1', 'c3', '2026-01-01', 1, '', '[]', '', '', 0, '')");
    struct measure_ask ask = { .from = "2026-11-23", .fallback_tz = "Asia/Shanghai", .tz = tz, .now = clock_wall() };
    assert_int_equal(measure_read(t.db, &ask, &m, &e), 0);
    assert_string_equal(m.to, "2026-11-28");
    assert_int_equal(m.site_count, 2);
    is_rate(&m.sites[0].stages, "a room is missing", 2, 0, 0, 2);
    assert_int_equal(m.sites[0].hazards[0], 1);
    assert_int_equal(m.sites[0].hazards[2], 1);
    assert_int_equal(m.sites[0].overdue, 1);
    assert_int_equal(m.sites[0].checked, 3);
    assert_int_equal(m.sites[0].sent_back, 2);
    assert_int_equal(m.sites[0].median_min, 120);
    assert_int_equal(m.sites[0].calls, 2);
    assert_int_equal(m.sites[0].score_sum, 9);
    assert_int_equal(m.sites[1].hazards[1], 1);
    assert_int_equal(m.sites[1].overdue, 1);
    assert_int_equal(m.all.median_min, 360);
    assert_int_equal(m.all.rectified, 2);
    assert_int_equal(m.stage_count, 2);
    assert_string_equal(m.stages[0].stage, "tiling");
    assert_int_equal(m.stages[0].n[2], 1);
    buf_init(&out, 100000);
    assert_int_equal(measure_print(&m, &out), 0);
    assert_non_null(strstr(out.data, "\"median_hours\":6.0},\"calls\":{\"n\":2,\"score\":4.5}"));
    assert_non_null(strstr(out.data, "\"logs\":{\"due\":0,\"on_time\":0,\"late\":0,\"missing\":0,\"percent\":null}"));
    buf_clear(&out);
    assert_int_equal(measure_csv(&m, false, &out), 0);
    assert_non_null(strstr(out.data, "\r\n\"s-1\",\"'=One\",0,0,0,0,\"\","));
    measure_fini(&m);
    ask.site = "s-2";
    assert_int_equal(measure_read(t.db, &ask, &m, &e), 0);
    assert_int_equal(m.site_count, 1);
    assert_int_equal(m.all.hazards[0] + m.all.hazards[1] + m.all.hazards[2], 1);
    measure_fini(&m);
    tz_destroy(tz);
    journal_pair_close(&t);
}

static void periods_that_are_none(void **state) {
    static const struct {
        const char *from, *to, *field;
    } rows[] = {
        { "2026-11-31", NULL, "from" },
        { NULL, "yesterday", "to" },
        { "2026-11-23", "2026-11-22", "from" },
        { "2025-11-22", "2026-11-23", "from" }, /* 367 days */
    };
    struct test_journal t;
    struct tz *tz = NULL;
    (void)state;
    journal_pair_now("2026-11-28T09:00:00+08:00");
    journal_pair_open(&t, "hub");
    assert_int_equal(tz_create("Asia/Shanghai", &tz, NULL), 0);
    for (size_t i = 0; i < TEXT_ARRAY_LEN(rows); i++) {
        struct err_text e = { 0 };
        struct measure m;
        struct measure_ask ask = {
            .from = rows[i].from, .to = rows[i].to, .fallback_tz = "UTC", .tz = tz, .now = clock_wall()
        };
        assert_int_equal(measure_read(t.db, &ask, &m, &e), ERR_INVALID);
        assert_string_equal(e.field, rows[i].field);
    }
    tz_destroy(tz);
    journal_pair_close(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logs_of_a_week),
        cmocka_unit_test(reports_of_a_month),
        cmocka_unit_test(stages_by_their_planned_finish),
        cmocka_unit_test(medians_and_percents),
        cmocka_unit_test(everything_is_read),
        cmocka_unit_test(periods_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
