/* SPDX-License-Identifier: MIT */
/* The time-lapse over the simulated camera: when a frame is taken, which are kept, and what a board that was moved does. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/jpeg.h"
#include "app/photo/shutter.h"
#include "app/photo/timelapse.h"
#include "firmware/base/file.h"
#include "tests/support/board_rig.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVERY_MS = 600000, WIDTH = 640 };

struct fixture {
    struct board_rig r;
    struct shutter *shutter;
    struct timelapse_options o;
    struct timelapse *t;
    struct jpeg_pixels view[2]; /* two places */
};

/* ---- pictures ---- */

static void load_views(struct fixture *f) {
    glob_t found = { 0 };
    size_t n = 0;
    assert_int_equal(glob("/usr/share/backgrounds/mate/nature/*.jpg", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc && n < 2; i++) {
        struct buf jpeg;
        buf_init(&jpeg, 16u << 20);
        assert_int_equal(file_read(found.gl_pathv[i], &jpeg, NULL), 0);
        assert_int_equal(jpeg_decode_scaled(jpeg.data, jpeg.len, WIDTH, &f->view[n++], NULL), 0);
        buf_fini(&jpeg);
    }
    globfree(&found);
    assert_int_equal(n, 2);
}

/* The camera shows this from now on. gain: of the light; person: somebody stands there. */
static void show(struct fixture *f, int view, double gain, bool person) {
    const struct jpeg_pixels *p = &f->view[view];
    size_t n = (size_t)p->width_px * p->height_px * 3;
    uint8_t *rgb = malloc(n);
    struct buf jpeg;
    char path[600];
    for (size_t i = 0; i < n; i++) rgb[i] = (uint8_t)(p->rgb[i] * gain > 255 ? 255 : p->rgb[i] * gain);
    for (uint32_t y = 60; person && y < 260; y++)
        for (uint32_t x = 300; x < 380; x++) memset(rgb + (y * p->width_px + x) * 3, (x / 9 + y / 7) % 2 ? 40 : 210, 3);
    buf_init(&jpeg, 4u << 20);
    assert_int_equal(jpeg_encode(rgb, p->width_px, p->height_px, 90, &jpeg, NULL), 0);
    (void)snprintf(path, sizeof path, "%s/a.jpg", f->r.device + strlen("sim:"));
    assert_int_equal(file_write(path, jpeg.data, jpeg.len, 0600, NULL), 0);
    buf_fini(&jpeg);
    free(rgb);
}

/* ---- rig ---- */

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    clock_fake_wall((struct wall){ INT64_C(1795309200000) }); /* Sunday 2026-11-22T09:00:00+08:00; a working day here */
    clock_fake_mono((struct mono){ 1000000 });
    board_rig_open(&f->r);
    board_rig_consent(&f->r, true);
    load_views(f);
    show(f, 0, 1, false);
    struct shutter_options s = { .device = f->r.device, .width_px = 640, .height_px = 480 };
    assert_int_equal(shutter_start(&s, &f->shutter), 0);
    f->r.photos.shutter = f->shutter;
    f->o = (struct timelapse_options){ .snapshot = { .photos = &f->r.photos,
                                                     .writer = f->r.writer,
                                                     .reader = f->r.reader,
                                                     .journal = f->r.depot.journal,
                                                     .site = BOARD_RIG_SITE,
                                                     .timezone = "Asia/Shanghai" },
                                       .board = BOARD_RIG_BOARD,
                                       .every_ms = EVERY_MS,
                                       .hours = { 7 * 60, 18 * 60 } };
    clock_fake_advance_ms(INT64_C(24) * 3600000); /* Monday */
    assert_int_equal(timelapse_create(&f->o, &f->t), 0);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    timelapse_destroy(f->t);
    shutter_destroy(f->shutter);
    for (int i = 0; i < 2; i++) jpeg_pixels_fini(&f->view[i]);
    board_rig_close(&f->r);
    free(f);
    clock_fake_off();
    return 0;
}

static enum timelapse_did run(struct fixture *f) {
    enum timelapse_did did = TIMELAPSE_WAITED;
    struct err_text e = { 0 };
    if (timelapse_run(f->t, &did, &e)) fail_msg("%s", e.text);
    return did;
}

static enum timelapse_did later(struct fixture *f) {
    clock_fake_advance_ms(EVERY_MS);
    return run(f);
}

