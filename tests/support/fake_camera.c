/* SPDX-License-Identifier: MIT */
/* Fills the folder of the camera that is not there. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/support/fake_camera.h"

#include "firmware/base/file.h"
#include "tests/support/temp.h"
#include "tests/support/test_jpeg_make.h"

#include <stdlib.h>
#include <string.h>

static void write_file(struct fake_camera *c, const char *name, const char *bytes, size_t n) {
    char *path = temp_path(c->dir, name);
    assert_int_equal(file_write(path, bytes, n, 0600, NULL), 0);
    free(path);
}

static void make_picture(struct buf *b, unsigned width, uint8_t grey) {
    struct test_jpeg spec = { .width = width, .height = 120 };
    memset(spec.corner, grey, sizeof spec.corner);
    buf_init(b, 1u << 20);
    test_jpeg_make(&spec, b);
}

void fake_camera_open(struct fake_camera *c) {
    static const char *const names[] = { "a.jpg", "b.jpg" };
    struct buf dark;
    c->dir = temp_make();
    assert_int_equal(setenv("FAKE_V4L2", c->dir, 1), 0);
    for (unsigned i = 0; i < 2; i++) {
        make_picture(&c->jpeg[i], 160 + 16 * i, 120);
        write_file(c, names[i], c->jpeg[i].data, c->jpeg[i].len);
    }
    make_picture(&dark, 160, 5);
    write_file(c, "dark.jpg", dark.data, dark.len);
    buf_fini(&dark);
    fake_camera_script(c, "fps 200\n");
}

void fake_camera_close(struct fake_camera *c) {
    for (int i = 0; i < 2; i++) buf_fini(&c->jpeg[i]);
    temp_remove(c->dir);
}

void fake_camera_script(struct fake_camera *c, const char *words) { write_file(c, "script", words, strlen(words)); }

int fake_camera_count(struct fake_camera *c, const char *word) {
    char *path = temp_path(c->dir, "log");
    struct buf text;
    int n = 0;
    buf_init(&text, 1u << 20);
    if (file_read(path, &text, NULL) == 0 && text.data) {
        char *rest = NULL;
        for (char *line = strtok_r(text.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
            n += strcmp(line, word) == 0;
    }
    buf_fini(&text);
    free(path);
    return n;
}
