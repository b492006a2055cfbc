/* SPDX-License-Identifier: MIT */
/* Live events: the clients, their queues, and the mail that brings messages to the loop. The route is in route_live.c. Does not know what a
 * message means. */
#include "app/http/live_client.h"

#include "firmware/base/log.h"
#include "firmware/base/mailbox.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAIL_MAX      4096
#define STREAM_MAX_MS 3600000 /* then the client comes back, and shows its session again */

struct live {
    struct live_options options;
    struct mailbox *mail;
    uv_async_t wake;
    uv_timer_t tick;
    int open;
    atomic_bool lost; /* a message could not be queued */
    bool closed;
    struct live_client *clients;
    size_t count;
};

struct message {
    struct live *live;
    int64_t id;
    bool is_record;
    char site[41];
    char text[]; /* as sent */
};

const struct live_options *live_options_of(const struct live *live) { return &live->options; }

/* ---- clients ---- */

bool live_shows(const struct live_client *c, const char *site, bool is_record) {
    const struct live_options *o = &c->live->options;
    if (is_record && !role_may(c->role, PERMIT_READ)) return false;
    return !site[0] || !o->may_see || o->may_see(o->ctx, c->user, c->role, site);
}

static void end(struct live_client *c) {
    c->ending = true;
    reply_feed_wake(&c->feed);
}

void live_say(struct live_client *c, const char *text, size_t n) {
    if (c->ending) return;
    if (c->queue.len - c->sent - c->head_start + n > c->live->options.queue_max) {
        end(c); /* it comes back with Last-Event-ID */
        return;
    }
    if (buf_add(&c->queue, text, n)) end(c);
    reply_feed_wake(&c->feed);
}

static void keep_for_later(struct live_client *c, int64_t id, const char *text) {
    size_t n = strlen(text);
    struct live_later *l = c->later_bytes + n <= c->live->options.queue_max ? malloc(sizeof *l + n + 1) : NULL;
    if (!l) {
        c->missed_some = true;
        return;
    }
    l->next = NULL;
    l->id = id;
    memcpy(l->text, text, n + 1);
    c->later_bytes += n;
    struct live_later **at = &c->later;
    while (*at) at = &(*at)->next;
    *at = l;
}

static long read_feed(struct reply_feed *feed, char *out, size_t max) {
    struct live_client *c = (struct live_client *)(void *)feed;
    size_t have = c->queue.len - c->sent;
    if (have == 0) return c->ending ? -1 : 0;
    if (c->ending && c->queue.error) return -1;
    size_t n = have < max ? have : max;
    memcpy(out, c->queue.data + c->sent, n);
    c->sent += n;
    c->head_start -= n < c->head_start ? n : c->head_start;
    c->said_ms = (int64_t)uv_now(c->live->options.loop);
    if (c->sent == c->queue.len) {
        buf_clear(&c->queue);
        c->sent = 0;
    } else if (c->sent > c->queue.len / 2) {
        memmove(c->queue.data, c->queue.data + c->sent, c->queue.len - c->sent);
        c->queue.len -= c->sent;
        c->sent = 0;
    }
    return (long)n;
}

void live_client_free(struct live_client *c) {
    struct live *live = c->live;
    if (c->prev) c->prev->next = c->next;
    if (!c->prev) live->clients = c->next;
    if (c->next) c->next->prev = c->prev;
    if (--live->count == 0) (void)uv_timer_stop(&live->tick);
    while (c->later) {
        struct live_later *l = c->later;
        c->later = l->next;
        free(l);
    }
    buf_fini(&c->missed);
    buf_fini(&c->queue);
    free(c);
}

static void on_tick(uv_timer_t *handle);

static void close_feed(struct reply_feed *feed) { live_client_free((struct live_client *)(void *)feed); }

int live_client_create(struct live *live, const char *user, enum role role, struct live_client **out) {
    if (live->closed) return ERR_GONE;
    if (live->count >= live->options.clients_max) return ERR_BUSY;
    struct live_client *c = calloc(1, sizeof *c);
    if (!c) return ERR_NOMEM;
    c->feed = (struct reply_feed){ .read = read_feed, .close = close_feed };
    c->live = live;
    c->role = role;
    c->after = -1;
    (void)snprintf(c->user, sizeof c->user, "%s", user);
    buf_init(&c->missed, LIVE_MISSED_BYTES);
    buf_init(&c->queue, LIVE_MISSED_BYTES + 2 * live->options.queue_max);
    c->began_ms = c->said_ms = (int64_t)uv_now(live->options.loop);
    c->next = live->clients;
    if (c->next) c->next->prev = c;
    live->clients = c;
    if (live->count++ == 0) {
        uint64_t every = (uint64_t)(live->options.comment_ms / 3);
        (void)uv_timer_start(&live->tick, on_tick, every, every);
    }
    *out = c;
    return 0;
}

