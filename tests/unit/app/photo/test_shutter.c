/* SPDX-License-Identifier: MIT */
/* The camera thread over the simulated camera: shots, faults, many who wait, and stopping while they do. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/shutter.h"
#include "firmware/base/clock.h"
#include "tests/support/board_rig.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ENOUGH_MS = 20000 };

struct fixture {
    struct board_rig r;
    struct shutter *shutter;
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    board_rig_open(&f->r);
    for (unsigned i = 0; i < 3; i++) {
        char name[8] = { (char)('a' + i), '.', 'j', 'p', 'g', '\0' };
        struct buf b = board_rig_jpeg(&f->r, i, name);
        buf_fini(&b);
    }
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    shutter_destroy(f->shutter);
    board_rig_close(&f->r);
    free(f);
    return 0;
}

static void start(struct fixture *f) { f->shutter = board_rig_shutter(&f->r); }

static int take(struct fixture *f, int timeout_ms, struct err_text *e) {
    uint8_t *bytes = NULL;
    size_t n = 0;
    int rc = shutter_take(f->shutter, timeout_ms, &bytes, &n, e);
    if (rc == 0) {
        assert_true(n > 100);
        assert_int_equal(bytes[n - 1], 0xd9);
    }
    free(bytes);
    return rc;
}

static void wait_state(struct fixture *f, enum shutter_state state) {
    int64_t until = clock_mono().ms + ENOUGH_MS;
    while (shutter_state(f->shutter) != state && clock_mono().ms < until)
        (void)nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
    assert_int_equal(shutter_state(f->shutter), state);
}

static void shots_come_one_after_the_other(void **state) {
    struct fixture *f = *state;
    uint8_t *a = NULL, *b = NULL;
    size_t na = 0, nb = 0;
    start(f);
    wait_state(f, SHUTTER_OK); /* without a shot: it looks at once */
    assert_int_equal(shutter_take(f->shutter, ENOUGH_MS, &a, &na, NULL), 0);
    assert_int_equal(shutter_take(f->shutter, ENOUGH_MS, &b, &nb, NULL), 0);
    assert_false(na == nb && memcmp(a, b, na) == 0);
    free(a);
    free(b);
}

static void no_camera_is_not_found(void **state) {
    struct fixture *f = *state;
    struct err_text e = { 0 };
    assert_int_equal(
        shutter_start(&(struct shutter_options){ .device = "", .width_px = 640, .height_px = 480 }, &f->shutter), 0);
    assert_int_equal(take(f, 1000, &e), ERR_NOT_FOUND);
    assert_true(e.text[0] != '\0');
    assert_int_equal(shutter_state(f->shutter), SHUTTER_ABSENT);
    shutter_stop(f->shutter);
    assert_string_equal(shutter_state_name(SHUTTER_ABSENT), "absent");
    assert_string_equal(shutter_state_name(SHUTTER_OK), "ok");
    assert_string_equal(shutter_state_name(SHUTTER_FAILED), "failed");
}

static void a_camera_goes_and_comes_back(void **state) {
    struct fixture *f = *state;
    struct err_text e = { 0 };
    board_rig_faults(&f->r, "absent\n");
    start(f);
    assert_int_equal(take(f, 1000, &e), ERR_NOT_FOUND);
    wait_state(f, SHUTTER_ABSENT);
    board_rig_faults(&f->r, NULL);
    assert_int_equal(take(f, ENOUGH_MS, &e), 0);
    wait_state(f, SHUTTER_OK);
    board_rig_faults(&f->r, "absent\n"); /* unplugged while it is open */
    assert_int_equal(take(f, 1000, &e), ERR_GONE);
    wait_state(f, SHUTTER_ABSENT);
    assert_int_equal(take(f, 1000, &e), ERR_NOT_FOUND);
    board_rig_faults(&f->r, NULL);
    assert_int_equal(take(f, ENOUGH_MS, &e), 0);
    wait_state(f, SHUTTER_OK);
}

