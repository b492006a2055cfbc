/* SPDX-License-Identifier: MIT */
/* Files and folders. Errors name path and remedy in *e. Thread: any; everything blocks on the disk. */
#ifndef SITELOG_BASE_FILE_H
#define SITELOG_BASE_FILE_H

#include "firmware/base/buf.h"

#include <sys/types.h>

/* Reads a whole file of at most b->max bytes. ERR_NOT_FOUND, ERR_TOO_BIG, ERR_IO, ERR_DENIED. */
MUST_CHECK int file_read(const char *path, struct buf *b, struct err_text *e);

/* Writes all or nothing, durably: temporary file beside it, fsync, rename, fsync of the folder. */
MUST_CHECK int file_write(const char *path, const void *bytes, size_t n, mode_t mode, struct err_text *e);

/* mkdir -p. */
MUST_CHECK int file_make_dirs(const char *path, mode_t mode, struct err_text *e);

/* Takes the lock file {dir}/lock for this process (flock; released when *fd is closed). ERR_BUSY: somebody holds it. */
MUST_CHECK int file_lock(const char *dir, int *fd, struct err_text *e);

/* fsync of a folder, so that a rename in it is durable. */
MUST_CHECK int file_sync_dir(const char *dir, struct err_text *e);

#endif
