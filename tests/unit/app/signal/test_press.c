/* SPDX-License-Identifier: MIT */
/* Edges as contacts and drills make them, and how many photos they are. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/signal/press.h"
#include "firmware/base/text.h"

#include <stdbool.h>

enum { END = -1, EDGES_MAX = 16 };

/* An edge at a time, or what else happens then. */
enum step { RELEASE, PRESS, BUSY, DONE };
struct happening {
    int at_ms; /* END: no more */
    enum step step;
};

struct scene {
    const char *name;
    bool held;
    int photos;
    struct happening list[EDGES_MAX];
};

static const struct scene scenes[] = {
    { "one clean press", false, 1, { { 100, PRESS }, { 200, RELEASE }, { END, 0 } } },
    { "a press that bounces at both ends",
      false,
      1,
      { { 100, PRESS },
        { 101, RELEASE },
        { 102, PRESS },
        { 104, RELEASE },
        { 110, PRESS },
        { 240, RELEASE },
        { 241, PRESS },
        { 243, RELEASE },
        { 250, PRESS },
        { 251, RELEASE },
        { END, 0 } } },
    { "a spike of a drill", false, 0, { { 100, PRESS }, { 101, RELEASE }, { END, 0 } } },
    { "a train of spikes",
      false,
      0,
      { { 100, PRESS },
        { 110, RELEASE },
        { 120, PRESS },
        { 130, RELEASE },
        { 140, PRESS },
        { 150, RELEASE },
        { 160, PRESS },
        { 170, RELEASE },
        { END, 0 } } },
    { "24 ms are not enough", false, 0, { { 100, PRESS }, { 124, RELEASE }, { END, 0 } } },
    { "25 ms are", false, 1, { { 100, PRESS }, { 125, RELEASE }, { END, 0 } } },
    { "a minute's press is one photo", false, 1, { { 100, PRESS }, { 60100, RELEASE }, { END, 0 } } },
    { "a press that is never let go", false, 1, { { 100, PRESS }, { END, 0 } } },
    { "a loose contact within a long press",
      false,
      1,
      { { 100, PRESS }, { 1000, RELEASE }, { 1010, PRESS }, { 2000, RELEASE }, { END, 0 } } },
    { "two presses", false, 2, { { 100, PRESS }, { 200, RELEASE }, { 300, PRESS }, { 400, RELEASE }, { END, 0 } } },
    { "held at the start", true, 0, { { END, 0 } } },
    { "held at the start, and let go", true, 0, { { 500, RELEASE }, { END, 0 } } },
    { "held at the start, let go with bounces, pressed",
      true,
      1,
      { { 500, RELEASE }, { 502, PRESS }, { 504, RELEASE }, { 700, PRESS }, { 800, RELEASE }, { END, 0 } } },
    { "an edge that says what is known", false, 0, { { 100, RELEASE }, { 200, RELEASE }, { END, 0 } } },
    { "impatience: presses while a photo is under way",
      false,
      1,
      { { 100, PRESS },
        { 130, BUSY },
        { 200, RELEASE },
        { 300, PRESS },
        { 400, RELEASE },
        { 500, PRESS },
        { 600, RELEASE },
        { 900, DONE },
        { END, 0 } } },
    { "a press that outlasts the photo is none",
      false,
      1,
      { { 100, PRESS },
        { 130, BUSY },
        { 200, RELEASE },
        { 300, PRESS },
        { 500, DONE },
        { 900, RELEASE },
        { END, 0 } } },
    { "and the next one is",
      false,
      2,
      { { 100, PRESS },
        { 130, BUSY },
        { 200, RELEASE },
        { 500, DONE },
        { 600, PRESS },
        { 700, RELEASE },
        { END, 0 } } },
};

/* ticks: as a loop that wakes when it was told to. Else nobody asks until all is over, as when the loop was held up. */
static int play(const struct scene *s, bool ticks) {
    struct press p;
    int photos = 0;
    int64_t now = 0;
    press_init(&p, s->held);
    for (const struct happening *h = s->list; h->at_ms != END; h++) {
        int64_t at = (int64_t)h->at_ms * 1000, wait;
        while (ticks && (wait = press_wait_us(&p, now)) >= 0 && now + wait < at) {
            now += wait;
            photos += press_rest(&p, now);
        }
        now = at;
        if (h->step == BUSY || h->step == DONE)
            press_busy(&p, h->step == BUSY);
        else
            photos += press_edge(&p, h->step == PRESS, at);
    }
    return photos + press_rest(&p, now + 1000000) + press_rest(&p, now + 2000000);
}

static void as_the_table_says(void **state) {
    (void)state;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(scenes); i++) {
        int photos = play(&scenes[i], true);
        if (photos != scenes[i].photos) fail_msg("%s: %d photos", scenes[i].name, photos);
    }
}

/* The kernel's time stamps count, not when somebody looked. A photo that begins then changes what comes after it, so those scenes are left out. */
static void as_well_when_the_loop_was_held_up(void **state) {
    (void)state;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(scenes); i++) {
        bool busy = false;
        for (const struct happening *h = scenes[i].list; h->at_ms != END; h++) busy = busy || h->step == BUSY;
        int photos = busy ? scenes[i].photos : play(&scenes[i], false);
        if (photos != scenes[i].photos) fail_msg("%s: %d photos", scenes[i].name, photos);
    }
}

static void it_waits_no_longer_than_there_is_something_to_say(void **state) {
    struct press p;
    (void)state;
    press_init(&p, false);
    assert_int_equal(press_wait_us(&p, 0), -1);
    assert_false(press_edge(&p, true, 1000));
    assert_int_equal(press_wait_us(&p, 1000), PRESS_REST_US);
    assert_int_equal(press_wait_us(&p, 1000 + PRESS_REST_US + 7), 0);
    assert_true(press_rest(&p, 1000 + PRESS_REST_US));
    assert_int_equal(press_wait_us(&p, 30000), -1);
    assert_false(press_edge(&p, false, 500)); /* out of order: as if with the one before */
    assert_int_equal(press_wait_us(&p, 1000), PRESS_REST_US);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_the_table_says),
        cmocka_unit_test(as_well_when_the_loop_was_held_up),
        cmocka_unit_test(it_waits_no_longer_than_there_is_something_to_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
