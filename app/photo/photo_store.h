/* SPDX-License-Identifier: MIT */
/* A board's photo bytes: photos.db, one BLOB a photo, one transaction a photo, deletions in transactions of their own. About 1.02 bytes
 * reach the device for each byte of a photo. Readers have handles of their own and hold a read open for one piece only. */
#ifndef SITELOG_PHOTO_PHOTO_STORE_H
#define SITELOG_PHOTO_PHOTO_STORE_H

#include "app/photo/blobs.h"
#include "firmware/db/db.h"

struct photo_store;

struct photo_store_options {
    const char *dir;         /* holds photos.db, made when it is not there */
    int64_t reserve_percent; /* new photos are refused when less than this would stay free; 0: 5 */
    int readers;             /* reader handles, each used by one thread at a time; 0: 2 */
    bool read_only; /* only readers (verify, export, beside a daemon that writes); ERR_NOT_FOUND without a file */
};

/* Opens and migrates photos.db. Owns: caller; photo_store_close (takes NULL). ERR_UNSUPPORTED (newer version), ERR_CORRUPT, ERR_IO …
 * Thread: any; the writing functions of blobs.h then belong to one thread at a time. */
MUST_CHECK int photo_store_open(const struct photo_store_options *options, struct photo_store **out,
                                struct err_text *e);
void photo_store_close(struct photo_store *s);

/* The seam. Borrowed, valid until close. */
struct blobs *photo_store_blobs(struct photo_store *s);

/* Free space for photos: statvfs plus the free pages of photos.db. Thread: any. */
MUST_CHECK int photo_store_room(struct photo_store *s, struct disk_room *out);

/* Photos leave this much more free than the reserve, from now on: the ballast's room, while it is given up to records. Thread: any. */
void photo_store_spare(struct photo_store *s, int64_t bytes);
int64_t photo_store_spared(struct photo_store *s);

/* The writer's handle, for whoever copies or examines the whole file (tests that cut the power). Thread: the store's. NULL when read_only. */
struct db *photo_store_db(struct photo_store *s);

#endif
