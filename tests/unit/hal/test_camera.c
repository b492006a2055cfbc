/* SPDX-License-Identifier: MIT */
/* The camera's contract over the simulated driver, each of its faults included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "firmware/base/clock.h"
#include "firmware/base/file.h"
#include "hal/camera.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENOUGH_MS 10000

struct folder {
    char dir[64], device[80];
};

static const char *const names[] = { "b.jpg",     "a.jpeg",   "c.JPG",  "note.txt", ".hidden.jpg",
                                     "empty.jpg", "huge.jpg", "faults", "d.jpg" };

static void path_of(const struct folder *f, const char *name, char out[128]) {
    snprintf(out, 128, "%s/%s", f->dir, name);
}

static void put(const struct folder *f, const char *name, const char *content) {
    char path[128];
    path_of(f, name, path);
    assert_int_equal(file_write(path, content, strlen(content), 0600, NULL), 0);
}

static void drop(const struct folder *f, const char *name) {
    char path[128];
    path_of(f, name, path);
    (void)unlink(path);
}

static int set_up(void **state) {
    struct folder *f = calloc(1, sizeof *f);
    if (!f) return -1;
    *state = f;
    strcpy(f->dir, "/tmp/sitelog-camera-XXXXXX");
    if (!mkdtemp(f->dir)) return -1;
    snprintf(f->device, sizeof f->device, "sim:%s", f->dir);
    put(f, "b.jpg", "bb");
    put(f, "a.jpeg", "aaaa");
    put(f, "c.JPG", "cccccc");
    put(f, "note.txt", "no photo");
    put(f, ".hidden.jpg", "no photo");
    put(f, "empty.jpg", "");
    put(f, "huge.jpg", "x");
    char path[128];
    path_of(f, "huge.jpg", path);
    return truncate(path, (off_t)CAMERA_FRAME_MAX + 1);
}

static int tear_down(void **state) {
    struct folder *f = *state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) drop(f, names[i]);
    drop(f, "last");
    int r = rmdir(f->dir);
    free(f);
    return r;
}

static struct camera *open_camera(const struct folder *f) {
    struct camera *camera = NULL;
    struct err_text e = { 0 };
    if (camera_open(f->device, 640, 480, &camera, &e)) fail_msg("%s", e.text);
    return camera;
}

static void expect_frame(struct camera *camera, const char *content) {
    struct frame frame = { 0 };
    assert_int_equal(camera_grab(camera, ENOUGH_MS, &frame), 0);
    assert_int_equal(frame.len, strlen(content));
    assert_memory_equal(frame.bytes, content, frame.len);
    camera_release(camera, &frame);
    assert_null(frame.bytes);
}

static void round_and_round(void **state) {
    struct folder *f = *state;
    struct camera *camera = open_camera(f);
    int64_t before = clock_mono().ms;
    for (int i = 0; i < 2; i++) {
        expect_frame(camera, "aaaa");
        expect_frame(camera, "bb");
        expect_frame(camera, "cccccc");
    }
    assert_true(clock_mono().ms - before >=
                5 * 95);  /* no faster than a camera: one that never waits would heat the board */
    put(f, "d.jpg", "d"); /* put in while it is open, just behind the last */
    drop(f, "a.jpeg");
    expect_frame(camera, "d");
    expect_frame(camera, "bb");
    camera_close(camera);
}

static void what_cannot_be_opened(void **state) {
    struct folder *f = *state;
    struct camera *camera = NULL;
    struct err_text e = { 0 };
    assert_int_equal(camera_open("", 1, 1, &camera, &e), ERR_NOT_FOUND);
    assert_int_equal(camera_open("sim:/nowhere/at/all", 1, 1, &camera, &e), ERR_NOT_FOUND);
    assert_non_null(strstr(e.text, "/nowhere/at/all"));
    assert_int_equal(camera_open("webcam", 1, 1, &camera, &e), ERR_UNSUPPORTED);
    drop(f, "a.jpeg");
    drop(f, "b.jpg");
    drop(f, "c.JPG");
    assert_int_equal(camera_open(f->device, 1, 1, &camera, &e), ERR_NOT_FOUND);
    assert_null(camera);
    camera_close(NULL);
}

static void absent(void **state) {
    struct folder *f = *state;
    struct camera *camera = open_camera(f), *second = NULL;
    struct frame frame;
    expect_frame(camera, "aaaa");
    put(f, "faults", "absent\n");
    assert_int_equal(camera_grab(camera, ENOUGH_MS, &frame), ERR_GONE);
    assert_int_equal(camera_open(f->device, 1, 1, &second, NULL), ERR_NOT_FOUND);
    camera_close(camera);
    drop(f, "faults"); /* plugged in again */
    camera = open_camera(f);
    expect_frame(camera, "bb");
    drop(f, "a.jpeg");
    drop(f, "b.jpg");
    drop(f, "c.JPG");
    assert_int_equal(camera_grab(camera, ENOUGH_MS, &frame), ERR_GONE);
    camera_close(camera);
}

static void stall(void **state) {
    struct folder *f = *state;
    struct camera *camera = open_camera(f);
    struct frame frame;
    put(f, "faults", "stall\n");
    int64_t before = clock_mono().ms;
    assert_int_equal(camera_grab(camera, 60, &frame), ERR_TIMEOUT);
    assert_true(clock_mono().ms - before >= 55);
    assert_int_equal(camera_grab(camera, 0, &frame), ERR_TIMEOUT);
    assert_int_equal(camera_grab(camera, -1, &frame), ERR_TIMEOUT);
    drop(f, "faults");
    expect_frame(camera, "aaaa"); /* nothing was lost meanwhile */
    camera_close(camera);
}

static void truncated_and_garbage(void **state) {
    struct folder *f = *state;
    struct camera *camera = open_camera(f);
    put(f, "faults", "truncated\n");
    expect_frame(camera, "aa");
    put(f, "faults", "garbage\r\n");
    struct frame frame;
    assert_int_equal(camera_grab(camera, ENOUGH_MS, &frame), 0);
    assert_true(frame.len > 1000 && frame.bytes[0] != 0xff);
    camera_release(camera, &frame);
    put(f, "faults", "nonsense\nslow x\n\n");
    expect_frame(camera, "cccccc");
    camera_close(camera);
}

static void slow(void **state) {
    struct folder *f = *state;
    struct camera *camera = open_camera(f);
    struct frame frame;
    put(f, "faults", "slow 250\n");
    int64_t before = clock_mono().ms;
    assert_int_equal(camera_grab(camera, 40, &frame), ERR_TIMEOUT);
    assert_true(clock_mono().ms - before < 240);
    expect_frame(camera, "aaaa"); /* the exposure went on meanwhile */
    int64_t took = clock_mono().ms - before;
    assert_true(took >= 245 && took < ENOUGH_MS);
    camera_close(camera);
}

static void goes_on_after_a_close(void **state) {
    struct camera *camera = open_camera(*state);
    expect_frame(camera, "aaaa");
    camera_close(camera);
    camera = open_camera(*state);
    expect_frame(camera, "bb");
    camera_close(camera);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(round_and_round),
        TEST(what_cannot_be_opened),
        TEST(absent),
        TEST(goes_on_after_a_close),
        TEST(what_cannot_be_opened),
        TEST(absent),
        TEST(stall),
        TEST(truncated_and_garbage),
        TEST(slow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
