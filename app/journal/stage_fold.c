/* SPDX-License-Identifier: MIT */
/* What becomes of a stage's events: the table `stage`, one row a stage or a room of it. Gates are not judged here. */
#include "app/journal/stage.h"

#include "app/journal/late.h"
#include "app/journal/row.h"
#include "app/journal/shape.h"
#include "app/journal/stage_private.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

#define MARK(name)                                                                                                     \
    name " TEXT NOT NULL DEFAULT '', " name "_ms INTEGER NOT NULL DEFAULT 0, " name "_by TEXT NOT NULL DEFAULT ''"

static const char schema[] =
    "CREATE TABLE stage (\n"
    "  -- How the works really go, by stage and room. Each step: when (RFC 3339, '' for not yet), the same in ms, "
    "who.\n"
    "  site TEXT NOT NULL, key TEXT NOT NULL,\n"
    "  room TEXT NOT NULL, -- '': the whole site\n"
    "  state TEXT NOT NULL, -- planned started finished asked accepted rejected\n"
    "  " MARK("started") ",\n  " MARK("finished") ",\n  " MARK("asked") ",\n  " MARK("accepted") ",\n  " MARK(
        "rejected") ",\n  " MARK("overridden") ",\n"
                                               "  start_open INTEGER NOT NULL DEFAULT 0, gate_open INTEGER NOT NULL "
                                               "DEFAULT 0, -- 1: head office overrode it\n"
                                               "  reason TEXT NOT NULL DEFAULT '', -- of the newest override\n"
                                               "  photos TEXT NOT NULL DEFAULT '[]', -- JSON: of the newest step that "
                                               "has some\n"
                                               "  PRIMARY KEY (site, key, room)\n"
                                               ") STRICT, WITHOUT ROWID;\n";

/* ---- life ---- */

static const char *const states[] = { "planned", "started", "finished", "asked", "accepted", "rejected", NULL };
static const struct life_step steps[] = {
    { "stage-started", "start", LIFE_FROM(STAGE_PLANNED), STAGE_STARTED },
    { "stage-finished", "finish", LIFE_FROM(STAGE_STARTED) | LIFE_FROM(STAGE_REJECTED), STAGE_FINISHED },
    /* A gate in the middle of the works: it is asked for and accepted before the stage is finished. */
    { "stage-finished", "finish", LIFE_FROM(STAGE_ASKED), STAGE_ASKED },
    { "stage-finished", "finish", LIFE_FROM(STAGE_ACCEPTED), STAGE_ACCEPTED },
    { "acceptance-requested", "request",
      LIFE_FROM(STAGE_STARTED) | LIFE_FROM(STAGE_FINISHED) | LIFE_FROM(STAGE_REJECTED), STAGE_ASKED },
    { "stage-accepted", "accept", LIFE_FROM(STAGE_FINISHED) | LIFE_FROM(STAGE_ASKED), STAGE_ACCEPTED },
    { "stage-rejected", "reject", LIFE_FROM(STAGE_FINISHED) | LIFE_FROM(STAGE_ASKED), STAGE_REJECTED },
    { NULL, NULL, 0, 0 },
};
const struct life stage_life = { states, steps };

const struct life_step *stage_legal(const struct stage_row *row, const char *event) {
    const struct life_step *s = life_step(&stage_life, (int)row->seen.state, event);
    bool again = s && s->to == (int)row->seen.state && row->finished.ms != 0;
    return again ? NULL : s; /* finished once already */
}

/* ---- shapes ---- */

static const char *const gates[] = { "start", "accept", NULL };

const struct shape stage_shape[] = {
    { .name = "room", .kind = SHAPE_ROOM },
    { .name = "note", .kind = SHAPE_TEXT, .max = STAGE_NOTE_MAX },
    { .name = "photos", .kind = SHAPE_PHOTOS },
    { .name = "warnings", .kind = SHAPE_RAW, .flags = SHAPE_MADE },
    { .name = NULL },
};
const struct shape stage_shape_rejected[] = {
    { .name = "room", .kind = SHAPE_ROOM },
    { .name = "note", .kind = SHAPE_TEXT, .flags = SHAPE_NEEDED, .max = STAGE_NOTE_MAX },
    { .name = "photos", .kind = SHAPE_PHOTOS },
    { .name = NULL },
};
const struct shape stage_shape_overridden[] = {
    { .name = "room", .kind = SHAPE_ROOM },
    { .name = "reason", .kind = SHAPE_TEXT, .flags = SHAPE_NEEDED, .max = 400 },
    { .name = "note", .kind = SHAPE_TEXT, .max = STAGE_NOTE_MAX },
    { .name = "photos", .kind = SHAPE_PHOTOS },
    { .name = "gate", .kind = SHAPE_WORD, .words = gates },
    { .name = "opens", .kind = SHAPE_WORD, .words = gates, .flags = SHAPE_MADE },
    { .name = "warnings", .kind = SHAPE_RAW, .flags = SHAPE_MADE },
    { .name = NULL },
};

