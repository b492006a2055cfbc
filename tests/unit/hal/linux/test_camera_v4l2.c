/* SPDX-License-Identifier: MIT */
/* The real camera driver over a device that is not there (tests/support/preload/fake_v4l2.c): what it asks for, what it lets through, and what it says
 * when things fail. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/jpeg.h"
#include "firmware/base/clock.h"
#include "hal/camera.h"
#include "tests/support/fake_camera.h"
#include "tests/support/preload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENOUGH_MS = 10000 };

struct fixture {
    struct fake_camera fake;
    struct camera *camera;
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    fake_camera_open(&f->fake);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    camera_close(f->camera);
    fake_camera_close(&f->fake);
    free(f);
    return 0;
}

static void script(struct fixture *f, const char *words) { fake_camera_script(&f->fake, words); }

static void open_size(struct fixture *f, int width, int height) {
    struct err_text e = { 0 };
    camera_close(f->camera);
    f->camera = NULL;
    if (camera_open(FAKE_CAMERA, width, height, &f->camera, &e)) fail_msg("%s", e.text);
}

static void grab_size(struct fixture *f, struct jpeg_info *info) {
    struct frame frame;
    struct err_text e = { 0 };
    assert_int_equal(camera_grab(f->camera, ENOUGH_MS, &frame), 0);
    if (jpeg_inspect(frame.bytes, frame.len, info, &e)) fail_msg("%s", e.text);
    camera_release(f->camera, &frame);
}

static void mjpeg_is_passed_on_as_it_comes(void **state) {
    struct fixture *f = *state;
    struct frame frame;
    int64_t before = 0;
    open_size(f, 1920, 1080);
    assert_int_equal(fake_camera_count(&f->fake, "STREAMON"), 0); /* nobody has asked for a picture */
    for (int i = 0; i < 6; i++) {
        assert_int_equal(camera_grab(f->camera, ENOUGH_MS, &frame), 0);
        int which = frame.len == f->fake.jpeg[0].len ? 0 : 1;
        assert_int_equal(frame.len, f->fake.jpeg[which].len);
        assert_memory_equal(frame.bytes, f->fake.jpeg[which].data, frame.len);
        assert_true(frame.mono_ms >= before && frame.mono_ms <= clock_mono().ms);
        before = frame.mono_ms;
        camera_release(f->camera, &frame);
        assert_null(frame.bytes);
    }
    camera_close(f->camera);
    f->camera = NULL;
    assert_int_equal(fake_camera_count(&f->fake, "STREAMON"), 1);
    assert_int_equal(fake_camera_count(&f->fake, "STREAMOFF"), 1);
}

static void the_nearest_offered_is_taken(void **state) {
    static const struct {
        const char *offers;
        int width, height, want_width, want_height;
    } rows[] = {
        { "offer YUYV 640x480 320x240\noffer NV12 800x600\n", 640, 480, 640, 480 },
        { "offer YUYV 640x480 320x240\noffer NV12 800x600\n", 1920, 1080, 800, 600 },
        { "offer YUYV 640x480 320x240\noffer NV12 800x600\n", 2, 2, 320, 240 },
        { "offer H264 640x480\noffer YUYV step 32 32 1024 768 8\n", 643, 477, 640, 480 },
        { "offer YUYV step 32 32 1024 768 8\n", 4000, 3000, 1024, 768 },
        { "offer NV12 step 64 64 1024 768 16\n", 10, 10, 64, 64 },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char words[200];
        struct jpeg_info info;
        (void)snprintf(words, sizeof words, "fps 200\n%s", rows[i].offers);
        script(f, words);
        open_size(f, rows[i].width, rows[i].height);
        grab_size(f, &info);
        assert_int_equal(info.width_px, rows[i].want_width);
        assert_int_equal(info.height_px, rows[i].want_height);
    }
    script(f, "fps 200\noffer YUYV 176x120\noffer MJPG 176x120 640x480\n"); /* equally near: no encoding */
    open_size(f, 176, 120);
    struct frame frame;
    assert_int_equal(camera_grab(f->camera, ENOUGH_MS, &frame), 0);
    assert_true(frame.len == f->fake.jpeg[0].len || frame.len == f->fake.jpeg[1].len);
    camera_release(f->camera, &frame);
}

