/* SPDX-License-Identifier: MIT */
/* From a reply to a microhttpd response: conditions, ranges and the headers that everything carries. Does not read streams. */
#include "app/http/server_call.h"

#include "app/http/range.h"
#include "firmware/base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const always[][2] = {
    { "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
      "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" },
    { "X-Content-Type-Options", "nosniff" },
    { "Referrer-Policy", "no-referrer" },
};

static bool reads(const struct call *c) { return c->head || strcmp(c->method, "GET") == 0; }

static uint64_t whole_size(const struct reply *r) {
    if (r->stream) return (uint64_t)r->stream->size;
    return r->fixed ? r->fixed_len : r->body.len;
}

static void put(struct MHD_Response *response, const char *name, const char *value) {
    if (value && value[0] && MHD_add_response_header(response, name, value) != MHD_YES)
        log_error("the header %s was refused", name);
}

static bool not_modified(const struct call *c) {
    const struct reply *r = &c->x.reply;
    const char *list = exchange_header(&c->x, "If-None-Match");
    return reads(c) && r->status == 200 && r->etag[0] && list && range_etag_in(list, r->etag);
}

/* What cannot be sent is told in words; what is known of the whole (its tag, its size) is told still. */
static void answer_impossible(struct call *c, uint64_t size) {
    struct reply *r = &c->x.reply;
    char etag[sizeof r->etag];
    memcpy(etag, r->etag, sizeof etag);
    exchange_problem(&c->x, 416, NULL, "Range begins behind the end: there are %" PRIu64 " bytes.", size);
    memcpy(r->etag, etag, sizeof etag);
    c->range_from = 0;
    c->range_len = r->body.len;
}

/* Sets range_from and range_len; the status becomes 206 or 416. */
static enum range_kind choose_range(struct call *c) {
    struct reply *r = &c->x.reply;
    const char *condition = exchange_header(&c->x, "If-Range");
    c->range_from = 0;
    c->range_len = whole_size(r);
    if (r->feed || !reads(c) || r->status != 200 || (condition && strcmp(condition, r->etag) != 0)) return RANGE_WHOLE;
    enum range_kind kind = range_read(exchange_header(&c->x, "Range"), c->range_len, &c->range_from, &c->range_len);
    if (kind == RANGE_PART) r->status = 206;
    if (kind == RANGE_IMPOSSIBLE) answer_impossible(c, whole_size(r));
    return kind;
}

static struct MHD_Response *of_bytes(const struct call *c) {
    static char nothing[1];
    const struct reply *r = &c->x.reply;
    union {
        const void *lent;
        void *given;
    } bytes = { .lent = r->fixed ? r->fixed : r->body.data };
    if (c->range_len == 0) return MHD_create_response_from_buffer(0, nothing, MHD_RESPMEM_PERSISTENT);
    /* The call, and with it the body, lives until microhttpd says that the request is done. */
    return MHD_create_response_from_buffer((size_t)c->range_len, (char *)bytes.given + c->range_from,
                                           MHD_RESPMEM_PERSISTENT);
}

static void put_headers(const struct call *c, struct MHD_Response *response, enum range_kind range, uint64_t size,
                        bool content) {
    const struct reply *r = &c->x.reply;
    char text[80];
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) put(response, always[i][0], always[i][1]);
    put(response, "Cache-Control", r->cache_control[0] ? r->cache_control : "no-store");
    put(response, "ETag", r->etag);
    if (content) put(response, "Content-Type", r->type ? r->type : "application/json");
    if (content) put(response, "Content-Encoding", r->encoding);
    put(response, "Location", r->location);
    put(response, "Set-Cookie", r->cookie);
    put(response, "Content-Disposition", r->disposition);
    put(response, "Link", r->link);
    put(response, "Allow", r->allow);
    if (r->stream || r->fixed) put(response, "Accept-Ranges", "bytes");
    (void)snprintf(text, sizeof text, "%d", r->retry_after_s);
    if (r->retry_after_s > 0) put(response, "Retry-After", text);
    if (range == RANGE_PART)
        (void)snprintf(text, sizeof text, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, c->range_from,
                       c->range_from + c->range_len - 1, size);
    if (range == RANGE_IMPOSSIBLE) (void)snprintf(text, sizeof text, "bytes */%" PRIu64, size);
    if (range != RANGE_WHOLE) put(response, "Content-Range", text);
    for (size_t i = 0; i < c->raw.reply.header_count; i++)
        put(response, c->raw.reply.headers[i][0], c->raw.reply.headers[i][1]);
    if (c->server->stopping || r->feed) put(response, "Connection", "close");
}

enum MHD_Result server_reply_queue(struct call *c) {
    struct reply *r = &c->x.reply;
    if (r->body.error && !r->stream && !r->feed && !r->fixed)
        exchange_error(&c->x, r->body.error, &(struct err_text){ .text = "the reply could not be built" });
    enum range_kind range = RANGE_WHOLE;
    uint64_t size = whole_size(r);
    if (not_modified(c)) {
        r->status = 304;
        c->range_len = 0;
    } else {
        range = choose_range(c);
    }
    bool bodiless = r->status == 304 || r->status == 204;
    if (bodiless) c->range_len = 0;
    struct MHD_Response *response = !bodiless && (r->stream || r->feed) ? server_stream_response(c) : of_bytes(c);
    if (!response) return MHD_NO;
    put_headers(c, response, range, size, !bodiless && (size > 0 || r->feed || range == RANGE_IMPOSSIBLE));
    c->phase = CALL_SENDING;
    enum MHD_Result queued = MHD_queue_response(c->connection, (unsigned)r->status, response);
    MHD_destroy_response(response);
    return queued;
}
