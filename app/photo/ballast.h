/* SPDX-License-Identifier: MIT */
/* {dir}/ballast: disk space held back, so that logs and hazards can still be written when the disk is full. Given up when a journal commit
 * meets a full disk, made again when there is room for it twice over.
 * Thread: any; making it blocks for as long as the disk takes to write it. */
#ifndef SITELOG_PHOTO_BALLAST_H
#define SITELOG_PHOTO_BALLAST_H

#include "firmware/base/err.h"

#include <stdbool.h>
#include <stdint.h>

#define BALLAST_BYTES (32 * 1024 * 1024)

struct ballast;

/* bytes 0: BALLAST_BYTES. Does not make it yet (ballast_tend does). ERR_NOMEM, ERR_TOO_BIG. Owns: caller; destroy leaves the file. */
MUST_CHECK int ballast_create(const char *dir, int64_t bytes, struct ballast **out);
void ballast_destroy(struct ballast *b);

/* A store_no_space_fn (ctx is the struct ballast): removes the file; true when that freed something. */
bool ballast_give_up(void *ctx);

/* Makes the file, really allocated, where it is missing and twice its size is free. For start and then every few minutes, not on the loop
 * thread. *stands: whether it is there now; may be NULL. ERR_IO … */
MUST_CHECK int ballast_tend(struct ballast *b, bool *stands);

#endif
