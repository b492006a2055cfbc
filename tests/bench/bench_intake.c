/* SPDX-License-Identifier: MIT */
/* What head office takes in: a board's events through journal_take, checked, chained and folded, in batches that share a commit, against plain
 * inserts of the same bytes in the same batches into a table that has nothing but a key. */
#include "tests/bench/bench.h"

#include "firmware/base/cleanup.h"
#include "tests/support/temp.h"

#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 256 };

/* Events a second. */
static double plain(const char *dir, const struct bench_events *events) {
    CLEANUP(free_ptr) char *path = temp_path(dir, "plain.db");
    struct err_text e = { 0 };
    struct db *db = NULL;
    bench_must(db_open(path, DB_JOURNAL, &db, &e), path, &e);
    bench_must(db_exec(db, "CREATE TABLE plain (pos INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT", &e), path, &e);
    double began = bench_now_s();
    for (size_t i = 0; i < events->count; i++) {
        struct stmt *s = NULL;
        if (i % BATCH == 0) bench_must(db_begin(db), "begin", NULL);
        bench_must(db_prepare(db, "INSERT INTO plain (bytes) VALUES (?)", &s), "plain", NULL);
        stmt_bind_blob(s, 1, events->list[i].bytes, events->list[i].n);
        bench_must(stmt_run(s), "plain", NULL);
        if (i % BATCH == BATCH - 1 || i + 1 == events->count) bench_must(db_commit(db), "commit", NULL);
    }
    double rate = (double)events->count / (bench_now_s() - began);
    db_close(db);
    (void)remove(path);
    return rate;
}

static double taken(const char *dir, const struct bench_events *events) {
    CLEANUP(free_ptr) char *path = temp_path(dir, "hub.db");
    struct db *db = NULL;
    struct journal *journal = NULL;
    bench_journal(dir, "hub.db", "hub", NULL, &db, &journal);
    double began = bench_now_s();
    for (size_t i = 0; i < events->count; i++) {
        const struct bench_stored *event = &events->list[i];
        enum taken how = TAKEN_GAP;
        char code[16], text[200];
        if (i % BATCH == 0) bench_must(db_begin(db), "begin", NULL);
        bench_must(journal_take(journal, db, BENCH_SITE, BENCH_BOARD, &event->key, event->bytes, event->n, NULL, NULL,
                                &how, code, text),
                   "take", NULL);
        if (how != TAKEN_STORED) bench_must(ERR_INVALID, text, NULL);
        if (i % BATCH == BATCH - 1 || i + 1 == events->count) bench_must(db_commit(db), "commit", NULL);
    }
    double rate = (double)events->count / (bench_now_s() - began);
    journal_destroy(journal);
    db_close(db);
    (void)remove(path);
    return rate;
}

int main(void) {
    unsigned rounds = bench_quick() ? 3 : 9, n = bench_quick() ? 5000 : 20000;
    char *dir = temp_make();
    struct bench_events events;
    struct bench_series ratio = { 0 };
    struct db *db = NULL;
    struct journal *journal = NULL;
    bench_journal(dir, "board.db", BENCH_BOARD, BENCH_SITE, &db, &journal);
    bench_append(db, journal, 0, n);
    bench_events_read(db, BENCH_BOARD, &events);
    double rate = 0;
    for (unsigned i = 0; i < rounds; i++) {
        double yardstick = plain(dir, &events);
        rate = taken(dir, &events);
        bench_add(&ratio, rate / yardstick);
    }
    bench_row("hub intake, events/s ÷ plain inserts of the same bytes", &ratio, BENCH_AT_LEAST, 0.4,
              "%u events, %d a commit, %.0f bytes each; last round %.0f events/s", n, BATCH,
              (double)events.bytes / (double)events.count, rate);
    bench_events_fini(&events);
    journal_destroy(journal);
    db_close(db);
    temp_remove(dir);
    return 0;
}
