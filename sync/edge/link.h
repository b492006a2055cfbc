/* SPDX-License-Identifier: MIT */
/* The board's end of copying: one thread that owns the MQTT connection, the peer "hub", presence (state with a last will) and the beat.
 * Its callbacks run on that thread and must not block for long; link_* functions say their own thread. */
#ifndef SITELOG_EDGE_LINK_H
#define SITELOG_EDGE_LINK_H

#include "firmware/base/mailbox.h"
#include "sync/copy/peer.h"
#include "sync/wire/beat.h"

struct link;

struct link_status {
    bool up;                /* the broker took us */
    enum peer_presence hub; /* hub/state */
    bool synced;            /* hello answered on this connection */
    bool identity_shared;   /* another client with our identity seems to throw us out */
    int64_t connect;
    char last_error[160]; /* why it is down, or "" */
};

struct link_options {
    const char *org, *site, *board;
    const char *host;
    int port;
    const char *user, *password, *ca, *cert, *key;
    int64_t retry_max_ms;
    bool confirm_broker;
    const char *software;
    int64_t boot, connect_first;
    uint8_t secret[SIGN_SECRET_SIZE], public_key[SIGN_PUBLIC_SIZE];

    /* Appends the beat's health object. */
    int (*health)(void *ctx, struct buf *json);
    /* The connection, hub/state or the handshake changed. */
    void (*changed)(void *ctx, const struct link_status *status);
    /* Photo hashes that the hub confirmed, and such that it withdraws. */
    void (*blobs)(void *ctx, const char (*confirmed)[HASH_TEXT_SIZE], size_t confirmed_count,
                  const char (*want)[HASH_TEXT_SIZE], size_t want_count);
    /* The hub's hello says less than it held before: it was put back to an older copy. What else it confirmed may be gone, too. */
    void (*hub_lost)(void *ctx);
    /* The hub's hello shows that this journal lost data or was written on after it was put back (peer.h): begin a new epoch. Said every few
     * seconds until it is over. */
    void (*doubt)(void *ctx, const char *site, enum peer_doubt doubt, const struct event_key *key);
    /* The newest unconfirmed hashes for the hello, at most max; returns how many. */
    size_t (*unconfirmed)(void *ctx, char (*out)[HASH_TEXT_SIZE], size_t max);
    void *ctx;
};

/* Texts are borrowed until link_stop. Owns: caller. */
MUST_CHECK int link_create(const struct link_options *options, struct link **out, struct err_text *e);

/* Calls for the link's thread: what source and sink deliver their results by. */
struct mailbox *link_mailbox(struct link *link);

/* Starts the thread. source and sink are used on it only. */
MUST_CHECK int link_start(struct link *link, struct copy_source source, struct copy_sink sink, struct err_text *e);

/* Says goodbye (state offline) and joins the thread, at most timeout_ms (a name look-up cannot be interrupted): false when it had to be left
 * behind, and then link must not be destroyed. */
bool link_stop(struct link *link, int timeout_ms);
void link_destroy(struct link *link);

/* The journal grew. Thread: any. */
void link_wake(struct link *link);

/* Tries the connection now instead of at the end of the back-off. Thread: any. */
void link_send_now(struct link *link);

/* A copy of the present status. Thread: any. */
struct link_status link_status(struct link *link);

/* Monotonic ms at which the thread last showed life. Thread: any. */
int64_t link_alive_ms(struct link *link);

#endif
