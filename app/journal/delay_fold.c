/* SPDX-License-Identifier: MIT */
/* What becomes of claims, decisions and idle days: the tables `delay` and `idle_day`. */
#include "app/journal/delay_private.h"
#include "app/journal/late.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

static const char schema[] =
    "CREATE TABLE delay (\n"
    "  -- Claims of days lost, and what head office decided of them.\n"
    "  pos INTEGER NOT NULL, -- of delay-claimed in this store; 0: only the decision is known here\n"
    "  site TEXT NOT NULL, id TEXT NOT NULL,\n"
    "  state TEXT NOT NULL, -- claimed granted partly refused\n"
    "  stage TEXT NOT NULL, reason TEXT NOT NULL, -- stage '': the whole site; reason: a key or a text\n"
    "  from_date TEXT NOT NULL, to_date TEXT NOT NULL, days INTEGER NOT NULL, -- both counted; working days among "
    "them\n"
    "  note TEXT NOT NULL, photos TEXT NOT NULL, claimed TEXT NOT NULL, claimed_by TEXT NOT NULL,\n"
    "  decided TEXT NOT NULL DEFAULT '', decided_by TEXT NOT NULL DEFAULT '', decision_note TEXT NOT NULL DEFAULT '',\n"
    "  granted_from TEXT NOT NULL DEFAULT '', granted_to TEXT NOT NULL DEFAULT '', -- '': none\n"
    "  granted_days INTEGER NOT NULL DEFAULT 0,\n"
    "  PRIMARY KEY (site, id)\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE INDEX delay_pos ON delay (site, pos);\n"
    "CREATE INDEX delay_all_pos ON delay (pos);\n"
    "CREATE INDEX delay_open ON delay (site, pos) WHERE state = 'claimed';\n"
    "CREATE INDEX delay_open_pos ON delay (pos) WHERE state = 'claimed';\n"
    "CREATE INDEX delay_granted ON delay (site, granted_from) WHERE granted_from <> '';\n";

static const char idle_schema[] = "CREATE TABLE idle_day (\n"
                                  "  -- Days on which nobody worked, and why.\n"
                                  "  pos INTEGER NOT NULL,\n"
                                  "  site TEXT NOT NULL, date TEXT NOT NULL, id TEXT NOT NULL, -- id: of the event\n"
                                  "  reason TEXT NOT NULL, note TEXT NOT NULL, photos TEXT NOT NULL,\n"
                                  "  at TEXT NOT NULL, by_actor TEXT NOT NULL,\n"
                                  "  PRIMARY KEY (site, date)\n"
                                  ") STRICT, WITHOUT ROWID;\n"
                                  "CREATE INDEX idle_day_pos ON idle_day (site, pos);\n"
                                  "CREATE INDEX idle_day_date ON idle_day (site, date); -- all that clocks ask for\n";

static const char *const decisions[] = { "granted", "refused", "partly", NULL };

