/* SPDX-License-Identifier: MIT */
/* Calls to the homeowner: shape, projection, what follows from one, lists. Who is due is in callback_due.c. */
#include "app/journal/callback.h"

#include "app/journal/journal_private.h"
#include "app/journal/late.h"
#include "app/journal/listing.h"
#include "app/journal/person.h"
#include "app/journal/plan.h"
#include "app/journal/question.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"

#include <string.h>

enum { NOTE_BYTES = 2000, QUESTIONS_MAX = 10 };

static const char schema[] = "CREATE TABLE callback (\n"
                             "  -- Calls to the homeowner.\n"
                             "  pos INTEGER PRIMARY KEY,\n"
                             "  site TEXT NOT NULL, id TEXT NOT NULL,\n"
                             "  date TEXT NOT NULL,      -- the site's\n"
                             "  score INTEGER NOT NULL,  -- 1 bad … 5 good\n"
                             "  note TEXT NOT NULL, questions TEXT NOT NULL, -- questions: JSON\n"
                             "  next TEXT NOT NULL,      -- date of the next call, or ''\n"
                             "  at TEXT NOT NULL, at_ms INTEGER NOT NULL, actor TEXT NOT NULL,\n"
                             "  UNIQUE (site, id)\n"
                             ") STRICT;\n"
                             "CREATE INDEX callback_site ON callback (site);\n"
                             "CREATE INDEX callback_last ON callback (site, at_ms);\n"
                             "CREATE INDEX callback_score ON callback (site, date, score);\n";

static const struct shape shape[] = {
    { .name = "score", .kind = SHAPE_INT, .flags = SHAPE_NEEDED, .min = 1, .max = 5 },
    { .name = "note", .kind = SHAPE_TEXT, .max = NOTE_BYTES },
    { .name = "questions", .kind = SHAPE_TEXTS, .max = QUESTIONS_MAX },
    { .name = "next", .kind = SHAPE_DATE },
    { .name = "date", .kind = SHAPE_DATE, .flags = SHAPE_MADE },
    { .name = NULL },
};

int callback_check(const struct json *data, struct err_text *e) { return shape_check(data, shape, e); }

/* ---- projection ---- */

static int reset(struct db *db, const char *site, const char *id) {
    return row_delete(db, "DELETE FROM callback WHERE site = ? AND id = ?", site, id);
}

static int insert(struct db *db, const struct envelope *event, const char *questions, int64_t pos) {
    struct stmt *s = NULL;
    int64_t score = 0;
    const char *date = row_text(event->data, "date");
    int rc = db_prepare(db,
                        "INSERT INTO callback (pos, site, id, date, score, note, questions, next, at, at_ms, actor)"
                        " VALUES (?1, ?2, ?3, CASE WHEN ?4 = '' THEN substr(?9, 1, 10) ELSE ?4 END, ?5, ?6, ?7, ?8, ?9,"
                        " ?10, ?11) ON CONFLICT (site, id) DO NOTHING",
                        &s);
    if (rc < 0) return rc;
    (void)json_int(json_member(event->data, "score"), &score);
    stmt_bind_int(s, 1, pos);
    stmt_bind_text(s, 2, event->site);
    stmt_bind_text(s, 3, row_id(event));
    stmt_bind_text(s, 4, date);
    stmt_bind_int(s, 5, score);
    stmt_bind_text(s, 6, row_text(event->data, "note"));
    stmt_bind_text(s, 7, questions);
    stmt_bind_text(s, 8, row_text(event->data, "next"));
    stmt_bind_text(s, 9, event->time);
    stmt_bind_int(s, 10, row_ms(event));
    stmt_bind_text(s, 11, event->actor);
    return stmt_run(s);
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    struct buf questions;
    buf_init(&questions, ENVELOPE_MAX);
    int rc = row_json(event->data, "questions", "[]", &questions);
    if (rc == 0) rc = insert(db, event, questions.data, pos);
    buf_fini(&questions);
    if (rc < 0 || db_changes(db) > 0) return rc;
    return late_mark(db, event, "this call was told of before");
}

