/* SPDX-License-Identifier: MIT */
/* Weeks of ISO 8601, and their span at a site. What is read of a week is asked of the report's route. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/week.h"

static void weeks_by_name_and_by_date(void **state) {
    static const struct {
        const char *text, *week, *from, *to;
    } good[] = {
        { "2026-W48", "2026-W48", "2026-11-23", "2026-11-29" },
        { "2026-11-23", "2026-W48", "2026-11-23", "2026-11-29" },
        { "2026-11-29", "2026-W48", "2026-11-23", "2026-11-29" },
        { "2026-W53", "2026-W53", "2026-12-28", "2027-01-03" },
        { "2027-01-03", "2026-W53", "2026-12-28", "2027-01-03" },
        { "2027-W01", "2027-W01", "2027-01-04", "2027-01-10" },
        { "2024-12-30", "2025-W01", "2024-12-30", "2025-01-05" },
        { "2025-W01", "2025-W01", "2024-12-30", "2025-01-05" },
        { "2024-02-29", "2024-W09", "2024-02-26", "2024-03-03" },
        { "2020-W53", "2020-W53", "2020-12-28", "2021-01-03" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct week w;
        if (week_parse(good[i].text, &w)) fail_msg("%s is no week", good[i].text);
        assert_string_equal(w.text, good[i].week);
        assert_string_equal(w.from, good[i].from);
        assert_string_equal(w.to, good[i].to);
    }
}

static void what_is_no_week(void **state) {
    static const char *const bad[] = { "",         "2026",     "2026-W",    "2026-W00", "2026-W54",   "2025-W53",
                                       "2026-w48", "2026-W4",  "2026-W4x",  "2026-W-1", "2026-02-30", "last",
                                       "26-W48",   "0000-W01", "9999-W52x", "2026-W+1", "2026-11-28 " };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct week w;
        if (week_parse(bad[i], &w) != ERR_INVALID) fail_msg("\"%s\" is taken for %s", bad[i], w.text);
    }
}

static void a_week_is_as_long_as_its_days(void **state) {
    struct err_text e = { 0 };
    struct tz *shanghai = NULL, *berlin = NULL;
    struct wall from, to;
    struct week w;
    (void)state;
    assert_int_equal(tz_create("Asia/Shanghai", &shanghai, &e), 0);
    assert_int_equal(tz_create("Europe/Berlin", &berlin, &e), 0);
    assert_int_equal(week_parse("2026-W43", &w), 0); /* summer time ends on its Sunday */
    assert_int_equal(week_span(&w, shanghai, &from, &to), 0);
    assert_int_equal(to.ms - from.ms, INT64_C(7) * 24 * 3600 * 1000);
    assert_int_equal(from.ms, INT64_C(1792339200000)); /* 2026-10-19T00:00:00+08:00 */
    assert_int_equal(week_span(&w, berlin, &from, &to), 0);
    assert_int_equal(to.ms - from.ms, (INT64_C(7) * 24 + 1) * 3600 * 1000);
    tz_destroy(shanghai);
    tz_destroy(berlin);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weeks_by_name_and_by_date),
        cmocka_unit_test(what_is_no_week),
        cmocka_unit_test(a_week_is_as_long_as_its_days),
    };
    return cmocka_run_group_tests_name("week", tests, NULL, NULL);
}
