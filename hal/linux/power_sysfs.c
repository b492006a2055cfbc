/* SPDX-License-Identifier: MIT */
/* The mains by the kernel's power supplies, and the twin, which is a folder with the same file. */
#include "hal/power.h"

#include "firmware/base/text.h"
#include "hal/sysfs.h"

#include <stdio.h>
#include <string.h>

enum power_state power_look(const char *supply) {
    char path[400], line[SYSFS_LINE];
    bool sim = text_starts(supply, "sim:");
    if (!supply[0]) return POWER_UNKNOWN;
    int n = sim ? snprintf(path, sizeof path, "%s/online", supply + 4)
                : snprintf(path, sizeof path, "class/power_supply/%s/online", supply);
    if (n < 0 || (size_t)n >= sizeof path || sysfs_read(path, line)) return POWER_UNKNOWN;
    if (strcmp(line, "0") == 0) return POWER_FAILING;
    /* 2: a charger that can be programmed (USB PD) */
    return strcmp(line, "1") == 0 || strcmp(line, "2") == 0 ? POWER_GOOD : POWER_UNKNOWN;
}

const char *power_state_name(enum power_state state) {
    static const char *const names[] = {
        [POWER_UNKNOWN] = "unknown", [POWER_GOOD] = "good", [POWER_FAILING] = "failing"
    };
    return names[state];
}
