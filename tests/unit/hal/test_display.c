/* SPDX-License-Identifier: MIT */
/* The panel's light and touch: the kernel's files in a folder of their own, with FIFOs for the event devices; and the twin. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/file.h"
#include "firmware/base/text.h"
#include "hal/display.h"
#include "tests/support/temp.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIGHT "sys/class/backlight/panel"

struct fixture {
    char *dir;
    int finger[3]; /* the kernel's end of event0 … event2; -1: none */
};

static void path_of(const struct fixture *f, const char *name, char out[400]) {
    (void)snprintf(out, 400, "%s/%s", f->dir, name);
}

static void put(const struct fixture *f, const char *folder, const char *name, const char *text) {
    char path[400];
    path_of(f, folder, path);
    assert_int_equal(file_make_dirs(path, 0700, NULL), 0);
    (void)snprintf(path, sizeof path, "%s/%s/%s", f->dir, folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void expect(const struct fixture *f, const char *name, const char *text) {
    char path[400];
    struct buf b;
    buf_init(&b, 4096);
    path_of(f, name, path);
    assert_int_equal(file_read(path, &b, NULL), 0);
    if (b.len != strlen(text) || memcmp(b.data, text, b.len) != 0) fail_msg("%s: '%.*s'", name, (int)b.len, b.data);
    buf_fini(&b);
}

/* An event device; its keys as the kernel lists them. */
static void plug(struct fixture *f, int n, const char *keys) {
    char folder[100], path[400];
    (void)snprintf(folder, sizeof folder, "sys/class/input/event%d/device/capabilities", n);
    put(f, folder, "key", keys);
    (void)snprintf(path, sizeof path, "%s/dev/input/event%d", f->dir, n);
    assert_int_equal(mkfifo(path, 0600), 0);
    f->finger[n] = open(path, O_RDWR | O_NONBLOCK);
    assert_true(f->finger[n] >= 0);
}

static void unplug(struct fixture *f, int n) {
    char path[400];
    (void)snprintf(path, sizeof path, "%s/dev/input/event%d", f->dir, n);
    assert_int_equal(unlink(path), 0);
    (void)close(f->finger[n]);
    f->finger[n] = -1;
}

static void touch(struct fixture *f, int n) {
    static const char event[24] = { 0 };
    assert_int_equal(write(f->finger[n], event, sizeof event), sizeof event);
}

/* BTN_TOUCH, 330, as 64-bit and 32-bit programs see it; and a keyboard. */
static const char *const screen_keys = sizeof(long) == 8 ? "400 0 0 0 0 0\n" : "400 0 0 0 0 0 0 0 0 0 0\n";
static const char *const keyboard_keys = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe\n";

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    char path[400];
    f->dir = temp_make();
    for (size_t i = 0; i < 3; i++) f->finger[i] = -1;
    path_of(f, "dev/input", path);
    assert_int_equal(file_make_dirs(path, 0700, NULL), 0);
    put(f, LIGHT, "max_brightness", "200\n");
    put(f, LIGHT, "brightness", "160\n");
    put(f, LIGHT, "bl_power", "0\n");
    assert_int_equal(setenv("SITELOG_DEVICES_ROOT", f->dir, 1), 0);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    (void)unsetenv("SITELOG_DEVICES_ROOT");
    for (size_t i = 0; i < 3; i++)
        if (f->finger[i] >= 0) (void)close(f->finger[i]);
    temp_remove(f->dir);
    free(f);
    return 0;
}

static struct display *open_display(const char *backlight, const char *input, int percent) {
    struct display_options o = { backlight, input, percent };
    struct display *d = NULL;
    struct err_text e = { 0 };
    if (display_open(&o, &d, &e)) fail_msg("%s", e.text);
    return d;
}

static bool readable(const struct display *d) {
    struct pollfd p = { .fd = display_fd(d), .events = POLLIN };
    return poll(&p, 1, 0) == 1;
}

/* ---- light ---- */

static void it_dims_wakes_and_is_left_as_it_was(void **state) {
    struct fixture *f = *state;
    struct display *d = open_display("auto", "auto", 10);
    assert_int_equal(display_wake(d), 0);
    assert_int_equal(display_dim(d), 0);
    expect(f, LIGHT "/brightness", "20\n");
    assert_int_equal(display_wake(d), 0);
    expect(f, LIGHT "/brightness", "160\n");
    assert_int_equal(display_dim(d), 0);
    display_close(d);
    expect(f, LIGHT "/brightness", "160\n");
    expect(f, LIGHT "/bl_power", "0\n");
}

static void nothing_is_written_where_nothing_changes(void **state) {
    struct fixture *f = *state;
    struct display *d = open_display("panel", "auto", 10);
    put(f, LIGHT, "brightness", "mark\n");
    assert_int_equal(display_wake(d), 0);
    expect(f, LIGHT "/brightness", "mark\n");
    assert_int_equal(display_dim(d), 0);
    put(f, LIGHT, "brightness", "mark\n");
    assert_int_equal(display_dim(d), 0);
    expect(f, LIGHT "/brightness", "mark\n");
    expect(f, LIGHT "/bl_power", "0\n");
    display_close(d);
    put(f, LIGHT, "brightness", "12\n"); /* darker than dim */
    d = open_display("panel", "auto", 10);
    put(f, LIGHT, "brightness", "mark\n");
    assert_int_equal(display_dim(d), 0);
    display_close(d);
    expect(f, LIGHT "/brightness", "mark\n");
}

static void zero_percent_switches_it_off(void **state) {
    struct fixture *f = *state;
    struct display *d = open_display("auto", "auto", 0);
    assert_int_equal(display_dim(d), 0);
    expect(f, LIGHT "/bl_power", "4\n");
    expect(f, LIGHT "/brightness", "160\n");
    assert_int_equal(display_wake(d), 0);
    expect(f, LIGHT "/bl_power", "0\n");
    display_close(d);
}

/* A light of a few steps is dim at the lowest, and not off. */
static void one_percent_of_little_is_not_nothing(void **state) {
    struct fixture *f = *state;
    put(f, LIGHT, "max_brightness", "7\n");
    put(f, LIGHT, "brightness", "7\n");
    struct display *d = open_display("auto", "auto", 10);
    assert_int_equal(display_dim(d), 0);
    expect(f, LIGHT "/brightness", "1\n");
    display_close(d);
}

static void what_a_killed_program_left_is_mended(void **state) {
    struct fixture *f = *state;
    static const struct {
        int percent;
        const char *brightness, *power, *then;
    } cases[] = { { 10, "20\n", "0\n", "200\n" }, /* dimmed */
                  { 0, "160\n", "4\n", "160\n" }, /* switched off */
                  { 10, "160\n", "4\n", "160\n" },
                  { 10, "0\n", "0\n", "200\n" },
                  { 100, "200\n", "0\n", "200\n" } };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) {
        put(f, LIGHT, "brightness", cases[i].brightness);
        put(f, LIGHT, "bl_power", cases[i].power);
        struct display *d = open_display("auto", "auto", cases[i].percent);
        expect(f, LIGHT "/brightness", cases[i].then);
        expect(f, LIGHT "/bl_power", "0\n");
        display_close(d);
        expect(f, LIGHT "/brightness", cases[i].then);
    }
}

