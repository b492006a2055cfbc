/* SPDX-License-Identifier: MIT */
/* Stages as readers see them: the plan, how it really goes, what stands in the way, and what the reader may do about it. */
#include "app/journal/confirmation.h"
#include "app/journal/daylog.h"
#include "app/journal/domain.h"
#include "app/journal/person.h"
#include "app/journal/stage_late.h"
#include "app/journal/stage_private.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

/* The photos of a step, as JSON. */
struct row_photos {
    char key[41], room[41];
    char *list; /* owned */
};

struct printing {
    struct db *db;
    const struct stage_view *view;
    struct stage_book book;
    struct json_out w;
    struct person_names people;
    struct row_photos *photos; /* owned */
    size_t photo_count;
};

/* ---- parts ---- */

static void put_words(struct json_out *w, const char *name, const char *zh, const char *en) {
    if (!zh[0] && !en[0]) {
        json_put_null(w, name);
        return;
    }
    json_open(w, name, '{');
    json_put_text(w, "zh", zh);
    json_put_text(w, "en", en);
    json_close(w, '}');
}

static int put_mark(struct printing *p, const char *name, const struct stage_mark *m, const char *reason) {
    if (!m->at[0]) {
        json_put_null(&p->w, name);
        return 0;
    }
    json_open(&p->w, name, '{');
    json_put_text(&p->w, "at", m->at);
    int rc = person_names_put(&p->people, p->db, p->view->site, m->by, &p->w, "by");
    if (reason) json_put_text(&p->w, "reason", reason);
    json_close(&p->w, '}');
    return rc;
}

/* What stands in the way of its next step: of the start, or of the gate. */
static void put_missing(struct printing *p, const struct stage_row *row) {
    struct stage_site site = stage_book_site(&p->book);
    struct stage_lacks lacks = { .count = 0 };
    if (row->seen.state == STAGE_PLANNED)
        stage_gate_start(&site, row->seen.key, row->seen.room, &lacks);
    else if (row->seen.state != STAGE_ACCEPTED)
        stage_gate_accept(&site, row->seen.key, row->seen.room, &lacks);
    json_open(&p->w, "missing", '[');
    for (size_t i = 0; i < lacks.count; i++) {
        json_open(&p->w, NULL, '{');
        json_put_bool(&p->w, "hard", lacks.list[i].hard);
        json_put_text(&p->w, "zh", lacks.list[i].zh);
        json_put_text(&p->w, "en", lacks.list[i].en);
        json_close(&p->w, '}');
    }
    json_close(&p->w, ']');
}

static void free_photos(struct printing *p) {
    for (size_t i = 0; i < p->photo_count; i++) free(p->photos[i].list);
    free(p->photos);
}

/* Of all rows at once. */
static int read_photos(struct printing *p) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(p->db, "SELECT key, room, photos FROM stage WHERE site = ? AND photos <> '[]'", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, p->view->site);
    while ((rc = stmt_step(s)) == 1) {
        size_t n = p->photo_count;
        struct row_photos *more = n % 16 == 0 ? realloc(p->photos, (n + 16) * sizeof *more) : p->photos;
        if (!more) return ERR_NOMEM;
        p->photos = more;
        text_clip(more[n].key, sizeof more[n].key, stmt_text(s, 0));
        text_clip(more[n].room, sizeof more[n].room, stmt_text(s, 1));
        more[n].list = strdup(stmt_text(s, 2));
        if (!more[n].list) return ERR_NOMEM;
        p->photo_count++;
    }
    return rc;
}

static void put_photos(struct printing *p, const struct stage_seen *row) {
    const char *list = "[]";
    for (size_t i = 0; i < p->photo_count; i++)
        if (strcmp(p->photos[i].key, row->key) == 0 && strcmp(p->photos[i].room, row->room) == 0)
            list = p->photos[i].list;
    json_put_raw(&p->w, "photos", list, strlen(list));
}

/* State and marks of a stage or of one room; what is missing and may be done is judged of `own`: of a stage that goes room by room, that is
 * beginning another one. */
static int put_life(struct printing *p, const struct stage_row *row, const struct stage_row *own) {
    char allowed[LIFE_ALLOWED_SIZE];
    json_put_text(&p->w, "state", stage_life.states[row->seen.state]);
    int rc = put_mark(p, "started", &row->started, NULL);
    if (rc == 0) rc = put_mark(p, "finished", &row->finished, NULL);
    if (rc == 0) rc = put_mark(p, "asked", &row->asked, NULL);
    if (rc == 0) rc = put_mark(p, "accepted", &row->accepted, NULL);
    if (rc == 0) rc = put_mark(p, "rejected", &row->rejected, NULL);
    if (rc == 0) rc = put_mark(p, "overridden", &row->overridden, row->reason);
    put_photos(p, &row->seen);
    put_missing(p, own);
    stage_allowed(own, p->view->may, allowed);
    json_put_raw(&p->w, "allowed", allowed, strlen(allowed));
    return rc;
}

