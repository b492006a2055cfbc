/* SPDX-License-Identifier: MIT */
/* The board's link thread: puts the MQTT connection and the peer together. Stores nothing itself and decides nothing about order. */
#include "sync/edge/link_private.h"

#include "firmware/base/log.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DOUBT_EVERY_MS = 5000, BEAT_EVERY_MS = 60000, BEAT_SOON_MS = 3000, MAIL_MAX = 4096, TURN_MAX = 200 };

/* ---- status ---- */

void link_status_changed(struct link *l) {
    (void)pthread_mutex_lock(&l->lock);
    struct link_status copy = l->status;
    (void)pthread_mutex_unlock(&l->lock);
    if (l->o.changed) l->o.changed(l->o.ctx, &copy);
}

void link_status_set(struct link *l, bool up, enum peer_presence hub, const char *why) {
    unsigned short_lives = mqtt_short_lives(l->mqtt);
    (void)pthread_mutex_lock(&l->lock);
    bool shared = short_lives >= 3;
    bool newly_shared = shared && !l->status.identity_shared;
    l->status.identity_shared = shared;
    l->status.up = up;
    l->status.hub = hub;
    if (!up) l->status.synced = false;
    if (why) text_clip(l->status.last_error, sizeof l->status.last_error, why);
    (void)pthread_mutex_unlock(&l->lock);
    if (newly_shared)
        log_warn("link: thrown out by the broker %u times in a row: is another board using the identity %s?",
                 short_lives, l->o.board);
    link_status_changed(l);
}

struct link_status link_status(struct link *l) {
    (void)pthread_mutex_lock(&l->lock);
    struct link_status copy = l->status;
    (void)pthread_mutex_unlock(&l->lock);
    return copy;
}

int64_t link_alive_ms(struct link *l) { return atomic_load(&l->alive_ms); }

/* ---- what the connection tells ---- */

static void print_state(struct link *l, bool online, int64_t connect, struct buf *out) {
    struct state s = { .online = online, .boot = l->o.boot, .connect = connect };
    clock_format(clock_wall(), 0, s.at);
    int rc = state_print(&s, out);
    if (rc && !out->error) out->error = rc; /* the callers look at the buffer */
}

static void on_will(void *ctx, int64_t connect, struct buf *out) { print_state(ctx, false, connect, out); }

void link_offer_unconfirmed(struct link *l) {
    char(*hashes)[HASH_TEXT_SIZE] = calloc(ACK_BLOBS_MAX, sizeof *hashes);
    if (!hashes || !l->o.unconfirmed) {
        free(hashes);
        return;
    }
    size_t n = l->o.unconfirmed(l->o.ctx, hashes, ACK_BLOBS_MAX);
    peer_set_unconfirmed(l->peer, (const char(*)[HASH_TEXT_SIZE])hashes, n);
    free(hashes);
}

static void on_up(void *ctx, int64_t connect) {
    struct link *l = ctx;
    struct buf state;
    buf_init(&state, 1024);
    print_state(l, true, connect, &state);
    int rc = mqtt_subscribe(l->mqtt, l->dn_filter);
    if (!rc) rc = mqtt_subscribe(l->mqtt, l->hub_topic);
    if (!rc && !state.error) rc = mqtt_publish(l->mqtt, l->state_topic, state.data, state.len, true, 0);
    buf_fini(&state);
    if (rc) return; /* the connection ends, and comes back */
    link_offer_unconfirmed(l);
    peer_link_up(l->peer, connect, link_now_ms());
    l->beat_at_ms = link_now_ms();
    (void)pthread_mutex_lock(&l->lock);
    l->status.connect = connect;
    (void)pthread_mutex_unlock(&l->lock);
    link_status_set(l, true, PEER_UNKNOWN, "");
    log_info("link: connected to %s:%d", l->o.host, l->o.port);
}

static void on_down(void *ctx, bool was_up, const char *why) {
    struct link *l = ctx;
    if (was_up || !link_status(l).last_error[0]) log_info("link: %s:%d: %s; trying again", l->o.host, l->o.port, why);
    if (was_up) peer_link_down(l->peer);
    peer_presence(l->peer, PEER_UNKNOWN, link_now_ms());
    link_status_set(l, false, PEER_UNKNOWN, why);
}

static void on_puback(void *ctx, uint64_t token) {
    struct link *l = ctx;
    peer_puback(l->peer, token, link_now_ms());
}

void link_beat_soon(struct link *l) {
    if (l->beat_at_ms > link_now_ms() + BEAT_SOON_MS) l->beat_at_ms = link_now_ms() + BEAT_SOON_MS;
}

/* ---- sending ---- */

static int publish_out(struct link *l, const struct peer_out *out) {
    char topic[TOPIC_SIZE];
    struct topic t = { .up = true, .lane = out->lane };
    t.kind = out->kind == PEER_OUT_HELLO ? TOPIC_HELLO : out->kind == PEER_OUT_ACK ? TOPIC_ACK : TOPIC_EVENT;
    memcpy(t.org, l->o.org, strlen(l->o.org) + 1);
    memcpy(t.site, l->o.site, strlen(l->o.site) + 1);
    memcpy(t.board, l->o.board, strlen(l->o.board) + 1);
    if (t.kind == TOPIC_EVENT) text_clip(t.type, sizeof t.type, out->type);
    int rc = topic_make(&t, topic);
    return rc ? rc : mqtt_publish(l->mqtt, topic, out->bytes, out->n, false, out->token);
}

