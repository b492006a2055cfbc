/* SPDX-License-Identifier: MIT */
/* Free space by statvfs, and in test builds the twin that a file in the folder scripts. */
#include "hal/disk.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/statvfs.h>

static int64_t percent(int64_t part, int64_t whole) {
    return whole > 0 ? (int64_t)((double)part * 100.0 / (double)whole) : 0;
}

#ifdef SITELOG_TEST
/* {path}/.sim-disk: "free total", in bytes. False where it is absent or says nothing usable. */
static bool simulated(const char *path, struct disk_room *out) {
    char name[512];
    int n = snprintf(name, sizeof name, "%s/.sim-disk", path);
    if (n < 0 || (size_t)n >= sizeof name) return false;
    FILE *file = fopen(name, "re");
    if (!file) return false;
    long long free_bytes, total_bytes;
    bool ok = fscanf(file, "%lld %lld", &free_bytes, &total_bytes) == 2 && free_bytes >= 0 && total_bytes >= free_bytes;
    (void)fclose(file);
    if (ok) *out = (struct disk_room){ free_bytes, total_bytes, (int)percent(free_bytes, total_bytes) };
    return ok;
}
#endif

int disk_room(const char *path, struct disk_room *out) {
#ifdef SITELOG_TEST
    if (simulated(path, out)) return 0;
#endif
    struct statvfs fs;
    while (statvfs(path, &fs) != 0) {
        if (errno != EINTR) return err_from_errno(errno);
    }
    /* What root keeps for itself counts neither as free nor as part of the whole. */
    int64_t block = (int64_t)fs.f_frsize, available = (int64_t)fs.f_bavail * block;
    int64_t used = ((int64_t)fs.f_blocks - (int64_t)fs.f_bfree) * block;
    *out = (struct disk_room){ available, used + available, (int)percent(available, used + available) };
    return 0;
}
