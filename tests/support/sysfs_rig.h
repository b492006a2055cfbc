/* SPDX-License-Identifier: MIT */
/* A folder that stands for /sys (hal/sysfs.h). Failures end the test (cmocka). */
#ifndef SITELOG_TEST_SYSFS_RIG_H
#define SITELOG_TEST_SYSFS_RIG_H

int sysfs_rig_setup(void **state);
int sysfs_rig_teardown(void **state);
const char *sysfs_rig_dir(void);

/* A file in a folder below it, which is made. */
void sysfs_rig_put(const char *folder, const char *name, const char *text);

#endif
