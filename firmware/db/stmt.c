/* SPDX-License-Identifier: MIT */
/* Prepared statements: bind, step, read. Does not convert types beyond what SQLite does itself; tables are STRICT. */
#include "firmware/db/db_private.h"

#include <stdlib.h>

int stmt_create(struct db *db, const char *sql, struct stmt **out) {
    struct stmt *s = calloc(1, sizeof *s);
    if (!s) return ERR_NOMEM;
    int code = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->handle, NULL);
    if (code != SQLITE_OK) {
        int r = db_fail(db, code);
        free(s);
        return r;
    }
    s->db = db;
    s->sql = sql;
    *out = s;
    return 0;
}

void stmt_destroy(struct stmt *s) {
    if (!s) return;
    (void)sqlite3_finalize(s->handle);
    free(s);
}

static void bound(struct stmt *s, int code) {
    if (code != SQLITE_OK && s->bind_error == 0) s->bind_error = db_fail(s->db, code);
}

void stmt_bind_int(struct stmt *s, int i, int64_t value) { bound(s, sqlite3_bind_int64(s->handle, i, value)); }
void stmt_bind_double(struct stmt *s, int i, double value) { bound(s, sqlite3_bind_double(s->handle, i, value)); }
void stmt_bind_null(struct stmt *s, int i) { bound(s, sqlite3_bind_null(s->handle, i)); }

void stmt_bind_text(struct stmt *s, int i, const char *text) {
    bound(s, text ? sqlite3_bind_text(s->handle, i, text, -1, SQLITE_STATIC) : sqlite3_bind_null(s->handle, i));
}

/* An empty blob is not NULL, whatever its pointer. */
void stmt_bind_blob(struct stmt *s, int i, const void *bytes, size_t n) {
    bound(s,
          n > 0 ? sqlite3_bind_blob64(s->handle, i, bytes, n, SQLITE_STATIC) : sqlite3_bind_zeroblob(s->handle, i, 0));
}

int stmt_step(struct stmt *s) {
    if (s->bind_error) return s->bind_error;
    if (!s->db->settled && !sqlite3_stmt_readonly(s->handle)) {
        int r = db_settle(s->db);
        if (r) return r;
    }
    int code = sqlite3_step(s->handle);
    if (code == SQLITE_ROW) return 1;
    if (code == SQLITE_DONE) return 0;
    int r = db_fail(s->db, code);
    (void)sqlite3_reset(
        s->handle); /* says the same error again; a failed statement must not stand in the way of COMMIT */
    return r;
}

int stmt_run(struct stmt *s) {
    int r = 0;
    do r = stmt_step(s);
    while (r == 1);
    stmt_reset(s);
    return r;
}

int64_t stmt_int(struct stmt *s, int column) { return sqlite3_column_int64(s->handle, column); }
double stmt_double(struct stmt *s, int column) { return sqlite3_column_double(s->handle, column); }

const char *stmt_text(struct stmt *s, int column) {
    const char *text = (const char *)sqlite3_column_text(s->handle, column);
    return text ? text : "";
}

bool stmt_is_null(struct stmt *s, int column) { return sqlite3_column_type(s->handle, column) == SQLITE_NULL; }

const void *stmt_blob(struct stmt *s, int column, size_t *n) {
    const void *bytes = sqlite3_column_blob(s->handle, column);
    *n = (size_t)sqlite3_column_bytes(s->handle, column);
    return bytes;
}

void stmt_reset(struct stmt *s) {
    (void)sqlite3_reset(s->handle); /* the error, if there was one, came out of stmt_step */
    (void)sqlite3_clear_bindings(s->handle);
    s->bind_error = 0;
}

void stmt_reset_ptr(struct stmt **s) {
    if (*s) stmt_reset(*s);
}
