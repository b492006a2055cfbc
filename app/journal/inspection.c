/* SPDX-License-Identifier: MIT */
/* The shape of a quality report, and its projection: one row each, with the event's data as it came for whoever reads the whole. */
#include "app/journal/inspection.h"

#include "app/journal/journal_private.h"
#include "app/journal/late.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"

#include <string.h>

static const char *const results[] = { "pass", "fail", "na", NULL };
static const char *const severities[] = { "notice", "serious", "stop_work", NULL };
static const char *const verdicts[] = { "pass", "rectify", "fail", NULL };

static const struct shape value_shape[] = {
    { .name = "part", .kind = SHAPE_KEY, .flags = SHAPE_NEEDED },
    { .name = "value", .kind = SHAPE_NUMBER, .flags = SHAPE_NEEDED, .min = -100000, .max = 100000 },
    { .name = NULL },
};
static const struct shape run_shape[] = {
    { .name = "phase", .kind = SHAPE_KEY, .flags = SHAPE_NEEDED },
    { .name = "minutes", .kind = SHAPE_NUMBER, .flags = SHAPE_NEEDED, .min = 0, .max = 100000 },
    { .name = "start", .kind = SHAPE_NUMBER, .min = -100000, .max = 100000 },
    { .name = "end", .kind = SHAPE_NUMBER, .min = -100000, .max = 100000 },
    { .name = "working", .kind = SHAPE_NUMBER, .min = 0, .max = 100000 },
    { .name = NULL },
};
static const struct shape hazard_shape[] = {
    { .name = "severity", .kind = SHAPE_WORD, .flags = SHAPE_NEEDED, .words = severities },
    { .name = "phrase", .kind = SHAPE_KEY, .max = 80 },
    { .name = "n", .kind = SHAPE_INT, .min = 0, .max = 100000 },
    { .name = "text", .kind = SHAPE_TEXT, .max = HAZARD_TEXT_MAX },
    { .name = "due", .kind = SHAPE_DATE },
    { .name = NULL },
};
static const struct shape item_shape[] = {
    { .name = "item", .kind = SHAPE_KEY, .flags = SHAPE_NEEDED },
    { .name = "room", .kind = SHAPE_ROOM },
    { .name = "result", .kind = SHAPE_WORD, .words = results },
    { .name = "values", .kind = SHAPE_LIST, .max = CHECKLIST_PARTS_MAX, .members = value_shape },
    { .name = "runs", .kind = SHAPE_LIST, .max = CHECKLIST_PHASES_MAX, .members = run_shape },
    { .name = "test", .kind = SHAPE_ID },
    { .name = "tests", .kind = SHAPE_PHOTOS, .max = CHECKLIST_PHASES_MAX }, /* ids, as those of photos are */
    { .name = "reason", .kind = SHAPE_TEXT, .max = ITEM_TEXT_MAX },
    { .name = "note", .kind = SHAPE_TEXT, .max = ITEM_TEXT_MAX },
    { .name = "photos", .kind = SHAPE_PHOTOS, .max = 12 },
    { .name = "hazard", .kind = SHAPE_OBJECT, .members = hazard_shape },
    { .name = NULL },
};
/* What the server adds: texts may be empty, and are as long as they came out. */
static const char *const kinds[] = { "check", "measure", "timed", NULL };
static const struct shape limit_shape[] = {
    { .name = "zh", .kind = SHAPE_TEXT },
    { .name = "en", .kind = SHAPE_TEXT },
    { .name = NULL },
};
static const struct shape result_shape[] = {
    { .name = "result", .kind = SHAPE_WORD, .words = results },
    { .name = "red", .kind = SHAPE_BOOL },
    { .name = "required", .kind = SHAPE_BOOL },
    { .name = "kind", .kind = SHAPE_WORD, .words = kinds },
    { .name = "zh", .kind = SHAPE_TEXT },
    { .name = "en", .kind = SHAPE_TEXT },
    { .name = "limit", .kind = SHAPE_OBJECT, .members = limit_shape },
    { .name = "source", .kind = SHAPE_TEXT },
    { .name = NULL },
};
static const struct shape raised_shape[] = {
    { .name = "item", .kind = SHAPE_KEY },
    { .name = "id", .kind = SHAPE_ID },
    { .name = NULL },
};
const struct shape inspection_shape[] = {
    { .name = "date", .kind = SHAPE_DATE, .flags = SHAPE_NEEDED },
    { .name = "stage", .kind = SHAPE_KEY, .flags = SHAPE_NEEDED },
    { .name = "items", .kind = SHAPE_LIST, .flags = SHAPE_NEEDED, .max = INSPECTION_ITEMS_MAX, .members = item_shape },
    { .name = "note", .kind = SHAPE_TEXT, .max = NOTE_MAX },
    { .name = "photos", .kind = SHAPE_PHOTOS },
    { .name = "results",
      .kind = SHAPE_LIST,
      .flags = SHAPE_MADE,
      .max = INSPECTION_ITEMS_MAX,
      .members = result_shape },
    { .name = "verdict", .kind = SHAPE_WORD, .flags = SHAPE_MADE, .words = verdicts },
    { .name = "passed", .kind = SHAPE_INT, .flags = SHAPE_MADE, .max = INSPECTION_ITEMS_MAX },
    { .name = "failed", .kind = SHAPE_INT, .flags = SHAPE_MADE, .max = INSPECTION_ITEMS_MAX },
    { .name = "red", .kind = SHAPE_INT, .flags = SHAPE_MADE, .max = INSPECTION_ITEMS_MAX },
    { .name = "not_applicable", .kind = SHAPE_INT, .flags = SHAPE_MADE, .max = INSPECTION_ITEMS_MAX },
    { .name = "hazards",
      .kind = SHAPE_LIST,
      .flags = SHAPE_MADE,
      .max = INSPECTION_ITEMS_MAX,
      .members = raised_shape },
    { .name = NULL },
};

