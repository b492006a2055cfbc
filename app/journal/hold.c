/* SPDX-License-Identifier: MIT */
/* Holding and resuming, and the table `hold`. */
#include "app/journal/hold.h"

#include "app/journal/late.h"
#include "app/journal/person.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

enum { SHOWN_MAX = 50 };

static const char schema[] =
    "CREATE TABLE hold (\n"
    "  -- When a site was held.\n"
    "  site TEXT NOT NULL, id TEXT NOT NULL, -- of site-held\n"
    "  from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, -- since 1970; to_ms 0: it is held\n"
    "  held TEXT NOT NULL, resumed TEXT NOT NULL, -- the same, RFC 3339; ''\n"
    "  reason TEXT NOT NULL, note TEXT NOT NULL, resume_note TEXT NOT NULL,\n"
    "  held_by TEXT NOT NULL, resumed_by TEXT NOT NULL,\n"
    "  PRIMARY KEY (site, id)\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE INDEX hold_periods ON hold (site, from_ms, id, to_ms); -- all that clocks ask for\n";

static const struct shape shape_held[] = {
    { .name = "reason", .kind = SHAPE_TEXT, .flags = SHAPE_NEEDED, .max = 400 },
    { .name = "note", .kind = SHAPE_TEXT, .max = 1000 },
    { .name = NULL },
};
static const struct shape shape_resumed[] = {
    { .name = "note", .kind = SHAPE_TEXT, .max = 1000 },
    { .name = NULL },
};
static const struct shape shape_either[] = {
    { .name = "reason", .kind = SHAPE_TEXT, .max = 400 },
    { .name = "note", .kind = SHAPE_TEXT, .max = 1000 },
    { .name = NULL },
};

int hold_check(const struct json *data, struct err_text *e) { return shape_check(data, shape_either, e); }

/* ---- projection ---- */

static int reset(struct db *db, const char *site, const char *id) {
    struct stmt *s = NULL;
    (void)id;
    int rc = db_prepare(db, "DELETE FROM hold WHERE site = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    return stmt_run(s);
}

/* 1: it is held. */
static int is_held(struct db *db, const char *site) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT 1 FROM hold WHERE site = ? AND to_ms = 0", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    return stmt_step(s);
}

static int64_t ms_of(const struct envelope *event) {
    struct wall at;
    return clock_parse(event->time, &at, NULL) == 0 && at.ms > 0 ? at.ms : 1;
}

static int put_held(struct db *db, const struct envelope *event) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "INSERT INTO hold (site, id, from_ms, to_ms, held, resumed, reason, note, resume_note, held_by,"
                        " resumed_by) VALUES (?, ?, ?, 0, ?, '', ?, ?, '', ?, '')",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, event->id);
    stmt_bind_int(s, 3, ms_of(event));
    stmt_bind_text(s, 4, event->time);
    stmt_bind_text(s, 5, row_text(event->data, "reason"));
    stmt_bind_text(s, 6, row_text(event->data, "note"));
    stmt_bind_text(s, 7, event->actor);
    return stmt_run(s);
}

static int put_resumed(struct db *db, const struct envelope *event) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "UPDATE hold SET to_ms = max(?2, from_ms), resumed = ?3, resume_note = ?4, resumed_by = ?5"
                        " WHERE site = ?1 AND to_ms = 0",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_int(s, 2, ms_of(event));
    stmt_bind_text(s, 3, event->time);
    stmt_bind_text(s, 4, row_text(event->data, "note"));
    stmt_bind_text(s, 5, event->actor);
    return stmt_run(s);
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    bool hold = strcmp(event->type, "site-held") == 0;
    (void)pos;
    if (strcmp(event->subject + strlen("hold/"), event->site) != 0)
        return late_mark(db, event, "it is about another site than its own");
    int held = is_held(db, event->site);
    if (held < 0) return held;
    if (hold == (held == 1)) return late_mark(db, event, hold ? "the site was held by then" : "the site was not held");
    return hold ? put_held(db, event) : put_resumed(db, event);
}

static const char *const tables[] = { "hold", NULL };
const struct subject_kind hold_kind = {
    .kind = "hold", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};

