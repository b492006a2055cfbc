/* SPDX-License-Identifier: MIT */
/* A connection closed with a body unread is reset by the kernel, and the reset overtakes the reply that says why: the client sees "connection
 * reset" instead of 413. So the reading side is kept for a moment, and what still comes is thrown away. Sends nothing. */
#include "app/http/server_call.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINGER_MS      2000
#define LINGER_AT_ONCE 32
#define LINGER_BYTES   (64u << 20)

struct rest {
    struct server *server;
    uv_poll_t poll;
    uv_timer_t timer;
    int fd, open;
    size_t bytes;
};

static void on_closed(uv_handle_t *handle) {
    struct rest *l = handle->data;
    if (--l->open > 0) return;
    (void)close(l->fd);
    l->server->lingering--;
    free(l);
}

static void end(struct rest *l) {
    if (uv_is_closing((uv_handle_t *)&l->poll)) return;
    uv_close((uv_handle_t *)&l->poll, on_closed);
    uv_close((uv_handle_t *)&l->timer, on_closed);
}

static void on_timer(uv_timer_t *handle) { end(handle->data); }

static void on_poll(uv_poll_t *handle, int status, int events) {
    static char sink[65536]; /* loop thread only; nobody reads it */
    struct rest *l = handle->data;
    (void)events;
    ssize_t n = status < 0 ? 0 : recv(l->fd, sink, sizeof sink, MSG_DONTWAIT);
    if (n > 0) l->bytes += (size_t)n;
    bool broken = n < 0 && errno != EAGAIN && errno != EINTR;
    if (n == 0 || broken || l->bytes > LINGER_BYTES || l->server->closing) end(l);
}

void server_linger_keep(struct server *s, int fd) {
    if (s->lingering >= LINGER_AT_ONCE) return;
    struct rest *l = calloc(1, sizeof *l);
    if (!l) return;
    l->server = s;
    l->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (l->fd < 0 || uv_poll_init(s->loop, &l->poll, l->fd) != 0) {
        if (l->fd >= 0) (void)close(l->fd);
        free(l);
        return;
    }
    (void)shutdown(l->fd, SHUT_WR);
    (void)uv_timer_init(s->loop, &l->timer);
    l->poll.data = l->timer.data = l;
    l->open = 2;
    s->lingering++;
    (void)uv_poll_start(&l->poll, UV_READABLE, on_poll);
    (void)uv_timer_start(&l->timer, on_timer, LINGER_MS, 0);
}
