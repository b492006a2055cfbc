/* SPDX-License-Identifier: MIT */
/* What an idle board costs: the real sitelogd, with a camera, connected through a broker to a real sitelog-hub, nobody using it. Its memory and
 * its way from exec to READY against a program linked with the same libraries that does nothing; and how often its threads wake.
 * Usage: bench_idle FOLDER-OF-PROGRAMS */
#include "tests/bench/bench.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"
#include "tests/bench/board.h"
#include "tests/support/broker.h"
#include "tests/support/temp.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { READY_MS = 20000, PATH = 400 };

struct world {
    char *dir;
    const char *programs;
    struct broker broker;
    int notify_fd;
    char notify[108];
    char board_conf[PATH], hub_conf[PATH];
};

static void write_file(const char *path, const char *text) {
    struct err_text e = { 0 };
    bench_must(file_write(path, text, strlen(text), 0600, &e), path, &e);
}

static void make_world(struct world *w) {
    char text[2048], camera[PATH];
    struct err_text e = { 0 };
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    w->dir = temp_make();
    broker_start(&w->broker);
    (void)snprintf(camera, sizeof camera, "%s/camera", w->dir);
    bench_must(file_make_dirs(camera, 0700, &e), camera, &e);
    struct buf photo = bench_photo(1280, 720, 100000, 1);
    (void)snprintf(camera, sizeof camera, "%s/camera/1.jpg", w->dir);
    bench_must(file_write(camera, photo.data, photo.len, 0600, &e), camera, &e);
    buf_fini(&photo);
    (void)snprintf(w->board_conf, sizeof w->board_conf, "%s/sitelogd.conf", w->dir);
    (void)snprintf(text, sizeof text,
                   "[board]\norg = acme\nsite = s-0412\nid = b-01\ntimezone = Asia/Shanghai\n[store]\ndir = %s/board\n"
                   "reserve_percent = 1\n[http]\nlisten = 127.0.0.1:0\n[mqtt]\nhost = 127.0.0.1\nport = %d\n"
                   "[upload]\nurl = http://127.0.0.1:9\n[camera]\ndevice = sim:%s/camera\n",
                   w->dir, w->broker.port, w->dir);
    write_file(w->board_conf, text);
    (void)snprintf(w->hub_conf, sizeof w->hub_conf, "%s/hub.conf", w->dir);
    (void)snprintf(text, sizeof text,
                   "[hub]\norg = acme\n[store]\nurl = sqlite:%s/hub\n[http]\nlisten = 127.0.0.1:0\n[feed]\n"
                   "url = mqtt://127.0.0.1:%d\n",
                   w->dir, w->broker.port);
    write_file(w->hub_conf, text);
    (void)snprintf(w->notify, sizeof w->notify, "%.90s/notify", w->dir);
    memcpy(at.sun_path, w->notify, sizeof w->notify);
    w->notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (w->notify_fd < 0 || bind(w->notify_fd, (struct sockaddr *)&at, sizeof at)) bench_must(ERR_IO, w->notify, NULL);
}

static void end_world(struct world *w) {
    (void)close(w->notify_fd);
    broker_stop(&w->broker);
    temp_remove(w->dir);
}

/* ---- programs ---- */

static void drop_words(const struct world *w) {
    char word[256];
    while (recv(w->notify_fd, word, sizeof word, MSG_DONTWAIT) > 0) {}
}

/* Starts a program and waits for its READY; *took: seconds from before fork. */
static pid_t start(const struct world *w, const char *name, const char *conf, double *took) {
    char path[PATH], word[256];
    (void)snprintf(path, sizeof path, "%s/%s", w->programs, name);
    drop_words(w);
    double began = bench_now_s();
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        (void)dup2(null, STDERR_FILENO);
        (void)setenv("NOTIFY_SOCKET", w->notify, 1);
        (void)execl(path, path, conf ? "--config" : (char *)NULL, conf, (char *)NULL);
        _exit(127);
    }
    for (;;) {
        struct pollfd fd = { .fd = w->notify_fd, .events = POLLIN };
        int wait_ms = READY_MS - (int)((bench_now_s() - began) * 1000);
        if (pid < 0 || wait_ms <= 0 || poll(&fd, 1, wait_ms) <= 0) bench_must(ERR_TIMEOUT, path, NULL);
        ssize_t n = recv(w->notify_fd, word, sizeof word - 1, 0);
        word[n > 0 ? n : 0] = '\0';
        if (strstr(word, "READY=1")) break;
    }
    *took = bench_now_s() - began;
    return pid;
}

