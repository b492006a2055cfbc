/* SPDX-License-Identifier: MIT */
/* The projection of hazards: one row each, as its legal steps left it. A step that is not legal where it falls, or that lacks what makes it one (a
 * rectification its photo, a verification somebody else's eyes), changes nothing and is marked as come too late. */
#include "app/journal/hazard_private.h"

#include "app/journal/late.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

static const char schema[] =
    "CREATE TABLE hazard (\n"
    "  -- What is wrong on a site, and how far putting it right has come.\n"
    "  pos INTEGER PRIMARY KEY,     -- of hazard-raised in this store\n"
    "  site TEXT NOT NULL, id TEXT NOT NULL,\n"
    "  board TEXT NOT NULL,         -- who wrote hazard-raised: a board's id, or hub\n"
    "  state TEXT NOT NULL,         -- raised, assigned, rectified, verified\n"
    "  severity TEXT NOT NULL,      -- notice, serious, stop_work\n"
    "  stage TEXT NOT NULL, room TEXT NOT NULL, phrase TEXT NOT NULL, -- '': not said\n"
    "  n INTEGER,                   -- of the phrase; NULL: not said\n"
    "  text TEXT NOT NULL, text_en TEXT NOT NULL, note TEXT NOT NULL, -- '': not said\n"
    "  due TEXT NOT NULL,           -- a date of the site, or RFC 3339\n"
    "  due_ms INTEGER NOT NULL,     -- its last second, since 1970\n"
    "  warn_ms INTEGER NOT NULL,    -- when its people are warned; 0: not\n"
    "  raised_at TEXT NOT NULL, raised_ms INTEGER NOT NULL, raised_by TEXT NOT NULL,\n"
    "  assignee TEXT NOT NULL,      -- a person's id; '': nobody yet\n"
    "  photos TEXT NOT NULL,        -- before: a JSON array of ids\n"
    "  rectified_at TEXT NOT NULL, rectified_ms INTEGER NOT NULL, rectified_by TEXT NOT NULL, -- '', 0: not, or sent "
    "back\n"
    "  rectify_note TEXT NOT NULL,\n"
    "  after_photos TEXT NOT NULL,  -- of the rectification: a JSON array of ids\n"
    "  rejected INTEGER NOT NULL,   -- how often it was sent back\n"
    "  reject_note TEXT NOT NULL,   -- of the last time\n"
    "  closed_at TEXT NOT NULL, closed_ms INTEGER NOT NULL, closed_by TEXT NOT NULL, -- '', 0: not verified\n"
    "  close_note TEXT NOT NULL, close_photos TEXT NOT NULL,\n"
    "  updated_ms INTEGER NOT NULL, -- of the last step that counted\n"
    "  UNIQUE (site, id)\n"
    ") STRICT;\n"
    "CREATE INDEX hazard_site ON hazard (site); -- and pos, the row's number\n"
    "CREATE INDEX hazard_assignee ON hazard (assignee) WHERE assignee <> '';\n"
    "CREATE INDEX hazard_raised ON hazard (site, raised_ms);\n"
    "CREATE INDEX hazard_room ON hazard (site, room) WHERE room <> '';\n"
    "CREATE INDEX hazard_open_pos ON hazard (pos) WHERE state <> 'verified';\n"
    /* The last: of indexes that seem as good to SQLite, and to it one of all a site's hazards does, it takes the one made last. */
    "CREATE INDEX hazard_open ON hazard (site) WHERE state <> 'verified';\n";

static int reset(struct db *db, const char *site, const char *id) {
    return row_delete(db, "DELETE FROM hazard WHERE site = ? AND id = ?", site, id);
}

