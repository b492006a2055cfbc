/* SPDX-License-Identifier: MIT */
/* How long a timed test ran, and what it came to: as tables. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/timed_limit.h"

#include "app/journal/checklist.h"
#include "app/journal/domain.h"

#include <math.h>
#include <string.h>

enum { DAY_S = 86400 };

static void every_limit_is_of_a_stage(void **state) {
    size_t n;
    const struct timed_limit *all = timed_limit_all(&n);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        assert_non_null(domain_stage(all[i].stage));
        assert_ptr_equal(timed_limit_find(all[i].kind), &all[i]);
        assert_true(all[i].minutes > 0);
    }
    assert_null(timed_limit_find("pond"));
}

/* The figures are those of the checklist: a test is one phase of its item. */
static void every_limit_is_as_the_checklist_has_it(void **state) {
    size_t n;
    const struct timed_limit *all = timed_limit_all(&n);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        const struct checklist_item *item = checklist_item_find(all[i].item);
        size_t same = 0;
        assert_non_null(item);
        assert_string_equal(item->stage, all[i].stage);
        for (size_t k = 0; k < item->phase_count; k++) {
            const struct checklist_phase *p = &item->phases[k];
            bool least = isnan(p->start_min) ? all[i].least == 0 : all[i].least == p->start_min;
            bool drop = isnan(p->drop_max) ? all[i].drop < 0 : all[i].drop == p->drop_max;
            same += p->minutes == all[i].minutes && least && drop && strcmp(p->unit, all[i].unit) == 0;
        }
        if (same != 1) fail_msg("%s is not a phase of %s", all[i].kind, all[i].item);
    }
}

static void a_result_follows_from_what_was_read(void **state) {
    static const struct {
        const char *kind;
        struct timed_run run;
        unsigned faults;
    } table[] = {
        { "ponding", { DAY_S, 25, 24, false }, 0 },
        { "ponding", { DAY_S - 1, 25, 24, false }, TIMED_SHORT },
        { "ponding", { DAY_S, 20, 20, false }, 0 },
        { "ponding", { DAY_S, 19, 20, false }, TIMED_START },
        { "ponding", { DAY_S, 20, 19.5, false }, TIMED_LOW },
        { "ponding", { DAY_S, 25, 24, true }, TIMED_LEAK },
        { "ponding", { 60, 25, 24, true }, TIMED_SHORT | TIMED_LEAK },
        { "second_ponding", { DAY_S, 10, 10, false }, 0 },
        { "pressure", { 3600, 0.8, 0.75, false }, 0 },
        { "pressure", { 3600, 0.8, 0.74, false }, TIMED_DROP },
        { "pressure", { 3599, 0.8, 0.8, false }, TIMED_SHORT },
        { "pressure", { 3600, 0.59, 0.59, false }, TIMED_START },
        { "pressure", { 3600, 0.6, 0.55, false }, 0 }, /* binary fractions fail nobody */
        { "tightness", { 7200, 0.7, 0.67, false }, 0 },
        { "tightness", { 7200, 0.7, 0.66, false }, TIMED_DROP },
        { "hold", { DAY_S, 4.0, 4.0, false }, 0 },
        { "hold", { DAY_S, 4.0, 3.99, false }, TIMED_DROP },
        { "coil", { 3600, 0.6, 0.6, false }, 0 },
        { "flow", { 300, 0, 0, false }, 0 },
        { "flow", { 299, 0, 0, false }, TIMED_SHORT },
        { "flow", { 300, 0, 0, true }, TIMED_LEAK },
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        unsigned faults = timed_limit_judge(timed_limit_find(table[i].kind), &table[i].run);
        if (faults != table[i].faults) fail_msg("row %zu (%s): %u", i, table[i].kind, faults);
    }
}

static struct wall at(const char *text) {
    struct wall out;
    assert_int_equal(clock_parse(text, &out, NULL), 0);
    return out;
}

static void time_is_told_by_the_clock_that_can_be_trusted(void **state) {
    const struct timed_moment start = { "b-01", 7, 1000, at("2026-11-22T10:00:00+08:00"), CLOCK_RTC };
    struct timed_moment now = { "b-01", 7, 1000 + DAY_S, at("2026-11-22T10:00:01+08:00"), CLOCK_NONE };
    int64_t seconds;
    enum timed_how how;
    (void)state;
    timed_elapsed(&start, &now, 5, &seconds, &how); /* one boot: whatever the wall clock says */
    assert_int_equal(seconds, DAY_S);
    assert_int_equal(how, TIMED_MONO);
    now = (struct timed_moment){ "b-01", 8, 60, at("2026-11-23T09:59:59.999+08:00"), CLOCK_NTP };
    timed_elapsed(&start, &now, 5, &seconds, &how);
    assert_int_equal(seconds, DAY_S - 1);
    assert_int_equal(how, TIMED_WALL);
    now.grade = CLOCK_NONE; /* who knows for how long it was dark */
    timed_elapsed(&start, &now, 500, &seconds, &how);
    assert_int_equal(seconds, 560);
    assert_int_equal(how, TIMED_PROVABLE);
    now = (struct timed_moment){ "hub", 3, 90000, at("2026-11-22T12:00:00+08:00"), CLOCK_NTP };
    timed_elapsed(&start, &now, 5, &seconds, &how); /* another program's seconds are not the board's */
    assert_int_equal(seconds, 7200);
    assert_int_equal(how, TIMED_WALL);
    now.at = at("2026-11-22T09:00:00+08:00");
    timed_elapsed(&start, &now, 5, &seconds, &how);
    assert_int_equal(seconds, 0);
    now.grade = CLOCK_NONE;
    timed_elapsed(&start, &now, 5, &seconds, &how);
    assert_int_equal(seconds, 5);
}

static void units_and_words(void **state) {
    char zh[TIMED_WORDS_SIZE], en[TIMED_WORDS_SIZE];
    double v;
    const struct timed_limit *pond = timed_limit_find("ponding"), *press = timed_limit_find("pressure");
    struct timed_run run = { .seconds = 3600, .start = 0.8, .end = 0.7 };
    (void)state;
    assert_true(timed_limit_convert(pond, "cm", 3, &v) && v > 29.99 && v < 30.01);
    assert_true(timed_limit_convert(press, "bar", 8, &v) && v > 0.799 && v < 0.801);
    assert_true(timed_limit_convert(press, "", 0.8, &v));
    assert_false(timed_limit_convert(press, "mm", 8, &v));
    timed_limit_words(pond, zh, en);
    assert_string_equal(zh, "≥ 24 小时，水深 ≥ 20 mm");
    timed_limit_words(press, zh, en);
    assert_string_equal(en, "≥ 1 h, pressure ≥ 0.6 MPa, drop ≤ 0.05 MPa");
    timed_fault_words(press, TIMED_DROP, &run, zh, en);
    assert_string_equal(zh, "掉了 0.1 MPa，最多 0.05");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_limit_is_of_a_stage),
        cmocka_unit_test(every_limit_is_as_the_checklist_has_it),
        cmocka_unit_test(a_result_follows_from_what_was_read),
        cmocka_unit_test(time_is_told_by_the_clock_that_can_be_trusted),
        cmocka_unit_test(units_and_words),
    };
    return cmocka_run_group_tests_name("timed_limit", tests, NULL, NULL);
}
