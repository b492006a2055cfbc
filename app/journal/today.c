/* SPDX-License-Identifier: MIT */
/* Puts the home screen's answer together. Judges no rules: what is due here is what the screen can do something about at once. */
#include "app/journal/today.h"

#include "app/journal/daylog.h"
#include "app/journal/domain.h"
#include "app/journal/draft.h"
#include "app/journal/photo_request.h"
#include "app/journal/hold.h"
#include "app/journal/plan.h"
#include "app/journal/standing.h"
#include "app/journal/today_alerts.h"
#include "app/journal/today_checks.h"
#include "app/journal/timed_test.h"
#include "app/journal/today_chips.h"
#include "app/journal/today_hazards.h"
#include "app/journal/today_money.h"
#include "app/journal/today_news.h"
#include "app/journal/today_sign.h"
#include "app/journal/today_stage.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

#define REQUESTS_MAX     10
#define TESTS_MAX        10
#define PHOTOS_TODAY_MAX 60
#define ALERTS_MAX       20
#define WORDS_SIZE       120 /* bytes */

/* What all parts of the answer need. */
struct day {
    struct db *db;
    const struct today_ask *ask;
    struct plan plan;
    struct tz *tz;
    struct standstill clocks;
    struct today_stage stage;
    char dates[2][TZ_DATE_SIZE];
    size_t date_count; /* 2: until ten, yesterday may still be logged */
};

static void put_stage(const struct day *d, struct json_out *w) {
    const struct domain_stage *words = domain_stage(d->stage.key);
    if (!d->stage.key[0]) {
        json_put_null(w, "stage");
        return;
    }
    json_open(w, "stage", '{');
    json_put_text(w, "key", d->stage.key);
    json_put_text(w, "zh", words ? words->zh : d->stage.key);
    json_put_text(w, "en", words ? words->en : d->stage.key);
    json_put_int(w, "day", d->stage.day);
    json_put_int(w, "days", d->stage.days);
    json_put_int(w, "late_days", d->stage.late_days);
    json_put_text(w, "state", d->stage.state);
    json_close(w, '}');
}

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

static int is_logged(struct db *db, const char *site, const char *date) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT 1 FROM daylog WHERE site = ? AND date = ? LIMIT 1", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, date);
    return stmt_step(s);
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

static int put_start(const struct day *d, const struct json *draft, struct json_out *w) {
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

/* ---- what is due ---- */

/* subject: what an alert is about, or NULL. */
static void put_due_about(const struct day *d, struct json_out *w, const char *kind, const char *id,
                          const char *subject, struct wall at, const char *due, const char *zh, const char *en,
                          const char *action) {
    char text[CLOCK_TEXT_SIZE];
    if (!due && at.ms) {
        clock_format(at, tz_offset_s(d->tz, at), text);
        due = text;
    }
    json_open(w, NULL, '{');
    json_put_text(w, "kind", kind);
    if (id) json_put_text(w, "id", id);
    if (subject) json_put_text(w, "subject", subject);
    json_put_text(w, "due", due);
    json_open(w, "text", '{');
    json_put_text(w, "zh", zh);
    json_put_text(w, "en", en);
    json_close(w, '}');
    json_put_text(w, "action", action);
    json_close(w, '}');
}

static void put_due(const struct day *d, struct json_out *w, const char *kind, const char *id, struct wall at,
                    const char *due, const char *zh, const char *en, const char *action) {
    put_due_about(d, w, kind, id, NULL, at, due, zh, en, action);
}

/* 1: this site had begun on that date. */
static int had_begun(const struct day *d, const char *date) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    char first[TZ_DATE_SIZE];
    int rc = db_prepare(d->db, "SELECT at FROM event WHERE site = ? ORDER BY pos LIMIT 1", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, d->ask->site);
    rc = stmt_step(s);
    if (rc <= 0) return rc;
    tz_date(d->tz, (struct wall){ stmt_int(s, 0) }, first);
    return strcmp(first, date) <= 0;
}

static void log_words(const char *date, bool yesterday, bool late, char zh[WORDS_SIZE], char en[WORDS_SIZE]) {
    if (yesterday) {
        (void)snprintf(zh, WORDS_SIZE, "昨天（%s）的日志还没写，%d点前可补", date, DAYLOG_LATE_UNTIL_HOUR);
        (void)snprintf(en, WORDS_SIZE, "Yesterday's log (%s) is missing; it is taken until %d:00", date,
                       DAYLOG_LATE_UNTIL_HOUR);
        return;
    }
    (void)snprintf(zh, WORDS_SIZE, "今天（%s）的日志%s", date, late ? "已过时间" : "");
    (void)snprintf(en, WORDS_SIZE, "Today's log (%s)%s", date, late ? " is late" : "");
}

