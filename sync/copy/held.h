/* SPDX-License-Identifier: MIT */
/* What one site's journal holds, chain by chain, as the copying thread knows it: the committed head, and beyond it the head of what is with
 * the store but not committed yet. One per site, shared by the peers of the site. Thread: one owner. */
#ifndef SITELOG_COPY_HELD_H
#define SITELOG_COPY_HELD_H

#include "sync/copy/sink.h"
#include "sync/copy/source.h"
#include "sync/wire/ack.h"

struct held;

MUST_CHECK int held_create(const char *site, struct copy_source source, struct copy_sink sink, struct held **out);
void held_destroy(struct held *h);

/* Rereads the heads from the journal (own events were appended). */
MUST_CHECK int held_refresh(struct held *h);

/* ---- for the peers (pump, intake, tell) ---- */

#define HELD_MAX 8192 /* (writer, epoch) pairs of a site; no more are taken in */

struct held_lane {
    uint64_t seq; /* committed */
    char hash[HASH_TEXT_SIZE];
    uint64_t ahead; /* with the store; seq where nothing is */
    char ahead_hash[HASH_TEXT_SIZE];
    const void *by; /* who alone may add to what is ahead; NULL where nothing is */
};

/* Of one writer's one epoch. It keeps its index for as long as the held lives; its address may change when another is added. */
struct held_journal {
    char writer[NAME_SIZE];
    char epoch[ID_SIZE];
    struct held_lane lane[LANE_COUNT];
};

size_t held_count(const struct held *h);
const struct held_journal *held_at(const struct held *h, size_t i);
const size_t *held_order(const struct held *h); /* held_count indexes, older epochs before newer ones */
MUST_CHECK int held_find(const struct held *h, const char *writer, const char *epoch, size_t *i); /* ERR_NOT_FOUND */
MUST_CHECK int held_add(struct held *h, const char *writer, const char *epoch,
                        size_t *i); /* ERR_TOO_BIG: HELD_MAX; ERR_NOMEM */

/* Grows whenever a committed head of the lane did, or the order changed. */
uint64_t held_changes(const struct held *h, enum lane lane);

/* Grows whenever a head turned out to be lower than it was: the journal cut a forked chain back, and wants what the other ends hold of it. */
uint64_t held_cuts(const struct held *h);

/* The epoch in which `self` writes now; "" where that is not known. */
const char *held_own_epoch(const struct held *h, const char *self);

void held_wake(struct held *h);           /* the heads are out of date … */
MUST_CHECK int held_look(struct held *h); /* … and are reread here, if so */

void held_ahead(struct held *h, size_t i, enum lane lane, uint64_t seq, const char *hash, const void *by);
void held_commit(struct held *h, size_t i, enum lane lane, uint64_t seq, const char *hash);
void held_fall_back(struct held *h, const void *by); /* what `by` had ahead was not committed */

/* The newest rejections that this end made: the same key is kept once. */
void held_reject(struct held *h, const struct ack_rejected *rejected);
size_t held_rejected(const struct held *h, const char *writer, struct ack_rejected *out, size_t max); /* newest first */

#endif
