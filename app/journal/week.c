/* SPDX-License-Identifier: MIT */
/* Weeks of the calendar, and what other tables know of one. */
#include "app/journal/week.h"

#include "app/journal/row.h"
#include "app/journal/rules_load_private.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"
#include "sync/wire/envelope.h"

#include <stdio.h>
#include <string.h>

/* ---- the calendar ---- */

/* ISO 8601: the Monday of the week in which the 4th of January is. */
static void first_monday(int year, char out[TZ_DATE_SIZE]) {
    struct civil c;
    char fourth[TZ_DATE_SIZE];
    (void)snprintf(fourth, sizeof fourth, "%04u-01-04", (unsigned)year % 10000);
    if (tz_date_parse(fourth, &c) == 0) tz_date_add(fourth, 1 - c.weekday, out);
}

static int from_date(const char *date, struct week *out) {
    struct civil day, thursday;
    struct week w = { .number = 0 };
    char middle[TZ_DATE_SIZE], first[TZ_DATE_SIZE] = "";
    if (tz_date_parse(date, &day)) return ERR_INVALID;
    tz_date_add(date, 1 - day.weekday, w.from);
    tz_date_add(w.from, 3, middle);
    tz_date_add(w.from, 6, w.to);
    if (tz_date_parse(middle, &thursday) || tz_date_days(w.from, w.to) != 6)
        return ERR_INVALID; /* at the calendar's ends */
    w.year = thursday.year;
    first_monday(w.year, first);
    w.number = tz_date_days(first, w.from) / 7 + 1;
    (void)snprintf(w.text, sizeof w.text, "%04u-W%02u", (unsigned)w.year % 10000, (unsigned)w.number % 100);
    *out = w;
    return 0;
}

int week_parse(const char *text, struct week *out) {
    int64_t year = 0, number = 0;
    char digits[5], date[TZ_DATE_SIZE] = "";
    if (strlen(text) != WEEK_TEXT_SIZE - 1 || memcmp(text + 4, "-W", 2) != 0) return from_date(text, out);
    (void)snprintf(digits, sizeof digits, "%.4s", text);
    if (text_int(digits, 2, 9998, &year) || text_int(text[6] == '0' ? text + 7 : text + 6, 1, 53, &number))
        return ERR_INVALID;
    struct week w;
    first_monday((int)year, date);
    tz_date_add(date, (int)(number - 1) * 7, date);
    if (from_date(date, &w) || w.year != year) return ERR_INVALID; /* it has no week 53 */
    *out = w;
    return 0;
}

static int midnight(const struct tz *tz, const char *date, struct wall *out) {
    struct civil c;
    int rc = tz_date_parse(date, &c);
    return rc ? rc : tz_instant(tz, &c, out);
}

int week_span(const struct week *w, const struct tz *tz, struct wall *from, struct wall *to) {
    char after[TZ_DATE_SIZE];
    struct wall first, last;
    tz_date_add(w->to, 1, after);
    int rc = midnight(tz, w->from, &first);
    if (!rc) rc = midnight(tz, after, &last);
    if (rc) return rc;
    *from = first;
    *to = last;
    return 0;
}

/* ---- what other tables know ---- */

int week_stage_logged(struct db *db, const char *site, const char *stage, const char *until, char first[TZ_DATE_SIZE],
                      char last[TZ_DATE_SIZE]) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT min(date), max(date) FROM daylog WHERE site = ? AND stage = ? AND date <= ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, stage);
    stmt_bind_text(s, 3, until);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    text_clip(first, TZ_DATE_SIZE, rc == 1 ? stmt_text(s, 0) : "");
    text_clip(last, TZ_DATE_SIZE, rc == 1 ? stmt_text(s, 1) : "");
    return 0;
}