static void stop(pid_t pid) {
    (void)kill(pid, SIGTERM);
    (void)waitpid(pid, NULL, 0);
}

/* Voluntary context switches of all threads so far; tell: each thread's on stderr. */
static double switches(pid_t pid, bool tell) {
    char path[400], line[128], name[64] = "";
    double sum = 0, n = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *d = opendir(path);
    for (struct dirent *task = d ? readdir(d) : NULL; task; task = readdir(d)) {
        if (task->d_name[0] == '.') continue;
        (void)snprintf(path, sizeof path, "/proc/%d/task/%s/status", (int)pid, task->d_name);
        FILE *f = fopen(path, "r");
        while (f && fgets(line, sizeof line, f)) {
            if (sscanf(line, "Name: %63s", name) == 1) continue;
            if (sscanf(line, "voluntary_ctxt_switches: %lf", &n) != 1) continue;
            sum += n;
            if (tell) (void)fprintf(stderr, "  %-16s %.0f\n", name, n);
        }
        if (f) (void)fclose(f);
    }
    if (d) (void)closedir(d);
    return sum;
}

static void let_pass(double seconds) {
    struct timespec t = { .tv_sec = (time_t)seconds, .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9) };
    while (nanosleep(&t, &t)) {}
}

/* ---- the figures ---- */

static void measure_start(const struct world *w) {
    struct bench_series ratio = { 0 };
    unsigned rounds = bench_quick() ? 5 : 15;
    double took = 0, bare = 0;
    stop(start(w, "sitelogd", w->board_conf, &took)); /* makes its databases */
    for (unsigned i = 0; i < rounds; i++) {
        stop(start(w, "tests/bench/bare", NULL, &bare));
        stop(start(w, "sitelogd", w->board_conf, &took));
        bench_add(&ratio, took / bare);
    }
    bench_row("exec to READY ÷ a bare program with the same libraries", &ratio, BENCH_AT_MOST, 20,
              "%u starts of a board whose databases exist; last: %.0f ms", rounds, took * 1000);
}

static void measure_idle(const struct world *w) {
    struct bench_series memory = { 0 }, wakes = { 0 };
    double took, seconds = bench_quick() ? 10 : 30;
    pid_t hub = start(w, "sitelog-hub", w->hub_conf, &took);
    pid_t bare = start(w, "tests/bench/bare", NULL, &took);
    pid_t board = start(w, "sitelogd", w->board_conf, &took);
    let_pass(bench_quick() ? 5 : 10); /* until it has connected, said hello and gone quiet */
    for (int i = 0; i < (bench_quick() ? 1 : 2); i++) {
        double before = switches(board, getenv("BENCH_TELL") != NULL);
        let_pass(seconds);
        bench_add(&wakes, (switches(board, getenv("BENCH_TELL") != NULL) - before) * 60 / seconds);
        bench_add(&memory, bench_rss_kib(board) / bench_rss_kib(bare));
    }
    double kib = bench_rss_kib(board), bare_kib = bench_rss_kib(bare);
    bench_row("idle board: RSS ÷ a bare program with the same libraries", &memory, BENCH_AT_MOST, 1.5,
              "%.1f and %.1f MB", kib / 1024, bare_kib / 1024);
    bench_row("idle board: wake-ups a minute, all threads", &wakes, BENCH_AT_MOST, 30, "%.0f s each, connected",
              seconds);
    stop(board);
    stop(bare);
    stop(hub);
}

int main(int argc, char **argv) {
    struct world w = { .programs = argc > 1 ? argv[1] : "build/release" };
    make_world(&w);
    measure_idle(&w);
    measure_start(&w);
    end_world(&w);
    return 0;
}
