/* SPDX-License-Identifier: MIT */
/* A week's report: which week, who and where, the plan, alerts and dark hours. */
#include "app/report/report_week_private.h"

#include "app/journal/domain.h"
#include "app/journal/person.h"
#include "app/journal/stage.h"
#include "app/journal/today_stage.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

enum { PEOPLE_MAX = 1024 * 1024 };

/* ---- words ---- */

const char *report_week_time(struct report_filling *f, const char *rfc3339) {
    struct wall at;
    if (!rfc3339 || clock_parse(rfc3339, &at, NULL)) return "";
    struct civil c = tz_civil(f->tz, at);
    return report_pool_printf(&f->r->pool, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour, c.minute);
}

struct report_words report_week_stage(struct report_filling *f, const char *key) {
    const struct domain_stage *known = domain_stage(key);
    if (known) return (struct report_words){ known->zh, known->en };
    return (struct report_words){ report_pool_text(&f->r->pool, key), "" };
}

struct report_words report_week_room(struct report_filling *f, const char *key) {
    const struct domain_room *known = domain_room(key);
    if (known) return (struct report_words){ known->zh, known->en };
    return (struct report_words){ report_pool_text(&f->r->pool, key), "" };
}

static struct report_words word(const char *key, const char *const table[][3]) {
    size_t i = 0;
    while (table[i][0] && strcmp(table[i][0], key) != 0) i++;
    return (struct report_words){ table[i][1], table[i][2] }; /* the last one's are "" */
}

/* ---- head ---- */

static int managers(struct report_filling *f) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct json_out w;
    struct buf json;
    bool active = true;
    buf_init(&json, PEOPLE_MAX);
    json_start(&w, &json);
    json_open(&w, NULL, '{');
    int rc = person_put_list(f->db, f->site, &w, "people");
    json_close(&w, '}');
    if (!rc) rc = json_parse(json.data, json.len, &root, NULL);
    buf_fini(&json);
    f->r->who = "";
    const struct json *list = json_member(root, "people");
    for (size_t i = 0; !rc && i < json_count(list); i++) {
        const struct json *person = json_at(list, i);
        const char *role = json_text(json_member(person, "role")), *name = json_text(json_member(person, "name"));
        if (!role || strcmp(role, "manager") != 0 || !name) continue;
        if (json_bool(json_member(person, "active"), &active) && !active) continue;
        f->r->who = report_pool_printf(&f->r->pool, "%s%s%s", f->r->who, f->r->who[0] ? "、" : "", name);
    }
    return rc;
}

static int head(struct report_filling *f, const struct report_week_ask *ask) {
    struct report *r = f->r;
    struct report_pool *p = &r->pool;
    char made[CLOCK_TEXT_SIZE];
    clock_format(ask->now, 0, made);
    r->site = report_pool_text(p, ask->site);
    r->name = report_pool_text(p, f->plan.name);
    r->title = (struct report_words){ "施工周报", "Weekly site report" };
    r->period = (struct report_words){ report_pool_printf(p, "%d年第%d周", f->week.year, f->week.number),
                                       report_pool_printf(p, "week %d of %d", f->week.number, f->week.year) };
    r->key = report_pool_text(p, f->week.text);
    r->from = report_pool_text(p, f->week.from);
    r->to = report_pool_text(p, f->week.to);
    r->made = ask->now;
    r->made_at = report_week_time(f, made);
    return managers(f);
}

/* ---- the plan ---- */

static int days_late(const struct standstill *clocks, const struct plan_stage *s, const char *last) {
    char after[TZ_DATE_SIZE];
    if (!s->finish[0] || strcmp(last, s->finish) <= 0 || !standstill_planned(clocks, s->finish, after)) return 0;
    tz_date_add(after, 1, after);
    return standstill_days(clocks, after, last);
}

/* The date of a mark up to the week's end; false: there is none. */
static bool mark_date(struct report_filling *f, const struct stage_mark *mark, char out[TZ_DATE_SIZE]) {
    char date[TZ_DATE_SIZE];
    if (!mark->ms) return false;
    tz_date(f->tz, (struct wall){ mark->ms }, date);
    if (strcmp(date, f->until) > 0) return false;
    memcpy(out, date, TZ_DATE_SIZE);
    return true;
}

