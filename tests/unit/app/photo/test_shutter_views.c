/* SPDX-License-Identifier: MIT */
/* One capture thread and many who watch, over the real driver and a camera that is not there: who is slow misses frames, who has gone is not
 * streamed for, and a camera that stalls or is pulled comes back. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/shutter.h"
#include "firmware/base/clock.h"
#include "tests/support/fake_camera.h"
#include "tests/support/preload.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ENOUGH_MS = 20000, VIEWS = 5, STATES = 16 };

struct fixture {
    struct fake_camera fake;
    struct shutter *shutter;
    enum shutter_state states[STATES];
    atomic_int changes;
};

struct watcher {
    struct shutter_view *view;
    atomic_int arrivals;
};

static void changed(void *ctx, enum shutter_state state) {
    struct fixture *f = ctx;
    int n = atomic_load(&f->changes);
    if (n < STATES) f->states[n] = state;
    atomic_store(&f->changes, n + 1);
}

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    fake_camera_open(&f->fake);
    struct shutter_options o = {
        .device = FAKE_CAMERA, .width_px = 640, .height_px = 480, .changed = changed, .ctx = f
    };
    assert_int_equal(shutter_start(&o, &f->shutter), 0);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    shutter_destroy(f->shutter);
    fake_camera_close(&f->fake);
    free(f);
    return 0;
}

static void pause_a_little(void) { (void)nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL); }

#define UNTIL(condition)                                                                                               \
    do {                                                                                                               \
        int64_t until_ms = clock_mono().ms + ENOUGH_MS;                                                                \
        while (!(condition) && clock_mono().ms < until_ms) pause_a_little();                                           \
        assert_true(condition);                                                                                        \
    } while (0)

static void arrived(void *ctx) { atomic_fetch_add(&((struct watcher *)ctx)->arrivals, 1); }

static void watch(struct fixture *f, struct watcher *w) {
    *w = (struct watcher){ 0 };
    assert_int_equal(shutter_view_open(f->shutter, arrived, w, &w->view), 0);
}

static struct picture *next(struct watcher *w, int64_t after_ms) {
    int before = atomic_load(&w->arrivals);
    shutter_view_ask(w->view, after_ms);
    UNTIL(atomic_load(&w->arrivals) > before);
    struct picture *p = shutter_view_take(w->view);
    assert_non_null(p);
    return p;
}

static void take(struct fixture *f) {
    uint8_t *bytes = NULL;
    size_t n = 0;
    struct err_text e = { 0 };
    if (shutter_take(f->shutter, ENOUGH_MS, &bytes, &n, &e)) fail_msg("%s", e.text);
    free(bytes);
}

static void without_consumers_it_does_not_stream(void **state) {
    struct fixture *f = *state;
    struct watcher w;
    UNTIL(shutter_state(f->shutter) == SHUTTER_OK); /* it looked whether it is there */
    assert_int_equal(fake_camera_count(&f->fake, "STREAMON"), 0);
    watch(f, &w);
    picture_drop(next(&w, 0));
    assert_int_equal(fake_camera_count(&f->fake, "STREAMON"), 1);
    take(f); /* of the same stream */
    assert_int_equal(fake_camera_count(&f->fake, "STREAMON"), 1);
    shutter_view_close(w.view);
    UNTIL(fake_camera_count(&f->fake, "STREAMOFF") == 1);
    UNTIL(fake_camera_count(&f->fake, "close") == fake_camera_count(&f->fake, "open"));
    take(f);
    assert_int_equal(fake_camera_count(&f->fake, "STREAMON"), 2);
}

/* One never asks again; the others get frame after frame, each newer than the one before, and a shot beside. */
static void who_is_slow_misses_frames_and_holds_nobody_up(void **state) {
    struct fixture *f = *state;
    struct watcher slow, w[VIEWS];
    watch(f, &slow);
    shutter_view_ask(slow.view, 0);
    int64_t last[VIEWS] = { 0 };
    for (int i = 0; i < VIEWS; i++) watch(f, &w[i]);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < VIEWS; i++) {
            struct picture *p = next(&w[i], last[i] + 1);
            assert_true(p->mono_ms > last[i]);
            assert_true(p->n == f->fake.jpeg[0].len || p->n == f->fake.jpeg[1].len);
            last[i] = p->mono_ms;
            picture_drop(p);
        }
        if (round % 5 == 0) take(f);
    }
    assert_int_equal(atomic_load(&slow.arrivals), 1);
    struct picture *p = shutter_view_take(slow.view);
    assert_non_null(p);
    picture_drop(p);
    assert_null(shutter_view_take(slow.view));
    shutter_view_close(slow.view);
    for (int i = 0; i < VIEWS; i++) shutter_view_close(w[i].view);
    assert_int_equal(fake_camera_count(&f->fake, "STREAMON"), 1);
}

