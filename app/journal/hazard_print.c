/* SPDX-License-Identifier: MIT */
/* Hazards for readers: one, and pages of them. */
#include "app/journal/hazard_private.h"

#include "app/journal/hazard_read.h"
#include "app/journal/listing.h"
#include "app/journal/person.h"
#include "app/journal/photo.h"
#include "app/journal/plan.h"
#include "app/journal/timeline.h"
#include "firmware/base/cleanup.h"

#include <stdio.h>
#include <string.h>

/* Bytes: of the keys of 200 rows, photos and all. */
#define KEYS_MAX (1024u * 1024u)

static const char *or_null(const char *text) { return text[0] ? text : NULL; }

static void put_list(struct json_out *w, const char *name, const char *list) {
    json_put_raw(w, name, list, strlen(list));
}

static void put_instant(struct json_out *w, const char *name, struct wall at, int32_t offset_s) {
    char text[CLOCK_TEXT_SIZE];
    if (at.ms) clock_format(at, offset_s, text);
    json_put_text(w, name, at.ms ? text : NULL);
}

static void put_what(struct stmt *s, const struct hazard_times *t, struct json_out *w) {
    json_put_text(w, "id", stmt_text(s, HAZARD_COL_ID));
    json_put_text(w, "site", stmt_text(s, HAZARD_COL_SITE));
    json_put_text(w, "board", stmt_text(s, HAZARD_COL_BOARD));
    json_put_text(w, "state", stmt_text(s, HAZARD_COL_STATE));
    json_put_text(w, "severity", stmt_text(s, HAZARD_COL_SEVERITY));
    json_put_text(w, "stage", or_null(stmt_text(s, HAZARD_COL_STAGE)));
    json_put_text(w, "room", or_null(stmt_text(s, HAZARD_COL_ROOM)));
    json_put_text(w, "phrase", or_null(stmt_text(s, HAZARD_COL_PHRASE)));
    if (stmt_is_null(s, HAZARD_COL_N))
        json_put_null(w, "n");
    else
        json_put_int(w, "n", stmt_int(s, HAZARD_COL_N));
    json_put_text(w, "text", stmt_text(s, HAZARD_COL_TEXT));
    json_put_text(w, "text_en", or_null(stmt_text(s, HAZARD_COL_TEXT_EN)));
    json_put_text(w, "note", or_null(stmt_text(s, HAZARD_COL_NOTE)));
    json_put_text(w, "due", stmt_text(s, HAZARD_COL_DUE));
    put_instant(w, "due_at", t->due, t->offset_s);
    put_instant(w, "warn_at", t->warn, t->offset_s);
    json_put_bool(w, "overdue", t->overdue);
    put_list(w, "photos", stmt_text(s, HAZARD_COL_PHOTOS));
}

/* {"at","actor","note","photos"}, or null where it did not happen. by: the column of the actor. */
static int put_deed(struct db *db, struct stmt *s, const char *name, enum hazard_col at, enum hazard_col by,
                    enum hazard_col note, enum hazard_col photos, struct person_names *people, struct json_out *w) {
    if (!stmt_text(s, (int)at)[0]) {
        json_put_null(w, name);
        return 0;
    }
    json_open(w, name, '{');
    json_put_text(w, "at", stmt_text(s, (int)at));
    int rc = person_names_put(people, db, stmt_text(s, HAZARD_COL_SITE), stmt_text(s, (int)by), w, "actor");
    json_put_text(w, "note", or_null(stmt_text(s, (int)note)));
    put_list(w, "photos", stmt_text(s, (int)photos));
    json_close(w, '}');
    return rc;
}

static int put_assignee(struct db *db, struct stmt *s, bool names, struct json_out *w) {
    const char *id = stmt_text(s, HAZARD_COL_ASSIGNEE);
    struct person person = { 0 };
    int rc = id[0] && names ? person_find(db, stmt_text(s, HAZARD_COL_SITE), id, &person) : 0;
    json_put_text(w, "assignee", or_null(id));
    json_put_text(w, "assignee_name", or_null(person.name));
    return rc == ERR_NOT_FOUND ? 0 : rc;
}

static int put_who(struct db *db, struct stmt *s, struct person_names *people, struct json_out *w) {
    json_open(w, "raised", '{');
    json_put_text(w, "at", stmt_text(s, HAZARD_COL_RAISED_AT));
    int rc =
        person_names_put(people, db, stmt_text(s, HAZARD_COL_SITE), stmt_text(s, HAZARD_COL_RAISED_BY), w, "actor");
    json_close(w, '}');
    if (rc == 0) rc = put_assignee(db, s, people->shown, w);
    if (rc == 0)
        rc = put_deed(db, s, "rectified", HAZARD_COL_RECTIFIED_AT, HAZARD_COL_RECTIFIED_BY, HAZARD_COL_RECTIFY_NOTE,
                      HAZARD_COL_AFTER, people, w);
    json_open(w, "rejected", '{');
    json_put_int(w, "times", stmt_int(s, HAZARD_COL_REJECTED));
    json_put_text(w, "note", or_null(stmt_text(s, HAZARD_COL_REJECT_NOTE)));
    json_close(w, '}');
    if (rc == 0)
        rc = put_deed(db, s, "verified", HAZARD_COL_CLOSED_AT, HAZARD_COL_CLOSED_BY, HAZARD_COL_CLOSE_NOTE,
                      HAZARD_COL_CLOSE_PHOTOS, people, w);
    return rc;
}

