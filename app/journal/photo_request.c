/* SPDX-License-Identifier: MIT */
/* Requests for photos: shape, POST, failing, projection. Whether one is answered is asked of the photos each time: a table of its own would
 * have to be right in whatever order a request and its answer arrive. Lists are in photo_request_list.c. */
#include "app/journal/photo_request.h"

#include "app/journal/late.h"
#include "app/journal/named.h"
#include "app/journal/post.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

static const char schema[] =
    "CREATE TABLE photo_request (\n"
    "  -- Photos that head office asked for. Answered: a row of photo has its id as inreplyto.\n"
    "  pos INTEGER PRIMARY KEY,\n"
    "  site TEXT NOT NULL,\n"
    "  id TEXT NOT NULL,        -- of the photo-requested event\n"
    "  known INTEGER NOT NULL,  -- 0: only its failure has arrived\n"
    "  board TEXT NOT NULL,     -- which shall answer; '': any\n"
    "  stage TEXT NOT NULL, room TEXT NOT NULL, text TEXT NOT NULL, -- '': not said\n"
    "  due TEXT NOT NULL,       -- RFC 3339, or ''\n"
    "  camera INTEGER NOT NULL, -- 1: the board's camera answers by itself; 0: a person does\n"
    "  at TEXT NOT NULL, actor TEXT NOT NULL,\n"
    "  failed INTEGER NOT NULL, -- 1: it could not be answered\n"
    "  reason TEXT NOT NULL,    -- why not\n"
    "  answered INTEGER NOT NULL DEFAULT 0, -- 1: such a photo is here\n"
    "  UNIQUE (site, id)\n"
    ") STRICT;\n"
    "CREATE INDEX photo_request_site ON photo_request (site); -- and pos, the row's number\n"
    "CREATE INDEX photo_request_open ON photo_request (site) WHERE answered = 0 AND failed = 0;\n"
    "CREATE INDEX photo_request_failed ON photo_request (site) WHERE failed = 1;\n";

/* ---- shape ---- */

static const struct shape shape[] = {
    { .name = "board", .kind = SHAPE_FORM, .max = NAME_SIZE - 1, .fits = ids_is_name, .must = "the id of a board" },
    { .name = "stage", .kind = SHAPE_FORM, .max = 40, .fits = ids_is_key, .must = "the key of a stage" },
    { .name = "room", .kind = SHAPE_ROOM },
    { .name = "text", .kind = SHAPE_TEXT, .max = PHOTO_REQUEST_TEXT_MAX },
    { .name = "due", .kind = SHAPE_TIME },
    { .name = "camera", .kind = SHAPE_BOOL, .flags = SHAPE_FILLED },
    { .name = NULL },
};
static const struct shape shape_failed[] = {
    { .name = "reason", .kind = SHAPE_TEXT, .max = PHOTO_REQUEST_TEXT_MAX },
    { .name = NULL },
};

int photo_request_check(const struct json *data, struct err_text *e) { return shape_check(data, shape, e); }

int photo_request_check_failed(const struct json *data, struct err_text *e) {
    return shape_check(data, shape_failed, e);
}

/* ---- projection ---- */

static int reset(struct db *db, const char *site, const char *id) {
    return row_delete(db, "DELETE FROM photo_request WHERE site = ? AND id = ?", site, id);
}

int photo_request_note(struct db *db, const char *site, const char *id) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "UPDATE photo_request SET answered = EXISTS (SELECT 1 FROM photo p WHERE p.site = ?1 AND"
                        " p.inreplyto <> '' AND p.inreplyto = ?2) WHERE site = ?1 AND id = ?2",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    return stmt_run(s);
}

