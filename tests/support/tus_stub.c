/* SPDX-License-Identifier: MIT */
/* Just enough HTTP/1.1 for one well-behaved client: no chunked bodies, no pipelining. */
#include "tests/support/tus_stub.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

struct tus_stub {
    struct tus *tus;
    tus_stub_judge_fn judge;
    void *ctx;
    int listener, port;
    char url[64];
    pthread_t thread;
    atomic_bool stop;
    pthread_mutex_t mutex;
    struct tus_stub_counts counts;

    /* of the connection */
    int fd;
    bool idle;
    char in[TUS_STUB_HEADERS + 65536];
    size_t in_n;
    struct tus_stub_request request;
};

static void must(bool what, const char *text) {
    if (!what) {
        perror(text);
        abort();
    }
}

/* As every server, it does not wait for a silent client for ever. It has to be so: a client that closes with bytes unsent is not seen to have gone
 * while nobody reads, since its end stands behind them. */
enum { TURN_MS = 50, PATIENCE_TURNS = 20000 / TURN_MS };

/* Waits for bytes; false: the end, stopped, or out of patience. */
static bool fill(struct tus_stub *s) {
    for (int turn = 0; turn < PATIENCE_TURNS && !atomic_load(&s->stop); turn++) {
        /* between requests another connection that waits is served instead */
        struct pollfd p[2] = { { .fd = s->fd, .events = POLLIN }, { .fd = s->listener, .events = POLLIN } };
        int ready = poll(p, s->idle ? 2 : 1, TURN_MS);
        if (ready < 0 && errno != EINTR) return false;
        if (ready <= 0) continue;
        if (!(p[0].revents)) return false;
        ssize_t n = read(s->fd, s->in + s->in_n, sizeof s->in - s->in_n);
        if (n <= 0) return false;
        s->in_n += (size_t)n;
        return true;
    }
    return false;
}

static void eat(struct tus_stub *s, size_t n) {
    memmove(s->in, s->in + n, s->in_n - n);
    s->in_n -= n;
}

/* Owns: the caller's. */
static char *header(void *ctx, const char *name) {
    struct tus_stub *s = ctx;
    size_t n = strlen(name);
    for (const char *line = s->request.headers; *line; line = strstr(line, "\r\n") + 2) {
        const char *end = strstr(line, "\r\n");
        if (strncasecmp(line, name, n) != 0 || line[n] != ':') continue;
        const char *from = line + n + 1;
        while (*from == ' ') from++;
        return strndup(from, (size_t)(end - from));
    }
    return NULL;
}

static bool read_head(struct tus_stub *s) {
    char *end;
    s->idle = s->in_n == 0;
    if (s->idle && !fill(s)) return false;
    s->idle = false;
    while (s->in_n == 0 || (end = memmem(s->in, s->in_n, "\r\n\r\n", 4)) == NULL)
        if (s->in_n > TUS_STUB_HEADERS - 8 || !fill(s)) return false;
    size_t head = (size_t)(end - s->in) + 2;
    char *line_end = memmem(s->in, head, "\r\n", 2);
    *line_end = '\0';
    if (sscanf(s->in, "%7s %127s", s->request.method, s->request.path) != 2) return false;
    size_t first = (size_t)(line_end - s->in) + 2;
    memcpy(s->request.headers, s->in + first, head - first);
    s->request.headers[head - first] = '\0';
    eat(s, head + 2);
    char *length = header(s, "Content-Length");
    s->request.content_length = length ? strtoll(length, NULL, 10) : 0;
    free(length);
    return true;
}

static void say(struct tus_stub *s, const char *text, size_t n) {
    while (n > 0) {
        ssize_t wrote = send(s->fd, text, n, MSG_NOSIGNAL);
        if (wrote <= 0) return;
        text += wrote;
        n -= (size_t)wrote;
    }
}

static void answer(struct tus_stub *s, const struct tus_reply *r, const struct tus_stub_fault *fault, bool keep) {
    char text[16384];
    size_t n = 0;
    n += (size_t)snprintf(text, sizeof text, "HTTP/1.1 %d x\r\n%s%s%s", r->status, fault->header ? fault->header : "",
                          fault->header ? "\r\n" : "", keep ? "" : "Connection: close\r\n");
    for (size_t i = 0; i < r->header_count; i++) {
        const char *value = r->headers[i].value;
        if (strcmp(r->headers[i].name, "Upload-Offset") == 0 && fault->offset) value = fault->offset;
        const char *base =
            strcmp(r->headers[i].name, "Location") == 0 && fault->location_base ? fault->location_base : "";
        if (*value) n += (size_t)snprintf(text + n, sizeof text - n, "%s: %s%s\r\n", r->headers[i].name, base, value);
    }
    if (r->status != 204) n += (size_t)snprintf(text + n, sizeof text - n, "Content-Length: %zu\r\n", strlen(r->text));
    n += (size_t)snprintf(text + n, sizeof text - n, "\r\n%s", strcmp(s->request.method, "HEAD") == 0 ? "" : r->text);
    say(s, text, n);
}