int hazard_row_read(struct db *db, const char *site, const char *id, struct hazard_row *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    *out = (struct hazard_row){ .state = HAZARD_UNKNOWN };
    int rc = db_prepare(
        db, "SELECT state, severity, rectified_by, photos, after_photos FROM hazard WHERE site = ? AND id = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    int state = life_state(&hazard_life, stmt_text(s, 0));
    if (state < 0) return ERR_CORRUPT;
    out->state = (enum hazard_state)state;
    text_clip(out->severity, sizeof out->severity, stmt_text(s, 1));
    text_clip(out->rectified_by, sizeof out->rectified_by, stmt_text(s, 2));
    text_clip(out->photos, sizeof out->photos, stmt_text(s, 3));
    text_clip(out->after, sizeof out->after, stmt_text(s, 4));
    return 0;
}

/* ---- one event ---- */

static const char *said(const struct envelope *event, const char *name) {
    return json_text(json_member(event->data, name));
}

static const char *or_empty(const char *text) { return text ? text : ""; }

/* A member as JSON text; "[]" where it is absent. */
static int list_of(const struct envelope *event, const char *name, struct buf *out) {
    const struct json *list = json_member(event->data, name);
    return json_is_array(list) ? json_print(list, out) : buf_add_text(out, "[]");
}

static int due_of(const struct envelope *event, struct wall at, int32_t offset_s, struct hazard_due *out) {
    const char *severity = said(event, "severity");
    const char *due_at = said(event, "due_at"), *warn_at = said(event, "warn_at");
    int rc = hazard_due_fixed(offset_s, at, severity ? severity : "notice", said(event, "due"), out);
    if (rc == 0 && due_at) {
        rc = clock_parse(due_at, &out->due, NULL);
        out->warn.ms = 0;
    }
    if (rc == 0 && due_at && warn_at) rc = clock_parse(warn_at, &out->warn, NULL);
    return rc;
}

static int insert(struct db *db, const struct envelope *event, const char *id, const struct hazard_due *due,
                  struct wall at, const char *photos, int64_t pos) {
    struct stmt *s = NULL;
    int64_t n = 0;
    int rc =
        db_prepare(db,
                   "INSERT INTO hazard (pos, site, id, board, state, severity, stage, room, phrase, n, text, text_en,"
                   " note, due, due_ms, warn_ms, raised_at, raised_ms, raised_by, assignee, photos, rectified_at,"
                   " rectified_ms, rectified_by, rectify_note, after_photos, rejected, reject_note, closed_at,"
                   " closed_ms, closed_by, close_note, close_photos, updated_ms) VALUES (?1, ?2, ?3, ?4, 'raised', ?5,"
                   " ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, '', ?19, '', 0, '', '', '[]', 0, '',"
                   " '', 0, '', '', '[]', ?17)",
                   &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, pos);
    stmt_bind_text(s, 2, event->site);
    stmt_bind_text(s, 3, id);
    stmt_bind_text(s, 4, event->key.writer);
    stmt_bind_text(s, 5, said(event, "severity") ? said(event, "severity") : "notice");
    stmt_bind_text(s, 6, or_empty(said(event, "stage")));
    stmt_bind_text(s, 7, or_empty(said(event, "room")));
    stmt_bind_text(s, 8, or_empty(said(event, "phrase")));
    if (json_int(json_member(event->data, "n"), &n))
        stmt_bind_int(s, 9, n);
    else
        stmt_bind_null(s, 9);
    stmt_bind_text(s, 10, or_empty(said(event, "text")));
    stmt_bind_text(s, 11, or_empty(said(event, "text_en")));
    stmt_bind_text(s, 12, or_empty(said(event, "note")));
    stmt_bind_text(s, 13, due->text);
    stmt_bind_int(s, 14, due->due.ms);
    stmt_bind_int(s, 15, due->warn.ms);
    stmt_bind_text(s, 16, event->time);
    stmt_bind_int(s, 17, at.ms);
    stmt_bind_text(s, 18, event->actor);
    stmt_bind_text(s, 19, photos);
    return stmt_run(s);
}

static int fold_raised(struct db *db, const struct envelope *event, const char *id, int64_t pos) {
    struct hazard_due due;
    struct wall at;
    struct buf photos;
    int32_t offset_s;
    int rc = clock_parse(event->time, &at, &offset_s);
    if (rc == 0) rc = due_of(event, at, offset_s, &due);
    if (rc < 0) return rc;
    buf_init(&photos, ENVELOPE_MAX);
    rc = list_of(event, "photos", &photos);
    if (rc == 0) rc = insert(db, event, id, &due, at, photos.data, pos);
    buf_fini(&photos);
    return rc;
}

/* The statement of a step takes: 1 site, 2 id, 3 time, 4 ms, 5 actor, 6 note, 7 photos, 8 assignee or NULL. */
static const char *sql_of(const struct life_step *step) {
    if (strcmp(step->verb, "assign") == 0)
        return "UPDATE hazard SET state = 'assigned', assignee = ?8, updated_ms = ?4 WHERE site = ?1 AND id = ?2";
    if (strcmp(step->verb, "rectify") == 0)
        return "UPDATE hazard SET state = 'rectified', rectified_at = ?3, rectified_ms = ?4, rectified_by = ?5,"
               " rectify_note = ?6, after_photos = ?7, updated_ms = ?4 WHERE site = ?1 AND id = ?2";
    if (strcmp(step->verb, "reject") == 0)
        return "UPDATE hazard SET state = 'assigned', rejected = rejected + 1, reject_note = ?6, assignee ="
               " coalesce(?8, assignee), rectified_at = '', rectified_ms = 0, rectified_by = '', rectify_note = '',"
               " after_photos = '[]', updated_ms = ?4 WHERE site = ?1 AND id = ?2";
    return "UPDATE hazard SET state = 'verified', closed_at = ?3, closed_ms = ?4, closed_by = ?5, close_note = ?6,"
           " close_photos = ?7, updated_ms = ?4 WHERE site = ?1 AND id = ?2";
}

static int run_step(struct db *db, const struct envelope *event, const char *id, const struct life_step *step,
                    const char *photos) {
    struct stmt *s = NULL;
    struct wall at;
    int rc = clock_parse(event->time, &at, NULL);
    if (rc == 0) rc = db_prepare(db, sql_of(step), &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, id);
    stmt_bind_text(s, 3, event->time);
    stmt_bind_int(s, 4, at.ms);
    stmt_bind_text(s, 5, event->actor);
    stmt_bind_text(s, 6, or_empty(said(event, "note")));
    stmt_bind_text(s, 7, photos);
    if (step->to == HAZARD_ASSIGNED) stmt_bind_text(s, 8, said(event, "assignee"));
    return stmt_run(s);
}

static int fold_step(struct db *db, const struct envelope *event, const char *id, const struct life_step *step,
                     const struct hazard_row *row) {
    struct buf photos;
    if (strcmp(step->verb, "rectify") == 0 && json_count(json_member(event->data, "photos")) == 0)
        return late_mark(db, event, "a rectification needs a photo");
    if (strcmp(step->verb, "verify") == 0 && strcmp(row->rectified_by, event->actor) == 0)
        return late_mark(db, event, "who rectified it does not verify it");
    buf_init(&photos, ENVELOPE_MAX);
    int rc = list_of(event, "photos", &photos);
    if (rc == 0) rc = run_step(db, event, id, step, photos.data);
    buf_fini(&photos);
    return rc;
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    const char *id = event->subject + strlen("hazard/");
    struct hazard_row row;
    char why[120];
    int rc = hazard_row_read(db, event->site, id, &row);
    if (rc < 0 && rc != ERR_NOT_FOUND) return rc;
    const struct life_step *step = life_step(&hazard_life, (int)row.state, event->type);
    if (step) return step->verb ? fold_step(db, event, id, step, &row) : fold_raised(db, event, id, pos);
    (void)snprintf(why, sizeof why, "it came too late: the hazard was %s then", hazard_life.states[row.state]);
    return late_mark(db, event, why);
}

static const char *const tables[] = { "hazard", NULL };
const struct subject_kind hazard_kind = {
    .kind = "hazard", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};