/* Publishes what the peer has, a bounded number a turn so that the socket is read in between. */
static bool send_some(struct link *l) {
    for (int i = 0; i < TURN_MAX; i++) {
        struct peer_out out;
        if (mqtt_room(l->mqtt) == 0) return false;
        int rc = peer_next(l->peer, link_now_ms(), &out);
        if (rc < 0) log_warn("link: reading the journal: %s", err_name(rc));
        if (rc <= 0) return false;
        if (out.kind == PEER_OUT_EVENT) link_beat_soon(l);
        rc = publish_out(l, &out);
        if (rc) {
            if (rc != ERR_GONE) mqtt_drop(l->mqtt, err_name(rc));
            return false;
        }
    }
    return true;
}

static void send_beat(struct link *l) {
    l->beat_at_ms = link_now_ms() + BEAT_EVERY_MS;
    struct chain_head *heads = NULL;
    size_t count = 0;
    struct beat beat = { 0 };
    struct buf health, out;
    buf_init(&health, 16384);
    buf_init(&out, 32768);
    int rc = l->source.heads(l->source.ctx, l->o.site, &heads, &count);
    for (size_t i = 0; !rc && i < count; i++) { /* older epochs come first: the last of ours is the present one */
        const struct chain_head *h = &heads[i];
        if (strcmp(h->chain.writer, l->o.board) != 0) continue;
        if (strcmp(beat.epoch, h->chain.epoch) != 0) {
            memcpy(beat.epoch, h->chain.epoch, sizeof beat.epoch);
            for (int lane = 0; lane < LANE_COUNT; lane++) {
                beat.seq[lane] = 0;
                hash_sha256_text(beat.epoch, strlen(beat.epoch), beat.hash[lane]);
            }
        }
        beat.seq[h->chain.lane] = h->seq;
        memcpy(beat.hash[h->chain.lane], h->hash, sizeof h->hash);
    }
    if (!rc && beat.epoch[0]) {
        if (!l->o.health || l->o.health(l->o.ctx, &health)) (void)buf_add_text(&health, health.len ? "" : "{}");
        beat.health = buf_steal(&health);
        memcpy(beat.key, l->o.public_key, sizeof beat.key);
        rc = beat_make(&beat, l->o.org, l->o.site, l->o.board, l->o.secret, &out);
        struct topic t = { .kind = TOPIC_BEAT, .up = true };
        memcpy(t.org, l->o.org, strlen(l->o.org) + 1);
        memcpy(t.site, l->o.site, strlen(l->o.site) + 1);
        memcpy(t.board, l->o.board, strlen(l->o.board) + 1);
        char topic[TOPIC_SIZE];
        if (!rc) rc = topic_make(&t, topic);
        if (!rc) rc = mqtt_publish(l->mqtt, topic, out.data, out.len, false, 0);
    }
    if (rc && rc != ERR_GONE) log_warn("link: no beat: %s", err_name(rc));
    free(heads);
    beat_fini(&beat);
    buf_fini(&health);
    buf_fini(&out);
}

/* The connection has stood for a while: whoever had our identity has gone. Looked at with each beat. */
static void clear_shared(struct link *l) {
    struct link_status s = link_status(l);
    if (!s.identity_shared || mqtt_short_lives(l->mqtt) > 0) return;
    log_info("link: nobody else uses the identity %s any more", l->o.board);
    link_status_set(l, s.up, s.hub, NULL);
}

static void tell_doubt(struct link *l) {
    struct event_key key;
    enum peer_doubt doubt = peer_doubt(l->peer, &key);
    if (doubt == PEER_SURE || link_now_ms() < l->doubt_at_ms) return;
    l->doubt_at_ms = link_now_ms() + DOUBT_EVERY_MS;
    if (l->o.doubt) l->o.doubt(l->o.ctx, l->o.site, doubt, &key);
}

/* ---- the thread ---- */

static int64_t wait_ms(struct link *l, bool up) {
    int64_t now = link_now_ms(), wait = 60000;
    if (!up) return wait;
    int64_t due = peer_due_ms(l->peer, now);
    if (due >= 0 && due < wait) wait = due;
    if (l->beat_at_ms - now < wait) wait = l->beat_at_ms > now ? l->beat_at_ms - now : 0;
    return wait;
}

