/* SPDX-License-Identifier: MIT */
/* A supervisor's cards. Judges nothing: that a report is missing is a rule's alert, and comes with the others. */
#include "app/journal/today_checks.h"

#include "app/journal/domain.h"
#include "app/journal/hazard.h"
#include "firmware/base/cleanup.h"

#include <stdio.h>
#include <string.h>

enum { WEEK = 7, WORDS_SIZE = 200 };

static void put(struct json_out *w, const char *kind, const char *id, const char *due, const char *zh, const char *en,
                const char *action) {
    json_open(w, NULL, '{');
    json_put_text(w, "kind", kind);
    json_put_text(w, "id", id);
    json_put_text(w, "due", due);
    json_open(w, "text", '{');
    json_put_text(w, "zh", zh);
    json_put_text(w, "en", en);
    json_close(w, '}');
    json_put_text(w, "action", action);
    json_close(w, '}');
}

bool today_checks_are_due(const struct today_ask *ask) { return ask->role && strcmp(ask->role, "supervisor") == 0; }

static int count_of(struct db *db, const char *sql, const char *site, const char *more, int64_t *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, sql, &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    if (more) stmt_bind_text(s, 2, more);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    *out = rc == 1 ? stmt_int(s, 0) : 0;
    return 0;
}

int today_checks_put_acceptances(struct db *db, const struct today_ask *ask, struct json_out *w) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    char zh[WORDS_SIZE], en[WORDS_SIZE];
    int rc = db_prepare(db,
                        "SELECT key, room, (SELECT count(*) FROM stage WHERE site = ?1 AND state = 'asked') FROM stage"
                        " WHERE site = ?1 AND state = 'asked' ORDER BY asked_ms, key, room LIMIT 1",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, ask->site);
    rc = stmt_step(s);
    if (rc <= 0) return rc;
    const char *key = stmt_text(s, 0), *space = stmt_text(s, 1)[0] ? " " : "";
    const struct domain_stage *stage = domain_stage(key);
    const struct domain_room *room = domain_room(stmt_text(s, 1));
    long long others = (long long)stmt_int(s, 2) - 1;
    int zh_n = snprintf(zh, sizeof zh, "验收：%.40s%s%.40s", stage ? stage->zh : key, space,
                        room ? room->zh : stmt_text(s, 1));
    int en_n = snprintf(en, sizeof en, "Accept: %.40s%s%.40s", stage ? stage->en : key, space,
                        room ? room->en : stmt_text(s, 1));
    if (others > 0 && zh_n > 0 && en_n > 0) {
        (void)snprintf(zh + zh_n, sizeof zh - (size_t)zh_n, "，另有 %lld 处", others);
        (void)snprintf(en + en_n, sizeof en - (size_t)en_n, ", and %lld more", others);
    }
    put(w, "acceptance", key, NULL, zh, en, "stage");
    return 0;
}

/* The next date on which a report is due, today's as long as its hour has not come. */
static int next_report(const struct standstill *c, struct wall now, char date[TZ_DATE_SIZE], struct wall *due) {
    tz_date(c->tz, now, date);
    for (int i = 0; i <= WEEK; i++, tz_date_add(date, 1, date)) {
        struct civil civil;
        int rc = tz_date_parse(date, &civil);
        if (rc < 0) return rc;
        if (civil.weekday != c->cutoffs->report_weekday) continue;
        civil.hour = c->cutoffs->report_min / 60;
        civil.minute = c->cutoffs->report_min % 60;
        rc = tz_instant(c->tz, &civil, due);
        if (rc < 0 || due->ms > now.ms) return rc;
    }
    return ERR_NOT_FOUND;
}

int today_checks_put_report(struct db *db, const struct today_ask *ask, const struct standstill *clocks,
                            struct json_out *w) {
    char date[TZ_DATE_SIZE], first[TZ_DATE_SIZE], at[CLOCK_TEXT_SIZE];
    struct wall due;
    int64_t made = 0;
    if (standstill_is_held(clocks, ask->now)) return 0;
    int rc = next_report(clocks, ask->now, date, &due);
    if (rc < 0) return rc == ERR_NOT_FOUND ? 0 : rc;
    tz_date_add(date, 1 - WEEK, first);
    rc = count_of(db, "SELECT count(*) FROM inspection WHERE site = ? AND date >= ?", ask->site, first, &made);
    if (rc < 0 || made > 0) return rc;
    clock_format(due, tz_offset_s(clocks->tz, due), at);
    put(w, "inspection", date, at, "本周的质检报告还没交", "This week's quality report is not in", "inspection");
    return 0;
}

int today_checks_put(struct db *db, const struct today_ask *ask, const char *date, struct json_out *w) {
    int64_t made = 0, open = 0, to_verify = 0;
    int rc = count_of(db, "SELECT count(*) FROM inspection WHERE site = ? AND date = ?", ask->site, date, &made);
    if (rc == 0) rc = hazard_open(db, ask->site, &open);
    if (rc == 0)
        rc = count_of(db,
                      "SELECT count(*) FROM hazard WHERE site = ?1 AND state <> 'verified' AND state = 'rectified'"
                      " AND rectified_by <> 'user/' || ?2",
                      ask->site, ask->user ? ask->user : "", &to_verify);
    if (rc < 0) return rc;
    json_open(w, "checks", '{');
    json_put_int(w, "inspections", made);
    json_put_int(w, "open_hazards", open);
    json_put_int(w, "to_verify", to_verify);
    json_close(w, '}');
    return 0;
}
