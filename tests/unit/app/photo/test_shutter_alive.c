/* SPDX-License-Identifier: MIT */
/* The camera thread's sign of life: it waits, and is alive; it is busy with a camera that gives nothing, and shows none. */
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
#include <time.h>

enum { SHOT_MS = 700, ENOUGH_MS = 20000 };

static struct board_rig rig;
static struct shutter *shutter;
static atomic_bool over;

static void *shoot(void *arg) {
    uint8_t *bytes = NULL;
    size_t n;
    struct err_text e;
    (void)arg;
    assert_int_equal(shutter_take(shutter, SHOT_MS, &bytes, &n, &e), ERR_TIMEOUT);
    atomic_store(&over, true);
    return NULL;
}

static void tick(void) { (void)nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL); }

static bool shows_life(void) {
    int64_t before = clock_mono().ms;
    return shutter_alive_ms(shutter) >= before;
}

static void busy_is_not_idle(void **state) {
    (void)state;
    pthread_t thread;
    board_rig_open(&rig);
    struct buf jpeg = board_rig_jpeg(&rig, 1, "a.jpg");
    buf_fini(&jpeg);
    assert_int_equal(shutter_start(rig.device, 640, 480, &shutter), 0);
    int64_t until = clock_mono().ms + ENOUGH_MS;
    while (shutter_state(shutter) != SHUTTER_OK && clock_mono().ms < until) tick();
    while (!shows_life() && clock_mono().ms < until) tick();
    assert_true(shows_life());
    board_rig_faults(&rig, "stall\n");
    assert_int_equal(pthread_create(&thread, NULL, shoot, NULL), 0);
    while (shows_life() && clock_mono().ms < until) {}
    int64_t from = shutter_alive_ms(shutter), latest = from;
    assert_false(atomic_load(&over));
    while (!atomic_load(&over)) {
        if (clock_mono().ms - from < SHOT_MS / 2) latest = shutter_alive_ms(shutter);
        tick();
    }
    assert_int_equal(latest, from); /* since it began */
    assert_int_equal(pthread_join(thread, NULL), 0);
    while (!shows_life() && clock_mono().ms < until) tick();
    assert_true(shows_life());
    shutter_destroy(shutter);
    board_rig_close(&rig);
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(busy_is_not_idle) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
