/* SPDX-License-Identifier: MIT */
/* What the live picture costs: the real sitelogd over a camera that is not there, 1920 x 1080 MJPEG at 30 frames a second, against Debian's ustreamer
 * on the same device; the same with eight clients; memory; and a shot, from the request to the answer, while somebody watches.
 * Usage: bench_live FOLDER-OF-PROGRAMS */
#include "tests/bench/bench.h"

#include "firmware/base/clock.h"
#include "firmware/base/file.h"
#include "firmware/base/ids.h"
#include "tests/bench/board.h"
#include "tests/support/http_client.h"
#include "tests/support/temp.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FPS = 30, CLIENTS = 8, FRAME_BYTES = 300000, PICTURES = 4, START_S = 20 };

static void let_pass(double seconds) {
    struct timespec t = { .tv_sec = (time_t)seconds, .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9) };
    while (nanosleep(&t, &t)) {}
}

/* ---- the camera ---- */

static char *make_camera(void) {
    char *dir = temp_make(), path[BENCH_PATH];
    static const char script[] = "offer MJPG 1920x1080\nfps 30\nfixed\n";
    for (unsigned i = 0; i < PICTURES; i++) {
        struct buf photo = bench_photo(1920, 1080, FRAME_BYTES, i + 1);
        (void)snprintf(path, sizeof path, "%s/%u.jpg", dir, i);
        bench_must(file_write(path, photo.data, photo.len, 0600, NULL), path, NULL);
        buf_fini(&photo);
    }
    (void)snprintf(path, sizeof path, "%s/script", dir);
    bench_must(file_write(path, script, sizeof script - 1, 0600, NULL), path, NULL);
    (void)setenv("FAKE_V4L2", dir, 1);
    return dir;
}

/* ---- clients: they read parts by their lengths and count them ---- */

struct client {
    int fd;
    pthread_t thread;
    atomic_uint frames;
};

static size_t part_length(const char *head) {
    const char *at = strcasestr(head, "Content-Length:");
    return at ? strtoul(at + strlen("Content-Length:"), NULL, 10) : 0;
}

static void *read_parts(void *arg) {
    struct client *c = arg;
    static _Thread_local char data[1 << 18];
    size_t have = 0, skip = 0;
    for (ssize_t n; (n = recv(c->fd, data + have, sizeof data - 1 - have, 0)) > 0;) {
        have += (size_t)n;
        for (;;) {
            size_t gone = skip < have ? skip : have;
            memmove(data, data + gone, have - gone);
            skip -= gone;
            have -= gone;
            data[have] = '\0';
            char *end = skip ? NULL : strstr(data, "\r\n\r\n");
            if (!end) break;
            *end = '\0';
            skip = part_length(data);
            if (skip) atomic_fetch_add(&c->frames, 1);
            skip += (size_t)(end - data) + 4;
        }
    }
    return NULL;
}

static void client_start(struct client *c, unsigned port, const char *target, const char *headers) {
    *c = (struct client){ .fd = http_connect(port) };
    if (!http_send_text(c->fd, "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n", target, headers) ||
        pthread_create(&c->thread, NULL, read_parts, c))
        bench_must(ERR_NETWORK, target, NULL);
    double until = bench_now_s() + START_S;
    while (atomic_load(&c->frames) < 5 && bench_now_s() < until) let_pass(0.01);
    if (atomic_load(&c->frames) < 5) bench_must(ERR_TIMEOUT, target, NULL);
}

static void client_stop(struct client *c) {
    (void)shutdown(c->fd, SHUT_RDWR);
    (void)pthread_join(c->thread, NULL);
    (void)close(c->fd);
}

static unsigned frames_of(struct client *c, size_t n) {
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) sum += atomic_load(&c[i].frames);
    return sum;
}

struct cost {
    double cpu;    /* seconds of the processor a second */
    double frames; /* given to all clients, a second */
};

