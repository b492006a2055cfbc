/* SPDX-License-Identifier: MIT */
/* A request from its first line to its end, as microhttpd calls it: parses, finds the route, and then goes by the call's phase. */
#include "app/http/server_call.h"

#include "app/http/assets.h"
#include "app/http/url.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TARGET_MAX  8192u
#define HEADERS_MAX (64u << 10)

/* ---- birth and end ---- */

void *server_request_target(void *ctx, const char *target, struct MHD_Connection *connection) {
    struct listener *l = ctx;
    struct server *s = l->server;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct peer *peer = info ? info->socket_context : NULL;
    if (!target || !peer) return NULL;
    struct call *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    exchange_init(&c->x, &c->input);
    c->server = s;
    c->listener = l;
    c->connection = connection;
    c->peer = peer;
    c->phase = CALL_HEADERS;
    c->target = strlen(target) <= TARGET_MAX ? strdup(target) : NULL;
    c->x.path = "";
    peer->call = c;
    c->next = s->calls;
    if (c->next) c->next->prev = c;
    s->calls = c;
    s->call_count++;
    server_sweep_soon(s, true);
    return c;
}

void server_request_free(struct call *c) {
    struct server *s = c->server;
    server_body_release(c);
    exchange_fini(&c->x);
    buf_fini(&c->raw.reply.body);
    if (c->prev) c->prev->next = c->next;
    if (!c->prev) s->calls = c->next;
    if (c->next) c->next->prev = c->prev;
    s->call_count--;
    free(c->piece);
    free(c->headers);
    free(c->target);
    free(c);
}

static void count(struct server *s, int status) {
    s->counts.requests++;
    if (status >= 500)
        s->counts.errors++;
    else if (status >= 400)
        s->counts.refused++;
}

void server_request_done(void *ctx, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode why) {
    struct call *c = *state;
    (void)ctx, (void)connection, (void)why;
    *state = NULL;
    if (!c) return;
    c->peer->call = NULL;
    c->peer->since_ms = server_now_ms(c->server);
    c->peer = NULL;
    c->connection = NULL;
    c->suspended = false;
    if (c->phase == CALL_WAIT) budget_leave(c->budget, &c->wait);
    if (c->phase == CALL_SENDING) count(c->server, c->x.reply.status);
    if (c->at_work) return; /* freed when it comes back */
    if (c->raw.transfer)
        server_raw_lost(c);
    else
        server_request_free(c);
}

/* ---- headers ---- */

struct header_walk {
    struct call *call;
    size_t bytes;
    bool too_many;
};

static enum MHD_Result measure(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value) {
    struct header_walk *w = ctx;
    (void)kind;
    w->bytes += strlen(name) + strlen(value ? value : "") + 2;
    return MHD_YES;
}

static enum MHD_Result keep(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value) {
    struct header_walk *w = ctx;
    struct exchange_input *in = &w->call->input;
    (void)kind;
    if (in->header_count == EXCHANGE_HEADERS_MAX) {
        w->too_many = true;
        return MHD_NO;
    }
    size_t name_size = strlen(name) + 1, value_size = strlen(value ? value : "") + 1;
    char *at = w->call->headers + w->bytes;
    memcpy(at, name, name_size);
    memcpy(at + name_size, value ? value : "", value_size);
    in->headers[in->header_count++] = (struct exchange_pair){ .name = at, .value = at + name_size };
    w->bytes += name_size + value_size;
    return MHD_YES;
}

static int copy_headers(struct call *c) {
    struct header_walk w = { .call = c };
    (void)MHD_get_connection_values(c->connection, MHD_HEADER_KIND, measure, &w);
    if (w.bytes > HEADERS_MAX) return ERR_TOO_BIG;
    c->headers = malloc(w.bytes + 1);
    if (!c->headers) return ERR_NOMEM;
    w.bytes = 0;
    (void)MHD_get_connection_values(c->connection, MHD_HEADER_KIND, keep, &w);
    return w.too_many ? ERR_TOO_BIG : 0;
}

/* How long the body will be. Two answers to that question, or one that microhttpd reads otherwise, are how requests are smuggled. */
static int read_length(struct call *c) {
    c->said_length = -1;
    for (size_t i = 0; i < c->input.header_count; i++) {
        const struct exchange_pair *h = &c->input.headers[i];
        if (strcasecmp(h->name, "Transfer-Encoding") == 0) c->chunked = true;
        if (strcasecmp(h->name, "Content-Length") != 0) continue;
        if (c->said_length >= 0 || text_int(h->value, 0, INT64_MAX, &c->said_length)) return ERR_INVALID;
    }
    if (c->chunked && c->said_length >= 0) return ERR_INVALID;
    c->length = c->said_length > 0 ? (size_t)c->said_length : 0;
    return 0;
}

/* ---- finding what is asked for ---- */

