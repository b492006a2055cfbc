/* SPDX-License-Identifier: MIT */
/* Brings photo bytes to head office by tus 1.0 (https://tus.io/protocols/resumable-upload), on a thread of its own: thumbnails first, one
 * upload at a time, resumed from where the server says, for ever. It never gives up and never blocks anybody else; what it knows is in the
 * outbox, so a restart goes on where it was. */
#ifndef SITELOG_EDGE_UPLOADER_H
#define SITELOG_EDGE_UPLOADER_H

#include "sync/edge/outbox.h"

struct uploader;

/* What the status page and the metrics show. */
struct uploader_counts {
    uint64_t requests, uploads, cuts, restarts; /* HTTP requests; finished; broken off; begun anew */
    uint64_t bytes_sent;                        /* of photos, also those sent twice */
    bool reachable;                             /* the last request was answered */
    int64_t alive_ms;  /* monotonic: the thread last showed life; once a minute when there is nothing to do */
    char trouble[160]; /* what keeps it from sending, for a person, or "" */
};

struct uploader_options {
    const char *url; /* [upload] url: "https://hub.example:8443"; "/tus/" is appended */
    const char *board;
    const char *ca, *cert, *key; /* files; NULL or "": the system's CAs, no client certificate */
    bool confirm_broker;         /* [mqtt] confirm = broker: completion confirms */
    struct outbox outbox;

    /* Called on the upload thread; may be NULL. changed: something was uploaded (receipts show in the store's commits). corrupt: a stored photo does not fit its hash. */
    void (*changed)(void *ctx);
    void (*corrupt)(void *ctx, const char *sha256, bool thumb);
    void *ctx;

    /* 0: the default. Tests shorten them. */
    int64_t connect_ms;                       /* 15,000 */
    int64_t stall_ms;                         /* 30,000 without a byte; whole seconds */
    int64_t request_ms;                       /* 30,000 for POST and HEAD */
    int64_t retry_first_ms, retry_max_ms;     /* 1,000 and 300,000: doubling, full jitter */
    int64_t recheck_first_ms, recheck_max_ms; /* 60,000 and 3,600,000: HEAD again while unconfirmed */
};

/* Starts the thread. Strings are copied. ERR_INVALID (not an http or https URL; *e names it), ERR_NOMEM, ERR_UNSUPPORTED (libcurl).
 * Owns: caller; uploader_stop (takes NULL), which returns within 2 s, also in the middle of a transfer. */
MUST_CHECK int uploader_start(const struct uploader_options *options, struct uploader **out, struct err_text *e);
void uploader_stop(struct uploader *u);

/* All below: any thread, do not block. */

/* There may be something new to send. */
void uploader_wake(struct uploader *u);

/* The network came up, or somebody pressed "send now": forget the waiting and try at once. */
void uploader_now(struct uploader *u);

/* Head office is away (true) or back (false): nothing new is begun while it is held. Starts not held. */
void uploader_hold(struct uploader *u, bool hold);

/* From dn/ack: "blobs" and "want". */
void uploader_confirmed(struct uploader *u, const char (*sha256)[HASH_TEXT_SIZE], size_t n);
void uploader_withdrawn(struct uploader *u, const char (*sha256)[HASH_TEXT_SIZE], size_t n);

/* Head office lost data: whatever it confirmed is offered again. It takes only the bytes that it lacks. Thread: any. */
void uploader_doubted(struct uploader *u);

struct uploader_counts uploader_counts(struct uploader *u);

#endif
