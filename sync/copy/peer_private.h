/* SPDX-License-Identifier: MIT */
/* The inside of a peer, shared by its files. Thread: its owner's. */
#ifndef SITELOG_COPY_PEER_PRIVATE_H
#define SITELOG_COPY_PEER_PRIVATE_H

#include "sync/copy/intake.h"
#include "sync/copy/peer.h"
#include "sync/copy/pump.h"
#include "sync/copy/tell.h"

#define PEER_REWIND_SPACING_MS 1000
#define PEER_REFUSED_KEPT      256u

struct peer {
    char self[NAME_SIZE], name[NAME_SIZE], site[NAME_SIZE];
    struct copy_source source;
    struct held *held;
    struct pump *pump;
    struct tell *tell;
    struct intake *intake;
    bool confirm_broker;

    bool link;
    int64_t connect;
    int64_t link_ms; /* since when it is up */
    enum peer_presence presence;

    bool begun;            /* the other end has told what it holds, on this connection: sending goes on from there */
    bool hello_open;       /* nobody has echoed our hello yet */
    int64_t hello_ms;      /* when the next is due */
    int64_t hello_wait_ms; /* the pause after that one */
    int64_t hello_said_ms; /* the last one, on this connection; INT64_MIN: none */

    int64_t rewind_ms; /* a resend that was asked for is due; INT64_MAX: none */
    int64_t rewound_ms;
    int64_t pause_until_ms;
    uint64_t window;

    int64_t look_ms; /* the heads could not be read: again then; 0: they could */
    uint64_t cuts;   /* of the heads, that this peer has acted on */
    bool save_due;
    int64_t saved_ms;
    enum peer_doubt doubt;
    struct event_key doubt_key;
    uint64_t refused[PEER_REFUSED_KEPT]; /* hashes of what the source was told */
    size_t refused_at;
    struct peer_counts counts;
    struct buf out;
    char out_writer[NAME_SIZE];
};

void peer_say_hello(struct peer *p, int64_t now_ms); /* it is due */
bool peer_is_own_epoch(const struct peer *p, const char *writer, const char *epoch);

/* The other end knows more, or other bytes, of the present epoch than the journal: seq is the last place that is in doubt. The first doubt stays. */
void peer_set_doubt(struct peer *p, enum peer_doubt doubt, const char *epoch, enum lane lane, uint64_t seq);

#endif
