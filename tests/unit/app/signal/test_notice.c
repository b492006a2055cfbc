/* SPDX-License-Identifier: MIT */
/* What lamp and buzzer tell, and in which rhythm. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/signal/notice.h"
#include "firmware/base/text.h"

/* An alert before what is unsent, and that before nothing. */
static void the_lamp_tells_the_worst(void **state) {
    (void)state;
    for (unsigned bits = 0; bits < 32; bits++) {
        struct notice n = { bits & 1, bits & 2, bits & 4, bits & 8, bits & 16 };
        enum rhythm want = bits & 15 ? RHYTHM_FAST : bits & 16 ? RHYTHM_SLOW : RHYTHM_STEADY;
        assert_int_equal(notice_lamp(&n), want);
        assert_int_equal(notice_alert(&n), (bits & 15) != 0);
    }
}

static void an_alert_is_raised_once(void **state) {
    (void)state;
    for (unsigned before = 0; before < 32; before++) {
        for (unsigned now = 0; now < 32; now++) {
            struct notice a = { before & 1, before & 2, before & 4, before & 8, before & 16 },
                          b = { now & 1, now & 2, now & 4, now & 8, now & 16 };
            assert_int_equal(notice_raised(&a, &b), (now & ~before & 15) != 0);
        }
    }
}

static void the_buzzer_is_silent_when_it_has_to_be(void **state) {
    static const struct {
        const char *hours, *at;
        bool known, may;
    } cases[] = {
        { "20:00-08:00", "2026-11-22T12:00:00+08:00", true, true },
        { "20:00-08:00", "2026-11-22T22:00:00+08:00", true, false },
        { "20:00-08:00", "2026-11-22T12:00:00+08:00", false, false }, /* it may be night */
        { "never", "2026-11-22T22:00:00+08:00", true, true },
        { "never", "2026-11-22T22:00:00+08:00", false, true },
    };
    struct tz *tz = NULL;
    (void)state;
    assert_int_equal(tz_create("Asia/Shanghai", &tz, NULL), 0);
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) {
        struct hours h;
        struct wall at;
        assert_int_equal(hours_parse(cases[i].hours, &h), 0);
        assert_int_equal(clock_parse(cases[i].at, &at, NULL), 0);
        assert_int_equal(notice_may_sound(&h, tz, at, cases[i].known), cases[i].may);
    }
    tz_destroy(tz);
}

/* ---- rhythms ---- */

/* How often it is switched on within a second and a half, asking only when it said that something changes. */
static int flashes(enum rhythm r, int64_t ms, int *asked) {
    int n = 0;
    bool on = false;
    *asked = 0;
    for (int64_t at = 0; at < ms;) {
        struct beat b = rhythm_at(r, at);
        (*asked)++;
        n += b.on && !on;
        on = b.on;
        if (b.next_ms < 0) break;
        assert_true(b.next_ms > 0);
        assert_int_equal(rhythm_at(r, at + b.next_ms - 1).on, b.on);
        at += b.next_ms;
    }
    return n;
}

static void rhythms(void **state) {
    static const struct {
        enum rhythm rhythm;
        int flashes, asked; /* within ten seconds */
        int64_t over_ms;    /* -1: never */
    } cases[] = {
        { RHYTHM_DARK, 0, 1, -1 },   { RHYTHM_STEADY, 1, 1, -1 }, { RHYTHM_SLOW, 5, 10, -1 },
        { RHYTHM_FAST, 40, 80, -1 }, { RHYTHM_TAKEN, 1, 4, 900 }, { RHYTHM_FAILED, 3, 8, 1100 },
        { RHYTHM_BEEP, 1, 2, 80 },   { RHYTHM_ALARM, 2, 4, 450 },
    };
    (void)state;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) {
        int asked;
        assert_int_equal(flashes(cases[i].rhythm, 10000, &asked), cases[i].flashes);
        assert_int_equal(asked, cases[i].asked);
        assert_false(rhythm_at(cases[i].rhythm, cases[i].over_ms < 0 ? 1000000000 : cases[i].over_ms - 1).over);
        if (cases[i].over_ms >= 0) {
            struct beat b = rhythm_at(cases[i].rhythm, cases[i].over_ms);
            assert_true(b.over && !b.on);
            assert_int_equal(b.next_ms, -1);
        }
    }
    assert_true(rhythm_at(RHYTHM_SLOW, -5).on); /* a clock that steps back */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lamp_tells_the_worst),
        cmocka_unit_test(an_alert_is_raised_once),
        cmocka_unit_test(the_buzzer_is_silent_when_it_has_to_be),
        cmocka_unit_test(rhythms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
