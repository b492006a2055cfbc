/* SPDX-License-Identifier: MIT */
/* Materials' projection: a row a material. Parts that arrive and go back add up, whatever order they come in; what is said of a label later stands for
 * what was said before. */
#include "app/journal/material.h"

#include "app/journal/late.h"
#include "app/journal/row.h"

#include <math.h>
#include <string.h>

static const char schema[] =
    "CREATE TABLE material (\n"
    "  -- Goods for the site. Whether one is late is asked of the calendar when it is read.\n"
    "  pos INTEGER PRIMARY KEY, -- of the first event in this store\n"
    "  site TEXT NOT NULL, id TEXT NOT NULL,\n"
    "  name TEXT NOT NULL,          -- '': material-expected is on its way\n"
    "  kind TEXT NOT NULL,          -- of the lead times, or ''\n"
    "  quantity INTEGER NOT NULL,   -- thousandths of unit; 0: not said\n"
    "  unit TEXT NOT NULL, stage TEXT NOT NULL, supplier TEXT NOT NULL, note TEXT NOT NULL,\n"
    "  expected TEXT NOT NULL,      -- date\n"
    "  needed TEXT NOT NULL,        -- date, or ''\n"
    "  arrived INTEGER NOT NULL, returned INTEGER NOT NULL, damaged INTEGER NOT NULL, -- thousandths, sums\n"
    "  deliveries INTEGER NOT NULL, -- how often something arrived\n"
    "  complete INTEGER NOT NULL,   -- 1: all of it is there\n"
    "  arrived_ms INTEGER NOT NULL, -- of the last arrival; 0\n"
    "  measured TEXT NOT NULL, measured_ms INTEGER NOT NULL, -- when it was measured; '' and 0: not yet\n"
    "  alternative TEXT NOT NULL, answered TEXT NOT NULL, answered_by TEXT NOT NULL, -- head office's, or ''\n"
    "  photos TEXT NOT NULL,        -- of the last arrival, JSON\n"
    "  codes TEXT NOT NULL,         -- JSON, '': none\n"
    "  brand TEXT NOT NULL, batch TEXT NOT NULL, report TEXT NOT NULL, grade TEXT NOT NULL, scan_photo TEXT NOT NULL,\n"
    "  at TEXT NOT NULL, actor TEXT NOT NULL,\n"
    "  UNIQUE (site, id)\n"
    ") STRICT;\n"
    "CREATE INDEX material_site ON material (site); -- and pos, the row's number\n"
    "CREATE INDEX material_open ON material (site, complete);\n"
    "CREATE INDEX material_open_pos ON material (pos) WHERE complete = 0;\n";

static int reset(struct db *db, const char *site, const char *id) {
    return row_delete(db, "DELETE FROM material WHERE site = ? AND id = ?", site, id);
}

/* The row may begin with any of its events. */
static int begin(struct db *db, const struct envelope *event, int64_t pos) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "INSERT INTO material (pos, site, id, name, kind, quantity, unit, stage, supplier, note,"
                        " expected, needed, arrived, returned, damaged, deliveries, complete, arrived_ms, measured,"
                        " measured_ms, alternative, answered, answered_by, photos, codes, brand, batch, report, grade,"
                        " scan_photo, at, actor) VALUES (?, ?, ?, '', '', 0, '', '', '', '', '', '', 0, 0, 0, 0, 0, 0,"
                        " '', 0, '', '', '', '[]', '', '', '', '', '', '', '', '') ON CONFLICT (site, id) DO NOTHING",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, pos);
    stmt_bind_text(s, 2, event->site);
    stmt_bind_text(s, 3, row_id(event));
    return stmt_run(s);
}

static int64_t thousandths(const struct json *data, const char *name) {
    double n = 0;
    if (!json_number(json_member(data, name), &n) || fabs(n) > 1e6) return 0;
    return (int64_t)llround(n * 1000);
}

static void bind_subject(struct stmt *s, const struct envelope *event) {
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, row_id(event));
}

