/* SPDX-License-Identifier: MIT */
/* Jobs for a store's thread that say what became of them, and batches that are made on purpose and not by luck. Failures end the test (cmocka). */
#ifndef SITELOG_TEST_STORE_RIG_H
#define SITELOG_TEST_STORE_RIG_H

#include "firmware/db/store.h"

#include <pthread.h>
#include <stdatomic.h>

/* A new database with a table t (a INTEGER PRIMARY KEY, b BLOB); more: SQL to run then. Test thread only. */
struct db *store_rig_db(const char *path, const char *more);

/* ---- holding a store's thread until the test has filled the queue ---- */

struct store_rig_gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool entered;
    bool open;
    int finished; /* jobs */
};

#define STORE_RIG_GATE                                                                                                 \
    { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER }

void store_rig_gate_set(struct store_rig_gate *gate, bool *what);
void store_rig_gate_wait(struct store_rig_gate *gate, const bool *what);
int store_rig_hold(void *arg); /* a job's `before`: sets entered, waits for open; arg: the gate */
void store_rig_wait(struct store_rig_gate *gate, int n); /* until n are finished, at most 30 s */

/* ---- a job that inserts a row, and what it saw ---- */

enum store_rig_insert_how {
    STORE_RIG_INSERT,
    STORE_RIG_THEN_FAIL,
    STORE_RIG_LARGE,
    STORE_RIG_SWALLOW,   /* hides that it failed */
    STORE_RIG_LEAVE_OPEN /* leaves a statement behind that is not reset */
};

struct store_rig_insert {
    enum store_rig_insert_how behaviour;
    int64_t key;
    int64_t bytes;
    int before_result;
    atomic_int before_calls;
    atomic_int runs;
    atomic_int dones;
    atomic_int result;
    int order; /* of done, from 1 */
    struct store_rig_gate *gate;
};

int store_rig_insert_row(struct db *db, int64_t key, int64_t bytes);
int store_rig_insert_run(struct db *db, void *arg); /* a job's `run` and `done`; arg: the insert */
void store_rig_insert_done(void *arg, int result);

/* ---- stores ---- */

struct store *store_rig_start(const struct store_options *options);
struct store_options store_rig_writer(struct db *db);

/* All the jobs in one batch; returns when they are done. */
void store_rig_batch(struct store *store, struct store_rig_insert *inserts, int n);

int store_rig_count(struct db *db, void *arg); /* a job's `run`: the number of rows to *(int64_t *)arg */
int64_t store_rig_rows(struct store *store);
int64_t store_rig_rows_on_disk(const char *path); /* as another process would see it */

#endif