static void find_asset(struct call *c) {
    const struct asset *asset;
    const char *location;
    switch (assets_find(c->server->app->board, c->x.path, &asset, &location)) {
    case ASSET_NONE:
        return;
    case ASSET_ELSEWHERE:
        c->x.reply.status = 302;
        text_clip(c->x.reply.location, sizeof c->x.reply.location, location);
        return;
    case ASSET_FILE:
        c->x.reply.status = 200;
        c->x.reply.type = asset->type;
        c->x.reply.encoding = "gzip";
        c->x.reply.fixed = asset->bytes;
        c->x.reply.fixed_len = (size_t)(asset->end - asset->bytes);
        text_clip(c->x.reply.etag, sizeof c->x.reply.etag, asset->etag);
        text_clip(c->x.reply.cache_control, sizeof c->x.reply.cache_control, "max-age=0, must-revalidate");
        return;
    }
}

static void find_route(struct call *c) {
    struct server *s = c->server;
    struct match_side side = { .board = s->app->board, .control = c->listener->kind == LISTENER_CONTROL };
    match_route(s->options.routes, side, c->method, c->x.path, &c->match);
    c->x.route = c->match.route;
    memcpy(c->input.params, c->match.params, sizeof c->match.params);
    c->input.param_count = c->match.param_count;
    if (c->match.route) return;
    bool read = c->head || strcmp(c->method, "GET") == 0;
    if (c->match.status == 404 && s->options.assets && !side.control && read) find_asset(c);
    if (c->x.reply.status) return;
    if (c->match.status == 405) {
        exchange_problem(&c->x, 405, NULL, "This path does not take %s. It takes %s.", c->method, c->match.allow);
        text_clip(c->x.reply.allow, sizeof c->x.reply.allow, c->match.allow);
    } else {
        exchange_problem(&c->x, 404, NULL, "There is nothing at this path.");
    }
}

static void parse(struct call *c, const char *method) {
    struct err_text e = { 0 };
    text_clip(c->method, sizeof c->method, method);
    c->head = strcmp(c->method, "HEAD") == 0;
    c->x.method = c->method;
    int r = copy_headers(c);
    if (!c->target) {
        exchange_problem(&c->x, 414, NULL, "The request's target is too long.");
    } else if (r == ERR_NOMEM) {
        exchange_error(&c->x, r, NULL);
    } else if (r) {
        exchange_problem(&c->x, 431, NULL, "There are too many headers.");
    } else if (read_length(c)) {
        exchange_problem(&c->x, 400, NULL,
                         "Content-Length must be given once, as a number, and not with Transfer-Encoding.");
        c->length = SIZE_MAX; /* where the next request would begin is anybody's guess */
    } else if (c->peer->denied) {
        exchange_problem(&c->x, 403, NULL, "Only root and the daemon's own user may use the control socket.");
    } else if (url_parse(c->target, &c->x.path, &c->input, &e)) {
        exchange_problem(&c->x, 400, NULL, "%s", e.text);
    }
}

/* A reply that is known before the body came: a short body is read and forgotten, a long one ends the connection. */
static enum MHD_Result refuse(struct call *c) {
    if (!c->chunked && c->length == 0) {
        c->phase = CALL_READY;
        return MHD_YES;
    }
    if (!c->chunked && c->length <= SERVER_SWALLOW_MAX && !exchange_header(&c->x, "Expect")) {
        c->phase = CALL_SWALLOW;
        c->moved_ms = c->began_ms = server_now_ms(c->server);
        return MHD_YES;
    }
    c->peer->linger = true;
    return server_reply_queue(c);
}

static enum MHD_Result begin(struct call *c, const char *method) {
    parse(c, method);
    if (!c->x.reply.status && server_raw_for(c)) {
        server_raw_start(c);
        return c->x.reply.status ? refuse(c) : MHD_YES;
    }
    if (!c->x.reply.status) find_route(c);
    if (!c->x.reply.status) server_check(c);
    if (!c->x.reply.status) server_body_begin(c);
    return c->x.reply.status ? refuse(c) : MHD_YES;
}

/* ---- what microhttpd calls ---- */

static enum MHD_Result receive(struct call *c, const char *data, size_t *size) {
    if (*size > 0) {
        if (c->raw.raw) return server_raw_take(c, data, size);
        server_body_take(c, data, *size);
        *size = 0;
        return MHD_YES;
    }
    if (c->raw.raw) {
        server_raw_task(c, RAW_FINISH);
        return MHD_YES;
    }
    server_privacy_mask(c);
    if (c->x.reply.status) return server_reply_queue(c);
    server_steps_start(c);
    return MHD_YES;
}

enum MHD_Result server_request_handle(void *ctx, struct MHD_Connection *connection, const char *url, const char *method,
                                      const char *version, const char *data, size_t *size, void **state) {
    struct call *c = *state;
    (void)ctx, (void)connection, (void)url, (void)version;
    if (!c || c->server->closing) return MHD_NO;
    switch (c->phase) {
    case CALL_HEADERS:
        return begin(c, method);
    case CALL_GO_ON:
        c->phase = c->then;
        return MHD_YES;
    case CALL_BODY:
        return receive(c, data, size);
    case CALL_SWALLOW:
        if (*size == 0) return server_reply_queue(c);
        c->moved_ms = server_now_ms(c->server);
        *size = 0;
        return MHD_YES;
    case CALL_READY:
        return server_reply_queue(c);
    case CALL_WAIT:
    case CALL_STEPS:
    case CALL_SENDING:
        return MHD_YES;
    }
    return MHD_NO;
}
