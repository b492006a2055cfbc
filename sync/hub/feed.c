/* SPDX-License-Identifier: MIT */
/* The hub's feed thread: one connection, and what comes over it handed to the right peer. Stores nothing itself. */
#include "sync/hub/feed.h"

#include "firmware/base/log.h"
#include "firmware/base/text.h"
#include "sync/hub/feed_private.h"
#include "sync/wire/topic.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAIL_MAX = 65536, TURN_MAX = 200, IDLE_MS = 60000, FLIGHTS_MAX = 8192, DOUBT_EVERY_MS = 5000 };

static int64_t now_ms(void) { return clock_mono().ms; }

/* ---- the connection ---- */

static int print_state(struct feed *f, bool online, int64_t connect, struct buf *out) {
    struct state s = { .online = online, .boot = f->o.boot, .connect = connect };
    clock_format(clock_wall(), 0, s.at);
    return state_print(&s, out);
}

static void on_will(void *ctx, int64_t connect, struct buf *out) {
    int rc = print_state(ctx, false, connect, out);
    if (rc && !out->error) out->error = rc;
}

static void on_up(void *ctx, int64_t connect) {
    struct feed *f = ctx;
    struct buf state;
    buf_init(&state, 1024);
    int rc = mqtt_subscribe(f->mqtt, f->up_filter);
    if (!rc) rc = mqtt_subscribe(f->mqtt, f->state_filter);
    if (!rc) rc = print_state(f, true, connect, &state);
    if (!rc) rc = mqtt_publish(f->mqtt, f->state_topic, state.data, state.len, true, 0);
    buf_fini(&state);
    if (rc) return;
    f->up = true;
    f->connect = connect;
    f->told_down = false;
    for (struct feed_site *site = f->sites.list; site; site = site->next) {
        site->active = true;
        for (struct feed_link *link = site->links; link; link = link->next) peer_link_up(link->peer, connect, now_ms());
    }
    log_info("feed: connected to %s:%d", f->o.host, f->o.port);
    if (f->o.handlers.link) f->o.handlers.link(f->o.handlers.ctx, true, connect, "");
}

static void on_down(void *ctx, bool was_up, const char *why) {
    struct feed *f = ctx;
    if (was_up || !f->told_down) log_info("feed: %s:%d: %s; trying again", f->o.host, f->o.port, why);
    f->told_down = true;
    f->up = false;
    memset(f->flights, 0, FLIGHTS_MAX * sizeof *f->flights);
    if (was_up)
        for (struct feed_site *site = f->sites.list; site; site = site->next)
            for (struct feed_link *link = site->links; link; link = link->next) {
                peer_link_down(link->peer);
                link->online = false;
            }
    if (f->o.handlers.link) f->o.handlers.link(f->o.handlers.ctx, false, f->connect, why);
}

static void on_puback(void *ctx, uint64_t token) {
    struct feed *f = ctx;
    struct flight *flight = &f->flights[token - 1];
    struct feed_link *link = flight->link;
    if (!link) return;
    flight->link = NULL;
    link->site->active = true;
    peer_puback(link->peer, flight->token, now_ms());
}

/* ---- sending ---- */

static int publish_out(struct feed *f, struct feed_link *link, const struct peer_out *out) {
    char topic[TOPIC_SIZE];
    struct topic t = { .lane = out->lane, .up = link->public_feed };
    t.kind = out->kind == PEER_OUT_HELLO ? TOPIC_HELLO : out->kind == PEER_OUT_ACK ? TOPIC_ACK : TOPIC_EVENT;
    if (link->public_feed && t.kind != TOPIC_EVENT) return 0;
    text_clip(t.org, sizeof t.org, f->o.org);
    text_clip(t.site, sizeof t.site, link->site->site);
    text_clip(t.board, sizeof t.board, link->public_feed ? "hub" : link->name);
    if (t.kind == TOPIC_EVENT) text_clip(t.type, sizeof t.type, out->type);
    int rc = topic_make(&t, topic);
    uint64_t place = 0;
    if (!rc && out->token) {
        while (f->flights[f->flight_next].link)
            f->flight_next = (f->flight_next + 1) % FLIGHTS_MAX; /* mqtt_room: there is one */
        place = f->flight_next + 1;
    }
    if (!rc) rc = mqtt_publish(f->mqtt, topic, out->bytes, out->n, false, place);
    if (!rc && place) f->flights[place - 1] = (struct flight){ link, out->token };
    return rc;
}

/* True when there may be more. */
static bool send_link(struct feed *f, struct feed_link *link) {
    if (!link->public_feed && !link->online) return false; /* sessions are clean: nobody would get it */
    for (int i = 0; i < TURN_MAX; i++) {
        struct peer_out out;
        if (mqtt_room(f->mqtt) == 0) {
            link->site->active = true; /* looked at again in the next turn, which a PUBACK starts */
            return false;
        }
        int rc = peer_next(link->peer, now_ms(), &out);
        if (rc < 0) log_warn("feed: reading the journal of %s: %s", link->site->site, err_name(rc));
        if (rc <= 0) return false;
        rc = publish_out(f, link, &out);
        if (rc) {
            if (rc != ERR_GONE) mqtt_drop(f->mqtt, err_name(rc));
            return false;
        }
    }
    return true;
}

