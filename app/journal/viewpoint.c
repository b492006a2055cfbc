/* SPDX-License-Identifier: MIT */
/* The event `viewpoint-moved` and its projection: which series there are. Frames are photos: timelapse.h. */
#include "app/journal/viewpoint.h"

#include "app/journal/item.h"
#include "app/journal/privacy.h"
#include "app/journal/repeat.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
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

struct moved {
    char id[ID_SIZE], room[41], note[VIEWPOINT_NOTE_MAX + 1];
    bool detected;
};

/* ---- shape ---- */

static int decode(const struct json *data, enum decode mode, struct moved *out, struct err_text *e) {
    static const char *const members[] = { "id", "room", "note", NULL };
    struct moved m = { 0 };
    const char *note = NULL;
    if (!json_is_object(data)) return err_set(e, ERR_INVALID, "a viewpoint has to be a JSON object");
    int rc = mode == DECODE_STRICT ? json_only(data, "", members, e) : 0;
    if (rc == 0 && mode == DECODE_STRICT) rc = item_get_id(data, "", "id", JSON_REQUIRED, m.id, e);
    if (rc == 0) rc = item_get_room(data, "", "room", m.room, e);
    if (rc == 0) rc = json_get_text(data, "", "note", JSON_OPTIONAL, VIEWPOINT_NOTE_MAX, &note, e);
    if (rc == 0 && mode == DECODE_LENIENT) rc = json_get_bool(data, "", "detected", JSON_OPTIONAL, &m.detected, e);
    if (rc == 0 && note) rc = text_copy(m.note, sizeof m.note, note);
    if (rc == 0) *out = m;
    return rc;
}

static void put(const struct moved *m, struct json_out *w) {
    if (m->room[0]) json_put_text(w, "room", m->room);
    if (m->note[0]) json_put_text(w, "note", m->note);
    if (m->detected) json_put_bool(w, "detected", true);
}

int viewpoint_check(const struct json *data, struct err_text *e) {
    struct moved m;
    return decode(data, DECODE_LENIENT, &m, e);
}

/* ---- projection ---- */

static int reset(struct db *db, const char *site, const char *id) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "DELETE FROM viewpoint WHERE site = ? AND board = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    return stmt_run(s);
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    struct moved m = { 0 };
    struct stmt *s = NULL;
    if (strcmp(event->type, "viewpoint-moved") != 0) return 0;
    int rc = decode(event->data, DECODE_LENIENT, &m, NULL);
    if (rc == 0)
        rc = db_prepare(db,
                        "INSERT INTO viewpoint (pos, site, id, board, room, note, detected, at)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, pos);
    stmt_bind_text(s, 2, event->site);
    stmt_bind_text(s, 3, event->id);
    stmt_bind_text(s, 4, event->subject + strlen("viewpoint/"));
    stmt_bind_text(s, 5, m.room);
    stmt_bind_text(s, 6, m.note);
    stmt_bind_int(s, 7, m.detected);
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

static int mask(struct moved *m) {
    struct buf note;
    buf_init(&note, 4 * VIEWPOINT_NOTE_MAX);
    int rc = privacy_mask_text(m->note, &note);
    if (rc == 0 && m->note[0]) text_clip(m->note, sizeof m->note, note.data);
    buf_fini(&note);
    return rc;
}

static int print(const struct moved *m, const char *at, struct buf *out) {
    struct json_out w;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_put_text(&w, "id", m->id);
    put(m, &w);
    json_put_text(&w, "at", at);
    json_close(&w, '}');
    return out->error;
}

static int print_stored(struct db *db, const struct moved *m, int64_t pos, struct buf *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT at FROM viewpoint WHERE pos = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, pos);
    rc = stmt_step(s);
    return rc == 1 ? print(m, stmt_text(s, 0), out) : rc < 0 ? rc : ERR_CORRUPT;
}

/* 0: the id is new. */
static int check_repeat(struct db *db, const struct moved *m, struct appended *out, struct buf *answer,
                        struct err_text *e) {
    struct envelope event = { 0 };
    struct moved stored = { 0 };
    struct appended first;
    int rc = repeat_find(db, m->id, &event, &first);
    if (rc == ERR_NOT_FOUND) return 0;
    if (rc < 0) return err_set(e, rc, "the journal cannot be read: %s", db_message(db));
    bool moved = strcmp(event.type, "viewpoint-moved") == 0;
    rc = moved ? decode(event.data, DECODE_LENIENT, &stored, NULL) : ERR_CONFLICT;
    bool equal = rc == 0 && strcmp(stored.room, m->room) == 0 && strcmp(stored.note, m->note) == 0 && !stored.detected;
    memcpy(stored.id, m->id, ID_SIZE);
    if (rc == 0) rc = print(&stored, event.time, answer);
    envelope_fini(&event);
    if (rc < 0 && rc != ERR_CONFLICT) return err_set(e, rc, "the stored record cannot be read: %s", err_name(rc));
    *out = first;
    if (equal) return ERR_EXISTS;
    return err_field(e, ERR_CONFLICT, "id", "this id is taken by another record; another move needs a new id");
}

static int append(struct journal *j, struct db *db, const struct moved *m, const char *actor, struct appended *out,
                  struct err_text *e) {
    struct buf data;
    struct json_out w;
    buf_init(&data, ENVELOPE_MAX);
    json_start(&w, &data);
    json_open(&w, NULL, '{');
    put(m, &w);
    json_close(&w, '}');
    struct event_draft draft = { .id = m->id[0] ? m->id : NULL,
                                 .type = "viewpoint-moved",
                                 .subject_id = journal_writer(j),
                                 .actor = actor,
                                 .data = data.data };
    int rc = data.error ? err_set(e, data.error, "the move cannot be written: %s", err_name(data.error))
                        : journal_append(j, db, &draft, out, e);
    buf_fini(&data);
    return rc;
}

int viewpoint_move(struct journal *j, struct db *db, const char *actor, const char *body, size_t n,
                   struct appended *out, struct buf *answer, struct err_text *e) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct moved m;
    int rc = json_parse(body, n, &root, e);
    if (rc == 0) rc = decode(root, DECODE_STRICT, &m, e);
    if (rc < 0) return rc;
    rc = mask(&m);
    if (rc < 0) return err_set(e, rc, "the move cannot be read: %s", err_name(rc));
    rc = check_repeat(db, &m, out, answer, e);
    if (rc == 0) rc = append(j, db, &m, actor, out, e);
    if (rc == 0) rc = print_stored(db, &m, out->pos, answer);
    return rc;
}

int viewpoint_seen(struct journal *j, struct db *db, struct appended *out, struct err_text *e) {
    struct moved m = { .detected = true };
    return append(j, db, &m, "board", out, e);
}
