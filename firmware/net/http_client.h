/* SPDX-License-Identifier: MIT */
/* One HTTP request and its whole answer, over TCP or a unix socket, by libcurl. Certificates are verified; redirects are not followed: their
 * status is the answer. Blocks, within its deadline (a name look-up that hangs is waited for up to as long again, unless there is a `stop`).
 * What it says of an error has neither the URL's path nor its query in it, which may be secret. Thread: any; http_client_start before the
 * first of several threads. */
#ifndef SITELOG_NET_HTTP_CLIENT_H
#define SITELOG_NET_HTTP_CLIENT_H

#include "firmware/base/buf.h"

#include <stdatomic.h>

struct http_request {
    const char *method;
    const char *url;            /* "http://localhost/control/users", "https://hub.example/healthz" */
    const char *unix_socket;    /* path, or NULL: TCP */
    const char *type;           /* of the body, or NULL: no body */
    const char *const *headers; /* more of them, "Name: value", NULL-ended; or NULL */
    const void *body;
    size_t n;
    const char *ca, *cert, *key; /* PEM files; NULL or "": the system's CAs, no client certificate */
    int64_t timeout_ms;          /* of the whole; connecting has 10 s of it at most */
    const atomic_bool *stop;     /* set: broken off within a second, also while a name is looked up; or NULL */
};

/* *status: of the answer, also with ERR_TOO_BIG. *reply: its body, at most reply->max bytes. ERR_NETWORK (nothing there, or broken off), ERR_TIMEOUT, ERR_DENIED
 * (certificates), ERR_TOO_BIG, ERR_NOMEM, ERR_GONE (stopped); *e says what. */
MUST_CHECK int http_client_send(const struct http_request *request, int *status, struct buf *reply, struct err_text *e);

/* Around the use by a thread that is not main. start: ERR_UNSUPPORTED. */
MUST_CHECK int http_client_start(void);
void http_client_stop(void);

#endif
