/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/runtime/life.h"

static void whose_deadline_has_passed(void **state) {
    (void)state;
    const struct life list[] = { { "store", 1000, 60000 }, { "mqtt", 1000, 105000 }, { "camera", 0, 62000 } };
    assert_null(life_lost(list, 3, 1000));
    assert_null(life_lost(list, 3, 61000)); /* to the millisecond */
    assert_string_equal(life_lost(list, 3, 61001)->thread, "store");
    assert_string_equal(life_lost(list + 1, 2, 62001)->thread, "camera");
    assert_string_equal(life_lost(list, 3, 200000)->thread, "store"); /* the one that is furthest past it */
    assert_null(life_lost(list, 0, 200000));
    assert_null(life_lost(list, 3, 0)); /* a sign may be younger than the look */
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(whose_deadline_has_passed) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
