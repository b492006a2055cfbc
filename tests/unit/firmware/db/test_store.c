/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/clock.h"
#include "firmware/db/store.h"
#include "tests/support/temp.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct place {
    char *dir;
    char *path;
};

static int setup(void **state) {
    struct place *place = calloc(1, sizeof *place);
    if (!place) return -1;
    place->dir = temp_make();
    place->path = temp_path(place->dir, "journal.db");
    *state = place;
    return 0;
}

static int teardown(void **state) {
    struct place *place = *state;
    temp_remove(place->dir);
    free(place->path);
    free(place);
    return 0;
}

static struct db *opened(const char *path, enum db_profile profile) {
    struct db *db = NULL;
    struct err_text e = { 0 };
    if (db_open(path, profile, &db, &e) != 0) fail_msg("%s", e.text);
    return db;
}

/* Runs in the test thread only: an assertion on another thread cannot jump back. */
static struct db *new_db(const char *path, const char *more) {
    struct db *db = opened(path, DB_JOURNAL);
    struct err_text e = { 0 };
    if (db_exec(db, "CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB) STRICT", &e) != 0) fail_msg("%s", e.text);
    if (db_exec(db, more, &e) != 0) fail_msg("%s", e.text);
    return db;
}

/* ---- a job that inserts a row, and what it saw ---- */

enum behaviour { INSERT, INSERT_THEN_FAIL, INSERT_LARGE, SWALLOW_LARGE, LEAVE_OPEN };

struct insert {
    enum behaviour behaviour;
    int64_t key;
    int64_t bytes;
    int before_result;
    atomic_int before_calls;
    atomic_int runs;
    atomic_int dones;
    atomic_int result;
    int order; /* of done, from 1 */
    struct gate *gate;
};

/* Holds the store's thread until the test has filled the queue, so that a batch is made on purpose and not by luck. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool entered;
    bool open;
    int finished;
};

#define GATE                                                                                                           \
    { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER }

static void gate_set(struct gate *gate, bool *what) {
    pthread_mutex_lock(&gate->lock);
    *what = true;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

static void gate_wait(struct gate *gate, const bool *what) {
    pthread_mutex_lock(&gate->lock);
    while (!*what) pthread_cond_wait(&gate->changed, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
}

static int hold(void *arg) {
    struct gate *gate = arg;
    gate_set(gate, &gate->entered);
    gate_wait(gate, &gate->open);
    return 0;
}

static void wait_finished(struct gate *gate, int n) {
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
    struct insert *insert = arg;
    insert->before_calls++;
    return insert->before_result;
}

static int insert_row(struct db *db, int64_t key, int64_t bytes) {
    struct stmt *s = NULL;
    int r = db_prepare(db, "INSERT INTO t VALUES(?, zeroblob(?))", &s);
    if (r) return r;
    stmt_bind_int(s, 1, key);
    stmt_bind_int(s, 2, bytes);
    return stmt_run(s);
}

static int insert_run(struct db *db, void *arg) {
    struct insert *insert = arg;
    struct stmt *s = NULL;
    insert->runs++;
    int r = insert_row(db, insert->key, insert->bytes);
    switch (insert->behaviour) {
    case INSERT:
    case INSERT_LARGE:
        return r;
    case INSERT_THEN_FAIL:
        return ERR_DENIED;
    case SWALLOW_LARGE:
        return 0;
    case LEAVE_OPEN: /* a fault of the caller's: the statement is not reset */
        r = db_prepare(db, "SELECT a FROM t", &s);
        return r ? r : stmt_step(s) < 0 ? ERR_IO : 0;
    }
    return r;
}

static void insert_done(void *arg, int result) {
    struct insert *insert = arg;
    insert->result = result;
    insert->dones++;
    pthread_mutex_lock(&insert->gate->lock);
    insert->order = ++insert->gate->finished;
    pthread_cond_broadcast(&insert->gate->changed);
    pthread_mutex_unlock(&insert->gate->lock);
}