/* ---- rows, with their histories and the records of their photos ---- */

struct reader {
    struct wall now;
    struct person_names people;
    struct buf
        keys; /* ["site","hazard/…",[photos],[photos],[photos]] of each row: what goes with them is asked for by these */
    struct timeline_histories *histories;
    struct listing_kin pictures;
    int64_t row;  /* that is printed next */
    bool overdue; /* only those */
    struct site_clocks clocks;
};

static void reader_init(struct reader *r, struct wall now, bool names) {
    *r = (struct reader){ .now = now, .people.shown = names };
    buf_init(&r->keys, KEYS_MAX);
}

static void reader_fini(struct reader *r) {
    timeline_histories_destroy(r->histories);
    listing_kin_fini(&r->pictures);
    site_clocks_fini(&r->clocks);
    buf_fini(&r->keys);
}

/* What is overdue by the site's clocks, no statement knows. */
static int is_shown(struct reader *r, struct db *db, struct stmt *s, bool *out) {
    struct hazard_times times = { .overdue = true };
    int rc = r->overdue ? hazard_times(&r->clocks, db, s, r->now, &times) : 0;
    if (rc == 0) *out = times.overdue;
    return rc;
}

static int put_key(struct db *db, struct stmt *s, struct json_out *w, void *ctx) {
    char subject[ENVELOPE_SUBJECT_SIZE];
    struct reader *r = ctx;
    bool shown = true;
    int rc = is_shown(r, db, s, &shown);
    if (rc < 0 || !shown) return rc < 0 ? rc : LISTING_SKIP;
    (void)snprintf(subject, sizeof subject, "hazard/%s", stmt_text(s, HAZARD_COL_ID));
    json_open(w, NULL, '[');
    json_put_text(w, NULL, stmt_text(s, HAZARD_COL_SITE));
    json_put_text(w, NULL, subject);
    put_list(w, NULL, stmt_text(s, HAZARD_COL_PHOTOS));
    put_list(w, NULL, stmt_text(s, HAZARD_COL_AFTER));
    put_list(w, NULL, stmt_text(s, HAZARD_COL_CLOSE_PHOTOS));
    json_close(w, ']');
    return w->buf->error;
}

/* Asks for what goes with the first rows of s, and resets it. */
static int reader_start(struct reader *r, struct db *db, struct stmt *s, int limit) {
    int rc = listing_keys(db, s, limit, put_key, r, &r->keys);
    if (rc == 0)
        rc = timeline_histories_create(db, r->keys.data, r->people.shown ? 0 : TIMELINE_HIDE_NAMES, &r->histories);
    return rc < 0 ? rc : photo_kin(db, r->keys.data, &r->pictures);
}

static int put_row(struct db *db, struct stmt *s, struct json_out *w, void *ctx) {
    struct reader *r = ctx;
    char allowed[LIFE_ALLOWED_SIZE];
    struct hazard_times times;
    int rc = hazard_times(&r->clocks, db, s, r->now, &times);
    if (rc < 0) return rc;
    if (r->overdue && !times.overdue) return LISTING_SKIP;
    json_open(w, NULL, '{');
    put_what(s, &times, w);
    rc = put_who(db, s, &r->people, w);
    life_allowed(&hazard_life, life_state(&hazard_life, stmt_text(s, HAZARD_COL_STATE)), allowed);
    put_list(w, "allowed", allowed);
    if (rc == 0) rc = photo_kin_put(db, &r->pictures, r->row, r->people.shown, w, "pictures");
    if (rc == 0) rc = timeline_histories_put(r->histories, r->row, w, "history");
    json_close(w, '}');
    r->row++;
    return rc < 0 ? rc : w->buf->error;
}

/* ---- one ---- */

static int select_one(struct db *db, const char *site, const char *id, struct stmt **s) {
    int rc = db_prepare(db, "SELECT " HAZARD_COLUMNS " FROM hazard WHERE site = ? AND id = ?", s);
    if (rc < 0) return rc;
    stmt_bind_text(*s, 1, site);
    stmt_bind_text(*s, 2, id);
    return 0;
}

int hazard_print(struct db *db, const char *site, const char *id, struct wall now, bool names, struct buf *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    CLEANUP(reader_fini) struct reader r;
    struct json_out w;
    reader_init(&r, now, names);
    int rc = select_one(db, site, id, &s);
    if (rc == 0) rc = reader_start(&r, db, s, 1);
    if (rc == 0) rc = select_one(db, site, id, &s);
    if (rc == 0) rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    json_start(&w, out);
    return put_row(db, s, &w, &r);
}

/* ---- many ---- */

