/* SPDX-License-Identifier: MIT */
/* Head office's photo bytes: a folder.
 *   originals/aa/<sha256>  thumbs/aa/<sha256>   written durably under another name, then renamed; never changed
 *   dropped/<sha256>                            an original that was dropped, its modification time says when
 *   unsettled/<photo>.json                      a photo that may have no event yet
 *   partial/                                    what inbox.h is receiving
 * Thread: any, every function. */
#ifndef SITELOG_PHOTO_BLOB_DIR_H
#define SITELOG_PHOTO_BLOB_DIR_H

#include "app/photo/blobs.h"

struct blob_dir;

/* Makes the folders. reserve_percent: see blobs_put; 0: 5. Owns: caller; blob_dir_close (takes NULL). ERR_IO, ERR_DENIED, ERR_NO_SPACE. */
MUST_CHECK int blob_dir_open(const char *dir, int64_t reserve_percent, struct blob_dir **out, struct err_text *e);
void blob_dir_close(struct blob_dir *d);

struct blobs *blob_dir_blobs(struct blob_dir *d);

/* ---- for inbox.c ---- */

/* Path of partial/. Borrowed. */
const char *blob_dir_partial(const struct blob_dir *d);
int64_t blob_dir_reserve(const struct blob_dir *d); /* percent */

/* Takes a finished file in, by rename: the caller has fsynced it and checked its hash. When the blob is there already, the file is removed.
 * Durable on return. */
MUST_CHECK int blob_dir_adopt(struct blob_dir *d, enum blob_variant variant, const char *sha256, const char *path,
                              int64_t bytes);

#endif