/* Those who ask for the same frame share it. */
static void a_frame_is_shared(void **state) {
    struct fixture *f = *state;
    struct watcher a, b;
    fake_camera_script(&f->fake, "fps 20\n");
    watch(f, &a);
    watch(f, &b);
    picture_drop(next(&a, 0)); /* it streams */
    int64_t later = clock_mono().ms + 200;
    shutter_view_ask(b.view, later);
    struct picture *p = next(&a, later);
    UNTIL(atomic_load(&b.arrivals) == 1);
    struct picture *q = shutter_view_take(b.view);
    assert_ptr_equal(p, q);
    assert_true(p->mono_ms >= later);
    picture_drop(p);
    assert_int_equal(q->bytes[0], 0xff); /* still there for the other */
    picture_drop(q);
    shutter_view_ask(a.view, 0);
    shutter_view_close(a.view); /* with a frame on its way, or there */
    shutter_view_close(b.view);
}

static void a_shot_is_not_older_than_its_asking(void **state) {
    struct fixture *f = *state;
    struct watcher w;
    fake_camera_script(&f->fake, "fps 4\n");
    watch(f, &w);
    picture_drop(next(&w, 0));
    int64_t began = clock_mono().ms;
    take(f);
    assert_true(clock_mono().ms - began >= 100); /* the frame that was under way would have come at once */
    shutter_view_close(w.view);
}

static void a_camera_that_stalls_is_opened_anew(void **state) {
    struct fixture *f = *state;
    struct watcher w;
    watch(f, &w);
    picture_drop(next(&w, 0));
    UNTIL(shutter_state(f->shutter) == SHUTTER_OK);
    int opened = fake_camera_count(&f->fake, "open");
    fake_camera_script(&f->fake, "fps 200\nstall\n");
    UNTIL(shutter_state(f->shutter) == SHUTTER_FAILED);
    fake_camera_script(&f->fake, "fps 200\n");
    picture_drop(next(&w, 0));
    UNTIL(shutter_state(f->shutter) == SHUTTER_OK);
    assert_true(fake_camera_count(&f->fake, "open") > opened);
    shutter_view_close(w.view);
}

static void one_that_is_pulled_and_plugged_in_again_goes_on(void **state) {
    struct fixture *f = *state;
    struct watcher w;
    watch(f, &w);
    picture_drop(next(&w, 0));
    fake_camera_script(&f->fake, "unplugged\n");
    UNTIL(shutter_state(f->shutter) == SHUTTER_ABSENT);
    shutter_view_ask(w.view, 0);
    assert_null(shutter_view_take(w.view));
    fake_camera_script(&f->fake, "fps 200\n");
    UNTIL(atomic_load(&w.arrivals) >= 2);
    UNTIL(shutter_state(f->shutter) == SHUTTER_OK);
    assert_int_equal(atomic_load(&f->changes), 3);
    assert_int_equal(f->states[0], SHUTTER_OK);
    assert_int_equal(f->states[1], SHUTTER_ABSENT);
    assert_int_equal(f->states[2], SHUTTER_OK);
    shutter_view_close(w.view);
}

static void life_is_shown_at_work_and_at_rest(void **state) {
    struct fixture *f = *state;
    struct watcher w;
    assert_true(clock_mono().ms - shutter_alive_ms(f->shutter) < ENOUGH_MS);
    watch(f, &w);
    picture_drop(next(&w, 0));
    int64_t before = shutter_alive_ms(f->shutter);
    UNTIL(shutter_alive_ms(f->shutter) > before);
    shutter_view_close(w.view);
    UNTIL(fake_camera_count(&f->fake, "STREAMOFF") == 1);
    UNTIL(clock_mono().ms - shutter_alive_ms(f->shutter) <= 1);
}

static void a_view_needs_a_camera(void **state) {
    struct shutter *none = NULL;
    struct shutter_view *v = NULL;
    (void)state;
    assert_int_equal(shutter_start(&(struct shutter_options){ .device = "" }, &none), 0);
    assert_int_equal(shutter_view_open(none, arrived, NULL, &v), ERR_NOT_FOUND);
    shutter_view_close(NULL);
    shutter_destroy(none);
}

int main(int argc, char **argv) {
    (void)argc;
    preload(argv, "fake_v4l2");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_consumers_it_does_not_stream, setup, teardown),
        cmocka_unit_test_setup_teardown(who_is_slow_misses_frames_and_holds_nobody_up, setup, teardown),
        cmocka_unit_test_setup_teardown(a_frame_is_shared, setup, teardown),
        cmocka_unit_test_setup_teardown(a_shot_is_not_older_than_its_asking, setup, teardown),
        cmocka_unit_test_setup_teardown(a_camera_that_stalls_is_opened_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(one_that_is_pulled_and_plugged_in_again_goes_on, setup, teardown),
        cmocka_unit_test_setup_teardown(life_is_shown_at_work_and_at_rest, setup, teardown),
        cmocka_unit_test(a_view_needs_a_camera),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
