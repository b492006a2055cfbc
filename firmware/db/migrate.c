/* SPDX-License-Identifier: MIT */
/* Numbered migrations over PRAGMA user_version. Does not go back to older versions, and knows no schema itself. */
#include "firmware/db/migrate.h"

#include "firmware/base/cleanup.h"

#include <assert.h>
#include <stdio.h>

int migrate_version(struct db *db, int *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int r = db_prepare(db, "PRAGMA user_version", &s);
    if (r == 0) r = stmt_step(s);
    if (r < 0) return r;
    *out = (int)stmt_int(s, 0);
    return 0;
}

static int apply(struct db *db, const struct migration *m, struct err_text *e) {
    char set[64];
    int r = m->sql ? db_exec(db, m->sql, e) : 0;
    if (r == 0 && m->run) r = m->run(db, e);
    if (r) return r;
    (void)snprintf(set, sizeof set, "PRAGMA user_version=%d", m->version);
    return db_exec(db, set, e);
}

static int fail(struct db *db, const char *name, int r, struct err_text *e) {
    return err_set(e, r, "%s: cannot bring the database to a newer version: %s", name, db_message(db));
}

/* The version is read again inside: another process may have been faster. */
static int step(struct db *db, const char *name, const struct migration *m, struct err_text *e) {
    struct err_text cause = { 0 };
    int version = 0;
    int r = db_begin(db);
    if (r) return fail(db, name, r, e);
    r = migrate_version(db, &version);
    if (r) (void)fail(db, name, r, &cause);
    if (r == 0 && version < m->version) r = apply(db, m, &cause);
    if (r) {
        db_rollback(db);
        return err_set(e, r, "%s: migration %d failed and was undone: %s", name, m->version,
                       cause.code ? cause.text : err_name(r));
    }
    r = db_commit(db);
    return r ? fail(db, name, r, e) : 0;
}

int migrate_run(struct db *db, const char *name, const struct migration *list, size_t n, struct err_text *e) {
    int version = 0;
    int newest = (int)n;
    for (size_t i = 0; i < n; i++) assert(list[i].version == (int)i + 1);
    int r = migrate_version(db, &version);
    if (r) return fail(db, name, r, e);
    if (version > newest)
        return err_set(e, ERR_UNSUPPORTED,
                       "%s has version %d and this program knows versions up to %d: install the newer program again "
                       "(the database was not "
                       "touched)",
                       name, version, newest);
    for (size_t i = (size_t)(version > 0 ? version : 0); i < n && r == 0; i++) r = step(db, name, &list[i], e);
    return r;
}
