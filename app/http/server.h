/* SPDX-License-Identifier: MIT */
/* The HTTP server: libmicrohttpd on the caller's libuv loop, without a thread of its own. It parses and bounds what comes in, asks who it is,
 * runs a route's steps where they belong with the connection suspended meanwhile, and sends what they answered.
 * Thread: everything on the loop's thread, except where said. */
#ifndef SITELOG_HTTP_SERVER_H
#define SITELOG_HTTP_SERVER_H

#include "app/http/app.h"
#include "app/http/route.h"

#include <uv.h>

struct server;

/* 0 in any of them: the default. */
struct server_limits {
    unsigned connections;     /* 256 */
    unsigned per_address;     /* 64; not over the control socket */
    size_t json_bytes;        /* 256 KiB: one JSON body */
    size_t json_total_bytes;  /* 8 MiB: all that are being received or worked on */
    size_t photo_bytes;       /* 16 MiB */
    size_t photo_total_bytes; /* 48 MiB */
    size_t header_bytes;      /* 32 KiB: a connection's buffer, which request line and headers must fit into */
    int64_t photo_wait_ms;    /* 2 s: an upload waits for room so long, then 503 */
    int64_t silence_ms;       /* 15 s: a body that stops coming */
    int64_t header_ms;        /* 45 s: from the first byte or the end of the last request to the end of the headers */
    int64_t idle_ms;          /* 30 s, whole seconds: nothing moves */
    int64_t stop_ms;          /* 3 s: server_stop waits for exchanges under way */
};

/* A part of the URL space whose bodies are not collected but handed on piece by piece (the hub's uploads). No session, no CSRF: the handler
 * says who may. The functions run on libuv's pool, for one transfer never two at once; the client waits meanwhile. */
struct raw_request {
    const char *method; /* "POST" "HEAD" "PATCH" "DELETE" "OPTIONS"; others get 405 */
    const char *path;   /* whole, decoded */
    const char *host;   /* Host header, or "" */
    const char *
        common_name; /* of the client's verified certificate, "" where it showed none; NULL where TLS does not ask for one */
    bool tls;
    int64_t length; /* Content-Length; 0 where there is no body; -1: not said (chunked) */
    const char *(*header)(const struct raw_request *r,
                          const char *name); /* NULL: not there. Valid until finish or abandon */
    const struct exchange *x;
};

struct raw_reply {
    int status;
    char headers[12][2][160];
    size_t header_count; /* name, value */
    struct buf body;     /* text/plain */
};

struct server_raw {
    const char *prefix; /* "/tus/"; also matches without the last slash */
    size_t body_max;    /* above it: 413 unread */
    void *ctx;
    /* The request's head. Sets reply->status to refuse (the body is then not read) or to answer a request without a body; else *transfer. */
    void (*begin)(void *ctx, const struct raw_request *r, void **transfer, struct raw_reply *reply);
    /* The next at most 256 KiB of the body. Sets reply->status to end it early. */
    void (*piece)(void *ctx, void *transfer, const void *bytes, size_t n, struct raw_reply *reply);
    /* Once for each transfer begun: the body is whole (complete) and reply is sent; or the client left or piece has answered, and reply is not. */
    void (*finish)(void *ctx, void *transfer, bool complete, struct raw_reply *reply);
};

struct server_listen {
    const char *address;   /* "host:port", "[::1]:port", ":port" (all addresses); port 0 takes a free one; NULL: none */
    const char *port_file; /* gets the port that was taken, in decimal and a newline; NULL: none */
    const char *tls_cert, *tls_key; /* PEM files; NULL or "": plain */
    const char *tls_client_ca;      /* PEM file: ask clients for certificates signed by it; NULL or "": do not ask */
};

struct server_options {
    uv_loop_t *loop;
    struct app *app;                   /* its stores and sessions are used */
    const struct route *const *routes; /* NULL-ended: route_tables */
    struct server_listen main;
    struct server_listen raw_only; /* a listener of its own for `raw`, which is then not on main; address NULL: none */
    const char *control_path;      /* unix socket for ROUTE_CONTROL; NULL: none */
    const struct server_raw *raw;  /* NULL: none */
    bool assets;                   /* serve the compiled-in screens */
    struct server_limits limits;
};

/* Owns: caller. Errors name address or file and remedy. */
MUST_CHECK int server_start(const struct server_options *options, struct server **out, struct err_text *e);

/* The port of the main listener (or of raw_only). */
unsigned server_port(const struct server *s);
unsigned server_raw_port(const struct server *s);

/* Accepts nothing new, lets exchanges under way finish (at most stop_ms), ends streams, closes all connections. Outside of uv_run; runs
 * the loop itself meanwhile. */
void server_stop(struct server *s);

/* After server_stop. Waits for steps that are still at work (stores may be stopped before or after). Outside of uv_run. Takes NULL. */
void server_destroy(struct server *s);

/* Counts for metrics. */
struct server_counts {
    uint64_t requests, refused, errors; /* all; below 500 and from 400; from 500 */
    size_t connections, exchanges;      /* now */
    size_t photo_bytes;                 /* reserved now */
};
struct server_counts server_counts(const struct server *s);

#endif