static struct store *started(const struct store_options *options) {
    struct store *store = NULL;
    assert_int_equal(store_start(options, &store), 0);
    return store;
}

static struct store_options writer_of(struct db *db) {
    return (
        struct store_options){ .name = "store-test", .db = db, .writer = true, .max_waiting = 1000, .max_batch = 64 };
}

/* All the jobs in one batch. */
static void run_batch(struct store *store, struct insert *inserts, int n) {
    struct gate gate = GATE;
    assert_int_equal(store_submit(store, &(struct store_job){ .before = hold, .arg = &gate }), 0);
    gate_wait(&gate, &gate.entered);
    for (int i = 0; i < n; i++) {
        inserts[i].gate = &gate;
        assert_int_equal(store_submit(store, &(struct store_job){ .before = insert_before,
                                                                  .run = insert_run,
                                                                  .done = insert_done,
                                                                  .arg = &inserts[i] }),
                         0);
    }
    gate_set(&gate, &gate.open);
    wait_finished(&gate, n);
    for (int i = 0; i < n; i++) assert_int_equal(inserts[i].dones, 1);
}

static int count_rows(struct db *db, void *arg) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int r = db_prepare(db, "SELECT count(*), total(a) FROM t", &s);
    if (r == 0) r = stmt_step(s);
    if (r < 0) return r;
    *(int64_t *)arg = stmt_int(s, 0);
    return 0;
}

static int64_t rows(struct store *store) {
    int64_t n = -1;
    assert_int_equal(store_call(store, count_rows, &n), 0);
    return n;
}

static int64_t rows_on_disk(const char *path) {
    struct db *db = opened(path, DB_JOURNAL_READER);
    int64_t n = -1;
    assert_int_equal(count_rows(db, &n), 0);
    db_close(db);
    return n;
}

static void test_jobs_share_a_commit(void **state) {
    struct place *place = *state;
    struct store_options options = writer_of(new_db(place->path, ""));
    struct store *store = started(&options);
    struct insert inserts[20] = { 0 };
    for (int i = 0; i < 20; i++) inserts[i].key = i + 1;
    run_batch(store, inserts, 20);
    assert_int_equal(store_commits(store), 1);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(inserts[i].result, 0);
        assert_int_equal(inserts[i].runs, 1);
        assert_int_equal(inserts[i].before_calls, 1);
        assert_int_equal(inserts[i].order, i + 1);
    }
    assert_int_equal(rows_on_disk(place->path), 20);
    store_stop(store);
}

static void test_batches_have_a_maximum(void **state) {
    struct place *place = *state;
    struct store_options options = writer_of(new_db(place->path, ""));
    options.max_batch = 6;
    struct store *store = started(&options);
    struct insert inserts[20] = { 0 };
    for (int i = 0; i < 20; i++) inserts[i].key = i + 1;
    run_batch(store, inserts, 20);
    assert_int_equal(store_commits(store), 4);
    store_stop(store);
}

static void test_failing_job_undoes_itself_only(void **state) {
    struct place *place = *state;
    struct store_options options = writer_of(new_db(place->path, ""));
    struct store *store = started(&options);
    struct insert inserts[] = {
        { .key = 1 },
        { .key = 2, .behaviour = INSERT_THEN_FAIL },
        { .key = 1 }, /* a repeat */
        { .key = 3, .before_result = ERR_TOO_BIG },
        { .key = 2 },
    };
    run_batch(store, inserts, 5);
    static const int expected[] = { 0, ERR_DENIED, ERR_CONFLICT, ERR_TOO_BIG, 0 };
    for (int i = 0; i < 5; i++) assert_int_equal(inserts[i].result, expected[i]);
    assert_int_equal(inserts[3].runs, 0);
    assert_int_equal(store_commits(store), 1);
    assert_int_equal(rows_on_disk(place->path), 2);
    store_stop(store);
}

/* ---- a full disk, by SQLite's own limit of pages ---- */

