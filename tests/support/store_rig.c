/* SPDX-License-Identifier: MIT */
#include "tests/support/store_rig.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/cleanup.h"
#include "firmware/db/store.h"
#include "tests/support/db_rig.h"

#include <pthread.h>
#include <time.h>

/* Runs in the test thread only: an assertion on another thread cannot jump back. */
struct db *store_rig_db(const char *path, const char *more) {
    struct db *db = db_rig_open(path, DB_JOURNAL);
    struct err_text e = { 0 };
    if (db_exec(db, "CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB) STRICT", &e) != 0) fail_msg("%s", e.text);
    if (db_exec(db, more, &e) != 0) fail_msg("%s", e.text);
    return db;
}

void store_rig_gate_set(struct store_rig_gate *gate, bool *what) {
    pthread_mutex_lock(&gate->lock);
    *what = true;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

void store_rig_gate_wait(struct store_rig_gate *gate, const bool *what) {
    pthread_mutex_lock(&gate->lock);
    while (!*what) pthread_cond_wait(&gate->changed, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
}

int store_rig_hold(void *arg) {
    struct store_rig_gate *gate = arg;
    store_rig_gate_set(gate, &gate->entered);
    store_rig_gate_wait(gate, &gate->open);
    return 0;
}

void store_rig_wait(struct store_rig_gate *gate, int n) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 30;
    pthread_mutex_lock(&gate->lock);
    int r = 0;
    while (gate->finished < n && r == 0) r = pthread_cond_timedwait(&gate->changed, &gate->lock, &until);
    int finished = gate->finished;
    pthread_mutex_unlock(&gate->lock);
    if (finished < n) fail_msg("only %d of %d jobs were done in 30 s", finished, n);
}

static int insert_before(void *arg) {
    struct store_rig_insert *insert = arg;
    insert->before_calls++;
    return insert->before_result;
}

int store_rig_insert_row(struct db *db, int64_t key, int64_t bytes) {
    struct stmt *s = NULL;
    int r = db_prepare(db, "INSERT INTO t VALUES(?, zeroblob(?))", &s);
    if (r) return r;
    stmt_bind_int(s, 1, key);
    stmt_bind_int(s, 2, bytes);
    return stmt_run(s);
}

int store_rig_insert_run(struct db *db, void *arg) {
    struct store_rig_insert *insert = arg;
    struct stmt *s = NULL;
    insert->runs++;
    int r = store_rig_insert_row(db, insert->key, insert->bytes);
    switch (insert->behaviour) {
    case STORE_RIG_INSERT:
    case STORE_RIG_LARGE:
        return r;
    case STORE_RIG_THEN_FAIL:
        return ERR_DENIED;
    case STORE_RIG_SWALLOW:
        return 0;
    case STORE_RIG_LEAVE_OPEN: /* a fault of the caller's: the statement is not reset */
        r = db_prepare(db, "SELECT a FROM t", &s);
        return r ? r : stmt_step(s) < 0 ? ERR_IO : 0;
    }
    return r;
}

void store_rig_insert_done(void *arg, int result) {
    struct store_rig_insert *insert = arg;
    insert->result = result;
    insert->dones++;
    pthread_mutex_lock(&insert->gate->lock);
    insert->order = ++insert->gate->finished;
    pthread_cond_broadcast(&insert->gate->changed);
    pthread_mutex_unlock(&insert->gate->lock);
}

struct store *store_rig_start(const struct store_options *options) {
    struct store *store = NULL;
    assert_int_equal(store_start(options, &store), 0);
    return store;
}

struct store_options store_rig_writer(struct db *db) {
    return (
        struct store_options){ .name = "store-test", .db = db, .writer = true, .max_waiting = 1000, .max_batch = 64 };
}

/* All the jobs in one batch. */
void store_rig_batch(struct store *store, struct store_rig_insert *inserts, int n) {
    struct store_rig_gate gate = STORE_RIG_GATE;
    assert_int_equal(store_submit(store, &(struct store_job){ .before = store_rig_hold, .arg = &gate }), 0);
    store_rig_gate_wait(&gate, &gate.entered);
    for (int i = 0; i < n; i++) {
        inserts[i].gate = &gate;
        assert_int_equal(store_submit(store, &(struct store_job){ .before = insert_before,
                                                                  .run = store_rig_insert_run,
                                                                  .done = store_rig_insert_done,
                                                                  .arg = &inserts[i] }),
                         0);
    }
    store_rig_gate_set(&gate, &gate.open);
    store_rig_wait(&gate, n);
    for (int i = 0; i < n; i++) assert_int_equal(inserts[i].dones, 1);
}

int store_rig_count(struct db *db, void *arg) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int r = db_prepare(db, "SELECT count(*), total(a) FROM t", &s);
    if (r == 0) r = stmt_step(s);
    if (r < 0) return r;
    *(int64_t *)arg = stmt_int(s, 0);
    return 0;
}

int64_t store_rig_rows(struct store *store) {
    int64_t n = -1;
    assert_int_equal(store_call(store, store_rig_count, &n), 0);
    return n;
}

int64_t store_rig_rows_on_disk(const char *path) {
    struct db *db = db_rig_open(path, DB_JOURNAL_READER);
    int64_t n = -1;
    assert_int_equal(store_rig_count(db, &n), 0);
    db_close(db);
    return n;
}