static bool is_severity(const char *text) {
    for (size_t i = 0; hazard_severity_words[i]; i++)
        if (strcmp(hazard_severity_words[i], text) == 0) return true;
    return false;
}

static int check_query(const struct hazard_query *q, struct err_text *e) {
    if (q->state && strcmp(q->state, "open") != 0 && life_state(&hazard_life, q->state) <= HAZARD_UNKNOWN)
        return err_field(e, ERR_INVALID, "state", "state is open, raised, assigned, rectified or verified");
    if (q->severity && !is_severity(q->severity))
        return err_field(e, ERR_INVALID, "severity", "severity is notice, serious or stop_work");
    return 0;
}

#define FILTER                                                                                                         \
    " (?3 IS NULL OR CASE ?3 WHEN 'open' THEN state <> 'verified' ELSE state = ?3 END)"                                \
    " AND (?4 IS NULL OR severity = ?4) AND (?5 IS NULL OR stage = ?5) AND (?6 IS NULL OR room = ?6)"                  \
    " AND (?7 IS NULL OR assignee = ?7) AND (?8 = 0 OR (due_ms <= ?8 AND state IN ('raised', 'assigned')))"            \
    " AND pos < ?9"
#define OPEN        " state <> 'verified' AND"
#define PAGE(which) "SELECT " HAZARD_COLUMNS " FROM hazard WHERE" which " ORDER BY pos DESC LIMIT ?10"
#define OF_ALL      " ?1 IS NULL AND ?2 IS NULL AND"
#define OF_ASSIGNEE OF_ALL " assignee = ?7 AND assignee <> '' AND"
#define OF_SITE                                                                                                        \
    " site = ?1 AND (?2 IS NULL OR EXISTS (SELECT 1 FROM person p WHERE p.site = ?1 AND p.id = ?2 AND p.active = 1))"  \
    " AND"
#define OF_MEMBER(filter) LISTING_OF_MEMBER("hazard", filter, "pos DESC", "?2", "?10")

enum scope { SCOPE_ALL, SCOPE_ASSIGNEE, SCOPE_SITE, SCOPE_MEMBER, SCOPE_COUNT };

/* By whose they are, and whether only what is open: each has its index in the order of the list. */
static const char *const pages[SCOPE_COUNT][2] = {
    [SCOPE_ALL] = { PAGE(OF_ALL FILTER), PAGE(OF_ALL OPEN FILTER) },
    [SCOPE_ASSIGNEE] = { PAGE(OF_ASSIGNEE FILTER), PAGE(OF_ASSIGNEE OPEN FILTER) },
    [SCOPE_SITE] = { PAGE(OF_SITE FILTER), PAGE(OF_SITE OPEN FILTER) },
    [SCOPE_MEMBER] = { PAGE(OF_MEMBER(FILTER)), PAGE(OF_MEMBER(OPEN FILTER)) },
};

static const char *page_of(const struct hazard_query *q) {
    enum scope scope = q->site ? SCOPE_SITE : q->member ? SCOPE_MEMBER : q->assignee ? SCOPE_ASSIGNEE : SCOPE_ALL;
    return pages[scope][q->overdue || (q->state && strcmp(q->state, "verified") != 0)];
}

int hazard_select(struct db *db, const struct hazard_query *q, int limit, struct stmt **out, struct err_text *e) {
    struct stmt *s = NULL;
    int64_t before;
    int rc = check_query(q, e);
    if (rc == 0) rc = listing_before(q->before, &before, e);
    if (rc < 0) return rc;
    rc = db_prepare(db, page_of(q), &s);
    if (rc < 0) return err_set(e, rc, "the hazards cannot be read: %s", db_message(db));
    stmt_bind_text(s, 1, q->site);
    stmt_bind_text(s, 2, q->member);
    stmt_bind_text(s, 3, q->state);
    stmt_bind_text(s, 4, q->severity);
    stmt_bind_text(s, 5, q->stage);
    stmt_bind_text(s, 6, q->room);
    stmt_bind_text(s, 7, q->assignee);
    stmt_bind_int(s, 8, q->overdue ? q->now.ms : 0);
    stmt_bind_int(s, 9, before);
    stmt_bind_int(s, 10, q->overdue ? -1 : limit); /* a clock stands still: what is set for later is due no sooner */
    *out = s;
    return 0;
}

int hazard_list(struct db *db, const struct hazard_query *q, struct buf *out, struct err_text *e) {
    CLEANUP(reader_fini) struct reader r;
    struct stmt *s = NULL;
    reader_init(&r, q->now, q->names);
    r.overdue = q->overdue;
    int rc = hazard_select(db, q, q->limit, &s, e);
    if (rc < 0) return rc;
    rc = reader_start(&r, db, s, q->limit);
    if (rc < 0) return err_set(e, rc, "the hazards cannot be read: %s", db_message(db));
    rc = hazard_select(db, q, q->limit + 1, &s, e);
    return rc < 0 ? rc : listing_print(db, s, "hazards", q->limit, put_row, &r, out, e);
}