static void tell_doubt(struct feed *f, struct feed_link *link) {
    struct event_key key;
    enum peer_doubt doubt = peer_doubt(link->peer, &key);
    if (doubt == PEER_SURE || now_ms() < link->site->doubt_at_ms) return;
    link->site->doubt_at_ms = now_ms() + DOUBT_EVERY_MS;
    if (f->o.handlers.doubt) f->o.handlers.doubt(f->o.handlers.ctx, link->site->site, doubt, &key);
}

static bool send_site(struct feed *f, struct feed_site *site) {
    bool more = false;
    int64_t now = now_ms();
    site->active = false;
    site->due_ms = INT64_MAX;
    for (struct feed_link *link = site->links; link; link = link->next) {
        if (send_link(f, link)) more = site->active = true;
        tell_doubt(f, link);
        int64_t due = link->public_feed || link->online ? peer_due_ms(link->peer, now) : -1;
        if (due >= 0 && now + due < site->due_ms) site->due_ms = now + due;
    }
    return more;
}

/* ---- the thread ---- */

static void count(struct feed *f) {
    struct feed_counts c = { .dropped = f->dropped, .refused = f->refused, .up = f->up };
    for (struct feed_site *site = f->sites.list; site; site = site->next)
        for (struct feed_link *link = site->links; link; link = link->next) {
            struct peer_counts p = peer_counts(link->peer);
            c.events_in += p.events_in;
            c.events_out += p.events_out;
            c.repeats += p.repeats;
            c.dropped += p.dropped;
            c.rejected += p.rejected;
            c.conflicts += p.conflicts;
        }
    (void)pthread_mutex_lock(&f->lock);
    f->counts = c;
    (void)pthread_mutex_unlock(&f->lock);
}

static int wake_site(struct feed_site *site) {
    int rc = held_refresh(site->held);
    site->active = true;
    for (struct feed_link *link = site->links; link; link = link->next) peer_wake(link->peer);
    return rc;
}

static void wake_all(struct feed *f) {
    for (struct feed_site *site = f->sites.list; site; site = site->next) {
        int rc = wake_site(site);
        if (rc) log_warn("feed: reading the heads of %s: %s", site->site, err_name(rc));
    }
}

static void *run(void *arg) {
    struct feed *f = arg;
    bool more = false;
    int64_t due = 0, counted = 0;
    while (!atomic_load(&f->stop)) {
        int64_t now = now_ms();
        mqtt_step(f->mqtt, more || due <= now ? 0 : due - now < IDLE_MS ? due - now : IDLE_MS);
        now = now_ms();
        atomic_store(&f->alive_ms, now);
        (void)mailbox_run(f->mail);
        if (atomic_exchange(&f->wake_journal, false)) wake_all(f);
        more = false;
        due = INT64_MAX;
        for (struct feed_site *site = f->sites.list; f->up && site; site = site->next) {
            if ((site->active || site->due_ms <= now) && send_site(f, site)) more = true;
            if (site->due_ms < due) due = site->due_ms;
        }
        if (now - counted >= 1000) {
            counted = now;
            count(f);
        }
    }
    if (f->up) {
        struct buf state;
        buf_init(&state, 1024);
        if (!print_state(f, false, f->connect, &state))
            (void)!mqtt_publish(f->mqtt, f->state_topic, state.data, state.len, true, 0);
        buf_fini(&state);
    }
    for (struct feed_site *site = f->sites.list; site; site = site->next)
        for (struct feed_link *link = site->links; link; link = link->next)
            peer_link_down(link->peer); /* saves its marks */
    return NULL;
}

/* ---- life ---- */

static void wake_thread(void *ctx) {
    struct feed *f = ctx;
    if (f->mqtt) mqtt_wake(f->mqtt);
}

static int make_topics(struct feed *f) {
    struct topic t = { .kind = TOPIC_HUB_STATE, .up = true };
    int rc = text_copy(t.org, sizeof t.org, f->o.org);
    if (!rc) rc = topic_make(&t, f->state_topic);
    (void)snprintf(f->up_filter, sizeof f->up_filter, "sitelog/v1/%s/+/+/up/#", f->o.org);
    (void)snprintf(f->state_filter, sizeof f->state_filter, "sitelog/v1/%s/+/+/state", f->o.org);
    (void)snprintf(f->client_id, sizeof f->client_id, "hub-%s", f->o.org);
    return rc;
}

