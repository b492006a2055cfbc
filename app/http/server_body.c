/* SPDX-License-Identifier: MIT */
/* Bodies: type and length are judged before a byte is read, the memory is reserved from a budget that all share, and whoever goes silent gives
 * it back. Does not look at what is in a body. */
#include "app/http/server_call.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define SLOW_START_MS     30000
#define SLOW_BYTES_PER_MS 8 /* 8 kB/s: slower than any link that a photo gets through on */

static const char timed_out[] = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n"
                                "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n";

static bool type_is(const struct call *c, const char *wanted) {
    const char *type = exchange_header(&c->x, "Content-Type");
    size_t n = strlen(wanted);
    if (!type || strncasecmp(type, wanted, n) != 0) return false;
    return type[n] == '\0' || type[n] == ';' || type[n] == ' ';
}

static void judge(struct call *c, bool jpeg, size_t max) {
    bool takes = strcmp(c->method, "POST") == 0 || strcmp(c->method, "PUT") == 0;
    if (c->chunked || (jpeg && c->said_length < 0)) {
        exchange_problem(&c->x, 411, NULL, "Send the body with a Content-Length.");
    } else if (c->length > 0 && (!takes || (c->match.route->flags & ROUTE_NO_BODY))) {
        exchange_problem(&c->x, 400, NULL, "This request takes no body.");
    } else if (c->length > 0 && !type_is(c, jpeg ? "image/jpeg" : "application/json")) {
        exchange_problem(&c->x, 415, NULL, "Content-Type must be %s.", jpeg ? "image/jpeg" : "application/json");
    } else if (c->length > max) {
        exchange_problem(&c->x, 413, NULL, "The body may have at most %zu bytes.", max);
    } else if (jpeg && c->length == 0) {
        exchange_problem(&c->x, 422, NULL, "The body is empty; send a JPEG.");
    }
}

static void busy(struct call *c) {
    exchange_problem(&c->x, 503, NULL, "Too many uploads at once. Try again in a moment.");
    c->x.reply.retry_after_s = 2;
}

static bool make_room(struct call *c) {
    c->reserved = c->wait.bytes;
    c->x.body = malloc(c->length + 1);
    if (c->x.body) {
        c->x.body[0] = '\0';
        return true;
    }
    server_body_release(c);
    busy(c);
    return false;
}

void server_body_begin(struct call *c) {
    struct server *s = c->server;
    bool jpeg = (c->match.route->flags & ROUTE_BODY_JPEG) != 0 && !c->head && strcmp(c->method, "GET") != 0;
    judge(c, jpeg, jpeg ? s->limits.photo_bytes : s->limits.json_bytes);
    if (c->x.reply.status) return;
    c->began_ms = c->moved_ms = server_now_ms(s);
    c->phase = CALL_BODY;
    if (c->length == 0) return;
    c->budget = jpeg ? &s->photo : &s->json;
    if (budget_take(c->budget, &c->wait, c->length)) {
        (void)make_room(c);
    } else {
        c->phase = CALL_WAIT;
        server_suspend(c);
    }
}

void server_body_granted(struct budget_wait *w) {
    struct call *c = (struct call *)(void *)((char *)w - offsetof(struct call, wait));
    c->moved_ms = c->began_ms = server_now_ms(c->server);
    c->then = CALL_BODY;
    c->phase = make_room(c) ? CALL_GO_ON : CALL_READY;
    server_resume(c);
}

void server_body_take(struct call *c, const char *data, size_t size) {
    c->moved_ms = server_now_ms(c->server);
    if (size > c->length - c->received) size = c->length - c->received;
    memcpy(c->x.body + c->received, data, size);
    c->received += size;
    c->x.body_len = c->received;
    c->x.body[c->received] = '\0';
}

void server_body_release(struct call *c) {
    free(c->x.body);
    c->x.body = NULL;
    c->x.body_len = 0;
    size_t reserved = c->reserved;
    c->reserved = 0;
    if (reserved) budget_give(c->budget, reserved);
}

/* Microhttpd sends no reply in the middle of a body, so this one goes past it. */
static void give_up(struct call *c) {
    if (!c->listener->tls) (void)send(c->peer->fd, timed_out, sizeof timed_out - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)shutdown(c->peer->fd, SHUT_RDWR);
}

static bool too_slow(const struct call *c, int64_t now) {
    int64_t patience = SLOW_START_MS + (int64_t)(c->received / SLOW_BYTES_PER_MS);
    return now - c->moved_ms >= c->server->limits.silence_ms || now - c->began_ms >= patience;
}

void server_body_sweep(struct server *s) {
    int64_t now = server_now_ms(s);
    struct call *next;
    for (struct call *c = s->calls; c; c = next) {
        next = c->next;
        if (!c->connection) continue;
        if (c->phase == CALL_WAIT && now - c->began_ms >= s->limits.photo_wait_ms) {
            budget_leave(c->budget, &c->wait);
            busy(c);
            c->peer->linger = true;
            c->phase = CALL_READY;
            server_resume(c);
        } else if ((c->phase == CALL_BODY || c->phase == CALL_SWALLOW) && !c->suspended && too_slow(c, now)) {
            give_up(c);
        }
    }
    for (struct peer *p = s->peers; p; p = p->next)
        if ((!p->call || p->call->phase == CALL_HEADERS) && now - p->since_ms >= s->limits.header_ms)
            (void)shutdown(p->fd, SHUT_RDWR);
}