const struct shape delay_shape_claimed[] = {
    { .name = "stage", .kind = SHAPE_KEY },
    { .name = "reason", .kind = SHAPE_TEXT, .flags = SHAPE_NEEDED, .max = 120 },
    { .name = "from", .kind = SHAPE_DATE, .flags = SHAPE_NEEDED },
    { .name = "to", .kind = SHAPE_DATE, .flags = SHAPE_NEEDED },
    { .name = "note", .kind = SHAPE_TEXT, .max = 1000 },
    { .name = "photos", .kind = SHAPE_PHOTOS },
    { .name = "days", .kind = SHAPE_INT, .min = 0, .max = DELAY_DAYS_MAX, .flags = SHAPE_MADE },
    { .name = NULL },
};
const struct shape delay_shape_decided[] = {
    { .name = "subject", .kind = SHAPE_PATH, .flags = SHAPE_NEEDED },
    { .name = "decision", .kind = SHAPE_WORD, .words = decisions, .flags = SHAPE_NEEDED },
    { .name = "days", .kind = SHAPE_INT, .min = 1, .max = DELAY_DAYS_MAX },
    { .name = "from", .kind = SHAPE_DATE },
    { .name = "to", .kind = SHAPE_DATE },
    { .name = "note", .kind = SHAPE_TEXT, .max = 1000 },
    { .name = "granted_from", .kind = SHAPE_DATE, .flags = SHAPE_MADE },
    { .name = "granted_to", .kind = SHAPE_DATE, .flags = SHAPE_MADE },
    { .name = "granted_days", .kind = SHAPE_INT, .min = 0, .max = DELAY_DAYS_MAX, .flags = SHAPE_MADE },
    { .name = NULL },
};
/* Of other writers: what the event says of itself need not be said twice. */
static const struct shape decided_by_others[] = {
    { .name = "decision", .kind = SHAPE_WORD, .words = decisions, .flags = SHAPE_NEEDED },
    { .name = "from", .kind = SHAPE_DATE },
    { .name = "to", .kind = SHAPE_DATE },
    { .name = "granted_from", .kind = SHAPE_DATE },
    { .name = "granted_to", .kind = SHAPE_DATE },
    { .name = "note", .kind = SHAPE_TEXT, .max = 1000 },
    { .name = NULL },
};
const struct shape delay_shape_idle[] = {
    { .name = "date", .kind = SHAPE_DATE, .flags = SHAPE_NEEDED },
    { .name = "reason", .kind = SHAPE_TEXT, .flags = SHAPE_NEEDED, .max = 120 },
    { .name = "note", .kind = SHAPE_TEXT, .max = 1000 },
    { .name = "photos", .kind = SHAPE_PHOTOS },
    { .name = NULL },
};

int delay_check_claimed(const struct json *data, struct err_text *e) {
    return shape_check(data, delay_shape_claimed, e);
}
int delay_check_decided(const struct json *data, struct err_text *e) { return shape_check(data, decided_by_others, e); }
int delay_check_idle(const struct json *data, struct err_text *e) { return shape_check(data, delay_shape_idle, e); }

/* ---- folding ---- */

static int64_t int_of(const struct json *data, const char *name) {
    int64_t n = 0;
    return json_int(json_member(data, name), &n) ? n : 0;
}

static const char *id_of(const struct envelope *event) { return strchr(event->subject, '/') + 1; }

static int photos_of(const struct json *data, struct buf *out) {
    const struct json *list = json_member(data, "photos");
    return json_is_array(list) ? json_print(list, out) : buf_add_text(out, "[]");
}

static int reset(struct db *db, const char *site, const char *id) {
    return row_delete(db, "DELETE FROM delay WHERE site = ? AND id = ?", site, id);
}

static int put_claim(struct db *db, const struct envelope *event, int64_t pos, const char *photos) {
    struct stmt *s = NULL;
    int rc =
        db_prepare(db,
                   "INSERT INTO delay (pos, site, id, state, stage, reason, from_date, to_date, days, note, photos,"
                   " claimed, claimed_by) VALUES (?, ?, ?, 'claimed', ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                   " ON CONFLICT DO NOTHING",
                   &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, pos);
    stmt_bind_text(s, 2, event->site);
    stmt_bind_text(s, 3, id_of(event));
    stmt_bind_text(s, 4, row_text(event->data, "stage"));
    stmt_bind_text(s, 5, row_text(event->data, "reason"));
    stmt_bind_text(s, 6, row_text(event->data, "from"));
    stmt_bind_text(s, 7, row_text(event->data, "to"));
    stmt_bind_int(s, 8, int_of(event->data, "days"));
    stmt_bind_text(s, 9, row_text(event->data, "note"));
    stmt_bind_text(s, 10, photos);
    stmt_bind_text(s, 11, pos ? event->time : "");
    stmt_bind_text(s, 12, pos ? event->actor : "");
    rc = stmt_run(s);
    if (rc == 0 && pos && db_changes(db) == 0) rc = late_mark(db, event, "this claim was made before");
    return rc;
}

