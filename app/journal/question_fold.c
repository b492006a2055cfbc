/* SPDX-License-Identifier: MIT */
/* Questions' projection and its readers. */
#include "app/journal/question_private.h"

#include "app/journal/late.h"
#include "app/journal/listing.h"
#include "app/journal/person.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

static const char schema[] =
    "CREATE TABLE question (\n"
    "  -- What somebody wants to know. When it is due, and whether it is late, is asked of the site's clocks when it "
    "is read.\n"
    "  pos INTEGER PRIMARY KEY, -- of the first question-asked in this store\n"
    "  site TEXT NOT NULL, id TEXT NOT NULL,\n"
    "  state TEXT NOT NULL,         -- open answered\n"
    "  asker TEXT NOT NULL, asked_of TEXT NOT NULL, -- from and to: site customer designer office\n"
    "  text TEXT NOT NULL, again TEXT NOT NULL,     -- again: what was asked last, where it was opened anew; ''\n"
    "  stage TEXT NOT NULL, room TEXT NOT NULL, photos TEXT NOT NULL, -- photos: JSON\n"
    "  at TEXT NOT NULL, actor TEXT NOT NULL,       -- of the first\n"
    "  asked TEXT NOT NULL, asked_ms INTEGER NOT NULL, -- the last time\n"
    "  due_ms INTEGER NOT NULL,     -- by what was known when it was asked: for their order; 0: not said\n"
    "  rounds INTEGER NOT NULL,                     -- how often it was asked\n"
    "  answer TEXT NOT NULL, answer_photos TEXT NOT NULL, answered TEXT NOT NULL, answered_by TEXT NOT NULL,\n"
    "  answered_ms INTEGER NOT NULL,                -- 0: not since it was asked last\n"
    "  UNIQUE (site, id)\n"
    ") STRICT;\n"
    "CREATE INDEX question_site ON question (site); -- and pos, the row's number\n"
    "CREATE INDEX question_open ON question (site, due_ms) WHERE state = 'open';\n"
    "CREATE INDEX question_open_site ON question (site) WHERE state = 'open';\n"
    "CREATE INDEX question_open_pos ON question (pos) WHERE state = 'open';\n";

int question_now(struct db *db, const char *site, const char *id, struct question_now *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT state, asker, asked_of FROM question WHERE site = ? AND id = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    *out = (struct question_now){ .state = QUESTION_NONE };
    if (rc == 0) return 0;
    out->state = life_state(&question_life, stmt_text(s, 0));
    text_clip(out->from, sizeof out->from, stmt_text(s, 1));
    text_clip(out->to, sizeof out->to, stmt_text(s, 2));
    return 0;
}

/* ---- folding ---- */

static int reset(struct db *db, const char *site, const char *id) {
    return row_delete(db, "DELETE FROM question WHERE site = ? AND id = ?", site, id);
}

static int64_t due_ms(const struct envelope *event) {
    struct wall due = { 0 };
    return clock_parse(row_text(event->data, "due"), &due, NULL) == 0 ? due.ms : 0;
}

static int insert(struct db *db, const struct envelope *event, const char *photos, int64_t pos) {
    struct stmt *s = NULL;
    const struct json *d = event->data;
    int rc = db_prepare(db,
                        "INSERT INTO question (pos, site, id, state, asker, asked_of, text, again, stage, room, photos,"
                        " at, actor, asked, asked_ms, due_ms, rounds, answer, answer_photos, answered, answered_by,"
                        " answered_ms) VALUES (?1, ?2, ?3, 'open', ?4, ?5, ?6, '', ?7, ?8, ?9, ?10, ?11, ?10, ?12, ?13,"
                        " 1, '', '[]', '', '', 0) ON CONFLICT (site, id) DO NOTHING",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, pos);
    stmt_bind_text(s, 2, event->site);
    stmt_bind_text(s, 3, row_id(event));
    stmt_bind_text(s, 4, row_text(d, "from"));
    stmt_bind_text(s, 5, row_text(d, "to"));
    stmt_bind_text(s, 6, row_text(d, "text"));
    stmt_bind_text(s, 7, row_text(d, "stage"));
    stmt_bind_text(s, 8, row_text(d, "room"));
    stmt_bind_text(s, 9, photos);
    stmt_bind_text(s, 10, event->time);
    stmt_bind_text(s, 11, event->actor);
    stmt_bind_int(s, 12, row_ms(event));
    stmt_bind_int(s, 13, due_ms(event));
    rc = stmt_run(s);
    if (rc < 0 || db_changes(db) > 0) return rc;
    return late_mark(db, event, "this question was asked before");
}