static int put_logs_due(const struct day *d, struct json_out *w) {
    if (standstill_is_held(&d->clocks, d->ask->now)) return 0;
    for (size_t i = d->date_count; i-- > 0;) {
        char zh[WORDS_SIZE];
        char en[WORDS_SIZE];
        struct wall at;
        const char *date = d->dates[i];
        if (!standstill_runs(&d->clocks, date) || standstill_is_idle(&d->clocks, date)) continue;
        int rc = i > 0 ? had_begun(d, date) : 1;
        if (rc == 1) rc = is_logged(d->db, d->ask->site, date) == 0 ? 1 : 0;
        if (rc < 0) return rc;
        if (rc == 0) continue;
        rc = plan_daylog_due(&d->plan, d->tz, date, &at);
        if (rc < 0) return rc;
        log_words(date, i > 0, d->ask->now.ms > at.ms, zh, en);
        put_due(d, w, "daylog", date, at, NULL, zh, en, "daylog");
    }
    return 0;
}

static int put_requests_due(const struct day *d, struct json_out *w) {
    struct photo_request open[REQUESTS_MAX];
    size_t n = 0;
    int rc = photo_request_open(d->db, d->ask->site, d->ask->board, open, REQUESTS_MAX, &n);
    for (size_t i = 0; i < n; i++) {
        char zh[PHOTO_REQUEST_TEXT_MAX + 40];
        char en[PHOTO_REQUEST_TEXT_MAX + 60];
        const char *colon = open[i].text[0] ? ": " : "";
        (void)snprintf(zh, sizeof zh, "总部要一张照片%s%s", open[i].text[0] ? "：" : "", open[i].text);
        (void)snprintf(en, sizeof en, "Head office asks for a photo%s%s", colon, open[i].text);
        put_due(d, w, "photo-request", open[i].id, (struct wall){ 0 }, open[i].due[0] ? open[i].due : NULL, zh, en,
                "photo");
    }
    return rc;
}

/* What stands, but for what a card above says already. */
static int put_alerts_due(const struct day *d, struct json_out *w) {
    struct today_alert list[ALERTS_MAX];
    size_t n = 0;
    int rc = today_alerts_read(d->db, d->ask->site, list, ALERTS_MAX, &n);
    for (size_t i = 0; i < n; i++)
        put_due_about(d, w, "alert", list[i].id, list[i].subject, (struct wall){ 0 }, list[i].due, list[i].zh,
                      list[i].en, list[i].action);
    return rc;
}

static void test_words(const struct timed_running *r, char zh[WORDS_SIZE], char en[WORDS_SIZE]) {
    const struct timed_limit *l = timed_limit_find(r->kind);
    const struct domain_room *room = r->room[0] ? domain_room(r->room) : NULL;
    const char *open = r->room[0] ? "（" : "", *shut = r->room[0] ? "）" : "";
    long long hours = r->left_s / 3600, minutes = r->left_s / 60 % 60;
    const char *zh_room = room ? room->zh : r->room, *en_room = room ? room->en : r->room;
    if (r->left_s > 0) {
        (void)snprintf(zh, WORDS_SIZE, "%s%s%.30s%s 还剩 %02lld:%02lld", l ? l->zh : r->kind, open, zh_room, shut,
                       hours, minutes);
        (void)snprintf(en, WORDS_SIZE, "%s %.30s %02lld:%02lld left", l ? l->en : r->kind, en_room, hours, minutes);
        return;
    }
    (void)snprintf(zh, WORDS_SIZE, "%s%s%.30s%s 到时间了，请看结果", l ? l->zh : r->kind, open, zh_room, shut);
    (void)snprintf(en, WORDS_SIZE, "%s %.30s: time is up, read it off", l ? l->en : r->kind, en_room);
}

static int put_tests_due(const struct day *d, struct json_out *w) {
    struct timed_running running[TESTS_MAX];
    struct timed_view view = {
        .site = d->ask->site, .fallback_tz = d->ask->fallback_tz, .now = d->ask->now, .grade = clock_grade()
    };
    size_t n = 0;
    int rc = timed_test_running(d->db, &view, running, TESTS_MAX, &n);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        char zh[WORDS_SIZE];
        char en[WORDS_SIZE];
        test_words(&running[i], zh, en);
        put_due(d, w, "test", running[i].id, running[i].due, NULL, zh, en, "tests");
    }
    return rc;
}

