/* SPDX-License-Identifier: MIT */
/* Room on the file system that holds the data, and the wear of what it lies on. Thread: any; statvfs may block shortly. */
#ifndef SITELOG_HAL_DISK_H
#define SITELOG_HAL_DISK_H

#include "firmware/base/err.h"

#include <stdint.h>

struct disk_room {
    int64_t free_bytes;
    int64_t total_bytes;
    int free_percent;
};

/* Of the file system of `path`, as an ordinary user sees it (statvfs f_bavail).
 * Twin: where {path}/.sim-disk exists (test builds only) its two numbers "free total" are the answer. */
MUST_CHECK int disk_room(const char *path, struct disk_room *out);

/* How worn the board's flash is, as eMMC chips tell it (JEDEC 84-B51); the worst of those there are. */
struct disk_wear {
    int used_percent; /* of its life, in steps of ten, at most so much: 10 … 100, 110: past it; 0: the chip does not say */
    int spare; /* reserve blocks: 1 normal, 2 80 % used (warning), 3 90 % used (urgent); 0: the chip does not say */
};

/* ERR_NOT_FOUND: no such chip (SD cards and other disks tell nothing). Thread: any; short. */
MUST_CHECK int disk_wear(struct disk_wear *out);

/* Bytes that this process has sent to disks since it began (/proc/self/io, write_bytes). ERR_UNSUPPORTED: this kernel does not count. */
MUST_CHECK int disk_written(int64_t *out);

#endif