static void test_full_disk_fails_the_large_job_only(void **state) {
    struct place *place = *state;
    struct store_options options = writer_of(new_db(place->path, "PRAGMA max_page_count=30"));
    struct store *store = started(&options);
    struct insert inserts[] = {
        { .key = 1, .bytes = 100 },
        { .key = 2, .bytes = 100 },
        { .key = 3, .bytes = 1000000, .behaviour = INSERT_LARGE },
        { .key = 4, .bytes = 100 },
    };
    run_batch(store, inserts, 4);
    static const int expected[] = { 0, 0, ERR_NO_SPACE, 0 };
    for (int i = 0; i < 4; i++) assert_int_equal(inserts[i].result, expected[i]);
    assert_int_equal(inserts[2].runs, 1);
    assert_int_equal(inserts[0].runs, 2); /* SQLite had rolled back all of it */
    assert_int_equal(inserts[0].before_calls, 1);
    assert_int_equal(rows_on_disk(place->path), 3);
    store_stop(store);
}

/* A job that hides the error which ended the transaction must not take the others' rows with it, nor be called saved. */
static void test_swallowed_rollback_is_noticed(void **state) {
    struct place *place = *state;
    struct store_options options = writer_of(new_db(place->path, "PRAGMA max_page_count=30"));
    struct store *store = started(&options);
    struct insert inserts[] = { { .key = 1, .bytes = 10 },
                                { .key = 2, .bytes = 1000000, .behaviour = SWALLOW_LARGE },
                                { .key = 3, .bytes = 10 } };
    run_batch(store, inserts, 3);
    assert_int_equal(inserts[0].result, 0);
    assert_int_equal(inserts[1].result, ERR_IO);
    assert_int_equal(inserts[2].result, 0);
    assert_int_equal(rows_on_disk(place->path), 2);
    store_stop(store);
}

struct room {
    struct db *db;
    bool give;
    int calls;
};

static bool make_room(void *ctx) {
    struct room *room = ctx;
    room->calls++;
    if (!room->give) return false;
    return db_exec(room->db, "PRAGMA max_page_count=3000", NULL) ==
           0; /* on the store's thread, outside of a transaction */
}

static void test_room_is_made_once_and_the_batch_runs_again(void **state) {
    struct place *place = *state;
    struct room room = { .give = true };
    struct store_options options = writer_of(new_db(place->path, "PRAGMA max_page_count=30"));
    room.db = options.db;
    options.on_no_space = make_room;
    options.on_no_space_ctx = &room;
    struct store *store = started(&options);
    struct insert inserts[] = { { .key = 1, .bytes = 10 }, { .key = 2, .bytes = 1000000 }, { .key = 3, .bytes = 10 } };
    run_batch(store, inserts, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(inserts[i].result, 0);
        assert_int_equal(inserts[i].before_calls, 1);
    }
    assert_int_equal(room.calls, 1);
    assert_int_equal(rows_on_disk(place->path), 3);
    struct insert more[] = { { .key = 4, .bytes = 100000000 },
                             { .key = 5, .bytes = 100000000 },
                             { .key = 6, .bytes = 10 } };
    run_batch(store, more, 3);
    assert_int_equal(more[0].result, ERR_NO_SPACE);
    assert_int_equal(more[1].result, ERR_NO_SPACE);
    assert_int_equal(more[2].result, 0);
    assert_int_equal(room.calls, 2); /* once in this batch too */
    store_stop(store);
}

