/* SPDX-License-Identifier: MIT */
/* Which photo bytes head office lacks: the state table `upload` of journal.db, one row a hash and variant, and sync/edge/outbox.h over it. */
#ifndef SITELOG_PHOTO_OUTBOX_H
#define SITELOG_PHOTO_OUTBOX_H

#include "app/photo/blobs.h"
#include "firmware/base/json.h"
#include "firmware/db/store.h"
#include "sync/edge/outbox.h"

/* The table, for the journal's migrations. */
extern const char *const outbox_schema;

struct outbox_photo {
    const char *photo; /* UUIDv7 */
    const char *sha256;
    int64_t bytes;
    const char *thumb_sha256; /* or NULL */
    int64_t thumb_bytes;
    const char *origin; /* camera phone timelapse import recovered */
};

/* Queues a photo's thumbnail and original, in the transaction that appends photo-taken. Bytes that are queued or confirmed already stay as
 * they are. Thread: the store's, inside a write transaction. */
MUST_CHECK int outbox_add(struct db *db, const struct outbox_photo *photo);

/* A hazard names this photo (by its original's hash): it goes before the others. Unknown ones are ignored. Thread: as outbox_add. */
MUST_CHECK int outbox_urgent(struct db *db, const char *sha256);

/* Originals: all there are, and those that head office has not confirmed. Thread: any handle on journal.db. */
struct outbox_counts {
    int64_t total, bytes, pending, pending_bytes;
};
MUST_CHECK int outbox_counts(struct db *db, struct outbox_counts *out);
/* Pure: the member "photos" of an open object. */
void outbox_put_counts(const struct outbox_counts *c, struct json_out *w);

/* Whether head office has confirmed this hash. Thread: any handle. */
MUST_CHECK int outbox_is_confirmed(struct db *db, const char *sha256, bool *out);

/* Whether the bytes came in here. Those of photos that another board or the hub wrote about never did. Thread: any handle. */
MUST_CHECK int outbox_was_taken_here(struct db *db, const char *sha256, bool *out);

/* The newest hashes that are not confirmed, at most max, for the hello. Thread: any handle. */
MUST_CHECK int outbox_unconfirmed(struct db *db, char (*out)[HASH_TEXT_SIZE], size_t max, size_t *n);

/* ---- making room: which originals go (space.h does it) ----
 * In four steps, each of which survives a power cut: chosen in one transaction, so that no power cut leaves bytes gone that nothing says are gone;
 * dropped (blobs_drop) outside of any; marked as dropped; told by an event. */

/* Chooses the next originals that head office has confirmed: time-lapse first, then, unless only_timelapse, the others, oldest first. *n: how
 * many, at most max. Thread: as outbox_add. */
MUST_CHECK int outbox_choose(struct db *db, bool only_timelapse, size_t max, size_t *n);

/* What the originals of time-lapse frames take here. Thread: any handle. */
MUST_CHECK int outbox_timelapse_bytes(struct db *db, int64_t *out);

/* Those that are chosen, in that order. received: head office has it still; else it may not be dropped any more. Thread: any handle. */
struct outbox_chosen {
    char sha256[HASH_TEXT_SIZE];
    int64_t bytes;
    bool received;
};
MUST_CHECK int outbox_chosen(struct db *db, struct outbox_chosen *out, size_t max, size_t *n);

/* The original's bytes are no longer here; or a chosen one stays. Thread: as outbox_add. */
MUST_CHECK int outbox_dropped(struct db *db, const char *sha256);
MUST_CHECK int outbox_kept(struct db *db, const char *sha256);

/* Dropped ones that no event has told yet, oldest first, with the sum of their bytes; and: now one has. Thread: as outbox_add. */
MUST_CHECK int outbox_unsaid(struct db *db, char (*out)[HASH_TEXT_SIZE], size_t max, size_t *n, int64_t *bytes);
MUST_CHECK int outbox_said(struct db *db, const char *sha256);

/* The uploader's seam. reader: a DB_JOURNAL_READER handle on journal.db that only the upload thread uses, owned from here on (also on
 * error); store: writes; blobs: the bytes. All borrowed ones must outlive it. Owns: caller; outbox_destroy, after uploader_stop. */
struct outbox_impl;
MUST_CHECK int outbox_create(struct db *reader, struct store *store, struct blobs *blobs, struct outbox_impl **out);
void outbox_destroy(struct outbox_impl *o);
struct outbox outbox_seam(struct outbox_impl *o);

#endif