static struct cost measure(pid_t pid, unsigned port, const char *target, const char *headers, size_t clients) {
    struct client c[CLIENTS];
    double seconds = bench_quick() ? 3 : 8;
    for (size_t i = 0; i < clients; i++) client_start(&c[i], port, target, headers);
    let_pass(0.5);
    unsigned frames = frames_of(c, clients);
    double cpu = bench_cpu_s(pid), began = bench_now_s();
    let_pass(seconds);
    double took = bench_now_s() - began;
    struct cost cost = { (bench_cpu_s(pid) - cpu) / took, (frames_of(c, clients) - frames) / took };
    for (size_t i = 0; i < clients; i++) client_stop(&c[i]);
    return cost;
}

/* ---- the yardstick ---- */

static unsigned free_port(void) {
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool there =
        fd >= 0 && bind(fd, (struct sockaddr *)&at, size) == 0 && getsockname(fd, (struct sockaddr *)&at, &size) == 0;
    if (fd >= 0) (void)close(fd);
    if (!there) bench_must(ERR_NETWORK, "a free port", NULL);
    return ntohs(at.sin_port);
}

static bool listens(unsigned port) {
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool there = fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0;
    if (fd >= 0) (void)close(fd);
    return there;
}

static pid_t ustreamer_start(const char *preload, unsigned port) {
    char number[16];
    (void)snprintf(number, sizeof number, "%u", port);
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        (void)dup2(null, STDERR_FILENO);
        (void)dup2(null, STDOUT_FILENO);
        (void)setenv("LD_PRELOAD", preload, 1);
        (void)execlp("ustreamer", "ustreamer", "--device", "/dev/video77", "--format", "MJPEG", "--encoder", "HW",
                     "--resolution", "1920x1080", "--host", "127.0.0.1", "--port", number, (char *)NULL);
        _exit(127);
    }
    double until = bench_now_s() + START_S;
    while (!listens(port) && bench_now_s() < until) let_pass(0.02);
    return pid;
}

static void ustreamer_stop(pid_t pid) {
    (void)kill(pid, SIGTERM);
    (void)waitpid(pid, NULL, 0);
}

/* ---- the figures ---- */

static void compare(struct bench_board *b, const char *preload) {
    struct bench_series ratio = { 0 }, many = { 0 };
    struct cost one = { 0 }, eight = { 0 }, theirs = { 0 };
    for (unsigned i = 0; i < (bench_quick() ? 2 : 5); i++) {
        unsigned port = free_port();
        pid_t pid = ustreamer_start(preload, port);
        theirs = measure(pid, port, "/stream", "", 1);
        ustreamer_stop(pid);
        one = measure(b->pid, b->port, "/api/v1/camera/live", b->as, 1);
        eight = measure(b->pid, b->port, "/api/v1/camera/live", b->as, CLIENTS);
        bench_add(&ratio, one.cpu / one.frames / (theirs.cpu / theirs.frames));
        bench_add(&many, eight.cpu / one.cpu);
    }
    bench_row("live picture, 1080p at 30/s: processor time a frame ÷ ustreamer's", &ratio, BENCH_AT_MOST, 0.5,
              "%.2f and %.2f ms a frame of %d kB, at %.0f and %.0f a second", one.cpu / one.frames * 1000,
              theirs.cpu / theirs.frames * 1000, FRAME_BYTES / 1000, one.frames, theirs.frames);
    bench_row("the same, eight clients ÷ one", &many, BENCH_AT_MOST, 1.5, "%.1f frames a second each",
              eight.frames / CLIENTS);
}

#define CAMERA "[camera]\ndevice = /dev/video77\nwidth = 1920\nheight = 1080\n"
#define LAPSE  "timelapse_minutes = 1\ntimelapse_hours = 00:00-23:59\n"

