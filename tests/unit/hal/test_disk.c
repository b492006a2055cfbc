/* SPDX-License-Identifier: MIT */
/* Room on the disk: the real one's bounds, and the twin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "firmware/base/file.h"
#include "hal/disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[64], twin[96];

static int set_up(void **state) {
    (void)state;
    strcpy(dir, "/tmp/sitelog-disk-XXXXXX");
    if (!mkdtemp(dir)) return -1;
    snprintf(twin, sizeof twin, "%s/.sim-disk", dir);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    (void)unlink(twin);
    return rmdir(dir);
}

static void real(void **state) {
    (void)state;
    struct disk_room room = { 0 };
    assert_int_equal(disk_room(dir, &room), 0);
    assert_true(room.total_bytes > 0 && room.free_bytes >= 0 && room.free_bytes <= room.total_bytes);
    assert_in_range(room.free_percent, 0, 100);
    assert_true(llabs((long long)(room.total_bytes / 100 * room.free_percent - room.free_bytes)) <=
                room.total_bytes / 100 + 100);
    struct disk_room untouched = { 1, 2, 3 };
    assert_int_equal(disk_room("/nowhere/at/all", &untouched), ERR_NOT_FOUND);
    assert_int_equal(untouched.free_percent, 3);
}

static void simulated(void **state) {
    (void)state;
    struct disk_room room, before;
    assert_int_equal(disk_room(dir, &before), 0);
    assert_int_equal(file_write(twin, "5 100\n", 6, 0600, NULL), 0);
    assert_int_equal(disk_room(dir, &room), 0);
    assert_int_equal(room.free_bytes, 5);
    assert_int_equal(room.total_bytes, 100);
    assert_int_equal(room.free_percent, 5);
    static const char *const unusable[] = { "", "x", "5", "-1 100", "200 100" }; /* then the real disk answers */
    for (size_t i = 0; i < sizeof unusable / sizeof *unusable; i++) {
        assert_int_equal(file_write(twin, unusable[i], strlen(unusable[i]), 0600, NULL), 0);
        assert_int_equal(disk_room(dir, &room), 0);
        assert_true(room.total_bytes == before.total_bytes || room.total_bytes > 1000);
    }
    assert_int_equal(file_write(twin, "0 0", 3, 0600, NULL), 0);
    assert_int_equal(disk_room(dir, &room), 0);
    assert_int_equal(room.free_percent, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(real, set_up, tear_down),
        cmocka_unit_test_setup_teardown(simulated, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