static const char *const tables[] = { "callback", NULL };
const struct subject_kind callback_kind = {
    .kind = "callback", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};

/* ---- what is posted ---- */

static int judge(struct post *p, struct journal *j, struct db *db, const struct json *data, struct json_out *made,
                 struct err_text *e) {
    char zone[PLAN_TZ_SIZE], today[TZ_DATE_SIZE];
    const char *next = row_text(data, "next");
    int rc = plan_timezone(db, p->site, journal_timezone(j), zone);
    if (rc < 0) return err_set(e, rc, "the plan cannot be read: %s", err_name(rc));
    tz_date(journal_zone_find(j, zone), clock_wall(), today);
    if (next[0] && strcmp(next, today) <= 0)
        return err_field(e, ERR_INVALID, "next", "next has to be after today, %s", today);
    json_put_text(made, "date", today);
    return 0;
}

/* In the words that were stored: they are masked. */
static int bring_questions(struct journal *j, struct db *db, const struct post *p, struct err_text *e) {
    struct envelope event = { 0 };
    int64_t pos;
    int rc = journal_find(db, p->site, p->id, &event, &pos);
    if (rc < 0) return err_set(e, rc, "the call cannot be read: %s", err_name(rc));
    const struct json *questions = json_member(event.data, "questions");
    for (size_t i = 0; rc == 0 && i < json_count(questions); i++)
        rc = question_bring(j, db, p->site, p->actor, p->id, json_text(json_at(questions, i)), e);
    envelope_fini(&event);
    return rc;
}

int callback_make(struct journal *j, struct db *db, struct post *p, const char *body, size_t n, struct appended *out,
                  struct buf *answer, struct err_text *e) {
    p->type = "callback-done";
    p->shape = shape;
    p->judge = judge;
    p->print = callback_print;
    int rc = post_event(j, db, p, body, n, out, answer, e);
    return rc < 0 ? rc : bring_questions(j, db, p, e);
}

/* ---- lists ---- */

#define CALLBACKS "SELECT pos, id, site, date, score, note, questions, next, at, actor FROM callback"

static int put(struct db *db, struct stmt *s, struct json_out *w, void *ctx) {
    const bool *names = ctx;
    json_open(w, NULL, '{');
    json_put_text(w, "id", stmt_text(s, 1));
    json_put_text(w, "site", stmt_text(s, 2));
    json_put_text(w, "date", stmt_text(s, 3));
    json_put_int(w, "score", stmt_int(s, 4));
    row_put(w, "note", stmt_text(s, 5));
    row_put_json(w, "questions", stmt_text(s, 6));
    row_put(w, "next", stmt_text(s, 7));
    json_put_text(w, "at", stmt_text(s, 8));
    int rc = person_put_actor(db, stmt_text(s, 2), stmt_text(s, 9), *names, w, "actor");
    json_close(w, '}');
    return rc < 0 ? rc : w->buf->error;
}

int callback_print(struct db *db, const char *site, const char *id, bool names, struct buf *out) {
    return listing_one(db, CALLBACKS " WHERE site = ? AND id = ?", site, id, put, &names, out);
}

int callback_list(struct db *db, const char *site, const char *before, int limit, bool names, struct buf *out,
                  struct err_text *e) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int64_t from;
    int rc = listing_before(before, &from, e);
    if (rc < 0) return rc;
    rc = site ? db_prepare(db, CALLBACKS " WHERE site = ?1 AND pos < ?2 ORDER BY pos DESC LIMIT ?3", &s)
              : db_prepare(db, CALLBACKS " WHERE ?1 IS NULL AND pos < ?2 ORDER BY pos DESC LIMIT ?3", &s);
    if (rc < 0) return err_set(e, rc, "the calls cannot be read: %s", db_message(db));
    stmt_bind_text(s, 1, site);
    stmt_bind_int(s, 2, from);
    stmt_bind_int(s, 3, limit + 1);
    return listing_print(db, s, "callbacks", limit, put, &names, out, e);
}