/* Without a quantity the first arrival is all of it. */
static int judge_complete(struct db *db, const struct envelope *event) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "UPDATE material SET complete = CASE WHEN quantity > 0 THEN arrived - returned >= quantity"
                        " ELSE deliveries > 0 AND (returned = 0 OR arrived > returned) END WHERE site = ?1 AND id = ?2",
                        &s);
    if (rc < 0) return rc;
    bind_subject(s, event);
    return stmt_run(s);
}

static int fold_expected(struct db *db, const struct envelope *event) {
    struct stmt *s = NULL;
    const struct json *d = event->data;
    int rc = db_prepare(db,
                        "UPDATE material SET name = ?3, kind = ?4, quantity = ?5, unit = ?6, stage = ?7, supplier = ?8,"
                        " note = ?9, expected = ?10, needed = ?11, at = ?12, actor = ?13"
                        " WHERE site = ?1 AND id = ?2 AND name = ''",
                        &s);
    if (rc < 0) return rc;
    bind_subject(s, event);
    stmt_bind_text(s, 3, row_text(d, "name"));
    stmt_bind_text(s, 4, row_text(d, "kind"));
    stmt_bind_int(s, 5, thousandths(d, "quantity"));
    stmt_bind_text(s, 6, row_text(d, "unit"));
    stmt_bind_text(s, 7, row_text(d, "stage"));
    stmt_bind_text(s, 8, row_text(d, "supplier"));
    stmt_bind_text(s, 9, row_text(d, "note"));
    stmt_bind_text(s, 10, row_text(d, "expected"));
    stmt_bind_text(s, 11, row_text(d, "needed"));
    stmt_bind_text(s, 12, event->time);
    stmt_bind_text(s, 13, event->actor);
    rc = stmt_run(s);
    if (rc < 0 || db_changes(db) > 0) return rc;
    return late_mark(db, event, "this material was expected before");
}

/* A new date makes an alternative that was named for the old one a thing of the past. */
static int fold_moved(struct db *db, const struct envelope *event) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "UPDATE material SET expected = ?3, needed = CASE WHEN ?4 = '' THEN needed ELSE ?4 END,"
                        " note = CASE WHEN ?5 = '' THEN note ELSE ?5 END, alternative = '', answered = '',"
                        " answered_by = '' WHERE site = ?1 AND id = ?2",
                        &s);
    if (rc < 0) return rc;
    bind_subject(s, event);
    stmt_bind_text(s, 3, row_text(event->data, "expected"));
    stmt_bind_text(s, 4, row_text(event->data, "needed"));
    stmt_bind_text(s, 5, row_text(event->data, "note"));
    return stmt_run(s);
}

static int add_arrival(struct db *db, const struct envelope *event, const char *photos) {
    struct stmt *s = NULL;
    bool said = json_member(event->data, "quantity") != NULL;
    int64_t n = thousandths(event->data, "quantity");
    int rc = db_prepare(
        db,
        "UPDATE material SET arrived = arrived + CASE WHEN ?3 THEN max(?4, 0) ELSE max(quantity - arrived + returned, "
        "0)"
        " END, returned = returned + max(-?4, 0), damaged = damaged + ?5, deliveries = deliveries + (?3 = 0 OR ?4 > 0),"
        " arrived_ms = CASE WHEN ?3 = 0 OR ?4 > 0 THEN ?6 ELSE arrived_ms END,"
        " photos = CASE WHEN ?7 = '[]' THEN photos ELSE ?7 END WHERE site = ?1 AND id = ?2",
        &s);
    if (rc < 0) return rc;
    bind_subject(s, event);
    stmt_bind_int(s, 3, said);
    stmt_bind_int(s, 4, n);
    stmt_bind_int(s, 5, thousandths(event->data, "damaged"));
    stmt_bind_int(s, 6, row_ms(event));
    stmt_bind_text(s, 7, photos);
    return stmt_run(s);
}

