/* SPDX-License-Identifier: MIT */
/* Timed tests as readers see them: what runs, how long still, and what was the matter in between. */
#include "app/journal/listing.h"
#include "app/journal/person.h"
#include "app/journal/timed_test_private.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"
#include "firmware/base/tz.h"

#include <stdio.h>
#include <string.h>

enum { /* columns of TIMED_TEST_COLUMNS that the row does not hold */
       COL_BY = 10,
       COL_PHOTOS = 15,
       COL_NOTE,
       COL_FINISHED,
       COL_FINISHED_BY,
       COL_END,
       COL_SECONDS,
       COL_HOW,
       COL_DARK,
       COL_FAULTS,
       COL_BELOW,
       COL_END_PHOTOS,
       COL_END_NOTE,
       COL_JUDGED_BY
};

struct printing {
    const struct timed_view *view;
    struct timed_moment now;
    char writer[NAME_SIZE];
};

static void put_number(struct json_out *w, const char *name, double value) {
    char text[40];
    int n = snprintf(text, sizeof text, "%.6g", value);
    json_put_raw(w, name, text, (size_t)n);
}

static void put_list(struct json_out *w, const char *name, const char *list) {
    json_put_raw(w, name, list, strlen(list));
}

static void put_pair(struct json_out *w, const char *name, const char *zh, const char *en) {
    json_open(w, name, '{');
    json_put_text(w, "zh", zh);
    json_put_text(w, "en", en);
    json_close(w, '}');
}

static int begin(struct db *db, const struct timed_view *view, struct printing *p) {
    p->view = view;
    return timed_row_now(db, view, p->writer, &p->now);
}

/* ---- one ---- */

/* When it may be finished: now and what is left. With the offset that its start has. */
static void put_may_at(struct json_out *w, const struct timed_row *row, struct wall now, int64_t left_s) {
    char text[CLOCK_TEXT_SIZE];
    struct wall at;
    int32_t east_s = 0;
    if (clock_parse(row->started, &at, &east_s) < 0) east_s = 0;
    clock_format((struct wall){ now.ms + left_s * 1000 }, east_s, text);
    json_put_text(w, "may_finish", text);
}

static int put_running(struct db *db, struct printing *p, const struct timed_row *row, const struct timed_limit *l,
                       struct json_out *w) {
    int64_t seconds = 0;
    enum timed_how how;
    int rc = timed_row_elapsed(db, p->view->site, row, &p->now, &seconds, &how);
    if (rc < 0) return rc;
    int64_t least = l ? (int64_t)l->minutes * 60 : 0, left = least > seconds ? least - seconds : 0;
    json_put_int(w, "seconds", seconds);
    json_put_text(w, "how", timed_how_name(how));
    json_put_int(w, "remaining_s", left);
    put_may_at(w, row, p->now.at, left);
    return timed_row_put_dark(db, p->view->site, row, w, "dark");
}

static int put_finished(struct db *db, struct printing *p, struct stmt *s, struct json_out *w) {
    json_put_int(w, "seconds", stmt_int(s, COL_SECONDS));
    json_put_text(w, "how", stmt_text(s, COL_HOW));
    json_put_int(w, "remaining_s", 0);
    put_list(w, "dark", stmt_text(s, COL_DARK));
    json_open(w, "end", '{');
    json_put_text(w, "at", stmt_text(s, COL_FINISHED));
    int rc = person_put_actor(db, p->view->site, stmt_text(s, COL_FINISHED_BY), p->view->names, w, "by");
    put_number(w, "value", stmt_double(s, COL_END));
    put_list(w, "photos", stmt_text(s, COL_END_PHOTOS));
    put_list(w, "below_photos", stmt_text(s, COL_BELOW));
    put_list(w, "faults", stmt_text(s, COL_FAULTS));
    if (stmt_text(s, COL_END_NOTE)[0]) json_put_text(w, "note", stmt_text(s, COL_END_NOTE));
    json_close(w, '}');
    return rc;
}

static int put_start(struct db *db, struct printing *p, struct stmt *s, const struct timed_row *row,
                     struct json_out *w) {
    json_put_text(w, "started", row->started[0] ? row->started : NULL);
    int rc = person_put_actor(db, p->view->site, stmt_text(s, COL_BY), p->view->names, w, "by");
    json_put_text(w, "clock", row->clock);
    put_number(w, "value", row->value);
    put_list(w, "photos", stmt_text(s, COL_PHOTOS));
    if (stmt_text(s, COL_NOTE)[0]) json_put_text(w, "note", stmt_text(s, COL_NOTE));
    return rc;
}

/* What it was judged by; while it runs, what it will be. */
static void put_limit(const struct timed_limit *l, const char *judged_by, struct json_out *w) {
    char zh[TIMED_WORDS_SIZE] = "", en[TIMED_WORDS_SIZE] = "";
    if (judged_by[0]) {
        put_list(w, "limit", judged_by);
        return;
    }
    if (l) timed_limit_words(l, zh, en);
    put_pair(w, "limit", zh, en);
}

static void put_warnings(const struct timed_limit *l, const struct timed_row *row, struct json_out *w) {
    char zh[TIMED_WORDS_SIZE], en[TIMED_WORDS_SIZE];
    double start = row->value;
    json_open(w, "warnings", '[');
    if (l && timed_limit_convert(l, row->unit, row->value, &start) && timed_limit_odd(l, start, zh, en))
        put_pair(w, NULL, zh, en);
    json_close(w, ']');
}