/* ---- one stage ---- */

/* How far a stage is whose rooms go their own ways: as far as the room that is least far, once one has begun. */
static const struct stage_row *behind(const struct stage_row *a, const struct stage_row *b) {
    static const int far[] = { [STAGE_PLANNED] = 0,  [STAGE_REJECTED] = 1, [STAGE_STARTED] = 2,
                               [STAGE_FINISHED] = 3, [STAGE_ASKED] = 4,    [STAGE_ACCEPTED] = 5 };
    if (!a) return b;
    return far[b->seen.state] < far[a->seen.state] ? b : a;
}

static void first_mark(struct stage_mark *into, const struct stage_mark *m, bool newest) {
    if (m->at[0] && (!into->at[0] || (newest ? m->ms > into->ms : m->ms < into->ms))) *into = *m;
}

/* The stage as a whole: its own row, or its rooms taken together. */
static void whole_of(const struct stage_row *rows, size_t n, const char *key, struct stage_row *own,
                     struct stage_row *out) {
    const struct stage_row *least = NULL;
    *out = (struct stage_row){ .seen.state = STAGE_PLANNED };
    text_clip(out->seen.key, sizeof out->seen.key, key);
    for (size_t i = 0; i < n; i++) {
        const struct stage_row *r = &rows[i];
        if (strcmp(r->seen.key, key) != 0) continue;
        if (!r->seen.room[0]) *out = *r;
        if (r->seen.room[0] && r->seen.state != STAGE_PLANNED) least = behind(least, r);
    }
    *own = *out;
    if (out->seen.state != STAGE_PLANNED || !least) return;
    out->seen.state = least->seen.state;
    for (size_t i = 0; i < n; i++) {
        const struct stage_row *r = &rows[i];
        if (strcmp(r->seen.key, key) != 0 || !r->seen.room[0]) continue;
        first_mark(&out->started, &r->started, false);
        first_mark(&out->asked, &r->asked, true);
        if (least->finished.at[0] || least->accepted.at[0]) first_mark(&out->finished, &r->finished, true);
        if (least->seen.state == STAGE_ACCEPTED) first_mark(&out->accepted, &r->accepted, true);
    }
}

void stage_rows_whole(const struct stage_row *rows, size_t n, const char *key, struct stage_row *out) {
    struct stage_row own;
    whole_of(rows, n, key, &own, out);
}

void stage_book_whole(const struct stage_book *b, const char *key, struct stage_row *out) {
    stage_rows_whole(b->rows, b->row_count, key, out);
}

static int put_rooms(struct printing *p, const char *key) {
    int rc = 0;
    json_open(&p->w, "rooms", '[');
    for (size_t i = 0; rc == 0 && i < p->book.row_count; i++) {
        const struct stage_row *r = &p->book.rows[i];
        if (strcmp(r->seen.key, key) != 0 || !r->seen.room[0]) continue;
        json_open(&p->w, NULL, '{');
        json_put_text(&p->w, "room", r->seen.room);
        rc = put_life(p, r, r);
        json_close(&p->w, '}');
    }
    json_close(&p->w, ']');
    return rc;
}

static void put_gate(struct printing *p, const char *key, const struct domain_stage *d) {
    static const char *const kinds[] = { [GATE_NONE] = "none", [GATE_SOFT] = "soft", [GATE_HARD] = "hard" };
    static const char *const rooms[] = {
        [STAGE_ROOMS_NONE] = "none", [STAGE_ROOMS_MAY] = "may", [STAGE_ROOMS_NEEDED] = "needed"
    };
    json_open(&p->w, "gate", '{');
    json_put_text(&p->w, "kind", kinds[d ? d->gate : GATE_SOFT]);
    json_put_text(&p->w, "zh", d ? d->gate_zh : "");
    json_put_text(&p->w, "en", d ? d->gate_en : "");
    json_put_text(&p->w, "rooms", rooms[stage_gate_rooms(key)]);
    json_close(&p->w, '}');
}

