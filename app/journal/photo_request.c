/* SPDX-License-Identifier: MIT */
/* Requests for photos: shape, POST, failing, projection. Whether one is answered is asked of the photos each time: a table of its own would
 * have to be right in whatever order a request and its answer arrive. Lists are in photo_request_list.c. */
#include "app/journal/photo_request.h"

#include "app/journal/domain.h"
#include "app/journal/late.h"
#include "app/journal/plan.h"
#include "app/journal/privacy.h"
#include "app/journal/repeat.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
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

static int get_text(const struct json *o, const char *name, char *out, size_t size, struct err_text *e) {
    const char *text = NULL;
    int rc = json_get_text(o, "", name, JSON_OPTIONAL, size - 1, &text, e);
    return rc < 0 || !text ? rc : text_copy(out, size, text);
}

/* As get_text; a person leaves out what there is none of, instead of sending it empty. */
static int get_form(const struct json *o, const char *name, enum decode mode, char *out, size_t size,
                    struct err_text *e) {
    const char *text = json_text(json_member(o, name));
    if (mode == DECODE_STRICT && text && !text[0]) return err_field(e, ERR_INVALID, name, "%s is empty", name);
    return get_text(o, name, out, size, e);
}

static int decode(const struct json *body, enum decode mode, struct photo_request *out, struct err_text *e) {
    static const char *const members[] = { "id", "board", "stage", "room", "text", "due", "camera", NULL };
    struct photo_request r = { .camera = true };
    struct wall due;
    if (!json_is_object(body)) return err_set(e, ERR_INVALID, "a request for a photo has to be a JSON object");
    int rc = mode == DECODE_STRICT ? json_only(body, "", members, e) : 0;
    if (rc == 0 && mode == DECODE_STRICT) rc = item_get_id(body, "", "id", JSON_REQUIRED, r.id, e);
    if (rc == 0) rc = get_form(body, "board", mode, r.board, sizeof r.board, e);
    if (rc == 0) rc = item_get_key(body, "", "stage", JSON_OPTIONAL, r.stage, e);
    if (rc == 0) rc = item_get_room(body, "", "room", r.room, e);
    if (rc == 0) rc = get_text(body, "text", r.text, sizeof r.text, e);
    if (rc == 0) rc = get_form(body, "due", mode, r.due, sizeof r.due, e);
    if (rc == 0) rc = json_get_bool(body, "", "camera", JSON_OPTIONAL, &r.camera, e);
    if (rc < 0) return rc;
    if (r.board[0] && !ids_is_name(r.board))
        return err_field(e, ERR_INVALID, "board", "board has to be the id of a board");
    if (r.due[0] && clock_parse(r.due, &due, NULL) < 0)
        return err_field(e, ERR_INVALID, "due", "due has to be a time like 2026-11-22T16:04:05+08:00");
    *out = r;
    return 0;
}

static int encode(const struct photo_request *r, struct buf *out) {
    struct json_out w;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    if (r->board[0]) json_put_text(&w, "board", r->board);
    if (r->stage[0]) json_put_text(&w, "stage", r->stage);
    if (r->room[0]) json_put_text(&w, "room", r->room);
    if (r->text[0]) json_put_text(&w, "text", r->text);
    if (r->due[0]) json_put_text(&w, "due", r->due);
    json_put_bool(&w, "camera", r->camera);
    json_close(&w, '}');
    return out->error;
}

int photo_request_check(const struct json *data, struct err_text *e) {
    struct photo_request r;
    return decode(data, DECODE_LENIENT, &r, e);
}

static int decode_failed(const struct json *data, char reason[PHOTO_REQUEST_TEXT_MAX + 1], struct err_text *e) {
    reason[0] = '\0';
    return get_text(data, "reason", reason, PHOTO_REQUEST_TEXT_MAX + 1, e);
}

int photo_request_check_failed(const struct json *data, struct err_text *e) {
    char reason[PHOTO_REQUEST_TEXT_MAX + 1];
    return decode_failed(data, reason, e);
}

/* ---- projection ---- */

static int reset(struct db *db, const char *site, const char *id) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "DELETE FROM photo_request WHERE site = ? AND id = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    return stmt_run(s);
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
    struct photo_request r = { 0 };
    struct stmt *s = NULL;
    int rc = decode(event->data, DECODE_LENIENT, &r, NULL);
    if (rc == 0)
        rc = db_prepare(
            db,
            "INSERT INTO photo_request (site, id, known, board, stage, room, text, due, camera, at, actor, failed,"
            " reason, pos) VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, '', ?11)"
            " ON CONFLICT (site, id) DO UPDATE SET known = 1, board = ?3, stage = ?4, room = ?5, text = ?6, due = ?7,"
            " camera = ?8, at = ?9, actor = ?10, pos = ?11 WHERE known = 0",
            &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, id);
    stmt_bind_text(s, 3, r.board);
    stmt_bind_text(s, 4, r.stage);
    stmt_bind_text(s, 5, r.room);
    stmt_bind_text(s, 6, r.text);
    stmt_bind_text(s, 7, r.due);
    stmt_bind_int(s, 8, r.camera);
    stmt_bind_text(s, 9, event->time);
    stmt_bind_text(s, 10, event->actor);
    stmt_bind_int(s, 11, pos);
    rc = stmt_run(s);
    if (rc < 0) return rc;
    if (db_changes(db) > 0) return photo_request_note(db, event->site, id);
    return late_mark(db, event, "this photo was asked for before");
}

