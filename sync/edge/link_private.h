/* SPDX-License-Identifier: MIT */
/* The inside of the link, shared by its files. Thread: the link's, but for what is atomic or under the lock. */
#ifndef SITELOG_EDGE_LINK_PRIVATE_H
#define SITELOG_EDGE_LINK_PRIVATE_H

#include "sync/edge/link.h"
#include "sync/mqtt/mqtt.h"
#include "sync/wire/topic.h"

#include <pthread.h>
#include <stdatomic.h>

struct link {
    struct link_options o;
    char key_text[48]; /* base64 of the public key */
    struct mailbox *mail;
    struct mqtt *mqtt;
    struct copy_source source;
    struct held *held;
    struct peer *peer;
    char state_topic[TOPIC_SIZE], hub_topic[TOPIC_SIZE], dn_filter[TOPIC_SIZE];
    int64_t beat_at_ms, doubt_at_ms;

    pthread_t thread;
    bool started;
    atomic_bool stop;
    atomic_bool wake_journal, retry_now;
    atomic_int_fast64_t alive_ms;
    pthread_mutex_t lock; /* status */
    struct link_status status;
};

static inline int64_t link_now_ms(void) { return clock_mono().ms; }

/* ---- link.c ---- */

/* why NULL: what was the last error stays. Tells of it. */
void link_status_set(struct link *l, bool up, enum peer_presence hub, const char *why);
void link_status_changed(struct link *l); /* tells of it */
void link_offer_unconfirmed(
    struct link *l); /* photos of which nobody has said that they arrived: the next hello asks */
void link_beat_soon(
    struct link *l); /* what is unsent changed: head office hears of it soon, and not only once a minute */

/* ---- link_hear.c ---- */

/* mqtt's message handler. */
void link_hear(void *ctx, const char *topic_text, const char *bytes, size_t n, bool retained);

#endif