/* What was really done: as somebody said of the stage, else as the daily logs have it: its first and last. */
static int add_stage(struct report_filling *f, const struct stage_book *book, const struct plan_stage *planned,
                     const struct today_stage *here) {
    struct report *r = f->r;
    char first[TZ_DATE_SIZE], last[TZ_DATE_SIZE];
    struct stage_row whole;
    int rc = week_stage_logged(f->db, f->site, planned->key, f->until, first, last);
    stage_book_whole(book, planned->key, &whole);
    bool said = mark_date(f, &whole.started, first);
    bool over = mark_date(f, &whole.finished, last) || mark_date(f, &whole.accepted, last);
    bool accepted = mark_date(f, &whole.accepted, last) && whole.seen.state == STAGE_ACCEPTED;
    if (said && !over) last[0] = '\0';
    bool is_here = strcmp(here->key, planned->key) == 0;
    if (!rc && !is_here && !planned->start[0] && !planned->finish[0] && !first[0])
        return 0; /* nothing is known of it */
    struct report_stage *s = rc ? NULL : report_pool_more(&r->pool, &r->stages, &r->stage_count, sizeof *s);
    if (!s) return rc ? rc : r->pool.error;
    s->here = is_here;
    s->name = report_week_stage(f, planned->key);
    s->planned_start = report_pool_text(&r->pool, planned->start);
    s->planned_finish = report_pool_text(&r->pool, planned->finish);
    s->start = report_pool_text(&r->pool, first);
    s->finish = s->here && !over ? "" : report_pool_text(&r->pool, last);
    s->late_days = s->here && !over ? here->late_days : last[0] ? days_late(&book->clocks, planned, last) : 0;
    if (accepted)
        s->state = (struct report_words){ "已验收", "accepted" };
    else if (first[0] && !said && !over)
        s->state = (struct report_words){ "据日报", "by the daily logs" };
    return r->pool.error;
}

static int stages(struct report_filling *f, const struct stage_book *book) {
    struct report *r = f->r;
    struct today_stage here;
    int rc = today_stage_find(f->db, f->site, &f->plan, &book->clocks, f->until, &here);
    if (rc) return rc;
    if (here.key[0]) {
        r->stage = report_week_stage(f, here.key);
        r->progress = (struct report_words){ report_pool_printf(&r->pool, "第%d/%d天", here.day, here.days),
                                             report_pool_printf(&r->pool, "day %d of %d", here.day, here.days) };
    }
    if (here.key[0] && here.late_days > 0)
        r->progress = (struct report_words){
            report_pool_printf(&r->pool, "%s · 慢%d天", r->progress.zh, here.late_days),
            report_pool_printf(&r->pool, "%s · %d late", r->progress.en, here.late_days),
        };
    for (size_t i = 0; i < f->plan.stage_count && !rc; i++) rc = add_stage(f, book, &f->plan.stages[i], &here);
    return rc;
}

/* ---- alerts and outages ---- */

static int add_alert(void *ctx, const struct week_alert *alert) {
    static const char *const levels[][3] = { { "site", "工地", "site" },
                                             { "office", "总部", "office" },
                                             { "executive", "高管", "executives" },
                                             { NULL, "", "" } };
    struct report_filling *f = ctx;
    struct report *r = f->r;
    struct report_alert *a = report_pool_more(&r->pool, &r->alerts, &r->alert_count, sizeof *a);
    if (!a) return r->pool.error;
    a->due = report_week_time(f, alert->due);
    a->cleared = report_week_time(f, alert->cleared);
    a->level = word(alert->level, levels);
    a->text = (struct report_words){ report_pool_text(&r->pool, alert->zh[0] ? alert->zh : alert->rule),
                                     report_pool_text(&r->pool, alert->en) };
    r->counts.alerts += !a->cleared[0];
    return r->pool.error;
}

static int add_outage(void *ctx, const struct week_outage *outage) {
    static const char *const whats[][3] = { { "power", "断电", "power" },
                                            { "network", "断网", "no link" },
                                            { "camera", "摄像头故障", "camera" },
                                            { NULL, "", "" } };
    static const char *const hows[][3] = { { "sudden", "突然断电", "without warning" },
                                           { "power-fail", "断电前有预警", "with a warning" },
                                           { "clean", "正常关机", "switched off" },
                                           { NULL, "", "" } };
    struct report_filling *f = ctx;
    struct report *r = f->r;
    struct report_outage *o = report_pool_more(&r->pool, &r->outages, &r->outage_count, sizeof *o);
    if (!o) return r->pool.error;
    o->from = report_week_time(f, outage->from);
    o->to = report_week_time(f, outage->to);
    o->seconds = outage->seconds;
    o->what = word(outage->what, whats);
    if (!o->what.zh[0]) o->what.zh = report_pool_text(&r->pool, outage->what);
    o->how = word(outage->stop, hows);
    return r->pool.error;
}