static int fold_requested(struct db *db, const struct envelope *event, const char *id, int64_t pos) {
    struct stmt *s = NULL;
    bool camera = true;
    (void)json_bool(json_member(event->data, "camera"), &camera);
    int rc = db_prepare(
        db,
        "INSERT INTO photo_request (site, id, known, board, stage, room, text, due, camera, at, actor, failed,"
        " reason, pos) VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, '', ?11)"
        " ON CONFLICT (site, id) DO UPDATE SET known = 1, board = ?3, stage = ?4, room = ?5, text = ?6, due = ?7,"
        " camera = ?8, at = ?9, actor = ?10, pos = ?11 WHERE known = 0",
        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, id);
    stmt_bind_text(s, 3, row_text(event->data, "board"));
    stmt_bind_text(s, 4, row_text(event->data, "stage"));
    stmt_bind_text(s, 5, row_text(event->data, "room"));
    stmt_bind_text(s, 6, row_text(event->data, "text"));
    stmt_bind_text(s, 7, row_text(event->data, "due"));
    stmt_bind_int(s, 8, camera);
    stmt_bind_text(s, 9, event->time);
    stmt_bind_text(s, 10, event->actor);
    stmt_bind_int(s, 11, pos);
    rc = stmt_run(s);
    if (rc < 0) return rc;
    if (db_changes(db) > 0) return photo_request_note(db, event->site, id);
    return late_mark(db, event, "this photo was asked for before");
}

static int fold_failed(struct db *db, const struct envelope *event, const char *id, int64_t pos) {
    struct stmt *s = NULL;
    int rc = db_prepare(
        db,
        "INSERT INTO photo_request (site, id, known, board, stage, room, text, due, camera, at, actor, failed,"
        " reason, pos) VALUES (?1, ?2, 0, '', '', '', '', '', 0, '', '', 1, ?3, ?4)"
        " ON CONFLICT (site, id) DO UPDATE SET failed = 1, reason = ?3 WHERE failed = 0",
        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, id);
    stmt_bind_text(s, 3, row_text(event->data, "reason"));
    stmt_bind_int(s, 4, pos);
    rc = stmt_run(s);
    if (rc < 0) return rc;
    if (db_changes(db) > 0) return photo_request_note(db, event->site, id);
    return late_mark(db, event, "it was said before that this photo cannot be taken");
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    const char *id = row_id(event);
    if (strcmp(event->type, "photo-requested") == 0) return fold_requested(db, event, id, pos);
    if (strcmp(event->type, "photo-request-failed") == 0) return fold_failed(db, event, id, pos);
    return 0;
}

static const char *const tables[] = { "photo_request", NULL };
const struct subject_kind photo_request_kind = {
    .kind = "photo-request", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};

/* ---- POST and what answers ---- */

static int judge(struct post *p, struct journal *j, struct db *db, const struct json *data, struct json_out *made,
                 struct err_text *e) {
    bool camera;
    if (!json_bool(json_member(data, "camera"), &camera)) json_put_bool(made, "camera", true);
    return named_stage(j, db, p->site, row_text(data, "stage"), e);
}

int photo_request_make(struct journal *j, struct db *db, const char *site, const char *actor, const char *body,
                       size_t n, struct appended *out, struct buf *answer, struct err_text *e) {
    struct post p = { .site = site,
                      .actor = actor,
                      .type = "photo-requested",
                      .shape = shape,
                      .judge = judge,
                      .print = photo_request_print };
    return post_event(j, db, &p, body, n, out, answer, e);
}

int photo_request_answerable(struct db *db, const char *site, const char *id) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc =
        db_prepare(db,
                   "SELECT failed OR EXISTS (SELECT 1 FROM photo p WHERE p.site = r.site AND p.inreplyto = r.id AND"
                   " p.inreplyto <> '') FROM photo_request r WHERE r.site = ? AND r.id = ? AND r.known = 1",
                   &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    return stmt_int(s, 0) ? ERR_EXISTS : 0;
}

int photo_request_fail(struct journal *j, struct db *db, const char *site, const char *id, const char *reason,
                       struct appended *out, struct err_text *e) {
    struct buf data;
    struct json_out w;
    int rc = photo_request_answerable(db, site, id);
    if (rc < 0) return err_set(e, rc, "the request %s is %s", id, rc == ERR_EXISTS ? "answered already" : err_name(rc));
    buf_init(&data, 4096);
    json_start(&w, &data);
    json_open(&w, NULL, '{');
    json_put_text(&w, "reason", reason);
    json_close(&w, '}');
    struct event_draft draft = { .site = site,
                                 .type = "photo-request-failed",
                                 .subject_id = id,
                                 .actor = "board",
                                 .inreplyto = id,
                                 .data = data.data };
    rc = data.error ? err_set(e, data.error, "the failure cannot be written: %s", err_name(data.error))
                    : journal_append(j, db, &draft, out, e);
    buf_fini(&data);
    return rc;
}
