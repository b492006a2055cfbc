/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/clock.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int fake_off(void **state) {
    (void)state;
    clock_fake_off();
    return 0;
}

static void test_format(void **state) {
    (void)state;
    char text[CLOCK_TEXT_SIZE];
    clock_format((struct wall){ 0 }, 0, text);
    assert_string_equal(text, "1970-01-01T00:00:00.000Z");
    clock_format((struct wall){ INT64_C(1795334645123) }, 8 * 3600, text);
    assert_string_equal(text, "2026-11-22T16:04:05.123+08:00");
    clock_format((struct wall){ -1 }, -(3 * 3600 + 30 * 60), text);
    assert_string_equal(text, "1969-12-31T20:29:59.999-03:30");
    clock_format((struct wall){ INT64_MAX }, 8 * 3600, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999Z");
    clock_format((struct wall){ INT64_MIN }, -3600, text);
    assert_string_equal(text, "0000-01-01T00:00:00.000Z");
}

static void test_parse(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
        int32_t offset;
    } cases[] = {
        { "2026-11-22T16:04:05.123+08:00", INT64_C(1795334645123), 28800 },
        { "2026-11-22T08:04:05.1239999999999Z", INT64_C(1795334645123), 0 },
        { "2026-11-22t08:04:05z", INT64_C(1795334645000), 0 },
        { "1970-01-01T00:00:00Z", 0, 0 },
        { "1969-12-31T23:59:59.5-00:00", -500, 0 },
        { "2000-02-29T00:00:00-01:30", INT64_C(951787800000), -5400 },
        { "2016-12-31T23:59:60Z", INT64_C(1483228800000), 0 },
        { "2017-01-01T07:59:60+08:00", INT64_C(1483228800000), 28800 },
        { "9999-12-31T23:59:59.999Z", INT64_C(253402300799999), 0 },
        { "0000-01-01T00:00:00Z", INT64_C(-62167219200000), 0 },
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) {
        struct wall at = { 1 };
        int32_t offset = 1;
        assert_int_equal(clock_parse(cases[i].text, &at, &offset), 0);
        assert_int_equal(at.ms, cases[i].ms);
        assert_int_equal(offset, cases[i].offset);
    }
}

static void test_parse_refuses(void **state) {
    (void)state;
    static const char *const cases[] = {
        "",
        "2026",
        "2026-11-22",
        "2026-11-22T08:04:05",
        "2026-11-22 08:04:05Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-11-31T00:00:00Z",
        "2026-11-00T00:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T08:60:00Z",
        "2026-11-22T08:04:61Z",
        "2026-11-22T08:04:60Z",
        "2026-11-22T08:04:05.Z",
        "2026-11-22T08:04:05,1Z",
        "2026-11-22T08:04:05Zx",
        "2026-11-22T08:04:05+24:00",
        "2026-11-22T08:04:05+0800",
        "2026-11-22T08:04:05+08:60",
        "2026-11-22T08:04:05+08",
        "+026-11-22T08:04:05Z",
        "2026-1-22T08:04:05Z",
        " 2026-11-22T08:04:05Z",
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) {
        struct wall at = { 42 };
        assert_int_equal(clock_parse(cases[i], &at, NULL), ERR_INVALID);
        assert_int_equal(at.ms, 42);
    }
}

/* Against libc's calendar, and there and back. */
static void test_random_times_agree_with_libc(void **state) {
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    printf("seed %u\n", seed);
    for (int i = 0; i < 20000; i++) {
        int64_t ms = (int64_t)((double)rand_r(&seed) / RAND_MAX * 315569520000000.0) - INT64_C(62167219200000) +
                     rand_r(&seed) % 1000;
        if (ms > INT64_C(253402300799999)) continue;
        int64_t s = ms >= 0 ? ms / 1000 : -((999 - ms) / 1000);
        time_t t = (time_t)s;
        struct tm tm;
        char expected[96];
        char text[CLOCK_TEXT_SIZE];
        struct wall back;
        gmtime_r(&t, &tm);
        (void)snprintf(expected, sizeof expected, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
                       tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(ms - s * 1000));
        clock_format((struct wall){ ms }, 0, text);
        assert_string_equal(text, expected);
        clock_format((struct wall){ ms }, (rand_r(&seed) % 1681 - 840) * 60, text);
        assert_int_equal(clock_parse(text, &back, NULL), 0);
        assert_int_equal(back.ms, ms);
    }
}

