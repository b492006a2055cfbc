/* SPDX-License-Identifier: MIT */
/* What becomes of the events of timed tests: the table `timed_test`. */
#include "app/journal/late.h"
#include "app/journal/row.h"
#include "app/journal/timed_test_private.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

static const char schema[] =
    "CREATE TABLE timed_test (\n"
    "  -- Tests that take their time.\n"
    "  pos INTEGER NOT NULL, -- of timed-test-started in this store; 0: only its end is known here\n"
    "  site TEXT NOT NULL, id TEXT NOT NULL,\n"
    "  kind TEXT NOT NULL, stage TEXT NOT NULL, room TEXT NOT NULL, -- room '': none\n"
    "  state TEXT NOT NULL, -- running passed failed\n"
    "  unit TEXT NOT NULL, value REAL NOT NULL, -- at its start\n"
    "  started TEXT NOT NULL, started_ms INTEGER NOT NULL, started_by TEXT NOT NULL, -- RFC 3339; since 1970; user/…\n"
    "  clock TEXT NOT NULL, writer TEXT NOT NULL, boot INTEGER NOT NULL, mono_s INTEGER NOT NULL, -- of its start\n"
    "  photos TEXT NOT NULL, note TEXT NOT NULL,\n"
    "  finished TEXT NOT NULL DEFAULT '', finished_by TEXT NOT NULL DEFAULT '', end_value REAL NOT NULL DEFAULT 0,\n"
    "  seconds INTEGER NOT NULL DEFAULT 0, how TEXT NOT NULL DEFAULT '', -- how long, and by what: mono wall provable\n"
    "  dark TEXT NOT NULL DEFAULT '[]', faults TEXT NOT NULL DEFAULT '[]', -- JSON, as the event has them\n"
    "  below_photos TEXT NOT NULL DEFAULT '[]', end_photos TEXT NOT NULL DEFAULT '[]', end_note TEXT NOT NULL DEFAULT "
    "'',\n"
    "  judged_by TEXT NOT NULL DEFAULT '', -- JSON: the limit in words, as it was in force at its end\n"
    "  PRIMARY KEY (site, id)\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE INDEX timed_test_pos ON timed_test (site, pos);\n"
    "CREATE INDEX timed_test_running ON timed_test (site, pos) WHERE state = 'running';\n"
    "CREATE INDEX timed_test_newest ON timed_test (site, stage, room, kind, pos, state);\n"
    "CREATE INDEX timed_test_room ON timed_test (site, room) WHERE room <> '';\n";

enum { FAULTS_MAX = 16, DARK_MAX = 10000 };

static const char *const results[] = { "pass", "fail", NULL };
static const char *const hows[] = { "mono", "wall", "provable", NULL };

/* What the server adds. */
static const struct shape words_shape[] = {
    { .name = "zh", .kind = SHAPE_TEXT },
    { .name = "en", .kind = SHAPE_TEXT },
    { .name = NULL },
};
static const struct shape dark_shape[] = {
    { .name = "from", .kind = SHAPE_TIME, .flags = SHAPE_NEEDED },
    { .name = "to", .kind = SHAPE_TIME },
    { .name = "seconds", .kind = SHAPE_INT, .min = 0, .max = INT64_C(1) << 40 },
    { .name = NULL },
};

