/* SPDX-License-Identifier: MIT */
/* The clock being watched: what counts as being set, by tables; and the watch itself over a real store, with a faked clock. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/text.h"
#include "firmware/runtime/clock_watch.h"
#include "tests/support/board_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the judgement ---- */

static void what_counts_as_being_set(void **state) {
    (void)state;
    /* Looks one after the other; moved_ms: wall against monotonic time, since the first. */
    static const struct {
        const char *what;
        struct {
            int64_t moved_ms;
            enum clock_grade grade;
            bool set;
        } looks[6];
        size_t n;
    } table[] = {
        { "nothing happens", { { 0, CLOCK_RTC, false }, { 0, CLOCK_RTC, false } }, 2 },
        { "slewing moves both clocks: nothing is seen of it", { { 0, CLOCK_NTP, false }, { 0, CLOCK_NTP, false } }, 2 },
        { "a step", { { 2000, CLOCK_RTC, true }, { 2000, CLOCK_RTC, false } }, 2 },
        { "a step back", { { -2000, CLOCK_RTC, true }, { -2000, CLOCK_RTC, false } }, 2 },
        { "too small", { { 1999, CLOCK_RTC, false }, { -1999, CLOCK_RTC, false } }, 2 },
        { "small ones add up",
          { { 1500, CLOCK_RTC, false }, { 3000, CLOCK_RTC, true }, { 4500, CLOCK_RTC, false } },
          3 },
        { "from the chip to the network: nothing to tell", { { 0, CLOCK_RTC, false }, { 0, CLOCK_NTP, false } }, 2 },
        { "worse: nothing to tell",
          { { 0, CLOCK_NONE, false }, { 0, CLOCK_RTC, false }, { 0, CLOCK_NONE, false } },
          3 },
        { "two steps", { { 5000, CLOCK_RTC, true }, { 90000, CLOCK_NTP, true }, { 90000, CLOCK_NTP, false } }, 3 },
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(table); i++) {
        struct clock_watch_base base = { .offset_ms = 1000, .grade = CLOCK_RTC, .best = CLOCK_RTC };
        for (size_t k = 0; k < table[i].n; k++) {
            struct clock_watch_look look = { .mono = { (int64_t)k * 10000 },
                                             .offset_ms = 1000 + table[i].looks[k].moved_ms,
                                             .grade = table[i].looks[k].grade };
            struct clock_set set;
            if (clock_watch_judge(&base, &look, &set) != table[i].looks[k].set)
                fail_msg("%s: look %zu", table[i].what, k);
        }
    }
}

static void a_grade_that_rises_from_none_is_told_once(void **state) {
    (void)state;
    static const struct {
        int64_t offset_ms;
        enum clock_grade grade;
        bool set;
    } looks[] = { { 0, CLOCK_NONE, false },   { 0, CLOCK_RTC, true },      { 0, CLOCK_NONE, false },
                  { 0, CLOCK_RTC, false },    { 0, CLOCK_NTP, false },     { 0, CLOCK_NONE, false },
                  { 0, CLOCK_NTP, false },    { 60000, CLOCK_NONE, true }, { 60000, CLOCK_NTP, true },
                  { 60000, CLOCK_NTP, false } };
    struct clock_watch_base base = { .grade = CLOCK_NONE, .best = CLOCK_NONE };
    for (size_t k = 0; k < TEXT_ARRAY_LEN(looks); k++) {
        struct clock_watch_look look = { .mono = { 500 }, .offset_ms = looks[k].offset_ms, .grade = looks[k].grade };
        struct clock_set set;
        if (clock_watch_judge(&base, &look, &set) != looks[k].set) fail_msg("look %zu", k);
    }
}

static void both_times_and_grades_are_told(void **state) {
    (void)state;
    struct clock_watch_base base = { .offset_ms = -60000, .grade = CLOCK_NONE, .best = CLOCK_NONE };
    struct clock_watch_look look = { .mono = { 100000 }, .offset_ms = 1700000000000, .grade = CLOCK_NTP };
    struct clock_set set;
    assert_true(clock_watch_judge(&base, &look, &set));
    assert_int_equal(set.from.ms, 40000);
    assert_int_equal(set.to.ms, 1700000100000);
    assert_int_equal(set.mono.ms, 100000);
    assert_int_equal(set.before, CLOCK_NONE);
    assert_int_equal(set.after, CLOCK_NTP);
}

/* A record says whole seconds of monotonic time, rounded down: that alone is never a step, and what is one is seen. */
static void since_a_record_of_before(void **state) {
    (void)state;
    for (int64_t fraction_ms = 0; fraction_ms < 1000; fraction_ms += 37) {
        struct clock_set_last last = { .at = { 5000000 + fraction_ms }, .mono = { 100000 }, .grade = CLOCK_RTC };
        static const struct {
            int64_t moved_ms;
            bool set;
        } table[] = { { 0, false }, { 1999, false }, { -1999, false }, { 3001, true }, { -3001, true } };
        for (size_t i = 0; i < TEXT_ARRAY_LEN(table); i++) {
            struct clock_watch_base base = clock_watch_since(&last);
            struct clock_watch_look look = { .mono = { 900000 },
                                             .offset_ms = 4900000 + table[i].moved_ms,
                                             .grade = CLOCK_RTC };
            struct clock_set set;
            assert_int_equal(clock_watch_judge(&base, &look, &set), table[i].set);
        }
    }
}

/* ---- the watch ---- */

struct fixture {
    struct board_rig board;
    uv_loop_t loop;
    struct clock_watch *watch;
};

static void grade(const char *name) { setenv("SITELOG_CLOCK_GRADE", name, 1); }