static int open_again(struct db *db, const struct envelope *event) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "UPDATE question SET state = 'open', again = ?3, asked = ?4, asked_ms = ?5,"
                        " due_ms = ?6, rounds = rounds + 1, answered_ms = 0 WHERE site = ?1 AND id = ?2",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, row_id(event));
    stmt_bind_text(s, 3, row_text(event->data, "text"));
    stmt_bind_text(s, 4, event->time);
    stmt_bind_int(s, 5, row_ms(event));
    stmt_bind_int(s, 6, due_ms(event));
    return stmt_run(s);
}

static int answer(struct db *db, const struct envelope *event, const char *photos) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "UPDATE question SET state = 'answered', answer = ?3, answer_photos = ?4, answered = ?5,"
                        " answered_by = ?6, answered_ms = ?7 WHERE site = ?1 AND id = ?2",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, row_id(event));
    stmt_bind_text(s, 3, row_text(event->data, "text"));
    stmt_bind_text(s, 4, photos);
    stmt_bind_text(s, 5, event->time);
    stmt_bind_text(s, 6, event->actor);
    stmt_bind_int(s, 7, row_ms(event));
    return stmt_run(s);
}

static int fold_step(struct db *db, const struct envelope *event, const char *photos, int64_t pos) {
    struct question_now now;
    bool first = strcmp(event->type, "question-asked") == 0 && json_member(event->data, "to");
    if (first) return insert(db, event, photos, pos);
    int rc = question_now(db, event->site, row_id(event), &now);
    if (rc < 0 || now.state == QUESTION_NONE) return rc; /* the question is on its way, and folds this again */
    if (!life_step(&question_life, now.state, event->type))
        return late_mark(db, event,
                         now.state == QUESTION_OPEN ? "this question was open already"
                                                    : "this question was answered before");
    return strcmp(event->type, "question-asked") == 0 ? open_again(db, event) : answer(db, event, photos);
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    struct buf photos;
    buf_init(&photos, ENVELOPE_MAX);
    int rc = row_json(event->data, "photos", "[]", &photos);
    if (rc == 0) rc = fold_step(db, event, photos.data, pos);
    buf_fini(&photos);
    return rc;
}

static const char *const tables[] = { "question", NULL };
const struct subject_kind question_kind = {
    .kind = "question", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};

/* ---- reading ---- */

/* In the order of QUESTIONS. */
enum column {
    COL_POS,
    COL_ID,
    COL_SITE,
    COL_STATE,
    COL_FROM,
    COL_TO,
    COL_TEXT,
    COL_AGAIN,
    COL_STAGE,
    COL_ROOM,
    COL_PHOTOS,
    COL_AT,
    COL_ACTOR,
    COL_ASKED,
    COL_ASKED_MS,
    COL_ROUNDS,
    COL_ANSWER,
    COL_ANSWER_PHOTOS,
    COL_ANSWERED,
    COL_ANSWERED_BY,
    COL_ANSWERED_MS,
};
#define QUESTIONS                                                                                                      \
    "SELECT pos, id, site, state, asker, asked_of, text, again, stage, room, photos, at, actor, asked, asked_ms,"      \
    " rounds, answer, answer_photos, answered, answered_by, answered_ms FROM question"

struct shown {
    struct wall now;
    bool late; /* only those */
    struct person_names names;
    struct site_clocks clocks;
};

static int put_answer(struct db *db, struct stmt *s, struct person_names *names, struct json_out *w) {
    if (!stmt_text(s, COL_ANSWERED)[0]) {
        json_put_null(w, "answer");
        return 0;
    }
    json_open(w, "answer", '{');
    json_put_text(w, "text", stmt_text(s, COL_ANSWER));
    row_put_json(w, "photos", stmt_text(s, COL_ANSWER_PHOTOS));
    json_put_text(w, "at", stmt_text(s, COL_ANSWERED));
    int rc = person_names_put(names, db, stmt_text(s, COL_SITE), stmt_text(s, COL_ANSWERED_BY), w, "actor");
    json_close(w, '}');
    return rc;
}