int feed_create(const struct feed_options *options, struct feed **out, struct err_text *e) {
    struct feed *f = calloc(1, sizeof *f);
    if (!f) return err_set(e, ERR_NOMEM, "out of memory");
    f->o = *options;
    (void)pthread_mutex_init(&f->lock, NULL);
    int rc = make_topics(f);
    f->flights = calloc(FLIGHTS_MAX, sizeof *f->flights);
    if (!f->flights) rc = ERR_NOMEM;
    struct mqtt_options m = {
        .client_id = f->client_id,
        .host = options->host,
        .port = options->port,
        .user = options->user,
        .password = options->password,
        .ca = options->ca,
        .cert = options->cert,
        .key = options->key,
        .will_topic = f->state_topic,
        .retry_max_ms = options->retry_max_ms,
        .connect_first = options->connect_first,
        .handlers = { .will = on_will,
                      .up = on_up,
                      .down = on_down,
                      .message = feed_hear,
                      .puback = on_puback,
                      .ctx = f },
    };
    if (!rc) rc = mailbox_create(MAIL_MAX, wake_thread, f, &f->mail);
    if (!rc) rc = mqtt_create(&m, &f->mqtt, e);
    if (rc) {
        feed_destroy(f);
        return err_set(e, rc, "the feed could not be made: %s", err_name(rc));
    }
    *out = f;
    return 0;
}

struct mailbox *feed_mailbox(struct feed *f) {
    return f->mail;
}

int feed_start(struct feed *f, struct copy_source source, struct copy_sink sink, struct err_text *e) {
    f->sites.source = source;
    f->sites.sink = sink;
    f->sites.software = f->o.software;
    f->sites.boot = f->o.boot;
    int rc = 0;
    for (size_t i = 0; !rc && i < f->o.board_count; i++) {
        const struct feed_board *b = &f->o.boards[i];
        struct feed_site *site = NULL;
        struct feed_link *link = NULL;
        rc = feed_site_get(&f->sites, b->site, &site);
        if (!rc && b->board[0]) rc = feed_site_link(&f->sites, site, b->board, &link);
        if (!rc && link) text_clip(link->key, sizeof link->key, b->key);
    }
    atomic_store(&f->alive_ms, now_ms());
    if (!rc && pthread_create(&f->thread, NULL, run, f)) rc = ERR_NOMEM;
    if (rc) return err_set(e, rc, "the feed's thread could not be started: %s", err_name(rc));
    (void)pthread_setname_np(f->thread, "feed");
    f->started = true;
    return 0;
}

bool feed_stop(struct feed *f, int timeout_ms) {
    if (!f->started) return true;
    atomic_store(&f->stop, true);
    mqtt_wake(f->mqtt);
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += timeout_ms / 1000 + 1;
    if (pthread_timedjoin_np(f->thread, NULL, &until)) return false;
    f->started = false;
    return true;
}

void feed_destroy(struct feed *f) {
    if (!f) return;
    if (f->mail) (void)mailbox_run(f->mail);
    feed_sites_fini(&f->sites);
    mqtt_destroy(f->mqtt);
    mailbox_destroy(f->mail);
    (void)pthread_mutex_destroy(&f->lock);
    free(f->flights);
    free(f);
}

void feed_wake(struct feed *f) {
    atomic_store(&f->wake_journal, true);
    mqtt_wake(f->mqtt);
}

struct grown {
    struct feed *feed;
    char site[NAME_SIZE];
};

static void site_grew(void *arg) {
    struct grown *g = arg;
    struct feed_site *site = NULL;
    int rc = feed_take_site(g->feed, g->site, &site);
    if (!rc) rc = wake_site(site);
    if (rc) log_warn("feed: reading the heads of %s: %s", g->site, err_name(rc));
    free(g);
}

void feed_wake_site(struct feed *f, const char *site) {
    struct grown *g = calloc(1, sizeof *g);
    if (g) {
        g->feed = f;
        text_clip(g->site, sizeof g->site, site);
        if (mailbox_post(f->mail, site_grew, g) == 0) return;
        free(g);
    }
    feed_wake(f); /* looks at all of them */
}

struct stored {
    struct feed *feed;
    char site[NAME_SIZE], board[NAME_SIZE], sha256[HASH_TEXT_SIZE];
};

static void blob_stored(void *arg) {
    struct stored *s = arg;
    struct feed_link *link = feed_site_board(&s->feed->sites, s->board);
    if (link && (!s->site[0] || strcmp(s->site, link->site->site) == 0)) {
        peer_confirm_blob(link->peer, s->sha256);
        link->site->active = true;
    }
    free(s);
}

void feed_blob_stored(struct feed *f, const char *site, const char *board, const char sha256[HASH_TEXT_SIZE]) {
    struct stored *s = calloc(1, sizeof *s);
    if (!s) return; /* the board asks again after a minute */
    s->feed = f;
    text_clip(s->site, sizeof s->site, site);
    text_clip(s->board, sizeof s->board, board);
    text_clip(s->sha256, sizeof s->sha256, sha256);
    if (mailbox_post(f->mail, blob_stored, s)) free(s);
}

struct feed_counts feed_counts(struct feed *f) {
    (void)pthread_mutex_lock(&f->lock);
    struct feed_counts c = f->counts;
    (void)pthread_mutex_unlock(&f->lock);
    return c;
}

int64_t feed_alive_ms(struct feed *f) { return atomic_load(&f->alive_ms); }
