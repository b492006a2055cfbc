/* SPDX-License-Identifier: MIT */
/* How many bytes reach the device for each byte of a photo: photo, thumbnail, event, projections and what file systems and journals add,
 * through the same steps as a photo that a phone sends. As root: on an ext4 of its own, by the loop device's counter of written sectors, which
 * has the file system's journal in it. Otherwise by what the kernel counts for this process (write_bytes of /proc/self/io), which has not. */
#include "tests/bench/bench.h"

#include "app/photo/capture.h"
#include "app/photo/depot.h"
#include "firmware/base/cleanup.h"
#include "firmware/db/store.h"
#include "tests/support/temp.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Fewer pixels than such a photo has, so that making them takes less time; the bytes count here. */
enum { PHOTO_BYTES = 3000000, WIDTH_PX = 2400, HEIGHT_PX = 1800, IMAGE_MB = 1024 };

/* ---- the device ---- */

struct meter {
    char *dir;
    char data[320], mount[300], image[300];
    char stat[64]; /* of the loop device; "": /proc/self/io */
};

static int run(const char *const words[]) {
    pid_t pid = fork();
    if (pid < 0) return -1;
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        (void)dup2(null, STDOUT_FILENO);
        (void)dup2(null, STDERR_FILENO);
        (void)execvp(words[0], (char *const *)(uintptr_t)words);
        _exit(127);
    }
    int status = 0;
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

/* The loop device that is mounted at `mount`. */
static bool find_device(struct meter *m) {
    char line[1024], device[512], at[512];
    bool found = false;
    FILE *f = fopen("/proc/mounts", "r");
    while (f && !found && fgets(line, sizeof line, f))
        if (sscanf(line, "/dev/%500s %500s", device, at) == 2 && strcmp(at, m->mount) == 0)
            found = snprintf(m->stat, sizeof m->stat, "/sys/block/%.40s/stat", device) > 0;
    if (f) (void)fclose(f);
    return found;
}

