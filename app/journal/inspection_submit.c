/* SPDX-License-Identifier: MIT */
/* What POST of a quality report does, in one write transaction: judge, raise the hazards that are ticked, append, drop the draft. */
#include "app/journal/inspection.h"

#include "app/journal/checklist_set.h"
#include "app/journal/draft.h"
#include "app/journal/named.h"
#include "app/journal/post.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

struct submitting {
    const struct hazard_by *by;
    struct db *db;
    struct checklist *list;
    char stage[41];
};

static const struct checklist_item *item_in_force(void *ctx, const char *key) {
    const struct submitting *s = ctx;
    return checklist_set_item(s->list, key);
}

static int finished_test(void *ctx, const char *id, struct inspection_test *out) {
    const struct submitting *sub = ctx;
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(sub->db,
                        "SELECT kind, stage, room, state FROM timed_test WHERE site = ? AND id = ?"
                        " AND state <> 'running'",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, sub->by->site);
    stmt_bind_text(s, 2, id);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    text_clip(out->kind, sizeof out->kind, stmt_text(s, 0));
    text_clip(out->stage, sizeof out->stage, stmt_text(s, 1));
    text_clip(out->room, sizeof out->room, strcmp(stmt_text(s, 2), "whole") == 0 ? "" : stmt_text(s, 2));
    out->passed = strcmp(stmt_text(s, 3), "passed") == 0;
    return 0;
}

/* NULL: not said. */
static const char *said(const struct json *o, const char *name) {
    const char *text = row_text(o, name);
    return text[0] ? text : NULL;
}

/* ---- when and where ---- */

static int check_date(const struct plan *plan, enum clock_grade grade, const char *date, struct err_text *e) {
    struct tz *tz = NULL;
    char today[TZ_DATE_SIZE];
    if (grade == CLOCK_NONE) return 0;
    int rc = tz_create(plan->timezone, &tz, e);
    if (rc < 0) return rc;
    tz_date(tz, clock_wall(), today);
    tz_destroy(tz);
    int64_t back = tz_date_days(date, today);
    if (back >= 0 && back <= INSPECTION_DAYS_BACK) return 0;
    return err_field(e, ERR_INVALID, "date", "at the site it is %s: the date has to be that, or up to %d days before",
                     today, INSPECTION_DAYS_BACK);
}

static int check_site(struct journal *j, struct db *db, const char *site, const struct json *data, struct err_text *e) {
    struct plan plan;
    const char *stage = row_text(data, "stage");
    int rc = plan_read(db, site, journal_timezone(j), &plan);
    if (rc < 0) return err_set(e, rc, "the plan cannot be read: %s", err_name(rc));
    rc = check_date(&plan, journal_grade(j), row_text(data, "date"), e);
    if (rc == 0) rc = named_in_plan(&plan, stage, e);
    plan_fini(&plan);
    return rc;
}

/* ---- hazards ---- */

static int read_photos(const struct json *list, char (*out)[ID_SIZE], size_t max, size_t *n) {
    *n = 0;
    for (size_t i = 0; i < json_count(list) && *n < max; i++)
        if (text_copy(out[*n], ID_SIZE, json_text(json_at(list, i))) == 0) ++*n;
    return 0;
}

/* A failure without words of its own is called what its item is called. */
static int raise(struct submitting *s, struct journal *j, struct db *db, const struct json *item, size_t i,
                 struct json_out *made, struct err_text *e) {
    const struct json *h = json_member(item, "hazard");
    const struct checklist_item *c = item_in_force(s, row_text(item, "item"));
    char photos[HAZARD_PHOTOS_MAX][ID_SIZE], text[HAZARD_TEXT_MAX + 1];
    struct appended appended;
    int64_t n = -1;
    size_t count;
    if (!h || !c) return 0;
    (void)json_int(json_member(h, "n"), &n);
    (void)snprintf(text, sizeof text, "%.300s不合格", c->zh);
    int rc = read_photos(json_member(item, "photos"), photos, HAZARD_PHOTOS_MAX, &count);
    struct hazard_new new = { .stage = s->stage,
                              .room = said(item, "room"),
                              .phrase = said(h, "phrase"),
                              .text = said(h, "text") || said(h, "phrase") ? said(h, "text") : text,
                              .note = said(item, "note"),
                              .severity = said(h, "severity"),
                              .due = said(h, "due"),
                              .n = n,
                              .photos = (const char(*)[ID_SIZE])photos,
                              .photo_count = count };
    if (rc == 0) rc = hazard_raise(j, db, s->by, &new, &appended, e);
    if (rc < 0) {
        char field[96];
        (void)snprintf(field, sizeof field, "items.%zu.hazard.%.40s", i, e->field);
        memcpy(e->field, field, sizeof field);
        return rc;
    }
    json_open(made, NULL, '{');
    json_put_text(made, "item", c->key);
    json_put_text(made, "id", appended.id);
    json_close(made, '}');
    return 0;
}

static int raise_all(struct submitting *s, struct journal *j, struct db *db, const struct json *items,
                     struct json_out *made, struct err_text *e) {
    int rc = 0;
    json_open(made, "hazards", '[');
    for (size_t i = 0; rc == 0 && i < json_count(items); i++) rc = raise(s, j, db, json_at(items, i), i, made, e);
    json_close(made, ']');
    return rc;
}

/* ---- POST ---- */

static int judge(struct post *p, struct journal *j, struct db *db, const struct json *data, struct json_out *made,
                 struct err_text *e) {
    struct submitting *s = p->ctx;
    struct inspection_sum sum;
    struct checklist list;
    int rc = check_site(j, db, p->site, data, e);
    if (rc < 0) return rc;
    text_clip(s->stage, sizeof s->stage, row_text(data, "stage"));
    rc = checklist_set_read(db, p->site, s->stage, &list);
    if (rc < 0) return err_set(e, rc, "the checklist cannot be read: %s", err_name(rc));
    s->list = &list;
    struct inspection_site site = { item_in_force, finished_test, s };
    rc = inspection_judge(data, list.items, list.count, &site, made, &sum, e);
    if (rc == 0) rc = raise_all(s, j, db, json_member(data, "items"), made, e);
    checklist_set_fini(&list);
    return rc;
}

int inspection_submit(struct journal *j, struct db *db, const struct hazard_by *by, const char *body, size_t n,
                      struct appended *out, struct buf *answer, struct err_text *e) {
    struct submitting s = { .by = by, .db = db };
    struct post p = { .site = by->site,
                      .actor = by->actor,
                      .type = "inspection-submitted",
                      .shape = inspection_shape,
                      .judge = judge,
                      .print = inspection_print,
                      .ctx = &s };
    int rc = post_event(j, db, &p, body, n, out, answer, e);
    if (rc == 0) rc = draft_delete(db, by->site, "inspection", s.stage);
    return rc < 0 && !e->text[0] ? err_set(e, rc, "the report was not stored: %s", err_name(rc)) : rc;
}
