/* SPDX-License-Identifier: MIT */
/* Bodies that are not in memory: streams, read on the pool a piece at a time while the connection sleeps, and feeds without an end, which sleep
 * until they are woken. */
#include "app/http/server_call.h"

#include "firmware/base/log.h"

#include <stdlib.h>
#include <string.h>

#define STREAM_BLOCK 32768u
#define FEED_BLOCK   16384u

static void on_pool(uv_work_t *work) {
    struct call *c = work->data;
    struct reply_stream *stream = c->x.reply.stream;
    c->piece_error = stream->read(stream, (int64_t)c->piece_at, c->piece, c->piece_len);
}

static void after_pool(uv_work_t *work, int status) {
    struct call *c = work->data;
    c->at_work = false;
    if (status) c->piece_error = ERR_GONE;
    server_stream_returned(c);
}

void server_stream_returned(struct call *c) {
    if (c->piece_error) log_error("%s: the stored bytes could not be read: %s", c->x.path, err_name(c->piece_error));
    if (c->connection)
        server_resume(c);
    else
        server_request_free(c);
}

static ssize_t fetch(struct call *c, uint64_t at, uint64_t left) {
    if (!c->piece && !(c->piece = malloc(SERVER_PIECE))) return MHD_CONTENT_READER_END_WITH_ERROR;
    c->piece_at = at;
    c->piece_len = left < SERVER_PIECE ? (size_t)left : SERVER_PIECE;
    c->work.data = c;
    if (uv_queue_work(c->server->loop, &c->work, on_pool, after_pool) != 0) return MHD_CONTENT_READER_END_WITH_ERROR;
    c->at_work = true;
    server_suspend(c);
    return 0;
}

static ssize_t read_stream(void *ctx, uint64_t pos, char *out, size_t max) {
    struct call *c = ctx;
    uint64_t at = c->range_from + pos;
    if (c->piece_error || c->server->closing) return MHD_CONTENT_READER_END_WITH_ERROR;
    if (c->at_work) return 0;
    if (c->piece_len == 0 || at < c->piece_at || at >= c->piece_at + c->piece_len)
        return fetch(c, at, c->range_len - pos);
    size_t have = (size_t)(c->piece_at + c->piece_len - at);
    size_t n = have < max ? have : max;
    memcpy(out, c->piece + (at - c->piece_at), n);
    return (ssize_t)n;
}

static ssize_t read_feed(void *ctx, uint64_t pos, char *out, size_t max) {
    struct call *c = ctx;
    struct reply_feed *feed = c->x.reply.feed;
    (void)pos;
    long n = c->server->stopping ? -1 : feed->read(feed, out, max);
    if (n > 0) return (ssize_t)n;
    if (n < 0) return MHD_CONTENT_READER_END_OF_STREAM;
    c->feed_waits = true;
    server_suspend(c);
    return 0;
}

void reply_feed_wake(struct reply_feed *f) {
    struct call *c = (struct call *)(void *)f->exchange;
    if (!c || !c->feed_waits) return;
    c->feed_waits = false;
    server_resume(c);
}

struct MHD_Response *server_stream_response(struct call *c) {
    if (c->x.reply.stream) return MHD_create_response_from_callback(c->range_len, STREAM_BLOCK, read_stream, c, NULL);
    struct reply_feed *feed = c->x.reply.feed;
    feed->exchange = &c->x;
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, feed->block_bytes ? feed->block_bytes : FEED_BLOCK, read_feed, c, NULL);
    /* A chunk is built in the connection's own small memory; without chunks a block goes out in one piece. */
    if (response && feed->block_bytes)
        (void)MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    return response;
}
