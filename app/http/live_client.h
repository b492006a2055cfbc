/* SPDX-License-Identifier: MIT */
/* One listener to live events; shared by live.c and route_live.c only. Thread: loop, except what is said to be the reader's. */
#ifndef SITELOG_HTTP_LIVE_CLIENT_H
#define SITELOG_HTTP_LIVE_CLIENT_H

#include "app/http/live.h"
#include "app/http/route.h"

#define LIVE_MISSED_BYTES (1u << 20) /* text of what was missed; above it: reset */

/* What came while the client was catching up. */
struct live_later {
    struct live_later *next;
    int64_t id;
    char text[];
};

struct live_client {
    struct reply_feed feed; /* first */
    struct live *live;
    struct live_client *prev, *next;
    char user[41];
    enum role role;
    bool catching_up, ending, missed_some;
    struct live_later *later;
    size_t later_bytes;
    struct buf queue;
    size_t sent;       /* of the queue */
    size_t head_start; /* unsent bytes of what was missed: they do not count against queue_max */
    int64_t began_ms, said_ms;
    /* the reader's while catching_up */
    int64_t after; /* Last-Event-ID; -1: none */
    int64_t last;  /* newest position in `missed` */
    size_t missed_count;
    bool reset;
    struct buf missed;
};

const struct live_options *live_options_of(const struct live *live);

/* ERR_BUSY (too many), ERR_GONE, ERR_NOMEM. Until its feed is sent it is the caller's: live_client_free. */
MUST_CHECK int live_client_create(struct live *live, const char *user, enum role role, struct live_client **out);
void live_client_free(struct live_client *c);

/* Loop thread or reader's. */
bool live_shows(const struct live_client *c, const char *site, bool is_record);

void live_say(struct live_client *c, const char *text, size_t n);

#endif
