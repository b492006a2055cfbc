/* SPDX-License-Identifier: MIT */
/* The inside of the feed, shared by its files. Thread: the feed's, but for what is atomic or under the lock. */
#ifndef SITELOG_HUB_FEED_PRIVATE_H
#define SITELOG_HUB_FEED_PRIVATE_H

#include "sync/hub/feed.h"
#include "sync/hub/feed_site.h"
#include "sync/mqtt/mqtt.h"
#include "sync/wire/topic.h"

#include <pthread.h>
#include <stdatomic.h>

/* A message that awaits its PUBACK: whose it is, and that peer's own number for it. */
struct flight {
    struct feed_link *link; /* NULL: a free place */
    uint64_t token;
};

struct feed {
    struct feed_options o;
    struct mailbox *mail;
    struct mqtt *mqtt;
    struct feed_sites sites;
    bool up;
    int64_t connect; /* of this connection */
    bool told_down;
    struct flight *flights; /* FLIGHTS_MAX; a message's token is its place here plus one */
    size_t flight_next;
    uint64_t dropped, refused;
    char up_filter[TOPIC_SIZE], state_filter[TOPIC_SIZE], state_topic[TOPIC_SIZE], client_id[NAME_SIZE + 8];

    pthread_t thread;
    bool started;
    atomic_bool stop, wake_journal;
    atomic_int_fast64_t alive_ms;
    pthread_mutex_t lock; /* counts */
    struct feed_counts counts;
};

/* The site; a new one's public feed starts on the connection that stands. */
MUST_CHECK int feed_take_site(struct feed *f, const char *name, struct feed_site **out);

/* A mqtt_handlers.message; ctx is the feed. */
void feed_hear(void *ctx, const char *topic_text, const char *bytes, size_t n, bool retained);

#endif