static void *run(void *arg) {
    struct link *l = arg;
    bool more = false;
    while (!atomic_load(&l->stop)) {
        bool up = link_status(l).up;
        mqtt_step(l->mqtt, more ? 0 : wait_ms(l, up));
        atomic_store(&l->alive_ms, link_now_ms());
        (void)mailbox_run(l->mail);
        if (atomic_exchange(&l->retry_now, false)) mqtt_retry_now(l->mqtt);
        if (atomic_exchange(&l->wake_journal, false)) {
            int rc = held_refresh(l->held);
            if (rc) log_warn("link: reading the journal's heads: %s", err_name(rc));
            peer_wake(l->peer);
        }
        up = link_status(l).up;
        more = up && send_some(l);
        tell_doubt(l);
        if (up && link_now_ms() >= l->beat_at_ms) {
            send_beat(l);
            clear_shared(l);
        }
    }
    if (link_status(l).up) {
        struct buf state;
        buf_init(&state, 1024);
        print_state(l, false, link_status(l).connect, &state);
        if (!state.error) (void)!mqtt_publish(l->mqtt, l->state_topic, state.data, state.len, true, 0);
        buf_fini(&state);
        peer_link_down(l->peer);
    }
    return NULL;
}

static int make_topics(struct link *l) {
    struct topic t = { .kind = TOPIC_STATE, .up = true };
    int rc = text_copy(t.org, sizeof t.org, l->o.org);
    if (!rc) rc = text_copy(t.site, sizeof t.site, l->o.site);
    if (!rc) rc = text_copy(t.board, sizeof t.board, l->o.board);
    if (!rc) rc = topic_make(&t, l->state_topic);
    t.kind = TOPIC_HUB_STATE;
    if (!rc) rc = topic_make(&t, l->hub_topic);
    int n = snprintf(l->dn_filter, sizeof l->dn_filter, "sitelog/v1/%s/%s/%s/dn/#", l->o.org, l->o.site, l->o.board);
    return rc ? rc : n < (int)sizeof l->dn_filter ? 0 : ERR_TOO_BIG;
}

static void wake_thread(void *ctx) {
    struct link *l = ctx;
    if (l->mqtt) mqtt_wake(l->mqtt);
}

int link_create(const struct link_options *options, struct link **out, struct err_text *e) {
    struct link *l = calloc(1, sizeof *l);
    if (!l) return err_set(e, ERR_NOMEM, "out of memory");
    l->o = *options;
    (void)pthread_mutex_init(&l->lock, NULL);
    struct mqtt_options m = {
        .client_id = options->board,
        .host = options->host,
        .port = options->port,
        .user = options->user,
        .password = options->password,
        .ca = options->ca,
        .cert = options->cert,
        .key = options->key,
        .will_topic = l->state_topic,
        .retry_max_ms = options->retry_max_ms,
        .connect_first = options->connect_first,
        .handlers = { .will = on_will,
                      .up = on_up,
                      .down = on_down,
                      .message = link_hear,
                      .puback = on_puback,
                      .ctx = l },
    };
    int rc = make_topics(l);
    if (!rc) rc = text_base64(options->public_key, SIGN_PUBLIC_SIZE, l->key_text, sizeof l->key_text);
    if (!rc) rc = mailbox_create(MAIL_MAX, wake_thread, l, &l->mail);
    if (!rc) rc = mqtt_create(&m, &l->mqtt, e);
    if (rc) {
        link_destroy(l);
        return err_set(e, rc, "the link could not be made: %s", err_name(rc));
    }
    *out = l;
    return 0;
}

struct mailbox *link_mailbox(struct link *l) {
    return l->mail;
}

int link_start(struct link *l, struct copy_source source, struct copy_sink sink, struct err_text *e) {
    l->source = source;
    int rc = held_create(l->o.site, source, sink, &l->held);
    struct peer_options p = { .site = l->o.site,
                              .self = l->o.board,
                              .name = "hub",
                              .source = source,
                              .sink = sink,
                              .held = l->held,
                              .confirm_broker = l->o.confirm_broker,
                              .software = l->o.software,
                              .key = l->key_text,
                              .boot = l->o.boot };
    if (!rc) rc = peer_create(&p, &l->peer);
    atomic_store(&l->alive_ms, link_now_ms());
    if (!rc && pthread_create(&l->thread, NULL, run, l)) rc = ERR_NOMEM;
    if (rc) return err_set(e, rc, "the link's thread could not be started: %s", err_name(rc));
    (void)pthread_setname_np(l->thread, "mqtt");
    l->started = true;
    return 0;
}

bool link_stop(struct link *l, int timeout_ms) {
    if (!l->started) return true;
    atomic_store(&l->stop, true);
    mqtt_wake(l->mqtt);
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000L;
    if (until.tv_nsec >= 1000000000L) until.tv_sec++, until.tv_nsec -= 1000000000L;
    if (pthread_timedjoin_np(l->thread, NULL, &until)) return false;
    l->started = false;
    return true;
}

void link_destroy(struct link *l) {
    if (!l) return;
    if (l->mail) (void)mailbox_run(l->mail); /* batches that came back after the thread ended */
    peer_destroy(l->peer);
    held_destroy(l->held);
    mqtt_destroy(l->mqtt);
    mailbox_destroy(l->mail);
    (void)pthread_mutex_destroy(&l->lock);
    free(l);
}

void link_wake(struct link *l) {
    atomic_store(&l->wake_journal, true);
    mqtt_wake(l->mqtt);
}

void link_send_now(struct link *l) {
    atomic_store(&l->retry_now, true);
    mqtt_wake(l->mqtt);
}
