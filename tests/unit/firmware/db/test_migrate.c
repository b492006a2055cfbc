/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"
#include "firmware/db/migrate.h"
#include "tests/support/db_rig.h"
#include "tests/support/temp.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void close_db(struct db **db) { db_close(*db); }

static int version_of(struct db *db) {
    int version = -1;
    assert_int_equal(migrate_version(db, &version), 0);
    return version;
}

static int64_t rows(struct db *db) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    assert_int_equal(db_prepare(db, "SELECT count(*) FROM t", &s), 0);
    assert_int_equal(stmt_step(s), 1);
    return stmt_int(s, 0);
}

static int add_row(struct db *db, struct err_text *e) { return db_exec(db, "INSERT INTO t VALUES(1)", e); }

static int refuse(struct db *db, struct err_text *e) {
    int r = add_row(db, e);
    return r ? r : err_set(e, ERR_DENIED, "not today");
}

static const struct migration good[] = {
    { .version = 1, .sql = "CREATE TABLE t(a INTEGER) STRICT; INSERT INTO t VALUES(0)" },
    { .version = 2, .run = add_row },
    { .version = 3, .sql = "CREATE INDEX i ON t(a)", .run = add_row },
};

static void test_runs_each_once(void **state) {
    struct db_rig *place = *state;
    struct err_text e = { 0 };
    CLEANUP(close_db) struct db *db = db_rig_open(place->path, DB_JOURNAL);
    assert_int_equal(version_of(db), 0);
    assert_int_equal(migrate_run(db, "journal", good, 1, &e), 0);
    assert_int_equal(version_of(db), 1);
    assert_int_equal(migrate_run(db, "journal", good, 3, &e), 0);
    assert_int_equal(version_of(db), 3);
    assert_int_equal(rows(db), 3);
    assert_int_equal(migrate_run(db, "journal", good, 3, &e), 0);
    assert_int_equal(rows(db), 3);
}

static void assert_fails(const char *path, const struct migration *list, int code, const char *text) {
    struct err_text e = { 0 };
    CLEANUP(close_db) struct db *db = db_rig_open(path, DB_JOURNAL);
    assert_int_equal(migrate_run(db, "journal", list, 2, &e), code);
    assert_non_null(strstr(e.text, "journal: migration 2"));
    assert_non_null(strstr(e.text, text));
    assert_int_equal(version_of(db), 1);
    assert_int_equal(rows(db), 1);     /* what the failing one had done is undone */
    assert_int_equal(db_begin(db), 0); /* and nothing is left open */
    db_rollback(db);
}

static void test_a_failing_one_is_undone(void **state) {
    struct db_rig *place = *state;
    const struct migration bad_run[] = { good[0], { .version = 2, .run = refuse } };
    const struct migration bad_sql[] = { good[0],
                                         { .version = 2, .sql = "INSERT INTO t VALUES(9); CREATE TABLE oops(" } };
    assert_fails(place->path, bad_run, ERR_DENIED, "not today");
    assert_fails(place->path, bad_sql, ERR_INVALID, "incomplete input");
    CLEANUP(close_db) struct db *db = db_rig_open(place->path, DB_JOURNAL);
    assert_int_equal(migrate_run(db, "journal", good, 3, NULL), 0); /* the mended program goes on from there */
    assert_int_equal(version_of(db), 3);
}

static void assert_refused_untouched(const char *path) {
    struct err_text e = { 0 };
    CLEANUP(buf_fini) struct buf before;
    CLEANUP(buf_fini) struct buf after;
    buf_init(&before, 1 << 20);
    buf_init(&after, 1 << 20);
    assert_int_equal(file_read(path, &before, NULL), 0);
    struct db *db = db_rig_open(path, DB_JOURNAL);
    assert_int_equal(migrate_run(db, "journal", good, 3, &e), ERR_UNSUPPORTED);
    db_close(db);
    assert_non_null(strstr(e.text, "version 9 "));
    assert_non_null(strstr(e.text, "up to 3"));
    assert_int_equal(file_read(path, &after, NULL), 0);
    assert_int_equal(before.len, after.len);
    assert_memory_equal(before.data, after.data, before.len);
}

static void test_newer_version_is_refused_untouched(void **state) {
    struct db_rig *place = *state;
    struct db *db = db_rig_open(place->path, DB_JOURNAL);
    assert_int_equal(migrate_run(db, "journal", good, 3, NULL), 0);
    assert_int_equal(db_exec(db, "PRAGMA user_version=9", NULL), 0);
    db_close(db);
    assert_refused_untouched(place->path);
}

/* Of a version that uses another journal mode: opening it must not change that either. */
static void test_newer_version_in_another_journal_mode(void **state) {
    struct db_rig *place = *state;
    struct db *db = db_rig_open(place->path, DB_PHOTOS);
    assert_int_equal(db_exec(db, "CREATE TABLE later(a INTEGER) STRICT; PRAGMA user_version=9", NULL), 0);
    db_close(db);
    assert_refused_untouched(place->path);
    CLEANUP(free_ptr) char *wal = temp_path(place->dir, "journal.db-wal");
    assert_int_not_equal(access(wal, F_OK), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, db_rig_setup, db_rig_teardown)
        TEST(test_runs_each_once),
        TEST(test_a_failing_one_is_undone),
        TEST(test_newer_version_is_refused_untouched),
        TEST(test_newer_version_in_another_journal_mode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
