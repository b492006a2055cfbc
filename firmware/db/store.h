/* SPDX-License-Identifier: MIT */
/* A thread that owns a database handle and does jobs on it.
 * Writer: jobs that wait share one commit: BEGIN IMMEDIATE, each job in a savepoint (an error undoes only that job), COMMIT, and only
 * then each job's `done`. When COMMIT itself fails, every job of the batch is done with that error. Where SQLite gives up the whole
 * transaction because of one job (a full disk, an I/O error), that job fails and the others are run again.
 * Reader: each job in a read transaction of its own, in the order they came.
 * Thread: store_submit from any thread; run and done on the store's thread. */
#ifndef SITELOG_DB_STORE_H
#define SITELOG_DB_STORE_H

#include "firmware/db/db.h"

struct store;

struct store_job {
    /* Before the shared transaction and outside of it (photo bytes go into their own database here). May be NULL.
     * An error skips `run`. */
    int (*before)(void *arg);
    /* Inside the transaction. May be NULL. A negative return undoes what this job did. May be called more than once (above, and
     * after on_no_space): it starts afresh each time and changes nothing but the database and *arg. */
    int (*run)(struct db *db, void *arg);
    /* After the commit, with the first error or 0. Called exactly once, also when the store stops first (ERR_GONE). Short: posts the
     * result to whoever waits. May be NULL. */
    void (*done)(void *arg, int result);
    void *arg;
};

/* Called on the store's thread after each commit that changed rows, after the jobs' done. Short. */
typedef void (*store_commit_fn)(void *ctx);

/* Called when a COMMIT or a job's run met ERR_NO_SPACE, once a batch; returns true when it freed space and the whole batch shall be run
 * once more. */
typedef bool (*store_no_space_fn)(void *ctx);

struct store_options {
    const char *name; /* thread name, at most 15 characters */
    struct db *db;    /* the store owns it from store_start on, also on error */
    bool writer;
    size_t max_waiting; /* jobs; store_submit says ERR_BUSY above it */
    size_t max_batch;   /* jobs that share a commit */
    store_commit_fn on_commit;
    void *on_commit_ctx; /* may be NULL */
    store_no_space_fn on_no_space;
    void *on_no_space_ctx; /* may be NULL */
};

MUST_CHECK int store_start(const struct store_options *options, struct store **out);

/* Ends the thread after the batch that runs; jobs that still wait are done with ERR_GONE. Takes NULL. Closes the database. */
void store_stop(struct store *store);

/* Copies *job. Does not block. ERR_BUSY, ERR_GONE, ERR_NOMEM (done is not called then). */
MUST_CHECK int store_submit(struct store *store, const struct store_job *job);

/* Submits and waits for `done`; for start-up, tests and other threads than the store's. Returns its result. */
MUST_CHECK int store_call(struct store *store, int (*run)(struct db *db, void *arg), void *arg);

/* The same with a job's `before`; either may be NULL. */
MUST_CHECK int store_call_before(struct store *store, int (*before)(void *arg), int (*run)(struct db *db, void *arg),
                                 void *arg);

/* Jobs that wait now; commits so far; for metrics. Thread: any. */
size_t store_waiting(struct store *store);
uint64_t store_commits(struct store *store);

/* Monotonic ms at which the thread last showed life (a watchdog asks): between any two jobs' steps; of one that waits for jobs, now.
 * Thread: any. */
int64_t store_alive_ms(struct store *store);

#endif
