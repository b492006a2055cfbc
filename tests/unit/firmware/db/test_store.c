/* SPDX-License-Identifier: MIT */
/* A store's thread: jobs in batches, what its callbacks see, its queue, stopping, readers and writers at once. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/clock.h"
#include "firmware/db/store.h"
#include "tests/support/db_rig.h"
#include "tests/support/store_rig.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* ---- a job that inserts a row, and what it saw ---- */

static void test_jobs_share_a_commit(void **state) {
    struct db_rig *place = *state;
    struct store_options options = store_rig_writer(store_rig_db(place->path, ""));
    struct store *store = store_rig_start(&options);
    struct store_rig_insert inserts[20] = { 0 };
    for (int i = 0; i < 20; i++) inserts[i].key = i + 1;
    store_rig_batch(store, inserts, 20);
    assert_int_equal(store_commits(store), 1);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(inserts[i].result, 0);
        assert_int_equal(inserts[i].runs, 1);
        assert_int_equal(inserts[i].before_calls, 1);
        assert_int_equal(inserts[i].order, i + 1);
    }
    assert_int_equal(store_rig_rows_on_disk(place->path), 20);
    store_stop(store);
}

static void test_batches_have_a_maximum(void **state) {
    struct db_rig *place = *state;
    struct store_options options = store_rig_writer(store_rig_db(place->path, ""));
    options.max_batch = 6;
    struct store *store = store_rig_start(&options);
    struct store_rig_insert inserts[20] = { 0 };
    for (int i = 0; i < 20; i++) inserts[i].key = i + 1;
    store_rig_batch(store, inserts, 20);
    assert_int_equal(store_commits(store), 4);
    store_stop(store);
}

static void test_failing_job_undoes_itself_only(void **state) {
    struct db_rig *place = *state;
    struct store_options options = store_rig_writer(store_rig_db(place->path, ""));
    struct store *store = store_rig_start(&options);
    struct store_rig_insert inserts[] = {
        { .key = 1 },
        { .key = 2, .behaviour = STORE_RIG_THEN_FAIL },
        { .key = 1 }, /* a repeat */
        { .key = 3, .before_result = ERR_TOO_BIG },
        { .key = 2 },
    };
    store_rig_batch(store, inserts, 5);
    static const int expected[] = { 0, ERR_DENIED, ERR_CONFLICT, ERR_TOO_BIG, 0 };
    for (int i = 0; i < 5; i++) assert_int_equal(inserts[i].result, expected[i]);
    assert_int_equal(inserts[3].runs, 0);
    assert_int_equal(store_commits(store), 1);
    assert_int_equal(store_rig_rows_on_disk(place->path), 2);
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
    struct db_rig *place = *state;
    atomic_int commits = 0;
    int64_t n = 0;
    struct store_options options = store_rig_writer(store_rig_db(place->path, ""));
    options.on_commit = count_commit;
    options.on_commit_ctx = &commits;
    struct store *store = store_rig_start(&options);
    assert_int_equal(store_call(store, do_nothing, NULL), 0);
    assert_int_equal(store_call(store, store_rig_count, &n), 0);
    struct store_rig_insert failing[] = { { .key = 1, .behaviour = STORE_RIG_THEN_FAIL } };
    store_rig_batch(store, failing, 1);
    struct store_rig_insert inserts[] = { { .key = 1 } };
    store_rig_batch(store, inserts, 1);
    assert_int_equal(store_call(store, do_nothing, NULL), 0); /* the thread is past the batch */
    assert_int_equal(commits, 1);
    store_stop(store);
}

static void test_queue_is_bounded(void **state) {
    struct db_rig *place = *state;
    struct store_options options = store_rig_writer(store_rig_db(place->path, ""));
    options.max_waiting = 3;
    struct store *store = store_rig_start(&options);
    struct store_rig_gate gate = STORE_RIG_GATE;
    struct store_rig_insert inserts[4] = { { .key = 1, .gate = &gate },
                                           { .key = 2, .gate = &gate },
                                           { .key = 3, .gate = &gate },
                                           { .key = 4, .gate = &gate } };
    assert_int_equal(store_submit(store, &(struct store_job){ .before = store_rig_hold, .arg = &gate }), 0);
    store_rig_gate_wait(&gate, &gate.entered);
    for (int i = 0; i < 4; i++)
        assert_int_equal(store_submit(store, &(struct store_job){ .run = store_rig_insert_run,
                                                                  .done = store_rig_insert_done,
                                                                  .arg = &inserts[i] }),
                         i < 3 ? 0 : ERR_BUSY);
    assert_int_equal(store_waiting(store), 3);
    store_rig_gate_set(&gate, &gate.open);
    store_rig_wait(&gate, 3);
    assert_int_equal(store_waiting(store), 0);
    assert_int_equal(inserts[3].dones, 0);
    store_stop(store);
}

