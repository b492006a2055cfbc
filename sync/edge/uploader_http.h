/* SPDX-License-Identifier: MIT */
/* One HTTP request after the other for the uploader, by libcurl, with deadlines, and to be broken off at any time. Knows tus headers, not
 * what to do about an answer. Thread: the upload thread, except uploader_http_wake. */
#ifndef SITELOG_EDGE_UPLOADER_HTTP_H
#define SITELOG_EDGE_UPLOADER_HTTP_H

#include "sync/edge/outbox.h"

#include <stdatomic.h>

struct uploader_http;

struct uploader_http_options {
    const char *url; /* of the server, without /tus/ */
    const char *ca, *cert, *key;
    int64_t connect_ms, stall_ms, request_ms;
    atomic_bool *stop;             /* breaks off what runs */
    atomic_int_fast64_t *alive_ms; /* kept fresh while waiting */
};

/* ERR_INVALID with *e when url is not one. Strings are copied. */
MUST_CHECK int uploader_http_create(const struct uploader_http_options *options, struct uploader_http **out,
                                    struct err_text *e);
void uploader_http_destroy(struct uploader_http *h);

struct uploader_request {
    const char *method;   /* POST HEAD PATCH */
    const char *url;      /* of an upload as uploader_http gave it; "": the server's /tus/ */
    const char *metadata; /* POST */
    int64_t length;       /* POST: Upload-Length */
    int64_t offset;       /* PATCH: Upload-Offset */
    int64_t body;         /* bytes to send; 0: none */
    /* Reads exactly n body bytes at `at` from the body's start. */
    int (*read)(void *ctx, int64_t at, void *out, size_t n);
    void *ctx;
};

struct uploader_result {
    int err;          /* 0: answered; ERR_NETWORK, ERR_TIMEOUT; ERR_GONE: stopped; what read returned */
    bool read_failed; /* err is from read */
    int status;
    int64_t offset, length;    /* headers; -1: not said or not a number */
    char url[OUTBOX_URL_SIZE]; /* Location, resolved: a path at the server, or an absolute URL elsewhere; "" */
    int64_t retry_after_s;     /* 0: not said */
    int64_t sent;              /* body bytes handed to the network */
    char text[120];            /* what went wrong, for a person */
};

void uploader_http_run(struct uploader_http *h, const struct uploader_request *request, struct uploader_result *out);

/* Waits until woken or the time passed (-1: a long time). */
void uploader_http_wait(struct uploader_http *h, int64_t timeout_ms);

/* Thread: any. */
void uploader_http_wake(struct uploader_http *h);

#endif
