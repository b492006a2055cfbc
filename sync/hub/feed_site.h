/* SPDX-License-Identifier: MIT */
/* The feed's sites and boards: who belongs where, and the peer of each. Thread: the feed's. */
#ifndef SITELOG_HUB_FEED_SITE_H
#define SITELOG_HUB_FEED_SITE_H

#include "sync/copy/peer.h"

struct feed_site;

struct feed_link {                 /* one other end: a board, or the public feed of the hub's own events */
    struct feed_link *next;        /* of the site */
    struct feed_link *bucket_next; /* of those whose names hash alike */
    struct feed_site *site;
    char name[NAME_SIZE];
    char key[48];         /* the pinned one, base64; "": none yet */
    char strange_key[48]; /* another one that was told of, or "" */
    bool online;
    bool public_feed;
    struct peer *peer;
};

struct feed_site {
    struct feed_site *next;
    char site[NAME_SIZE];
    struct held *held;
    struct feed_link *links;
    struct copy_source own; /* the source, narrowed to the hub's own chains */
    struct copy_source whole;
    struct copy_sink sink; /* the real one, with a mark that something was committed */
    struct copy_sink real_sink;
    bool active;         /* something happened: its peers may have something to send */
    int64_t doubt_at_ms; /* not told of again before this */
    int64_t due_ms;      /* else look at it again then; INT64_MAX: never */
};

#define FEED_BUCKETS 4096

struct feed_sites {
    struct feed_site *list;
    struct feed_link *buckets[FEED_BUCKETS];
    struct copy_source source;
    struct copy_sink sink;
    const char *software;
    int64_t boot;
    size_t boards;
};

#define FEED_BOARDS_MAX 20000 /* of one hub; a further one is refused and told */

/* The site, made when it is new (with its public feed). ERR_NOMEM and source errors. */
MUST_CHECK int feed_site_get(struct feed_sites *s, const char *site, struct feed_site **out);

/* The board's link at this site, made when it is new. ERR_CONFLICT: it belongs to another site; ERR_TOO_BIG over FEED_BOARDS_MAX. */
MUST_CHECK int feed_site_link(struct feed_sites *s, struct feed_site *site, const char *board, struct feed_link **out);

/* A board's link, at whichever site it belongs to; NULL: not known. */
struct feed_link *feed_site_board(struct feed_sites *s, const char *board);

/* The board belongs to another site from now on; its link at the old one stays, silent, for when it comes back. Takes the pinned key along. Errors: as feed_site_link. */
MUST_CHECK int feed_site_move(struct feed_sites *s, struct feed_link *link, struct feed_site *to,
                              struct feed_link **out);

void feed_sites_fini(struct feed_sites *s);

#endif
