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

/* The figures are those of the program's checklist: each test is one phase of its item, and every phase of it is made as one test. */
static void every_limit_is_as_the_checklist_has_it(void **state) {
    size_t n, items, phases = 0;
    const struct timed_limit *all = timed_limit_all(&n);
    const struct checklist_item *list = checklist_items(&items);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        const struct checklist_item *item = checklist_item_find(all[i].item);
        struct timed_limit l = all[i];
        assert_non_null(item);
        assert_string_equal(item->stage, all[i].stage);
        assert_true(timed_limit_take(item, &l));
        if (l.minutes != all[i].minutes || fabs(l.least - all[i].least) > 1e-9 || fabs(l.drop - all[i].drop) > 1e-9 ||
            fabs(l.about - all[i].about) > 1e-9)
            fail_msg("%s is not as %s has it", all[i].kind, all[i].item);
    }
    for (size_t i = 0; i < items; i++)
        for (size_t p = 0; p < list[i].phase_count; p++, phases++) assert_non_null(timed_limit_of(&list[i], p));
    assert_int_equal(phases, n);
}

/* What a company says in its own item: other figures and units, one phase where there were two, a phase that is nobody's test. */
static void a_company_s_figures_count(void **state) {
    struct checklist_item item = *checklist_item_find("pe.press");
    struct timed_limit press = *timed_limit_find("pressure"), tight = *timed_limit_find("tightness");
    (void)state;
    item.phases[0].minutes = 30;
    item.phases[0].unit = "bar";
    item.phases[0].start_min = 8;
    item.phases[0].drop_max = NAN;
    item.phases[0].key = "firm";
    item.phase_count = 1;
    assert_true(timed_limit_take(&item, &press));
    assert_int_equal(press.minutes, 30);
    assert_true(fabs(press.least - 0.8) < 1e-9 && press.drop < 0);
    assert_false(timed_limit_take(&item, &tight));
    assert_int_equal(tight.minutes, 120);
    item = *checklist_item_find("wp.pond");
    item.key = "wp.own";
    assert_null(timed_limit_of(&item, 0));
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
        { "hold", { DAY_S, 2.0, 2.0, false }, 0 }, /* another refrigerant: odd, and told */
        { "hold", { DAY_S, 1.99, 1.99, false }, TIMED_START },
        { "hold", { DAY_S, 0.05, 0.05, false }, TIMED_START },
        { "tightness", { 7200, 0.45, 0.45, false }, TIMED_START },
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
    const struct timed_limit *hold = timed_limit_find("hold");
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
    timed_limit_words(hold, zh, en);
    assert_string_equal(en, "≥ 24 h, start about 4 MPa, drop ≤ 0 MPa");
    assert_false(timed_limit_odd(hold, 3.6, zh, en));
    assert_true(timed_limit_odd(hold, 3.5, zh, en));
    assert_string_equal(zh, "起始值 3.5 MPa，一般约 4，请核对");
    assert_false(timed_limit_odd(press, 9, zh, en));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_limit_is_of_a_stage),
        cmocka_unit_test(every_limit_is_as_the_checklist_has_it),
        cmocka_unit_test(a_company_s_figures_count),
        cmocka_unit_test(a_result_follows_from_what_was_read),
        cmocka_unit_test(time_is_told_by_the_clock_that_can_be_trusted),
        cmocka_unit_test(units_and_words),
    };
    return cmocka_run_group_tests_name("timed_limit", tests, NULL, NULL);
}
