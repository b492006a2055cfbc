/* SPDX-License-Identifier: MIT */
/* What copying needs of a journal to send from it. All calls come from the thread that owns the peer, and may read the disk. */
#ifndef SITELOG_COPY_SOURCE_H
#define SITELOG_COPY_SOURCE_H

#include "sync/wire/envelope.h"

struct chain {
    char writer[NAME_SIZE];
    char epoch[ID_SIZE];
    enum lane lane;
};

struct chain_head {
    struct chain chain;
    uint64_t seq;
    char hash[HASH_TEXT_SIZE];
};

/* What a peer was sent (PUBACK) and has received (ack) of a chain. sent >= received. */
struct chain_mark {
    struct chain chain;
    uint64_t sent, received;
};

/* One stored event, lent for the call. */
typedef int (*source_event_fn)(void *arg, uint64_t seq, const char *type, const char *bytes, size_t n);

struct copy_source {
    void *ctx;
    /* Every chain of the site with its head, the store's older epochs before newer ones. Owns: *out is the caller's (free). */
    int (*heads)(void *ctx, const char *site, struct chain_head **out, size_t *count);
    /* Events of a chain in order from seq `from`, at most max; each() returning non-zero stops. type is the topic's (""→"unknown").
     * ERR_CORRUPT when the stored bytes do not hash to what is recorded (each() has seen the events before them). */
    int (*read)(void *ctx, const char *site, const struct chain *chain, uint64_t from, size_t max, source_event_fn each,
                void *arg);
    /* The marks that were saved for a peer. Owns: caller. */
    int (*marks)(void *ctx, const char *site, const char *peer, struct chain_mark **out, size_t *count);
    /* Remembers marks; does not block (a job for the store thread). Marks may go down: the peer lost data. */
    int (*save_marks)(void *ctx, const char *site, const char *peer, const struct chain_mark *marks, size_t count);
    /* The epoch in which this journal writes the site's own events now; those of its older epochs are taken from a peer like anybody's.
     * ERR_NOT_FOUND: none yet. May be NULL: then the last own epoch in heads is it. */
    int (*own_epoch)(void *ctx, const char *site, char out[ID_SIZE]);
    /* The peer refused one of our events; remembered and shown. Idempotent; does not block. */
    int (*refused)(void *ctx, const char *site, const struct event_key *key, const char *code, const char *text);
};

#endif
