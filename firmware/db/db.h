/* SPDX-License-Identifier: MIT */
/* One SQLite connection with cached prepared statements. The only folder that includes sqlite3.h.
 * Thread: a handle belongs to the thread that uses it (SQLite is opened NOMUTEX). Calls block on the disk. */
#ifndef SITELOG_DB_DB_H
#define SITELOG_DB_DB_H

#include "firmware/base/buf.h"

#include <stdbool.h>

struct db;
struct stmt;

/* How a file is opened. Each journal mode here has to pass the power-cut test (https://www.sqlite.org/atomiccommit.html). */
enum db_profile {
    DB_JOURNAL, /* WAL, synchronous=FULL, 2 KiB pages, foreign_keys off, busy 5 s; created when it is not there */
    DB_JOURNAL_READER, /* the same file, query_only; ERR_NOT_FOUND when it is not there */
    DB_PHOTOS, /* journal_mode=PERSIST, synchronous=FULL, 2 KiB pages, secure_delete off, cache above the largest photo */
    DB_PHOTOS_READER, /* the same file, query_only; an open read transaction blocks the writer: keep it short */
};

/* Errors: ERR_NOT_FOUND, ERR_CORRUPT (not a database), ERR_BUSY, ERR_NO_SPACE, ERR_IO; *e names file and remedy. A file that is no
 * database is not touched; the journal mode of an existing file is changed by its first write, not by opening it. Owns: caller; db_close takes NULL. */
MUST_CHECK int db_open(const char *path, enum db_profile profile, struct db **out, struct err_text *e);
void db_close(struct db *db);

/* Runs SQL that returns no rows (schema, pragmas); several statements may be in it. */
MUST_CHECK int db_exec(struct db *db, const char *sql, struct err_text *e);

/* Transactions. db_begin is BEGIN IMMEDIATE, db_begin_read BEGIN DEFERRED. db_commit failing leaves nothing open: it rolls back. */
MUST_CHECK int db_begin(struct db *db);
MUST_CHECK int db_begin_read(struct db *db);
MUST_CHECK int db_commit(struct db *db);
void db_rollback(struct db *db);
MUST_CHECK int db_savepoint(struct db *db); /* one level, inside a transaction */
MUST_CHECK int db_release(struct db *db);
MUST_CHECK int db_rollback_savepoint(struct db *db);

/* What SQLite said of the last failure on this handle, for a log line. Borrowed until the next call. */
const char *db_message(const struct db *db);

/* Rows changed by the last INSERT, UPDATE or DELETE; rowid of the last INSERT. */
int64_t db_changes(const struct db *db);
int64_t db_last_rowid(const struct db *db);

/* Free pages × page size: room that needs no disk. */
int64_t db_free_bytes(struct db *db);

/* Online copy to `path` (sqlite3_backup, over this connection); durable when it returns. */
MUST_CHECK int db_backup(struct db *db, const char *path, struct err_text *e);

/* PRAGMA integrity_check; ERR_CORRUPT with the first finding. */
MUST_CHECK int db_check(struct db *db, struct err_text *e);

/* ---- statements ----
 * `sql` must be a string literal (cached by its address for the life of the handle). The statement is borrowed, reset and unbound.
 * Bind errors stick and come out of stmt_step. Columns from 0, parameters from 1. Text and blobs are borrowed on bind, and have to
 * live until the statement is reset; what stmt_text and stmt_blob return is valid until the next step or reset.
 * Use: CLEANUP(stmt_reset_ptr) struct stmt *s = NULL; — a statement left unreset holds its read transaction open. */
MUST_CHECK int db_prepare(struct db *db, const char *sql, struct stmt **out);

/* For SQL that is put together at run time: not cached, and ended by stmt_destroy (takes NULL), never by a reset alone. Owns: caller. */
MUST_CHECK int stmt_create(struct db *db, const char *sql, struct stmt **out);
void stmt_destroy(struct stmt *s);

void stmt_bind_int(struct stmt *s, int i, int64_t value);
void stmt_bind_double(struct stmt *s, int i, double value);
void stmt_bind_text(struct stmt *s, int i, const char *text); /* NULL binds NULL */
void stmt_bind_blob(struct stmt *s, int i, const void *bytes, size_t n);
void stmt_bind_null(struct stmt *s, int i);

/* 1: a row; 0: done; negative: an error (ERR_CONFLICT for a broken constraint, ERR_NO_SPACE, ERR_IO, ERR_CORRUPT, ERR_BUSY, …). */
MUST_CHECK int stmt_step(struct stmt *s);

/* Steps a statement that returns no rows to its end and resets it. */
MUST_CHECK int stmt_run(struct stmt *s);

int64_t stmt_int(struct stmt *s, int column);
double stmt_double(struct stmt *s, int column);
const char *stmt_text(struct stmt *s, int column); /* "" for NULL */
bool stmt_is_null(struct stmt *s, int column);
const void *stmt_blob(struct stmt *s, int column, size_t *n);
void stmt_reset(struct stmt *s);
void stmt_reset_ptr(struct stmt **s); /* for CLEANUP; takes NULL */

/* ---- large values, piecewise ---- reads n bytes at `offset` of a BLOB column; short transactions are the caller's business. */
MUST_CHECK int db_blob_read(struct db *db, const char *table, const char *column, int64_t rowid, int64_t offset,
                            void *out, size_t n);

#endif
