/* SPDX-License-Identifier: MIT */
/* What was judged: inspections, hazards and days that were claimed, of a week or of one inspection. */
#include "app/report/report_week_private.h"

#include "app/journal/checklist.h"
#include "app/journal/hazard.h"
#include "app/journal/inspection.h"
#include "app/journal/reason.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { RECORD_MAX = 2 * 1024 * 1024, HAZARDS_MAX = 500 };

static const char *text_of(const struct json *o, const char *name) {
    const char *text = json_text(json_member(o, name));
    return text ? text : "";
}

static const char *kept(struct report_filling *f, const char *text) { return report_pool_text(&f->r->pool, text); }

static const char *who_of(struct report_filling *f, const struct json *o) {
    return kept(f, text_of(json_member(o, "actor"), "name"));
}

static void add_photos(struct report_filling *f, const struct json *ids, struct report_list *list) {
    for (size_t i = 0; i < json_count(ids); i++)
        if (json_text(json_at(ids, i))) report_list_add(f->r, list, json_text(json_at(ids, i)));
}

/* ---- inspections ---- */

static enum report_verdict verdict_of(const char *word) {
    if (strcmp(word, "pass") == 0) return REPORT_PASS;
    if (strcmp(word, "na") == 0) return REPORT_NOT_APPLICABLE;
    return strcmp(word, "fail") == 0 || strcmp(word, "rectify") == 0 ? REPORT_FAIL : REPORT_UNJUDGED;
}

/* "12 · 3.5": the values as they were measured, in the order of the parts. */
static const char *measured_of(struct report_filling *f, const struct json *item) {
    const struct json *values = json_member(item, "values");
    const char *text = "";
    for (size_t i = 0; i < json_count(values); i++) {
        double n = 0;
        if (!json_number(json_member(json_at(values, i), "value"), &n)) continue;
        text = report_pool_printf(&f->r->pool, "%s%s%g", text, text[0] ? " · " : "", n);
    }
    return text;
}

static const char *limit_of(struct report_filling *f, const struct json *result) {
    const struct json *limit = json_member(result, "limit");
    const char *zh = text_of(limit, "zh"), *en = text_of(limit, "en");
    if (!en[0] || strcmp(zh, en) == 0) return kept(f, zh);
    return report_pool_printf(&f->r->pool, "%s %s", zh, en);
}

static int add_check(struct report_filling *f, const struct json *item, const struct json *result,
                     struct report_inspection *in) {
    struct report_check *c = report_pool_more(&f->r->pool, &in->checks, &in->check_count, sizeof *c);
    const char *said = text_of(result, "result")[0] ? text_of(result, "result") : text_of(item, "result");
    const char *note = text_of(item, "reason")[0] ? text_of(item, "reason") : text_of(item, "note");
    bool red = false;
    if (!c) return f->r->pool.error;
    (void)!json_bool(json_member(result, "red"), &red);
    c->key = kept(f, text_of(item, "item"));
    c->text = text_of(result, "zh")[0]
                  ? (struct report_words){ kept(f, text_of(result, "zh")), kept(f, text_of(result, "en")) }
                  : (struct report_words){ c->key, "" };
    if (text_of(item, "room")[0]) c->room = report_week_room(f, text_of(item, "room"));
    c->limit = limit_of(f, result);
    c->measured = measured_of(f, item);
    c->note = kept(f, note);
    c->verdict = verdict_of(said);
    c->red_line = red;
    add_photos(f, json_member(item, "photos"), &c->photos);
    f->r->counts.checks += c->verdict != REPORT_NOT_APPLICABLE;
    f->r->counts.passed += c->verdict == REPORT_PASS;
    f->r->counts.failed += c->verdict == REPORT_FAIL;
    return f->r->pool.error;
}

static int add_inspection(struct report_filling *f, const struct json *json) {
    struct report *r = f->r;
    struct report_inspection *in = report_pool_more(&r->pool, &r->inspections, &r->inspection_count, sizeof *in);
    const struct json *items = json_member(json, "items"), *results = json_member(json, "results");
    int rc = in ? 0 : ERR_NOMEM;
    if (rc) return rc;
    in->id = kept(f, text_of(json, "id"));
    in->at = report_week_time(f, text_of(json, "at"));
    in->who = who_of(f, json);
    in->note = kept(f, text_of(json, "note"));
    in->stage = report_week_stage(f, text_of(json, "stage"));
    in->verdict = verdict_of(text_of(json, "verdict"));
    for (size_t i = 0; i < json_count(items) && !rc; i++) rc = add_check(f, json_at(items, i), json_at(results, i), in);
    add_photos(f, json_member(json, "photos"), &f->named);
    if (in->verdict == REPORT_FAIL || r->verdict == REPORT_UNJUDGED) r->verdict = in->verdict;
    return rc ? rc : r->pool.error;
}

