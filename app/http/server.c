/* SPDX-License-Identifier: MIT */
/* The server's life: start, the way back from other threads to the loop, stop. What a request goes through is in the other server_*.c. */
#include "app/http/server_call.h"

#include "firmware/base/log.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define STOP_LOOK_MS  20
#define SLOW_SWEEP_MS 5000

int64_t server_now_ms(const struct server *s) { return (int64_t)uv_now(s->loop); }

void server_suspend(struct call *c) {
    if (c->suspended || !c->connection || c->server->closing) return;
    c->suspended = true;
    MHD_suspend_connection(c->connection);
}

void server_resume(struct call *c) {
    if (!c->suspended || !c->connection) return;
    c->suspended = false;
    MHD_resume_connection(c->connection);
    server_listen_soon(c->listener);
}

void server_return(struct call *c, int result) {
    struct server *s = c->server;
    c->result = result;
    c->next_returned = NULL;
    (void)pthread_mutex_lock(&s->lock);
    *s->returned_end = c;
    s->returned_end = &c->next_returned;
    /* Within the lock: once it is open the loop may see this call, finish, and close the handle. */
    (void)uv_async_send(&s->async);
    (void)pthread_mutex_unlock(&s->lock);
}

static void run_listeners(struct server *s) {
    for (size_t i = 0; i < LISTENER_COUNT; i++) server_listen_run(&s->listeners[i]);
}

static void on_async(uv_async_t *handle) {
    struct server *s = handle->data;
    (void)pthread_mutex_lock(&s->lock);
    struct call *c = s->returned;
    s->returned = NULL;
    s->returned_end = &s->returned;
    (void)pthread_mutex_unlock(&s->lock);
    while (c) {
        struct call *next = c->next_returned;
        c->at_work = false;
        server_steps_returned(c);
        c = next;
    }
    run_listeners(s);
}

static uint64_t sweep_ms(const struct server_limits *l) {
    int64_t shortest = l->photo_wait_ms < l->silence_ms ? l->photo_wait_ms : l->silence_ms;
    if (l->header_ms < shortest) shortest = l->header_ms;
    shortest /= 4;
    return shortest < 10 ? 10 : shortest > 1000 ? 1000 : (uint64_t)shortest;
}

static void on_sweep(uv_timer_t *handle);

/* While a request comes or is worked on: a few times within its shortest deadline. While connections only stand there (a panel's live events),
 * for those that never ask for anything. Without any, not at all: an idle board sleeps. */
static void sweep_later(struct server *s, bool busy) {
    uint64_t slow_ms = (uint64_t)s->limits.header_ms / 4;
    if (slow_ms > SLOW_SWEEP_MS) slow_ms = SLOW_SWEEP_MS;
    s->sweep_busy = busy;
    (void)uv_timer_start(&s->sweep, on_sweep, busy ? sweep_ms(&s->limits) : slow_ms, 0);
}

static bool any_request(const struct server *s) {
    for (const struct call *c = s->calls; c; c = c->next)
        if (c->phase != CALL_SENDING) return true;
    return false;
}

static void on_sweep(uv_timer_t *handle) {
    struct server *s = handle->data;
    server_body_sweep(s);
    run_listeners(s);
    if (!s->stopping && s->peers) sweep_later(s, any_request(s));
}

void server_sweep_soon(struct server *s, bool request) {
    bool runs = uv_is_active((uv_handle_t *)&s->sweep);
    if (!s->stopping && (!runs || (request && !s->sweep_busy))) sweep_later(s, request);
}

static int64_t or_default(int64_t value, int64_t otherwise) { return value > 0 ? value : otherwise; }

static void fill_limits(struct server_limits *l) {
    if (!l->connections) l->connections = 256;
    if (!l->per_address) l->per_address = 64;
    if (!l->json_bytes) l->json_bytes = 256u << 10;
    if (!l->json_total_bytes) l->json_total_bytes = 8u << 20;
    if (!l->photo_bytes) l->photo_bytes = 16u << 20;
    if (!l->photo_total_bytes) l->photo_total_bytes = 48u << 20;
    if (!l->header_bytes) l->header_bytes = 32u << 10;
    l->photo_wait_ms = or_default(l->photo_wait_ms, 2000);
    l->silence_ms = or_default(l->silence_ms, 15000);
    l->header_ms = or_default(l->header_ms, 45000);
    l->idle_ms = or_default(l->idle_ms, 30000);
    l->stop_ms = or_default(l->stop_ms, 3000);
}

