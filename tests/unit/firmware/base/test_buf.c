/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/buf.h"
#include "firmware/base/cleanup.h"

#include <string.h>

static void test_grows_and_ends_with_nul(void **state) {
    (void)state;
    CLEANUP(buf_fini) struct buf b;
    buf_init(&b, 100000);
    assert_null(b.data);
    for (int i = 0; i < 10000; i++) assert_int_equal(buf_add(&b, "ab", 2), 0);
    assert_int_equal(b.len, 20000);
    assert_int_equal(b.data[b.len], '\0');
    assert_int_equal(strlen(b.data), 20000);
    buf_clear(&b);
    assert_int_equal(b.len, 0);
    assert_string_equal(b.data, "");
    assert_int_equal(buf_addf(&b, "%s-%d", "x", 7), 0);
    assert_int_equal(buf_add_text(&b, "!"), 0);
    assert_string_equal(b.data, "x-7!");
}

static void test_maximum_is_exact(void **state) {
    (void)state;
    CLEANUP(buf_fini) struct buf b;
    buf_init(&b, 5);
    assert_int_equal(buf_add_text(&b, "abc"), 0);
    assert_int_equal(buf_addf(&b, "%d", 45), 0);
    assert_string_equal(b.data, "abc45");
    assert_true(b.cap <= 6);
    assert_int_equal(buf_add(&b, "", 0), 0);
    assert_int_equal(buf_add(&b, "x", 1), ERR_TOO_BIG);
    assert_string_equal(b.data, "abc45");
}

/* Each length of what is there already and of what is printed, around the borders at which the memory grows. */
static void test_formats_at_every_border(void **state) {
    (void)state;
    char text[600];
    memset(text, 'y', sizeof text);
    for (int before = 0; before < 520; before++) {
        CLEANUP(buf_fini) struct buf b;
        buf_init(&b, 1000);
        for (int i = 0; i < before; i++) assert_int_equal(buf_add(&b, "x", 1), 0);
        assert_int_equal(buf_addf(&b, "%.*s", (before * 7) % 300, text), 0);
        assert_int_equal(b.len, before + (before * 7) % 300);
        assert_int_equal(strlen(b.data), b.len);
        assert_int_equal(strspn(b.data, "x"), before);
    }
    CLEANUP(buf_fini) struct buf full;
    buf_init(&full, 10);
    assert_int_equal(buf_add_text(&full, "12345678"), 0);
    assert_int_equal(buf_addf(&full, "%s", "abc"), ERR_TOO_BIG);
    assert_string_equal(full.data, "12345678"); /* and nothing of what did not fit */
}

static void test_first_error_sticks(void **state) {
    (void)state;
    CLEANUP(buf_fini) struct buf b;
    buf_init(&b, 4);
    assert_int_equal(buf_addf(&b, "%s", "too long"), ERR_TOO_BIG);
    assert_int_equal(buf_add_text(&b, "a"), ERR_TOO_BIG);
    assert_int_equal(buf_reserve(&b, 0), ERR_TOO_BIG);
    assert_int_equal(b.error, ERR_TOO_BIG);
    assert_null(buf_steal(&b));
    buf_clear(&b);
    assert_int_equal(buf_add_text(&b, "a"), 0);
    assert_int_equal(buf_reserve(&b, SIZE_MAX), ERR_TOO_BIG);
}

static void test_unlimited_does_not_overflow(void **state) {
    (void)state;
    CLEANUP(buf_fini) struct buf b;
    buf_init(&b, SIZE_MAX);
    assert_int_equal(buf_add_text(&b, "abc"), 0);
    assert_int_not_equal(buf_reserve(&b, SIZE_MAX - 3), 0);
    assert_string_equal(b.data, "abc");
}

static void test_steal(void **state) {
    (void)state;
    CLEANUP(buf_fini) struct buf b;
    buf_init(&b, 100);
    assert_null(buf_steal(&b));
    assert_int_equal(buf_add_text(&b, "mine"), 0);
    CLEANUP(free_ptr) char *text = buf_steal(&b);
    assert_string_equal(text, "mine");
    assert_null(b.data);
    assert_int_equal(b.len, 0);
    assert_int_equal(buf_add_text(&b, "next"), 0);
    assert_string_equal(b.data, "next");
}

static void test_reserve_makes_room(void **state) {
    (void)state;
    CLEANUP(buf_fini) struct buf b;
    buf_init(&b, 1000);
    assert_int_equal(buf_reserve(&b, 500), 0);
    char *data = b.data;
    assert_string_equal(data, "");
    memset(b.data, 'x', 500);
    b.len = 500;
    assert_int_equal(buf_add(&b, NULL, 0), 0);
    assert_ptr_equal(b.data, data);
    assert_int_equal(strlen(b.data), 500);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grows_and_ends_with_nul),     cmocka_unit_test(test_maximum_is_exact),
        cmocka_unit_test(test_formats_at_every_border),     cmocka_unit_test(test_first_error_sticks),
        cmocka_unit_test(test_unlimited_does_not_overflow), cmocka_unit_test(test_steal),
        cmocka_unit_test(test_reserve_makes_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