int inspection_check(const struct json *data, struct err_text *e) { return shape_check(data, inspection_shape, e); }

/* ---- projection ---- */

static const char schema[] = "CREATE TABLE inspection (\n"
                             "  -- Quality reports as they were submitted.\n"
                             "  pos INTEGER PRIMARY KEY,      -- of inspection-submitted in this store\n"
                             "  site TEXT NOT NULL, id TEXT NOT NULL,\n"
                             "  board TEXT NOT NULL,          -- who wrote it: a board's id, or hub\n"
                             "  date TEXT NOT NULL,           -- of the site\n"
                             "  stage TEXT NOT NULL,\n"
                             "  verdict TEXT NOT NULL,        -- pass, rectify, fail; '': its writer did not say\n"
                             "  passed INTEGER NOT NULL, failed INTEGER NOT NULL, red INTEGER NOT NULL,\n"
                             "  not_applicable INTEGER NOT NULL,\n"
                             "  hazards INTEGER NOT NULL,     -- how many it raised\n"
                             "  at TEXT NOT NULL, by TEXT NOT NULL,\n"
                             "  data TEXT NOT NULL,           -- JSON: the event's\n"
                             "  UNIQUE (site, id)\n"
                             ") STRICT;\n"
                             "CREATE INDEX inspection_site ON inspection (site);\n"
                             "CREATE INDEX inspection_date ON inspection (site, date); -- and pos, the row's number\n"
                             "CREATE INDEX inspection_day ON inspection (date);\n"
                             "CREATE INDEX inspection_stage ON inspection (site, stage, date, id);\n"
                             "CREATE TABLE inspection_room (\n"
                             "  -- The rooms that the items of each report name.\n"
                             "  site TEXT NOT NULL,\n"
                             "  room TEXT NOT NULL,\n"
                             "  inspection TEXT NOT NULL,     -- inspection.id\n"
                             "  PRIMARY KEY (site, room, inspection)\n"
                             ") STRICT, WITHOUT ROWID;\n";

static int reset(struct db *db, const char *site, const char *id) {
    int rc = row_delete(db, "DELETE FROM inspection WHERE site = ? AND id = ?", site, id);
    if (rc < 0) return rc;
    return row_delete(db,
                      "DELETE FROM inspection_room WHERE site = ?1 AND inspection = ?2 AND room IN (" ROW_ROOMS(
                          "inspection_room") ")",
                      site, id);
}

static int put_room(struct db *db, const struct envelope *event, const char *room) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "INSERT OR IGNORE INTO inspection_room (site, room, inspection) VALUES (?, ?, ?)", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, room);
    stmt_bind_text(s, 3, row_id(event));
    return stmt_run(s);
}

static int put_rooms(struct db *db, const struct envelope *event) {
    const struct json *items = json_member(event->data, "items");
    int rc = 0;
    for (size_t i = 0; i < json_count(items) && rc == 0; i++) {
        const char *room = row_text(json_at(items, i), "room");
        if (room[0]) rc = put_room(db, event, room);
    }
    return rc;
}

static int64_t count_of(const struct json *o, const char *name) {
    int64_t n = 0;
    return json_int(json_member(o, name), &n) ? n : 0;
}

static int put_row(struct db *db, const struct envelope *event, int64_t pos, const struct buf *data) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "INSERT INTO inspection (pos, site, id, board, date, stage, verdict, passed, failed, red,"
                        " not_applicable, hazards, at, by, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                        " ON CONFLICT DO NOTHING",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, pos);
    stmt_bind_text(s, 2, event->site);
    stmt_bind_text(s, 3, event->subject + strlen("inspection/"));
    stmt_bind_text(s, 4, event->key.writer);
    stmt_bind_text(s, 5, row_text(event->data, "date"));
    stmt_bind_text(s, 6, row_text(event->data, "stage"));
    stmt_bind_text(s, 7, row_text(event->data, "verdict"));
    stmt_bind_int(s, 8, count_of(event->data, "passed"));
    stmt_bind_int(s, 9, count_of(event->data, "failed"));
    stmt_bind_int(s, 10, count_of(event->data, "red"));
    stmt_bind_int(s, 11, count_of(event->data, "not_applicable"));
    stmt_bind_int(s, 12, (int64_t)json_count(json_member(event->data, "hazards")));
    stmt_bind_text(s, 13, event->time);
    stmt_bind_text(s, 14, event->actor);
    stmt_bind_text(s, 15, data->data);
    rc = stmt_run(s);
    if (rc < 0) return rc;
    return db_changes(db) ? put_rooms(db, event) : late_mark(db, event, "this report was submitted before");
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    struct buf data;
    if (strcmp(event->type, "inspection-submitted") != 0) return 0;
    buf_init(&data, ENVELOPE_MAX * 2);
    int rc = json_print(event->data, &data);
    if (rc == 0) rc = put_row(db, event, pos, &data);
    buf_fini(&data);
    return rc;
}

static const char *const tables[] = { "inspection", "inspection_room", NULL };
const struct subject_kind inspection_kind = {
    .kind = "inspection", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};
