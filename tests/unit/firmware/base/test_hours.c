/* SPDX-License-Identifier: MIT */
/* Parts of the day, in several time zones, over midnight and where the clocks are changed. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/hours.h"
#include "firmware/base/text.h"

#include <string.h>

static void forms(void **state) {
    static const struct {
        const char *text;
        int rc, from, to;
    } cases[] = {
        { "20:00-08:00", 0, 1200, 480 },
        { "00:00-23:59", 0, 0, 1439 },
        { "never", 0, 0, 0 },
        { "08:00-08:00", ERR_INVALID, 0, 0 },
        { "24:00-08:00", ERR_INVALID, 0, 0 },
        { "20:60-08:00", ERR_INVALID, 0, 0 },
        { "8:00-20:00", ERR_INVALID, 0, 0 },
        { "20:00-08:00 ", ERR_INVALID, 0, 0 },
        { "20.00-08.00", ERR_INVALID, 0, 0 },
        { "20:00_08:00", ERR_INVALID, 0, 0 },
        { "", ERR_INVALID, 0, 0 },
        { "always", ERR_INVALID, 0, 0 },
        { "+1:00-08:00", ERR_INVALID, 0, 0 },
    };
    (void)state;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) {
        struct hours h = { -1, -1 };
        if (hours_parse(cases[i].text, &h) != cases[i].rc) fail_msg("'%s'", cases[i].text);
        if (cases[i].rc) {
            assert_int_equal(h.from_min, -1);
        } else {
            assert_int_equal(h.from_min, cases[i].from);
            assert_int_equal(h.to_min, cases[i].to);
        }
    }
}

static void what_the_clock_on_the_wall_shows(void **state) {
    static const struct {
        const char *hours, *zone, *at;
        bool within;
    } cases[] = {
        /* over midnight; the first minute is within, the last is not */
        { "20:00-08:00", "Asia/Shanghai", "2026-11-22T19:59:59+08:00", false },
        { "20:00-08:00", "Asia/Shanghai", "2026-11-22T20:00:00+08:00", true },
        { "20:00-08:00", "Asia/Shanghai", "2026-11-22T23:59:59+08:00", true },
        { "20:00-08:00", "Asia/Shanghai", "2026-11-23T00:00:00+08:00", true },
        { "20:00-08:00", "Asia/Shanghai", "2026-11-23T07:59:59+08:00", true },
        { "20:00-08:00", "Asia/Shanghai", "2026-11-23T08:00:00+08:00", false },
        /* the same instant elsewhere */
        { "20:00-08:00", "UTC", "2026-11-22T20:00:00+08:00", false },
        /* within a day */
        { "12:00-14:00", "Asia/Shanghai", "2026-11-22T11:59:59+08:00", false },
        { "12:00-14:00", "Asia/Shanghai", "2026-11-22T12:00:00+08:00", true },
        { "12:00-14:00", "Asia/Shanghai", "2026-11-22T13:59:59+08:00", true },
        { "12:00-14:00", "Asia/Shanghai", "2026-11-22T14:00:00+08:00", false },
        { "never", "Asia/Shanghai", "2026-11-22T00:00:00+08:00", false },
        { "never", "Asia/Shanghai", "2026-11-22T23:00:00+08:00", false },
        /* spring forward: 02:00 is 03:00, and the quiet hours end an hour sooner */
        { "20:00-08:00", "Europe/Berlin", "2026-03-29T05:59:59Z", true },
        { "20:00-08:00", "Europe/Berlin", "2026-03-29T06:00:00Z", false },
        { "02:00-03:00", "Europe/Berlin", "2026-03-29T00:59:59Z", false },
        { "02:00-03:00", "Europe/Berlin", "2026-03-29T01:00:00Z", false },
        /* and back: the hour from 02:00 comes twice */
        { "02:00-03:00", "Europe/Berlin", "2026-10-25T00:30:00Z", true },
        { "02:00-03:00", "Europe/Berlin", "2026-10-25T01:30:00Z", true },
        { "02:00-03:00", "Europe/Berlin", "2026-10-25T02:00:00Z", false },
        { "20:00-08:00", "Europe/Berlin", "2026-10-25T06:59:59Z", true },
        { "20:00-08:00", "Europe/Berlin", "2026-10-25T07:00:00Z", false },
    };
    (void)state;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) {
        struct hours h;
        struct tz *tz = NULL;
        struct wall at;
        assert_int_equal(hours_parse(cases[i].hours, &h), 0);
        assert_int_equal(tz_create(cases[i].zone, &tz, NULL), 0);
        assert_int_equal(clock_parse(cases[i].at, &at, NULL), 0);
        if (hours_within(&h, tz, at) != cases[i].within)
            fail_msg("%s, %s in %s", cases[i].hours, cases[i].at, cases[i].zone);
        tz_destroy(tz);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms),
        cmocka_unit_test(what_the_clock_on_the_wall_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
