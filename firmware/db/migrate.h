/* SPDX-License-Identifier: MIT */
/* Numbered migrations: each runs once, in its own transaction that also sets PRAGMA user_version. */
#ifndef SITELOG_DB_MIGRATE_H
#define SITELOG_DB_MIGRATE_H

#include "firmware/db/db.h"

struct migration {
    int version;                                   /* 1, 2, 3 … without gaps */
    const char *sql;                               /* may be NULL when `run` does the work */
    int (*run)(struct db *db, struct err_text *e); /* may be NULL; inside the transaction, after sql */
};

/* Brings the database to the newest version. ERR_UNSUPPORTED, and nothing touched, when its version is above it: *e says which
 * version it has, which this program knows, and to install the newer program again. Blocks. */
MUST_CHECK int migrate_run(struct db *db, const char *name, const struct migration *list, size_t n, struct err_text *e);

/* The version a database is at. */
MUST_CHECK int migrate_version(struct db *db, int *out);

#endif
