/* SPDX-License-Identifier: MIT */
/* How long a phone waits for the 201 of a photo: the real sitelogd over TCP, from the first byte of the request to the answer; against the least that the
 * same promise takes: the bytes in a file with fsync, rename and fsync of the folder, every bit of it looked at (jpeg_read_coefficients), and its SHA-256.
 * Usage: bench_upload FOLDER-OF-PROGRAMS */
#include "tests/bench/bench.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"
#include "firmware/base/hash.h"
#include "firmware/base/ids.h"
#include "tests/support/http_client.h"
#include "tests/support/temp.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PHOTO_BYTES = 3000000, WIDTH_PX = 4000, HEIGHT_PX = 3000, PATH = 400, DEADLINE_S = 20 };

struct board {
    char *dir;
    char conf[PATH], data[PATH];
    pid_t pid;
    unsigned port;
    char as[400]; /* Cookie and X-CSRF-Token */
};

/* A comment segment behind the start marker, whose number is changed for each photo: other bytes, the same picture. */
static void number(struct buf *photo, unsigned n) {
    static const unsigned char head[] = { 0xff, 0xd8, 0xff, 0xfe, 0, 12 };
    char text[11];
    if (memcmp(photo->data, head, sizeof head) != 0) {
        struct buf longer;
        buf_init(&longer, photo->len + 64);
        bench_must(buf_add(&longer, head, sizeof head), "photo", NULL);
        bench_must(buf_add(&longer, "0000000000", 10), "photo", NULL);
        bench_must(buf_add(&longer, photo->data + 2, photo->len - 2), "photo", NULL);
        buf_fini(photo);
        *photo = longer;
    }
    (void)snprintf(text, sizeof text, "%010u", n);
    memcpy(photo->data + sizeof head, text, 10);
}

/* ---- the board ---- */

static void board_start(struct board *b, const char *programs) {
    char text[PATH * 2], program[PATH], port_file[PATH + 20];
    struct err_text e = { 0 };
    *b = (struct board){ .dir = temp_make() };
    (void)snprintf(b->data, sizeof b->data, "%s/board", b->dir);
    (void)snprintf(b->conf, sizeof b->conf, "%s/sitelogd.conf", b->dir);
    (void)snprintf(program, sizeof program, "%s/sitelogd", programs);
    (void)snprintf(text, sizeof text,
                   "[board]\norg = acme\nsite = s-0412\nid = b-01\ntimezone = Asia/Shanghai\n[store]\ndir = %s\n"
                   "reserve_percent = 1\n[http]\nlisten = 127.0.0.1:0\n[log]\nlevel = error\n",
                   b->data);
    bench_must(file_write(b->conf, text, strlen(text), 0600, &e), b->conf, &e);
    b->pid = fork();
    if (b->pid < 0) bench_must(ERR_NOMEM, "fork", NULL);
    if (b->pid == 0) {
        (void)execl(program, program, "--config", b->conf, (char *)NULL);
        _exit(127);
    }
    (void)snprintf(port_file, sizeof port_file, "%s/http.port", b->data);
    double until = bench_now_s() + DEADLINE_S;
    for (struct buf port; b->port == 0 && bench_now_s() < until;
         (void)nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL)) {
        buf_init(&port, 64);
        if (file_read(port_file, &port, NULL) == 0) b->port = (unsigned)strtoul(port.data, NULL, 10);
        buf_fini(&port);
    }
    if (!b->port) bench_must(ERR_TIMEOUT, "sitelogd", NULL);
}

static void member(const char *json, const char *name, char *out, size_t size) {
    char start[40];
    int n = snprintf(start, sizeof start, "\"%s\":\"", name);
    const char *at = strstr(json, start);
    if (!at) bench_must(ERR_INVALID, name, NULL);
    at += n;
    (void)snprintf(out, size, "%.*s", (int)strcspn(at, "\""), at);
}

static void sign_in(struct board *b) {
    static const char person[] = "{\"id\":\"u-01\",\"name\":\"Manager\",\"role\":\"manager\",\"pin\":\"2468\"}";
    char path[PATH + 20], csrf[128];
    struct http_reply r;
    (void)snprintf(path, sizeof path, "%s/control.sock", b->data);
    int fd = http_connect_unix(path);
    if (!http_send_text(
            fd,
            "POST /control/users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
            "Connection: close\r\n\r\n%s",
            sizeof person - 1, person) ||
        !http_read(fd, false, &r) || r.status != 200)
        bench_must(ERR_DENIED, "user", NULL);
    http_reply_fini(&r);
    (void)close(fd);
    r = http_request(b->port, "POST", "/api/v1/session", "Content-Type: application/json\r\n",
                     "{\"user\":\"u-01\",\"pin\":\"2468\"}");
    if (r.status != 200) bench_must(ERR_DENIED, "session", NULL);
    member(r.body, "csrf", csrf, sizeof csrf);
    const char *cookie = http_header(&r, "Set-Cookie");
    (void)snprintf(b->as, sizeof b->as, "Cookie: %.*s\r\nX-CSRF-Token: %s\r\n", (int)strcspn(cookie, ";"), cookie,
                   csrf);
    http_reply_fini(&r);
}

static void board_stop(struct board *b) {
    (void)kill(b->pid, SIGTERM);
    (void)waitpid(b->pid, NULL, 0);
    temp_remove(b->dir);
}

static void send_photo(struct board *b, int fd, const struct buf *photo) {
    char id[ID_SIZE];
    struct http_reply r;
    ids_make(clock_wall(), id);
    if (!http_send_text(fd,
                        "POST /api/v1/photos?id=%s&room=kitchen HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\n"
                        "Content-Length: %zu\r\n%s\r\n",
                        id, photo->len, b->as) ||
        !http_send(fd, photo->data, photo->len) || !http_read(fd, false, &r))
        bench_must(ERR_NETWORK, "photo", NULL);
    if (r.status != 201) bench_must(ERR_INVALID, r.body, NULL);
    http_reply_fini(&r);
}

/* ---- the yardstick ---- */

static void plain(const struct board *b, const struct buf *photo, unsigned n) {
    char path[PATH];
    uint8_t hash[HASH_SIZE];
    struct err_text e = { 0 };
    bench_read_coefficients(photo);
    hash_sha256(photo->data, photo->len, hash);
    (void)snprintf(path, sizeof path, "%s/%u.jpg", b->dir, n);
    bench_must(file_write(path, photo->data, photo->len, 0600, &e), path, &e);
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    unsigned rounds = bench_quick() ? 9 : 31;
    struct bench_series ratio = { 0 };
    struct buf photo = bench_photo(WIDTH_PX, HEIGHT_PX, PHOTO_BYTES, 1);
    struct board b;
    double took = 0;
    board_start(&b, argv[1]);
    sign_in(&b);
    int fd = http_connect(b.port);
    for (unsigned i = 0; i < rounds + 2; i++) { /* the first two warm up */
        number(&photo, 2 * i);
        double began = bench_now_s();
        plain(&b, &photo, i);
        double yardstick = bench_now_s() - began;
        number(&photo, 2 * i + 1);
        began = bench_now_s();
        send_photo(&b, fd, &photo);
        took = bench_now_s() - began;
        if (i >= 2) bench_add(&ratio, took / yardstick);
    }
    bench_row("time to 201 of a photo, HTTP and all ÷ fsynced file, coefficients and SHA-256", &ratio, BENCH_AT_MOST,
              1.4, "%.1f MB, 12 megapixels; last: %.0f ms", (double)photo.len / 1e6, took * 1000);
    (void)close(fd);
    board_stop(&b);
    buf_fini(&photo);
    return 0;
}
