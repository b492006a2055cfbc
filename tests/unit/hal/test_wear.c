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
#include "tests/support/sysfs_rig.h"
#include "tests/support/temp.h"

#include <stdio.h>
#include <stdlib.h>

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
    sysfs_rig_put("block/mmcblk0/device", "name", "SD32G"); /* an SD card */
    assert_int_equal(disk_wear(&w), ERR_NOT_FOUND);
    sysfs_rig_put("block/mmcblk2/device", "life_time", "0x01 0x02\n");
    assert_wear(20, 0);
    sysfs_rig_put("block/mmcblk2/device", "pre_eol_info", "0x01\n");
    assert_wear(20, 1);
    sysfs_rig_put("block/mmcblk1/device", "life_time", "0x0b 0x00\n"); /* the worst counts */
    sysfs_rig_put("block/mmcblk1/device", "pre_eol_info", "0x03\n");
    assert_wear(110, 3);
    sysfs_rig_put("block/mmcblk1/device", "life_time", "0xff\n");
    sysfs_rig_put("block/mmcblk1/device", "pre_eol_info", "junk\n");
    assert_wear(110, 1);
    sysfs_rig_put("block/mmcblk1/device", "life_time", "\n");
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
    sysfs_rig_put("class/thermal/thermal_zone0", "temp", "48312\n");
    assert_int_equal(thermal_read(&c), 0);
    assert_int_equal(c, 48);
    sysfs_rig_put("class/thermal/thermal_zone3", "temp", "61900\n");
    sysfs_rig_put("class/thermal/thermal_zone4", "temp", "-273000\n"); /* a sensor that is not there */
    sysfs_rig_put("class/thermal/thermal_zone5", "temp", "hot\n");
    assert_int_equal(thermal_read(&c), 0);
    assert_int_equal(c, 61);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(life_registers, sysfs_rig_setup, sysfs_rig_teardown),
        cmocka_unit_test(bytes_written_grow),
        cmocka_unit_test_setup_teardown(the_hottest_zone, sysfs_rig_setup, sysfs_rig_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