static int put_question(struct db *db, struct stmt *s, struct json_out *w, void *ctx) {
    struct shown *v = ctx;
    const struct site_clock *clock;
    char due_text[CLOCK_TEXT_SIZE] = "";
    int64_t answered_ms = stmt_int(s, COL_ANSWERED_MS);
    int rc = site_clocks_find(&v->clocks, db, stmt_text(s, COL_SITE), &clock);
    if (rc < 0) return rc;
    bool customer = strcmp(stmt_text(s, COL_FROM), "customer") == 0;
    struct wall due = question_due(clock, customer, (struct wall){ stmt_int(s, COL_ASKED_MS) });
    bool late = due.ms && (answered_ms ? answered_ms > due.ms : v->now.ms >= due.ms);
    if (v->late && !late) return LISTING_SKIP;
    if (due.ms) clock_format(due, tz_offset_s(clock->tz, due), due_text);
    json_open(w, NULL, '{');
    json_put_text(w, "id", stmt_text(s, COL_ID));
    json_put_text(w, "site", stmt_text(s, COL_SITE));
    json_put_text(w, "state", stmt_text(s, COL_STATE));
    json_put_bool(w, "late", late);
    json_put_text(w, "from", stmt_text(s, COL_FROM));
    json_put_text(w, "to", stmt_text(s, COL_TO));
    json_put_text(w, "text", stmt_text(s, COL_TEXT));
    row_put(w, "again", stmt_text(s, COL_AGAIN));
    row_put(w, "stage", stmt_text(s, COL_STAGE));
    row_put(w, "room", stmt_text(s, COL_ROOM));
    row_put_json(w, "photos", stmt_text(s, COL_PHOTOS));
    row_put(w, "due", due_text);
    json_put_text(w, "asked", stmt_text(s, COL_ASKED));
    json_put_int(w, "rounds", stmt_int(s, COL_ROUNDS));
    rc = put_answer(db, s, &v->names, w);
    json_put_text(w, "at", stmt_text(s, COL_AT));
    if (rc == 0) rc = person_names_put(&v->names, db, stmt_text(s, COL_SITE), stmt_text(s, COL_ACTOR), w, "actor");
    json_close(w, '}');
    return rc < 0 ? rc : w->buf->error;
}

int question_print(struct db *db, const char *site, const char *id, bool names, struct buf *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct shown v = { .now = clock_wall(), .names.shown = names };
    struct json_out w;
    int rc = db_prepare(db, QUESTIONS " WHERE site = ? AND id = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    json_start(&w, out);
    rc = put_question(db, s, &w, &v);
    site_clocks_fini(&v.clocks);
    return rc;
}

#define FILTER                                                                                                         \
    " (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR asked_of = ?3) AND pos < ?4 AND (?7 = 0 OR asked_ms <= ?7) AND"    \
    " (?8 = 0 OR asked_of <> 'site')"
#define OPEN        " state = 'open' AND"
#define PAGE(which) QUESTIONS " WHERE" which " ORDER BY pos DESC LIMIT ?5"
#define OF_ALL      " ?1 IS NULL AND ?6 IS NULL AND"
#define OF_SITE                                                                                                        \
    " site = ?1 AND (?6 IS NULL OR EXISTS (SELECT 1 FROM person p WHERE p.site = ?1 AND p.id = ?6 AND p.active = 1))"  \
    " AND"
#define OF_MEMBER(filter) LISTING_OF_MEMBER("question", filter, "pos DESC", "?6", "?5")

/* By whose they are, and whether only what is open: each has its index in the order of the list. */
static const char *page_of(const struct question_query *q) {
    static const char *const pages[3][2] = { { PAGE(OF_ALL FILTER), PAGE(OF_ALL OPEN FILTER) },
                                             { PAGE(OF_SITE FILTER), PAGE(OF_SITE OPEN FILTER) },
                                             { PAGE(OF_MEMBER(FILTER)), PAGE(OF_MEMBER(OPEN FILTER)) } };
    return pages[q->site ? 1 : q->member ? 2 : 0][q->state && strcmp(q->state, "answered") != 0];
}

int question_list(struct db *db, const struct question_query *q, struct buf *out, struct err_text *e) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    bool late = q->state && strcmp(q->state, "late") == 0;
    struct shown v = { .now = q->now, .names.shown = q->names, .late = late };
    int64_t from;
    int rc = listing_before(q->before, &from, e);
    if (rc < 0) return rc;
    rc = db_prepare(db, page_of(q), &s);
    if (rc < 0) return err_set(e, rc, "the questions cannot be read: %s", db_message(db));
    stmt_bind_text(s, 1, q->site);
    stmt_bind_text(s, 2, late ? "open" : q->state);
    stmt_bind_text(s, 3, q->to);
    stmt_bind_int(s, 4, from);
    stmt_bind_int(s, 5, late ? -1 : q->limit + 1);
    stmt_bind_text(s, 6, q->member);
    stmt_bind_int(s, 7, q->asked_by.ms);
    stmt_bind_int(s, 8, q->for_office);
    rc = listing_print(db, s, "questions", q->limit, put_question, &v, out, e);
    site_clocks_fini(&v.clocks);
    return rc;
}
