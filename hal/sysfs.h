/* SPDX-License-Identifier: MIT */
/* What the kernel tells in small files below /sys. Test builds take another root from SITELOG_SYSFS. Thread: any; a read may wait for the device shortly. */
#ifndef SITELOG_HAL_SYSFS_H
#define SITELOG_HAL_SYSFS_H

#include "firmware/base/err.h"

#include <stddef.h>

#define SYSFS_LINE 128 /* bytes of a line, with its NUL */

/* The first line of a file, without its end. path: below the root, "class/thermal/thermal_zone0/temp"; one that begins with / is taken as it is.
 * ERR_NOT_FOUND, ERR_DENIED, ERR_IO. */
MUST_CHECK int sysfs_read(const char *path, char out[SYSFS_LINE]);

#endif