static int fold_failed(struct db *db, const struct envelope *event, const char *id, int64_t pos) {
    char reason[PHOTO_REQUEST_TEXT_MAX + 1];
    struct stmt *s = NULL;
    int rc = decode_failed(event->data, reason, NULL);
    if (rc == 0)
        rc = db_prepare(
            db,
            "INSERT INTO photo_request (site, id, known, board, stage, room, text, due, camera, at, actor, failed,"
            " reason, pos) VALUES (?1, ?2, 0, '', '', '', '', '', 0, '', '', 1, ?3, ?4)"
            " ON CONFLICT (site, id) DO UPDATE SET failed = 1, reason = ?3 WHERE failed = 0",
            &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, id);
    stmt_bind_text(s, 3, reason);
    stmt_bind_int(s, 4, pos);
    rc = stmt_run(s);
    if (rc < 0) return rc;
    if (db_changes(db) > 0) return photo_request_note(db, event->site, id);
    return late_mark(db, event, "it was said before that this photo cannot be taken");
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    const char *id = event->subject + strlen("photo-request/");
    if (strcmp(event->type, "photo-requested") == 0) return fold_requested(db, event, id, pos);
    if (strcmp(event->type, "photo-request-failed") == 0) return fold_failed(db, event, id, pos);
    return 0;
}

static const char *const tables[] = { "photo_request", NULL };
const struct subject_kind photo_request_kind = {
    .kind = "photo-request", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};

/* ---- POST and what answers ---- */

static int mask(struct photo_request *r) {
    struct buf text;
    buf_init(&text, 4 * PHOTO_REQUEST_TEXT_MAX);
    int rc = privacy_mask_text(r->text, &text);
    if (rc == 0 && r->text[0]) text_clip(r->text, sizeof r->text, text.data);
    buf_fini(&text);
    return rc;
}

static int check_stage(struct journal *j, struct db *db, const char *site, const struct photo_request *r,
                       struct err_text *e) {
    struct plan plan;
    if (!r->stage[0] || domain_stage(r->stage)) return 0;
    int rc = plan_read(db, site, journal_timezone(j), &plan);
    if (rc < 0) return err_set(e, rc, "the plan cannot be read: %s", err_name(rc));
    if (!plan_stage_find(&plan, r->stage))
        rc =
            err_field(e, ERR_INVALID, "stage", "there is no stage %s in the plan or among the standard ones", r->stage);
    plan_fini(&plan);
    return rc;
}

/* 0: the id is new. */
static int check_repeat(struct db *db, const char *site, const struct photo_request *r, const struct buf *data,
                        struct appended *out, struct buf *answer, struct err_text *e) {
    struct envelope event = { 0 };
    struct photo_request stored = { 0 };
    struct appended first;
    struct buf again;
    int rc = repeat_find(db, r->id, &event, &first);
    if (rc == ERR_NOT_FOUND) return 0;
    if (rc < 0) return err_set(e, rc, "the journal cannot be read: %s", db_message(db));
    buf_init(&again, ENVELOPE_MAX);
    bool request = strcmp(event.type, "photo-requested") == 0 && strcmp(event.site, site) == 0;
    int read = request ? decode(event.data, DECODE_LENIENT, &stored, NULL) : ERR_CONFLICT;
    if (read == 0) read = encode(&stored, &again);
    bool equal = read == 0 && again.len == data->len && memcmp(again.data, data->data, again.len) == 0;
    buf_fini(&again);
    envelope_fini(&event);
    rc = request ? photo_request_print(db, site, r->id, true, answer) : 0;
    if (read == ERR_NOMEM) rc = read; /* it may be a repeat */
    if (rc < 0) return err_set(e, rc, "the stored request cannot be read: %s", err_name(rc));
    *out = first;
    if (equal) return ERR_EXISTS;
    return err_field(e, ERR_CONFLICT, "id", "this id is taken by another record; another request needs a new id");
}

static int make(struct journal *j, struct db *db, const char *site, const char *actor, const struct photo_request *r,
                struct buf *data, struct appended *out, struct buf *answer, struct err_text *e) {
    int rc = encode(r, data);
    if (rc < 0) return err_set(e, rc, "the request cannot be written: %s", err_name(rc));
    rc = check_repeat(db, site, r, data, out, answer, e);
    if (rc == 0) rc = check_stage(j, db, site, r, e);
    if (rc < 0) return rc;
    struct event_draft draft = {
        .id = r->id, .site = site, .type = "photo-requested", .subject_id = r->id, .actor = actor, .data = data->data
    };
    rc = journal_append(j, db, &draft, out, e);
    if (rc < 0) return rc;
    rc = photo_request_print(db, site, r->id, true, answer);
    return rc < 0 ? err_set(e, rc, "the request cannot be read: %s", err_name(rc)) : 0;
}

int photo_request_make(struct journal *j, struct db *db, const char *site, const char *actor, const char *body,
                       size_t n, struct appended *out, struct buf *answer, struct err_text *e) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct photo_request r;
    struct buf data;
    int rc = json_parse(body, n, &root, e);
    if (rc == 0) rc = decode(root, DECODE_STRICT, &r, e);
    if (rc < 0) return rc;
    rc = mask(&r);
    if (rc < 0) return err_set(e, rc, "the request cannot be read: %s", err_name(rc));
    buf_init(&data, ENVELOPE_MAX);
    rc = make(j, db, site, actor, &r, &data, out, answer, e);
    buf_fini(&data);
    return rc;
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