static int put_test(struct db *db, struct stmt *s, struct json_out *w, void *ctx) {
    struct printing *p = ctx;
    struct timed_row row;
    struct timed_limit limit;
    timed_row_get(s, &row);
    int rc = timed_limit_read(db, p->view->site, row.kind, &limit);
    if (rc < 0 && rc != ERR_NOT_FOUND) return rc;
    const struct timed_limit *l = rc == 0 ? &limit : NULL;
    json_open(w, NULL, '{');
    json_put_text(w, "id", row.id);
    json_put_text(w, "kind", row.kind);
    json_put_text(w, "zh", l ? l->zh : row.kind);
    json_put_text(w, "en", l ? l->en : row.kind);
    json_put_text(w, "stage", row.stage);
    json_put_text(w, "room", row.room[0] ? row.room : NULL);
    json_put_text(w, "state", row.state);
    json_put_text(w, "unit", row.unit[0] ? row.unit : l ? l->unit : "");
    put_limit(l, stmt_text(s, COL_JUDGED_BY), w);
    put_warnings(l, &row, w);
    json_put_int(w, "least_s", l ? (int64_t)l->minutes * 60 : 0);
    json_put_bool(w, "below", l && l->ponding);
    rc = put_start(db, p, s, &row, w);
    if (rc == 0 && strcmp(row.state, "running") == 0)
        rc = put_running(db, p, &row, l, w);
    else if (rc == 0)
        rc = put_finished(db, p, s, w);
    json_close(w, '}');
    return rc;
}

int timed_test_print(struct db *db, const struct timed_view *view, const char *id, struct buf *out) {
    struct printing p;
    int rc = begin(db, view, &p);
    if (rc < 0) return rc;
    return listing_one(db, "SELECT " TIMED_TEST_COLUMNS " FROM timed_test WHERE site = ? AND id = ?", view->site, id,
                       put_test, &p, out);
}

#define PAGE(which)                                                                                                    \
    "SELECT " TIMED_TEST_COLUMNS " FROM timed_test WHERE site = ?1" which                                              \
    " AND pos < ?2 AND (?3 IS NULL OR state = ?3) ORDER BY pos DESC LIMIT ?4"

int timed_test_list(struct db *db, const struct timed_view *view, const char *state, const char *before, int limit,
                    struct buf *out, struct err_text *e) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct printing p;
    int64_t from;
    int rc = listing_before(before, &from, e);
    if (rc < 0) return rc;
    rc = begin(db, view, &p);
    if (rc == 0)
        rc = state && strcmp(state, "running") == 0 ? db_prepare(db, PAGE(" AND state = 'running'"), &s)
                                                    : db_prepare(db, PAGE(""), &s);
    if (rc < 0) return err_set(e, rc, "the tests cannot be read: %s", db_message(db));
    stmt_bind_text(s, 1, view->site);
    stmt_bind_int(s, 2, from);
    stmt_bind_text(s, 3, state);
    stmt_bind_int(s, 4, limit + 1);
    return listing_print(db, s, "tests", limit, put_test, &p, out, e);
}

/* ---- for gates and the home screen ---- */

int timed_test_newest(struct db *db, const char *site, struct stage_test **tests, size_t *n) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    CLEANUP(free_ptr) struct stage_test *list = NULL;
    size_t count = 0;
    int rc = db_prepare(db,
                        "SELECT kind, stage, room, state, max(pos) FROM timed_test WHERE site = ?"
                        " GROUP BY stage, room, kind ORDER BY stage, room, kind",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    while ((rc = stmt_step(s)) == 1) {
        struct stage_test *more = count % 16 == 0 ? realloc(list, (count + 16) * sizeof *list) : list;
        if (!more) return ERR_NOMEM;
        list = more;
        struct stage_test *t = &list[count++];
        const char *state = stmt_text(s, 3);
        *t = (struct stage_test){ .state = strcmp(state, "running") == 0  ? STAGE_TEST_RUNNING
                                           : strcmp(state, "passed") == 0 ? STAGE_TEST_PASSED
                                                                          : STAGE_TEST_FAILED };
        text_clip(t->kind, sizeof t->kind, stmt_text(s, 0));
        text_clip(t->stage, sizeof t->stage, stmt_text(s, 1));
        text_clip(t->room, sizeof t->room, stmt_text(s, 2));
    }
    if (rc < 0) return rc;
    *tests = STEAL_PTR(list);
    *n = count;
    return 0;
}

int timed_test_running(struct db *db, const struct timed_view *view, struct timed_running *out, size_t max, size_t *n) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct printing p;
    *n = 0;
    int rc = begin(db, view, &p);
    if (rc == 0)
        rc = db_prepare(db,
                        "SELECT " TIMED_TEST_COLUMNS " FROM timed_test WHERE site = ? AND state = 'running'"
                        " ORDER BY pos LIMIT ?",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, view->site);
    stmt_bind_int(s, 2, (int64_t)max);
    while ((rc = stmt_step(s)) == 1) {
        struct timed_row row;
        struct timed_running *r = &out[(*n)++];
        struct timed_limit limit;
        int64_t seconds = 0;
        enum timed_how how;
        timed_row_get(s, &row);
        rc = timed_limit_read(db, view->site, row.kind, &limit);
        if (rc < 0 && rc != ERR_NOT_FOUND) return rc;
        int64_t least = rc == 0 ? (int64_t)limit.minutes * 60 : 0;
        rc = timed_row_elapsed(db, view->site, &row, &p.now, &seconds, &how);
        if (rc < 0) return rc;
        *r = (struct timed_running){ .left_s = least > seconds ? least - seconds : 0 };
        r->due = (struct wall){ view->now.ms + r->left_s * 1000 };
        text_clip(r->id, sizeof r->id, row.id);
        text_clip(r->kind, sizeof r->kind, row.kind);
        text_clip(r->stage, sizeof r->stage, row.stage);
        text_clip(r->room, sizeof r->room, row.room);
    }
    return rc;
}
