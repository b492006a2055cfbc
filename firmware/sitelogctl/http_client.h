/* SPDX-License-Identifier: MIT */
/* One HTTP request and its whole answer, over TCP or a unix socket. The one file of this program that includes curl.h. Blocks, within its
 * deadline (a name look-up that hangs is waited for up to as long again). Thread: main. */
#ifndef SITELOG_SITELOGCTL_HTTP_CLIENT_H
#define SITELOG_SITELOGCTL_HTTP_CLIENT_H

#include "firmware/base/buf.h"

struct http_request {
    const char *method;
    const char *url;         /* "http://localhost/control/users", "https://hub.example/healthz" */
    const char *unix_socket; /* path, or NULL: TCP */
    const char *type;        /* of the body, or NULL: no body */
    const void *body;
    size_t n;
    const char *ca, *cert, *key; /* PEM files; NULL or "": the system's CAs, no client certificate */
    int64_t timeout_ms;
};

/* *status: of the answer. *reply: its body, at most reply->max bytes. ERR_NETWORK (nothing there, or broken off), ERR_TIMEOUT, ERR_DENIED
 * (certificates), ERR_TOO_BIG, ERR_NOMEM; *e says what. */
MUST_CHECK int http_client_send(const struct http_request *request, int *status, struct buf *reply, struct err_text *e);

#endif