const struct shape timed_test_shape_started[] = {
    { .name = "kind", .kind = SHAPE_KEY, .flags = SHAPE_NEEDED },
    { .name = "stage", .kind = SHAPE_KEY },
    { .name = "room", .kind = SHAPE_ROOM },
    { .name = "value", .kind = SHAPE_NUMBER, .min = 0, .max = 100000 },
    { .name = "unit", .kind = SHAPE_TEXT, .max = 8 },
    { .name = "photos", .kind = SHAPE_PHOTOS },
    { .name = "note", .kind = SHAPE_TEXT, .max = 1000 },
    { .name = "limit", .kind = SHAPE_OBJECT, .flags = SHAPE_MADE, .members = words_shape },
    { .name = NULL },
};
const struct shape timed_test_shape_finished[] = {
    { .name = "value", .kind = SHAPE_NUMBER, .min = 0, .max = 100000 },
    { .name = "unit", .kind = SHAPE_TEXT, .max = 8 },
    { .name = "photos", .kind = SHAPE_PHOTOS },
    { .name = "below_photos", .kind = SHAPE_PHOTOS },
    { .name = "leak", .kind = SHAPE_BOOL },
    { .name = "note", .kind = SHAPE_TEXT, .max = 1000 },
    { .name = "kind", .kind = SHAPE_KEY, .flags = SHAPE_MADE },
    { .name = "stage", .kind = SHAPE_KEY, .flags = SHAPE_MADE },
    { .name = "room", .kind = SHAPE_ROOM, .flags = SHAPE_MADE },
    { .name = "result", .kind = SHAPE_WORD, .words = results, .flags = SHAPE_MADE },
    { .name = "seconds", .kind = SHAPE_INT, .min = 0, .max = INT64_C(1) << 40, .flags = SHAPE_MADE },
    { .name = "how", .kind = SHAPE_WORD, .words = hows, .flags = SHAPE_MADE },
    { .name = "limit", .kind = SHAPE_OBJECT, .flags = SHAPE_MADE, .members = words_shape },
    { .name = "faults", .kind = SHAPE_LIST, .flags = SHAPE_MADE, .max = FAULTS_MAX, .members = words_shape },
    { .name = "dark", .kind = SHAPE_LIST, .flags = SHAPE_MADE, .max = DARK_MAX, .members = dark_shape },
    { .name = NULL },
};

int timed_test_check_started(const struct json *data, struct err_text *e) {
    return shape_check(data, timed_test_shape_started, e);
}

int timed_test_check_finished(const struct json *data, struct err_text *e) {
    return shape_check(data, timed_test_shape_finished, e);
}

/* ---- folding ---- */

static int reset(struct db *db, const char *site, const char *id) {
    return row_delete(db, "DELETE FROM timed_test WHERE site = ? AND id = ?", site, id);
}

static double number_of(const struct json *data, const char *name) {
    double n = 0;
    return json_number(json_member(data, name), &n) ? n : 0;
}

/* A list of data as JSON. */
static int list_of(const struct json *data, const char *name, struct buf *out) {
    const struct json *list = json_member(data, name);
    return json_is_array(list) ? json_print(list, out) : buf_add_text(out, "[]");
}

static const char *id_of(const struct envelope *event) { return event->subject + strlen("test/"); }

static const char *stage_of(const struct json *data) {
    const struct timed_limit *l = timed_limit_find(row_text(data, "kind"));
    const char *said = row_text(data, "stage");
    return said[0] || !l ? said : l->stage;
}

static int put_started(struct db *db, const struct envelope *event, int64_t pos, const char *photos) {
    struct stmt *s = NULL;
    struct wall at = { 0 };
    int rc = db_prepare(db,
                        "INSERT INTO timed_test (pos, site, id, kind, stage, room, state, unit, value, started,"
                        " started_ms, started_by, clock, writer, boot, mono_s, photos, note)"
                        " VALUES (?, ?, ?, ?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                        " ON CONFLICT DO NOTHING",
                        &s);
    if (rc < 0) return rc;
    (void)(clock_parse(event->time, &at, NULL) < 0);
    stmt_bind_int(s, 1, pos);
    stmt_bind_text(s, 2, event->site);
    stmt_bind_text(s, 3, id_of(event));
    stmt_bind_text(s, 4, row_text(event->data, "kind"));
    stmt_bind_text(s, 5, stage_of(event->data));
    stmt_bind_text(s, 6, row_text(event->data, "room"));
    stmt_bind_text(s, 7, row_text(event->data, "unit"));
    stmt_bind_double(s, 8, number_of(event->data, "value"));
    stmt_bind_text(s, 9, event->time);
    stmt_bind_int(s, 10, at.ms);
    stmt_bind_text(s, 11, event->actor);
    stmt_bind_text(s, 12, event->clock);
    stmt_bind_text(s, 13, event->key.writer);
    stmt_bind_int(s, 14, event->boot);
    stmt_bind_int(s, 15, event->mono);
    stmt_bind_text(s, 16, photos);
    stmt_bind_text(s, 17, row_text(event->data, "note"));
    rc = stmt_run(s);
    if (rc == 0 && db_changes(db) == 0) rc = late_mark(db, event, "this test was started before");
    return rc;
}

