/* SPDX-License-Identifier: MIT */
/* Hand-over: shape, projection, the maintenance plan, what is in the way. What is open is asked of the subjects' projections. */
#include "app/journal/handover.h"

#include "app/journal/domain.h"
#include "app/journal/journal_private.h"
#include "app/journal/late.h"
#include "app/journal/person.h"
#include "app/journal/plan.h"
#include "app/journal/row.h"
#include "app/journal/stage.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTE_BYTES = 2000, OPEN_MAX = 50, SHOWN_SIZE = 120 };

static const char schema[] = "CREATE TABLE handover (\n"
                             "  -- Jobs that are closed.\n"
                             "  site TEXT PRIMARY KEY,\n"
                             "  pos INTEGER NOT NULL,\n"
                             "  date TEXT NOT NULL, note TEXT NOT NULL, photos TEXT NOT NULL, -- photos: JSON\n"
                             "  plan TEXT NOT NULL,  -- what is looked after later, JSON\n"
                             "  at TEXT NOT NULL, at_ms INTEGER NOT NULL, actor TEXT NOT NULL\n"
                             ") STRICT;\n";

static const struct shape plan_shape[] = {
    { .name = "years", .kind = SHAPE_INT, .min = 1, .max = 100 },
    { .name = "date", .kind = SHAPE_DATE },
    { .name = "zh", .kind = SHAPE_TEXT, .max = 200 },
    { .name = "en", .kind = SHAPE_TEXT, .max = 200 },
    { .name = NULL },
};
static const struct shape shape[] = {
    { .name = "date", .kind = SHAPE_DATE },
    { .name = "note", .kind = SHAPE_TEXT, .max = NOTE_BYTES },
    { .name = "photos", .kind = SHAPE_PHOTOS },
    { .name = "plan", .kind = SHAPE_LIST, .flags = SHAPE_MADE, .max = 20, .members = plan_shape },
    { .name = NULL },
};

int handover_check(const struct json *data, struct err_text *e) { return shape_check(data, shape, e); }

/* ---- projection ---- */

static int reset(struct db *db, const char *site, const char *id) {
    return row_delete(db, "DELETE FROM handover WHERE site = ? AND site = ?", site, id);
}

static int insert(struct db *db, const struct envelope *event, const char *photos, const char *plan, int64_t pos) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "INSERT INTO handover (site, pos, date, note, photos, plan, at, at_ms, actor) VALUES (?1, ?2,"
                        " CASE WHEN ?3 = '' THEN substr(?7, 1, 10) ELSE ?3 END, ?4, ?5, ?6, ?7, ?8, ?9)"
                        " ON CONFLICT (site) DO NOTHING",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_int(s, 2, pos);
    stmt_bind_text(s, 3, row_text(event->data, "date"));
    stmt_bind_text(s, 4, row_text(event->data, "note"));
    stmt_bind_text(s, 5, photos);
    stmt_bind_text(s, 6, plan);
    stmt_bind_text(s, 7, event->time);
    stmt_bind_int(s, 8, row_ms(event));
    stmt_bind_text(s, 9, event->actor);
    return stmt_run(s);
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    struct buf photos;
    struct buf plan;
    if (strcmp(row_id(event), event->site) != 0) return 0; /* of another site than it says */
    buf_init(&photos, ENVELOPE_MAX);
    buf_init(&plan, ENVELOPE_MAX);
    int rc = row_json(event->data, "photos", "[]", &photos);
    if (rc == 0) rc = row_json(event->data, "plan", "[]", &plan);
    if (rc == 0) rc = insert(db, event, photos.data, plan.data, pos);
    buf_fini(&photos);
    buf_fini(&plan);
    if (rc < 0 || db_changes(db) > 0) return rc;
    return late_mark(db, event, "this job was handed over before");
}

static const char *const tables[] = { "handover", NULL };
const struct subject_kind handover_kind = {
    .kind = "handover", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};

int handover_done(struct db *db, const char *site, bool *done, char date[TZ_DATE_SIZE]) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT date FROM handover WHERE site = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    *done = rc == 1;
    if (date) text_clip(date, TZ_DATE_SIZE, rc == 1 ? stmt_text(s, 0) : "");
    return 0;
}

/* ---- what is in the way ---- */

static const struct {
    const char *kind, *zh, *en;
} in_the_way[] = {
    { "hazard", "隐患没有销项", "a hazard is not closed" },
    { "change", "变更没有决定", "a change is not decided" },
    { "confirmation", "变更没有业主确认", "a change is not confirmed by the customer" },
    { "test", "限时试验没做完或不合格", "a timed test is running, or has failed" },
};