static void test_no_room(void **state) {
    struct place *place = *state;
    struct room room = { .give = false };
    struct store_options options = writer_of(new_db(place->path, "PRAGMA max_page_count=30"));
    options.on_no_space = make_room;
    options.on_no_space_ctx = &room;
    struct store *store = started(&options);
    struct insert inserts[] = { { .key = 1, .bytes = 10 },
                                { .key = 2, .bytes = 1000000 },
                                { .key = 3, .bytes = 1000000 },
                                { .key = 4, .bytes = 10 } };
    run_batch(store, inserts, 4);
    assert_int_equal(inserts[0].result, 0);
    assert_int_equal(inserts[1].result, ERR_NO_SPACE);
    assert_int_equal(inserts[2].result, ERR_NO_SPACE);
    assert_int_equal(inserts[3].result, 0);
    assert_int_equal(room.calls, 1);
    assert_int_equal(rows_on_disk(place->path), 2);
    store_stop(store);
}

/* ---- COMMIT that fails ---- */

static void test_failed_commit_fails_every_job(void **state) {
    struct place *place = *state;
    struct db *db = opened(place->path, DB_PHOTOS); /* in this journal mode a reader stands in COMMIT's way */
    assert_int_equal(db_exec(db, "CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB) STRICT; PRAGMA busy_timeout=10", NULL),
                     0);
    struct db *reader = opened(place->path, DB_PHOTOS_READER);
    int64_t n = -1;
    struct store_options options = writer_of(db);
    struct store *store = started(&options);
    assert_int_equal(db_begin_read(reader), 0);
    assert_int_equal(count_rows(reader, &n), 0);
    struct insert inserts[] = { { .key = 1 }, { .key = 2, .behaviour = INSERT_THEN_FAIL }, { .key = 3 } };
    run_batch(store, inserts, 3);
    assert_int_equal(inserts[0].result, ERR_BUSY);
    assert_int_equal(inserts[1].result, ERR_DENIED); /* its own error came first */
    assert_int_equal(inserts[2].result, ERR_BUSY);
    assert_int_equal(store_commits(store), 0);
    assert_int_equal(db_commit(reader), 0);
    struct insert again[] = { { .key = 1 }, { .key = 3 } };
    run_batch(store, again, 2);
    assert_int_equal(again[0].result, 0);
    assert_int_equal(again[1].result, 0);
    assert_int_equal(rows(store), 2);
    db_close(reader);
    store_stop(store);
}

static void test_unreset_statement_holds_nothing(void **state) {
    struct place *place = *state;
    struct store_options options = writer_of(new_db(place->path, ""));
    struct store *store = started(&options);
    struct insert inserts[] = { { .key = 1, .behaviour = LEAVE_OPEN }, { .key = 2 } };
    run_batch(store, inserts, 2);
    assert_int_equal(inserts[0].result, 0);
    assert_int_equal(inserts[1].result, 0);
    struct db *db = opened(place->path, DB_JOURNAL);
    struct stmt *s = NULL;
    assert_int_equal(db_exec(db, "PRAGMA busy_timeout=10", NULL), 0);
    assert_int_equal(db_prepare(db, "PRAGMA wal_checkpoint(TRUNCATE)", &s), 0);
    assert_int_equal(stmt_step(s), 1);
    assert_int_equal(stmt_int(s, 0), 0); /* no reader stood in its way */
    db_close(db);
    store_stop(store);
}

/* ---- what the callbacks see ---- */

static void count_commit(void *ctx) { (*(atomic_int *)ctx)++; }

static int do_nothing(struct db *db, void *arg) {
    (void)db;
    (void)arg;
    return 0;
}

static void test_on_commit_only_when_something_changed(void **state) {
    struct place *place = *state;
    atomic_int commits = 0;
    int64_t n = 0;
    struct store_options options = writer_of(new_db(place->path, ""));
    options.on_commit = count_commit;
    options.on_commit_ctx = &commits;
    struct store *store = started(&options);
    assert_int_equal(store_call(store, do_nothing, NULL), 0);
    assert_int_equal(store_call(store, count_rows, &n), 0);
    struct insert failing[] = { { .key = 1, .behaviour = INSERT_THEN_FAIL } };
    run_batch(store, failing, 1);
    struct insert inserts[] = { { .key = 1 } };
    run_batch(store, inserts, 1);
    assert_int_equal(store_call(store, do_nothing, NULL), 0); /* the thread is past the batch */
    assert_int_equal(commits, 1);
    store_stop(store);
}

