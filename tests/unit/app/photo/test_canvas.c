/* SPDX-License-Identifier: MIT */
/* Shapes: where they are, that their edges are smooth, that nothing falls off the canvas. */
#include "app/photo/canvas.h"
#include "firmware/base/cleanup.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static const struct color white = { 255, 255, 255 }, black = { 0, 0, 0 }, blue = { 10, 20, 200 };

static int at(const struct canvas *c, int x, int y, int channel) { return c->rgb[(y * c->width_px + x) * 3 + channel]; }

static void boxes_and_corners(void **state) {
    (void)state;
    CLEANUP(canvas_fini) struct canvas c = { 0 };
    assert_int_equal(canvas_init(&c, 100, 60, white), 0);
    canvas_fill(&c, (struct box){ 10, 10, 20, 20 }, blue);
    assert_int_equal(at(&c, 10, 10, 2), 200);
    assert_int_equal(at(&c, 29, 29, 0), 10);
    assert_int_equal(at(&c, 30, 29, 0), 255);
    assert_int_equal(at(&c, 9, 10, 0), 255);
    canvas_fill_round(&c, (struct box){ 40, 10, 40, 40 }, 100, black); /* a disc */
    assert_int_equal(at(&c, 60, 30, 0), 0);
    assert_in_range(at(&c, 60, 10, 0), 0, 30);
    assert_int_equal(at(&c, 41, 11, 0), 255);
    int between = 0;
    for (int x = 40; x < 60; x++) between += at(&c, x, 15, 0) > 20 && at(&c, x, 15, 0) < 235;
    assert_in_range(between, 1, 4); /* the edge is a few shades wide */
}

static void strokes_have_their_width(void **state) {
    (void)state;
    CLEANUP(canvas_fini) struct canvas c = { 0 };
    assert_int_equal(canvas_init(&c, 60, 60, white), 0);
    canvas_stroke(&c, 10, 30, 50, 30, 6, black);
    for (int y = 0; y < 60; y++) assert_int_equal(at(&c, 30, y, 0), y >= 27 && y < 33 ? 0 : 255);
    canvas_stroke(&c, 30, 10, 30, 10, 8, black); /* a dot */
    assert_int_equal(at(&c, 30, 10, 0), 0);
}

static void everything_is_clipped(void **state) {
    (void)state;
    CLEANUP(canvas_fini) struct canvas c = { 0 };
    uint8_t mask[16], picture[4 * 3] = { 9, 9, 9, 90, 90, 90, 9, 9, 9, 90, 90, 90 };
    memset(mask, 255, sizeof mask);
    assert_int_equal(canvas_init(&c, 20, 10, white), 0);
    for (int x = -30; x < 30; x += 3) {
        for (int y = -30; y < 30; y += 3) {
            canvas_fill(&c, (struct box){ x, y, 7, 50 }, black);
            canvas_fill_round(&c, (struct box){ x, y, 25, 5 }, 3, black);
            canvas_stroke(&c, x, y, x + 20, y - 8, 3, blue);
            canvas_mask(&c, x, y, mask, 4, 4, 4, blue);
            canvas_picture(&c, (struct box){ x, y, 9, 6 }, 2, picture, 2, 2);
        }
    }
    canvas_fill(&c, (struct box){ 5, 5, 0, -3 }, black);
    struct canvas none;
    assert_int_equal(canvas_init(&none, 0, 5, white), ERR_INVALID);
    assert_int_equal(canvas_init(&none, 5, 100000, white), ERR_INVALID);
}

static void a_picture_covers_its_box_with_its_middle(void **state) {
    (void)state;
    CLEANUP(canvas_fini) struct canvas c = { 0 };
    uint8_t picture[30 * 10 * 3]; /* three squares side by side: black, grey, white */
    for (int i = 0; i < 300; i++) memset(picture + i * 3, i % 30 / 10 * 100, 3);
    assert_int_equal(canvas_init(&c, 40, 40, white), 0);
    canvas_picture(&c, (struct box){ 10, 10, 20, 20 }, 0, picture, 30, 10);
    assert_int_equal(at(&c, 20, 20, 0), 100);
    assert_int_equal(at(&c, 12, 12, 0), 100);
    assert_int_equal(at(&c, 27, 27, 0), 100);
    assert_int_equal(at(&c, 9, 20, 0), 255);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boxes_and_corners),
        cmocka_unit_test(strokes_have_their_width),
        cmocka_unit_test(everything_is_clipped),
        cmocka_unit_test(a_picture_covers_its_box_with_its_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
