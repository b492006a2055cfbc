/* SPDX-License-Identifier: MIT */
/* Starting and finishing timed tests: what has to be there, whether it is time, and what it came to. */
#include "app/journal/timed_test.h"

#include "app/journal/domain.h"
#include "app/journal/draft.h"
#include "app/journal/post.h"
#include "app/journal/row.h"
#include "app/journal/timed_test_private.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

struct posting {
    const struct timed_view *view;
    const char *id; /* of the test that is finished */
    int64_t left_s;
};

static int need_photo(const struct json *data, const char *name, const char *what, struct err_text *e) {
    if (json_count(json_member(data, name)) > 0) return 0;
    return err_field(e, ERR_UNSUPPORTED, name, "a photo %s belongs to it", what);
}

/* The value, in the limit's unit. */
static int get_value(const struct timed_limit *l, const struct json *data, const char *unit, double *out,
                     struct err_text *e) {
    double n = 0;
    *out = 0;
    if (!l->unit[0]) return 0;
    if (!json_number(json_member(data, "value"), &n))
        return err_field(e, ERR_INVALID, "value", "value is missing: what is read off, in %s", l->unit);
    if (!timed_limit_convert(l, unit, n, out))
        return err_field(e, ERR_INVALID, "unit", "unit has to be %s, or one that can be made of it", l->unit);
    return 0;
}

static void put_words(struct json_out *w, const char *name, const char *zh, const char *en) {
    json_open(w, name, '{');
    json_put_text(w, "zh", zh);
    json_put_text(w, "en", en);
    json_close(w, '}');
}

static void put_limit(const struct timed_limit *l, struct json_out *w) {
    char zh[TIMED_WORDS_SIZE], en[TIMED_WORDS_SIZE];
    timed_limit_words(l, zh, en);
    put_words(w, "limit", zh, en);
}

/* ---- start ---- */

static int check_running(struct db *db, const char *site, const char *kind, const char *stage, const char *room,
                         struct err_text *e) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT id FROM timed_test WHERE site = ? AND state = 'running' AND kind = ? AND stage = ?"
                        " AND room = ?",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, kind);
    stmt_bind_text(s, 3, stage);
    stmt_bind_text(s, 4, room);
    rc = stmt_step(s);
    if (rc != 1) return rc;
    return err_set(e, ERR_CONFLICT, "such a test runs there already: finish test %s first", stmt_text(s, 0));
}

static int unknown_kind(struct err_text *e) {
    char kinds[160] = "";
    size_t n = 0, at = 0;
    const struct timed_limit *all = timed_limit_all(&n);
    for (size_t i = 0; i < n && at < sizeof kinds; i++)
        at += (size_t)snprintf(kinds + at, sizeof kinds - at, "%s%s", i ? ", " : "", all[i].kind);
    return err_field(e, ERR_INVALID, "kind", "there is no such timed test; there are: %s", kinds);
}

static int judge_start(struct post *p, struct journal *j, struct db *db, const struct json *data, struct json_out *made,
                       struct err_text *e) {
    const char *room = row_text(data, "room"), *stage = row_text(data, "stage");
    struct timed_limit limit;
    const struct timed_limit *l = &limit;
    double value;
    (void)j;
    int rc = timed_limit_read(db, p->site, row_text(data, "kind"), &limit);
    if (rc == ERR_NOT_FOUND) return unknown_kind(e);
    if (rc < 0) return err_set(e, rc, "the checklist cannot be read: %s", err_name(rc));
    if (stage[0] && !domain_stage(stage)) return err_field(e, ERR_INVALID, "stage", "there is no stage %s", stage);
    if (l->ponding && (!room[0] || strcmp(room, "whole") == 0))
        return err_field(e, ERR_INVALID, "room", "a %s goes room by room: say which room", l->en);
    rc = get_value(l, data, row_text(data, "unit"), &value, e);
    if (rc == 0) rc = need_photo(data, "photos", "of its start, with the value to be read on it,", e);
    if (rc < 0) return rc;
    struct timed_run run = { .seconds = (int64_t)l->minutes * 60, .start = value, .end = value };
    if (timed_limit_judge(l, &run) & TIMED_START) {
        char zh[TIMED_WORDS_SIZE], en[TIMED_WORDS_SIZE];
        timed_fault_words(l, TIMED_START, &run, zh, en);
        return err_field(e, ERR_UNSUPPORTED, "value", "this %s %s %s", l->en, en, l->unit);
    }
    put_limit(l, made);
    return check_running(db, p->site, l->kind, stage[0] ? stage : l->stage, room, e);
}

/* The test as it is, to what was posted or is stored under its id. */
static int answer_with(struct db *db, const struct timed_view *view, const struct post *p, const char *id, int rc,
                       struct buf *answer, struct err_text *e) {
    if (rc != 0 && rc != ERR_EXISTS && !p->other) return rc;
    int printed = timed_test_print(db, view, id, answer);
    return printed < 0 ? err_set(e, printed, "the test cannot be read: %s", err_name(printed)) : rc;
}

int timed_test_start(struct journal *j, struct db *db, const struct timed_view *view, const char *actor,
                     const char *body, size_t n, struct appended *out, struct buf *answer, struct err_text *e) {
    struct posting k = { .view = view };
    struct post p = { .site = view->site,
                      .actor = actor,
                      .type = "timed-test-started",
                      .shape = timed_test_shape_started,
                      .judge = judge_start,
                      .ctx = &k };
    int rc = post_event(j, db, &p, body, n, out, answer, e);
    return answer_with(db, view, &p, p.id, rc, answer, e);
}

