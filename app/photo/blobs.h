/* SPDX-License-Identifier: MIT */
/* The bytes of photos: originals and their thumbnails, kept by SHA-256, written once and never altered. One seam, two stores: a board's
 * photos.db (photo_store.h) and the hub's folder (blob_dir.h). Several photos may share bytes; which photo has which hash is the
 * journal's business, not known here, except for photos that have no event yet (blobs_unsettled).
 * Hashes are 64 lower-case hex digits; a thumbnail is named by its own hash. */
#ifndef SITELOG_PHOTO_BLOBS_H
#define SITELOG_PHOTO_BLOBS_H

#include "firmware/base/buf.h"
#include "firmware/base/hash.h"
#include "firmware/base/ids.h"
#include "hal/disk.h"

#define BLOB_ORIGINAL_MAX (16u * 1024u * 1024u) /* bytes */
#define BLOB_THUMB_MAX    (256u * 1024u)        /* bytes */
#define BLOB_PIECE_MAX    (256u * 1024u)        /* bytes of one blobs_read: an open read blocks a board's writer */
#define BLOB_META_MAX     (64u * 1024u)         /* bytes of a photo's metadata */

enum blob_variant { BLOB_ORIGINAL, BLOB_THUMB };

struct blobs; /* made by photo_store_open or blob_dir_open, which also close it */

/* What comes in. Everything is borrowed. */
struct blob_put {
    const char *sha256; /* of bytes; the caller has hashed them */
    const void *bytes;  /* the original, 1 … BLOB_ORIGINAL_MAX */
    size_t n;
    const char *thumb_sha256; /* of thumb; NULL without one */
    const void *thumb;
    size_t thumb_n;    /* at most BLOB_THUMB_MAX */
    const char *photo; /* UUIDv7 of the photo */
    const char *
        meta; /* JSON object of the caller's making: what it takes to append the photo's event later, should the program
                               * die before it is appended (site, actor, the event's data …) */
};

/* Stores bytes, thumbnail and metadata durably, all or nothing. Bytes that are there already are not written again, so a repeat is cheap
 * and is no error. Refuses with ERR_NO_SPACE below the reserve.
 * Errors: ERR_INVALID, ERR_TOO_BIG, ERR_NO_SPACE, ERR_IO, ERR_BUSY; *e says which.
 * Thread: the store's (before its transaction: struct store_job.before); at the hub any. Blocks. */
MUST_CHECK int blobs_put(struct blobs *b, const struct blob_put *put, struct err_text *e);

/* Bytes of a stored blob. ERR_NOT_FOUND: never stored here. ERR_GONE: stored once and dropped. Thread: any; blocks on the disk. */
MUST_CHECK int blobs_size(struct blobs *b, enum blob_variant variant, const char *sha256, int64_t *out);

bool blobs_has(struct blobs *b, enum blob_variant variant, const char *sha256);

/* Reads exactly n bytes (at most BLOB_PIECE_MAX) at offset. ERR_INVALID past the end, ERR_NOT_FOUND, ERR_GONE, ERR_IO, ERR_BUSY.
 * Thread: any; blocks on the disk. */
MUST_CHECK int blobs_read(struct blobs *b, enum blob_variant variant, const char *sha256, int64_t offset, void *out,
                          size_t n);

/* The whole of it into a buffer, piece by piece. ERR_TOO_BIG over out->max. */
MUST_CHECK int blobs_read_all(struct blobs *b, enum blob_variant variant, const char *sha256, struct buf *out);

/* Hashes what is stored. ERR_CORRUPT when it is not what its name says; ERR_NOT_FOUND, ERR_GONE, ERR_IO. Thread: any; blocks. */
MUST_CHECK int blobs_verify(struct blobs *b, enum blob_variant variant, const char *sha256);

/* Drops an original's bytes; its thumbnail stays. A repeat is no error. ERR_NOT_FOUND. Whether it may be dropped is the caller's business.
 * Thread: the store's, outside of any transaction; at the hub any. */
MUST_CHECK int blobs_drop(struct blobs *b, const char *sha256);

/* When an original was dropped. ERR_NOT_FOUND when it was not. Thread: any. */
MUST_CHECK int blobs_dropped_at(struct blobs *b, const char *sha256, struct wall *out);

/* ---- photos that may have no event yet ---- */

struct blob_unsettled {
    char photo[ID_SIZE];
    char sha256[HASH_TEXT_SIZE];
    const char *meta;
};

/* Calls fn for each photo put since it was last settled, in the order of their ids; a negative return of fn ends it and comes back.
 * At start: append the events that lack (with origin "recovered"), commit, and only then blobs_settle.
 * Thread: as blobs_put. fn must not call blobs_put, blobs_drop or blobs_settle. */
typedef int (*blobs_unsettled_fn)(void *ctx, const struct blob_unsettled *photo);
MUST_CHECK int blobs_unsettled(struct blobs *b, blobs_unsettled_fn fn, void *ctx);

/* These photos have their events: forget their metadata. Thread: as blobs_put. */
MUST_CHECK int blobs_settle(struct blobs *b, const char (*photos)[ID_SIZE], size_t n);

/* ---- room ---- */

/* Free space for photos: the file system's, and what the store's own file holds free. Thread: any. */
MUST_CHECK int blobs_room(struct blobs *b, struct disk_room *out);

/* Stored originals, and bytes of originals and thumbnails. Thread: any; does not block. */
struct blob_counts {
    int64_t originals, original_bytes, thumbs, thumb_bytes;
};
struct blob_counts blobs_counts(struct blobs *b);

/* ---- for the stores themselves ---- */
struct blobs_ops {
    int (*put)(struct blobs *b, const struct blob_put *put, struct err_text *e); /* input is checked already */
    int (*size)(struct blobs *b, enum blob_variant variant, const char *sha256, int64_t *out);
    int (*read)(struct blobs *b, enum blob_variant variant, const char *sha256, int64_t offset, void *out, size_t n);
    int (*drop)(struct blobs *b, const char *sha256);
    int (*dropped_at)(struct blobs *b, const char *sha256, struct wall *out);
    int (*unsettled)(struct blobs *b, blobs_unsettled_fn fn, void *ctx);
    int (*settle)(struct blobs *b, const char (*photos)[ID_SIZE], size_t n);
    int (*room)(struct blobs *b, struct disk_room *out);
    struct blob_counts (*counts)(struct blobs *b);
};
struct blobs {
    const struct blobs_ops *ops;
}; /* first member of a store's struct */

#endif
