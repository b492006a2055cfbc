/* SPDX-License-Identifier: MIT */
#include "tests/support/sysfs_rig.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/file.h"
#include "tests/support/temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *dir;

int sysfs_rig_setup(void **state) {
    (void)state;
    dir = temp_make();
    return setenv("SITELOG_SYSFS", dir, 1);
}

int sysfs_rig_teardown(void **state) {
    (void)state;
    temp_remove(dir);
    return unsetenv("SITELOG_SYSFS");
}

const char *sysfs_rig_dir(void) { return dir; }

void sysfs_rig_put(const char *folder, const char *name, const char *text) {
    char path[400];
    (void)snprintf(path, sizeof path, "%s/%s", dir, folder);
    assert_int_equal(file_make_dirs(path, 0700, NULL), 0);
    (void)snprintf(path, sizeof path, "%s/%s/%s", dir, folder, name);
    assert_int_equal(file_write(path, text, strlen(text), 0600, NULL), 0);
}