static int put_dues(const struct day *d, struct json_out *w) {
    json_open(w, "due", '[');
    bool checks = today_checks_are_due(d->ask); /* who looks at the works does not log them */
    int rc = put_tests_due(d, w);
    if (rc == 0) rc = checks ? today_checks_put_acceptances(d->db, d->ask, w) : put_logs_due(d, w);
    if (rc == 0) rc = today_hazards_put(d->db, d->ask, d->tz, w);
    if (rc == 0 && checks) rc = today_checks_put_report(d->db, d->ask, &d->clocks, w);
    if (rc == 0) rc = put_requests_due(d, w);
    if (rc == 0) rc = today_money_put(d->db, d->ask, d->tz, w);
    if (rc == 0) rc = today_news_put(d->db, d->ask, &d->clocks, w);
    if (rc == 0) rc = today_sign_put(d->db, d->ask, w);
    if (d->ask->rejected > 0) {
        char zh[80];
        char en[80];
        (void)snprintf(zh, sizeof zh, "总部退回了 %lld 条记录", (long long)d->ask->rejected);
        (void)snprintf(en, sizeof en, "Head office rejected %lld records", (long long)d->ask->rejected);
        put_due(d, w, "rejected", NULL, (struct wall){ 0 }, NULL, zh, en, "status");
    }
    if (rc == 0) rc = put_alerts_due(d, w);
    json_close(w, ']');
    return rc;
}

/* ---- all of it ---- */

static int read_draft(const struct day *d, struct draft *draft, struct json **root) {
    int rc = draft_get(d->db, d->ask->site, "daylog", d->dates[0], draft);
    if (rc == 0) rc = json_parse(draft->data, draft->n, root, NULL);
    return rc == ERR_NOT_FOUND ? 0 : rc;
}

static void put_draft(const struct day *d, const struct draft *draft, struct json_out *w) {
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

static int put_day(const struct day *d, struct json_out *w) {
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
    if (rc == 0) rc = put_dues(d, w);
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

int today_print(struct db *db, const struct today_ask *ask, struct buf *out) {
    struct day d = { .db = db, .ask = ask };
    struct json_out w;
    int rc = plan_read(db, ask->site, ask->fallback_tz, &d.plan);
    if (rc == 0) rc = tz_create(d.plan.timezone, &d.tz, NULL);
    if (rc == 0) rc = standing_read(db, ask->site, &d.plan.cutoffs, d.tz, &d.clocks);
    if (rc == 0) {
        d.date_count = daylog_dates(d.tz, ask->now, d.dates);
        rc = today_stage_find(db, ask->site, &d.plan, &d.clocks, d.dates[0], &d.stage);
    }
    if (rc == 0) {
        json_start(&w, out);
        json_open(&w, NULL, '{');
        json_put_text(&w, "date", d.dates[0]);
        json_put_bool(&w, "until_ten", d.date_count == 2);
        put_stage(&d, &w);
        rc = hold_put(db, ask->site, false, &w, "held");
        if (rc == 0) rc = put_day(&d, &w);
        json_close(&w, '}');
    }
    standing_fini(&d.clocks);
    tz_destroy(d.tz);
    plan_fini(&d.plan);
    return rc < 0 ? rc : out->error;
}

int today_stage_key(struct db *db, const char *site, const char *fallback_tz, struct wall now, char out[41]) {
    struct plan plan = { 0 };
    struct tz *tz = NULL;
    struct standstill clocks = { 0 };
    struct today_stage stage;
    char date[TZ_DATE_SIZE];
    int rc = plan_read(db, site, fallback_tz, &plan);
    if (rc) return rc;
    rc = tz_create(plan.timezone, &tz, NULL);
    if (rc == 0) rc = standing_read(db, site, &plan.cutoffs, tz, &clocks);
    if (rc == 0) {
        tz_date(tz, now, date);
        rc = today_stage_find(db, site, &plan, &clocks, date, &stage);
    }
    if (rc == 0) memcpy(out, stage.key, sizeof stage.key);
    standing_fini(&clocks);
    tz_destroy(tz);
    plan_fini(&plan);
    return rc;
}