static void what_cannot_be_opened_says_how_to_mend_it(void **state) {
    struct fixture *f = *state;
    static const struct {
        const char *backlight, *said;
    } cases[] = { { "none", "[panel] backlight" }, { "", "[panel] backlight" }, { "other", "/sys/class/backlight" } };
    struct display *d = NULL;
    struct display_look look;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) {
        struct display_options o = { cases[i].backlight, "auto", 10 };
        struct err_text e = { 0 };
        assert_int_equal(display_open(&o, &d, &e), ERR_NOT_FOUND);
        assert_non_null(strstr(e.text, cases[i].said));
        assert_int_equal(display_look(&o, &look, &e), ERR_NOT_FOUND);
    }
    struct display_options o = { "auto", "auto", 10 };
    struct err_text e = { 0 };
    put(f, LIGHT, "max_brightness", "many\n");
    assert_int_equal(display_open(&o, &d, &e), ERR_IO);
    assert_non_null(strstr(e.text, "panel"));
    char path[400], gone[400];
    path_of(f, "sys/class/backlight", path);
    path_of(f, "sys/class/gone", gone);
    assert_int_equal(rename(path, gone), 0);
    assert_int_equal(display_open(&o, &d, &e), ERR_NOT_FOUND);
    assert_null(d);
    display_close(NULL);
}

static void a_backlight_that_goes_away(void **state) {
    struct fixture *f = *state;
    struct display *d = open_display("auto", "auto", 10);
    char path[400], gone[400];
    path_of(f, "sys/class/backlight", path);
    path_of(f, "sys/class/gone", gone);
    assert_int_equal(rename(path, gone), 0);
    assert_int_equal(display_dim(d), ERR_GONE);
    assert_int_equal(rename(gone, path), 0);
    assert_int_equal(display_dim(d), 0);
    display_close(d);
}

/* ---- touch ---- */

