/* SPDX-License-Identifier: MIT */
/* The clock's grade: what it is made of, by a table; the twin; and the real driver over folders that look like /sys/class/rtc. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "firmware/base/file.h"
#include "firmware/base/text.h"
#include "hal/clock.h"
#include "hal/clock_driver.h"
#include "tests/support/temp.h"

#include <linux/rtc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <unistd.h>

#define BUILT INT64_C(1790000000000)
#define SOON  (BUILT + 5 * 86400000)

static char *tree;

static int setup(void **state) {
    (void)state;
    tree = temp_make();
    setenv("SITELOG_CLOCK_SYSFS", tree, 1);
    unsetenv("SITELOG_CLOCK_GRADE");
    return 0;
}

static int teardown(void **state) {
    (void)state;
    unsetenv("SITELOG_CLOCK_SYSFS");
    unsetenv("SITELOG_CLOCK_GRADE");
    clock_fake_off();
    temp_remove(tree);
    return 0;
}

/* ---- the judgement ---- */

static void what_the_grade_is_made_of(void **state) {
    (void)state;
    static const struct {
        const char *what;
        bool synchronised;
        int64_t now_ms;
        bool has_rtc, readable, set_wall;
        int64_t rtc_ms;
        enum clock_grade grade;
    } table[] = {
        { "the network's word counts", true, SOON, false, false, false, 0, CLOCK_NTP },
        { "also against the chip's", true, SOON, true, true, true, BUILT - 1, CLOCK_NTP },
        { "1970, no chip", false, 60000, false, false, false, 0, CLOCK_NONE },
        { "1970, chip in 1970 too", false, 60000, true, true, true, 60000, CLOCK_NONE },
        { "a plausible time that nothing vouches for", false, SOON, false, false, false, 0, CLOCK_NONE },
        { "no chip, whatever was left of one", false, SOON, false, true, true, SOON, CLOCK_NONE },
        { "a chip that agrees", false, SOON, true, true, true, SOON, CLOCK_RTC },
        { "a chip that agrees, and did not set it", false, SOON, true, true, false, SOON - 999, CLOCK_RTC },
        { "just within the tolerance", false, SOON, true, true, false, SOON - CLOCK_RTC_TOLERANCE_MS, CLOCK_RTC },
        { "ahead, just within", false, SOON, true, true, false, SOON + CLOCK_RTC_TOLERANCE_MS, CLOCK_RTC },
        { "just without", false, SOON, true, true, true, SOON - CLOCK_RTC_TOLERANCE_MS - 1, CLOCK_NONE },
        { "ahead, just without", false, SOON, true, true, true, SOON + CLOCK_RTC_TOLERANCE_MS + 1, CLOCK_NONE },
        { "a chip that lost its time", false, BUILT, true, true, true, BUILT - 1, CLOCK_NONE },
        { "built today", false, BUILT, true, true, true, BUILT, CLOCK_RTC },
        { "the system before the build", false, BUILT - 1, true, true, true, BUILT, CLOCK_NONE },
        { "silent, but the clock was set from it", false, SOON, true, false, true, 0, CLOCK_RTC },
        { "silent, and it was not", false, SOON, true, false, false, 0, CLOCK_NONE },
        { "silent, set from it, and before the build", false, BUILT - 1, true, false, true, 0, CLOCK_NONE },
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(table); i++) {
        struct clock_facts f = {
            .synchronised = table[i].synchronised,
            .now = { table[i].now_ms },
            .built = { BUILT },
            .has_rtc = table[i].has_rtc,
            .rtc = { .readable = table[i].readable, .set_wall = table[i].set_wall, .at = { table[i].rtc_ms } }
        };
        if (clock_judge(&f) != table[i].grade) fail_msg("%s: %s", table[i].what, clock_grade_name(clock_judge(&f)));
    }
}

static void what_a_chip_says_of_its_battery(void **state) {
    (void)state;
    assert_int_equal(clock_battery_of(0), CLOCK_BATTERY_GOOD);
    assert_int_equal(clock_battery_of(RTC_VL_BACKUP_SWITCH | RTC_VL_ACCURACY_LOW), CLOCK_BATTERY_GOOD);
    assert_int_equal(clock_battery_of(RTC_VL_BACKUP_LOW), CLOCK_BATTERY_LOW);
    assert_int_equal(clock_battery_of(RTC_VL_BACKUP_LOW | RTC_VL_BACKUP_EMPTY), CLOCK_BATTERY_EMPTY);
    assert_int_equal(clock_battery_of(RTC_VL_DATA_INVALID), CLOCK_BATTERY_EMPTY);
    assert_int_equal(clock_rtc_battery("rtc99"), CLOCK_BATTERY_UNKNOWN);
}