static void put_plan(struct printing *p, const struct plan_stage *planned, const char *key) {
    const char *after[PLAN_AFTER_MAX];
    size_t n = 0;
    json_put_text(&p->w, "planned_start", planned && planned->start[0] ? planned->start : NULL);
    json_put_text(&p->w, "planned_finish", planned && planned->finish[0] ? planned->finish : NULL);
    stage_gate_after(&p->book.plan, key, after, &n);
    json_open(&p->w, "after", '[');
    for (size_t i = 0; i < n; i++) json_put_text(&p->w, NULL, after[i]);
    json_close(&p->w, ']');
}

/* Of what is accepted as a whole: whether the customer has confirmed it. */
static int put_customer(struct printing *p, const struct stage_row *whole) {
    struct confirmation_stage c = { .accepted = false };
    int rc = 0;
    if (whole->seen.state == STAGE_ACCEPTED) rc = confirmation_of_stage(p->db, p->view->site, whole->seen.key, &c);
    if (rc < 0) return rc;
    if (!c.accepted) {
        json_put_null(&p->w, "customer");
        return 0;
    }
    json_open(&p->w, "customer", '{');
    json_put_text(&p->w, "state", c.confirmed[0] ? "confirmed" : "awaited");
    json_put_text(&p->w, "at", c.confirmed[0] ? c.confirmed : NULL);
    json_close(&p->w, '}');
    return 0;
}

static int put_stage(struct printing *p, const char *key) {
    const struct domain_stage *d = domain_stage(key);
    const struct plan_stage *planned = plan_stage_find(&p->book.plan, key);
    struct stage_known known;
    struct stage_row whole, own;
    whole_of(p->book.rows, p->book.row_count, key, &own, &whole);
    int rc = daylog_first(p->db, p->view->site, key, p->book.date, known.logged, known.first);
    if (rc < 0) return rc;
    stage_late_know(p->book.rows, p->book.row_count, &known);
    json_open(&p->w, NULL, '{');
    json_put_text(&p->w, "key", key);
    json_put_text(&p->w, "zh", d ? d->zh : key);
    json_put_text(&p->w, "en", d ? d->en : key);
    json_put_bool(&p->w, "optional", d && d->optional);
    put_plan(p, planned, key);
    put_gate(p, key, d);
    put_words(&p->w, "wait", d ? d->wait_zh : "", d ? d->wait_en : "");
    put_words(&p->w, "condition", d ? d->condition_zh : "", d ? d->condition_en : "");
    json_put_int(&p->w, "late_days", stage_late_days(&p->book.clocks, planned, &whole, &known, p->book.date));
    json_put_text(&p->w, "logged", known.logged[0] ? known.logged : NULL);
    rc = put_life(p, &whole, &own);
    if (rc == 0) rc = put_rooms(p, key);
    if (rc == 0) rc = put_customer(p, &whole);
    json_close(&p->w, '}');
    return rc < 0 ? rc : p->w.buf->error;
}

/* ---- all ---- */

static int put_all(struct printing *p) {
    int rc = 0;
    json_open(&p->w, NULL, '{');
    json_put_text(&p->w, "date", p->book.date);
    json_open(&p->w, "stages", '[');
    for (size_t i = 0; rc == 0 && i < p->book.plan.stage_count; i++) rc = put_stage(p, p->book.plan.stages[i].key);
    for (size_t i = 0; rc == 0 && i < p->book.row_count; i++) {
        const char *key = p->book.rows[i].seen.key; /* begun, and since then no longer planned */
        bool first = i == 0 || strcmp(p->book.rows[i - 1].seen.key, key) != 0;
        if (first && !plan_stage_find(&p->book.plan, key)) rc = put_stage(p, key);
    }
    json_close(&p->w, ']');
    json_put_null(&p->w, "next");
    json_close(&p->w, '}');
    return rc;
}

static bool is_known(const struct stage_book *b, const char *key) {
    if (plan_stage_find(&b->plan, key)) return true;
    for (size_t i = 0; i < b->row_count; i++)
        if (strcmp(b->rows[i].seen.key, key) == 0) return true;
    return false;
}

int stage_print(struct db *db, const struct stage_view *view, const char *key, struct buf *out) {
    struct printing p = { .db = db, .view = view, .people.shown = view->names };
    int rc = stage_book_read(db, view->site, view->fallback_tz, view->now, &p.book);
    if (rc == 0) rc = stage_evidence_read(db, view->site, &p.book);
    if (rc == 0) rc = read_photos(&p);
    json_start(&p.w, out);
    if (rc == 0 && key)
        rc = is_known(&p.book, key) ? put_stage(&p, key) : ERR_NOT_FOUND;
    else if (rc == 0)
        rc = put_all(&p);
    stage_book_fini(&p.book);
    free_photos(&p);
    return rc < 0 ? rc : out->error;
}
