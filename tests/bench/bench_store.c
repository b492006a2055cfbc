/* SPDX-License-Identifier: MIT */
/* How fast records become durable: append, projections and commit, each record in a transaction of its own, and the same through the store's
 * thread, from one submitter and from many that share commits; against what the device itself allows: writes of the same bytes into a file whose
 * blocks are there already, each with fdatasync. */
#include "tests/bench/bench.h"

#include "firmware/base/cleanup.h"
#include "firmware/db/store.h"
#include "tests/support/temp.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SUBMITTERS = 100, RAW_FILE_BYTES = 8 << 20, RECORD_BYTES = 1100 };

struct bench {
    struct db *db; /* until the store has it */
    struct store *store;
    struct journal *journal;
    int raw_fd;
    off_t raw_at;
    unsigned each; /* records of a submitter */
    atomic_uint next;
};

struct one {
    struct bench *b;
    struct bench_event event;
};

static int append(struct db *db, void *arg) {
    struct one *one = arg;
    struct err_text e = { 0 };
    int rc = journal_append(one->b->journal, db, &one->event.draft, NULL, &e);
    bench_must(rc, "append", &e);
    return rc;
}

static void record(struct bench *b) {
    struct one one = { .b = b };
    bench_event(10 * atomic_fetch_add(&b->next, 1) + 5, &one.event); /* a log */
    if (b->store) {
        bench_must(store_call(b->store, append, &one), "store", NULL);
        return;
    }
    bench_must(db_begin(b->db), "begin", NULL);
    (void)append(b->db, &one);
    bench_must(db_commit(b->db), "commit", NULL);
}

static void *submit(void *arg) {
    struct bench *b = arg;
    for (unsigned i = 0; i < b->each; i++) record(b);
    return NULL;
}

/* Records a second. */
static double one_after_the_other(struct bench *b, unsigned n) {
    double began = bench_now_s();
    for (unsigned i = 0; i < n; i++) record(b);
    return n / (bench_now_s() - began);
}

static double all_at_once(struct bench *b) {
    pthread_t threads[SUBMITTERS];
    double began = bench_now_s();
    for (int i = 0; i < SUBMITTERS; i++)
        if (pthread_create(&threads[i], NULL, submit, b)) bench_must(ERR_NOMEM, "thread", NULL);
    for (int i = 0; i < SUBMITTERS; i++) (void)pthread_join(threads[i], NULL);
    return SUBMITTERS * b->each / (bench_now_s() - began);
}

static double raw(struct bench *b, unsigned n) {
    char bytes[RECORD_BYTES];
    memset(bytes, 'x', sizeof bytes);
    double began = bench_now_s();
    for (unsigned i = 0; i < n; i++) {
        if (b->raw_at + RECORD_BYTES > RAW_FILE_BYTES) b->raw_at = 0;
        if (pwrite(b->raw_fd, bytes, sizeof bytes, b->raw_at) != RECORD_BYTES || fdatasync(b->raw_fd))
            bench_must(ERR_IO, "raw", NULL);
        b->raw_at += RECORD_BYTES;
    }
    return n / (bench_now_s() - began);
}

static int open_raw(const char *dir) {
    CLEANUP(free_ptr) char *path = temp_path(dir, "raw");
    CLEANUP(free_ptr) char *zeros = calloc(1, RAW_FILE_BYTES);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (!zeros || fd < 0 || write(fd, zeros, RAW_FILE_BYTES) != RAW_FILE_BYTES || fsync(fd))
        bench_must(ERR_IO, path, NULL);
    return fd;
}

int main(void) {
    unsigned rounds = bench_quick() ? 5 : 15, n = bench_quick() ? 40 : 150;
    char *dir = temp_make();
    struct bench b = { .raw_fd = open_raw(dir), .each = bench_quick() ? 10 : 20 };
    struct bench_series alone = { 0 }, handed = { 0 }, together = { 0 };
    bench_journal(dir, "journal.db", BENCH_BOARD, BENCH_SITE, &b.db, &b.journal);
    bench_append(b.db, b.journal, 0, 2000);
    (void)one_after_the_other(&b, 20);
    double device = 0, record_rate = 0;
    for (unsigned i = 0; i < rounds; i++) {
        device = raw(&b, n);
        record_rate = one_after_the_other(&b, n);
        bench_add(&alone, record_rate / device);
    }
    struct store_options o = { .name = "store", .db = b.db, .writer = true, .max_waiting = 4096, .max_batch = 256 };
    bench_must(store_start(&o, &b.store), "store", NULL);
    uint64_t commits = 0;
    for (unsigned i = 0; i < rounds; i++) {
        double before = raw(&b, n / 2);
        bench_add(&handed, one_after_the_other(&b, n) / before);
        double between = raw(&b, n / 2);
        uint64_t first = store_commits(b.store);
        bench_add(&together, all_at_once(&b) / between);
        commits += store_commits(b.store) - first;
    }
    bench_row("one record, append to commit: rate ÷ pwrite + fdatasync of as many bytes", &alone, BENCH_AT_LEAST, 0.5,
              "%u rounds of %u; last: %.0f µs against %.0f µs", rounds, n, 1e6 / record_rate, 1e6 / device);
    bench_row("the same, handed to the store's thread and back", &handed, BENCH_NO_GOAL, 0, "two threads that sleep");
    bench_row("the same with 100 concurrent submitters", &together, BENCH_AT_LEAST, 5, "%.0f records a commit",
              (double)(SUBMITTERS * b.each * rounds) / (double)commits);
    store_stop(b.store);
    journal_destroy(b.journal);
    (void)close(b.raw_fd);
    temp_remove(dir);
    return 0;
}
