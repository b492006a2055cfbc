/* SPDX-License-Identifier: MIT */
/* Reads frames and series; when frames are taken is app/photo/timelapse.c's business. */
#include "app/journal/timelapse.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"

static int put_frames(struct db *db, const struct timelapse_query *q, struct json_out *w, int64_t *total) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(
        db,
        "WITH f AS (SELECT id, writer, taken, clock, series, sha256, thumb_sha256, count(*) OVER () AS total,"
        " row_number() OVER (ORDER BY taken, pos) - 1 AS n FROM photo WHERE site = ?1 AND"
        " origin = 'timelapse' AND sha256 <> '' AND withdrawn = 0"
        " AND (?2 IS NULL OR date >= ?2) AND (?3 IS NULL OR date <= ?3))"
        " SELECT id, writer, taken, clock, series, sha256, thumb_sha256, total FROM f"
        " WHERE total <= ?4 OR n = 0 OR n * (?4 - 1) / (total - 1) <> (n - 1) * (?4 - 1) / (total - 1) ORDER BY n",
        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, q->site);
    stmt_bind_text(s, 2, q->from);
    stmt_bind_text(s, 3, q->to);
    stmt_bind_int(s, 4, q->max);
    *total = 0;
    while ((rc = stmt_step(s)) == 1) {
        json_open(w, NULL, '{');
        json_put_text(w, "id", stmt_text(s, 0));
        json_put_text(w, "board", stmt_text(s, 1));
        json_put_text(w, "taken", stmt_text(s, 2));
        json_put_text(w, "clock", stmt_text(s, 3));
        if (stmt_text(s, 4)[0]) json_put_text(w, "series", stmt_text(s, 4));
        json_put_text(w, "sha256", stmt_text(s, 5));
        if (stmt_text(s, 6)[0]) json_put_text(w, "thumb_sha256", stmt_text(s, 6));
        json_close(w, '}');
        *total = stmt_int(s, 7);
    }
    return rc;
}

static int put_series(struct db *db, const char *site, struct json_out *w) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc =
        db_prepare(db, "SELECT id, board, room, note, detected, at FROM viewpoint WHERE site = ? ORDER BY pos", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    while ((rc = stmt_step(s)) == 1) {
        json_open(w, NULL, '{');
        json_put_text(w, "id", stmt_text(s, 0));
        json_put_text(w, "board", stmt_text(s, 1));
        if (stmt_text(s, 2)[0]) json_put_text(w, "room", stmt_text(s, 2));
        if (stmt_text(s, 3)[0]) json_put_text(w, "note", stmt_text(s, 3));
        json_put_bool(w, "detected", stmt_int(s, 4) == 1);
        json_put_text(w, "at", stmt_text(s, 5));
        json_close(w, '}');
    }
    return rc;
}

int timelapse_print(struct db *db, const struct timelapse_query *q, struct buf *out) {
    struct json_out w;
    int64_t total = 0;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_open(&w, "frames", '[');
    int rc = put_frames(db, q, &w, &total);
    if (rc < 0) return rc;
    json_close(&w, ']');
    json_put_int(&w, "total", total);
    json_open(&w, "series", '[');
    rc = put_series(db, q->site, &w);
    if (rc < 0) return rc;
    json_close(&w, ']');
    json_close(&w, '}');
    return out->error;
}
