/* SPDX-License-Identifier: MIT */
/* Puts the home screen's answer together. Judges no rules: what is due here is what the screen can do something about at once. */
#include "app/journal/today.h"

#include "app/journal/daylog.h"
#include "app/journal/draft.h"
#include "app/journal/hold.h"
#include "app/journal/plan.h"
#include "app/journal/standing.h"
#include "app/journal/today_alerts.h"
#include "app/journal/today_checks.h"
#include "app/journal/today_chips.h"
#include "app/journal/today_private.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

enum { PHOTOS_TODAY_MAX = 60 };

/* Ids of a date's rows, newest first. *n: how many. */
static int put_ids(struct db *db, const char *sql, const char *site, const char *date, struct json_out *w,
                   const char *name) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, sql, &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, date);
    stmt_bind_int(s, 3, PHOTOS_TODAY_MAX);
    json_open(w, name, '[');
    while ((rc = stmt_step(s)) == 1) json_put_text(w, NULL, stmt_text(s, 0));
    json_close(w, ']');
    return rc;
}

/* ---- what to start from ---- */

/* The newest log of a day before. ERR_NOT_FOUND. */
static int log_before(struct db *db, const char *site, const char *date, struct daylog *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc =
        db_prepare(db, "SELECT data FROM daylog WHERE site = ? AND date < ? ORDER BY date DESC, pos DESC LIMIT 1", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, date);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    rc = daylog_read(stmt_text(s, 0), strlen(stmt_text(s, 0)), DECODE_LENIENT, out, NULL);
    return rc == ERR_INVALID ? ERR_CORRUPT : rc;
}

static bool same_item(const struct item *a, const struct item *b) {
    if (!a->text != !b->text) return false;
    return a->text ? strcmp(a->text, b->text) == 0 : strcmp(a->phrase, b->phrase) == 0;
}

static int adopt(struct item_list *into, struct item_list *from) {
    if (into->count == 0) {
        struct item_list empty = *into;
        *into = *from;
        *from = empty;
        return 0;
    }
    struct item *items = realloc(into->items, (into->count + from->count) * sizeof *items);
    if (!items) return ERR_NOMEM;
    into->items = items;
    for (size_t i = 0; i < from->count; i++) {
        bool there = false;
        for (size_t k = 0; k < into->count; k++) there = there || same_item(&into->items[k], &from->items[i]);
        if (there || into->count == ITEMS_MAX) continue;
        into->items[into->count++] = from->items[i];
        from->items[i].text = NULL;
    }
    return 0;
}

/* A draft is whatever a screen saved: what reads as a log's members is taken, the rest left. */
struct start {
    struct item_list done, plan;
    const struct json *crew;
};

static int take_draft(const struct json *draft, struct start *start) {
    struct item_list done = { 0 };
    struct item_list plan = { 0 };
    int rc = item_list_decode(draft, "done", DECODE_LENIENT, &done, NULL);
    if (rc == 0 && done.count) rc = adopt(&start->done, &done);
    if (rc == 0 || rc == ERR_INVALID) rc = item_list_decode(draft, "plan", DECODE_LENIENT, &plan, NULL);
    if (rc == 0 && plan.count) rc = adopt(&start->plan, &plan);
    item_list_fini(&done);
    item_list_fini(&plan);
    if (json_is_object(json_member(draft, "crew"))) start->crew = json_member(draft, "crew");
    return rc == ERR_INVALID ? 0 : rc;
}

static void put_crew(const struct start *start, const struct daylog *before, struct json_out *w) {
    json_open(w, "crew", '{');
    for (size_t i = 0; i < json_count(start->crew); i++) {
        int64_t n = 0;
        if (json_int(json_at(start->crew, i), &n)) json_put_int(w, json_name(json_at(start->crew, i)), n);
    }
    for (size_t i = 0; !start->crew && i < before->crew_count; i++)
        json_put_int(w, before->crew[i].trade, before->crew[i].n);
    json_close(w, '}');
}

static int put_start(const struct today_day *d, const struct json *draft, struct json_out *w) {
    struct daylog before = { 0 };
    struct start start = { 0 };
    const char *stage = json_text(json_member(draft, "stage"));
    int rc = log_before(d->db, d->ask->site, d->dates[0], &before);
    if (rc == 0) rc = adopt(&start.done, &before.plan);
    if (rc == ERR_NOT_FOUND) rc = 0;
    if (rc == 0) rc = take_draft(draft, &start);
    if (rc == 0) {
        json_open(w, "start", '{');
        json_put_text(w, "stage", stage && ids_is_key(stage) ? stage : d->stage.key[0] ? d->stage.key : NULL);
        item_list_put(&start.done, w, "done");
        item_list_put(&start.plan, w, "plan");
        put_crew(&start, &before, w);
        json_close(w, '}');
    }
    item_list_fini(&start.done);
    item_list_fini(&start.plan);
    daylog_fini(&before);
    return rc;
}

