/* SPDX-License-Identifier: MIT */
/* Holding and resuming, and the table `hold`. */
#include "app/journal/hold.h"

#include "app/journal/late.h"
#include "app/journal/listing.h"
#include "app/journal/person.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

enum { SHOWN_MAX = 50 };

static const char schema[] =
    "CREATE TABLE hold (\n"
    "  -- When a site was held.\n"
    "  pos INTEGER NOT NULL, -- of site-held in this store\n"
    "  site TEXT NOT NULL, id TEXT NOT NULL, -- of site-held\n"
    "  from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, -- since 1970; to_ms 0: it is held\n"
    "  held TEXT NOT NULL, resumed TEXT NOT NULL, -- the same, RFC 3339; ''\n"
    "  reason TEXT NOT NULL, note TEXT NOT NULL, resume_note TEXT NOT NULL,\n"
    "  held_by TEXT NOT NULL, resumed_by TEXT NOT NULL,\n"
    "  PRIMARY KEY (site, id)\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE INDEX hold_periods ON hold (site, from_ms, id, to_ms); -- all that clocks ask for\n"
    "CREATE INDEX hold_pos ON hold (site, pos);\n";

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

static int put_held(struct db *db, const struct envelope *event, int64_t pos) {
    struct stmt *s = NULL;
    int rc =
        db_prepare(db,
                   "INSERT INTO hold (pos, site, id, from_ms, to_ms, held, resumed, reason, note, resume_note, held_by,"
                   " resumed_by) VALUES (?8, ?1, ?2, ?3, 0, ?4, '', ?5, ?6, '', ?7, '')",
                   &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, event->id);
    stmt_bind_int(s, 3, ms_of(event));
    stmt_bind_text(s, 4, event->time);
    stmt_bind_text(s, 5, row_text(event->data, "reason"));
    stmt_bind_text(s, 6, row_text(event->data, "note"));
    stmt_bind_text(s, 7, event->actor);
    stmt_bind_int(s, 8, pos);
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
    if (strcmp(event->subject + strlen("hold/"), event->site) != 0)
        return late_mark(db, event, "it is about another site than its own");
    int held = is_held(db, event->site);
    if (held < 0) return held;
    if (hold == (held == 1)) return late_mark(db, event, hold ? "the site was held by then" : "the site was not held");
    return hold ? put_held(db, event, pos) : put_resumed(db, event);
}

static const char *const tables[] = { "hold", NULL };
const struct subject_kind hold_kind = {
    .kind = "hold", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 2
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

struct reading {
    const char *site;
    bool names;
};

static int put_entry(struct db *db, struct stmt *s, struct json_out *w, void *ctx) {
    const struct reading *r = ctx;
    bool over = stmt_text(s, 2)[0] != '\0';
    json_open(w, NULL, '{');
    json_put_text(w, "from", stmt_text(s, 1));
    json_put_text(w, "to", over ? stmt_text(s, 2) : NULL);
    int rc = person_put_actor(db, r->site, stmt_text(s, 3), r->names, w, "by");
    if (rc == 0 && over) rc = person_put_actor(db, r->site, stmt_text(s, 4), r->names, w, "resumed_by");
    json_put_text(w, "reason", stmt_text(s, 5));
    if (stmt_text(s, 6)[0]) json_put_text(w, "note", stmt_text(s, 6));
    if (stmt_text(s, 7)[0]) json_put_text(w, "resume_note", stmt_text(s, 7));
    json_close(w, '}');
    return rc < 0 ? rc : w->buf->error;
}

int hold_list(struct db *db, const char *site, const char *before, int limit, bool names, struct buf *out,
              struct err_text *e) {
    struct stmt *s = NULL;
    struct reading r = { site, names };
    int64_t from;
    int rc = listing_before(before, &from, e);
    if (rc < 0) return rc;
    rc = db_prepare(db,
                    "SELECT pos, held, resumed, held_by, resumed_by, reason, note, resume_note FROM hold"
                    " WHERE site = ?1 AND pos < ?2 ORDER BY pos DESC LIMIT ?3",
                    &s);
    if (rc < 0) return err_set(e, rc, "the holds cannot be read: %s", db_message(db));
    stmt_bind_text(s, 1, site);
    stmt_bind_int(s, 2, from);
    stmt_bind_int(s, 3, limit + 1);
    rc = listing_print(db, s, "holds", limit, put_entry, &r, out, e);
    if (rc < 0) return rc;
    struct json_out w = { .buf = out, .comma = true };
    out->len--; /* the brace that ended it */
    rc = hold_put(db, site, names, &w, "held");
    json_close(&w, '}');
    return rc < 0 ? err_set(e, rc, "the site cannot be read: %s", db_message(db)) : out->error;
}

int hold_print(struct db *db, const char *site, const char *id, bool names, struct buf *out) {
    (void)id;
    return hold_list(db, site, NULL, SHOWN_MAX, names, out, NULL);
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