static const char open_sql[] =
    "SELECT 0, 'hazard/' || id, text, iif(text_en = '', text, text_en) FROM hazard WHERE site = ?1 AND state <> "
    "'verified'"
    " UNION ALL SELECT 1, 'change/' || id, text, text FROM change_order WHERE site = ?1 AND state = 'requested'"
    " UNION ALL SELECT 2, 'change/' || id, text, text FROM change_order c WHERE site = ?1 AND state IN ('approved', "
    "'alternative')"
    " AND NOT EXISTS (SELECT 1 FROM confirmation k WHERE k.site = c.site AND k.subject = 'change/' || c.id)"
    " UNION ALL SELECT 3, 'test/' || id, '', '' FROM timed_test t WHERE site = ?1 AND state <> 'passed' AND NOT EXISTS "
    "(SELECT "
    "1"
    " FROM timed_test n WHERE n.site = t.site AND n.kind = t.kind AND n.stage = t.stage AND n.room = t.room"
    " AND n.started_ms > t.started_ms)"
    " LIMIT ?2";

static void put_one(struct json_out *w, const char *kind, const char *subject, const char *zh, const char *en) {
    json_open(w, NULL, '{');
    json_put_text(w, "kind", kind);
    json_put_text(w, "subject", subject);
    json_put_text(w, "zh", zh);
    json_put_text(w, "en", en);
    json_close(w, '}');
}

/* Hard gates that are not passed, whether or not anybody ever said anything of their stage: what nobody accepted is not accepted. */
static int put_gates(struct db *db, const char *site, struct json_out *w, int *n) {
    struct stage_book book;
    int rc = stage_book_read(db, site, "UTC", clock_wall(), &book);
    if (rc < 0) return rc;
    struct stage_site gates = stage_book_site(&book);
    for (size_t i = 0; i < book.plan.stage_count; i++) {
        const char *key = book.plan.stages[i].key;
        const struct domain_stage *d = domain_stage(key);
        struct stage_lacks lacks = { .count = 0 };
        struct stage_row whole;
        char subject[48];
        stage_book_whole(&book, key, &whole);
        if (!d || d->gate != GATE_HARD || (d->optional && whole.seen.state == STAGE_PLANNED)) continue;
        if (stage_gate_passed(&gates, key, "")) continue;
        stage_gate_lack(&gates, key, "", &lacks);
        (void)snprintf(subject, sizeof subject, "stage/%s", key);
        put_one(w, "gate", subject, lacks.list[0].zh, lacks.list[0].en);
        ++*n;
    }
    stage_book_fini(&book);
    return 0;
}

/* An array; *n: how many. */
static int put_open(struct db *db, const char *site, struct json_out *w, const char *name, int *n) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, open_sql, &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_int(s, 2, OPEN_MAX);
    json_open(w, name, '[');
    for (*n = 0; (rc = stmt_step(s)) == 1; ++*n) {
        size_t kind = (size_t)stmt_int(s, 0);
        char what[SHOWN_SIZE], what_en[SHOWN_SIZE], zh[SHOWN_SIZE + 80], en[SHOWN_SIZE + 80];
        text_clip(what, sizeof what, stmt_text(s, 2));
        text_clip(what_en, sizeof what_en, stmt_text(s, 3));
        (void)snprintf(zh, sizeof zh, what[0] ? "%s：%s" : "%s", in_the_way[kind].zh, what);
        (void)snprintf(en, sizeof en, what_en[0] ? "%s: %s" : "%s", in_the_way[kind].en, what_en);
        put_one(w, in_the_way[kind].kind, stmt_text(s, 1), zh, en);
    }
    if (rc == 0) rc = put_gates(db, site, w, n);
    json_close(w, ']');
    return rc < 0 ? rc : w->buf->error;
}

/* ---- what is posted ---- */

static const struct {
    int years;
    const char *zh, *en;
} maintenance[] = {
    { 1, "水电检查，墙面裂缝检查", "check of plumbing and electrical work and of cracks in walls" },
    { 3, "墙面翻新、五金保养提醒", "reminder to repaint and to service fittings" },
    { 5, "全屋检查", "full inspection" },
};

