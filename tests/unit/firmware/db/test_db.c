/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"
#include "firmware/base/text.h"
#include "firmware/db/db.h"
#include "tests/support/db_rig.h"
#include "tests/support/temp.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void must_exec(struct db *db, const char *sql) {
    struct err_text e = { 0 };
    if (db_exec(db, sql, &e) != 0) fail_msg("%s", e.text);
}

static void close_db(struct db **db) { db_close(*db); }

static int64_t asked_int(struct db *db, const char *sql) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    assert_int_equal(db_prepare(db, sql, &s), 0);
    assert_int_equal(stmt_step(s), 1);
    return stmt_int(s, 0);
}

static void assert_pragma(struct db *db, const char *sql, const char *expected) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    assert_int_equal(db_prepare(db, sql, &s), 0);
    assert_int_equal(stmt_step(s), 1);
    assert_string_equal(stmt_text(s, 0), expected);
}

static void test_journal_profile(void **state) {
    struct db_rig *place = *state;
    struct stat st;
    CLEANUP(close_db) struct db *db = db_rig_open(place->path, DB_JOURNAL);
    must_exec(db, "CREATE TABLE t(a INTEGER) STRICT");
    assert_pragma(db, "PRAGMA journal_mode", "wal");
    assert_pragma(db, "PRAGMA synchronous", "2");
    assert_pragma(db, "PRAGMA foreign_keys", "0");
    assert_pragma(db, "PRAGMA busy_timeout", "5000");
    assert_pragma(db, "PRAGMA page_size", "2048");
    assert_pragma(db, "PRAGMA wal_autocheckpoint", "2000");
    assert_int_equal(stat(place->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void test_photos_profile(void **state) {
    struct db_rig *place = *state;
    CLEANUP(close_db) struct db *db = db_rig_open(place->path, DB_PHOTOS);
    must_exec(db, "CREATE TABLE t(a INTEGER) STRICT");
    assert_pragma(db, "PRAGMA journal_mode", "persist");
    assert_pragma(db, "PRAGMA synchronous", "2");
    assert_pragma(db, "PRAGMA page_size", "2048");
    assert_pragma(db, "PRAGMA secure_delete", "0");
    assert_pragma(db, "PRAGMA cache_size", "-20480");
}

static void test_reader(void **state) {
    struct db_rig *place = *state;
    struct db *absent = NULL;
    struct err_text e = { 0 };
    assert_int_equal(db_open(place->path, DB_JOURNAL_READER, &absent, &e), ERR_NOT_FOUND);
    assert_non_null(strstr(e.text, place->path));
    assert_int_not_equal(access(place->path, F_OK), 0);
    CLEANUP(close_db) struct db *writer = db_rig_open(place->path, DB_JOURNAL);
    must_exec(writer, "CREATE TABLE t(a INTEGER) STRICT; INSERT INTO t VALUES(7)");
    CLEANUP(close_db) struct db *reader = db_rig_open(place->path, DB_JOURNAL_READER);
    assert_int_equal(asked_int(reader, "SELECT a FROM t"), 7);
    assert_int_equal(db_exec(reader, "INSERT INTO t VALUES(8)", &e), ERR_DENIED);
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    assert_int_equal(db_prepare(reader, "DELETE FROM t", &s), 0);
    assert_int_equal(stmt_run(s), ERR_DENIED);
    assert_int_equal(asked_int(writer, "SELECT count(*) FROM t"), 1);
}

static void test_reader_sees_its_snapshot(void **state) {
    struct db_rig *place = *state;
    CLEANUP(close_db) struct db *writer = db_rig_open(place->path, DB_JOURNAL);
    must_exec(writer, "CREATE TABLE t(a INTEGER) STRICT; INSERT INTO t VALUES(1)");
    CLEANUP(close_db) struct db *reader = db_rig_open(place->path, DB_JOURNAL_READER);
    assert_int_equal(db_begin_read(reader), 0);
    assert_int_equal(asked_int(reader, "SELECT count(*) FROM t"), 1);
    must_exec(writer, "INSERT INTO t VALUES(2)");
    assert_int_equal(asked_int(reader, "SELECT count(*) FROM t"), 1);
    assert_int_equal(db_commit(reader), 0);
    assert_int_equal(asked_int(reader, "SELECT count(*) FROM t"), 2);
}

static void assert_untouched(const char *path, const void *bytes, size_t n, enum db_profile profile) {
    struct db *db = NULL;
    struct err_text e = { 0 };
    CLEANUP(buf_fini) struct buf now;
    buf_init(&now, 1 << 20);
    assert_int_equal(file_write(path, bytes, n, 0644, NULL), 0);
    assert_int_equal(db_open(path, profile, &db, &e), ERR_CORRUPT);
    assert_null(db);
    assert_non_null(strstr(e.text, path));
    assert_int_equal(file_read(path, &now, NULL), 0);
    assert_int_equal(now.len, n);
    assert_memory_equal(now.data, bytes, n);
}

static void test_no_database_is_not_touched(void **state) {
    struct db_rig *place = *state;
    char noise[8192];
    for (size_t i = 0; i < sizeof noise; i++) noise[i] = (char)(i * 31 + 7);
    for (int profile = DB_JOURNAL; profile <= DB_PHOTOS_READER; profile++) {
        assert_untouched(place->path, noise, sizeof noise, (enum db_profile)profile);
        assert_untouched(place->path, "short", 5, (enum db_profile)profile);
    }
}

static void test_damaged_database(void **state) {
    struct db_rig *place = *state;
    struct err_text e = { 0 };
    struct db *db = db_rig_open(place->path, DB_PHOTOS);
    must_exec(db,
              "CREATE TABLE t(a BLOB) STRICT; INSERT INTO t VALUES(zeroblob(100000)); CREATE INDEX i ON t(length(a))");
    assert_int_equal(db_check(db, &e), 0);
    db_close(db);
    FILE *file = fopen(place->path, "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, 4096, SEEK_SET), 0);
    for (int i = 0; i < 4096; i++) assert_int_equal(fputc(0x5a, file), 0x5a);
    assert_int_equal(fclose(file), 0);
    CLEANUP(close_db) struct db *damaged = db_rig_open(place->path, DB_PHOTOS);
    assert_int_equal(db_check(damaged, &e), ERR_CORRUPT);
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    assert_int_equal(db_prepare(damaged, "SELECT a FROM t", &s), 0);
    assert_int_equal(stmt_step(s), ERR_CORRUPT);
    assert_true(strlen(db_message(damaged)) > 0);
}

static void test_open_errors(void **state) {
    struct db_rig *place = *state;
    struct db *db = NULL;
    struct err_text e = { 0 };
    CLEANUP(free_ptr) char *nowhere = temp_path(place->dir, "absent/journal.db");
    assert_int_equal(db_open(nowhere, DB_JOURNAL, &db, &e), ERR_NOT_FOUND);
    assert_non_null(strstr(e.text, nowhere));
    assert_int_not_equal(db_open(place->dir, DB_JOURNAL, &db, &e), 0);
    assert_null(db);
    db_close(NULL);
}

static void test_values_come_back(void **state) {
    struct db_rig *place = *state;
    CLEANUP(close_db) struct db *db = db_rig_open(place->path, DB_JOURNAL);
    must_exec(db, "CREATE TABLE t(i INTEGER, d REAL, s TEXT, b BLOB) STRICT");
    struct stmt *s = NULL;
    size_t n = 99;
    assert_int_equal(db_prepare(db, "INSERT INTO t VALUES(?, ?, ?, ?)", &s), 0);
    stmt_bind_int(s, 1, INT64_MIN);
    stmt_bind_double(s, 2, 0.1);
    stmt_bind_text(s, 3, "水电");
    stmt_bind_blob(s, 4, "\0\1\2", 3);
    assert_int_equal(stmt_run(s), 0);
    assert_int_equal(db_changes(db), 1);
    assert_int_equal(db_last_rowid(db), 1);
    stmt_bind_null(s, 1);
    stmt_bind_text(s, 3, NULL);
    stmt_bind_blob(s, 4, NULL, 0);
    assert_int_equal(stmt_run(s), 0);
    assert_int_equal(db_prepare(db, "SELECT i, d, s, b FROM t ORDER BY rowid", &s), 0);
    assert_int_equal(stmt_step(s), 1);
    assert_int_equal(stmt_int(s, 0), INT64_MIN);
    assert_true(stmt_double(s, 1) == 0.1);
    assert_string_equal(stmt_text(s, 2), "水电");
    assert_memory_equal(stmt_blob(s, 3, &n), "\0\1\2", 3);
    assert_int_equal(n, 3);
    assert_int_equal(stmt_step(s), 1);
    assert_true(stmt_is_null(s, 0));
    assert_true(stmt_is_null(s, 1)); /* unbound by the run before */
    assert_string_equal(stmt_text(s, 2), "");
    assert_false(stmt_is_null(s, 3));
    (void)stmt_blob(s, 3, &n);
    assert_int_equal(n, 0);
    assert_int_equal(stmt_step(s), 0);
    stmt_reset(s);
}

static void test_errors_of_statements(void **state) {
    struct db_rig *place = *state;
    CLEANUP(close_db) struct db *db = db_rig_open(place->path, DB_JOURNAL);
    must_exec(db, "CREATE TABLE t(a INTEGER PRIMARY KEY, s TEXT NOT NULL) STRICT; INSERT INTO t VALUES(1, 'x')");
    struct stmt *s = NULL;
    assert_int_equal(db_prepare(db, "SELECT nonsense FROM t", &s), ERR_INVALID);
    assert_non_null(strstr(db_message(db), "nonsense"));
    assert_int_equal(db_prepare(db, "INSERT INTO t VALUES(?, ?)", &s), 0);
    stmt_bind_int(s, 1, 1);
    stmt_bind_text(s, 2, "y");
    assert_int_equal(stmt_run(s), ERR_CONFLICT);
    stmt_bind_int(s, 1, 2);
    assert_int_equal(stmt_run(s), ERR_CONFLICT); /* NOT NULL */
    stmt_bind_int(s, 1, 3);
    stmt_bind_int(s, 9, 1); /* no such parameter: sticks */
    stmt_bind_text(s, 2, "y");
    assert_int_equal(stmt_run(s), ERR_INVALID);
    stmt_bind_int(s, 1, 3);
    stmt_bind_text(s, 2, "y");
    assert_int_equal(stmt_run(s), 0); /* reset forgets it */
    assert_int_equal(asked_int(db, "SELECT count(*) FROM t"), 2);
}

static void test_statements_are_cached(void **state) {
    struct db_rig *place = *state;
    static const char sql[] = "SELECT a FROM t ORDER BY a";
    char buffer[64];
    struct stmt *a = NULL;
    struct stmt *b = NULL;
    CLEANUP(close_db) struct db *db = db_rig_open(place->path, DB_JOURNAL);
    must_exec(db, "CREATE TABLE t(a INTEGER) STRICT; INSERT INTO t VALUES(1), (2)");
    assert_int_equal(db_prepare(db, sql, &a), 0);
    assert_int_equal(db_prepare(db, sql, &b), 0);
    assert_ptr_equal(a, b);
    assert_int_equal(stmt_step(a), 1);
    assert_int_equal(db_prepare(db, sql, &b), 0); /* nested: the outer one goes on */
    assert_ptr_not_equal(a, b);
    assert_int_equal(stmt_step(b), 1);
    stmt_reset(b);
    assert_int_equal(stmt_step(a), 1);
    assert_int_equal(stmt_int(a, 0), 2);
    stmt_reset(a);
    (void)snprintf(buffer, sizeof buffer, "SELECT 1");
    assert_int_equal(asked_int(db, buffer), 1);
    (void)snprintf(buffer, sizeof buffer, "SELECT 2");
    assert_int_equal(asked_int(db, buffer), 2); /* the same address, another text */
}

static void test_transactions(void **state) {
    struct db_rig *place = *state;
    CLEANUP(close_db) struct db *db = db_rig_open(place->path, DB_JOURNAL);
    must_exec(db, "CREATE TABLE t(a INTEGER) STRICT");
    assert_int_equal(db_begin(db), 0);
    must_exec(db, "INSERT INTO t VALUES(1)");
    assert_int_equal(db_savepoint(db), 0);
    must_exec(db, "INSERT INTO t VALUES(2)");
    assert_int_equal(db_rollback_savepoint(db), 0);
    assert_int_equal(db_savepoint(db), 0);
    must_exec(db, "INSERT INTO t VALUES(3)");
    assert_int_equal(db_release(db), 0);
    assert_int_equal(db_commit(db), 0);
    assert_int_equal(asked_int(db, "SELECT sum(a) FROM t"), 4);
    assert_int_equal(db_begin(db), 0);
    must_exec(db, "DELETE FROM t");
    db_rollback(db);
    db_rollback(db); /* harmless */
    assert_int_equal(asked_int(db, "SELECT sum(a) FROM t"), 4);
    assert_int_equal(db_commit(db), ERR_INVALID); /* nothing is open */
}

/* Files of SQLite's own that are open and have no name any more. */
static int temporary_files(void) {
    char path[64], target[512];
    int n = 0;
    for (int fd = 0; fd < 256; fd++) {
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(path, target, sizeof target - 1);
        if (length < 0) continue;
        target[length] = '\0';
        n += strstr(target, "etilqs") != NULL;
    }
    return n;
}

static void test_savepoint_needs_no_file(void **state) {
    struct db_rig *place = *state;
    CLEANUP(close_db) struct db *db = db_rig_open(place->path, DB_JOURNAL);
    must_exec(db, "CREATE TABLE t(a INTEGER, b BLOB) STRICT;"
                  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
                  " INSERT INTO t SELECT i, zeroblob(1500) FROM n");
    assert_int_equal(db_begin(db), 0);
    assert_int_equal(db_savepoint(db), 0);
    must_exec(db, "UPDATE t SET a = -a");
    assert_int_equal(asked_int(db, "SELECT sum(a) FROM t"), -500500);
    assert_int_equal(temporary_files(), 0);
    assert_int_equal(db_rollback_savepoint(db), 0);
    assert_int_equal(db_commit(db), 0);
    assert_int_equal(asked_int(db, "SELECT sum(a) FROM t"), 500500);
}

static void test_failed_commit_leaves_nothing_open(void **state) {
    struct db_rig *place = *state;
    CLEANUP(close_db) struct db *writer = db_rig_open(place->path, DB_PHOTOS);
    must_exec(writer, "CREATE TABLE t(a INTEGER) STRICT; PRAGMA busy_timeout=10");
    CLEANUP(close_db) struct db *reader = db_rig_open(place->path, DB_PHOTOS_READER);
    assert_int_equal(db_begin_read(reader), 0);
    assert_int_equal(asked_int(reader, "SELECT count(*) FROM t"), 0);
    assert_int_equal(db_begin(writer), 0);
    must_exec(writer, "INSERT INTO t VALUES(1)");
    assert_int_equal(db_commit(writer), ERR_BUSY);
    assert_non_null(strstr(db_message(writer), "lock"));
    assert_int_equal(db_commit(reader), 0);
    assert_int_equal(db_begin(writer), 0);
    assert_int_equal(asked_int(writer, "SELECT count(*) FROM t"), 0);
    must_exec(writer, "INSERT INTO t VALUES(2)");
    assert_int_equal(db_commit(writer), 0);
    assert_int_equal(asked_int(reader, "SELECT sum(a) FROM t"), 2);
}

static void test_full(void **state) {
    struct db_rig *place = *state;
    CLEANUP(close_db) struct db *db = db_rig_open(place->path, DB_JOURNAL);
    struct err_text e = { 0 };
    must_exec(db, "CREATE TABLE t(a BLOB) STRICT; PRAGMA max_page_count=20");
    struct stmt *s = NULL;
    int r = 0;
    int n = 0;
    for (; r == 0 && n < 100; n++) {
        assert_int_equal(db_prepare(db, "INSERT INTO t VALUES(zeroblob(?))", &s), 0);
        stmt_bind_int(s, 1, 10000);
        r = stmt_run(s);
    }
    assert_int_equal(r, ERR_NO_SPACE);
    assert_true(n > 2);
    assert_int_equal(db_check(db, &e), 0);
    assert_int_equal(asked_int(db, "SELECT count(*) FROM t"), n - 1);
}

/* A limit of the file's size makes the write itself fail: an I/O error, after which SQLite has rolled back by itself. */
static void test_failed_write(void **state) {
    struct db_rig *place = *state;
    struct rlimit before;
    CLEANUP(close_db) struct db *db = db_rig_open(place->path, DB_JOURNAL);
    must_exec(db, "CREATE TABLE t(a BLOB) STRICT");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    struct rlimit low = { 300000, before.rlim_max };
    assert_int_equal(db_begin(db), 0);
    must_exec(db, "INSERT INTO t VALUES(zeroblob(1000000))");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    int r = db_commit(db);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(r, ERR_IO);
    assert_int_equal(asked_int(db, "SELECT count(*) FROM t"), 0);
    assert_int_equal(db_begin(db), 0);
    must_exec(db, "INSERT INTO t VALUES(zeroblob(1000000))");
    assert_int_equal(db_commit(db), 0);
    assert_int_equal(asked_int(db, "SELECT count(*) FROM t"), 1);
}

static void test_free_bytes_and_blob(void **state) {
    struct db_rig *place = *state;
    unsigned char bytes[300];
    CLEANUP(close_db) struct db *db = db_rig_open(place->path, DB_PHOTOS);
    must_exec(db, "CREATE TABLE t(id INTEGER PRIMARY KEY, a BLOB) STRICT; INSERT INTO t VALUES(5, randomblob(100000))");
    struct stmt *s = NULL;
    size_t n = 0;
    assert_int_equal(db_free_bytes(db), 0);
    assert_int_equal(db_blob_read(db, "t", "a", 5, 70000, bytes, sizeof bytes), 0);
    assert_int_equal(db_prepare(db, "SELECT a FROM t", &s), 0);
    assert_int_equal(stmt_step(s), 1);
    const char *all = stmt_blob(s, 0, &n);
    assert_int_equal(n, 100000);
    assert_memory_equal(bytes, all + 70000, sizeof bytes);
    stmt_reset(s);
    assert_int_equal(db_blob_read(db, "t", "a", 5, 100000, bytes, 0), 0);
    assert_int_equal(db_blob_read(db, "t", "a", 5, 99999, bytes, 2), ERR_INVALID);
    assert_int_equal(db_blob_read(db, "t", "a", 5, -1, bytes, 2), ERR_INVALID);
    assert_int_equal(db_blob_read(db, "t", "a", 6, 0, bytes, 2), ERR_NOT_FOUND);
    must_exec(db, "DELETE FROM t");
    assert_true(db_free_bytes(db) > 90000);
}

static void test_backup(void **state) {
    struct db_rig *place = *state;
    struct err_text e = { 0 };
    CLEANUP(free_ptr) char *copy = temp_path(place->dir, "copy.db");
    CLEANUP(free_ptr) char *wal = temp_path(place->dir, "copy.db-wal");
    CLEANUP(free_ptr) char *part = temp_path(place->dir, "copy.db.part");
    CLEANUP(free_ptr) char *nowhere = temp_path(place->dir, "absent/copy.db");
    CLEANUP(close_db) struct db *db = db_rig_open(place->path, DB_JOURNAL);
    must_exec(db, "CREATE TABLE t(a INTEGER) STRICT; INSERT INTO t VALUES(41)");
    assert_int_equal(file_write(copy, "older", 5, 0644, NULL), 0);
    assert_int_equal(db_backup(db, copy, &e), 0);
    must_exec(db, "UPDATE t SET a = 42");
    assert_int_not_equal(access(wal, F_OK), 0);
    assert_int_not_equal(access(part, F_OK), 0);
    CLEANUP(buf_fini) struct buf bytes;
    buf_init(&bytes, 1 << 20);
    assert_int_equal(file_read(copy, &bytes, NULL), 0);
    assert_int_equal(bytes.data[18],
                     1); /* https://www.sqlite.org/fileformat2.html: 1 is no WAL, so that it is whole in one file */
    CLEANUP(close_db) struct db *other = db_rig_open(copy, DB_JOURNAL);
    assert_int_equal(asked_int(other, "SELECT a FROM t"), 41);
    must_exec(other, "UPDATE t SET a = 43");
    assert_pragma(other, "PRAGMA journal_mode", "wal");
    assert_int_equal(db_backup(db, nowhere, &e), ERR_NOT_FOUND);
    assert_int_equal(asked_int(db, "SELECT a FROM t"), 42);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, db_rig_setup, db_rig_teardown)
        TEST(test_journal_profile),
        TEST(test_photos_profile),
        TEST(test_reader),
        TEST(test_reader_sees_its_snapshot),
        TEST(test_no_database_is_not_touched),
        TEST(test_damaged_database),
        TEST(test_open_errors),
        TEST(test_values_come_back),
        TEST(test_errors_of_statements),
        TEST(test_statements_are_cached),
        TEST(test_transactions),
        TEST(test_savepoint_needs_no_file),
        TEST(test_failed_commit_leaves_nothing_open),
        TEST(test_full),
        TEST(test_failed_write),
        TEST(test_free_bytes_and_blob),
        TEST(test_backup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
