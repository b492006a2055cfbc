/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/ballast.h"
#include "firmware/base/clock.h"
#include "firmware/base/file.h"
#include "tests/support/temp.h"

#include <stdlib.h>
#include <sys/stat.h>

#define SIZE (1024 * 1024)

struct fixture {
    char *dir, *path, *sim;
    struct ballast *ballast;
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    f->dir = temp_make();
    f->path = temp_path(f->dir, "ballast");
    f->sim = temp_path(f->dir, ".sim-disk");
    clock_fake_mono((struct mono){ 1000000 });
    assert_int_equal(ballast_create(f->dir, SIZE, &f->ballast), 0);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    clock_fake_off();
    ballast_destroy(f->ballast);
    temp_remove(f->dir);
    free(f->path);
    free(f->sim);
    free(f);
    return 0;
}

static void set_room(const struct fixture *f, const char *text, size_t n) {
    assert_int_equal(file_write(f->sim, text, n, 0600, NULL), 0);
}

static void test_is_really_allocated(void **state) {
    struct fixture *f = *state;
    struct stat st;
    bool stands = false;
    assert_int_equal(ballast_tend(f->ballast, &stands), 0);
    assert_true(stands);
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_size, SIZE);
    assert_true((int64_t)st.st_blocks * 512 >= SIZE);
    ino_t inode = st.st_ino;
    assert_int_equal(ballast_tend(f->ballast, &stands), 0); /* is left alone */
    assert_int_equal(stat(f->path, &st), 0);
    assert_true(st.st_ino == inode);
}

static void test_given_up_once_and_made_again(void **state) {
    struct fixture *f = *state;
    bool stands = true;
    assert_int_equal(ballast_tend(f->ballast, NULL), 0);
    assert_true(ballast_give_up(f->ballast));
    assert_false(ballast_give_up(f->ballast));
    assert_int_equal(ballast_tend(f->ballast, &stands), 0); /* not at once: what needed the room comes first */
    assert_false(stands);
    clock_fake_advance_ms(61 * 1000);
    set_room(f, "2097151 99999999\n", 17); /* a byte short of twice its size */
    assert_int_equal(ballast_tend(f->ballast, &stands), 0);
    assert_false(stands);
    set_room(f, "2097152 99999999\n", 17);
    assert_int_equal(ballast_tend(f->ballast, &stands), 0);
    assert_true(stands);
}

static void test_half_a_file_is_made_anew(void **state) {
    struct fixture *f = *state;
    struct stat st;
    assert_int_equal(file_write(f->path, "short", 5, 0600, NULL), 0);
    assert_int_equal(ballast_tend(f->ballast, NULL), 0);
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_size, SIZE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_is_really_allocated, setup, teardown),
        cmocka_unit_test_setup_teardown(test_given_up_once_and_made_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_half_a_file_is_made_anew, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
