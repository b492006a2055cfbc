/* SPDX-License-Identifier: MIT */
/* A bad network and a bad proxy in front of the real tus receiver: an HTTP/1.1 server on a free loopback port, one connection at a time, that
 * asks the test before each request what shall go wrong. Its thread runs until tus_stub_stop. */
#ifndef SITELOG_TEST_TUS_STUB_H
#define SITELOG_TEST_TUS_STUB_H

#include "sync/hub/tus.h"

#define TUS_STUB_HEADERS 4096

struct tus_stub;

struct tus_stub_request {
    int number; /* 1, 2, 3 … */
    char method[8], path[128];
    int64_t content_length; /* 0: no body */
    char headers[TUS_STUB_HEADERS];
};

/* Zeroed: nothing goes wrong. */
struct tus_stub_fault {
    int status;         /* answer this at once instead of asking the receiver */
    const char *header; /* a line to add to every such answer, "Retry-After: 1", or NULL */
    bool cut;           /* close after cut_after bytes of the body (0: before any, and before an answer) */
    int64_t cut_after;
    bool drop_answer;          /* the receiver gets it all, the client hears nothing */
    bool buffering;            /* a proxy that passes a body on only when it is complete */
    bool stall;                /* read cut_after bytes of the body, then nothing for ever */
    bool flip;                 /* damage the first byte of the body */
    const char *offset;        /* say this Upload-Offset instead of the receiver's; "" : say none */
    const char *location_base; /* put this before the Location: "http://other:1" */
};

typedef struct tus_stub_fault (*tus_stub_judge_fn)(void *ctx, const struct tus_stub_request *request);

struct tus_stub_counts {
    int requests, posts, heads, patches, connections;
    int64_t body_bytes;
};

/* tus and ctx are borrowed. judge NULL: nothing ever goes wrong; called on the stub's thread. port 0: a free one. */
struct tus_stub *tus_stub_start(struct tus *tus, tus_stub_judge_fn judge, void *ctx, int port);
void tus_stub_stop(struct tus_stub *s);
const char *tus_stub_url(const struct tus_stub *s); /* "http://127.0.0.1:<port>" */
int tus_stub_port(const struct tus_stub *s);
struct tus_stub_counts tus_stub_counts(struct tus_stub *s);

#endif
