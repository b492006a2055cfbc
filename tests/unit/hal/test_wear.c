/* SPDX-License-Identifier: MIT */
/* Wear and temperature, from files as kernels have them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/file.h"
#include "hal/disk.h"
#include "hal/thermal.h"
#include "tests/support/temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *dir;

static int setup(void **state) {
    (void)state;
    dir = temp_make();
    return setenv("SITELOG_SYSFS", dir, 1);
}

static int teardown(void **state) {
    (void)state;
    temp_remove(dir);
    return unsetenv("SITELOG_SYSFS");
}

static void put(const char *folder, const char *name, const char *text) {
    char path[400];
    (void)snprintf(path, sizeof path, "%s/%s", dir, folder);
    assert_int_equal(file_make_dirs(path, 0700, NULL), 0);
    (void)snprintf(path, sizeof path, "%s/%s/%s", dir, folder, name);
    assert_int_equal(file_write(path, text, strlen(text), 0600, NULL), 0);
}

static void assert_wear(int used, int spare) {
    struct disk_wear w;
    assert_int_equal(disk_wear(&w), 0);
    assert_int_equal(w.used_percent, used);
    assert_int_equal(w.spare, spare);
}

static void life_registers(void **state) {
    (void)state;
    struct disk_wear w;
    assert_int_equal(disk_wear(&w), ERR_NOT_FOUND);
    put("block/mmcblk0/device", "name", "SD32G"); /* an SD card */
    assert_int_equal(disk_wear(&w), ERR_NOT_FOUND);
    put("block/mmcblk2/device", "life_time", "0x01 0x02\n");
    assert_wear(20, 0);
    put("block/mmcblk2/device", "pre_eol_info", "0x01\n");
    assert_wear(20, 1);
    put("block/mmcblk1/device", "life_time", "0x0b 0x00\n"); /* the worst counts */
    put("block/mmcblk1/device", "pre_eol_info", "0x03\n");
    assert_wear(110, 3);
    put("block/mmcblk1/device", "life_time", "0xff\n");
    put("block/mmcblk1/device", "pre_eol_info", "junk\n");
    assert_wear(110, 1);
    put("block/mmcblk1/device", "life_time", "\n");
    assert_wear(20, 1);
}

static void bytes_written_grow(void **state) {
    (void)state;
    int64_t before = -1, after = -1;
    int rc = disk_written(&before);
    if (rc == ERR_UNSUPPORTED) skip();
    assert_int_equal(rc, 0);
    assert_true(before >= 0);
    char *bytes = calloc(1, 1 << 20), *path = temp_path(".", "build/.written");
    assert_int_equal(file_write(path, bytes, 1 << 20, 0600, NULL), 0);
    (void)remove(path);
    assert_int_equal(disk_written(&after), 0);
    assert_true(after >= before);
    free(path);
    free(bytes);
}

static void the_hottest_zone(void **state) {
    (void)state;
    int c = 7;
    assert_int_equal(thermal_read(&c), ERR_NOT_FOUND);
    assert_int_equal(c, 7);
    put("class/thermal/thermal_zone0", "temp", "48312\n");
    assert_int_equal(thermal_read(&c), 0);
    assert_int_equal(c, 48);
    put("class/thermal/thermal_zone3", "temp", "61900\n");
    put("class/thermal/thermal_zone4", "temp", "-273000\n"); /* a sensor that is not there */
    put("class/thermal/thermal_zone5", "temp", "hot\n");
    assert_int_equal(thermal_read(&c), 0);
    assert_int_equal(c, 61);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(life_registers, setup, teardown),
        cmocka_unit_test(bytes_written_grow),
        cmocka_unit_test_setup_teardown(the_hottest_zone, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