static void the_build_date_is_past(void **state) {
    (void)state;
    struct wall year_2026;
    assert_int_equal(clock_parse("2026-01-01T00:00:00Z", &year_2026, NULL), 0);
    assert_true(clock_built().ms > year_2026.ms);
    assert_int_equal(clock_built().ms % 86400000, 0);
}

/* ---- the twin ---- */

static void put(const char *path, const char *text) {
    struct err_text e = { 0 };
    if (file_write(path, text, strlen(text), 0600, &e)) fail_msg("%s", e.text);
}

static void the_twin_says_what_it_is_told(void **state) {
    (void)state;
    static const enum clock_grade all[] = { CLOCK_NONE, CLOCK_RTC, CLOCK_NTP };
    static const char *const names[] = { "none", "rtc", "ntp" };
    char setting[400], path[300];
    enum clock_grade told;
    (void)snprintf(path, sizeof path, "%s/grade", tree);
    (void)snprintf(setting, sizeof setting, "@%s", path);
    for (size_t i = 0; i < 3; i++) {
        setenv("SITELOG_CLOCK_GRADE", names[i], 1);
        assert_int_equal(clock_grade(), all[i]);
        assert_string_equal(clock_grade_name(all[i]), names[i]);
        setenv("SITELOG_CLOCK_GRADE", setting, 1);
        char line[16];
        (void)snprintf(line, sizeof line, "%s\n", names[i]);
        put(path, line);
        assert_int_equal(clock_grade(), all[i]);
    }
    put(path, "atomic\n"); /* no such grade: nothing is told */
    assert_false(clock_sim_grade(&told));
    setenv("SITELOG_CLOCK_GRADE", "atomic", 1);
    assert_false(clock_sim_grade(&told));
    setenv("SITELOG_CLOCK_GRADE", "", 1);
    assert_false(clock_sim_grade(&told));
}

/* ---- the driver ---- */

static void put_rtc(int number, const char *file, const char *text) {
    char path[300];
    (void)snprintf(path, sizeof path, "%s/class/rtc/rtc%d", tree, number);
    assert_int_equal(file_make_dirs(path, 0700, NULL), 0);
    (void)snprintf(path, sizeof path, "%s/class/rtc/rtc%d/%s", tree, number, file);
    put(path, text);
}

static void put_epoch(int number, int64_t ms) {
    char text[32];
    (void)snprintf(text, sizeof text, "%lld\n", (long long)(ms / 1000));
    put_rtc(number, "since_epoch", text);
}

static void the_driver_reads_what_the_kernel_shows(void **state) {
    (void)state;
    struct clock_rtc rtc;
    assert_int_equal(clock_rtc_read(&rtc), ERR_NOT_FOUND); /* no folder of RTCs */
    put_rtc(1, "name", "rtc-ds1307 1-0068\n");
    put_rtc(1, "hctosys", "0\n");
    put_epoch(1, SOON);
    assert_int_equal(clock_rtc_read(&rtc), 0);
    assert_string_equal(rtc.name, "rtc1");
    assert_string_equal(rtc.chip, "rtc-ds1307 1-0068");
    assert_true(rtc.readable);
    assert_false(rtc.set_wall);
    assert_int_equal(rtc.at.ms, SOON);
    put_rtc(0, "name", "other\n"); /* the first, with nothing to read: a chip that lost its power */
    assert_int_equal(clock_rtc_read(&rtc), 0);
    assert_string_equal(rtc.name, "rtc0");
    assert_false(rtc.readable);
    put_rtc(1, "hctosys", "1\n"); /* the one that counts */
    assert_int_equal(clock_rtc_read(&rtc), 0);
    assert_string_equal(rtc.name, "rtc1");
    assert_true(rtc.set_wall && rtc.readable);
    put_rtc(1, "since_epoch", "when?\n");
    assert_int_equal(clock_rtc_read(&rtc), 0);
    assert_false(rtc.readable);
    put_rtc(1, "since_epoch", "");
    assert_int_equal(clock_rtc_read(&rtc), 0);
    assert_false(rtc.readable);
}

