/* SPDX-License-Identifier: MIT */
/* PINs that are made and PINs that are refused. Asking on a terminal is tested with the whole program. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/text.h"
#include "firmware/sitelogctl/pin_entry.h"

#include <string.h>

static void forms(void **state) {
    static const char *const good[] = { "0000", "1234", "123456789012" };
    static const char *const bad[] = { "", "123", "1234567890123", "12a4", "12 4", "-123", "１２３４" };
    struct err_text e = { 0 };
    (void)state;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(good); i++) assert_int_equal(pin_entry_check(good[i], &e), 0);
    for (size_t i = 0; i < TEXT_ARRAY_LEN(bad); i++) {
        assert_int_equal(pin_entry_check(bad[i], &e), ERR_INVALID);
        assert_string_equal(e.field, "pin");
        assert_string_equal(e.text, "a PIN has 4 to 12 digits and nothing else");
    }
}

static void trivial_ones(void **state) {
    static const char *const trivial[] = { "0000",   "7777",   "1234",   "7890",     "8901",  "4321",
                                           "2109",   "1212",   "9090",   "1987",     "2004",  "2580",
                                           "123456", "654321", "112112", "88888888", "121212" };
    static const char *const fine[] = { "2468", "7305", "1357", "4829", "12354", "198765", "112113" };
    (void)state;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(trivial); i++)
        if (!pin_entry_trivial(trivial[i])) fail_msg("%s was not found trivial", trivial[i]);
    for (size_t i = 0; i < TEXT_ARRAY_LEN(fine); i++)
        if (pin_entry_trivial(fine[i])) fail_msg("%s was found trivial", fine[i]);
}

static void made_ones(void **state) {
    char pin[PIN_ENTRY_SIZE];
    bool seen[10000] = { false };
    size_t different = 0;
    struct err_text e = { 0 };
    (void)state;
    for (int i = 0; i < 5000; i++) {
        pin_entry_make(pin);
        assert_int_equal(strlen(pin), 4);
        assert_int_equal(pin_entry_check(pin, &e), 0);
        assert_false(pin_entry_trivial(pin));
        size_t n = 0;
        for (const char *p = pin; *p; p++) n = n * 10 + (size_t)(*p - '0');
        different += !seen[n];
        seen[n] = true;
    }
    /* 5,000 of about 9,700: about 3,900 different ones, and never fewer than 3,600 by chance */
    assert_true(different > 3600);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms),
        cmocka_unit_test(trivial_ones),
        cmocka_unit_test(made_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
