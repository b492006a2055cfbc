/* SPDX-License-Identifier: MIT */
/* The table of drafts. Keeps the bytes as they came; what a draft means is its screen's business. */
#include "app/journal/draft.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"

#include <string.h>

const char *const draft_schema =
    "CREATE TABLE draft (\n"
    "  -- What somebody on a site has begun and not submitted; shared by all of the site. Never sent.\n"
    "  site TEXT NOT NULL,\n"
    "  kind TEXT NOT NULL,   -- daylog …\n"
    "  key TEXT NOT NULL,    -- of a daylog: its date\n"
    "  data TEXT NOT NULL,   -- JSON object as the screen sent it\n"
    "  user TEXT NOT NULL,   -- who saved it last\n"
    "  at INTEGER NOT NULL,  -- ms since 1970\n"
    "  n INTEGER NOT NULL,   -- grows with every save: the oldest draft gives way, whatever the clock says\n"
    "  PRIMARY KEY (site, kind, key)\n"
    ") STRICT, WITHOUT ROWID;\n";

void draft_fini(struct draft *d) {
    free(d->data);
    *d = (struct draft){ 0 };
}

static int check(const char *kind, const char *key, const char *data, size_t n, struct err_text *e) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    if (!ids_is_key(kind) || !ids_is_key(key))
        return err_set(e, ERR_INVALID, "a draft's kind and key are 1 to 40 of the characters A-Z a-z 0-9 . _ -");
    if (n > DRAFT_MAX) return err_set(e, ERR_TOO_BIG, "a draft has at most %u bytes", DRAFT_MAX);
    int rc = json_parse(data, n, &root, e);
    if (rc < 0) return rc;
    return json_is_object(root) ? 0 : err_set(e, ERR_INVALID, "a draft has to be a JSON object");
}

static int drop_oldest(struct db *db, const char *site) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "DELETE FROM draft WHERE site = ?1 AND n <= (SELECT n FROM draft WHERE site = ?1"
                        " ORDER BY n DESC LIMIT 1 OFFSET ?2)",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_int(s, 2, DRAFT_COUNT_MAX);
    return stmt_run(s);
}

int draft_put(struct db *db, const char *site, const char *kind, const char *key, const char *data, size_t n,
              const char *user, struct wall now, struct err_text *e) {
    int rc = check(kind, key, data, n, e);
    if (rc < 0) return rc;
    CLEANUP(free_ptr) char *copy = strndup(data, n);
    if (!copy) return err_set(e, ERR_NOMEM, "out of memory");
    struct stmt *s = NULL;
    rc = db_prepare(db,
                    "INSERT OR REPLACE INTO draft (site, kind, key, data, user, at, n)"
                    " VALUES (?, ?, ?, ?, ?, ?, (SELECT coalesce(max(n), 0) + 1 FROM draft))",
                    &s);
    if (rc == 0) {
        stmt_bind_text(s, 1, site);
        stmt_bind_text(s, 2, kind);
        stmt_bind_text(s, 3, key);
        stmt_bind_text(s, 4, copy);
        stmt_bind_text(s, 5, user);
        stmt_bind_int(s, 6, now.ms);
        rc = stmt_run(s);
    }
    if (rc == 0) rc = drop_oldest(db, site);
    return rc < 0 ? err_set(e, rc, "the draft cannot be stored: %s", db_message(db)) : 0;
}

int draft_get(struct db *db, const char *site, const char *kind, const char *key, struct draft *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT data, user, at FROM draft WHERE site = ? AND kind = ? AND key = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, kind);
    stmt_bind_text(s, 3, key);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    struct draft d = { .data = strdup(stmt_text(s, 0)), .at = { stmt_int(s, 2) } };
    if (!d.data) return ERR_NOMEM;
    d.n = strlen(d.data);
    text_clip(d.user, sizeof d.user, stmt_text(s, 1));
    *out = d;
    return 0;
}

int draft_delete(struct db *db, const char *site, const char *kind, const char *key) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "DELETE FROM draft WHERE site = ? AND kind = ? AND key = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, kind);
    stmt_bind_text(s, 3, key);
    return stmt_run(s);
}

static void put_one(struct stmt *s, bool names, struct json_out *w) {
    char at[CLOCK_TEXT_SIZE];
    clock_format((struct wall){ stmt_int(s, 3) }, 0, at);
    json_open(w, NULL, '{');
    json_put_text(w, "kind", stmt_text(s, 0));
    json_put_text(w, "key", stmt_text(s, 1));
    if (ids_is_key(stmt_text(s, 4))) json_put_text(w, "stage", stmt_text(s, 4));
    json_put_text(w, "user", names ? stmt_text(s, 2) : NULL);
    json_put_text(w, "at", at);
    json_close(w, '}');
}

int draft_list(struct db *db, const char *site, bool names, struct buf *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct json_out w;
    int rc = db_prepare(db,
                        "SELECT kind, key, user, at, CASE WHEN json_valid(data) AND json_type(data, '$.stage') = 'text'"
                        " THEN json_extract(data, '$.stage') ELSE '' END FROM draft WHERE site = ? ORDER BY n DESC",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_open(&w, "drafts", '[');
    while ((rc = stmt_step(s)) == 1) put_one(s, names, &w);
    json_close(&w, ']');
    json_put_null(&w, "next");
    json_close(&w, '}');
    return rc < 0 ? rc : out->error;
}