/* The ramp from black to white comes out of either raw format as it went in. */
static void raw_pictures_are_encoded(void **state) {
    static const char *const offers[] = { "fps 200\noffer YUYV 320x240\n", "fps 200\noffer NV12 320x240\n" };
    struct fixture *f = *state;
    for (size_t i = 0; i < 2; i++) {
        struct frame frame;
        struct jpeg_pixels picture = { 0 };
        script(f, offers[i]);
        open_size(f, 320, 240);
        assert_int_equal(camera_grab(f->camera, ENOUGH_MS, &frame), 0);
        assert_int_equal(jpeg_decode_scaled(frame.bytes, frame.len, 320, &picture, NULL), 0);
        camera_release(f->camera, &frame);
        for (unsigned x = 8; x < 312; x += 50) {
            const uint8_t *rgb = picture.rgb + ((size_t)120 * 320 + x) * 3;
            for (int c = 0; c < 3; c++) assert_in_range(rgb[c] + 12, x * 255 / 320, x * 255 / 320 + 24);
        }
        jpeg_pixels_fini(&picture);
    }
}

static int brightness_of(const struct frame *frame) {
    struct jpeg_pixels p = { 0 };
    assert_int_equal(jpeg_decode_scaled(frame->bytes, frame->len, 64, &p, NULL), 0);
    int middle = p.rgb[((size_t)p.height_px / 2 * p.width_px + p.width_px / 2) * 3];
    jpeg_pixels_fini(&p);
    return middle;
}

static void the_first_pictures_are_dropped_until_the_exposure_settles(void **state) {
    static const char *const formats[] = { "offer MJPG 160x120\nfps 100\ndark 7\n",
                                           "offer YUYV 320x240\nfps 100\ndark 7\n" };
    struct fixture *f = *state;
    for (size_t i = 0; i < 2; i++) {
        struct frame frame;
        script(f, formats[i]);
        open_size(f, 320, 240);
        assert_int_equal(camera_grab(f->camera, ENOUGH_MS, &frame), 0);
        assert_true(brightness_of(&frame) > 60);
        camera_release(f->camera, &frame);
    }
}

/* A night without light: after three seconds a picture is taken as it is. */
static void darkness_that_stays_is_taken(void **state) {
    struct fixture *f = *state;
    struct frame frame;
    script(f, "offer MJPG 160x120\nfps 30\ndark 100000\n");
    open_size(f, 320, 240);
    int64_t began = clock_mono().ms;
    assert_int_equal(camera_grab(f->camera, 200, &frame), ERR_TIMEOUT); /* and waiting may be cut in pieces */
    assert_int_equal(camera_grab(f->camera, ENOUGH_MS, &frame), 0);
    assert_true(clock_mono().ms - began >= 2900);
    assert_true(brightness_of(&frame) < 20);
    camera_release(f->camera, &frame);
}

static void broken_frames_are_passed_over(void **state) {
    static const char *const flaws[] = { "flagged", "cut", "empty" };
    struct fixture *f = *state;
    struct frame frame;
    open_size(f, 1920, 1080);
    for (size_t i = 0; i < 3; i++) {
        char words[100];
        (void)snprintf(words, sizeof words, "offer MJPG 1920x1080\nfps 200\n%s\n", flaws[i]);
        script(f, words);
        assert_int_equal(camera_grab(f->camera, 100, &frame), ERR_TIMEOUT);
        script(f, "offer MJPG 1920x1080\nfps 200\n");
        assert_int_equal(camera_grab(f->camera, ENOUGH_MS, &frame), 0);
        camera_release(f->camera, &frame);
    }
}

