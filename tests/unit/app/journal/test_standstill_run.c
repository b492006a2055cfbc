/* SPDX-License-Identifier: MIT */
/* The clock of a site: what it counts and what it passes over, where clocks are set forward and back, and what a board's hours are learned from. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/rule_hours.h"
#include "app/journal/standstill.h"
#include "tests/support/rules_rig.h"

#include <stdio.h>
#include <string.h>

#define HOUR     INT64_C(3600000)
#define CLOCK    ((struct standstill[1]){ rules_site_clock(&s) })
#define AT(text) rules_rig_local(&s, text)
#define SAME(got, text)                                                                                                \
    do {                                                                                                               \
        struct wall got_ = (got);                                                                                      \
        char said_[CLOCK_TEXT_SIZE];                                                                                   \
        clock_format(got_, tz_offset_s(s.tz, got_), said_);                                                            \
        if (got_.ms != AT(text).ms) fail_msg("%s is not %s", said_, text);                                             \
    } while (0)

static void days_that_do_not_count(void **state) {
    struct rules_site s;
    (void)state;
    rules_rig_site(&s, "Asia/Shanghai");
    SAME(standstill_run(CLOCK, AT("2026-01-09T09:00:00"), 48 * HOUR, STANDSTILL_ALL_HOURS), "2026-01-12T09:00:00");
    SAME(standstill_run(CLOCK, AT("2026-01-11T09:00:00"), HOUR, STANDSTILL_ALL_HOURS), "2026-01-12T01:00:00");
    SAME(standstill_run(CLOCK, AT("2026-01-10T22:00:00"), 2 * HOUR, STANDSTILL_ALL_HOURS), "2026-01-11T00:00:00");
    char holidays[][TZ_DATE_SIZE] = { "2025-12-31", "2026-01-01", "2026-01-12", "2026-01-13" };
    s.plan.cutoffs.holidays = holidays;
    s.plan.cutoffs.holiday_count = 4;
    SAME(standstill_run(CLOCK, AT("2026-01-09T09:00:00"), 48 * HOUR, STANDSTILL_ALL_HOURS), "2026-01-14T09:00:00");
    SAME(standstill_run(CLOCK, AT("2025-12-30T12:00:00"), 24 * HOUR, STANDSTILL_ALL_HOURS), "2026-01-02T12:00:00");
    struct standstill_days granted = { "2026-01-14", "2026-01-20" };
    s.granted = &granted;
    s.granted_count = 1;
    SAME(standstill_run(CLOCK, AT("2026-01-09T09:00:00"), 48 * HOUR, STANDSTILL_ALL_HOURS), "2026-01-21T09:00:00");
    memset(s.plan.cutoffs.workday, 0, sizeof s.plan.cutoffs.workday); /* a plan without a single working day */
    assert_true(standstill_run(CLOCK, AT("2026-01-09T09:00:00"), HOUR, STANDSTILL_ALL_HOURS).ms == STANDSTILL_NEVER);
    tz_destroy(s.tz);
}

static void holds(void **state) {
    struct rules_site s;
    (void)state;
    rules_rig_site(&s, "Asia/Shanghai");
    struct standstill_held list[] = { { AT("2026-01-06T12:00:00"), AT("2026-01-07T12:00:00") },
                                      { AT("2026-01-07T18:00:00"), AT("2026-01-08T18:00:00") },
                                      { AT("2026-01-20T12:00:00"), { 0 } } };
    s.holds = list;
    s.hold_count = 3;
    SAME(standstill_run(CLOCK, AT("2026-01-06T09:00:00"), 3 * HOUR, STANDSTILL_ALL_HOURS), "2026-01-06T12:00:00");
    SAME(standstill_run(CLOCK, AT("2026-01-06T09:00:00"), 4 * HOUR, STANDSTILL_ALL_HOURS), "2026-01-07T13:00:00");
    SAME(standstill_run(CLOCK, AT("2026-01-06T09:00:00"), 10 * HOUR, STANDSTILL_ALL_HOURS), "2026-01-08T19:00:00");
    SAME(standstill_run(CLOCK, AT("2026-01-06T15:00:00"), HOUR, STANDSTILL_ALL_HOURS), "2026-01-07T13:00:00");
    assert_true(standstill_run(CLOCK, AT("2026-01-19T12:00:00"), 25 * HOUR, STANDSTILL_ALL_HOURS).ms ==
                STANDSTILL_NEVER);
    assert_true(standstill_is_held(CLOCK, AT("2026-01-06T12:00:00")) &&
                !standstill_is_held(CLOCK, AT("2026-01-07T12:00:00")));
    assert_true(standstill_is_held(CLOCK, AT("2027-06-01T12:00:00")));
    SAME(standstill_day_end(CLOCK, "2026-01-05"), "2026-01-06T00:00:00");
    SAME(standstill_day_end(CLOCK, "2026-01-06"), "2026-01-09T00:00:00");
    tz_destroy(s.tz);
}