static void *stop_thread(void *arg) {
    store_stop(arg);
    return NULL;
}

static void test_stop_finishes_the_batch_and_sends_the_rest_home(void **state) {
    struct db_rig *place = *state;
    struct store_options options = store_rig_writer(store_rig_db(place->path, ""));
    options.max_batch = 1;
    struct store *store = store_rig_start(&options);
    struct store_rig_gate gate = STORE_RIG_GATE;
    pthread_t stopper;
    struct store_rig_insert inserts[3] = { { .key = 1, .gate = &gate },
                                           { .key = 2, .gate = &gate },
                                           { .key = 3, .gate = &gate } };
    assert_int_equal(store_submit(store, &(struct store_job){ .before = store_rig_hold, .arg = &gate }), 0);
    store_rig_gate_wait(&gate, &gate.entered);
    for (int i = 0; i < 3; i++)
        assert_int_equal(store_submit(store, &(struct store_job){ .run = store_rig_insert_run,
                                                                  .done = store_rig_insert_done,
                                                                  .arg = &inserts[i] }),
                         0);
    assert_int_equal(pthread_create(&stopper, NULL, stop_thread, store), 0);
    int r = 0;
    while (r != ERR_GONE) { /* until the stop is seen */
        struct store_job nothing = { .run = do_nothing };
        r = store_submit(store, &nothing);
        assert_true(r == 0 || r == ERR_GONE || r == ERR_BUSY);
    }
    store_rig_gate_set(&gate, &gate.open);
    assert_int_equal(pthread_join(stopper, NULL), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(inserts[i].dones, 1);
        assert_int_equal(inserts[i].result, ERR_GONE);
        assert_int_equal(inserts[i].runs, 0);
    }
    assert_int_equal(store_rig_rows_on_disk(place->path), 0);
    store_stop(NULL);
}

/* An idle thread sleeps; the first job after that is no sign that it was stuck, and jobs behind one that hangs do not hide that it is. */
static void test_shows_life_with_work(void **state) {
    struct db_rig *place = *state;
    struct store_options options = store_rig_writer(store_rig_db(place->path, ""));
    struct store *store = store_rig_start(&options);
    struct store_rig_gate gate = STORE_RIG_GATE;
    struct store_job nothing = { .run = NULL };
    assert_int_equal(store_call(store, NULL, NULL), 0);
    int64_t slept = store_alive_ms(store);
    while (clock_mono().ms <= slept) nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    assert_true(store_alive_ms(store) > slept); /* one that waits for work is alive */
    int64_t before = clock_mono().ms;
    assert_int_equal(store_submit(store, &(struct store_job){ .before = store_rig_hold, .arg = &gate }), 0);
    store_rig_gate_wait(&gate, &gate.entered);
    assert_true(store_alive_ms(store) >= before);
    int64_t hung = store_alive_ms(store);
    while (clock_mono().ms <= hung) nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    for (int i = 0; i < 3; i++) assert_int_equal(store_submit(store, &nothing), 0);
    assert_int_equal(store_alive_ms(store), hung);
    store_rig_gate_set(&gate, &gate.open);
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
    int r = store_rig_count(db, &n);
    if (r == 0) nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL); /* the writers go on meanwhile */
    if (r == 0) r = store_rig_count(db, &again);
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
    int r = store_rig_insert_row(db, 2 * key, 100);
    return r ? r : store_rig_insert_row(db, 2 * key + 1, 100);
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
    struct db_rig *place = *state;
    struct store_options writer_options = store_rig_writer(store_rig_db(place->path, ""));
    struct store_options reader_options = { .name = "a-reader-with-a-long-name",
                                            .db = db_rig_open(place->path, DB_JOURNAL_READER),
                                            .max_waiting = 100,
                                            .max_batch = 8 };
    struct store *writer = store_rig_start(&writer_options);
    struct reader_load load = { .store = store_rig_start(&reader_options) };
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
    assert_int_equal(store_rig_rows(load.store), 600);
    assert_int_equal(store_commits(load.store), 0);
    store_stop(load.store);
    store_stop(writer);
    assert_int_equal(store_rig_rows_on_disk(place->path), 600);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, db_rig_setup, db_rig_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_jobs_share_a_commit),
        TEST(test_batches_have_a_maximum),
        TEST(test_failing_job_undoes_itself_only),
        TEST(test_on_commit_only_when_something_changed),
        TEST(test_queue_is_bounded),
        TEST(test_stop_finishes_the_batch_and_sends_the_rest_home),
        TEST(test_shows_life_with_work),
        TEST(test_readers_and_writers_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