/* ---- hazards ---- */

static enum report_severity severity_of(const char *word) {
    if (strcmp(word, "stop_work") == 0) return REPORT_STOP_WORK;
    return strcmp(word, "serious") == 0 ? REPORT_SERIOUS : REPORT_NOTICE;
}

static struct report_words state_of(const char *word) {
    if (strcmp(word, "raised") == 0) return (struct report_words){ "待派", "raised" };
    if (strcmp(word, "assigned") == 0) return (struct report_words){ "待整改", "to be rectified" };
    if (strcmp(word, "rectified") == 0) return (struct report_words){ "待复查", "to be re-checked" };
    return (struct report_words){ "已销项", "closed" };
}

/* By the site's clocks: the date where it is the end of one; as it was said while nobody knows until when the site is held. */
static const char *due_of(struct report_filling *f, const struct json *json) {
    const char *at = text_of(json, "due_at");
    char date[TZ_DATE_SIZE];
    if (!at[0]) return kept(f, text_of(json, "due"));
    if (!strstr(at, "T23:59:59")) return report_week_time(f, at);
    text_clip(date, sizeof date, at);
    return kept(f, date);
}

static int fill_hazard(struct report_filling *f, const struct json *json) {
    struct report *r = f->r;
    struct report_hazard *h = report_pool_more(&r->pool, &r->hazards, &r->hazard_count, sizeof *h);
    const struct json *rectified = json_member(json, "rectified"), *verified = json_member(json, "verified");
    if (!h) return r->pool.error;
    h->id = kept(f, text_of(json, "id"));
    h->raised = report_week_time(f, text_of(json_member(json, "raised"), "at"));
    h->due = due_of(f, json);
    h->closed = report_week_time(f, text_of(verified, "at"));
    h->assignee = kept(f, text_of(json, "assignee_name"));
    h->note = kept(f, text_of(json, "note"));
    h->text = (struct report_words){ kept(f, text_of(json, "text")), kept(f, text_of(json, "text_en")) };
    if (text_of(json, "room")[0]) h->room = report_week_room(f, text_of(json, "room"));
    if (text_of(json, "stage")[0]) h->stage = report_week_stage(f, text_of(json, "stage"));
    h->state = state_of(text_of(json, "state"));
    h->severity = severity_of(text_of(json, "severity"));
    h->open = strcmp(text_of(json, "state"), "verified") != 0;
    (void)!json_bool(json_member(json, "overdue"), &h->overdue);
    add_photos(f, json_member(json, "photos"), &h->before);
    add_photos(f, json_member(rectified, "photos"), &h->after);
    add_photos(f, json_member(verified, "photos"), &h->after);
    r->counts.hazards_open += h->open;
    r->counts.hazards_closed += !h->open;
    return r->pool.error;
}

static int add_hazard(struct report_filling *f, const char *id) {
    CLEANUP(json_destroy_ptr) struct json *json = NULL;
    struct buf text;
    buf_init(&text, RECORD_MAX);
    int rc = hazard_print(f->db, f->site, id, f->judged, true, &text);
    if (!rc) rc = json_parse(text.data, text.len, &json, NULL);
    buf_fini(&text);
    return rc ? rc : fill_hazard(f, json);
}

/* Open at the week's end, or closed within it; the gravest first. */
static int hazards(struct report_filling *f) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(f->db,
                        "SELECT id FROM hazard WHERE site = ?1 AND raised_ms < ?3 AND (state <> 'verified' OR closed_ms"
                        " >= ?2) ORDER BY CASE severity WHEN 'stop_work' THEN 0 WHEN 'serious' THEN 1 ELSE 2 END,"
                        " raised_ms, id LIMIT ?4",
                        &s);
    if (rc) return rc;
    stmt_bind_text(s, 1, f->site);
    stmt_bind_int(s, 2, f->from.ms);
    stmt_bind_int(s, 3, f->to.ms);
    stmt_bind_int(s, 4, HAZARDS_MAX);
    while ((rc = stmt_step(s)) == 1) {
        rc = add_hazard(f, stmt_text(s, 0));
        if (rc) return rc;
    }
    return rc;
}

