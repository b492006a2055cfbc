/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "hal/power.h"
#include "hal/sysfs.h"
#include "tests/support/sysfs_rig.h"

#include <stdio.h>
#include <string.h>

static void put(const char *below, const char *text) { sysfs_rig_put(below, "online", text); }

static void the_kernels_supply(void **state) {
    (void)state;
    assert_int_equal(power_look(""), POWER_UNKNOWN);
    assert_int_equal(power_look("mains"), POWER_UNKNOWN);
    put("class/power_supply/mains", "1\n");
    assert_int_equal(power_look("mains"), POWER_GOOD);
    assert_int_equal(power_look("main"), POWER_UNKNOWN);
    put("class/power_supply/mains", "0\n");
    assert_int_equal(power_look("mains"), POWER_FAILING);
    put("class/power_supply/mains", "2\n");
    assert_int_equal(power_look("mains"), POWER_GOOD);
    put("class/power_supply/mains", "perhaps\n");
    assert_int_equal(power_look("mains"), POWER_UNKNOWN);
}

static void the_twin(void **state) {
    (void)state;
    char supply[300];
    (void)snprintf(supply, sizeof supply, "sim:%s/ups", sysfs_rig_dir());
    assert_int_equal(power_look(supply), POWER_UNKNOWN);
    put("ups", "0");
    assert_int_equal(power_look(supply), POWER_FAILING);
    put("ups", "1");
    assert_int_equal(power_look(supply), POWER_GOOD);
    assert_string_equal(power_state_name(POWER_FAILING), "failing");
}

static void lines_of_the_kernel(void **state) {
    (void)state;
    char line[SYSFS_LINE], longer[400];
    assert_int_equal(sysfs_read("class/none", line), ERR_NOT_FOUND);
    memset(longer, 'a', sizeof longer);
    longer[399] = '\0';
    put("x", longer);
    assert_int_equal(sysfs_read("x/online", line), 0);
    assert_int_equal(strlen(line), SYSFS_LINE - 1);
    put("x", "");
    assert_int_equal(sysfs_read("x/online", line), 0);
    assert_string_equal(line, "");
    assert_int_equal(sysfs_read("/proc/self/comm", line), 0);
    assert_string_equal(line, "test_power");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_kernels_supply, sysfs_rig_setup, sysfs_rig_teardown),
        cmocka_unit_test_setup_teardown(the_twin, sysfs_rig_setup, sysfs_rig_teardown),
        cmocka_unit_test_setup_teardown(lines_of_the_kernel, sysfs_rig_setup, sysfs_rig_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
