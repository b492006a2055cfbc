/* SPDX-License-Identifier: MIT */
/* The clock's grade: by the override of test builds, and by the faked time where the kernel is not synchronised. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "firmware/base/clock.h"
#include "hal/clock.h"

#include <stdlib.h>
#include <sys/timex.h>

static void override(void **state) {
    (void)state;
    static const enum clock_grade all[] = { CLOCK_NONE, CLOCK_RTC, CLOCK_NTP };
    static const char *const names[] = { "none", "rtc", "ntp" };
    for (size_t i = 0; i < 3; i++) {
        setenv("SITELOG_CLOCK_GRADE", names[i], 1);
        assert_int_equal(clock_grade(), all[i]);
        assert_string_equal(clock_grade_name(all[i]), names[i]);
    }
    unsetenv("SITELOG_CLOCK_GRADE");
}

static void by_the_kernel(void **state) {
    (void)state;
    struct timex t = { .modes = 0 };
    bool synchronised = adjtimex(&t) >= 0 && !((unsigned)t.status & STA_UNSYNC);
    clock_fake_wall((struct wall){ 0 }); /* 1970: what a board without a battery wakes up with */
    assert_int_equal(clock_grade(), synchronised ? CLOCK_NTP : CLOCK_NONE);
    struct wall later;
    assert_int_equal(clock_parse("2124-01-01T00:00:00Z", &later, NULL), 0);
    clock_fake_wall(later);
    assert_int_equal(clock_grade(), synchronised ? CLOCK_NTP : CLOCK_RTC);
    clock_fake_off();
    /* This program was compiled before it runs, so the real clock is trusted at least that far. */
    assert_int_not_equal(clock_grade(), CLOCK_NONE);
    setenv("SITELOG_CLOCK_GRADE", "atomic", 1); /* no such grade: not an override */
    assert_int_not_equal(clock_grade(), CLOCK_NONE);
    unsetenv("SITELOG_CLOCK_GRADE");
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(override), cmocka_unit_test(by_the_kernel) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
