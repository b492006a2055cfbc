/* SPDX-License-Identifier: MIT */
/* Room on the file system that holds the data. Thread: any; statvfs may block shortly. */
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

#endif