static void a_camera_that_gives_nothing_whole_times_out(void **state) {
    struct fixture *f = *state;
    static const char *const faults[] = { "stall\n", "truncated\n", "garbage\n" };
    start(f);
    for (size_t i = 0; i < 3; i++) {
        struct err_text e = { 0 };
        board_rig_faults(&f->r, faults[i]);
        assert_int_equal(take(f, 350, &e), ERR_TIMEOUT);
        assert_non_null(strstr(e.text, "camera"));
        wait_state(f, SHUTTER_FAILED);
        board_rig_faults(&f->r, NULL);
        assert_int_equal(take(f, ENOUGH_MS, &e), 0);
        wait_state(f, SHUTTER_OK);
    }
}

static void an_unknown_driver_has_failed(void **state) {
    struct fixture *f = *state;
    struct err_text e = { 0 };
    assert_int_equal(
        shutter_start(&(struct shutter_options){ .device = "teleport:1", .width_px = 640, .height_px = 480 },
                      &f->shutter),
        0);
    assert_int_equal(take(f, 1000, &e), ERR_UNSUPPORTED);
    wait_state(f, SHUTTER_FAILED);
}

/* ---- many at once ---- */

struct taker {
    struct fixture *f;
    pthread_t thread;
    int timeout_ms, result;
    atomic_bool done;
};

static void *take_one(void *arg) {
    struct taker *t = arg;
    uint8_t *bytes = NULL;
    size_t n = 0;
    struct err_text e = { 0 };
    t->result = shutter_take(t->f->shutter, t->timeout_ms, &bytes, &n, &e);
    free(bytes);
    atomic_store(&t->done, true);
    return NULL;
}

static void begin_takers(struct fixture *f, struct taker *t, size_t n, int timeout_ms) {
    for (size_t i = 0; i < n; i++) {
        t[i] = (struct taker){ .f = f, .timeout_ms = timeout_ms, .result = 1 };
        assert_int_equal(pthread_create(&t[i].thread, NULL, take_one, &t[i]), 0);
    }
}

static void end_takers(struct taker *t, size_t n) {
    for (size_t i = 0; i < n; i++) assert_int_equal(pthread_join(t[i].thread, NULL), 0);
}

static void everybody_who_waits_gets_a_picture(void **state) {
    struct fixture *f = *state;
    struct taker t[6];
    start(f);
    begin_takers(f, t, 6, ENOUGH_MS);
    end_takers(t, 6);
    for (int i = 0; i < 6; i++) assert_int_equal(t[i].result, 0);
}

static size_t count_done(struct taker *t, size_t n) {
    size_t done = 0;
    for (size_t i = 0; i < n; i++) done += atomic_load(&t[i].done);
    return done;
}

/* One is being served, eight wait, the others are sent away; stopping answers all of them and waits for no deadline. */
static void stopping_answers_whoever_waits(void **state) {
    struct fixture *f = *state;
    enum { N = 12 };
    struct taker t[N];
    struct err_text e = { 0 };
    board_rig_faults(&f->r, "stall\n");
    start(f);
    begin_takers(f, t, N, 600000);
    int64_t until = clock_mono().ms + ENOUGH_MS;
    while (count_done(t, N) < N - 9 && clock_mono().ms < until)
        (void)nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
    assert_in_range(count_done(t, N), N - 9, N - 8); /* the first may not be with the camera yet when the others come */
    int64_t began = clock_mono().ms;
    shutter_stop(f->shutter);
    assert_true(clock_mono().ms - began < 10000);
    end_takers(t, N);
    for (int i = 0; i < N; i++) assert_int_equal(t[i].result, ERR_BUSY);
    assert_int_equal(take(f, 600000, &e), ERR_BUSY);
    assert_true(e.text[0] != '\0');
    shutter_stop(f->shutter); /* again is no harm */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(shots_come_one_after_the_other, setup, teardown),
        cmocka_unit_test_setup_teardown(no_camera_is_not_found, setup, teardown),
        cmocka_unit_test_setup_teardown(a_camera_goes_and_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(a_camera_that_gives_nothing_whole_times_out, setup, teardown),
        cmocka_unit_test_setup_teardown(an_unknown_driver_has_failed, setup, teardown),
        cmocka_unit_test_setup_teardown(everybody_who_waits_gets_a_picture, setup, teardown),
        cmocka_unit_test_setup_teardown(stopping_answers_whoever_waits, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