static void start_watch(struct fixture *f) {
    struct clock_watch_options o = { .loop = &f->loop, .writer = f->board.writer, .journal = f->board.depot.journal };
    struct err_text e = { 0 };
    if (clock_watch_start(&o, &f->watch, &e)) fail_msg("%s", e.text);
}

static void stop_watch(struct fixture *f) {
    clock_watch_stop(f->watch);
    assert_int_equal(store_call(f->board.writer, NULL, NULL), 0);
    clock_watch_destroy(f->watch);
    f->watch = NULL;
    (void)uv_run(&f->loop, UV_RUN_DEFAULT);
}

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    grade("none");
    clock_fake_wall((struct wall){ 60000 }); /* 1970 */
    clock_fake_mono((struct mono){ 60000 });
    board_rig_open(&f->board);
    assert_int_equal(uv_loop_init(&f->loop), 0);
    start_watch(f);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    if (f->watch) stop_watch(f);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    board_rig_close(&f->board);
    free(f);
    clock_fake_off();
    unsetenv("SITELOG_CLOCK_GRADE");
    return 0;
}

/* A look, and what it led to is written and heard of. */
static void look(struct fixture *f) {
    clock_watch_look_now(f->watch);
    assert_int_equal(store_call(f->board.writer, NULL, NULL), 0);
    while (uv_run(&f->loop, UV_RUN_NOWAIT) && uv_backend_timeout(&f->loop) == 0) continue;
}

static int64_t sets(struct fixture *f) {
    return board_rig_count(&f->board, "SELECT count(*) FROM event WHERE type = 'clock-set'");
}

static void a_step_is_one_event(void **state) {
    struct fixture *f = *state;
    for (int i = 0; i < 5; i++) {
        clock_fake_advance_ms(86400000);
        look(f);
    }
    assert_int_equal(sets(f), 0);
    clock_fake_wall((struct wall){ INT64_C(1795334400000) });
    grade("ntp");
    for (int i = 0; i < 3; i++) look(f);
    assert_int_equal(sets(f), 1);
    char *data = board_rig_text(
        &f->board, "SELECT json_extract(CAST(bytes AS TEXT), '$.data') FROM event WHERE type = 'clock-set'");
    assert_string_equal(data, "{\"from\":\"1970-01-06T08:01:00.000+08:00\",\"to\":\"2026-11-22T16:00:00.000+08:00\","
                              "\"clock\":\"ntp\",\"clock_before\":\"none\",\"mono_ms\":432060000}");
    free(data);
    for (int i = 0; i < 5; i++) {
        clock_fake_advance_ms(10000);
        look(f);
    }
    assert_int_equal(sets(f), 1);
}

static int forbid(struct db *db, void *arg) {
    (void)arg;
    return db_exec(db,
                   "CREATE TRIGGER no BEFORE INSERT ON event WHEN NEW.type = 'clock-set' BEGIN SELECT RAISE(ABORT, "
                   "'no'); END",
                   NULL);
}

static int allow(struct db *db, void *arg) {
    (void)arg;
    return db_exec(db, "DROP TRIGGER no", NULL);
}

static void what_could_not_be_written_is_seen_again(void **state) {
    struct fixture *f = *state;
    assert_int_equal(store_call(f->board.writer, forbid, NULL), 0);
    clock_fake_wall((struct wall){ INT64_C(1795334400000) });
    grade("ntp");
    for (int i = 0; i < 3; i++) look(f);
    assert_int_equal(sets(f), 0);
    assert_int_equal(store_call(f->board.writer, allow, NULL), 0);
    clock_fake_advance_ms(10000);
    for (int i = 0; i < 3; i++) look(f);
    assert_int_equal(sets(f), 1);
    char *data = board_rig_text(
        &f->board, "SELECT json_extract(CAST(bytes AS TEXT), '$.data') FROM event WHERE type = 'clock-set'");
    assert_string_equal(data, "{\"from\":\"1970-01-01T08:01:10.000+08:00\",\"to\":\"2026-11-22T16:00:10.000+08:00\","
                              "\"clock\":\"ntp\",\"clock_before\":\"none\",\"mono_ms\":70000}");
    free(data);
}

static void what_happened_while_nobody_watched(void **state) {
    struct fixture *f = *state;
    stop_watch(f);
    clock_fake_advance_ms(3600000);
    start_watch(f); /* nothing did */
    look(f);
    assert_int_equal(sets(f), 0);
    stop_watch(f);
    clock_fake_advance_ms(3600000);
    clock_fake_wall((struct wall){ INT64_C(1795334400000) });
    grade("ntp");
    start_watch(f);
    look(f);
    look(f);
    assert_int_equal(sets(f), 1);
    stop_watch(f);
    clock_fake_advance_ms(999);
    start_watch(f); /* its own clock-set is the last record now */
    look(f);
    assert_int_equal(sets(f), 1);
}

/* It is written while the watch stops. */
static void stopping_in_the_middle(void **state) {
    struct fixture *f = *state;
    clock_fake_wall((struct wall){ INT64_C(1795334400000) });
    clock_watch_look_now(f->watch);
    stop_watch(f);
    assert_int_equal(sets(f), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_counts_as_being_set),
        cmocka_unit_test(a_grade_that_rises_from_none_is_told_once),
        cmocka_unit_test(both_times_and_grades_are_told),
        cmocka_unit_test(since_a_record_of_before),
        cmocka_unit_test_setup_teardown(a_step_is_one_event, setup, teardown),
        cmocka_unit_test_setup_teardown(what_could_not_be_written_is_seen_again, setup, teardown),
        cmocka_unit_test_setup_teardown(what_happened_while_nobody_watched, setup, teardown),
        cmocka_unit_test_setup_teardown(stopping_in_the_middle, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