/* ---- all of it ---- */

static int find_week(struct report_filling *f, const struct report_week_ask *ask, struct err_text *e) {
    char today[TZ_DATE_SIZE];
    tz_date(f->tz, ask->now, today);
    if (week_parse(ask->week ? ask->week : today, &f->week))
        return err_field(e, ERR_INVALID, "week", "week is a week like 2026-W48, or a date in it like 2026-11-28");
    text_clip(f->until, sizeof f->until, strcmp(f->week.to, today) < 0 ? f->week.to : today);
    int rc = week_span(&f->week, f->tz, &f->from, &f->to);
    f->judged = f->to.ms < ask->now.ms ? f->to : ask->now;
    return rc;
}

static int fill_by(struct report_filling *f, const struct stage_book *book) {
    f->clocks = &book->clocks;
    int rc = stages(f, book);
    if (!rc) rc = report_week_days(f);
    if (!rc) rc = report_week_quality(f);
    if (!rc) rc = report_week_photos(f);
    if (!rc) rc = week_alerts(f->db, f->site, f->from, f->to, add_alert, f);
    if (!rc) rc = week_outages(f->db, f->site, f->from, f->to, add_outage, f);
    f->clocks = NULL;
    return rc ? rc : report_seal(f->r);
}

static int fill(struct report_filling *f, const struct report_week_ask *ask) {
    struct stage_book book;
    int rc = head(f, ask);
    if (!rc) rc = stage_book_read(f->db, f->site, f->plan.timezone, f->to, &book);
    if (rc) return rc;
    rc = fill_by(f, &book);
    stage_book_fini(&book);
    return rc;
}

int report_week(struct db *db, const struct report_week_ask *ask, struct report *out, struct err_text *e) {
    struct report_filling f = { .db = db, .r = out, .site = ask->site };
    int rc = plan_read(db, ask->site, ask->fallback_tz, &f.plan);
    if (!rc) rc = tz_create(f.plan.timezone, &f.tz, e);
    if (!rc) rc = find_week(&f, ask, e);
    if (!rc) rc = fill(&f, ask);
    tz_destroy(f.tz);
    plan_fini(&f.plan);
    return rc;
}

/* ---- one inspection ---- */

static int inspected(struct report_filling *f, const char *id, const char **date) {
    struct stage_book book;
    int rc = stage_book_read(f->db, f->site, f->plan.timezone, f->judged, &book);
    if (rc) return rc;
    f->clocks = &book.clocks;
    rc = report_week_inspected(f, id, date);
    f->clocks = NULL;
    stage_book_fini(&book);
    return rc;
}

static int fill_one(struct report_filling *f, const struct report_week_ask *ask, const char *id) {
    struct report *r = f->r;
    const char *date = "";
    r->one = true;
    f->judged = ask->now;
    int rc = inspected(f, id, &date);
    if (!rc) rc = week_parse(date, &f->week) ? ERR_CORRUPT : head(f, ask);
    if (rc) return rc;
    r->title = (struct report_words){ "质检报告", "Quality report" };
    r->period = (struct report_words){ "", "" };
    r->from = r->to = date;
    r->key = report_pool_printf(&r->pool, "%s-%.8s", date, id);
    r->stage = r->inspections[0].stage;
    rc = report_week_photos(f);
    return rc ? rc : report_seal(r);
}

int report_week_inspection(struct db *db, const struct report_week_ask *ask, const char *id, struct report *out,
                           struct err_text *e) {
    struct report_filling f = { .db = db, .r = out, .site = ask->site };
    int rc = plan_read(db, ask->site, ask->fallback_tz, &f.plan);
    if (!rc) rc = tz_create(f.plan.timezone, &f.tz, e);
    if (!rc) rc = fill_one(&f, ask, id);
    tz_destroy(f.tz);
    plan_fini(&f.plan);
    return rc;
}