/* Bytes of the body, into x (or kept back while buffering). False: the connection ends here. */
static bool read_body(struct tus_stub *s, struct tus_exchange *x, const struct tus_stub_fault *fault) {
    int64_t left = s->request.content_length, seen = 0;
    char *kept = fault->buffering ? malloc((size_t)left + 1) : NULL;
    bool whole = true;
    while (left > 0 && whole) {
        if ((fault->cut || fault->stall) && seen >= fault->cut_after) {
            for (int turn = 0; fault->stall && turn < PATIENCE_TURNS && !atomic_load(&s->stop); turn++) {
                struct pollfd p = { .fd = s->fd, .events = POLLRDHUP };
                if (poll(&p, 1, TURN_MS) > 0) break; /* the client has given up */
            }
            whole = false;
            break;
        }
        if (s->in_n == 0 && !fill(s)) {
            whole = false;
            break;
        }
        size_t n = s->in_n < (size_t)left ? s->in_n : (size_t)left;
        if ((fault->cut || fault->stall) && (int64_t)n > fault->cut_after - seen) n = (size_t)(fault->cut_after - seen);
        if (seen == 0 && n > 0 && fault->flip) s->in[0] ^= 1;
        if (kept)
            memcpy(kept + seen, s->in, n);
        else if (x)
            tus_piece(x, s->in, n);
        eat(s, n);
        seen += (int64_t)n;
        left -= (int64_t)n;
        pthread_mutex_lock(&s->mutex);
        s->counts.body_bytes += (int64_t)n;
        pthread_mutex_unlock(&s->mutex);
    }
    if (kept && whole) tus_piece(x, kept, (size_t)seen);
    free(kept);
    return whole;
}

/* Names live in allocated copies until the request is over. */
struct names {
    struct tus_stub *s;
    char *given[16];
    size_t n;
};

static const char *name_header(void *ctx, const char *name) {
    struct names *names = ctx;
    char *value = header(names->s, name);
    if (value == NULL) return NULL;
    must(names->n < 16, "too many headers asked for");
    return names->given[names->n++] = value;
}

static void free_names(struct names *names) {
    for (size_t i = 0; i < names->n; i++) free(names->given[i]);
}

/* One request. False: close the connection. */
static bool serve(struct tus_stub *s) {
    if (!read_head(s)) return false;
    pthread_mutex_lock(&s->mutex);
    s->request.number = ++s->counts.requests;
    s->counts.posts += strcmp(s->request.method, "POST") == 0;
    s->counts.heads += strcmp(s->request.method, "HEAD") == 0;
    s->counts.patches += strcmp(s->request.method, "PATCH") == 0;
    pthread_mutex_unlock(&s->mutex);
    struct tus_stub_fault fault = { 0 };
    if (s->judge) fault = s->judge(s->ctx, &s->request);
    struct tus_reply reply = { .status = fault.status };
    if (fault.status) {
        bool body = s->request.content_length > 0;
        answer(s, &reply, &fault, !body);
        if (body) shutdown(s->fd, SHUT_WR);
        while (body && fill(s)) s->in_n = 0; /* until the client has read the answer */
        return !body;
    }
    if (fault.cut && fault.cut_after == 0) return false;
    struct names names = { .s = s };
    struct tus_request request = { s->request.method,         s->request.path, NULL,
                                   s->request.content_length, name_header,     &names };
    struct tus_exchange *x = NULL;
    must(tus_begin(s->tus, &request, &x) == 0, "tus_begin");
    free_names(&names);
    if (!read_body(s, x, &fault)) {
        tus_abort(x);
        return false;
    }
    tus_end(x, &reply);
    if (fault.drop_answer) return false;
    answer(s, &reply, &fault, true);
    return true;
}

static void *main_loop(void *arg) {
    struct tus_stub *s = arg;
    while (!atomic_load(&s->stop)) {
        struct pollfd p = { .fd = s->listener, .events = POLLIN };
        if (poll(&p, 1, 50) <= 0) continue;
        s->fd = accept(s->listener, NULL, NULL);
        if (s->fd < 0) continue;
        pthread_mutex_lock(&s->mutex);
        s->counts.connections++;
        pthread_mutex_unlock(&s->mutex);
        s->in_n = 0;
        while (!atomic_load(&s->stop) && serve(s)) {}
        /* a reset, as a lost connection looks like */
        struct linger hard = { .l_onoff = 1, .l_linger = 0 };
        (void)setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        close(s->fd);
    }
    return NULL;
}

struct tus_stub *tus_stub_start(struct tus *tus, tus_stub_judge_fn judge, void *ctx, int port) {
    struct tus_stub *s = calloc(1, sizeof *s);
    must(s != NULL, "calloc");
    s->tus = tus;
    s->judge = judge;
    s->ctx = ctx;
    pthread_mutex_init(&s->mutex, NULL);
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    int on = 1;
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(s->listener >= 0, "socket");
    (void)setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    must(bind(s->listener, (struct sockaddr *)&at, sizeof at) == 0, "bind");
    must(listen(s->listener, 8) == 0, "listen");
    must(getsockname(s->listener, (struct sockaddr *)&at, &n) == 0, "getsockname");
    s->port = ntohs(at.sin_port);
    snprintf(s->url, sizeof s->url, "http://127.0.0.1:%d", s->port);
    must(pthread_create(&s->thread, NULL, main_loop, s) == 0, "pthread_create");
    return s;
}

void tus_stub_stop(struct tus_stub *s) {
    if (s == NULL) return;
    atomic_store(&s->stop, true);
    pthread_join(s->thread, NULL);
    close(s->listener);
    pthread_mutex_destroy(&s->mutex);
    free(s);
}

const char *tus_stub_url(const struct tus_stub *s) { return s->url; }

int tus_stub_port(const struct tus_stub *s) { return s->port; }

struct tus_stub_counts tus_stub_counts(struct tus_stub *s) {
    pthread_mutex_lock(&s->mutex);
    struct tus_stub_counts c = s->counts;
    pthread_mutex_unlock(&s->mutex);
    return c;
}