static int fold_started(struct db *db, const struct envelope *event, int64_t pos) {
    struct buf photos;
    buf_init(&photos, ENVELOPE_MAX);
    int rc = list_of(event->data, "photos", &photos);
    if (rc == 0) rc = put_started(db, event, pos, photos.data);
    buf_fini(&photos);
    return rc;
}

/* Only the end is known here: it says what test it was. */
static int put_unknown(struct db *db, const struct envelope *event) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "INSERT INTO timed_test (pos, site, id, kind, stage, room, state, unit, value, started,"
                        " started_ms, started_by, clock, writer, boot, mono_s, photos, note)"
                        " VALUES (0, ?, ?, ?, ?, ?, 'running', '', 0, '', 0, '', '', '', 0, 0, '[]', '')"
                        " ON CONFLICT DO NOTHING",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, id_of(event));
    stmt_bind_text(s, 3, row_text(event->data, "kind"));
    stmt_bind_text(s, 4, stage_of(event->data));
    stmt_bind_text(s, 5, row_text(event->data, "room"));
    return stmt_run(s);
}

struct lists {
    struct buf dark, faults, below, photos, limit;
};

static int put_finished(struct db *db, const struct envelope *event, const struct lists *l) {
    struct stmt *s = NULL;
    int64_t seconds = 0;
    int rc =
        db_prepare(db,
                   "UPDATE timed_test SET state = ?3, finished = ?4, finished_by = ?5, end_value = ?6, seconds = ?7,"
                   " how = ?8, dark = ?9, faults = ?10, below_photos = ?11, end_photos = ?12, end_note = ?13,"
                   " judged_by = ?14"
                   " WHERE site = ?1 AND id = ?2 AND state = 'running'",
                   &s);
    if (rc < 0) return rc;
    if (!json_int(json_member(event->data, "seconds"), &seconds)) seconds = 0;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, id_of(event));
    stmt_bind_text(s, 3, strcmp(row_text(event->data, "result"), "pass") == 0 ? "passed" : "failed");
    stmt_bind_text(s, 4, event->time);
    stmt_bind_text(s, 5, event->actor);
    stmt_bind_double(s, 6, number_of(event->data, "value"));
    stmt_bind_int(s, 7, seconds);
    stmt_bind_text(s, 8, row_text(event->data, "how"));
    stmt_bind_text(s, 9, l->dark.data);
    stmt_bind_text(s, 10, l->faults.data);
    stmt_bind_text(s, 11, l->below.data);
    stmt_bind_text(s, 12, l->photos.data);
    stmt_bind_text(s, 13, row_text(event->data, "note"));
    stmt_bind_text(s, 14, l->limit.data);
    rc = stmt_run(s);
    if (rc == 0 && db_changes(db) == 0) rc = late_mark(db, event, "this test was finished before");
    return rc;
}

static int fold_finished(struct db *db, const struct envelope *event) {
    struct lists l;
    struct buf *const all[] = { &l.dark, &l.faults, &l.below, &l.photos, &l.limit };
    const struct json *limit = json_member(event->data, "limit");
    for (size_t i = 0; i < TEXT_ARRAY_LEN(all); i++) buf_init(all[i], ENVELOPE_MAX);
    int rc = put_unknown(db, event);
    if (rc == 0) rc = list_of(event->data, "dark", &l.dark);
    if (rc == 0) rc = list_of(event->data, "faults", &l.faults);
    if (rc == 0) rc = list_of(event->data, "below_photos", &l.below);
    if (rc == 0) rc = list_of(event->data, "photos", &l.photos);
    if (rc == 0) rc = json_is_object(limit) ? json_print(limit, &l.limit) : buf_add_text(&l.limit, "");
    if (rc == 0) rc = put_finished(db, event, &l);
    for (size_t i = 0; i < TEXT_ARRAY_LEN(all); i++) buf_fini(all[i]);
    return rc;
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    return strcmp(event->type, "timed-test-started") == 0 ? fold_started(db, event, pos) : fold_finished(db, event);
}

static const char *const tables[] = { "timed_test", NULL };
const struct subject_kind timed_test_kind = {
    .kind = "test", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};
