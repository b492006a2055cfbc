/* SPDX-License-Identifier: MIT */
/* Pages by position. What an entry is, its subject's file knows. */
#include "app/journal/listing.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>

int listing_before(const char *before, int64_t *out, struct err_text *e) {
    int64_t n = INT64_MAX;
    if (before && text_int(before, 1, INT64_MAX, &n) < 0)
        return err_field(e, ERR_INVALID, "before", "before has to be the next of the page before");
    *out = n;
    return 0;
}

static int put_entries(struct db *db, struct stmt *s, int limit, listing_put_fn put, void *ctx, struct json_out *w,
                       int64_t *next) {
    int64_t last = 0;
    int rc;
    *next = 0;
    for (int n = 0; (rc = stmt_step(s)) == 1;) {
        if (n == limit) {
            *next = last;
            return 0;
        }
        int64_t at = stmt_int(s, 0);
        rc = put(db, s, w, ctx);
        if (rc < 0) return rc;
        if (rc == LISTING_SKIP) continue;
        last = at;
        n++;
    }
    return rc;
}

int listing_print(struct db *db, struct stmt *s, const char *name, int limit, listing_put_fn put, void *ctx,
                  struct buf *out, struct err_text *e) {
    struct json_out w;
    char cursor[24];
    int64_t next = 0;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_open(&w, name, '[');
    int rc = put_entries(db, s, limit, put, ctx, &w, &next);
    stmt_reset(s);
    if (rc < 0) return err_set(e, rc, "the list cannot be read: %s", err_name(rc));
    json_close(&w, ']');
    (void)snprintf(cursor, sizeof cursor, "%lld", (long long)next);
    json_put_text(&w, "next", next ? cursor : NULL);
    json_close(&w, '}');
    return out->error;
}

int listing_one(struct db *db, const char *sql, const char *site, const char *id, listing_put_fn put, void *ctx,
                struct buf *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct json_out w;
    int rc = db_prepare(db, sql, &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    json_start(&w, out);
    rc = put(db, s, &w, ctx);
    return rc < 0 ? rc : out->error;
}
