/* SPDX-License-Identifier: MIT */
/* What was judged: inspections, hazards and days that were claimed, of a week or of one inspection. */
#include "app/report/report_week_private.h"

#include "app/journal/hazard.h"
#include "app/journal/inspection.h"
#include "app/journal/reason.h"
#include "firmware/base/cleanup.h"

#include <stdlib.h>
#include <string.h>

enum { RECORD_MAX = 2 * 1024 * 1024, HAZARDS_MAX = 500 };

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

/* A deed's time; false: it was not done, or later than what the report looks at. */
static bool done_by(const struct report_filling *f, const struct json *deed) {
    struct wall at;
    return clock_parse(report_week_text(deed, "at"), &at, NULL) == 0 && at.ms <= f->judged.ms;
}

/* The date, where it is the end of one; else with its time. */
static const char *due_text(struct report_filling *f, struct wall due) {
    char text[CLOCK_TEXT_SIZE];
    struct civil c = tz_civil(f->tz, due);
    clock_format(due, 0, text);
    const char *whole = report_week_time(f, text);
    return c.hour == 23 && c.minute == 59 ? report_pool_printf(&f->r->pool, "%.10s", whole) : whole;
}

/* When it was raised, and what it was set for then: due_at of the record is later where clocks stood still since. */
static int read_set(struct report_filling *f, const char *id, struct wall *raised, struct wall *set) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(f->db, "SELECT raised_ms, due_ms FROM hazard WHERE site = ? AND id = ?", &s);
    if (rc) return rc;
    stmt_bind_text(s, 1, f->site);
    stmt_bind_text(s, 2, id);
    rc = stmt_step(s);
    if (rc == 1) *raised = (struct wall){ stmt_int(s, 0) };
    if (rc == 1) *set = (struct wall){ stmt_int(s, 1) };
    return rc < 0 ? rc : 0;
}

/* Until when, by the clocks of the site; who has it still open then is late. */
static int put_due(struct report_filling *f, const struct json *json, bool todo, struct report_hazard *h) {
    struct wall raised = { 0 }, set = { 0 };
    h->due = report_week_kept(f, report_week_text(json, "due"));
    int rc = read_set(f, h->id, &raised, &set);
    if (rc || !set.ms) return rc;
    struct wall due = standstill_shift(f->clocks, raised, set);
    h->due = due.ms == STANDSTILL_NEVER ? "" : due_text(f, due);
    if (due.ms != set.ms) h->due_once = due_text(f, set);
    h->overdue = todo && due.ms <= f->judged.ms;
    return 0;
}

static int fill_hazard(struct report_filling *f, const struct json *json) {
    struct report *r = f->r;
    struct report_hazard *h = report_pool_more(&r->pool, &r->hazards, &r->hazard_count, sizeof *h);
    const struct json *rectified = json_member(json, "rectified"), *verified = json_member(json, "verified");
    const char *state = report_week_text(json, "state");
    if (!h) return r->pool.error;
    bool closed = strcmp(state, "verified") == 0;
    h->id = report_week_kept(f, report_week_text(json, "id"));
    h->raised = report_week_time(f, report_week_text(json_member(json, "raised"), "at"));
    h->closed = report_week_time(f, report_week_text(verified, "at"));
    h->assignee = report_week_kept(f, report_week_text(json, "assignee_name"));
    h->note = report_week_kept(f, report_week_text(json, "note"));
    h->text = (struct report_words){ report_week_kept(f, report_week_text(json, "text")),
                                     report_week_kept(f, report_week_text(json, "text_en")) };
    if (report_week_text(json, "room")[0]) h->room = report_week_room(f, report_week_text(json, "room"));
    if (report_week_text(json, "stage")[0]) h->stage = report_week_stage(f, report_week_text(json, "stage"));
    h->state = state_of(state);
    h->severity = severity_of(report_week_text(json, "severity"));
    h->open = !closed || !done_by(f, verified);
    bool rectified_by_then = (closed || strcmp(state, "rectified") == 0) && done_by(f, rectified);
    int rc = put_due(f, json, h->open && !rectified_by_then, h);
    if (rc) return rc;
    report_week_add_photos(f, json_member(json, "photos"), &h->before);
    report_week_add_photos(f, json_member(rectified, "photos"), &h->after);
    report_week_add_photos(f, json_member(verified, "photos"), &h->after);
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
                       : (struct report_words){ report_week_kept(f, stmt_text(s, 0)), "" };
    d->from = report_week_kept(f, stmt_text(s, 1));
    d->to = report_week_kept(f, stmt_text(s, 2));
    d->days = (int)stmt_int(s, 3);
    d->note = report_week_kept(f, stmt_text(s, 4));
    d->state = decided(stmt_text(s, 5));
    int rc = json_parse(stmt_text(s, 6), strlen(stmt_text(s, 6)), &photos, NULL);
    if (rc == 0) report_week_add_photos(f, photos, &d->photos);
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
        if (!rc) rc = report_week_walk(f, json);
        if (rc) return rc;
    }
    if (!rc) rc = report_week_tests(f);
    if (!rc) rc = hazards(f);
    return rc ? rc : delays(f);
}

int report_week_inspected(struct report_filling *f, const char *id, const char **date) {
    CLEANUP(json_destroy_ptr) struct json *json = NULL;
    int rc = read_inspection(f, id, &json);
    if (rc) return rc;
    const struct json *raised = json_member(json, "hazards");
    *date = report_week_kept(f, report_week_text(json, "date"));
    rc = report_week_walk(f, json);
    for (size_t i = 0; i < json_count(raised) && !rc; i++) {
        rc = add_hazard(f, report_week_text(json_at(raised, i), "id"));
        if (rc == ERR_NOT_FOUND) rc = 0; /* on its way */
    }
    return rc ? rc : f->r->pool.error;
}
