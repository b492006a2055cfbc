/* SPDX-License-Identifier: MIT */
/* The home screen's cards, in their order: tests that run, logs that are missing, requests for photos, records that were refused, alerts. Hazards' are in
 * today_hazards.c, those of questions, changes and materials in today_money.c, head office's word in today_news.c, what came too late in today_late.c, signatures in today_sign.c. */
#include "app/journal/today_private.h"

#include "app/journal/daylog.h"
#include "app/journal/domain.h"
#include "app/journal/handover.h"
#include "app/journal/photo_request.h"
#include "app/journal/timed_test.h"
#include "app/journal/today_alerts.h"
#include "app/journal/today_card.h"
#include "app/journal/today_hazards.h"
#include "app/journal/today_checks.h"
#include "app/journal/today_late.h"
#include "app/journal/today_money.h"
#include "app/journal/today_news.h"
#include "app/journal/today_sign.h"
#include "firmware/base/cleanup.h"

#include <stdio.h>
#include <string.h>

enum { REQUESTS_MAX = 10, TESTS_MAX = 10, ALERTS_MAX = 20, WORDS_SIZE = 120 /* bytes */ };

static int is_logged(struct db *db, const char *site, const char *date) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT 1 FROM daylog WHERE site = ? AND date = ? LIMIT 1", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, date);
    return stmt_step(s);
}

/* 1: this site had begun on that date. */
static int had_begun(const struct today_day *d, const char *date) {
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

/* Nobody logs a site that is held, or was handed over. */
static int put_logs_due(const struct today_day *d, struct json_out *w) {
    bool closed = false;
    int done = handover_done(d->db, d->ask->site, &closed, NULL);
    if (done < 0 || closed || standstill_is_held(&d->clocks, d->ask->now)) return done;
    for (size_t i = d->date_count; i-- > 0;) {
        char zh[WORDS_SIZE];
        char en[WORDS_SIZE];
        char due[CLOCK_TEXT_SIZE];
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
        clock_format(at, tz_offset_s(d->tz, at), due);
        today_card_put(
            &(struct today_card){ .kind = "daylog", .id = date, .due = due, .zh = zh, .en = en, .action = "daylog" },
            w);
    }
    return 0;
}

static int put_requests_due(const struct today_day *d, struct json_out *w) {
    struct photo_request open[REQUESTS_MAX];
    size_t n = 0;
    int rc = photo_request_open(d->db, d->ask->site, d->ask->board, open, REQUESTS_MAX, &n);
    for (size_t i = 0; i < n; i++) {
        char zh[PHOTO_REQUEST_TEXT_MAX + 40];
        char en[PHOTO_REQUEST_TEXT_MAX + 60];
        const char *colon = open[i].text[0] ? ": " : "";
        (void)snprintf(zh, sizeof zh, "总部要一张照片%s%s", open[i].text[0] ? "：" : "", open[i].text);
        (void)snprintf(en, sizeof en, "Head office asks for a photo%s%s", colon, open[i].text);
        today_card_put(&(struct today_card){ .kind = "photo-request",
                                             .id = open[i].id,
                                             .due = open[i].due[0] ? open[i].due : NULL,
                                             .zh = zh,
                                             .en = en,
                                             .action = "photo" },
                       w);
    }
    return rc;
}

/* What stands, but for what a card above says already. */
static int put_alerts_due(const struct today_day *d, struct json_out *w) {
    struct today_alert list[ALERTS_MAX];
    size_t n = 0;
    int rc = today_alerts_read(d->db, d->ask->site, list, ALERTS_MAX, &n);
    for (size_t i = 0; i < n; i++)
        today_card_put(&(struct today_card){ .kind = "alert",
                                             .id = list[i].id,
                                             .subject = list[i].subject,
                                             .due = list[i].due,
                                             .zh = list[i].zh,
                                             .en = list[i].en,
                                             .action = list[i].action },
                       w);
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

static int put_tests_due(const struct today_day *d, struct json_out *w) {
    struct timed_running running[TESTS_MAX];
    struct timed_view view = {
        .site = d->ask->site, .fallback_tz = d->ask->fallback_tz, .now = d->ask->now, .grade = clock_grade()
    };
    size_t n = 0;
    int rc = timed_test_running(d->db, &view, running, TESTS_MAX, &n);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        char zh[WORDS_SIZE];
        char en[WORDS_SIZE];
        char due[CLOCK_TEXT_SIZE] = "";
        test_words(&running[i], zh, en);
        if (running[i].due.ms) clock_format(running[i].due, tz_offset_s(d->tz, running[i].due), due);
        today_card_put(&(struct today_card){ .kind = "test",
                                             .id = running[i].id,
                                             .due = due[0] ? due : NULL,
                                             .zh = zh,
                                             .en = en,
                                             .action = "tests" },
                       w);
    }
    return rc;
}

/* Records of this board that head office did not take. */
static void put_rejected(const struct today_day *d, struct json_out *w) {
    char zh[WORDS_SIZE];
    char en[WORDS_SIZE];
    if (d->ask->rejected <= 0) return;
    (void)snprintf(zh, sizeof zh, "总部退回了 %lld 条记录", (long long)d->ask->rejected);
    (void)snprintf(en, sizeof en, "Head office rejected %lld records", (long long)d->ask->rejected);
    today_card_put(&(struct today_card){ .kind = "rejected", .zh = zh, .en = en, .action = "status" }, w);
}

int today_due_put(const struct today_day *d, struct json_out *w) {
    json_open(w, "due", '[');
    bool checks = today_checks_are_due(d->ask); /* who looks at the works does not log them */
    int rc = put_tests_due(d, w);
    if (rc == 0) rc = checks ? today_checks_put_acceptances(d->db, d->ask, w) : put_logs_due(d, w);
    if (rc == 0) rc = today_hazards_put(d->db, d->ask, &d->clocks, w);
    if (rc == 0 && checks) rc = today_checks_put_report(d->db, d->ask, &d->clocks, w);
    if (rc == 0) rc = put_requests_due(d, w);
    if (rc == 0) rc = today_money_put(d->db, d->ask, d->tz, w);
    if (rc == 0) rc = today_late_put(d->db, d->ask, w);
    if (rc == 0) rc = today_news_put(d->db, d->ask, &d->clocks, w);
    if (rc == 0) rc = today_sign_put(d->db, d->ask, w);
    put_rejected(d, w);
    if (rc == 0) rc = put_alerts_due(d, w);
    json_close(w, ']');
    return rc;
}