/* The same day some years later; 29 February becomes the 28th. */
static void years_later(const char *date, int years, char out[TZ_DATE_SIZE]) {
    struct civil c;
    char year[8];
    (void)snprintf(year, sizeof year, "%04u", (unsigned)(atoi(date) + years) % 10000u);
    text_clip(out, TZ_DATE_SIZE, date);
    memcpy(out, year, 4);
    if (tz_date_parse(out, &c) < 0) memcpy(out + 8, "28", 2);
}

static void put_plan(struct json_out *made, const char *date) {
    json_open(made, "plan", '[');
    for (size_t i = 0; i < TEXT_ARRAY_LEN(maintenance); i++) {
        char at[TZ_DATE_SIZE];
        years_later(date, maintenance[i].years, at);
        json_open(made, NULL, '{');
        json_put_int(made, "years", maintenance[i].years);
        json_put_text(made, "date", at);
        json_put_text(made, "zh", maintenance[i].zh);
        json_put_text(made, "en", maintenance[i].en);
        json_close(made, '}');
    }
    json_close(made, ']');
}

static int check_open(struct post *p, struct db *db, struct err_text *e) {
    struct buf *open = p->ctx;
    struct json_out w;
    int n = 0;
    json_start(&w, open);
    int rc = put_open(db, p->site, &w, NULL, &n);
    if (rc < 0) return err_set(e, rc, "what is open cannot be read: %s", db_message(db));
    if (n) return err_set(e, ERR_CONFLICT, "the job cannot be handed over: %d things are open", n);
    buf_clear(open);
    return 0;
}

static int judge(struct post *p, struct journal *j, struct db *db, const struct json *data, struct json_out *made,
                 struct err_text *e) {
    char zone[PLAN_TZ_SIZE], date[TZ_DATE_SIZE];
    bool done = false;
    int rc = handover_done(db, p->site, &done, NULL);
    if (rc == 0) rc = plan_timezone(db, p->site, journal_timezone(j), zone);
    if (rc < 0) return err_set(e, rc, "the job cannot be read: %s", err_name(rc));
    if (done) return err_set(e, ERR_CONFLICT, "this job was handed over already");
    tz_date(journal_zone_find(j, zone), clock_wall(), date);
    if (strcmp(row_text(data, "date"), date) > 0)
        return err_field(e, ERR_INVALID, "date", "date is after today, %s", date);
    rc = check_open(p, db, e);
    if (rc < 0) return rc;
    put_plan(made, row_text(data, "date")[0] ? row_text(data, "date") : date);
    return 0;
}

int handover_make(struct journal *j, struct db *db, struct post *p, const char *body, size_t n, struct appended *out,
                  struct buf *answer, struct buf *open, struct err_text *e) {
    p->type = "handover-done";
    p->subject_id = p->site;
    p->shape = shape;
    p->judge = judge;
    p->print = handover_print;
    p->ctx = open;
    return post_event(j, db, p, body, n, out, answer, e);
}

/* ---- reading ---- */

/* What would be announced, were it handed over today. */
static int put_plan_of_today(struct db *db, const char *site, struct json_out *w) {
    struct tz *tz = NULL;
    char zone[PLAN_TZ_SIZE], date[TZ_DATE_SIZE];
    int rc = plan_timezone(db, site, "UTC", zone);
    if (rc == 0) rc = tz_create(zone, &tz, NULL);
    if (rc < 0) return rc;
    tz_date(tz, clock_wall(), date);
    tz_destroy(tz);
    put_plan(w, date);
    return 0;
}

int handover_print(struct db *db, const char *site, const char *id, bool names, struct buf *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct json_out w;
    int n = 0;
    (void)id;
    int rc = db_prepare(db, "SELECT date, note, photos, plan, at, actor FROM handover WHERE site = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    bool done = rc == 1;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_put_text(&w, "site", site);
    json_put_bool(&w, "done", done);
    if (done) {
        json_put_text(&w, "date", stmt_text(s, 0));
        row_put(&w, "note", stmt_text(s, 1));
        row_put_json(&w, "photos", stmt_text(s, 2));
        row_put_json(&w, "plan", stmt_text(s, 3));
        json_put_text(&w, "at", stmt_text(s, 4));
        rc = person_put_actor(db, site, stmt_text(s, 5), names, &w, "actor");
    } else {
        rc = put_open(db, site, &w, "open", &n);
        if (rc == 0) rc = put_plan_of_today(db, site, &w);
    }
    json_close(&w, '}');
    return rc < 0 ? rc : out->error;
}
