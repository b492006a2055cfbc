/* SPDX-License-Identifier: MIT */
/* Copying with one other end about one site: hello, sending (pump.h) and receiving (intake.h) put together, without any I/O, so that the
 * same code runs at the board, at the hub, and against a simulated peer in tests. Time is an argument.
 * The owner feeds it what the link hears (peer_heard_*), and takes from it what is to be published (peer_next) until it has no more.
 * Thread: one owner. Nothing blocks except source reads. */
#ifndef SITELOG_COPY_PEER_H
#define SITELOG_COPY_PEER_H

#include "sync/copy/held.h"
#include "sync/copy/sink.h"
#include "sync/copy/source.h"
#include "sync/wire/ack.h"

struct peer;

struct peer_options {
    const char *site;
    const char *self; /* own writer name: a board's id, or "hub" */
    const char *name; /* the other end's */
    struct copy_source source;
    struct copy_sink sink;
    struct held *held;          /* what this site's journal holds; shared by all peers of the site; borrowed */
    unsigned max_in_flight;     /* messages with the client library at once; 0: 100 */
    bool confirm_broker;        /* [mqtt] confirm = broker: no hello, a PUBACK is a receipt */
    const char *software, *key; /* for the hello; key may be "" */
    int64_t boot;
};

enum peer_out_kind { PEER_OUT_HELLO, PEER_OUT_ACK, PEER_OUT_EVENT };

/* Something to publish, QoS 1. bytes are lent until the next call on the peer. */
struct peer_out {
    enum peer_out_kind kind;
    enum lane lane;
    const char *type;
    const char *writer; /* PEER_OUT_EVENT */
    const char *bytes;
    size_t n;
    uint64_t token; /* for peer_puback; not 0 for events, 0 for hello and ack */
};

MUST_CHECK int peer_create(const struct peer_options *options, struct peer **out);
void peer_destroy(struct peer *p); /* not while a batch is with the sink: see peer_busy */
bool peer_busy(const struct peer *p);

/* The link is up (connect: this end's count of connections, > 0) or down. Down: everything in flight is forgotten and sent again later, and
 * what was known of the other end's presence, too. */
void peer_link_up(struct peer *p, int64_t connect, int64_t now_ms);
void peer_link_down(struct peer *p);

/* The other end is there or not (hub/state, a board's state). While it is not known to be there, the photo lane is held back, and alerts
 * and records go out without a hello, from the marks, as far as the window lets them (PEER_UNKNOWN: from one second after the link came up, so that
 * a retained state can say better); when it turns there, hello comes first. */
enum peer_presence { PEER_UNKNOWN, PEER_AWAY, PEER_THERE };
void peer_presence(struct peer *p, enum peer_presence presence, int64_t now_ms);

/* The journal grew, or began a new epoch: look again (the heads are reread at the next peer_next; held_refresh need not be called). */
void peer_wake(struct peer *p);

/* A hello or an ack came. */
void peer_heard_ack(struct peer *p, const struct ack *ack, bool hello, int64_t now_ms);

/* An event came (bytes are copied). ERR_TOO_BIG and ERR_INVALID: unreadable even as to its key; dropped, counted, for the log. */
MUST_CHECK int peer_heard_event(struct peer *p, const char *bytes, size_t n, int64_t now_ms, struct err_text *e);

/* The client library's PUBACK for a token. */
void peer_puback(struct peer *p, uint64_t token, int64_t now_ms);

/* 1: *out is to be published now; 0: nothing now; negative: a source error (try later). If publishing fails, call peer_link_down. */
MUST_CHECK int peer_next(struct peer *p, int64_t now_ms, struct peer_out *out);

/* Milliseconds until peer_next could have something although nothing was heard (a repeat, an ack's delay); -1: never. */
int64_t peer_due_ms(const struct peer *p, int64_t now_ms);

/* Photo hashes: to confirm in the next ack (hub); to list as unconfirmed in the next hello (board); to withdraw (want). Copied, repeats fold. */
void peer_confirm_blob(struct peer *p, const char sha256[HASH_TEXT_SIZE]);
void peer_want_blob(struct peer *p, const char sha256[HASH_TEXT_SIZE]);
void peer_set_unconfirmed(struct peer *p, const char (*sha256)[HASH_TEXT_SIZE], size_t count);

/* What the other end says of our own current epoch that cannot be while all is well: it holds more of it than we do (PEER_LOST: this
 * journal was put back to an older copy), or another head at the same place (PEER_FORKED: it was put back, and wrote on). *key: where. Until the
 * journal has begun a new epoch (then this is over by itself), the other end's events of the old one are not taken. */
enum peer_doubt { PEER_SURE, PEER_LOST, PEER_FORKED };
enum peer_doubt peer_doubt(const struct peer *p, struct event_key *key);

struct peer_counts {
    uint64_t events_in, events_out, repeats, dropped, rejected, conflicts, hellos_in, resends;
    uint64_t losses; /* hellos that said less than the other end held before: it lost data */
    bool synced;     /* hello answered */
};
struct peer_counts peer_counts(const struct peer *p);

#endif
