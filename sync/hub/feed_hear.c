/* SPDX-License-Identifier: MIT */
/* What comes over the feed's connection: who may speak, and to which peer it goes. Decides nothing about what is in an event. */
#include "sync/hub/feed_private.h"

#include "firmware/base/log.h"
#include "firmware/base/text.h"
#include "sync/wire/topic.h"

#include <string.h>

static int64_t now_ms(void) { return clock_mono().ms; }

static void trouble(struct feed *f, enum feed_trouble what, const char *site, const char *board, const char *text) {
    if (f->o.handlers.trouble) f->o.handlers.trouble(f->o.handlers.ctx, what, site, board, text);
}

int feed_take_site(struct feed *f, const char *name, struct feed_site **out) {
    struct feed_site *newest = f->sites.list;
    int rc = feed_site_get(&f->sites, name, out);
    if (!rc && f->up && f->sites.list != newest) peer_link_up((*out)->links->peer, f->connect, now_ms());
    return rc;
}

static bool moved(const struct feed *f, const char *board, const char *from, const char *to) {
    return f->o.handlers.moved && f->o.handlers.moved(f->o.handlers.ctx, board, from, to);
}

/* The link of a board that speaks under a site; NULL when it does not belong there. */
static struct feed_link *admit(struct feed *f, const char *site_name, const char *board) {
    struct feed_link *old = feed_site_board(&f->sites, board);
    if (old && strcmp(old->site->site, site_name) == 0) return old;
    bool moves = old && moved(f, board, old->site->site, site_name);
    if (old && !moves) {
        if (moved(f, board, site_name, old->site->site)) return NULL; /* what was retained where it has been */
        f->refused++;
        trouble(f, FEED_WRONG_SITE, site_name, board, old->site->site);
        return NULL;
    }
    struct feed_site *site = NULL;
    struct feed_link *link = NULL;
    int rc = feed_take_site(f, site_name, &site);
    if (!rc && moves) peer_presence(old->peer, PEER_AWAY, now_ms());
    if (!rc) rc = moves ? feed_site_move(&f->sites, old, site, &link) : feed_site_link(&f->sites, site, board, &link);
    if (rc) {
        f->refused++;
        log_warn("feed: board %s of site %s cannot be taken in: %s", board, site_name, err_name(rc));
        return NULL;
    }
    log_info("feed: board %s is new at site %s", board, site_name);
    if (f->o.handlers.board_new) f->o.handlers.board_new(f->o.handlers.ctx, site_name, board);
    if (f->up) peer_link_up(link->peer, f->connect, now_ms());
    return link;
}

/* Another key than the pinned one is told, once, and vouches for nothing; what the board says is taken all the same: who may speak for it is the
 * broker's to say, and a board that was replaced has to be filled. */
static void check_key(struct feed *f, struct feed_link *link, const char *key) {
    if (!key[0] || strcmp(link->key, key) == 0 || strcmp(link->strange_key, key) == 0) return;
    if (!link->key[0]) {
        text_clip(link->key, sizeof link->key, key);
        return;
    }
    text_clip(link->strange_key, sizeof link->strange_key, key);
    f->refused++;
    trouble(f, FEED_WRONG_KEY, link->site->site, link->name, "another public key than at enrolment");
}

static void hear_ack(struct feed *f, struct feed_link *link, const char *bytes, size_t n, bool hello) {
    struct ack ack = { 0 };
    struct err_text e = { 0 };
    if (ack_read(bytes, n, &ack, &e)) {
        f->dropped++;
        trouble(f, FEED_BAD_MESSAGE, link->site->site, link->name, e.text);
        return;
    }
    if (hello) {
        check_key(f, link, ack.key);
        for (size_t i = 0; i < ack.blobs_count; i++)
            if (f->o.handlers.has_blob && f->o.handlers.has_blob(f->o.handlers.ctx, ack.blobs[i]))
                peer_confirm_blob(link->peer, ack.blobs[i]);
        if (f->o.handlers.hello) f->o.handlers.hello(f->o.handlers.ctx, link->site->site, link->name, &ack);
    }
    peer_heard_ack(link->peer, &ack, hello, now_ms());
    ack_fini(&ack);
}

static void hear_beat(struct feed *f, struct feed_link *link, const char *bytes, size_t n) {
    struct beat beat = { 0 };
    struct err_text e = { 0 };
    char key[48];
    int rc = beat_read(bytes, n, f->o.org, link->site->site, link->name, &beat, &e);
    if (!rc) rc = text_base64(beat.key, sizeof beat.key, key, sizeof key);
    if (rc) {
        f->dropped++;
        trouble(f, rc == ERR_DENIED ? FEED_WRONG_KEY : FEED_BAD_MESSAGE, link->site->site, link->name, e.text);
    } else {
        check_key(f, link, key);
        if (f->o.handlers.beat) f->o.handlers.beat(f->o.handlers.ctx, link->site->site, link->name, &beat);
    }
    beat_fini(&beat);
}

static void hear_state(struct feed *f, struct feed_link *link, const char *bytes, size_t n) {
    struct state s;
    struct err_text e = { 0 };
    if (n == 0) return; /* the retained message was cleared */
    if (state_read(bytes, n, &s, &e)) {
        f->dropped++;
        trouble(f, FEED_BAD_MESSAGE, link->site->site, link->name, e.text);
        return;
    }
    link->online = s.online;
    peer_presence(link->peer, s.online ? PEER_THERE : PEER_AWAY, now_ms());
    if (f->o.handlers.state) f->o.handlers.state(f->o.handlers.ctx, link->site->site, link->name, &s);
}

static void hear_event(struct feed *f, struct feed_link *link, const char *bytes, size_t n) {
    struct err_text e = { 0 };
    if (peer_heard_event(link->peer, bytes, n, now_ms(), &e) == 0) return; /* the peer counts what it drops */
    trouble(f, FEED_BAD_MESSAGE, link->site->site, link->name, e.text);
}

void feed_hear(void *ctx, const char *topic_text, const char *bytes, size_t n, bool retained) {
    struct feed *f = ctx;
    struct topic t;
    (void)retained;
    if (topic_parse(topic_text, &t) || strcmp(t.org, f->o.org) != 0) {
        f->dropped++;
        trouble(f, FEED_BAD_MESSAGE, "", "", "a topic that is not of the wire's form");
        return;
    }
    if (t.kind == TOPIC_HUB_STATE || strcmp(t.board, "hub") == 0 || (!t.up && t.kind != TOPIC_STATE))
        return; /* our own */
    struct feed_link *link = admit(f, t.site, t.board);
    if (!link) return;
    link->site->active = true;
    if (!link->online && t.kind != TOPIC_STATE) { /* it speaks, so it is there, whatever the retained state said */
        link->online = true;
        peer_presence(link->peer, PEER_THERE, now_ms());
    }
    switch (t.kind) {
    case TOPIC_EVENT:
        hear_event(f, link, bytes, n);
        break;
    case TOPIC_HELLO:
        hear_ack(f, link, bytes, n, true);
        break;
    case TOPIC_ACK:
        hear_ack(f, link, bytes, n, false);
        break;
    case TOPIC_BEAT:
        hear_beat(f, link, bytes, n);
        break;
    case TOPIC_STATE:
        hear_state(f, link, bytes, n);
        break;
    case TOPIC_HUB_STATE:
        break;
    }
}
