/* SPDX-License-Identifier: MIT */
/* Carries requests below /tus/ to the receiver and its replies back. Knows neither files nor hashes. */
#include "app/http/route_tus.h"

#include "firmware/base/text.h"
#include "sync/hub/tus.h"

#include <stdlib.h>

static const char *header_of(void *ctx, const char *name) {
    const struct raw_request *r = ctx;
    return r->header(r, name);
}

static void put_reply(const struct tus_reply *from, struct raw_reply *to) {
    to->status = from->status;
    for (size_t i = 0; i < from->header_count && to->header_count < TEXT_ARRAY_LEN(to->headers); i++) {
        char(*pair)[160] = to->headers[to->header_count++];
        text_clip(pair[0], sizeof pair[0], from->headers[i].name);
        text_clip(pair[1], sizeof pair[1], from->headers[i].value);
    }
    (void)buf_add_text(&to->body, from->text);
}

static void end(struct tus_exchange *x, struct raw_reply *reply) {
    struct tus_reply r = { 0 };
    tus_end(x, &r);
    put_reply(&r, reply);
}

static void begin(void *ctx, const struct raw_request *r, void **transfer, struct raw_reply *reply) {
    union {
        const struct raw_request *lent;
        void *given;
    } request = { .lent = r };
    struct tus_request t = {
        .method = r->method,
        .path = r->path,
        .certificate = r->common_name,
        .content_length = r->length,
        .header = header_of,
        .ctx = request.given,
    };
    struct tus_exchange *x = NULL;
    if (tus_begin(ctx, &t, &x))
        reply->status = 503;
    else if (!tus_wants_body(x) && r->length != 0)
        end(x, reply); /* refused: the body is not read */
    else
        *transfer = x;
}

/* What is known before the end of the body is answered by finish: it is the receiver that has the exchange until then. */
static void piece(void *ctx, void *transfer, const void *bytes, size_t n, struct raw_reply *reply) {
    (void)ctx, (void)reply;
    if (tus_wants_body(transfer)) tus_piece(transfer, bytes, n);
}

static void finish(void *ctx, void *transfer, bool complete, struct raw_reply *reply) {
    (void)ctx;
    if (complete)
        end(transfer, reply);
    else
        tus_abort(transfer);
}

struct server_raw route_tus(struct tus *tus) {
    return (struct server_raw){
        .prefix = TUS_PATH,
        .body_max = TUS_ORIGINAL_MAX,
        .ctx = tus,
        .begin = begin,
        .piece = piece,
        .finish = finish,
    };
}