static void only_touch_screens_wake_it(void **state) {
    struct fixture *f = *state;
    plug(f, 0, keyboard_keys);
    plug(f, 1, screen_keys);
    struct display *d = open_display("auto", "auto", 10);
    assert_true(display_can_be_touched(d));
    assert_false(readable(d));
    assert_false(display_touched(d));
    touch(f, 0);
    assert_false(readable(d));
    touch(f, 1);
    assert_true(readable(d));
    assert_true(display_touched(d));
    assert_false(readable(d));
    assert_false(display_touched(d));
    display_close(d);
}

static void one_that_is_named_is_taken_as_it_is(void **state) {
    struct fixture *f = *state;
    plug(f, 0, keyboard_keys);
    plug(f, 1, screen_keys);
    struct display *d = open_display("auto", "event0", 10);
    touch(f, 1);
    assert_false(display_touched(d));
    touch(f, 0);
    assert_true(display_touched(d));
    display_close(d);
}

static void touch_screens_come_and_go(void **state) {
    struct fixture *f = *state;
    struct display *d = open_display("auto", "auto", 10);
    assert_false(display_can_be_touched(d));
    plug(f, 2, screen_keys);
    assert_true(readable(d));
    assert_false(display_touched(d)); /* it came; nobody touched it */
    assert_true(display_can_be_touched(d));
    touch(f, 2);
    assert_true(display_touched(d));
    unplug(f, 2);
    assert_true(readable(d));
    assert_false(display_touched(d));
    assert_false(display_can_be_touched(d));
    assert_false(readable(d));
    plug(f, 2, screen_keys);
    (void)display_touched(d);
    assert_true(display_can_be_touched(d));
    display_close(d);
}

static void a_look_changes_nothing(void **state) {
    struct fixture *f = *state;
    struct display_options o = { "auto", "auto", 10 };
    struct display_look look;
    plug(f, 0, keyboard_keys);
    plug(f, 1, screen_keys);
    put(f, LIGHT, "brightness", "20\n");
    assert_int_equal(display_look(&o, &look, NULL), 0);
    assert_string_equal(look.name, "panel");
    assert_int_equal(look.touches, 1);
    assert_int_equal(look.denied, 0);
    assert_false(look.simulated);
    expect(f, LIGHT "/brightness", "20\n");
}

/* ---- the twin ---- */

static void the_twin(void **state) {
    struct fixture *f = *state;
    char device[400], path[400], text[200] = "";
    (void)snprintf(device, sizeof device, "sim:%s", f->dir);
    struct display *d = open_display(device, "auto", 10);
    assert_true(display_can_be_touched(d));
    assert_false(display_touched(d));
    assert_int_equal(display_dim(d), 0);
    assert_int_equal(display_dim(d), 0);
    path_of(f, "touch", path);
    int fd = open(path, O_WRONLY | O_NONBLOCK);
    assert_int_equal(write(fd, "x", 1), 1);
    (void)close(fd);
    assert_true(readable(d));
    assert_true(display_touched(d));
    assert_int_equal(display_wake(d), 0);
    display_close(d);
    path_of(f, "brightness", path);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    long long ms[3];
    int percent[3], n = 0;
    while (n < 3 && fscanf(file, "%lld %d", &ms[n], &percent[n]) == 2) n++;
    assert_int_equal(fscanf(file, "%199s", text), EOF);
    (void)fclose(file);
    assert_int_equal(n, 3);
    assert_true(percent[0] == 100 && percent[1] == 10 && percent[2] == 100);
    static const struct {
        const char *fault;
        int rc;
        size_t touches;
    } cases[] = {
        { "absent\n", ERR_NOT_FOUND, 0 }, { "denied\n", ERR_DENIED, 0 }, { "untouchable\n", 0, 0 }, { "", 0, 1 }
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) {
        struct display_options o = { device, "auto", 10 };
        struct display_look look = { 0 };
        put(f, ".", "faults", cases[i].fault);
        d = NULL;
        assert_int_equal(display_open(&o, &d, NULL), cases[i].rc);
        assert_int_equal(display_look(&o, &look, NULL), cases[i].rc);
        assert_int_equal(look.touches, cases[i].touches);
        if (d) assert_int_equal(display_can_be_touched(d), cases[i].touches == 1);
        display_close(d);
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(it_dims_wakes_and_is_left_as_it_was),
        TEST(nothing_is_written_where_nothing_changes),
        TEST(zero_percent_switches_it_off),
        TEST(one_percent_of_little_is_not_nothing),
        TEST(what_a_killed_program_left_is_mended),
        TEST(what_cannot_be_opened_says_how_to_mend_it),
        TEST(a_backlight_that_goes_away),
        TEST(only_touch_screens_wake_it),
        TEST(one_that_is_named_is_taken_as_it_is),
        TEST(touch_screens_come_and_go),
        TEST(a_look_changes_nothing),
        TEST(the_twin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
