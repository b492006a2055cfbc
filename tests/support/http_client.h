/* SPDX-License-Identifier: MIT */
/* A client on a raw socket, which can also misbehave: send half, stop, hang up. Loopback only; every wait has a deadline. */
#ifndef SITELOG_TESTS_HTTP_CLIENT_H
#define SITELOG_TESTS_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

struct http_reply {
    int status;
    char head[8192]; /* status line and headers */
    char *body;      /* NUL-ended, owned */
    size_t body_len;
};

int http_connect(unsigned port); /* a socket; fails the test otherwise. Receiving gives up after 20 s */
int http_connect_unix(const char *path);
bool http_send(int fd, const void *bytes, size_t n); /* false: the other end hung up */
bool http_send_text(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The next reply of a connection. head: of a HEAD request. False: the connection ended before or within it. */
bool http_read(int fd, bool head, struct http_reply *out);
void http_reply_fini(struct http_reply *r);

/* The next reply has this status and this body (NULL: any), and the connection is closed. Fails the test otherwise. */
void http_expect(int fd, int status, const char *body);

/* A header's value, copied into a static buffer, or NULL. */
const char *http_header(const struct http_reply *r, const char *name);

/* Reads what there is until `text` was seen, the deadline passed or the connection ended; everything read so far is in out (NUL-ended). */
bool http_read_until(int fd, const char *text, char *out, size_t out_size, int timeout_ms);

/* True when the other end closes within the time; what still comes is thrown away. */
bool http_wait_closed(int fd, int timeout_ms);

/* A request on a connection of its own. headers: lines that end in \r\n, or "". Connection and Content-Length are added (body NULL: none). */
struct http_reply http_request(unsigned port, const char *method, const char *target, const char *headers,
                               const char *body);

#endif
