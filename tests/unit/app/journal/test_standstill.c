/* SPDX-License-Identifier: MIT */
/* When clocks run: days off, granted days, held periods; over a change to summer time and the end of a year. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/standstill.h"

#include "app/journal/plan_decode.h"

#include <string.h>

#define HOUR_MS INT64_C(3600000)

struct fixture {
    struct plan_cutoffs cutoffs;
    char holidays[2][TZ_DATE_SIZE];
    struct tz *tz;
    struct standstill s;
};

static void begin(struct fixture *f, const char *zone) {
    memset(f, 0, sizeof *f);
    plan_cutoffs_default(&f->cutoffs); /* Monday to Saturday */
    assert_int_equal(tz_create(zone, &f->tz, NULL), 0);
    f->s = (struct standstill){ .cutoffs = &f->cutoffs, .tz = f->tz };
}

static void end(struct fixture *f) { tz_destroy(f->tz); }

static struct wall at(const char *text) {
    struct wall out;
    assert_int_equal(clock_parse(text, &out, NULL), 0);
    return out;
}

static void after(struct fixture *f, const char *from, int64_t ms, const char *expected) {
    struct wall out = standstill_run(&f->s, at(from), ms, STANDSTILL_ALL_HOURS);
    assert_int_equal(out.ms, at(expected).ms);
}

static void sundays_and_holidays_stand_still(void **state) {
    struct fixture f;
    (void)state;
    begin(&f, "Asia/Shanghai");
    memcpy(f.holidays[0], "2026-12-31", TZ_DATE_SIZE);
    memcpy(f.holidays[1], "2027-01-01", TZ_DATE_SIZE);
    f.cutoffs.holidays = f.holidays;
    f.cutoffs.holiday_count = 2;
    assert_true(standstill_runs(&f.s, "2026-11-28"));
    assert_false(standstill_runs(&f.s, "2026-11-29")); /* a Sunday */
    assert_false(standstill_runs(&f.s, "2027-01-01"));
    assert_int_equal(standstill_days(&f.s, "2026-12-28", "2027-01-04"), 5); /* Mon Tue Wed Sat, Mon */
    assert_int_equal(standstill_days(&f.s, "2026-12-28", "2026-12-27"), 0);
    after(&f, "2026-11-28T20:00:00+08:00", 4 * HOUR_MS, "2026-11-29T00:00:00+08:00"); /* full with the day */
    after(&f, "2026-11-28T20:00:00+08:00", 5 * HOUR_MS, "2026-11-30T01:00:00+08:00");
    after(&f, "2026-11-29T10:00:00+08:00", 1, "2026-11-30T00:00:00.001+08:00"); /* begun on a day off */
    after(&f, "2026-12-30T23:00:00+08:00", 24 * HOUR_MS, "2027-01-02T23:00:00+08:00");
    end(&f);
}

static void granted_days_stand_still(void **state) {
    struct fixture f;
    struct standstill_days granted[] = { { "2026-11-24", "2026-11-25" }, { "2026-11-25", "2026-11-26" } };
    (void)state;
    begin(&f, "Asia/Shanghai");
    f.s.granted = granted;
    f.s.granted_count = 2;
    assert_int_equal(standstill_days(&f.s, "2026-11-23", "2026-11-28"), 3);
    after(&f, "2026-11-23T12:00:00+08:00", 24 * HOUR_MS, "2026-11-27T12:00:00+08:00");
    end(&f);
}

