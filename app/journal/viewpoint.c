/* SPDX-License-Identifier: MIT */
/* The event `viewpoint-moved` and its projection: which series there are. Frames are photos: timelapse.h. */
#include "app/journal/viewpoint.h"

#include "app/journal/listing.h"
#include "app/journal/post.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

static const char schema[] = "CREATE TABLE viewpoint (\n"
                             "  -- Where boards' cameras look from: each begins a series of time-lapse frames.\n"
                             "  pos INTEGER PRIMARY KEY, -- of viewpoint-moved in this store\n"
                             "  site TEXT NOT NULL, id TEXT NOT NULL, -- of the event: the series' name\n"
                             "  board TEXT NOT NULL,\n"
                             "  room TEXT NOT NULL, note TEXT NOT NULL, -- '': not said\n"
                             "  detected INTEGER NOT NULL, -- 1: the camera saw it itself\n"
                             "  at TEXT NOT NULL,\n"
                             "  UNIQUE (site, board, id)\n"
                             ") STRICT;\n";

/* Nobody says that the camera saw it but the camera. */
static const struct shape shape[] = {
    { .name = "room", .kind = SHAPE_ROOM },
    { .name = "note", .kind = SHAPE_TEXT, .max = VIEWPOINT_NOTE_MAX },
    { .name = "detected", .kind = SHAPE_BOOL, .flags = SHAPE_MADE },
    { .name = NULL },
};

int viewpoint_check(const struct json *data, struct err_text *e) { return shape_check(data, shape, e); }

/* ---- projection ---- */

static int reset(struct db *db, const char *site, const char *id) {
    return row_delete(db, "DELETE FROM viewpoint WHERE site = ? AND board = ?", site, id);
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    struct stmt *s = NULL;
    bool detected = false;
    if (strcmp(event->type, "viewpoint-moved") != 0) return 0;
    (void)json_bool(json_member(event->data, "detected"), &detected);
    int rc = db_prepare(db,
                        "INSERT INTO viewpoint (pos, site, id, board, room, note, detected, at)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, pos);
    stmt_bind_text(s, 2, event->site);
    stmt_bind_text(s, 3, event->id);
    stmt_bind_text(s, 4, row_id(event));
    stmt_bind_text(s, 5, row_text(event->data, "room"));
    stmt_bind_text(s, 6, row_text(event->data, "note"));
    stmt_bind_int(s, 7, detected);
    stmt_bind_text(s, 8, event->time);
    return stmt_run(s);
}

static const char *const tables[] = { "viewpoint", NULL };
const struct subject_kind viewpoint_kind = {
    .kind = "viewpoint", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};

int viewpoint_series(struct db *db, const char *site, const char *board, char out[ID_SIZE]) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT id FROM viewpoint WHERE site = ? AND board = ? ORDER BY pos DESC LIMIT 1", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, board);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    out[0] = '\0';
    if (rc == 1) text_clip(out, ID_SIZE, stmt_text(s, 0));
    return 0;
}

/* ---- POST, and what the camera sees ---- */

static int put(struct db *db, struct stmt *s, struct json_out *w, void *ctx) {
    (void)db, (void)ctx;
    json_open(w, NULL, '{');
    json_put_text(w, "id", stmt_text(s, 1));
    if (stmt_text(s, 2)[0]) json_put_text(w, "room", stmt_text(s, 2));
    if (stmt_text(s, 3)[0]) json_put_text(w, "note", stmt_text(s, 3));
    if (stmt_int(s, 4)) json_put_bool(w, "detected", true);
    json_put_text(w, "at", stmt_text(s, 5));
    json_close(w, '}');
    return w->buf->error;
}

int viewpoint_move(struct journal *j, struct db *db, const char *actor, const char *body, size_t n,
                   struct appended *out, struct buf *answer, struct err_text *e) {
    struct post p = { .site = journal_site(j),
                      .actor = actor,
                      .type = "viewpoint-moved",
                      .subject_id = journal_writer(j),
                      .shape = shape };
    int rc = post_event(j, db, &p, body, n, out, answer, e);
    if (rc < 0 && rc != ERR_EXISTS && rc != ERR_CONFLICT) return rc;
    int shown = listing_one(db, "SELECT pos, id, room, note, detected, at FROM viewpoint WHERE site = ? AND id = ?",
                            p.site, p.id, put, NULL, answer);
    if (shown < 0 && shown != ERR_NOT_FOUND) /* it may be another record's id */
        return err_set(e, shown, "the move cannot be read: %s", err_name(shown));
    return rc;
}

int viewpoint_seen(struct journal *j, struct db *db, struct appended *out, struct err_text *e) {
    struct event_draft draft = {
        .type = "viewpoint-moved", .subject_id = journal_writer(j), .actor = "board", .data = "{\"detected\":true}"
    };
    return journal_append(j, db, &draft, out, e);
}
