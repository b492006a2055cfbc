/* SPDX-License-Identifier: MIT */
#include "tests/support/line_rig.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "hal/button.h"
#include "tests/support/temp.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void line_rig_put(const struct line_rig *f, const char *name, const char *text) {
    char path[400];
    (void)snprintf(path, sizeof path, "%s/%s", f->dir, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

int line_rig_setup(void **state) {
    struct line_rig *f = calloc(1, sizeof *f);
    f->dir = temp_make();
    (void)snprintf(f->chip, sizeof f->chip, "sim:%s", f->dir);
    *state = f;
    return 0;
}

int line_rig_teardown(void **state) {
    struct line_rig *f = *state;
    temp_remove(f->dir);
    free(f);
    return 0;
}

int64_t line_rig_now_us(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

bool line_rig_readable(int fd) {
    struct pollfd p = { .fd = fd, .events = POLLIN };
    return poll(&p, 1, 0) == 1;
}

struct button *line_rig_button(const char *chip, const char *line, bool held) {
    struct button *b = NULL;
    struct err_text e = { 0 };
    bool was = !held;
    if (button_open(chip, line, &b, &was, &e)) fail_msg("%s", e.text);
    assert_int_equal(was, held);
    return b;
}

void line_rig_edge(struct button *b, bool pressed, int64_t at_us) {
    struct button_edge edge = { .pressed = !pressed };
    assert_int_equal(button_read(b, &edge), 0);
    assert_int_equal(edge.pressed, pressed);
    if (at_us) assert_int_equal(edge.at_us, at_us);
}

void line_rig_no_edge(struct button *b) {
    struct button_edge edge;
    assert_int_equal(button_read(b, &edge), ERR_TIMEOUT);
}