static void test_fake(void **state) {
    (void)state;
    clock_fake_wall((struct wall){ 1000 });
    clock_fake_mono((struct mono){ 50 });
    clock_fake_advance_ms(25);
    assert_int_equal(clock_wall().ms, 1025);
    assert_int_equal(clock_mono().ms, 75);
    assert_int_equal(clock_offset_ms(), 950); /* as before they moved on */
    clock_fake_wall((struct wall){ 5000 });
    assert_int_equal(clock_offset_ms(), 4925);
    clock_fake_off();
    assert_true(clock_wall().ms > INT64_C(1700000000000));
}

static void test_real(void **state) {
    (void)state;
    struct timespec ts;
    clock_gettime(CLOCK_BOOTTIME, &ts);
    int64_t before = (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
    struct mono mono = clock_mono();
    assert_in_range(mono.ms - before, 0, 60000);
    assert_in_range(clock_wall().ms - (int64_t)time(NULL) * 1000 + 1000, 0, 60000);
    int64_t offset_ms = clock_offset_ms(), apart_ms = clock_wall().ms - clock_mono().ms - offset_ms;
    assert_in_range(apart_ms + 30000, 0, 60000);
    assert_in_range(clock_offset_ms() - offset_ms + 1000, 0, 2000); /* nobody set it meanwhile */
}

static void test_boot_id(void **state) {
    (void)state;
    char a[37];
    char b[37];
    assert_int_equal(clock_boot_id(a), 0);
    assert_int_equal(clock_boot_id(b), 0);
    assert_int_equal(strlen(a), 36);
    assert_int_equal(a[8], '-');
    assert_string_equal(a, b);
}

/* In a process of its own: the setting is read once. The child says by its exit code what it saw. */
static int child_says(const char *setting) {
    pid_t pid = fork();
    if (pid == 0) {
        setenv("SITELOG_CLOCK", setting, 1);
        if (!freopen("/dev/null", "w", stderr)) _exit(9);
        struct wall first = clock_wall();
        struct mono start = clock_mono();
        int64_t offset_ms = clock_offset_ms();
        while (clock_mono().ms - start.ms < 20) {}
        if (clock_offset_ms() != offset_ms) _exit(13); /* running fast is not being set */
        int64_t passed = clock_wall().ms - first.ms;
        bool starts_there = first.ms - INT64_C(1795334645000) < 1000;
        bool fast = passed >= 19 * INT64_C(86400000) / 1000;
        _exit(starts_there && first.ms >= INT64_C(1795334645000) ? (fast ? 11 : 10) : 12);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* A file sets the wall clock while the program runs (n 0), or lets time pass by both clocks (n 1), which is not setting it. */
static int child_is_moved(size_t n) {
    char path[] = "/tmp/sitelog-test-XXXXXX";
    int64_t words[2] = { 0 };
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, words, sizeof words, 0), sizeof words);
    pid_t pid = fork();
    if (pid == 0) {
        char setting[64];
        (void)snprintf(setting, sizeof setting, "@%s", path);
        setenv("SITELOG_CLOCK", setting, 1);
        int64_t offset_ms = clock_offset_ms(), wall_ms = clock_wall().ms, mono_ms = clock_mono().ms;
        words[n] = INT64_C(86400000);
        if (pwrite(fd, words, sizeof words, 0) != sizeof words) _exit(9);
        int64_t moved_ms = clock_offset_ms() - offset_ms - words[0], passed_ms = clock_mono().ms - mono_ms - words[1];
        bool wall_too = clock_wall().ms - wall_ms >= words[n];
        _exit(moved_ms > -1000 && moved_ms < 1000 && passed_ms >= 0 && passed_ms < 60000 && wall_too ? 10 : 12);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    (void)close(fd);
    (void)unlink(path);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_whole_program_clock(void **state) {
    (void)state;
    assert_int_equal(child_says("2026-11-22T16:04:05+08:00"), 10);
    assert_int_equal(child_says("2026-11-22T16:04:05+08:00,86400"), 11);
    assert_int_equal(child_says("yesterday"), 2);
    assert_int_equal(child_says("2026-11-22T16:04:05Z,"), 2);
    assert_int_equal(child_says("2026-11-22T16:04:05Z,-1"), 2);
    assert_int_equal(child_is_moved(0), 10);
    assert_int_equal(child_is_moved(1), 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_whole_program_clock), /* first: the children must not inherit a setting that was read already */
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_parse_refuses),
        cmocka_unit_test(test_random_times_agree_with_libc),
        cmocka_unit_test_teardown(test_fake, fake_off),
        cmocka_unit_test(test_real),
        cmocka_unit_test(test_boot_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