static int64_t frames(struct fixture *f) {
    return board_rig_count(&f->r, "SELECT count(*) FROM photo WHERE origin = 'timelapse'");
}

static int64_t series(struct fixture *f) {
    return board_rig_count(&f->r, "SELECT count(DISTINCT series) FROM photo WHERE origin = 'timelapse'");
}

/* As after a night without power. */
static void restart(struct fixture *f) {
    timelapse_destroy(f->t);
    assert_int_equal(timelapse_create(&f->o, &f->t), 0);
    clock_fake_advance_ms(EVERY_MS);
}

/* ---- tests ---- */

static void a_frame_is_kept_where_something_moved(void **state) {
    struct fixture *f = *state;
    assert_int_equal(run(f), TIMELAPSE_KEPT);
    assert_int_equal(run(f), TIMELAPSE_WAITED); /* it is not time */
    clock_fake_advance_ms(EVERY_MS / 2);
    assert_int_equal(run(f), TIMELAPSE_WAITED);
    clock_fake_advance_ms(EVERY_MS / 2);
    assert_int_equal(run(f), TIMELAPSE_STILL);
    show(f, 0, 0.7, false); /* a lamp went out */
    assert_int_equal(later(f), TIMELAPSE_STILL);
    show(f, 0, 0.7, true); /* somebody came */
    assert_int_equal(later(f), TIMELAPSE_KEPT);
    assert_int_equal(later(f), TIMELAPSE_STILL);
    show(f, 0, 0.98, false); /* and left */
    assert_int_equal(later(f), TIMELAPSE_KEPT);
    assert_int_equal(frames(f), 3);
    assert_int_equal(series(f), 1);
    assert_int_equal(board_rig_count(&f->r, "SELECT count(*) FROM upload WHERE timelapse = 1 AND thumb = 0"), 3);
    assert_int_equal(board_rig_count(&f->r, "SELECT count(*) FROM photo WHERE actor = 'board' AND stage <> ''"), 3);
}

static void a_board_that_was_moved_begins_a_series(void **state) {
    struct fixture *f = *state;
    assert_int_equal(run(f), TIMELAPSE_KEPT);
    show(f, 1, 1, false);
    assert_int_equal(later(f), TIMELAPSE_KEPT);  /* something is before the camera */
    assert_int_equal(later(f), TIMELAPSE_STILL); /* still */
    assert_int_equal(later(f), TIMELAPSE_MOVED); /* it is another place */
    assert_int_equal(later(f), TIMELAPSE_STILL);
    assert_int_equal(series(f), 2);
    assert_int_equal(board_rig_count(&f->r, "SELECT count(*) FROM viewpoint WHERE detected = 1"), 1);
    assert_int_equal(board_rig_count(&f->r, "SELECT count(*) FROM photo p JOIN viewpoint v ON v.id = p.series"), 1);
}

static void somebody_before_the_lens_is_no_move(void **state) {
    struct fixture *f = *state;
    assert_int_equal(run(f), TIMELAPSE_KEPT);
    show(f, 1, 1, false);
    assert_int_equal(later(f), TIMELAPSE_KEPT);
    assert_int_equal(later(f), TIMELAPSE_STILL);
    show(f, 0, 1, false); /* gone again */
    assert_int_equal(later(f), TIMELAPSE_KEPT);
    assert_int_equal(later(f), TIMELAPSE_STILL);
    assert_int_equal(later(f), TIMELAPSE_STILL);
    assert_int_equal(series(f), 1);
}

/* The power was off in the night, and with it the board's memory. */
static void the_last_frame_is_known_after_a_night(void **state) {
    struct fixture *f = *state;
    assert_int_equal(run(f), TIMELAPSE_KEPT);
    restart(f);
    assert_int_equal(run(f), TIMELAPSE_STILL);
    show(f, 1, 1, false); /* it was carried to another room while it was off */
    restart(f);
    assert_int_equal(run(f), TIMELAPSE_KEPT);
    assert_int_equal(later(f), TIMELAPSE_STILL);
    assert_int_equal(later(f), TIMELAPSE_MOVED);
    assert_int_equal(series(f), 2);
}

