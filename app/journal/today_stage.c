/* SPDX-License-Identifier: MIT */
/* The arithmetic of "stage, day 6 of 10, one day late". Days on which clocks stand still count nowhere. */
#include "app/journal/today_stage.h"

#include "app/journal/domain.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

/* The newest log's stage, and the first date on which that stage was logged; "" for both where there is none. *first: nothing was logged at the site
 * before that, so nobody knows whether the stage had begun. */
static int of_logs(struct db *db, const char *site, const char *date, char stage[41], char since[TZ_DATE_SIZE],
                   bool *first) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT stage, (SELECT min(date) FROM daylog f WHERE f.site = d.site AND f.stage = d.stage),"
                        " (SELECT min(date) FROM daylog f WHERE f.site = d.site) FROM daylog d"
                        " WHERE site = ? AND date <= ? AND stage <> '' ORDER BY date DESC, pos DESC LIMIT 1",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, date);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    text_clip(stage, 41, rc == 1 ? stmt_text(s, 0) : "");
    text_clip(since, TZ_DATE_SIZE, rc == 1 ? stmt_text(s, 1) : "");
    *first = rc == 1 && strcmp(since, stmt_text(s, 2)) == 0;
    return 0;
}

/* The first start of a stage, its rooms' included ("" : any stage that is not finished), and which it is. "" where there is none. */
static int of_starts(struct db *db, const char *site, const char *date, char stage[41], char since[TZ_DATE_SIZE]) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT key, min(substr(started, 1, 10)) AS begun FROM stage WHERE site = ?1 AND started <> ''"
                        " AND substr(started, 1, 10) <= ?2 AND (key = ?3 OR (?3 = '' AND state <> 'accepted' AND"
                        " finished = '')) GROUP BY key ORDER BY begun DESC, key LIMIT 1",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, date);
    stmt_bind_text(s, 3, stage);
    rc = stmt_step(s);
    if (rc <= 0) return rc;
    char found[41];
    text_clip(found, sizeof found, stmt_text(s, 0));
    text_clip(since, TZ_DATE_SIZE, stmt_text(s, 1));
    stmt_reset(s);
    memcpy(stage, found, sizeof found);
    return 0;
}

static const struct plan_stage *of_plan(const struct plan *p, const char *date) {
    const struct plan_stage *begun = NULL;
    for (size_t i = 0; i < p->stage_count; i++) {
        const struct plan_stage *s = &p->stages[i];
        if (!s->start[0] || strcmp(s->start, date) > 0) continue;
        if (s->finish[0] && strcmp(date, s->finish) <= 0) return s;
        begun = s;
    }
    return begun ? begun : p->stage_count ? &p->stages[0] : NULL;
}

static int larger(int a, int b) { return a > b ? a : b; }

static int workdays(const struct plan_cutoffs *c, const char *from, const char *to) {
    char date[TZ_DATE_SIZE];
    int days = 0;
    memcpy(date, from, sizeof date);
    for (int i = 0; i < 1000 && strcmp(date, to) <= 0; i++) {
        days += plan_workday(c, date);
        tz_date_add(date, 1, date);
    }
    return days;
}

static void count(const struct plan *p, const struct standstill *clocks, const struct plan_stage *planned,
                  const char *since, const char *date, struct today_stage *out) {
    const struct domain_stage *standard = domain_stage(out->key);
    const char *start = since[0] ? since : planned && planned->start[0] ? planned->start : date;
    out->day = larger(1, standstill_days(clocks, start, date));
    out->days = standard ? standard->days : 1;
    if (planned && planned->start[0] && planned->finish[0])
        out->days = larger(1, workdays(&p->cutoffs, planned->start, planned->finish));
    out->late_days = 0;
    if (planned && planned->finish[0]) {
        out->late_days = standstill_late(clocks, planned->finish, date);
        if (planned->start[0]) out->late_days = larger(out->late_days, standstill_late(clocks, planned->start, start));
    } else {
        out->late_days = larger(0, out->day - out->days);
    }
}

int today_stage_find(struct db *db, const char *site, const struct plan *p, const struct standstill *clocks,
                     const char *date, struct today_stage *out) {
    char since[TZ_DATE_SIZE] = "", begun[TZ_DATE_SIZE] = "";
    struct today_stage t = { 0 };
    bool first = false;
    int rc = of_logs(db, site, date, t.key, since, &first);
    if (rc == 0) rc = of_starts(db, site, date, t.key, begun);
    if (rc < 0) return rc;
    const struct plan_stage *planned = t.key[0] ? plan_stage_find(p, t.key) : of_plan(p, date);
    if (first && planned && planned->start[0] && strcmp(planned->start, since) < 0) since[0] = '\0'; /* as planned */
    if (!t.key[0] && planned) text_clip(t.key, sizeof t.key, planned->key);
    if (t.key[0]) count(p, clocks, planned, begun[0] ? begun : since, date, &t);
    *out = t;
    return 0;
}

void today_stage_put(const struct today_stage *stage, enum today_stage_line line, struct json_out *w) {
    const struct domain_stage *words = stage->key[0] ? domain_stage(stage->key) : NULL;
    if (!stage->key[0]) {
        json_put_null(w, "stage");
        return;
    }
    json_open(w, "stage", '{');
    json_put_text(w, "key", stage->key);
    json_put_text(w, "zh", words ? words->zh : stage->key);
    json_put_text(w, "en", words ? words->en : stage->key);
    if (line >= TODAY_STAGE_DAY) {
        json_put_int(w, "day", stage->day);
        json_put_int(w, "days", stage->days);
    }
    if (line >= TODAY_STAGE_LATE) json_put_int(w, "late_days", stage->late_days);
    json_close(w, '}');
}