/* ---- all of it ---- */

/* A viewer sees no drafts, nor what they would start a log with. */
static int read_draft(const struct today_day *d, struct draft *draft, struct json **root) {
    if (d->ask->role && strcmp(d->ask->role, "viewer") == 0) return 0;
    int rc = draft_get(d->db, d->ask->site, "daylog", d->dates[0], draft);
    if (rc == 0) rc = json_parse(draft->data, draft->n, root, NULL);
    return rc == ERR_NOT_FOUND ? 0 : rc;
}

static void put_draft(const struct today_day *d, const struct draft *draft, struct json_out *w) {
    char at[CLOCK_TEXT_SIZE];
    if (!draft->data) {
        json_put_null(w, "draft");
        return;
    }
    clock_format(draft->at, tz_offset_s(d->tz, draft->at), at);
    json_open(w, "draft", '{');
    json_put_text(w, "user", draft->user);
    json_put_text(w, "at", at);
    json_put_raw(w, "data", draft->data, draft->n);
    json_close(w, '}');
}

static int put_day(const struct today_day *d, struct json_out *w) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct draft draft = { 0 };
    int rc = read_draft(d, &draft, &root);
    if (rc == 0)
        rc = put_ids(d->db, "SELECT id FROM daylog WHERE site = ? AND date = ? ORDER BY pos DESC LIMIT ?", d->ask->site,
                     d->dates[0], w, "logged");
    if (rc == 0) rc = put_start(d, root, w);
    if (rc == 0) rc = today_chips_put(d->db, d->ask->site, d->stage.key, w, "chips");
    if (rc == 0) rc = today_chips_put_waiting(d->db, d->ask->site, d->stage.key, w);
    if (rc == 0) rc = today_alerts_put_standing(d->db, d->ask->site, w);
    if (rc == 0) rc = today_due_put(d, w);
    if (rc == 0)
        rc = put_ids(d->db,
                     "SELECT id FROM photo WHERE site = ? AND date = ? AND sha256 <> '' AND withdrawn = 0"
                     " AND origin <> 'timelapse' ORDER BY pos DESC LIMIT ?",
                     d->ask->site, d->dates[0], w, "photos_today");
    if (rc == 0) put_draft(d, &draft, w);
    if (rc == 0 && today_checks_are_due(d->ask)) rc = today_checks_put(d->db, d->ask, d->dates[0], w);
    draft_fini(&draft);
    return rc;
}

/* Where the site stands, by its clocks. close_day also after an error. */
static int open_day(struct today_day *d) {
    int rc = plan_read(d->db, d->ask->site, d->ask->fallback_tz, &d->plan);
    if (rc == 0) rc = tz_create(d->plan.timezone, &d->tz, NULL);
    if (rc == 0) rc = standing_read(d->db, d->ask->site, &d->plan.cutoffs, d->tz, &d->clocks);
    if (rc < 0) return rc;
    d->date_count = daylog_dates(d->tz, d->ask->now, d->dates);
    return today_stage_find(d->db, d->ask->site, &d->plan, &d->clocks, d->dates[0], &d->stage);
}

static void close_day(struct today_day *d) {
    standing_fini(&d->clocks);
    tz_destroy(d->tz);
    plan_fini(&d->plan);
}

int today_print(struct db *db, const struct today_ask *ask, struct buf *out) {
    struct today_day d = { .db = db, .ask = ask };
    struct json_out w;
    int rc = open_day(&d);
    if (rc == 0) {
        json_start(&w, out);
        json_open(&w, NULL, '{');
        json_put_text(&w, "date", d.dates[0]);
        json_put_bool(&w, "until_ten", d.date_count == 2);
        today_stage_put(&d.stage, TODAY_STAGE_LATE, &w);
        rc = hold_put(db, ask->site, false, &w, "held");
        if (rc == 0) rc = put_day(&d, &w);
        json_close(&w, '}');
    }
    close_day(&d);
    return rc < 0 ? rc : out->error;
}

int today_stage_key(struct db *db, const char *site, const char *fallback_tz, struct wall now, char out[41]) {
    struct today_ask ask = { .site = site, .fallback_tz = fallback_tz, .now = now };
    struct today_day d = { .db = db, .ask = &ask };
    int rc = open_day(&d);
    if (rc == 0) memcpy(out, d.stage.key, sizeof d.stage.key);
    close_day(&d);
    return rc;
}
