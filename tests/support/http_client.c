/* SPDX-License-Identifier: MIT */
/* A raw-socket HTTP client for tests. Understands Content-Length, chunks, and bodies that end with the connection; nothing more. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/support/http_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_S 20
#define BODY_MAX   (64u << 20)

static void die(const char *what) {
    (void)fprintf(stderr, "http client: %s: %s\n", what, strerror(errno));
    abort();
}

static int patient(int fd) {
    struct timeval t = { .tv_sec = PATIENCE_S };
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t);
    return fd;
}

int http_connect(unsigned port) {
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_port = htons((unsigned short)port),
                             .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0) die("connect");
    return patient(fd);
}

int http_connect_unix(const char *path) {
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0) die("connect to the control socket");
    return patient(fd);
}

bool http_send(int fd, const void *bytes, size_t n) {
    const char *p = bytes;
    while (n > 0) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        p += sent;
        n -= (size_t)sent;
    }
    return true;
}

bool http_send_text(int fd, const char *format, ...) {
    char text[8192];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return http_send(fd, text, (size_t)n);
}

static bool read_head(int fd, struct http_reply *out) {
    size_t n = 0;
    while (n < sizeof out->head - 1) {
        ssize_t got = recv(fd, out->head + n, 1, 0);
        if (got <= 0) return false;
        out->head[++n] = '\0';
        if (n >= 4 && memcmp(out->head + n - 4, "\r\n\r\n", 4) == 0) return true;
    }
    return false;
}

void http_expect(int fd, int status, const char *body) {
    struct http_reply r;
    assert_true(http_read(fd, false, &r));
    assert_int_equal(r.status, status);
    if (body) assert_string_equal(r.body, body);
    http_reply_fini(&r);
    (void)close(fd);
}

const char *http_header(const struct http_reply *r, const char *name) {
    static char value[2048];
    size_t n = strlen(name);
    for (const char *line = strstr(r->head, "\r\n"); line && line[2]; line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, name, n) != 0 || line[2 + n] != ':') continue;
        const char *from = line + 3 + n;
        while (*from == ' ') from++;
        size_t len = strcspn(from, "\r");
        (void)snprintf(value, sizeof value, "%.*s", (int)len, from);
        return value;
    }
    return NULL;
}

static bool read_exact(int fd, struct http_reply *out, size_t n) {
    char *grown = realloc(out->body, out->body_len + n + 1);
    if (!grown) die("memory");
    out->body = grown;
    while (n > 0) {
        ssize_t got = recv(fd, out->body + out->body_len, n, 0);
        if (got <= 0) return false;
        out->body_len += (size_t)got;
        n -= (size_t)got;
    }
    out->body[out->body_len] = '\0';
    return true;
}

static bool read_line(int fd, char *line, size_t size) {
    size_t n = 0;
    while (n < size - 1) {
        if (recv(fd, line + n, 1, 0) != 1) return false;
        line[++n] = '\0';
        if (n >= 2 && line[n - 2] == '\r' && line[n - 1] == '\n') return true;
    }
    return false;
}

static bool read_chunks(int fd, struct http_reply *out) {
    char line[64];
    for (;;) {
        if (!read_line(fd, line, sizeof line)) return false;
        size_t n = strtoul(line, NULL, 16);
        if (n > BODY_MAX || !read_exact(fd, out, n) || !read_line(fd, line, sizeof line)) return false;
        if (n == 0) return true;
    }
}

bool http_read(int fd, bool head, struct http_reply *out) {
    *out = (struct http_reply){ 0 };
    do {
        if (!read_head(fd, out)) return false;
        out->status = atoi(out->head + strlen("HTTP/1.1 "));
    } while (out->status == 100);
    if (!read_exact(fd, out, 0)) return false;
    if (head || out->status == 204 || out->status == 304) return true;
    const char *coding = http_header(out, "Transfer-Encoding");
    if (coding && strcasecmp(coding, "chunked") == 0) return read_chunks(fd, out);
    const char *length = http_header(out, "Content-Length");
    return read_exact(fd, out, length ? strtoul(length, NULL, 10) : 0);
}

void http_reply_fini(struct http_reply *r) {
    free(r->body);
    r->body = NULL;
}

static long long now_ms(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool readable(int fd, long long deadline) {
    long long left = deadline - now_ms();
    struct pollfd p = { .fd = fd, .events = POLLIN };
    return left > 0 && poll(&p, 1, (int)left) > 0;
}

bool http_read_until(int fd, const char *text, char *out, size_t out_size, int timeout_ms) {
    long long deadline = now_ms() + timeout_ms;
    size_t n = strlen(out);
    while (!strstr(out, text)) {
        if (n + 1 >= out_size || !readable(fd, deadline)) return false;
        ssize_t got = recv(fd, out + n, out_size - 1 - n, 0);
        if (got <= 0) return false;
        n += (size_t)got;
        out[n] = '\0';
    }
    return true;
}

bool http_wait_closed(int fd, int timeout_ms) {
    char sink[4096];
    long long deadline = now_ms() + timeout_ms;
    while (readable(fd, deadline))
        if (recv(fd, sink, sizeof sink, 0) <= 0) return true;
    return false;
}

struct http_reply http_request(unsigned port, const char *method, const char *target, const char *headers,
                               const char *body) {
    struct http_reply r;
    int fd = http_connect(port);
    (void)http_send_text(fd, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n%s", method, target, port,
                         headers);
    if (body) (void)http_send_text(fd, "Content-Length: %zu\r\n", strlen(body));
    (void)http_send(fd, "\r\n", 2);
    if (body) (void)http_send(fd, body, strlen(body));
    if (!http_read(fd, strcmp(method, "HEAD") == 0, &r)) r.status = -1;
    (void)close(fd);
    return r;
}
