/* SPDX-License-Identifier: MIT */
/* What the uploader needs of the board: which photo bytes head office lacks, the bytes themselves, and a memory that survives restarts.
 * A vtable, so that this folder knows no database; app/photo/outbox.h implements it over journal.db and the photo store. */
#ifndef SITELOG_EDGE_OUTBOX_H
#define SITELOG_EDGE_OUTBOX_H

#include "firmware/base/hash.h"
#include "firmware/base/ids.h"

#define OUTBOX_URL_SIZE 512

enum outbox_state {
    OUTBOX_WAITING,   /* to be uploaded, or partly uploaded */
    OUTBOX_UPLOADED,  /* the server has all of it, head office has not confirmed it yet */
    OUTBOX_CONFIRMED, /* head office has checked and stored it */
    OUTBOX_CORRUPT,   /* what is stored here is not what its hash says: cannot be sent */
};

struct outbox_item {
    int64_t id;
    char sha256[HASH_TEXT_SIZE]; /* of these bytes */
    bool thumb;                  /* variant: thumb or original */
    int64_t bytes;
    char photo[ID_SIZE];
    enum outbox_state state;
    char url[OUTBOX_URL_SIZE]; /* of the upload at the server, "" before creation */
    int64_t offset;            /* what the server is known to have */
    int attempts;              /* failures, or confirmations asked for, in a row */
    struct wall next_at;       /* not before this */
};

struct outbox {
    void *ctx;

    /* The next thing to do: thumbnails before originals; hazards' photos before people's before time-lapse; and uploaded ones whose
     * confirmation is overdue. 1: *item is set; 0: nothing is due, *due_ms says in how many milliseconds something will be (-1: nothing
     * waits); negative: an error. Thread: upload; may block shortly. */
    int (*next)(void *ctx, struct wall now, struct outbox_item *item, int64_t *due_ms);

    /* Reads exactly n bytes (at most 256 KiB). Thread: upload; blocks on the disk. ERR_NOT_FOUND, ERR_GONE, ERR_IO. */
    int (*read)(void *ctx, const struct outbox_item *item, int64_t offset, void *out, size_t n);

    /* Hashes what is stored: 0, ERR_CORRUPT, ERR_NOT_FOUND, ERR_GONE, ERR_IO. Thread: upload; blocks. */
    int (*check)(void *ctx, const struct outbox_item *item);

    /* Keeps state, url, offset, attempts, next_at, durably on return; never takes back a confirmation. ERR_BUSY, ERR_GONE, ERR_IO …
     * Thread: upload; waits for the store's thread. */
    int (*save)(void *ctx, const struct outbox_item *item);

    /* Head office has checked and stored these (both variants are confirmed by their own hash); unknown ones are ignored.
     * Thread: any; does not block: it is kept soon. ERR_BUSY, ERR_GONE, ERR_NOMEM: not kept; it is said again. */
    int (*confirmed)(void *ctx, const char (*sha256)[HASH_TEXT_SIZE], size_t n);

    /* Head office no longer has these: they wait again. As confirmed. */
    int (*withdrawn)(void *ctx, const char (*sha256)[HASH_TEXT_SIZE], size_t n);

    /* Head office lost data, nobody knows which: what it confirmed is asked about again. As confirmed. */
    int (*doubted)(void *ctx);
};

#endif