static int open_listeners(struct server *s, struct err_text *e) {
    int r = 0;
    if (s->options.main.address) r = server_listen_open(s, LISTENER_MAIN, &s->options.main, e);
    if (!r && s->options.raw_only.address) r = server_listen_open(s, LISTENER_RAW, &s->options.raw_only, e);
    if (!r && s->options.control_path) r = server_listen_control(s, s->options.control_path, e);
    return r;
}

static int open_handles(struct server *s) {
    if (pthread_mutex_init(&s->lock, NULL) != 0) return ERR_NOMEM;
    if (uv_async_init(s->loop, &s->async, on_async) != 0) {
        (void)pthread_mutex_destroy(&s->lock);
        return ERR_NOMEM;
    }
    s->async.data = s;
    (void)uv_timer_init(s->loop, &s->sweep);
    s->sweep.data = s;
    s->handles = 2;
    return 0;
}

int server_start(const struct server_options *options, struct server **out, struct err_text *e) {
    struct server *s = calloc(1, sizeof *s);
    if (!s) return err_set(e, ERR_NOMEM, "Out of memory.");
    s->options = *options;
    s->limits = options->limits;
    fill_limits(&s->limits);
    s->app = options->app;
    s->loop = options->loop;
    s->json = (struct budget){ .total = s->limits.json_total_bytes, .granted = server_body_granted };
    s->photo = (struct budget){ .total = s->limits.photo_total_bytes, .granted = server_body_granted };
    s->returned_end = &s->returned;
    for (int i = 0; i < LISTENER_COUNT; i++) {
        s->listeners[i].server = s;
        s->listeners[i].kind = (enum listener_kind)i;
    }
    /* Bodies come and go as mappings of their own, so that what an upload took goes back to the system when it is done. */
    (void)mallopt(M_MMAP_THRESHOLD, 256 << 10);
    if (open_handles(s)) {
        free(s);
        return err_set(e, ERR_NOMEM, "Out of memory.");
    }
    int r = open_listeners(s, e);
    if (r) {
        server_stop(s);
        server_destroy(s);
        return r;
    }
    *out = s;
    return 0;
}

unsigned server_port(const struct server *s) { return s->listeners[LISTENER_MAIN].port; }

unsigned server_raw_port(const struct server *s) { return s->listeners[LISTENER_RAW].port; }

struct server_counts server_counts(const struct server *s) {
    struct server_counts counts = s->counts;
    counts.connections = s->peer_count;
    counts.exchanges = s->call_count;
    counts.photo_bytes = s->photo.used;
    return counts;
}

/* ---- stopping ---- */

static void wake_feeds(struct server *s) {
    for (struct call *c = s->calls; c; c = c->next)
        if (c->x.reply.feed) reply_feed_wake(c->x.reply.feed);
}

/* Requests whose target came but whose headers did not are not waited for, nor are feeds, which have no end of their own. */
static bool anything_under_way(const struct server *s) {
    for (const struct call *c = s->calls; c; c = c->next)
        if (c->phase != CALL_HEADERS && !(c->phase == CALL_SENDING && c->x.reply.feed)) return true;
    return false;
}

/* microhttpd aborts the program when it is stopped with a suspended connection. */
static void resume_all(struct server *s) {
    s->closing = true;
    for (struct call *c = s->calls; c; c = c->next) {
        if (c->phase == CALL_WAIT) budget_leave(c->budget, &c->wait);
        server_resume(c);
    }
    run_listeners(s);
}

void server_stop(struct server *s) {
    if (!s || s->closing) return;
    s->stopping = true;
    for (size_t i = 0; i < LISTENER_COUNT; i++) server_listen_quiet(&s->listeners[i]);
    wake_feeds(s);
    (void)uv_timer_start(&s->sweep, on_sweep, STOP_LOOK_MS, STOP_LOOK_MS);
    uint64_t deadline = uv_hrtime() + (uint64_t)s->limits.stop_ms * 1000000u;
    while (anything_under_way(s) && uv_hrtime() < deadline) (void)uv_run(s->loop, UV_RUN_ONCE);
    if (anything_under_way(s)) log_warn("stopping with %zu requests unfinished", s->call_count);
    resume_all(s);
    for (size_t i = 0; i < LISTENER_COUNT; i++) server_listen_close(&s->listeners[i]);
}

static void on_closed(uv_handle_t *handle) { ((struct server *)handle->data)->handles--; }

void server_destroy(struct server *s) {
    if (!s) return;
    while (s->call_count > 0 || s->lingering > 0) (void)uv_run(s->loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&s->async, on_closed);
    uv_close((uv_handle_t *)&s->sweep, on_closed);
    while (s->handles > 0) (void)uv_run(s->loop, UV_RUN_ONCE);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}
