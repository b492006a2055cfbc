/* SPDX-License-Identifier: MIT */
/* Dim after a while, bright at a touch, and never dim where nobody could wake it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/signal/dimmer.h"

static void it_dims_after_the_last_touch(void **state) {
    struct dimmer d;
    (void)state;
    dimmer_init(&d, 60, 1000);
    assert_int_equal(dimmer_look(&d, 1000, true), 60000);
    assert_false(d.dim);
    dimmer_touch(&d, 41000);
    assert_int_equal(dimmer_look(&d, 61000, true), 40000); /* the timer that ran from the start */
    assert_false(d.dim);
    assert_int_equal(dimmer_look(&d, 100999, true), 1);
    assert_int_equal(dimmer_look(&d, 101000, true), -1);
    assert_true(d.dim);
    assert_int_equal(dimmer_look(&d, 999000, true), -1);
    assert_true(d.dim);
    dimmer_touch(&d, 1000000);
    assert_int_equal(dimmer_look(&d, 1000000, true), 60000);
    assert_false(d.dim);
}

static void what_cannot_be_touched_stays_bright(void **state) {
    struct dimmer d;
    (void)state;
    dimmer_init(&d, 60, 0);
    assert_int_equal(dimmer_look(&d, 500000, false), -1);
    assert_false(d.dim);
    assert_int_equal(dimmer_look(&d, 500000, true), -1);
    assert_true(d.dim);
    assert_int_equal(dimmer_look(&d, 500001, false), -1); /* the touch screen was unplugged */
    assert_false(d.dim);
}

static void zero_is_never(void **state) {
    struct dimmer d;
    (void)state;
    dimmer_init(&d, 0, 0);
    assert_int_equal(dimmer_look(&d, INT64_C(1) << 40, true), -1);
    assert_false(d.dim);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_dims_after_the_last_touch),
        cmocka_unit_test(what_cannot_be_touched_stays_bright),
        cmocka_unit_test(zero_is_never),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
