/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/err.h"
#include "firmware/base/text.h"

#include <errno.h>
#include <string.h>

static void test_set_fills_and_returns(void **state) {
    (void)state;
    struct err_text e = { 0 };
    assert_int_equal(err_field(&e, ERR_INVALID, "crew.painter", "%d is too many", 99), ERR_INVALID);
    assert_int_equal(e.code, ERR_INVALID);
    assert_string_equal(e.field, "crew.painter");
    assert_string_equal(e.text, "99 is too many");
    assert_int_equal(err_set(&e, ERR_IO, "no"), ERR_IO);
    assert_string_equal(e.field, "");
    assert_int_equal(err_set(NULL, ERR_BUSY, "x"), ERR_BUSY);
}

static void test_context_may_quote_itself(void **state) {
    (void)state;
    struct err_text e = { 0 };
    err_field(&e, ERR_INVALID, "a.b", "wrong");
    err_field(&e, e.code, e.field, "plan: %s", e.text);
    assert_string_equal(e.text, "plan: wrong");
    assert_string_equal(e.field, "a.b");
}

static void test_long_text_is_cut_at_a_character(void **state) {
    (void)state;
    struct err_text e = { 0 };
    char text[900];
    for (size_t i = 0; i + 3 < sizeof text; i += 3) memcpy(text + i, "水", 3);
    text[897] = '\0';
    err_set(&e, ERR_INVALID, "x%s", text);
    assert_true(strlen(e.text) > 400);
    assert_true(text_utf8_valid(e.text, strlen(e.text)));
}

static void test_errno_is_mapped(void **state) {
    (void)state;
    static const struct {
        int from;
        int to;
    } cases[] = {
        { ENOSPC, ERR_NO_SPACE },
        { EDQUOT, ERR_NO_SPACE },
        { ENOENT, ERR_NOT_FOUND },
        { EACCES, ERR_DENIED },
        { EIO, ERR_IO },
        { ENOMEM, ERR_NOMEM },
        { ECONNREFUSED, ERR_NETWORK },
        { ENODEV, ERR_GONE },
        { 0, ERR_IO },
        { 99999, ERR_IO },
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) assert_int_equal(err_from_errno(cases[i].from), cases[i].to);
}

static void test_every_error_has_a_name(void **state) {
    (void)state;
    assert_string_equal(err_name(0), "no error");
    assert_string_equal(err_name(ERR_NO_SPACE), "no space");
    for (int code = ERR_NETWORK; code <= ERR_NOMEM; code++) assert_string_not_equal(err_name(code), "unknown error");
    assert_string_equal(err_name(ERR_NETWORK - 1), "unknown error");
    assert_string_equal(err_name(1), "unknown error");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_fills_and_returns),           cmocka_unit_test(test_context_may_quote_itself),
        cmocka_unit_test(test_long_text_is_cut_at_a_character), cmocka_unit_test(test_errno_is_mapped),
        cmocka_unit_test(test_every_error_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