static void padding_is_cut_and_missing_tables_are_given(void **state) {
    struct fixture *f = *state;
    struct frame frame;
    struct jpeg_info info;
    script(f, "fps 200\npadded\n");
    open_size(f, 1920, 1080);
    assert_int_equal(camera_grab(f->camera, ENOUGH_MS, &frame), 0);
    assert_true(frame.len == f->fake.jpeg[0].len || frame.len == f->fake.jpeg[1].len);
    camera_release(f->camera, &frame);
    script(f, "fps 200\nuntabled\n");
    open_size(f, 1920, 1080);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(camera_grab(f->camera, ENOUGH_MS, &frame), 0);
        assert_int_equal(jpeg_inspect(frame.bytes, frame.len, &info, NULL), 0);
        bool tables = false;
        for (size_t at = 2; at + 1 < frame.len && !tables; at++)
            tables = frame.bytes[at] == 0xff && frame.bytes[at + 1] == 0xc4;
        assert_true(tables);
        camera_release(f->camera, &frame);
    }
}

static void what_fails_at_opening_is_told(void **state) {
    static const struct {
        const char *words;
        int error;
        const char *says;
    } rows[] = {
        { "absent", ERR_NOT_FOUND, "plug it in" },         { "error OPEN 13", ERR_DENIED, "group video" },
        { "error OPEN 16", ERR_BUSY, "another program" },  { "error QUERYCAP 5", ERR_IO, "saying what it is" },
        { "error S_FMT 16", ERR_BUSY, "another program" }, { "error S_FMT 22", ERR_IO, "its format" },
        { "error ENUM_FMT 22", ERR_UNSUPPORTED, "MJPEG" }, { "offer H264 640x480", ERR_UNSUPPORTED, "MJPEG" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err_text e = { 0 };
        script(f, rows[i].words);
        assert_int_equal(camera_open(FAKE_CAMERA, 640, 480, &f->camera, &e), rows[i].error);
        if (!strstr(e.text, rows[i].says)) fail_msg("%s: %s", rows[i].words, e.text);
        assert_null(f->camera);
    }
    assert_int_equal(fake_camera_count(&f->fake, "open"), fake_camera_count(&f->fake, "close"));
}

static void what_fails_while_it_streams_is_told(void **state) {
    static const struct {
        const char *words;
        int error;
    } rows[] = {
        { "fps 200\nerror REQBUFS 12", ERR_IO },  { "fps 200\nerror QUERYBUF 22", ERR_IO },
        { "fps 200\nerror STREAMON 28", ERR_IO }, { "fps 200\nerror DQBUF 5", ERR_IO },
        { "fps 200\nerror DQBUF 19", ERR_GONE },  { "fps 200\nerror QBUF 5", ERR_IO },
        { "fps 200\nunplugged", ERR_GONE },       { "fps 200\nstall", ERR_TIMEOUT },
    };
    struct fixture *f = *state;
    struct frame frame;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        script(f, "fps 200\n");
        open_size(f, 1920, 1080);
        script(f, rows[i].words);
        int rc = camera_grab(f->camera, 100, &frame);
        if (rc != rows[i].error) fail_msg("%s: %s", rows[i].words, err_name(rc));
        script(f, "fps 200\n"); /* and after it was closed and opened it works */
        open_size(f, 1920, 1080);
        assert_int_equal(camera_grab(f->camera, ENOUGH_MS, &frame), 0);
        camera_release(f->camera, &frame);
    }
}

int main(int argc, char **argv) {
    (void)argc;
    preload(argv, "fake_v4l2");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(mjpeg_is_passed_on_as_it_comes, setup, teardown),
        cmocka_unit_test_setup_teardown(the_nearest_offered_is_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(raw_pictures_are_encoded, setup, teardown),
        cmocka_unit_test_setup_teardown(the_first_pictures_are_dropped_until_the_exposure_settles, setup, teardown),
        cmocka_unit_test_setup_teardown(darkness_that_stays_is_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(broken_frames_are_passed_over, setup, teardown),
        cmocka_unit_test_setup_teardown(padding_is_cut_and_missing_tables_are_given, setup, teardown),
        cmocka_unit_test_setup_teardown(what_fails_at_opening_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(what_fails_while_it_streams_is_told, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