static void test_queue_is_bounded(void **state) {
    struct place *place = *state;
    struct store_options options = writer_of(new_db(place->path, ""));
    options.max_waiting = 3;
    struct store *store = started(&options);
    struct gate gate = GATE;
    struct insert inserts[4] = { { .key = 1, .gate = &gate },
                                 { .key = 2, .gate = &gate },
                                 { .key = 3, .gate = &gate },
                                 { .key = 4, .gate = &gate } };
    assert_int_equal(store_submit(store, &(struct store_job){ .before = hold, .arg = &gate }), 0);
    gate_wait(&gate, &gate.entered);
    for (int i = 0; i < 4; i++)
        assert_int_equal(
            store_submit(store, &(struct store_job){ .run = insert_run, .done = insert_done, .arg = &inserts[i] }),
            i < 3 ? 0 : ERR_BUSY);
    assert_int_equal(store_waiting(store), 3);
    gate_set(&gate, &gate.open);
    wait_finished(&gate, 3);
    assert_int_equal(store_waiting(store), 0);
    assert_int_equal(inserts[3].dones, 0);
    store_stop(store);
}

static void *stop_thread(void *arg) {
    store_stop(arg);
    return NULL;
}

static void test_stop_finishes_the_batch_and_sends_the_rest_home(void **state) {
    struct place *place = *state;
    struct store_options options = writer_of(new_db(place->path, ""));
    options.max_batch = 1;
    struct store *store = started(&options);
    struct gate gate = GATE;
    pthread_t stopper;
    struct insert inserts[3] = { { .key = 1, .gate = &gate },
                                 { .key = 2, .gate = &gate },
                                 { .key = 3, .gate = &gate } };
    assert_int_equal(store_submit(store, &(struct store_job){ .before = hold, .arg = &gate }), 0);
    gate_wait(&gate, &gate.entered);
    for (int i = 0; i < 3; i++)
        assert_int_equal(
            store_submit(store, &(struct store_job){ .run = insert_run, .done = insert_done, .arg = &inserts[i] }), 0);
    assert_int_equal(pthread_create(&stopper, NULL, stop_thread, store), 0);
    int r = 0;
    while (r != ERR_GONE) { /* until the stop is seen */
        struct store_job nothing = { .run = do_nothing };
        r = store_submit(store, &nothing);
        assert_true(r == 0 || r == ERR_GONE || r == ERR_BUSY);
    }
    gate_set(&gate, &gate.open);
    assert_int_equal(pthread_join(stopper, NULL), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(inserts[i].dones, 1);
        assert_int_equal(inserts[i].result, ERR_GONE);
        assert_int_equal(inserts[i].runs, 0);
    }
    assert_int_equal(rows_on_disk(place->path), 0);
    store_stop(NULL);
}

/* An idle thread sleeps; the first job after that is no sign that it was stuck, and jobs behind one that hangs do not hide that it is. */
static void test_shows_life_with_work(void **state) {
    struct place *place = *state;
    struct store_options options = writer_of(new_db(place->path, ""));
    struct store *store = started(&options);
    struct gate gate = GATE;
    struct store_job nothing = { .run = NULL };
    assert_int_equal(store_call(store, NULL, NULL), 0);
    int64_t slept = store_alive_ms(store);
    while (clock_mono().ms <= slept) nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    assert_true(store_alive_ms(store) > slept); /* one that waits for work is alive */
    int64_t before = clock_mono().ms;
    assert_int_equal(store_submit(store, &(struct store_job){ .before = hold, .arg = &gate }), 0);
    gate_wait(&gate, &gate.entered);
    assert_true(store_alive_ms(store) >= before);
    int64_t hung = store_alive_ms(store);
    while (clock_mono().ms <= hung) nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    for (int i = 0; i < 3; i++) assert_int_equal(store_submit(store, &nothing), 0);
    assert_int_equal(store_alive_ms(store), hung);
    gate_set(&gate, &gate.open);
    store_stop(store);
}

