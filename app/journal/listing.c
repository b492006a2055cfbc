/* SPDX-License-Identifier: MIT */
/* Pages by position, or by date and position. What an entry is, its subject's file knows. */
#include "app/journal/listing.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

int listing_before(const char *before, int64_t *out, struct err_text *e) {
    int64_t n = INT64_MAX;
    if (before && text_int(before, 1, INT64_MAX, &n) < 0)
        return err_field(e, ERR_INVALID, "before", "before has to be the next of the page before");
    *out = n;
    return 0;
}

int listing_before_dated(const char *before, const char *to, char date[TZ_DATE_SIZE], int64_t *pos,
                         struct err_text *e) {
    struct civil civil;
    const char *dot = before ? strchr(before, '.') : NULL;
    *pos = INT64_MAX;
    text_clip(date, TZ_DATE_SIZE, to ? to : "~");
    if (!before) return 0;
    if (dot && dot - before == TZ_DATE_SIZE - 1) {
        text_clip(date, TZ_DATE_SIZE, before);
        if (tz_date_parse(date, &civil) == 0 && text_int(dot + 1, 0, INT64_MAX, pos) == 0) return 0;
    }
    return err_field(e, ERR_INVALID, "before", "before has to be the next of the page before");
}

/* cursor "": there is no further page. */
static int put_entries(struct db *db, struct stmt *s, int date, int limit, listing_put_fn put, void *ctx,
                       struct json_out *w, char cursor[40]) {
    int rc;
    for (int n = 0; (rc = stmt_step(s)) == 1;) {
        char at[40];
        if (n == limit) return 0;
        (void)snprintf(at, sizeof at, "%s%s%lld", date < 0 ? "" : stmt_text(s, date), date < 0 ? "" : ".",
                       (long long)stmt_int(s, 0));
        rc = put(db, s, w, ctx);
        if (rc < 0) return rc;
        if (rc == LISTING_SKIP) continue;
        memcpy(cursor, at, sizeof at);
        n++;
    }
    cursor[0] = '\0';
    return rc;
}

int listing_print_dated(struct db *db, struct stmt *s, const char *name, int date, int limit, listing_put_fn put,
                        void *ctx, struct buf *out, struct err_text *e) {
    struct json_out w;
    char cursor[40] = "";
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_open(&w, name, '[');
    int rc = put_entries(db, s, date, limit, put, ctx, &w, cursor);
    stmt_reset(s);
    if (rc < 0) return err_set(e, rc, "the list cannot be read: %s", err_name(rc));
    json_close(&w, ']');
    json_put_text(&w, "next", cursor[0] ? cursor : NULL);
    json_close(&w, '}');
    return out->error;
}

int listing_print(struct db *db, struct stmt *s, const char *name, int limit, listing_put_fn put, void *ctx,
                  struct buf *out, struct err_text *e) {
    return listing_print_dated(db, s, name, -1, limit, put, ctx, out, e);
}

/* ---- what goes with them ---- */

int listing_kin_next(struct listing_kin *k, int64_t row) {
    while (!k->over) {
        int rc = k->ahead ? 1 : stmt_step(k->s);
        k->over = rc <= 0;
        if (rc <= 0) return rc;
        int64_t of = stmt_int(k->s, k->column);
        k->ahead = of > row;
        if (of >= row) return of == row;
    }
    return 0;
}

void listing_kin_fini(struct listing_kin *k) {
    if (k->s) stmt_reset(k->s);
    *k = (struct listing_kin){ 0 };
}

int listing_keys(struct db *db, struct stmt *s, int limit, listing_put_fn put, void *ctx, struct buf *out) {
    struct json_out w;
    int rc = 0;
    json_start(&w, out);
    json_open(&w, NULL, '[');
    for (int n = 0; n < limit && (rc = stmt_step(s)) == 1;) {
        rc = put(db, s, &w, ctx);
        if (rc < 0) break;
        if (rc != LISTING_SKIP) n++;
    }
    stmt_reset(s);
    json_close(&w, ']');
    return rc < 0 ? rc : out->error;
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