static void meter_open(struct meter *m) {
    *m = (struct meter){ .dir = temp_make() };
    (void)snprintf(m->mount, sizeof m->mount, "%s/mount", m->dir);
    (void)snprintf(m->image, sizeof m->image, "%s/image", m->dir);
    (void)snprintf(m->data, sizeof m->data, "%s/data", m->mount);
    if (mkdir(m->mount, 0700)) bench_must(ERR_IO, m->mount, NULL);
    if (geteuid() != 0) return;
    int fd = open(m->image, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && ftruncate(fd, (off_t)IMAGE_MB << 20) == 0;
    if (fd >= 0) (void)close(fd);
    const char *const make[] = {
        "mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0,nodiscard", m->image, (char *)NULL
    };
    const char *const mount[] = { "mount", "-o", "loop", m->image, m->mount, (char *)NULL };
    if (ok && run(make) == 0 && run(mount) == 0 && !find_device(m)) bench_must(ERR_IO, "no loop device", NULL);
}

static void meter_close(struct meter *m) {
    const char *const unmount[] = { "umount", m->mount, (char *)NULL };
    if (m->stat[0] && run(unmount)) (void)fprintf(stderr, "%s could not be unmounted\n", m->mount);
    temp_remove(m->dir);
}

/* Bytes written so far, after everything was. */
static uint64_t meter_read(const struct meter *m) {
    char line[256];
    unsigned long long n = 0;
    int fd = open(m->mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || syncfs(fd)) bench_must(ERR_IO, m->mount, NULL);
    (void)close(fd);
    FILE *f = fopen(m->stat[0] ? m->stat : "/proc/self/io", "r");
    while (f && fgets(line, sizeof line, f)) {
        if (m->stat[0] && sscanf(line, "%*u %*u %*u %*u %*u %*u %llu", &n) == 1) n *= 512;
        if (!m->stat[0] && sscanf(line, "write_bytes: %llu", &n) == 1) break;
    }
    if (f) (void)fclose(f);
    return n;
}

/* ---- a board that takes photos ---- */

struct board {
    struct depot depot;
    struct store *store;
    struct photos photos;
    struct capture capture;
    const char *drop; /* hash of the photo to drop first, or NULL */
};

static void board_open(struct board *b, const char *dir) {
    struct err_text e = { 0 };
    struct depot_options o = { .org = BENCH_ORG,
                               .site = BENCH_SITE,
                               .writer = BENCH_BOARD,
                               .timezone = "Asia/Shanghai",
                               .dir = dir,
                               .reserve_percent = 1 };
    *b = (struct board){ 0 };
    bench_must(depot_open(&o, &b->depot, &e), dir, &e);
    struct store_options s = {
        .name = "store", .db = b->depot.db, .writer = true, .max_waiting = 100, .max_batch = 16
    };
    b->depot.db = NULL;
    bench_must(store_start(&s, &b->store), "store", NULL);
    photos_init(&b->photos);
    b->photos.blobs = b->depot.blobs;
    b->photos.outbox = true;
}

static void board_close(struct board *b) {
    store_stop(b->store);
    photos_fini(&b->photos);
    depot_close(&b->depot);
}

static int keep(void *arg) {
    struct board *b = arg;
    struct err_text e = { 0 };
    int rc = b->drop ? blobs_drop(b->photos.blobs, b->drop) : 0;
    if (rc == 0) rc = capture_keep(&b->photos, &b->capture, &e);
    bench_must(rc, "keep", &e);
    return rc;
}

static int record(struct db *db, void *arg) {
    struct board *b = arg;
    struct err_text e = { 0 };
    struct appended out;
    struct buf answer;
    buf_init(&answer, 65536);
    int rc = capture_record(&b->photos, &b->capture, b->depot.journal, db, &out, &answer, &e);
    buf_fini(&answer);
    bench_must(rc, "record", &e);
    return rc;
}

/* Takes in photo `number`; its hash goes to sha256. Returns its size. */
static size_t take(struct board *b, unsigned number, char sha256[HASH_TEXT_SIZE]) {
    struct err_text e = { 0 };
    struct buf bytes = bench_photo(WIDTH_PX, HEIGHT_PX, PHOTO_BYTES, number + 1);
    struct capture *c = &b->capture;
    capture_init(c);
    c->site = BENCH_SITE;
    c->actor = "user/u-01";
    c->bytes = bytes.data;
    c->n = bytes.len;
    ids_make(clock_wall(), c->record.id);
    (void)snprintf(c->record.origin, sizeof c->record.origin, "phone");
    bench_must(capture_look(&b->photos, c, &e), "look", &e);
    bench_must(store_call_before(b->store, keep, record, b), "store", NULL);
    memcpy(sha256, c->record.sha256, HASH_TEXT_SIZE);
    size_t n = bytes.len;
    capture_fini(c);
    buf_fini(&bytes);
    return n;
}

/* n more photos with everything that closing writes; drop: each after the oldest was dropped. */
static double measure(const struct meter *m, char (*hashes)[HASH_TEXT_SIZE], unsigned first, unsigned n, bool drop) {
    struct board b;
    size_t bytes = 0;
    board_open(&b, m->data);
    uint64_t before = meter_read(m);
    for (unsigned i = first; i < first + n; i++) {
        b.drop = drop ? hashes[i - n] : NULL;
        bytes += take(&b, i, hashes[i]);
    }
    board_close(&b);
    return (double)(meter_read(m) - before) / (double)bytes;
}

/* The same photos as plain files, each with fsync. */
static double measure_files(const struct meter *m, const struct buf *photo, unsigned n) {
    size_t bytes = 0;
    uint64_t before = meter_read(m);
    for (unsigned i = 0; i < n; i++) {
        char path[400];
        (void)snprintf(path, sizeof path, "%s/%u.jpg", m->mount, i);
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        bool good = fd >= 0 && write(fd, photo->data, photo->len) == (ssize_t)photo->len && fsync(fd) == 0;
        if (fd >= 0) (void)close(fd);
        bench_must(good ? 0 : ERR_IO, path, NULL);
        bytes += photo->len;
    }
    double ratio = (double)(meter_read(m) - before) / (double)bytes;
    for (unsigned i = 0; i < n; i++) {
        char path[400];
        (void)snprintf(path, sizeof path, "%s/%u.jpg", m->mount, i);
        (void)unlink(path);
    }
    return ratio;
}

int main(void) {
    unsigned n = bench_quick() ? 20 : 60;
    struct meter m;
    struct bench_series kept = { 0 }, dropped = { 0 }, files = { 0 };
    struct buf photo = bench_photo(WIDTH_PX, HEIGHT_PX, PHOTO_BYTES, 1);
    CLEANUP(free_ptr) char(*hashes)[HASH_TEXT_SIZE] = calloc(2 * (size_t)n, sizeof *hashes);
    if (!hashes) bench_must(ERR_NOMEM, "hashes", NULL);
    meter_open(&m);
    const char *how = m.stat[0] ? "sectors of an ext4 of its own" : "/proc/self/io, without the file system's journal";
    bench_add(&files, measure_files(&m, &photo, n));
    bench_add(&kept, measure(&m, hashes, 0, n, false));
    bench_add(&dropped, measure(&m, hashes, n, n, true));
    bench_row("bytes written per photo with its event ÷ photo bytes", &kept, BENCH_AT_MOST, 1.04,
              "%u photos of %.1f MB, %s; plain files with fsync: %.3f", n, (double)photo.len / 1e6, how,
              bench_median(&files));
    bench_row("the same while the oldest are dropped", &dropped, BENCH_AT_MOST, 1.06, "%u more", n);
    meter_close(&m);
    buf_fini(&photo);
    return 0;
}