/* ---- readers and writer at once ---- */

struct reader_load {
    struct store *store;
    atomic_bool stop;
    atomic_int faults;
    atomic_int reads;
};

/* Rows are written in pairs, in one job: a reader that sees an odd number saw half a transaction. What it sees stays the same to the
 * end of its job. */
static int check_even(struct db *db, void *arg) {
    struct reader_load *load = arg;
    int64_t n = 0;
    int64_t again = 0;
    int r = count_rows(db, &n);
    if (r == 0) nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL); /* the writers go on meanwhile */
    if (r == 0) r = count_rows(db, &again);
    if (r || n % 2 != 0 || n != again) load->faults++;
    load->reads++;
    return r;
}

static void *read_on(void *arg) {
    struct reader_load *load = arg;
    while (!load->stop)
        if (store_call(load->store, check_even, load) != 0) load->faults++;
    return NULL;
}

static int insert_pair(struct db *db, void *arg) {
    int64_t key = *(const int64_t *)arg;
    int r = insert_row(db, 2 * key, 100);
    return r ? r : insert_row(db, 2 * key + 1, 100);
}

static void *write_on(void *arg) {
    struct {
        struct store *store;
        int64_t from;
        atomic_int *faults;
    } *load = arg;
    for (int64_t key = load->from; key < load->from + 100; key++)
        if (store_call(load->store, insert_pair, &key) != 0) (*load->faults)++;
    return NULL;
}

static void test_readers_and_writers_at_once(void **state) {
    struct place *place = *state;
    struct store_options writer_options = writer_of(new_db(place->path, ""));
    struct store_options reader_options = { .name = "a-reader-with-a-long-name",
                                            .db = opened(place->path, DB_JOURNAL_READER),
                                            .max_waiting = 100,
                                            .max_batch = 8 };
    struct store *writer = started(&writer_options);
    struct reader_load load = { .store = started(&reader_options) };
    atomic_int faults = 0;
    struct {
        struct store *store;
        int64_t from;
        atomic_int *faults;
    } loads[3];
    pthread_t readers[2];
    pthread_t writers[3];
    for (int i = 0; i < 2; i++) assert_int_equal(pthread_create(&readers[i], NULL, read_on, &load), 0);
    for (int i = 0; i < 3; i++) {
        loads[i].store = writer;
        loads[i].from = i * 1000;
        loads[i].faults = &faults;
        assert_int_equal(pthread_create(&writers[i], NULL, write_on, &loads[i]), 0);
    }
    for (int i = 0; i < 3; i++) assert_int_equal(pthread_join(writers[i], NULL), 0);
    load.stop = true;
    for (int i = 0; i < 2; i++) assert_int_equal(pthread_join(readers[i], NULL), 0);
    assert_int_equal(faults, 0);
    assert_int_equal(load.faults, 0);
    assert_true(load.reads > 0);
    assert_int_equal(rows(load.store), 600);
    assert_int_equal(store_commits(load.store), 0);
    store_stop(load.store);
    store_stop(writer);
    assert_int_equal(rows_on_disk(place->path), 600);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(test_jobs_share_a_commit),
        TEST(test_batches_have_a_maximum),
        TEST(test_failing_job_undoes_itself_only),
        TEST(test_full_disk_fails_the_large_job_only),
        TEST(test_swallowed_rollback_is_noticed),
        TEST(test_room_is_made_once_and_the_batch_runs_again),
        TEST(test_no_room),
        TEST(test_failed_commit_fails_every_job),
        TEST(test_unreset_statement_holds_nothing),
        TEST(test_on_commit_only_when_something_changed),
        TEST(test_queue_is_bounded),
        TEST(test_stop_finishes_the_batch_and_sends_the_rest_home),
        TEST(test_shows_life_with_work),
        TEST(test_readers_and_writers_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
