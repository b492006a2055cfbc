/* SPDX-License-Identifier: MIT */
/* What the files of firmware/db share. Not for others: sqlite3.h ends here. */
#ifndef SITELOG_DB_DB_PRIVATE_H
#define SITELOG_DB_DB_PRIVATE_H

#include "firmware/db/db.h"

#include <sqlite3.h>

struct stmt {
    struct db *db;
    sqlite3_stmt *handle;
    const char *sql; /* the literal's address */
    int bind_error;  /* first enum err of a bind since the last reset, or 0 */
};

struct db {
    sqlite3 *handle;
    char *path;
    enum db_profile profile;
    bool settled;        /* the file's journal mode is the profile's */
    struct stmt **stmts; /* cache */
    size_t stmt_count;
    size_t stmt_cap;
    char message[256]; /* of the last failure */
};

/* Maps SQLite's extended result code and keeps its message. Returns the enum err; never 0. */
int db_fail(struct db *db, int code);

/* Before the first write: sets the file's journal mode, which a database that is only looked at keeps as it is. */
MUST_CHECK int db_settle(struct db *db);

/* False also after SQLite rolled back by itself, as it does for a full disk. */
bool db_in_transaction(const struct db *db);

/* Rows changed since the handle was opened. */
int64_t db_total_changes(const struct db *db);

/* Resets what a job left stepped, so that it holds no read transaction open. */
void db_reset_all(struct db *db);

#endif
