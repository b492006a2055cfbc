/* SPDX-License-Identifier: MIT */
/* One thread and poll(2); pieces wait in a list a direction, each with the time at which it may go on. Takes in whatever comes at once, so that it delays
 * without narrowing. */
#include "tests/support/delay_proxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PAIRS = 16, PIECE = 65536, TURN_MS = 1 };

struct piece {
    struct piece *next;
    int64_t due_ms;
    size_t n, at;
    char bytes[];
};

struct way {
    int from, to; /* -1: none */
    bool ended;   /* `from` has no more */
    struct piece *first, **last;
};

struct pair {
    struct way up, down;
};

static int64_t now_ms(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void must(bool fine) {
    if (!fine) abort();
}

static struct sockaddr_in loopback(int port) {
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)port),
                                 .sin_addr = { htonl(INADDR_LOOPBACK) } };
}

static void tune(int fd) {
    int one = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    must(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
}

static void pair_open(struct pair *pair, int near, int to) {
    struct sockaddr_in at = loopback(to);
    int far = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(far >= 0);
    if (connect(far, (struct sockaddr *)&at, sizeof at)) {
        (void)close(far);
        (void)close(near);
        return;
    }
    tune(near);
    tune(far);
    *pair = (struct pair){ .up = { .from = near, .to = far }, .down = { .from = far, .to = near } };
    pair->up.last = &pair->up.first;
    pair->down.last = &pair->down.first;
}

static void way_fini(struct way *w) {
    while (w->first) {
        struct piece *p = w->first;
        w->first = p->next;
        free(p);
    }
}

static void pair_close(struct pair *pair) {
    if (pair->up.from < 0) return;
    (void)close(pair->up.from);
    (void)close(pair->up.to);
    way_fini(&pair->up);
    way_fini(&pair->down);
    pair->up.from = -1;
}

static void take_in(struct way *w, int64_t due_ms) {
    while (!w->ended) {
        struct piece *p = malloc(sizeof *p + PIECE);
        must(p != NULL);
        ssize_t n = recv(w->from, p->bytes, PIECE, 0);
        if (n <= 0) {
            free(p);
            if (n == 0 || (errno != EAGAIN && errno != EINTR)) w->ended = true;
            return;
        }
        *p = (struct piece){ .due_ms = due_ms, .n = (size_t)n };
        *w->last = p;
        w->last = &p->next;
    }
}

/* False: the other end is gone. */
static bool hand_on(struct way *w, int64_t now) {
    while (w->first && w->first->due_ms <= now) {
        struct piece *p = w->first;
        ssize_t n = send(w->to, p->bytes + p->at, p->n - p->at, MSG_NOSIGNAL);
        if (n < 0) return errno == EAGAIN || errno == EINTR;
        p->at += (size_t)n;
        if (p->at < p->n) return true;
        w->first = p->next;
        if (!w->first) w->last = &w->first;
        free(p);
    }
    return !(w->ended && !w->first);
}

static void *run(void *arg) {
    struct delay_proxy *p = arg;
    struct pair pairs[PAIRS];
    for (int i = 0; i < PAIRS; i++) pairs[i].up.from = -1;
    while (!atomic_load(&p->stop)) {
        struct pollfd fds[1 + 2 * PAIRS] = { { .fd = p->listener, .events = POLLIN } };
        for (int i = 0; i < PAIRS; i++) {
            bool open = pairs[i].up.from >= 0;
            fds[1 + 2 * i] =
                (struct pollfd){ .fd = open && !pairs[i].up.ended ? pairs[i].up.from : -1, .events = POLLIN };
            fds[2 + 2 * i] =
                (struct pollfd){ .fd = open && !pairs[i].down.ended ? pairs[i].down.from : -1, .events = POLLIN };
        }
        (void)poll(fds, 1 + 2 * PAIRS, TURN_MS);
        int64_t now = now_ms();
        for (int i = 0; i < PAIRS; i++) {
            if (pairs[i].up.from < 0) {
                int near = fds[0].revents ? accept4(p->listener, NULL, NULL, SOCK_CLOEXEC) : -1;
                fds[0].revents = 0;
                if (near >= 0) pair_open(&pairs[i], near, p->to);
                continue;
            }
            take_in(&pairs[i].up, now + p->delay_ms);
            take_in(&pairs[i].down, now + p->delay_ms);
            bool up = hand_on(&pairs[i].up, now), down = hand_on(&pairs[i].down, now);
            if (!up || !down) pair_close(&pairs[i]);
        }
    }
    for (int i = 0; i < PAIRS; i++) pair_close(&pairs[i]);
    return NULL;
}

void delay_proxy_start(struct delay_proxy *p, int to_port, int64_t delay_ms) {
    struct sockaddr_in at = loopback(0);
    socklen_t size = sizeof at;
    p->to = to_port;
    p->delay_ms = delay_ms;
    atomic_init(&p->stop, false);
    p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    must(p->listener >= 0 && bind(p->listener, (struct sockaddr *)&at, sizeof at) == 0 && listen(p->listener, 16) == 0);
    must(getsockname(p->listener, (struct sockaddr *)&at, &size) == 0);
    p->port = ntohs(at.sin_port);
    must(pthread_create(&p->thread, NULL, run, p) == 0);
}

void delay_proxy_stop(struct delay_proxy *p) {
    atomic_store(&p->stop, true);
    (void)pthread_join(p->thread, NULL);
    (void)close(p->listener);
}