static int fold_arrived(struct db *db, const struct envelope *event) {
    struct buf photos;
    buf_init(&photos, ENVELOPE_MAX);
    int rc = row_json(event->data, "photos", "[]", &photos);
    if (rc == 0) rc = add_arrival(db, event, photos.data);
    buf_fini(&photos);
    return rc;
}

static int put_scan(struct db *db, const struct envelope *event, const char *codes) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "UPDATE material SET codes = CASE WHEN ?3 = '' THEN codes ELSE ?3 END,"
                        " brand = CASE WHEN ?4 = '' THEN brand ELSE ?4 END,"
                        " batch = CASE WHEN ?5 = '' THEN batch ELSE ?5 END,"
                        " report = CASE WHEN ?6 = '' THEN report ELSE ?6 END,"
                        " grade = CASE WHEN ?7 = '' THEN grade ELSE ?7 END,"
                        " scan_photo = CASE WHEN ?8 = '' THEN scan_photo ELSE ?8 END WHERE site = ?1 AND id = ?2",
                        &s);
    if (rc < 0) return rc;
    bind_subject(s, event);
    stmt_bind_text(s, 3, codes);
    stmt_bind_text(s, 4, row_text(event->data, "brand"));
    stmt_bind_text(s, 5, row_text(event->data, "batch"));
    stmt_bind_text(s, 6, row_text(event->data, "report"));
    stmt_bind_text(s, 7, row_text(event->data, "grade"));
    stmt_bind_text(s, 8, row_text(event->data, "photo"));
    return stmt_run(s);
}

/* What a person says of the codes goes before what the machine read. */
static int fold_scanned(struct db *db, const struct envelope *event) {
    struct buf codes;
    buf_init(&codes, ENVELOPE_MAX);
    const char *member = json_count(json_member(event->data, "codes")) ? "codes" : "read";
    int rc = json_count(json_member(event->data, member)) ? row_json(event->data, member, "", &codes) : 0;
    if (rc == 0) rc = put_scan(db, event, codes.len ? codes.data : "");
    buf_fini(&codes);
    return rc;
}

static int fold_measured(struct db *db, const struct envelope *event) {
    struct stmt *s = NULL;
    const char *date = row_text(event->data, "date");
    int rc = db_prepare(
        db, "UPDATE material SET measured = ?3, measured_ms = ?4 WHERE site = ?1 AND id = ?2 AND measured_ms = 0", &s);
    if (rc < 0) return rc;
    bind_subject(s, event);
    stmt_bind_text(s, 3, date[0] ? date : event->time);
    stmt_bind_int(s, 4, row_ms(event));
    return stmt_run(s); /* that it is measured twice is no mistake */
}

static int fold_answered(struct db *db, const struct envelope *event) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "UPDATE material SET alternative = ?3, answered = ?4, answered_by = ?5,"
                        " expected = CASE WHEN ?6 = '' THEN expected ELSE ?6 END WHERE site = ?1 AND id = ?2",
                        &s);
    if (rc < 0) return rc;
    bind_subject(s, event);
    stmt_bind_text(s, 3, row_text(event->data, "alternative"));
    stmt_bind_text(s, 4, event->time);
    stmt_bind_text(s, 5, event->actor);
    stmt_bind_text(s, 6, row_text(event->data, "expected"));
    return stmt_run(s);
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    int rc = begin(db, event, pos);
    if (rc < 0) return rc;
    if (strcmp(event->type, "material-expected") == 0)
        rc = json_member(event->data, "name") ? fold_expected(db, event) : fold_moved(db, event);
    else if (strcmp(event->type, "material-arrived") == 0)
        rc = fold_arrived(db, event);
    else if (strcmp(event->type, "material-scanned") == 0)
        rc = fold_scanned(db, event);
    else if (strcmp(event->type, "measurement-done") == 0)
        rc = fold_measured(db, event);
    else if (strcmp(event->type, "material-answered") == 0)
        rc = fold_answered(db, event);
    return rc < 0 ? rc : judge_complete(db, event);
}

static const char *const tables[] = { "material", NULL };
const struct subject_kind material_kind = {
    .kind = "material", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};