/* ---- POST ---- */

static int judge(struct post *p, struct journal *j, struct db *db, const struct json *data, struct json_out *made,
                 struct err_text *e) {
    bool hold = strcmp(p->type, "site-held") == 0;
    (void)j, (void)data, (void)made;
    int held = is_held(db, p->site);
    if (held < 0) return err_set(e, held, "the site cannot be read: %s", err_name(held));
    if (hold != (held == 1)) return 0;
    text_clip(p->allowed, sizeof p->allowed, held ? "[\"resume\"]" : "[\"hold\"]");
    return err_set(e, ERR_CONFLICT, held ? "this site is held already" : "this site is not held");
}

void hold_post_hold(struct post *p) {
    p->type = "site-held";
    p->shape = shape_held;
    p->judge = judge;
    p->print = hold_print;
}

void hold_post_resume(struct post *p) {
    p->type = "site-resumed";
    p->shape = shape_resumed;
    p->judge = judge;
    p->print = hold_print;
}

/* ---- reading ---- */

int hold_put(struct db *db, const char *site, bool names, struct json_out *w, const char *name) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT held, held_by, reason, note FROM hold WHERE site = ? AND to_ms = 0", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    if (rc == 0) {
        json_put_null(w, name);
        return 0;
    }
    json_open(w, name, '{');
    json_put_text(w, "since", stmt_text(s, 0));
    rc = person_put_actor(db, site, stmt_text(s, 1), names, w, "by");
    json_put_text(w, "reason", stmt_text(s, 2));
    if (stmt_text(s, 3)[0]) json_put_text(w, "note", stmt_text(s, 3));
    json_close(w, '}');
    return rc;
}

static int put_holds(struct db *db, const char *site, bool names, struct json_out *w) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT held, resumed, held_by, resumed_by, reason, note, resume_note FROM hold WHERE site = ?"
                        " ORDER BY from_ms DESC, id DESC LIMIT ?",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_int(s, 2, SHOWN_MAX);
    json_open(w, "holds", '[');
    while ((rc = stmt_step(s)) == 1) {
        bool over = stmt_text(s, 1)[0] != '\0';
        json_open(w, NULL, '{');
        json_put_text(w, "from", stmt_text(s, 0));
        json_put_text(w, "to", over ? stmt_text(s, 1) : NULL);
        rc = person_put_actor(db, site, stmt_text(s, 2), names, w, "by");
        if (rc == 0 && over) rc = person_put_actor(db, site, stmt_text(s, 3), names, w, "resumed_by");
        if (rc < 0) return rc;
        json_put_text(w, "reason", stmt_text(s, 4));
        if (stmt_text(s, 5)[0]) json_put_text(w, "note", stmt_text(s, 5));
        if (stmt_text(s, 6)[0]) json_put_text(w, "resume_note", stmt_text(s, 6));
        json_close(w, '}');
    }
    json_close(w, ']');
    return rc;
}

int hold_print(struct db *db, const char *site, const char *id, bool names, struct buf *out) {
    struct json_out w;
    (void)id;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    int rc = hold_put(db, site, names, &w, "held");
    if (rc == 0) rc = put_holds(db, site, names, &w);
    json_put_null(&w, "next");
    json_close(&w, '}');
    return rc < 0 ? rc : out->error;
}

int hold_periods(struct db *db, const char *site, struct standstill_held **out, size_t *n) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    CLEANUP(free_ptr) struct standstill_held *list = NULL;
    size_t count = 0;
    int rc = db_prepare(db, "SELECT from_ms, to_ms FROM hold WHERE site = ? ORDER BY from_ms, id", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    while ((rc = stmt_step(s)) == 1) {
        struct standstill_held *more = count % 16 == 0 ? realloc(list, (count + 16) * sizeof *list) : list;
        if (!more) return ERR_NOMEM;
        list = more;
        list[count++] = (struct standstill_held){ { stmt_int(s, 0) }, { stmt_int(s, 1) } };
    }
    if (rc < 0) return rc;
    *out = STEAL_PTR(list);
    *n = count;
    return 0;
}