static void dark_frames_say_nothing_of_the_place(void **state) {
    struct fixture *f = *state;
    assert_int_equal(run(f), TIMELAPSE_KEPT);
    show(f, 0, 0.005, false);
    assert_int_equal(later(f), TIMELAPSE_STILL);
    assert_int_equal(later(f), TIMELAPSE_STILL);
    assert_int_equal(later(f), TIMELAPSE_STILL);
    show(f, 1, 1, false);
    assert_int_equal(later(f), TIMELAPSE_KEPT);
    (void)later(f);
    assert_int_equal(later(f), TIMELAPSE_MOVED);
}

/* Nothing by itself without the customer; a refusal ends it, and a consent lets it go on. */
static void only_with_consent(void **state) {
    struct fixture *f = *state;
    board_rig_consent(&f->r, false);
    assert_int_equal(run(f), TIMELAPSE_WAITED);
    assert_int_equal(frames(f), 0);
    clock_fake_advance_ms(1000);
    board_rig_consent(&f->r, true);
    assert_int_equal(later(f), TIMELAPSE_KEPT);
    assert_int_equal(frames(f), 1);
}

static void only_in_working_hours(void **state) {
    struct fixture *f = *state;
    clock_fake_advance_ms(INT64_C(9) * 3600000); /* 18:00 */
    assert_int_equal(run(f), TIMELAPSE_WAITED);
    clock_fake_advance_ms(INT64_C(14) * 3600000); /* Tuesday 08:00 */
    assert_int_equal(run(f), TIMELAPSE_KEPT);
}

static void hours_table(void **state) {
    static const struct {
        const char *at;
        enum clock_grade grade;
        bool within;
    } rows[] = {
        { "2026-11-23T07:29:59+08:00", CLOCK_NTP, false }, { "2026-11-23T07:30:00+08:00", CLOCK_NTP, true },
        { "2026-11-23T18:29:59+08:00", CLOCK_RTC, true },  { "2026-11-23T18:30:00+08:00", CLOCK_RTC, false },
        { "2026-11-22T10:00:00+08:00", CLOCK_NTP, false }, /* a Sunday */
        { "2026-11-24T10:00:00+08:00", CLOCK_NTP, false }, /* a holiday */
        { "1970-01-01T03:00:00+08:00", CLOCK_NONE, true }, /* nobody knows */
        { "2026-11-22T23:00:00Z", CLOCK_NTP, false },      /* Monday 07:00 there */
        { "2026-11-22T23:45:00Z", CLOCK_NTP, true },
    };
    char holidays[1][TZ_DATE_SIZE] = { "2026-11-24" };
    struct plan_cutoffs c = { .workday = { false, true, true, true, true, true, true, false },
                              .holidays = holidays,
                              .holiday_count = 1 };
    struct hours hours;
    struct tz *tz = NULL;
    (void)state;
    assert_int_equal(hours_parse("07:30-18:30", &hours), 0);
    assert_int_equal(tz_create("Asia/Shanghai", &tz, NULL), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct wall at;
        assert_int_equal(clock_parse(rows[i].at, &at, NULL), 0);
        if (timelapse_hours(&hours, &c, tz, at, rows[i].grade) != rows[i].within) fail_msg("%s", rows[i].at);
    }
    tz_destroy(tz);
}

static void a_camera_that_fails_is_tried_again(void **state) {
    struct fixture *f = *state;
    enum timelapse_did did;
    struct err_text e = { 0 };
    board_rig_faults(&f->r, "absent\n");
    assert_int_equal(timelapse_run(f->t, &did, &e), ERR_NOT_FOUND);
    assert_true(e.text[0] != '\0');
    assert_int_equal(did, TIMELAPSE_WAITED);
    board_rig_faults(&f->r, NULL);
    assert_int_equal(run(f), TIMELAPSE_KEPT); /* at once, not ten minutes later */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_frame_is_kept_where_something_moved, setup, teardown),
        cmocka_unit_test_setup_teardown(a_board_that_was_moved_begins_a_series, setup, teardown),
        cmocka_unit_test_setup_teardown(somebody_before_the_lens_is_no_move, setup, teardown),
        cmocka_unit_test_setup_teardown(the_last_frame_is_known_after_a_night, setup, teardown),
        cmocka_unit_test_setup_teardown(dark_frames_say_nothing_of_the_place, setup, teardown),
        cmocka_unit_test_setup_teardown(only_with_consent, setup, teardown),
        cmocka_unit_test_setup_teardown(only_in_working_hours, setup, teardown),
        cmocka_unit_test(hours_table),
        cmocka_unit_test_setup_teardown(a_camera_that_fails_is_tried_again, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
