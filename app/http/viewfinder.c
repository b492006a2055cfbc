/* SPDX-License-Identifier: MIT */
/* Clients of the live picture: each asks for its next frame when the one before has gone out and its share of the frames allows. */
#include "app/http/viewfinder.h"

#include "app/photo/shutter.h"
#include "firmware/base/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FRAMES_A_SECOND = 36, /* of all clients */
    SLOWEST_MS = 450,     /* between two frames of one client, if the camera gives them */
    SILENT_MS = 15000,
    WHOLE_MS = 3600000, /* then the client comes back, and shows its session again */
    TICK_MS = 5000,
    BLOCK_BYTES = 512 * 1024,
};

struct client {
    struct reply_feed feed; /* first */
    struct viewfinder *v;
    struct client *prev, *next;
    struct shutter_view *view;
    atomic_bool arrived; /* by the camera thread */
    bool waiting, ending;
    struct picture *picture;
    char head[128];
    size_t head_len, sent; /* of head, picture and the line's end */
    int64_t began_ms, frame_ms;
};

struct viewfinder {
    uv_loop_t *loop;
    struct shutter *shutter;
    uv_async_t wake;
    uv_timer_t tick;
    int open;
    bool closed;
    struct client *clients;
    size_t count;
};

static int64_t share_ms(const struct viewfinder *v) {
    int64_t ms = (int64_t)v->count * 1000 / FRAMES_A_SECOND;
    return ms < SLOWEST_MS ? ms : SLOWEST_MS;
}

/* The camera thread's. */
static void arrived(void *ctx) {
    struct client *c = ctx;
    atomic_store(&c->arrived, true);
    (void)uv_async_send(&c->v->wake);
}

/* ---- a client ---- */

static bool next_frame(struct client *c) {
    c->picture = shutter_view_take(c->view);
    if (!c->picture) return false;
    c->sent = 0;
    c->frame_ms = (int64_t)uv_now(c->v->loop);
    int n = snprintf(c->head, sizeof c->head, "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %zu\r\n\r\n",
                     c->picture->n);
    c->head_len = (size_t)n;
    return true;
}

static void frame_done(struct client *c) {
    shutter_view_ask(c->view, c->picture->mono_ms + share_ms(c->v));
    picture_drop(c->picture);
    c->picture = NULL;
}

static size_t copy_part(struct client *c, const void *part, size_t part_len, size_t before, char *out, size_t max) {
    if (c->sent < before || c->sent >= before + part_len || max == 0) return 0;
    size_t n = before + part_len - c->sent;
    if (n > max) n = max;
    memcpy(out, (const char *)part + (c->sent - before), n);
    c->sent += n;
    return n;
}

static long read_feed(struct reply_feed *feed, char *out, size_t max) {
    struct client *c = (struct client *)(void *)feed;
    if (c->ending) return -1;
    if (!c->picture && !next_frame(c)) {
        c->waiting = true;
        return 0;
    }
    size_t n = copy_part(c, c->head, c->head_len, 0, out, max);
    n += copy_part(c, c->picture->bytes, c->picture->n, c->head_len, out + n, max - n);
    n += copy_part(c, "\r\n", 2, c->head_len + c->picture->n, out + n, max - n);
    if (c->sent == c->head_len + c->picture->n + 2) frame_done(c);
    return (long)n;
}

static void wake(struct client *c) {
    if (!c->waiting) return;
    c->waiting = false;
    reply_feed_wake(&c->feed);
}

static void end(struct client *c) {
    c->ending = true;
    wake(c);
}

static void leave(struct reply_feed *feed) {
    struct client *c = (struct client *)(void *)feed;
    struct viewfinder *v = c->v;
    shutter_view_close(c->view);
    picture_drop(c->picture);
    if (c->prev) c->prev->next = c->next;
    if (!c->prev) v->clients = c->next;
    if (c->next) c->next->prev = c->prev;
    if (--v->count == 0) (void)uv_timer_stop(&v->tick);
    free(c);
}

static void on_wake(uv_async_t *handle) {
    struct viewfinder *v = handle->data;
    for (struct client *c = v->clients; c; c = c->next)
        if (atomic_exchange(&c->arrived, false)) wake(c);
}

static void on_tick(uv_timer_t *handle) {
    struct viewfinder *v = handle->data;
    int64_t now = (int64_t)uv_now(v->loop);
    for (struct client *c = v->clients; c; c = c->next)
        if (now - c->began_ms >= WHOLE_MS || (c->waiting && now - c->frame_ms >= SILENT_MS)) end(c);
}

int viewfinder_join(struct viewfinder *v, struct reply_feed **out) {
    struct client *c = v->closed ? NULL : calloc(1, sizeof *c);
    if (!c) return v->closed ? ERR_GONE : ERR_NOMEM;
    c->feed = (struct reply_feed){ .read = read_feed, .close = leave, .block_bytes = BLOCK_BYTES };
    c->v = v;
    c->began_ms = c->frame_ms = (int64_t)uv_now(v->loop);
    int rc = shutter_view_open(v->shutter, arrived, c, &c->view);
    if (rc) {
        free(c);
        return rc;
    }
    c->next = v->clients;
    if (c->next) c->next->prev = c;
    v->clients = c;
    if (v->count++ == 0) (void)uv_timer_start(&v->tick, on_tick, TICK_MS, TICK_MS);
    shutter_view_ask(c->view, clock_mono().ms);
    *out = &c->feed;
    return 0;
}

/* ---- life ---- */

int viewfinder_create(uv_loop_t *loop, struct shutter *shutter, struct viewfinder **out) {
    struct viewfinder *v = calloc(1, sizeof *v);
    if (!v) return ERR_NOMEM;
    v->loop = loop;
    v->shutter = shutter;
    if (uv_async_init(loop, &v->wake, on_wake) != 0) {
        free(v);
        return ERR_IO;
    }
    (void)uv_timer_init(loop, &v->tick);
    v->wake.data = v->tick.data = v;
    v->open = 2;
    *out = v;
    return 0;
}

void viewfinder_dismiss(struct viewfinder *v) {
    for (struct client *c = v ? v->clients : NULL; c; c = c->next) end(c);
}

void viewfinder_close(struct viewfinder *v) {
    if (!v) return;
    v->closed = true;
    viewfinder_dismiss(v);
}

static void on_closed(uv_handle_t *handle) { ((struct viewfinder *)handle->data)->open--; }

void viewfinder_destroy(struct viewfinder *v) {
    if (!v) return;
    uv_close((uv_handle_t *)&v->wake, on_closed);
    uv_close((uv_handle_t *)&v->tick, on_closed);
    while (v->open > 0) (void)uv_run(v->loop, UV_RUN_ONCE);
    free(v);
}
