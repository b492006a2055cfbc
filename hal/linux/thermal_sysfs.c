/* SPDX-License-Identifier: MIT */
/* Temperature by /sys/class/thermal. */
#include "hal/thermal.h"

#include "hal/sysfs.h"

#include <stdio.h>
#include <stdlib.h>

enum { ZONES = 32, COLDEST_C = -60, HOTTEST_C = 150 };

int thermal_read(int *out_c) {
    int rc = ERR_NOT_FOUND;
    for (int i = 0; i < ZONES; i++) {
        char path[64], line[SYSFS_LINE], *end = NULL;
        (void)snprintf(path, sizeof path, "class/thermal/thermal_zone%d/temp", i);
        if (sysfs_read(path, line)) continue;
        long c = strtol(line, &end, 10) / 1000;
        if (end == line || c < COLDEST_C || c > HOTTEST_C || (rc == 0 && c <= *out_c)) continue;
        *out_c = (int)c;
        rc = 0;
    }
    return rc;
}