static void set_times_are_shifted(void **state) {
    struct rules_site s;
    (void)state;
    rules_rig_site(&s, "Asia/Shanghai");
    struct wall raised = AT("2026-01-06T10:00:00");
    SAME(standstill_shift(CLOCK, raised, AT("2026-01-13T10:00:00")), "2026-01-13T10:00:00"); /* the Sunday was known */
    SAME(standstill_shift(CLOCK, raised, AT("2026-01-11T10:00:30")), "2026-01-12T10:00:30");
    struct standstill_held hold = { AT("2026-01-07T00:00:00"), AT("2026-01-09T06:00:00") };
    s.holds = &hold;
    s.hold_count = 1;
    SAME(standstill_shift(CLOCK, raised, AT("2026-01-13T10:00:00")), "2026-01-15T16:00:00");
    struct standstill_days granted = { "2026-01-13", "2026-01-13" };
    s.granted = &granted;
    s.granted_count = 1;
    SAME(standstill_shift(CLOCK, raised, AT("2026-01-13T10:00:00")), "2026-01-16T16:00:00");
    tz_destroy(s.tz);
}

static void planned_dates(void **state) {
    struct rules_site s;
    char out[TZ_DATE_SIZE];
    (void)state;
    rules_rig_site(&s, "Asia/Shanghai");
    assert_true(standstill_planned(CLOCK, "2026-01-14", out));
    assert_string_equal(out, "2026-01-14");
    struct standstill_days granted = { "2026-01-08", "2026-01-12" }; /* Thursday to Monday: four working days */
    s.granted = &granted;
    s.granted_count = 1;
    assert_true(standstill_planned(CLOCK, "2026-01-14", out));
    assert_string_equal(out, "2026-01-19");
    assert_true(standstill_planned(CLOCK, "2026-01-07", out));
    assert_string_equal(out, "2026-01-07");
    struct standstill_held hold = { AT("2026-01-16T00:00:00"), AT("2026-01-17T00:00:00") };
    s.holds = &hold;
    s.hold_count = 1;
    assert_true(standstill_planned(CLOCK, "2026-01-14", out));
    assert_string_equal(out, "2026-01-20");
    hold.to.ms = 0;
    assert_false(standstill_planned(CLOCK, "2026-01-14", out));
    tz_destroy(s.tz);
}

/* Central Europe 2026: forward on 29 March, back on 25 October, both Sundays. */
static void daylight_saving(void **state) {
    struct rules_site s;
    (void)state;
    rules_rig_site(&s, "Europe/Berlin");
    s.plan.cutoffs.workday[7] = true;
    SAME(standstill_run(CLOCK, AT("2026-03-28T12:00:00"), 24 * HOUR, STANDSTILL_ALL_HOURS), "2026-03-29T13:00:00");
    SAME(standstill_run(CLOCK, AT("2026-10-24T12:00:00"), 24 * HOUR, STANDSTILL_ALL_HOURS), "2026-10-25T11:00:00");
    SAME(standstill_run(CLOCK, AT("2026-03-29T00:00:00"), 23 * HOUR, STANDSTILL_ALL_HOURS), "2026-03-30T00:00:00");
    uint64_t night = UINT64_C(0x3f); /* 00:00 to 03:00, two hours of it on that day */
    SAME(standstill_run(CLOCK, AT("2026-03-29T00:00:00"), 2 * HOUR, night), "2026-03-29T03:00:00");
    SAME(standstill_run(CLOCK, AT("2026-03-29T00:00:00"), 3 * HOUR, night), "2026-03-30T01:00:00");
    SAME(standstill_at(CLOCK, "2026-03-29", 18 * 60 + 30), "2026-03-29T18:30:00");
    SAME(standstill_at(CLOCK, "2026-12-31", 24 * 60), "2027-01-01T00:00:00");
    tz_destroy(s.tz);
}

/* ---- a board's hours ---- */

static bool on(uint64_t hours, int hour, int minute) { return hours >> ((hour * 60 + minute) / 30) & 1; }

static void hours_are_learned(void **state) {
    struct rules_site s;
    struct rules_period offs[14];
    (void)state;
    rules_rig_site(&s, "Asia/Shanghai");
    struct wall now = AT("2026-01-26T12:00:00");
    uint64_t hours = rule_hours_learn(&s, NULL, 0, AT("2026-01-06T12:00:00")); /* nothing is known yet */
    assert_true(!on(hours, 7, 30) && on(hours, 8, 0) && on(hours, 18, 0) && !on(hours, 18, 30));
    for (int i = 0; i < 14; i++) { /* switched off at 17:10 or 19:10, on at 07:40 */
        char text[32];
        (void)snprintf(text, sizeof text, "2026-01-%02dT%s:00", 11 + i, i % 3 ? "19:10" : "17:10");
        offs[i].from = AT(text);
        offs[i].to.ms = offs[i].from.ms + (i % 3 ? 12 * HOUR + HOUR / 2 : 14 * HOUR + HOUR / 2);
    }
    hours = rule_hours_learn(&s, offs, 14, now);
    assert_true(on(hours, 8, 0) && on(hours, 16, 30) && on(hours, 12, 0));
    assert_false(on(hours, 7, 0) || on(hours, 3, 0) || on(hours, 20, 0));
    assert_false(on(hours, 18, 0));             /* on a third of the days somebody leaves early */
    hours = rule_hours_learn(&s, NULL, 0, now); /* three weeks, and it was never switched off */
    assert_true(hours == STANDSTILL_ALL_HOURS);
    hours = rule_hours_learn(&s, offs, 1, now); /* one night says nothing */
    assert_true(hours == STANDSTILL_ALL_HOURS);
    tz_destroy(s.tz);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_that_do_not_count), cmocka_unit_test(holds),
        cmocka_unit_test(set_times_are_shifted),  cmocka_unit_test(planned_dates),
        cmocka_unit_test(daylight_saving),        cmocka_unit_test(hours_are_learned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
