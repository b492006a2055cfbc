/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/ids.h"
#include "firmware/base/text.h"

#include <string.h>

static void test_made_ids_are_valid_and_ordered(void **state) {
    (void)state;
    char previous[ID_SIZE] = "";
    for (int i = 0; i < 2000; i++) {
        char id[ID_SIZE];
        ids_make((struct wall){ INT64_C(1795334645123) + i }, id);
        assert_true(ids_is_uuid7(id));
        assert_true(strcmp(previous, id) < 0);
        memcpy(previous, id, sizeof id);
    }
}

static void test_time_is_in_front(void **state) {
    (void)state;
    char id[ID_SIZE];
    ids_make((struct wall){ INT64_C(0x017f22e279b0) }, id); /* RFC 9562, appendix A.6 */
    assert_memory_equal(id, "017f22e2-79b0-7", 15);
    ids_make((struct wall){ -5 }, id);
    assert_memory_equal(id, "00000000-0000-7", 15);
}

static void test_same_time_other_id(void **state) {
    (void)state;
    char a[ID_SIZE];
    char b[ID_SIZE];
    ids_make((struct wall){ 0 }, a);
    ids_make((struct wall){ 0 }, b);
    assert_string_not_equal(a, b);
}

static void test_is_uuid7(void **state) {
    (void)state;
    assert_true(ids_is_uuid7("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"));
    static const char *const bad[] = {
        "",
        "017f22e2",
        "017f22e2-79b0-4cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-c8c4-dc0c0c07398f",
        "017F22E2-79b0-7cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
        "017f22e2079b0-7cc3-98c4-dc0c0c07398f",
        "{17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "017f22e279b07cc398c4dc0c0c07398f",
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(bad); i++)
        if (ids_is_uuid7(bad[i])) fail_msg("accepted: %s", bad[i]);
}

static void test_names(void **state) {
    (void)state;
    assert_true(ids_is_name("board-01"));
    assert_true(ids_is_name("0123456789012345678901234567890123456789"));
    assert_false(ids_is_name("01234567890123456789012345678901234567890"));
    assert_false(ids_is_name(""));
    assert_false(ids_is_name("Board"));
    assert_false(ids_is_name("a_b"));
    assert_false(ids_is_name("a/b"));
    assert_false(ids_is_name("a+"));
    assert_false(ids_is_name("工地"));
    assert_true(ids_is_key("u-01.A_b"));
    assert_false(ids_is_key("a b"));
    assert_false(ids_is_key("a/b"));
    assert_false(ids_is_key(""));
}

static void test_random_fills_all(void **state) {
    (void)state;
    uint8_t seen[600] = { 0 };
    for (int i = 0; i < 30; i++) {
        uint8_t bytes[600];
        ids_random(bytes, sizeof bytes);
        for (size_t k = 0; k < sizeof bytes; k++) seen[k] |= bytes[k];
    }
    for (size_t k = 0; k < sizeof seen; k++) assert_int_not_equal(seen[k], 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made_ids_are_valid_and_ordered),
        cmocka_unit_test(test_time_is_in_front),
        cmocka_unit_test(test_same_time_other_id),
        cmocka_unit_test(test_is_uuid7),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_random_fills_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
