/* SPDX-License-Identifier: MIT */
/* Head office's end of copying: one thread that owns the connection to the broker, a peer for every board, and for every site a peer
 * "feed" that publishes the hub's own events at {site}/hub/up/… for whoever subscribes (a PUBACK is a receipt there).
 * Callbacks run on that thread; they may read the disk and must not wait for another thread. */
#ifndef SITELOG_HUB_FEED_H
#define SITELOG_HUB_FEED_H

#include "firmware/base/mailbox.h"
#include "sync/copy/peer.h"
#include "sync/wire/beat.h"

struct feed;

/* What is remembered of a board between runs. */
struct feed_board {
    char site[NAME_SIZE], board[NAME_SIZE];
    char key[48]; /* base64, or "" until its first hello */
};

enum feed_trouble {
    FEED_WRONG_SITE, /* a board speaks under an org or site that it does not belong to: refused */
    FEED_WRONG_KEY, /* a hello or beat with another public key than the pinned one: told, and taken in (board_hello notes it) */
    FEED_BAD_MESSAGE, /* unreadable: dropped */
};

struct feed_handlers {
    /* A board was heard of for the first time: it belongs to this site from now on. */
    void (*board_new)(void *ctx, const char *site, const char *board);
    /* Has this board said, as its last word at site `from`, that it goes to `to`? Asked when it speaks there. NULL: no board ever moves. */
    bool (*moved)(void *ctx, const char *board, const char *from, const char *to);
    void (*state)(void *ctx, const char *site, const char *board, const struct state *state);
    void (*hello)(void *ctx, const char *site, const char *board, const struct ack *hello);
    void (*beat)(void *ctx, const char *site, const char *board, const struct beat *beat);
    void (*trouble)(void *ctx, enum feed_trouble trouble, const char *site, const char *board, const char *text);
    /* As in sync/edge/link.h. */
    void (*doubt)(void *ctx, const char *site, enum peer_doubt doubt, const struct event_key *key);
    /* Is this hash stored and checked? Answers a hello's list. */
    bool (*has_blob)(void *ctx, const char sha256[HASH_TEXT_SIZE]);
    /* The link to the broker came (connect: this end's count) or went. */
    void (*link)(void *ctx, bool up, int64_t connect, const char *why);
    void *ctx;
};

struct feed_options {
    const char *org, *host;
    int port;
    const char *user, *password, *ca, *cert, *key;
    int64_t retry_max_ms, boot, connect_first;
    const char *software;
    const struct feed_board *boards;
    size_t board_count; /* known ones */
    struct feed_handlers handlers;
};

struct feed_counts {
    uint64_t events_in, events_out, repeats, dropped, rejected, conflicts, refused;
    bool up;
};

/* Texts are borrowed until feed_stop. */
MUST_CHECK int feed_create(const struct feed_options *options, struct feed **out, struct err_text *e);
struct mailbox *feed_mailbox(struct feed *feed);
MUST_CHECK int feed_start(struct feed *feed, struct copy_source source, struct copy_sink sink, struct err_text *e);
bool feed_stop(struct feed *feed, int timeout_ms); /* as link_stop */
void feed_destroy(struct feed *feed);

/* The hub wrote into a site's journal (a new site's too). Thread: any. */
void feed_wake_site(struct feed *feed, const char *site);

/* The journal grew, for whichever sites. Thread: any. */
void feed_wake(struct feed *feed);

/* A photo's bytes are durably stored and checked: confirm it to the board that sent them ("" site and board: to every board). Thread: any. */
void feed_blob_stored(struct feed *feed, const char *site, const char *board, const char sha256[HASH_TEXT_SIZE]);

/* Totals since start. Thread: any. */
struct feed_counts feed_counts(struct feed *feed);
int64_t feed_alive_ms(struct feed *feed);

#endif
