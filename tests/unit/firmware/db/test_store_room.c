/* SPDX-License-Identifier: MIT */
/* A store that cannot write: a full disk (by SQLite's own limit of pages), room that is made, COMMIT that fails. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/db/store.h"
#include "tests/support/db_rig.h"
#include "tests/support/store_rig.h"

/* ---- a full disk, by SQLite's own limit of pages ---- */

static void test_full_disk_fails_the_large_job_only(void **state) {
    struct db_rig *place = *state;
    struct store_options options = store_rig_writer(store_rig_db(place->path, "PRAGMA max_page_count=30"));
    struct store *store = store_rig_start(&options);
    struct store_rig_insert inserts[] = {
        { .key = 1, .bytes = 100 },
        { .key = 2, .bytes = 100 },
        { .key = 3, .bytes = 1000000, .behaviour = STORE_RIG_LARGE },
        { .key = 4, .bytes = 100 },
    };
    store_rig_batch(store, inserts, 4);
    static const int expected[] = { 0, 0, ERR_NO_SPACE, 0 };
    for (int i = 0; i < 4; i++) assert_int_equal(inserts[i].result, expected[i]);
    assert_int_equal(inserts[2].runs, 1);
    assert_int_equal(inserts[0].runs, 2); /* SQLite had rolled back all of it */
    assert_int_equal(inserts[0].before_calls, 1);
    assert_int_equal(store_rig_rows_on_disk(place->path), 3);
    store_stop(store);
}

/* A job that hides the error which ended the transaction must not take the others' rows with it, nor be called saved. */
static void test_swallowed_rollback_is_noticed(void **state) {
    struct db_rig *place = *state;
    struct store_options options = store_rig_writer(store_rig_db(place->path, "PRAGMA max_page_count=30"));
    struct store *store = store_rig_start(&options);
    struct store_rig_insert inserts[] = { { .key = 1, .bytes = 10 },
                                          { .key = 2, .bytes = 1000000, .behaviour = STORE_RIG_SWALLOW },
                                          { .key = 3, .bytes = 10 } };
    store_rig_batch(store, inserts, 3);
    assert_int_equal(inserts[0].result, 0);
    assert_int_equal(inserts[1].result, ERR_IO);
    assert_int_equal(inserts[2].result, 0);
    assert_int_equal(store_rig_rows_on_disk(place->path), 2);
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
    struct db_rig *place = *state;
    struct room room = { .give = true };
    struct store_options options = store_rig_writer(store_rig_db(place->path, "PRAGMA max_page_count=30"));
    room.db = options.db;
    options.on_no_space = make_room;
    options.on_no_space_ctx = &room;
    struct store *store = store_rig_start(&options);
    struct store_rig_insert inserts[] = { { .key = 1, .bytes = 10 },
                                          { .key = 2, .bytes = 1000000 },
                                          { .key = 3, .bytes = 10 } };
    store_rig_batch(store, inserts, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(inserts[i].result, 0);
        assert_int_equal(inserts[i].before_calls, 1);
    }
    assert_int_equal(room.calls, 1);
    assert_int_equal(store_rig_rows_on_disk(place->path), 3);
    struct store_rig_insert more[] = { { .key = 4, .bytes = 100000000 },
                                       { .key = 5, .bytes = 100000000 },
                                       { .key = 6, .bytes = 10 } };
    store_rig_batch(store, more, 3);
    assert_int_equal(more[0].result, ERR_NO_SPACE);
    assert_int_equal(more[1].result, ERR_NO_SPACE);
    assert_int_equal(more[2].result, 0);
    assert_int_equal(room.calls, 2); /* once in this batch too */
    store_stop(store);
}

static void test_no_room(void **state) {
    struct db_rig *place = *state;
    struct room room = { .give = false };
    struct store_options options = store_rig_writer(store_rig_db(place->path, "PRAGMA max_page_count=30"));
    options.on_no_space = make_room;
    options.on_no_space_ctx = &room;
    struct store *store = store_rig_start(&options);
    struct store_rig_insert inserts[] = { { .key = 1, .bytes = 10 },
                                          { .key = 2, .bytes = 1000000 },
                                          { .key = 3, .bytes = 1000000 },
                                          { .key = 4, .bytes = 10 } };
    store_rig_batch(store, inserts, 4);
    assert_int_equal(inserts[0].result, 0);
    assert_int_equal(inserts[1].result, ERR_NO_SPACE);
    assert_int_equal(inserts[2].result, ERR_NO_SPACE);
    assert_int_equal(inserts[3].result, 0);
    assert_int_equal(room.calls, 1);
    assert_int_equal(store_rig_rows_on_disk(place->path), 2);
    store_stop(store);
}

/* ---- COMMIT that fails ---- */

static void test_failed_commit_fails_every_job(void **state) {
    struct db_rig *place = *state;
    struct db *db = db_rig_open(place->path, DB_PHOTOS); /* in this journal mode a reader stands in COMMIT's way */
    assert_int_equal(db_exec(db, "CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB) STRICT; PRAGMA busy_timeout=10", NULL),
                     0);
    struct db *reader = db_rig_open(place->path, DB_PHOTOS_READER);
    int64_t n = -1;
    struct store_options options = store_rig_writer(db);
    struct store *store = store_rig_start(&options);
    assert_int_equal(db_begin_read(reader), 0);
    assert_int_equal(store_rig_count(reader, &n), 0);
    struct store_rig_insert inserts[] = { { .key = 1 }, { .key = 2, .behaviour = STORE_RIG_THEN_FAIL }, { .key = 3 } };
    store_rig_batch(store, inserts, 3);
    assert_int_equal(inserts[0].result, ERR_BUSY);
    assert_int_equal(inserts[1].result, ERR_DENIED); /* its own error came first */
    assert_int_equal(inserts[2].result, ERR_BUSY);
    assert_int_equal(store_commits(store), 0);
    assert_int_equal(db_commit(reader), 0);
    struct store_rig_insert again[] = { { .key = 1 }, { .key = 3 } };
    store_rig_batch(store, again, 2);
    assert_int_equal(again[0].result, 0);
    assert_int_equal(again[1].result, 0);
    assert_int_equal(store_rig_rows(store), 2);
    db_close(reader);
    store_stop(store);
}

static void test_unreset_statement_holds_nothing(void **state) {
    struct db_rig *place = *state;
    struct store_options options = store_rig_writer(store_rig_db(place->path, ""));
    struct store *store = store_rig_start(&options);
    struct store_rig_insert inserts[] = { { .key = 1, .behaviour = STORE_RIG_LEAVE_OPEN }, { .key = 2 } };
    store_rig_batch(store, inserts, 2);
    assert_int_equal(inserts[0].result, 0);
    assert_int_equal(inserts[1].result, 0);
    struct db *db = db_rig_open(place->path, DB_JOURNAL);
    struct stmt *s = NULL;
    assert_int_equal(db_exec(db, "PRAGMA busy_timeout=10", NULL), 0);
    assert_int_equal(db_prepare(db, "PRAGMA wal_checkpoint(TRUNCATE)", &s), 0);
    assert_int_equal(stmt_step(s), 1);
    assert_int_equal(stmt_int(s, 0), 0); /* no reader stood in its way */
    db_close(db);
    store_stop(store);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, db_rig_setup, db_rig_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_full_disk_fails_the_large_job_only),
        TEST(test_swallowed_rollback_is_noticed),
        TEST(test_room_is_made_once_and_the_batch_runs_again),
        TEST(test_no_room),
        TEST(test_failed_commit_fails_every_job),
        TEST(test_unreset_statement_holds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