/* ---- messages ---- */

static void tell(struct live_client *c, const struct message *m) {
    if (!live_shows(c, m->site, m->is_record)) return;
    if (c->catching_up)
        keep_for_later(c, m->id, m->text);
    else
        live_say(c, m->text, strlen(m->text));
}

static void deliver(void *arg) {
    struct message *m = arg;
    for (struct live_client *c = m->live->clients; c; c = c->next) tell(c, m);
    free(m);
}

static void tell_loss(struct live *live) {
    static const char reset[] = "event: reset\ndata: {}\n\n";
    for (struct live_client *c = live->clients; c; c = c->next) {
        if (c->catching_up)
            c->missed_some = true;
        else
            live_say(c, reset, sizeof reset - 1);
    }
}

static void on_wake(uv_async_t *handle) {
    struct live *live = handle->data;
    (void)mailbox_run(live->mail);
    if (atomic_exchange(&live->lost, false)) tell_loss(live);
}

static void wake(void *ctx) { (void)uv_async_send(&((struct live *)ctx)->wake); }

void live_publish(struct live *live, const char *event, int64_t id, const char *site, const char *data) {
    if (!live) return;
    size_t size = strlen(event) + strlen(data) + 64;
    struct message *m = malloc(sizeof *m + size);
    int r = m ? 0 : ERR_NOMEM;
    if (m) {
        m->live = live;
        m->id = id;
        m->is_record = strcmp(event, "record") == 0;
        (void)snprintf(m->site, sizeof m->site, "%s", site);
        int n = id > 0 ? snprintf(m->text, size, "id: %" PRId64 "\n", id) : 0;
        (void)snprintf(m->text + n, size - (size_t)n, "event: %s\ndata: %s\n\n", event, data);
        r = mailbox_post(live->mail, deliver, m);
    }
    if (!r) return;
    free(m);
    atomic_store(&live->lost, true);
    wake(live);
}

/* ---- the clock ---- */

static void on_tick(uv_timer_t *handle) {
    struct live *live = handle->data;
    int64_t now = (int64_t)uv_now(live->options.loop);
    for (struct live_client *c = live->clients; c; c = c->next) {
        if (c->catching_up) continue;
        if (now - c->began_ms >= STREAM_MAX_MS) {
            end(c);
        } else if (c->queue.len == c->sent && now - c->said_ms >= live->options.comment_ms * 2 / 3) {
            c->said_ms = now;
            live_say(c, ":\n\n", 3);
        }
    }
}

/* ---- life ---- */

int live_create(const struct live_options *options, struct live **out) {
    struct live *live = calloc(1, sizeof *live);
    if (!live) return ERR_NOMEM;
    live->options = *options;
    if (!live->options.comment_ms) live->options.comment_ms = 15000;
    if (!live->options.queue_max) live->options.queue_max = 64u << 10;
    if (!live->options.clients_max) live->options.clients_max = 128;
    int r = mailbox_create(MAIL_MAX, wake, live, &live->mail);
    if (!r && uv_async_init(options->loop, &live->wake, on_wake) != 0) r = ERR_IO;
    if (r) {
        mailbox_destroy(live->mail);
        free(live);
        return r;
    }
    live->wake.data = live->tick.data = live;
    (void)uv_timer_init(options->loop, &live->tick);
    live->open = 2;
    *out = live;
    return 0;
}

void live_close(struct live *live) {
    if (!live) return;
    live->closed = true;
    for (struct live_client *c = live->clients; c; c = c->next) end(c);
}

static void on_closed(uv_handle_t *handle) { ((struct live *)handle->data)->open--; }

void live_destroy(struct live *live) {
    if (!live) return;
    (void)mailbox_run(live->mail); /* frees what still waits */
    uv_close((uv_handle_t *)&live->wake, on_closed);
    uv_close((uv_handle_t *)&live->tick, on_closed);
    while (live->open > 0) (void)uv_run(live->options.loop, UV_RUN_ONCE);
    mailbox_destroy(live->mail);
    free(live);
}