int stage_check(const struct json *data, struct err_text *e) { return shape_check(data, stage_shape, e); }

int stage_check_overridden(const struct json *data, struct err_text *e) {
    return shape_check(data, stage_shape_overridden, e);
}

/* ---- rows ---- */

#define COLUMNS                                                                                                        \
    "key, room, state, started, started_ms, started_by, finished, finished_ms, finished_by, asked, asked_ms, "         \
    "asked_by, accepted, accepted_ms, accepted_by, rejected, rejected_ms, rejected_by, overridden, overridden_ms, "    \
    "overridden_by, start_open, gate_open, reason"

static void get_mark(struct stmt *s, int column, struct stage_mark *out) {
    text_clip(out->at, sizeof out->at, stmt_text(s, column));
    out->ms = stmt_int(s, column + 1);
    text_clip(out->by, sizeof out->by, stmt_text(s, column + 2));
}

static void get_row(struct stmt *s, struct stage_row *out) {
    int state = life_state(&stage_life, stmt_text(s, 2));
    *out = (struct stage_row){ .seen.state = state < 0 ? STAGE_PLANNED : (enum stage_state)state };
    text_clip(out->seen.key, sizeof out->seen.key, stmt_text(s, 0));
    text_clip(out->seen.room, sizeof out->seen.room, stmt_text(s, 1));
    get_mark(s, 3, &out->started);
    get_mark(s, 6, &out->finished);
    get_mark(s, 9, &out->asked);
    get_mark(s, 12, &out->accepted);
    get_mark(s, 15, &out->rejected);
    get_mark(s, 18, &out->overridden);
    out->seen.start_overridden = stmt_int(s, 21) != 0;
    out->seen.overridden = stmt_int(s, 22) != 0;
    text_clip(out->reason, sizeof out->reason, stmt_text(s, 23));
    if (out->finished.at[0]) text_clip(out->seen.finished, sizeof out->seen.finished, out->finished.at);
}

int stage_row_read(struct db *db, const char *site, const char *key, const char *room, struct stage_row *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT " COLUMNS " FROM stage WHERE site = ? AND key = ? AND room = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, key);
    stmt_bind_text(s, 3, room);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    if (rc == 1) {
        get_row(s, out);
        return 0;
    }
    *out = (struct stage_row){ .seen.state = STAGE_PLANNED };
    text_clip(out->seen.key, sizeof out->seen.key, key);
    text_clip(out->seen.room, sizeof out->seen.room, room);
    return 0;
}

int stage_rows_read(struct db *db, const char *site, struct stage_row **rows, size_t *count) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    CLEANUP(free_ptr) struct stage_row *list = NULL;
    size_t n = 0;
    int rc = db_prepare(db, "SELECT " COLUMNS " FROM stage WHERE site = ? ORDER BY key, room", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    while ((rc = stmt_step(s)) == 1) {
        struct stage_row *more = n % 16 == 0 ? realloc(list, (n + 16) * sizeof *list) : list;
        if (!more) return ERR_NOMEM;
        list = more;
        get_row(s, &list[n++]);
    }
    if (rc < 0) return rc;
    *rows = STEAL_PTR(list);
    *count = n;
    return 0;
}

static void bind_mark(struct stmt *s, int i, const struct stage_mark *m) {
    stmt_bind_text(s, i, m->at);
    stmt_bind_int(s, i + 1, m->ms);
    stmt_bind_text(s, i + 2, m->by);
}