/* The grade of this kernel, which may be synchronised: then no RTC is asked. */
static void expect(enum clock_grade grade, int line) {
    enum clock_grade is = clock_grade(), must = clock_kernel_synchronised() ? CLOCK_NTP : grade;
    if (is != must) fail_msg("line %d: %s", line, clock_grade_name(is));
}

static void the_grade_by_kernel_and_tree(void **state) {
    (void)state;
    int64_t soon = clock_built().ms + 5 * 86400000;
    clock_fake_wall((struct wall){ soon });
    clock_fake_mono((struct mono){ 1000000 });
    expect(CLOCK_NONE, __LINE__); /* no RTC: a fake one of software started it */
    put_epoch(0, soon);
    expect(CLOCK_NONE, __LINE__); /* looked at a moment ago */
    clock_fake_advance_ms(5000);
    expect(CLOCK_RTC, __LINE__);
    clock_fake_wall((struct wall){ soon + 3600000 }); /* set by an hour: at once */
    expect(CLOCK_NONE, __LINE__);
    clock_fake_wall((struct wall){ 60000 }); /* 1970 */
    expect(CLOCK_NONE, __LINE__);
    put_epoch(0, 60000);
    clock_fake_advance_ms(5000);
    expect(CLOCK_NONE, __LINE__);
    clock_fake_wall((struct wall){ soon });
    put_epoch(0, soon + 4000);
    clock_fake_advance_ms(4000);
    expect(CLOCK_NONE, __LINE__);
    clock_fake_advance_ms(1000);
    expect(CLOCK_RTC, __LINE__);
    clock_fake_advance_ms(4900); /* not looked at again */
    put_rtc(0, "since_epoch", "gone\n");
    expect(CLOCK_RTC, __LINE__);
    clock_fake_advance_ms(200);
    expect(CLOCK_NONE, __LINE__);
    put_rtc(0, "hctosys", "1\n");
    clock_fake_advance_ms(5000);
    expect(CLOCK_RTC, __LINE__);
    put_epoch(0, clock_wall().ms + 5000 - CLOCK_RTC_TOLERANCE_MS + 1000);
    clock_fake_advance_ms(5000);
    expect(CLOCK_RTC, __LINE__);
    clock_fake_advance_ms(4000); /* it went on meanwhile */
    expect(CLOCK_RTC, __LINE__);
}

/* This machine's clock moved by a nanosecond, forth or back: for the kernel a step, which also makes it forget that it was synchronised. So only
 * where SITELOG_SET_CLOCK=1 asks for it, as root. */
static bool set_clock(bool forth) {
    const char *asked = getenv("SITELOG_SET_CLOCK");
    struct timex t = { .modes = ADJ_SETOFFSET | ADJ_NANO, .time = { forth ? 0 : -1, forth ? 1 : 999999999 } };
    return asked && strcmp(asked, "1") == 0 && adjtimex(&t) >= 0;
}

/* The wait is quiet while nobody sets the clock, and goes on after it was heard. */
static void a_step_is_waited_for(void **state) {
    (void)state;
    int fd = -1;
    assert_int_equal(clock_step_open(&fd), 0);
    for (int i = 0; i < 2; i++) {
        struct pollfd wait = { .fd = fd, .events = POLLIN };
        assert_int_equal(poll(&wait, 1, 20), 0);
        assert_false(clock_step_heard(fd));
    }
    for (int i = 0; i < 2; i++) {
        struct pollfd wait = { .fd = fd, .events = POLLIN };
        if (!set_clock(i == 0)) break;
        assert_int_equal(poll(&wait, 1, 5000), 1);
        assert_true(clock_step_heard(fd));
        assert_int_equal(poll(&wait, 1, 20), 0);
    }
    (void)close(fd);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_the_grade_is_made_of, setup, teardown),
        cmocka_unit_test_setup_teardown(what_a_chip_says_of_its_battery, setup, teardown),
        cmocka_unit_test_setup_teardown(the_build_date_is_past, setup, teardown),
        cmocka_unit_test_setup_teardown(the_twin_says_what_it_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(the_driver_reads_what_the_kernel_shows, setup, teardown),
        cmocka_unit_test_setup_teardown(the_grade_by_kernel_and_tree, setup, teardown),
        cmocka_unit_test_setup_teardown(a_step_is_waited_for, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