static void a_held_site_stands_still_to_the_second(void **state) {
    struct fixture f;
    struct standstill_held held[] = {
        { at("2026-11-24T13:00:00+08:00"), at("2026-11-24T18:00:00+08:00") },
        { at("2026-11-24T10:00:00+08:00"), at("2026-11-24T14:00:00+08:00") }, /* overlaps */
        { at("2026-11-26T09:00:00+08:00"), { 0 } },
    };
    (void)state;
    begin(&f, "Asia/Shanghai");
    f.s.held = held;
    f.s.held_count = 3;
    assert_false(standstill_is_held(&f.s, at("2026-11-24T09:59:59+08:00")));
    assert_true(standstill_is_held(&f.s, at("2026-11-24T10:00:00+08:00")));
    assert_true(standstill_is_held(&f.s, at("2026-11-24T17:59:59+08:00")));
    assert_false(standstill_is_held(&f.s, at("2026-11-24T18:00:00+08:00")));
    assert_false(standstill_runs(&f.s, "2026-11-24"));
    assert_true(standstill_runs(&f.s, "2026-11-25"));
    assert_false(standstill_runs(&f.s, "2027-11-25")); /* held without an end */
    after(&f, "2026-11-24T09:00:00+08:00", HOUR_MS, "2026-11-24T10:00:00+08:00");
    after(&f, "2026-11-24T09:00:00+08:00", 2 * HOUR_MS, "2026-11-24T19:00:00+08:00");
    after(&f, "2026-11-24T11:00:00+08:00", HOUR_MS, "2026-11-24T19:00:00+08:00");
    struct wall never = standstill_run(&f.s, at("2026-11-25T20:00:00+08:00"), 24 * HOUR_MS, STANDSTILL_ALL_HOURS);
    assert_true(never.ms == STANDSTILL_NEVER);
    end(&f);
}

/* Whatever days are asked about, they are those that run one by one; a holding counts by the noons that are in it. */
static void days_are_counted_as_they_run(void **state) {
    struct fixture f;
    char from[TZ_DATE_SIZE] = "2026-11-16", to[TZ_DATE_SIZE];
    struct standstill_held held[] = { { at("2026-11-18T12:00:00+08:00"), at("2026-11-20T12:00:00+08:00") },
                                      { at("2026-11-24T12:00:01+08:00"), at("2026-11-25T11:59:59+08:00") },
                                      { at("2026-12-01T09:00:00+08:00"), { 0 } } };
    (void)state;
    begin(&f, "Asia/Shanghai");
    f.s.held = held;
    f.s.held_count = 3;
    assert_int_equal(standstill_days(&f.s, "2026-11-18", "2026-11-20"), 1);
    assert_int_equal(standstill_days(&f.s, "2026-11-24", "2026-11-25"), 2); /* at neither noon */
    assert_int_equal(standstill_days(&f.s, "2026-12-01", "2026-12-05"), 0);
    for (int i = 0; i < 20; i++, tz_date_add(from, 1, from)) {
        int days = 0;
        memcpy(to, from, sizeof to);
        for (int n = 0; n < 20; n++, tz_date_add(to, 1, to)) {
            days += standstill_runs(&f.s, to);
            assert_int_equal(standstill_days(&f.s, from, to), days);
        }
    }
    end(&f);
}

static void a_day_of_23_hours_is_a_day(void **state) {
    struct fixture f;
    (void)state;
    begin(&f, "Europe/Berlin"); /* summer time begins on Sunday 2027-03-28, ends on Sunday 2026-10-25 */
    f.cutoffs.workday[7] = true;
    after(&f, "2027-03-27T12:00:00+01:00", 24 * HOUR_MS, "2027-03-28T13:00:00+02:00");
    f.cutoffs.workday[7] = false;
    after(&f, "2027-03-27T12:00:00+01:00", 24 * HOUR_MS, "2027-03-29T12:00:00+02:00");
    after(&f, "2026-10-24T12:00:00+02:00", 24 * HOUR_MS, "2026-10-26T12:00:00+01:00");
    assert_int_equal(standstill_days(&f.s, "2027-03-27", "2027-03-29"), 2);
    end(&f);
}

static void an_idle_day_alone_stops_nothing(void **state) {
    struct fixture f;
    char idle[1][TZ_DATE_SIZE] = { "2026-11-24" };
    (void)state;
    begin(&f, "Asia/Shanghai");
    f.s.idle = idle;
    f.s.idle_count = 1;
    assert_true(standstill_is_idle(&f.s, "2026-11-24"));
    assert_false(standstill_is_idle(&f.s, "2026-11-25"));
    assert_true(standstill_runs(&f.s, "2026-11-24"));
    end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sundays_and_holidays_stand_still),       cmocka_unit_test(granted_days_stand_still),
        cmocka_unit_test(a_held_site_stands_still_to_the_second), cmocka_unit_test(a_day_of_23_hours_is_a_day),
        cmocka_unit_test(days_are_counted_as_they_run),           cmocka_unit_test(an_idle_day_alone_stops_nothing),
    };
    return cmocka_run_group_tests_name("standstill", tests, NULL, NULL);
}
