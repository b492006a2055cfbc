/* SPDX-License-Identifier: MIT */
/* Requests whose bodies go to a handler piece by piece (uploads at the hub). A piece is collected, the connection sleeps, the handler works on
 * it on the pool, the connection goes on: that is all the backpressure there is, and all the memory. Knows nothing of what is uploaded. */
#include "app/http/server_call.h"

#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

const struct server_raw *server_raw_for(const struct call *c) {
    const struct server *s = c->server;
    const struct server_raw *raw = s->options.raw;
    bool elsewhere = s->options.raw_only.address != NULL;
    if (!raw || c->listener->kind != (elsewhere ? LISTENER_RAW : LISTENER_MAIN)) return NULL;
    size_t n = strlen(raw->prefix);
    bool bare = strlen(c->x.path) == n - 1 && strncmp(c->x.path, raw->prefix, n - 1) == 0;
    return bare || text_starts(c->x.path, raw->prefix) ? raw : NULL;
}

static const char *header_of(const struct raw_request *r, const char *name) { return exchange_header(r->x, name); }

/* ---- on the pool ---- */

static void give_piece(struct call *c) {
    struct raw_state *w = &c->raw;
    if (c->piece_len > 0) w->raw->piece(w->raw->ctx, w->transfer, c->piece, c->piece_len, &w->reply);
    c->piece_len = 0;
}

static void finish(struct call *c, bool complete) {
    struct raw_state *w = &c->raw;
    void *transfer = w->transfer;
    w->transfer = NULL;
    w->raw->finish(w->raw->ctx, transfer, complete, &w->reply);
}

static void on_pool(uv_work_t *work) {
    struct call *c = work->data;
    struct raw_state *w = &c->raw;
    switch (w->task) {
    case RAW_BEGIN:
        w->raw->begin(w->raw->ctx, &w->request, &w->transfer, &w->reply);
        return;
    case RAW_PIECE:
        give_piece(c);
        break;
    case RAW_FINISH:
        give_piece(c);
        if (!w->reply.status) finish(c, true);
        break;
    case RAW_ABANDON:
        give_piece(c);
        finish(c, false);
        return;
    case RAW_NONE:
        return;
    }
    if (w->reply.status && w->transfer) finish(c, false);
}

static void after_pool(uv_work_t *work, int status) {
    struct call *c = work->data;
    c->at_work = false;
    c->result = status ? ERR_GONE : 0;
    server_raw_returned(c);
}

/* ---- on the loop ---- */

void server_raw_task(struct call *c, enum raw_task task) {
    c->raw.task = task;
    c->phase = CALL_STEPS;
    server_suspend(c);
    c->work.data = c;
    c->at_work = true;
    if (uv_queue_work(c->server->loop, &c->work, on_pool, after_pool) == 0) return;
    c->at_work = false;
    c->result = ERR_NOMEM;
    server_raw_returned(c);
}

void server_raw_start(struct call *c) {
    static const char *const methods[] = { "POST", "HEAD", "PATCH", "DELETE", "OPTIONS", NULL };
    struct raw_state *w = &c->raw;
    const char *const *m = methods;
    while (*m && strcmp(*m, c->method) != 0) m++;
    w->raw = server_raw_for(c);
    buf_init(&w->reply.body, 4096);
    if (!*m) {
        exchange_problem(&c->x, 405, NULL, "Uploads take POST, HEAD, PATCH, DELETE and OPTIONS.");
        text_clip(c->x.reply.allow, sizeof c->x.reply.allow, "POST, HEAD, PATCH, DELETE, OPTIONS");
        return;
    }
    if (c->length > w->raw->body_max) {
        exchange_problem(&c->x, 413, NULL, "The body may have at most %zu bytes.", w->raw->body_max);
        return;
    }
    bool certificate = c->listener->client_ca != NULL;
    if (certificate) server_tls_common_name(c->connection, w->common_name, sizeof w->common_name);
    const char *host = exchange_header(&c->x, "Host");
    w->request = (struct raw_request){
        .method = c->method,
        .path = c->x.path,
        .host = host ? host : "",
        .common_name = certificate ? w->common_name : NULL,
        .tls = c->listener->tls,
        .length = c->chunked ? -1 : (int64_t)c->length,
        .header = header_of,
        .x = &c->x,
    };
    server_raw_task(c, RAW_BEGIN);
}

static void take_reply(struct call *c) {
    struct raw_reply *from = &c->raw.reply;
    struct reply *to = &c->x.reply;
    exchange_reset_reply(&c->x);
    to->status = from->status;
    to->type = "text/plain; charset=utf-8";
    if (from->body.len) (void)buf_add(&to->body, from->body.data, from->body.len);
}

/* The answer is known. At the end of the body it is sent; in the middle of it, where microhttpd sends nothing, the rest is read and forgotten;
 * before it a short rest too, while a long one is left unread and ends the connection. */
static void answer(struct call *c) {
    take_reply(c);
    bool swallow = !c->chunked && c->length <= SERVER_SWALLOW_MAX && !exchange_header(&c->x, "Expect");
    c->phase = CALL_READY;
    if (c->raw.task == RAW_PIECE) {
        c->phase = CALL_SWALLOW;
    } else if (c->raw.task == RAW_BEGIN && swallow) {
        c->phase = CALL_GO_ON;
        c->then = CALL_SWALLOW;
    } else if (c->raw.task == RAW_BEGIN) {
        c->peer->linger = true;
    }
    c->moved_ms = c->began_ms = server_now_ms(c->server);
    server_resume(c);
}

void server_raw_returned(struct call *c) {
    struct raw_state *w = &c->raw;
    if (c->result < 0 && !w->reply.status) w->reply.status = 503;
    if (!c->connection) {
        if (w->transfer && w->task != RAW_ABANDON)
            server_raw_task(c, RAW_ABANDON);
        else
            server_request_free(c);
        return;
    }
    if (w->task == RAW_BEGIN && !w->reply.status && !c->piece && (c->chunked || c->length > 0))
        c->piece = malloc(SERVER_RAW_PIECE);
    if (w->reply.status) {
        answer(c);
        return;
    }
    c->moved_ms = server_now_ms(c->server);
    if (w->task == RAW_BEGIN) c->began_ms = c->moved_ms;
    c->phase = w->task == RAW_BEGIN ? CALL_GO_ON : CALL_BODY;
    c->then = CALL_BODY;
    server_resume(c);
}

enum MHD_Result server_raw_take(struct call *c, const char *data, size_t *size) {
    if (!c->piece) return MHD_NO;
    size_t room = SERVER_RAW_PIECE - c->piece_len;
    size_t n = *size < room ? *size : room;
    memcpy(c->piece + c->piece_len, data, n);
    c->piece_len += n;
    c->received += n;
    c->moved_ms = server_now_ms(c->server);
    *size -= n;
    if (c->received > c->raw.raw->body_max) return MHD_NO;
    if (c->piece_len == SERVER_RAW_PIECE) server_raw_task(c, RAW_PIECE);
    return MHD_YES;
}

void server_raw_lost(struct call *c) { server_raw_task(c, RAW_ABANDON); }