int week_worked(struct db *db, const char *site, struct wall *begun, struct wall *closed) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct rules_site rules = { 0 };
    int rc = text_copy(rules.site, sizeof rules.site, site);
    if (rc == 0) rc = rules_load_begun(db, &rules);
    if (rc == 0) rc = db_prepare(db, "SELECT at_ms FROM handover WHERE site = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    *begun = rules.begun;
    closed->ms = rc == 1 ? stmt_int(s, 0) : 0;
    return 0;
}

int week_photo_count(struct db *db, const char *site, const char *from, const char *to, int64_t *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT count(*) FROM photo WHERE site = ? AND date >= ? AND date <= ? AND withdrawn = 0"
                        " AND sha256 <> '' AND origin <> 'timelapse'",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, from);
    stmt_bind_text(s, 3, to);
    rc = stmt_step(s);
    if (rc == 1) *out = stmt_int(s, 0);
    return rc < 0 ? rc : 0;
}

int week_alerts(struct db *db, const char *site, struct wall from, struct wall to, week_alert_fn fn, void *ctx) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT level, due, zh, en, cleared, raised, rule FROM alert WHERE site = ?1"
                        " AND (cleared_ms = 0 OR cleared_ms >= ?2) ORDER BY pos",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_int(s, 2, from.ms);
    for (int n = 0; n < WEEK_ROWS_MAX && (rc = stmt_step(s)) == 1;) {
        struct wall raised, cleared;
        const char *until = stmt_text(s, 4);
        if (clock_parse(stmt_text(s, 5), &raised, NULL) == 0 && raised.ms >= to.ms) continue;
        if (until[0] && clock_parse(until, &cleared, NULL) == 0 && cleared.ms >= to.ms) until = ""; /* it still stood */
        struct week_alert a = { .level = stmt_text(s, 0),
                                .due = stmt_text(s, 1),
                                .zh = stmt_text(s, 2),
                                .en = stmt_text(s, 3),
                                .rule = stmt_text(s, 6),
                                .cleared = until };
        rc = fn(ctx, &a);
        if (rc < 0) return rc;
        n++;
    }
    return rc < 0 ? rc : 0;
}

/* 1: it reaches into the span, and was told. */
static int tell_outage(const struct envelope *event, struct wall from, struct wall to, week_outage_fn fn, void *ctx) {
    struct week_outage o = { .what = row_text(event->data, "what"),
                             .from = row_text(event->data, "from"),
                             .to = row_text(event->data, "to"),
                             .stop = row_text(event->data, "stop") };
    struct wall began, ended;
    (void)json_int(json_member(event->data, "seconds"), &o.seconds);
    if (clock_parse(o.from, &began, NULL) || began.ms >= to.ms) return 0;
    if (o.to[0] && (clock_parse(o.to, &ended, NULL) || ended.ms <= from.ms)) return 0;
    int rc = fn(ctx, &o);
    return rc < 0 ? rc : 1;
}

/* An outage is recorded when it is over, so that none of the span was recorded before it. */
int week_outages(struct db *db, const char *site, struct wall from, struct wall to, week_outage_fn fn, void *ctx) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(
        db,
        "SELECT e.bytes FROM event e WHERE e.site = ?1 AND e.subject >= 'board/' AND e.subject < 'board0'"
        " AND e.type = 'outage' AND e.at >= ?2 AND NOT EXISTS (SELECT 1 FROM duplicate d WHERE d.pos = e.pos)"
        " ORDER BY e.at, e.pos",
        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_int(s, 2, from.ms);
    for (int n = 0; n < WEEK_ROWS_MAX && (rc = stmt_step(s)) == 1;) {
        CLEANUP(envelope_fini) struct envelope event = { .tree = NULL };
        size_t size = 0;
        const char *bytes = stmt_blob(s, 0, &size);
        rc = envelope_read(bytes, size, &event, NULL);
        if (rc == 0) rc = tell_outage(&event, from, to, fn, ctx);
        if (rc < 0) return rc;
        n += rc;
    }
    return rc < 0 ? rc : 0;
}