/* ---- delays ---- */

static struct report_words decided(const char *state) {
    if (strcmp(state, "granted") == 0) return (struct report_words){ "已批准", "granted" };
    if (strcmp(state, "partly") == 0) return (struct report_words){ "部分批准", "granted in part" };
    if (strcmp(state, "refused") == 0) return (struct report_words){ "未批准", "refused" };
    return (struct report_words){ "待批", "not decided" };
}

static int add_delay(struct report_filling *f, struct stmt *s) {
    CLEANUP(json_destroy_ptr) struct json *photos = NULL;
    struct report *r = f->r;
    struct report_delay *d = report_pool_more(&r->pool, &r->delays, &r->delay_count, sizeof *d);
    const struct reason_delay *reason = reason_delay_find(stmt_text(s, 0));
    if (!d) return r->pool.error;
    d->reason = reason ? (struct report_words){ reason->zh, reason->en }
                       : (struct report_words){ kept(f, stmt_text(s, 0)), "" };
    d->from = kept(f, stmt_text(s, 1));
    d->to = kept(f, stmt_text(s, 2));
    d->days = (int)stmt_int(s, 3);
    d->note = kept(f, stmt_text(s, 4));
    d->state = decided(stmt_text(s, 5));
    int rc = json_parse(stmt_text(s, 6), strlen(stmt_text(s, 6)), &photos, NULL);
    if (rc == 0) add_photos(f, photos, &d->photos);
    return rc == ERR_NOMEM ? rc : r->pool.error;
}

/* Those that touch the week; what was granted, where head office has decided. */
static int delays(struct report_filling *f) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(f->db,
                        "SELECT reason, CASE granted_from WHEN '' THEN from_date ELSE granted_from END, CASE granted_to"
                        " WHEN '' THEN to_date ELSE granted_to END, CASE granted_from WHEN '' THEN days ELSE"
                        " granted_days END, note, state, photos FROM delay WHERE site = ?1 AND pos > 0"
                        " AND from_date <= ?3 AND to_date >= ?2 ORDER BY from_date, id",
                        &s);
    if (rc) return rc;
    stmt_bind_text(s, 1, f->site);
    stmt_bind_text(s, 2, f->week.from);
    stmt_bind_text(s, 3, f->week.to);
    while ((rc = stmt_step(s)) == 1) {
        rc = add_delay(f, s);
        if (rc) return rc;
    }
    return rc;
}

/* ---- all of it ---- */

static int read_inspection(struct report_filling *f, const char *id, struct json **json) {
    struct buf text;
    buf_init(&text, RECORD_MAX);
    int rc = inspection_print(f->db, f->site, id, true, &text);
    if (!rc) rc = json_parse(text.data, text.len, json, NULL);
    buf_fini(&text);
    return rc;
}

int report_week_quality(struct report_filling *f) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(f->db,
                        "SELECT id FROM inspection WHERE site = ? AND date >= ? AND date <= ? ORDER BY date, pos", &s);
    if (rc) return rc;
    stmt_bind_text(s, 1, f->site);
    stmt_bind_text(s, 2, f->week.from);
    stmt_bind_text(s, 3, f->week.to);
    while ((rc = stmt_step(s)) == 1) {
        CLEANUP(json_destroy_ptr) struct json *json = NULL;
        rc = read_inspection(f, stmt_text(s, 0), &json);
        if (!rc) rc = add_inspection(f, json);
        if (rc) return rc;
    }
    if (!rc) rc = hazards(f);
    return rc ? rc : delays(f);
}

int report_week_inspected(struct report_filling *f, const char *id, const char **date) {
    CLEANUP(json_destroy_ptr) struct json *json = NULL;
    int rc = read_inspection(f, id, &json);
    if (rc) return rc;
    const struct json *raised = json_member(json, "hazards");
    *date = kept(f, text_of(json, "date"));
    rc = add_inspection(f, json);
    for (size_t i = 0; i < json_count(raised) && !rc; i++) {
        rc = add_hazard(f, text_of(json_at(raised, i), "id"));
        if (rc == ERR_NOT_FOUND) rc = 0; /* on its way */
    }
    return rc ? rc : f->r->pool.error;
}
