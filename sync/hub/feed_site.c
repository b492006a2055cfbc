/* SPDX-License-Identifier: MIT */
/* Sites and boards of the feed, in lists: looked up a message at a time, a few thousand at most. */
#include "sync/hub/feed_site.h"

#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- a source that shows the hub's own chains only ---- */

static int own_heads(void *ctx, const char *site, struct chain_head **out, size_t *count) {
    struct copy_source *whole = ctx;
    int rc = whole->heads(whole->ctx, site, out, count);
    if (rc) return rc;
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++)
        if (strcmp((*out)[i].chain.writer, "hub") == 0) (*out)[kept++] = (*out)[i];
    *count = kept;
    return 0;
}

static int own_read(void *ctx, const char *site, const struct chain *chain, uint64_t from, size_t max,
                    source_event_fn each, void *arg) {
    struct copy_source *whole = ctx;
    return whole->read(whole->ctx, site, chain, from, max, each, arg);
}

static int own_marks(void *ctx, const char *site, const char *peer, struct chain_mark **out, size_t *count) {
    struct copy_source *whole = ctx;
    return whole->marks(whole->ctx, site, peer, out, count);
}

static int own_save_marks(void *ctx, const char *site, const char *peer, const struct chain_mark *marks, size_t count) {
    struct copy_source *whole = ctx;
    return whole->save_marks(whole->ctx, site, peer, marks, count);
}

static int own_refused(void *ctx, const char *site, const struct event_key *key, const char *code, const char *text) {
    struct copy_source *whole = ctx;
    return whole->refused(whole->ctx, site, key, code, text);
}

/* ---- a sink that marks its site when a batch came back ---- */

struct lent {
    struct feed_site *site;
    sink_done_fn done;
    void *arg;
};

static void batch_done(void *arg, struct arrival_batch *batch, int result) {
    struct lent lent = *(struct lent *)arg;
    free(arg);
    lent.site->active = true;
    lent.done(lent.arg, batch, result);
    for (struct feed_link *link = lent.site->links; link; link = link->next) peer_wake(link->peer);
}

static int marked_store(void *ctx, struct arrival_batch *batch, sink_done_fn done, void *arg) {
    struct feed_site *site = ctx;
    struct lent *lent = malloc(sizeof *lent);
    if (!lent) return ERR_NOMEM;
    *lent = (struct lent){ site, done, arg };
    int rc = site->real_sink.store(site->real_sink.ctx, batch, batch_done, lent);
    if (rc) free(lent);
    return rc;
}

static int plain_rejections(void *ctx, const char *name, size_t max, struct arrival **out, size_t *count) {
    struct feed_site *site = ctx;
    return site->real_sink.rejections(site->real_sink.ctx, name, max, out, count);
}

/* ---- lists ---- */

static size_t bucket_of(const char *name) {
    uint32_t h = 2166136261u; /* FNV-1a */
    for (; *name; name++) h = (h ^ (unsigned char)*name) * 16777619u;
    return h % FEED_BUCKETS;
}

static void put_in_bucket(struct feed_sites *s, struct feed_link *link) {
    size_t bucket = bucket_of(link->name);
    link->bucket_next = s->buckets[bucket];
    s->buckets[bucket] = link;
}

static int add_link(struct feed_sites *s, struct feed_site *site, const char *name, bool public_feed,
                    struct feed_link **out) {
    struct feed_link *link = calloc(1, sizeof *link);
    if (!link) return ERR_NOMEM;
    int rc = text_copy(link->name, sizeof link->name, name);
    struct peer_options o = { .site = site->site,
                              .self = "hub",
                              .name = link->name,
                              .source = s->source,
                              .sink = site->sink,
                              .held = site->held,
                              .software = s->software,
                              .key = "",
                              .boot = s->boot };
    if (public_feed) {
        o.source = site->own;
        o.confirm_broker = true;
    }
    if (!rc) rc = peer_create(&o, &link->peer);
    if (rc) {
        free(link);
        return rc;
    }
    link->public_feed = public_feed;
    link->site = site;
    link->next = site->links;
    site->links = link;
    if (!public_feed) put_in_bucket(s, link);
    *out = link;
    return 0;
}

int feed_site_get(struct feed_sites *s, const char *name, struct feed_site **out) {
    for (struct feed_site *site = s->list; site; site = site->next)
        if (strcmp(site->site, name) == 0) {
            *out = site;
            return 0;
        }
    struct feed_site *site = calloc(1, sizeof *site);
    if (!site) return ERR_NOMEM;
    site->whole = s->source;
    site->own = (struct copy_source){ .ctx = &site->whole,
                                      .heads = own_heads,
                                      .read = own_read,
                                      .marks = own_marks,
                                      .save_marks = own_save_marks,
                                      .refused = own_refused };
    site->real_sink = s->sink;
    site->sink = (struct copy_sink){ site, marked_store, plain_rejections };
    site->active = true;
    struct feed_link *feed = NULL;
    int rc = text_copy(site->site, sizeof site->site, name);
    if (!rc) rc = held_create(site->site, s->source, site->sink, &site->held);
    if (!rc) rc = add_link(s, site, "*feed", true, &feed); /* no board can be called that */
    if (rc) {
        held_destroy(site->held);
        free(site);
        return rc;
    }
    site->next = s->list;
    s->list = site;
    *out = site;
    return 0;
}

static void take_out_of_bucket(struct feed_sites *s, struct feed_link *link) {
    struct feed_link **at = &s->buckets[bucket_of(link->name)];
    while (*at && *at != link) at = &(*at)->bucket_next;
    if (*at) *at = link->bucket_next;
    link->bucket_next = NULL;
}

int feed_site_move(struct feed_sites *s, struct feed_link *link, struct feed_site *to, struct feed_link **out) {
    struct feed_link *there = to->links;
    while (there && (there->public_feed || strcmp(there->name, link->name) != 0)) there = there->next;
    take_out_of_bucket(s, link);
    int rc = there ? 0 : add_link(s, to, link->name, false, &there);
    if (rc) {
        put_in_bucket(s, link);
        return rc;
    }
    if (!feed_site_board(s, link->name)) put_in_bucket(s, there); /* one that came back */
    memcpy(there->key, link->key, sizeof there->key);
    link->online = false;
    *out = there;
    return 0;
}

int feed_site_link(struct feed_sites *s, struct feed_site *site, const char *board, struct feed_link **out) {
    struct feed_link *known = feed_site_board(s, board);
    if (known && known->site == site) {
        *out = known;
        return 0;
    }
    if (known) return ERR_CONFLICT;
    if (s->boards >= FEED_BOARDS_MAX) return ERR_TOO_BIG;
    int rc = add_link(s, site, board, false, out);
    if (!rc) s->boards++;
    return rc;
}

struct feed_link *feed_site_board(struct feed_sites *s, const char *board) {
    struct feed_link *link = s->buckets[bucket_of(board)];
    while (link && strcmp(link->name, board) != 0) link = link->bucket_next;
    return link;
}

void feed_sites_fini(struct feed_sites *s) {
    while (s->list) {
        struct feed_site *site = s->list;
        s->list = site->next;
        while (site->links) {
            struct feed_link *link = site->links;
            site->links = link->next;
            peer_destroy(link->peer);
            free(link);
        }
        held_destroy(site->held);
        free(site);
    }
}
