/* SPDX-License-Identifier: MIT */
/* The table `session`. State: never rebuilt, never sent, not in a backup's evidence. */
#include "app/http/session.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

const char *const session_schema = "CREATE TABLE session (\n"
                                   "  -- Who is signed in. The cookie itself is not here, only its SHA-256.\n"
                                   "  hash TEXT PRIMARY KEY,      -- 64 hex digits\n"
                                   "  user TEXT NOT NULL,         -- u-03\n"
                                   "  created INTEGER NOT NULL,   -- ms since 1970\n"
                                   "  expires INTEGER NOT NULL    -- ms since 1970\n"
                                   ") STRICT, WITHOUT ROWID;\n"
                                   "CREATE INDEX session_by_user ON session (user, created);\n";

static int drop_old(struct db *db, const char *user, struct wall now) {
    struct stmt *s = NULL;
    int r = db_prepare(db, "DELETE FROM session WHERE expires <= ?", &s);
    if (r) return r;
    stmt_bind_int(s, 1, now.ms);
    r = stmt_run(s);
    if (r) return r;
    r = db_prepare(db,
                   "DELETE FROM session WHERE hash IN"
                   " (SELECT hash FROM session WHERE user = ? ORDER BY created DESC LIMIT -1 OFFSET ?)",
                   &s);
    if (r) return r;
    stmt_bind_text(s, 1, user);
    stmt_bind_int(s, 2, SESSION_PER_PERSON - 1);
    return stmt_run(s);
}

int session_insert(struct db *db, const struct session_row *row, struct wall now) {
    struct stmt *s = NULL;
    int r = drop_old(db, row->user, now);
    if (!r) r = db_prepare(db, "INSERT INTO session (hash, user, created, expires) VALUES (?, ?, ?, ?)", &s);
    if (r) return r;
    stmt_bind_text(s, 1, row->hash);
    stmt_bind_text(s, 2, row->user);
    stmt_bind_int(s, 3, row->created_ms);
    stmt_bind_int(s, 4, row->expires_ms);
    return stmt_run(s);
}

int session_delete(struct db *db, const char *hash) {
    struct stmt *s = NULL;
    int r = db_prepare(db, "DELETE FROM session WHERE hash = ?", &s);
    if (r) return r;
    stmt_bind_text(s, 1, hash);
    return stmt_run(s);
}

int session_each(struct db *db, struct wall now, int (*each)(void *arg, const struct session_row *row), void *arg) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int r = db_prepare(db, "SELECT hash, user, created, expires FROM session WHERE expires > ? ORDER BY created", &s);
    if (r) return r;
    stmt_bind_int(s, 1, now.ms);
    while ((r = stmt_step(s)) > 0) {
        struct session_row row = { .created_ms = stmt_int(s, 2), .expires_ms = stmt_int(s, 3) };
        if (text_copy(row.hash, sizeof row.hash, stmt_text(s, 0)) ||
            text_copy(row.user, sizeof row.user, stmt_text(s, 1)))
            return ERR_CORRUPT;
        int stop = each(arg, &row);
        if (stop) return stop;
    }
    return r;
}
