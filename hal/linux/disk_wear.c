/* SPDX-License-Identifier: MIT */
/* Wear: the life registers of eMMC chips, and the bytes that this process writes. */
#include "hal/disk.h"

#include "hal/sysfs.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHIPS = 8, LIFE_STEPS = 11 /* 0x01: at most 10 % used … 0x0b: more than all */ };

static bool read_chip(int number, const char *name, char line[SYSFS_LINE]) {
    char path[64];
    (void)snprintf(path, sizeof path, "block/mmcblk%d/device/%s", number, name);
    return sysfs_read(path, line) == 0;
}

static int at_most(long value, int most) { return value < 0 ? 0 : value > most ? most : (int)value; }

/* "0x01 0x03": two kinds of cells. */
static int worse_life(const char *line) {
    char *end = NULL;
    int a = at_most(strtol(line, &end, 16), LIFE_STEPS), b = at_most(strtol(end, NULL, 16), LIFE_STEPS);
    return a > b ? a : b;
}

int disk_wear(struct disk_wear *out) {
    struct disk_wear worst = { 0 };
    bool found = false;
    for (int i = 0; i < CHIPS; i++) {
        char line[SYSFS_LINE];
        if (read_chip(i, "life_time", line)) {
            int used = worse_life(line) * 10;
            if (used > worst.used_percent) worst.used_percent = used;
            found = true;
        }
        if (read_chip(i, "pre_eol_info", line)) {
            int spare = at_most(strtol(line, NULL, 16), 3);
            if (spare > worst.spare) worst.spare = spare;
            found = true;
        }
    }
    if (!found) return ERR_NOT_FOUND;
    *out = worst;
    return 0;
}

int disk_written(int64_t *out) {
    FILE *file = fopen("/proc/self/io", "re");
    char line[128];
    int rc = ERR_UNSUPPORTED;
    if (!file) return rc;
    while (rc && fgets(line, sizeof line, file))
        if (sscanf(line, "write_bytes: %" SCNd64, out) == 1) rc = 0;
    (void)fclose(file);
    return rc;
}
