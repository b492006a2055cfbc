/* SPDX-License-Identifier: MIT */
/* Starts and stops a board and speaks to it. Measures nothing but what /proc says. */
#include "tests/bench/board.h"

#include "firmware/base/file.h"
#include "firmware/base/ids.h"
#include "tests/bench/bench.h"
#include "tests/support/http_client.h"
#include "tests/support/temp.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { DEADLINE_S = 20 };

void bench_number(struct buf *photo, unsigned n) {
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

static void member(const char *json, const char *name, char *out, size_t size) {
    char start[40];
    int n = snprintf(start, sizeof start, "\"%s\":\"", name);
    const char *at = strstr(json, start);
    if (!at) bench_must(ERR_INVALID, name, NULL);
    at += n;
    (void)snprintf(out, size, "%.*s", (int)strcspn(at, "\""), at);
}

static void sign_in(struct bench_board *b) {
    static const char person[] = "{\"id\":\"u-01\",\"name\":\"Manager\",\"role\":\"manager\",\"pin\":\"2468\"}";
    char path[BENCH_PATH + 20], csrf[128];
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

static void wait_port(struct bench_board *b) {
    char port_file[BENCH_PATH + 20];
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

void bench_board_start(struct bench_board *b, const char *programs, const char *more, const char *preload) {
    char text[BENCH_PATH * 3], program[BENCH_PATH];
    struct err_text e = { 0 };
    *b = (struct bench_board){ .dir = temp_make() };
    (void)snprintf(b->data, sizeof b->data, "%s/board", b->dir);
    (void)snprintf(b->conf, sizeof b->conf, "%s/sitelogd.conf", b->dir);
    (void)snprintf(program, sizeof program, "%s/sitelogd", programs);
    (void)snprintf(text, sizeof text,
                   "[board]\norg = acme\nsite = s-0412\nid = b-01\ntimezone = Asia/Shanghai\n[store]\ndir = %s\n"
                   "reserve_percent = 1\n[http]\nlisten = 127.0.0.1:0\n[log]\nlevel = error\n%s",
                   b->data, more);
    bench_must(file_write(b->conf, text, strlen(text), 0600, &e), b->conf, &e);
    b->pid = fork();
    if (b->pid < 0) bench_must(ERR_NOMEM, "fork", NULL);
    if (b->pid == 0) {
        if (preload) (void)setenv("LD_PRELOAD", preload, 1);
        (void)execl(program, program, "--config", b->conf, (char *)NULL);
        _exit(127);
    }
    wait_port(b);
    sign_in(b);
}

void bench_board_stop(struct bench_board *b) {
    (void)kill(b->pid, SIGTERM);
    (void)waitpid(b->pid, NULL, 0);
    temp_remove(b->dir);
}

void bench_board_photo(struct bench_board *b, int fd, const struct buf *photo) {
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

double bench_cpu_s(pid_t pid) {
    char path[BENCH_PATH];
    double sum = 0, ns = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *d = opendir(path);
    for (struct dirent *task = d ? readdir(d) : NULL; task; task = readdir(d)) {
        if (task->d_name[0] == '.') continue;
        (void)snprintf(path, sizeof path, "/proc/%d/task/%.20s/schedstat", (int)pid, task->d_name);
        FILE *f = fopen(path, "r");
        if (f && fscanf(f, "%lf", &ns) == 1) sum += ns;
        if (f) (void)fclose(f);
    }
    if (d) (void)closedir(d);
    if (sum <= 0) bench_must(ERR_IO, path, NULL);
    return sum / 1e9;
}

double bench_rss_kib(pid_t pid) {
    char path[64], line[128];
    double kib = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmRSS: %lf", &kib) == 1) break;
    if (f) (void)fclose(f);
    if (kib <= 0) bench_must(ERR_IO, path, NULL);
    return kib;
}