static int put_decision(struct db *db, const struct envelope *event) {
    struct stmt *s = NULL;
    const char *decision = row_text(event->data, "decision");
    const char *from = row_text(event->data, "granted_from"), *to = row_text(event->data, "granted_to");
    bool refused = strcmp(decision, "refused") == 0;
    int rc = db_prepare(db,
                        "UPDATE delay SET state = ?3, decided = ?4, decided_by = ?5, decision_note = ?6,"
                        " granted_from = iif(?7 = '' AND ?10 = 0, from_date, ?7),"
                        " granted_to = iif(?8 = '' AND ?10 = 0, to_date, ?8),"
                        " granted_days = iif(?9 = 0 AND ?7 = '' AND ?10 = 0, days, ?9)"
                        " WHERE site = ?1 AND id = ?2 AND state = 'claimed'",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, id_of(event));
    stmt_bind_text(s, 3, decision);
    stmt_bind_text(s, 4, event->time);
    stmt_bind_text(s, 5, event->actor);
    stmt_bind_text(s, 6, row_text(event->data, "note"));
    stmt_bind_text(s, 7, refused ? "" : from[0] ? from : row_text(event->data, "from"));
    stmt_bind_text(s, 8, refused ? "" : to[0] ? to : row_text(event->data, "to"));
    stmt_bind_int(s, 9, refused ? 0 : int_of(event->data, "granted_days"));
    stmt_bind_int(s, 10, refused);
    rc = stmt_run(s);
    if (rc == 0 && db_changes(db) == 0) rc = late_mark(db, event, "this claim was decided before");
    return rc;
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    struct buf photos;
    bool decided = strcmp(event->type, "delay-decided") == 0;
    buf_init(&photos, ENVELOPE_MAX);
    int rc = decided ? buf_add_text(&photos, "[]") : photos_of(event->data, &photos);
    if (rc == 0) rc = put_claim(db, event, decided ? 0 : pos, photos.data);
    if (rc == 0 && decided) rc = put_decision(db, event);
    buf_fini(&photos);
    return rc;
}

static const char *const tables[] = { "delay", NULL };
const struct subject_kind delay_kind = {
    .kind = "delay", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};

/* ---- idle days ---- */

static int reset_idle(struct db *db, const char *site, const char *id) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "DELETE FROM idle_day WHERE site = ? AND date = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    return stmt_run(s);
}

static int put_idle(struct db *db, const struct envelope *event, int64_t pos, const char *photos) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "INSERT INTO idle_day (pos, site, date, reason, note, photos, at, by_actor, id)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, pos);
    stmt_bind_text(s, 2, event->site);
    stmt_bind_text(s, 3, id_of(event));
    stmt_bind_text(s, 4, row_text(event->data, "reason"));
    stmt_bind_text(s, 5, row_text(event->data, "note"));
    stmt_bind_text(s, 6, photos);
    stmt_bind_text(s, 7, event->time);
    stmt_bind_text(s, 8, event->actor);
    stmt_bind_text(s, 9, event->id);
    rc = stmt_run(s);
    if (rc == 0 && db_changes(db) == 0) rc = late_mark(db, event, "this day was reported before");
    return rc;
}

static int fold_idle(struct db *db, const struct envelope *event, int64_t pos) {
    struct civil date;
    struct buf photos;
    if (tz_date_parse(id_of(event), &date) < 0) return late_mark(db, event, "it says no date");
    buf_init(&photos, ENVELOPE_MAX);
    int rc = photos_of(event->data, &photos);
    if (rc == 0) rc = put_idle(db, event, pos, photos.data);
    buf_fini(&photos);
    return rc;
}

static const char *const idle_tables[] = { "idle_day", NULL };
const struct subject_kind delay_idle_kind = {
    .kind = "idle", .reset = reset_idle, .fold = fold_idle, .tables = idle_tables, .schema = idle_schema, .version = 1
};