/* The time-lapse takes nothing without it. */
static void consent(const struct bench_board *b) {
    char headers[512];
    (void)snprintf(headers, sizeof headers, "Content-Type: application/json\r\n%s", b->as);
    struct http_reply r = http_request(b->port, "PUT", "/api/v1/consent", headers, "{\"given\":true}");
    if (r.status != 201) bench_must(ERR_INVALID, r.body, NULL);
    http_reply_fini(&r);
}

/* Against a board of its own that has a camera and lets it rest; without a clock the time-lapse takes its frame at once. */
static void memory(const char *programs, const char *preload) {
    struct bench_series mib = { 0 };
    struct bench_board quiet, busy;
    struct client c[2];
    bench_board_start(&quiet, programs, CAMERA, preload);
    bench_board_start(&busy, programs, CAMERA LAPSE, preload);
    consent(&busy);
    for (size_t i = 0; i < 2; i++) client_start(&c[i], busy.port, "/api/v1/camera/live", busy.as);
    let_pass(5); /* its frame is taken, looked at and kept; the other's camera is closed again */
    for (int i = 0; i < 3; i++) {
        let_pass(1);
        bench_add(&mib, (bench_rss_kib(busy.pid) - bench_rss_kib(quiet.pid)) / 1024);
    }
    double before = bench_rss_kib(quiet.pid);
    for (size_t i = 0; i < 2; i++) client_stop(&c[i]);
    bench_board_stop(&busy);
    bench_board_stop(&quiet);
    bench_row("live picture for two clients and time-lapse: RSS it adds, MB", &mib, BENCH_AT_MOST, 12,
              "to %.1f MB; the device's buffers with it", before / 1024);
}

static double shot(struct bench_board *b, int fd) {
    char id[ID_SIZE];
    struct http_reply r;
    ids_make(clock_wall(), id);
    double began = bench_now_s();
    if (!http_send_text(fd,
                        "POST /api/v1/camera/shot HTTP/1.1\r\nHost: x\r\nContent-Type: "
                        "application/json\r\nContent-Length: %zu\r\n%s\r\n{\"id\":\"%s\"}",
                        strlen(id) + 9, b->as, id) ||
        !http_read(fd, false, &r))
        bench_must(ERR_NETWORK, "shot", NULL);
    if (r.status != 201) bench_must(ERR_INVALID, r.body, NULL);
    http_reply_fini(&r);
    return bench_now_s() - began;
}

static void shots(struct bench_board *b) {
    struct bench_series ratio = { 0 };
    struct client c;
    struct buf photo = bench_photo(1920, 1080, FRAME_BYTES, 1);
    double took = 0, alone = 0;
    int fd = http_connect(b->port);
    client_start(&c, b->port, "/api/v1/camera/live", b->as);
    for (unsigned i = 0; i < (bench_quick() ? 9 : 31); i++) {
        bench_number(&photo, i);
        double began = bench_now_s();
        bench_board_photo(b, fd, &photo);
        alone = bench_now_s() - began;
        took = shot(b, fd);
        bench_add(&ratio, took / (alone + 1.0 / FPS));
    }
    client_stop(&c);
    (void)close(fd);
    buf_fini(&photo);
    bench_row("a shot, from the button to durable ÷ the store alone and one frame's time", &ratio, BENCH_AT_MOST, 1.3,
              "somebody watches; last: %.0f ms and %.0f + %d ms", took * 1000, alone * 1000, 1000 / FPS);
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    char preload[BENCH_PATH];
    struct bench_board b;
    char *camera = make_camera(), *object;
    (void)snprintf(preload, sizeof preload, "%s/tests/support/preload/fake_v4l2.so", argv[1]);
    object = realpath(preload, NULL);
    if (!object) bench_must(ERR_NOT_FOUND, preload, NULL);
    memory(argv[1], object);
    bench_board_start(&b, argv[1], CAMERA, object);
    compare(&b, object);
    shots(&b);
    bench_board_stop(&b);
    free(object);
    temp_remove(camera);
    return 0;
}
