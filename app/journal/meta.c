/* SPDX-License-Identifier: MIT */
/* The table `meta`. What the values mean is their owners' business. */
#include "app/journal/meta.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

int meta_get(struct db *db, const char *name, char out[META_SIZE]) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT value FROM meta WHERE name = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, name);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    return text_copy(out, META_SIZE, rc == 1 ? stmt_text(s, 0) : "") == 0 ? 0 : ERR_CORRUPT;
}

int meta_set(struct db *db, const char *name, const char *value) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, name);
    stmt_bind_text(s, 2, value);
    return stmt_run(s);
}

int meta_clear(struct db *db, const char *name) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "DELETE FROM meta WHERE name = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, name);
    return stmt_run(s);
}
