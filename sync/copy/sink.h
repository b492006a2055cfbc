/* SPDX-License-Identifier: MIT */
/* What copying needs of a journal to store into it. */
#ifndef SITELOG_COPY_SINK_H
#define SITELOG_COPY_SINK_H

#include "sync/copy/source.h"

/* One event that came, on its way into the store. */
struct arrival {
    struct event_key key;
    char *bytes;
    size_t n;    /* as they came; owned by the batch */
    bool repeat; /* seq is at or below what is held: compare, store nothing (other bytes: kept aside as a conflict) */
    bool broken; /* refused already by the intake (code, text below): keep the bytes raw in the event's place */
    /* filled by the sink: */
    bool rejected;
    char code[16];
    char text[200]; /* "schema" "conflict" "chain" "too-big" */
};

struct arrival_batch {
    char site[NAME_SIZE];
    char from[NAME_SIZE]; /* the peer that sent it */
    struct arrival *list;
    size_t count;
};

/* result 0: all is durably committed, with projections, in order; else nothing of the batch is, as far as the peer is concerned: ERR_CONFLICT says that a
 * chain is elsewhere than the batch thinks, and that the heads have to be read again. Called on the peer's thread. */
typedef void (*sink_done_fn)(void *arg, struct arrival_batch *batch, int result);

struct copy_sink {
    void *ctx;
    /* Stores a batch in one transaction and calls done on the peer's thread later (never from inside this call). Does not block.
     * Owns: the batch is lent until done. ERR_BUSY, ERR_GONE, ERR_NOMEM: done is not called. */
    int (*store)(void *ctx, struct arrival_batch *batch, sink_done_fn done, void *arg);
    /* The newest rejections that this journal made of a site's events, at most max, newest first. Owns: caller (free). */
    int (*rejections)(void *ctx, const char *site, size_t max, struct arrival **out, size_t *count);
};

#endif