static int put_row(struct db *db, const char *site, const struct stage_row *r, const char *photos) {
    struct stmt *s = NULL;
    int rc =
        db_prepare(db,
                   "INSERT INTO stage (" COLUMNS ", site, photos) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
                   " ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, coalesce(?26, '[]'))"
                   " ON CONFLICT (site, key, room) DO UPDATE SET state = ?3, started = ?4, started_ms = ?5,"
                   " started_by = ?6, finished = ?7, finished_ms = ?8, finished_by = ?9, asked = ?10, asked_ms ="
                   " ?11, asked_by = ?12, accepted = ?13, accepted_ms = ?14, accepted_by = ?15, rejected = ?16,"
                   " rejected_ms = ?17, rejected_by = ?18, overridden = ?19, overridden_ms = ?20, overridden_by ="
                   " ?21, start_open = ?22, gate_open = ?23, reason = ?24, photos = coalesce(?26, photos)",
                   &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, r->seen.key);
    stmt_bind_text(s, 2, r->seen.room);
    stmt_bind_text(s, 3, states[r->seen.state]);
    bind_mark(s, 4, &r->started);
    bind_mark(s, 7, &r->finished);
    bind_mark(s, 10, &r->asked);
    bind_mark(s, 13, &r->accepted);
    bind_mark(s, 16, &r->rejected);
    bind_mark(s, 19, &r->overridden);
    stmt_bind_int(s, 22, r->seen.start_overridden);
    stmt_bind_int(s, 23, r->seen.overridden);
    stmt_bind_text(s, 24, r->reason);
    stmt_bind_text(s, 25, site);
    stmt_bind_text(s, 26, photos);
    return stmt_run(s);
}

/* ---- folding ---- */

static int reset(struct db *db, const char *site, const char *id) {
    return row_delete(db, "DELETE FROM stage WHERE site = ? AND key = ?", site, id);
}

static void mark(const struct envelope *event, struct stage_mark *out) {
    struct wall at;
    text_clip(out->at, sizeof out->at, event->time);
    text_clip(out->by, sizeof out->by, event->actor);
    out->ms = clock_parse(event->time, &at, NULL) == 0 && at.ms > 0 ? at.ms : 1;
}

static void step(struct stage_row *row, const struct envelope *event, int to) {
    const char *type = event->type;
    if (strcmp(type, "stage-started") == 0) mark(event, &row->started);
    if (strcmp(type, "stage-finished") == 0) mark(event, &row->finished);
    if (strcmp(type, "acceptance-requested") == 0) mark(event, &row->asked);
    if (strcmp(type, "stage-accepted") == 0) mark(event, &row->accepted);
    if (strcmp(type, "stage-rejected") == 0) {
        mark(event, &row->rejected);
        row->finished = (struct stage_mark){ 0 }; /* it is to be put right, and finished again */
    }
    row->seen.state = (enum stage_state)to;
}

static void open_gate(struct stage_row *row, const struct envelope *event) {
    const char *opens = json_text(json_member(event->data, "opens"));
    const char *reason = json_text(json_member(event->data, "reason"));
    if (!opens) opens = json_text(json_member(event->data, "gate"));
    mark(event, &row->overridden);
    text_clip(row->reason, sizeof row->reason, reason ? reason : "");
    bool start = opens ? strcmp(opens, "start") == 0 : row->seen.state == STAGE_PLANNED;
    if (start)
        row->seen.start_overridden = true;
    else
        row->seen.overridden = true;
}

int stage_room(const struct json *data, char out[41]) {
    const char *room = json_text(json_member(data, "room"));
    if (!room || strcmp(room, "whole") == 0) room = "";
    return text_copy(out, 41, room);
}

static int photos_of(const struct json *data, struct buf *out) {
    const struct json *photos = json_member(data, "photos");
    return json_count(photos) ? json_print(photos, out) : 0;
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    struct stage_row row;
    char room[41];
    struct buf photos;
    const char *key = event->subject + strlen("stage/");
    (void)pos;
    int rc = stage_room(event->data, room);
    if (rc == 0) rc = stage_row_read(db, event->site, key, room, &row);
    if (rc < 0) return rc;
    if (strcmp(event->type, "gate-overridden") == 0) {
        open_gate(&row, event);
    } else {
        char why[160];
        const struct life_step *s = stage_legal(&row, event->type);
        (void)snprintf(why, sizeof why, "the stage was %s by then", states[row.seen.state]);
        if (!s) return late_mark(db, event, why);
        step(&row, event, s->to);
    }
    buf_init(&photos, ENVELOPE_MAX);
    rc = photos_of(event->data, &photos);
    if (rc == 0) rc = put_row(db, event->site, &row, photos.len ? photos.data : NULL);
    buf_fini(&photos);
    return rc;
}

static const char *const tables[] = { "stage", NULL };
const struct subject_kind stage_kind = {
    .kind = "stage", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};