/* ---- finish ---- */

static void put_faults(const struct timed_limit *l, unsigned faults, const struct timed_run *run, struct json_out *w) {
    if (!faults) return;
    json_open(w, "faults", '[');
    for (unsigned bit = TIMED_SHORT; bit <= TIMED_LEAK; bit <<= 1) {
        char zh[TIMED_WORDS_SIZE], en[TIMED_WORDS_SIZE];
        if (!(faults & bit)) continue;
        timed_fault_words(l, (enum timed_fault)bit, run, zh, en);
        put_words(w, NULL, zh, en);
    }
    json_close(w, ']');
}

static int too_early(struct posting *k, const struct timed_limit *l, int64_t seconds, enum timed_how how,
                     struct err_text *e) {
    k->left_s = (int64_t)l->minutes * 60 - seconds;
    return err_set(e, ERR_UNSUPPORTED, "it is too early: %lld of %d minutes have passed%s, %lld s are left",
                   (long long)(seconds / 60), l->minutes,
                   how == TIMED_PROVABLE ? " for certain, the clock having been without time in between" : "",
                   (long long)k->left_s);
}

static void put_result(const struct timed_row *row, const struct timed_limit *l, const struct timed_run *run,
                       enum timed_how how, struct json_out *made) {
    unsigned faults = timed_limit_judge(l, run);
    json_put_text(made, "kind", row->kind);
    json_put_text(made, "stage", row->stage);
    if (row->room[0]) json_put_text(made, "room", row->room);
    json_put_text(made, "result", faults ? "fail" : "pass");
    json_put_int(made, "seconds", run->seconds);
    json_put_text(made, "how", timed_how_name(how));
    put_limit(l, made);
    put_faults(l, faults, run, made);
}

/* What is read off at the end, with its photos. */
static int read_end(const struct timed_limit *l, const struct timed_row *row, const struct json *data,
                    struct timed_run *run, struct err_text *e) {
    const char *unit = row_text(data, "unit");
    int rc = get_value(l, data, unit[0] ? unit : row->unit, &run->end, e);
    if (rc == 0) rc = need_photo(data, "photos", "of its end, with the value to be read on it,", e);
    if (rc == 0 && l->ponding) rc = need_photo(data, "below_photos", "of the ceiling below", e);
    if (rc < 0) return rc;
    (void)json_bool(json_member(data, "leak"), &run->leak);
    if (!timed_limit_convert(l, row->unit, row->value, &run->start)) run->start = row->value;
    return 0;
}

static int judge_finish(struct post *p, struct journal *j, struct db *db, const struct json *data,
                        struct json_out *made, struct err_text *e) {
    struct posting *k = p->ctx;
    struct timed_row row;
    struct timed_moment now;
    struct timed_run run = { 0 };
    struct timed_limit limit;
    const struct timed_limit *l = &limit;
    enum timed_how how;
    char writer[NAME_SIZE];
    (void)j;
    int rc = timed_row_read(db, p->site, k->id, &row);
    if (rc == ERR_NOT_FOUND) return err_set(e, rc, "there is no test %s", k->id);
    if (rc < 0) return rc;
    if (strcmp(row.state, "running") != 0) {
        memcpy(p->allowed, "[]", 3);
        return err_set(e, ERR_CONFLICT, "this test was finished already: it %s", row.state);
    }
    rc = timed_limit_read(db, p->site, row.kind, &limit);
    if (rc == ERR_NOT_FOUND) return err_set(e, ERR_UNSUPPORTED, "a %s is not known to this program", row.kind);
    if (rc < 0) return err_set(e, rc, "the checklist cannot be read: %s", err_name(rc));
    rc = read_end(l, &row, data, &run, e);
    if (rc < 0) return rc;
    rc = timed_row_now(db, k->view, writer, &now);
    if (rc == 0) rc = timed_row_elapsed(db, p->site, &row, &now, &run.seconds, &how);
    if (rc < 0) return err_set(e, rc, "how long it has run cannot be read: %s", err_name(rc));
    if (timed_limit_judge(l, &run) == TIMED_SHORT) return too_early(k, l, run.seconds, how, e);
    put_result(&row, l, &run, how, made);
    rc = timed_row_put_dark(db, p->site, &row, made, "dark");
    return rc < 0 ? err_set(e, rc, "the outages cannot be read: %s", err_name(rc)) : 0;
}

int timed_test_finish(struct journal *j, struct db *db, const struct timed_view *view, const char *id,
                      const char *actor, const char *body, size_t n, int64_t *left_s, struct appended *out,
                      struct buf *answer, struct err_text *e) {
    struct posting k = { .view = view, .id = id };
    struct post p = { .site = view->site,
                      .actor = actor,
                      .type = "timed-test-finished",
                      .subject_id = id,
                      .shape = timed_test_shape_finished,
                      .judge = judge_finish,
                      .ctx = &k };
    int rc = post_event(j, db, &p, body, n, out, answer, e);
    *left_s = k.left_s;
    if (rc == 0) rc = draft_delete(db, view->site, "test", id);
    return answer_with(db, view, &p, id, rc, answer, e);
}
