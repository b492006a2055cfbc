/* SPDX-License-Identifier: MIT */
/* The arithmetic of "stage, day 6 of 10, one day late". Days on which clocks stand still count nowhere. */
#include "app/journal/today_stage.h"

#include "app/journal/daylog.h"
#include "app/journal/domain.h"
#include "app/journal/stage_late.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

/* The newest log's stage; "" where there is none. */
static int of_logs(struct db *db, const char *site, const char *date, char stage[41]) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT stage FROM daylog WHERE site = ? AND date <= ? AND stage <> ''"
                        " ORDER BY date DESC, pos DESC LIMIT 1",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, date);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    text_clip(stage, 41, rc == 1 ? stmt_text(s, 0) : "");
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

static void count(const struct plan *p, const struct plan_stage *planned, const char *since,
                  const struct standstill *clocks, const char *date, struct today_stage *out) {
    const struct domain_stage *standard = domain_stage(out->key);
    const char *start = since[0] ? since : planned && planned->start[0] ? planned->start : date;
    out->day = larger(1, standstill_days(clocks, start, date));
    out->days = standard ? standard->days : 1;
    if (planned && planned->start[0] && planned->finish[0])
        out->days = larger(1, workdays(&p->cutoffs, planned->start, planned->finish));
}

/* How far it is, and how late, as the list of stages has it. */
static int follow(struct db *db, const char *site, const struct standstill *clocks, const struct plan_stage *planned,
                  struct stage_known *known, const char *date, struct today_stage *out) {
    CLEANUP(free_ptr) struct stage_row *rows = NULL;
    struct stage_row now, then;
    size_t n = 0;
    int rc = stage_rows_read(db, site, &rows, &n);
    if (rc < 0) return rc;
    stage_late_know(rows, n, known);
    stage_rows_whole(rows, n, out->key, &now);
    stage_late_asof(&now, date, &then);
    out->state = stage_life.states[then.seen.state];
    out->late_days = stage_late_days(clocks, planned, &then, known, date);
    return 0;
}

int today_stage_find(struct db *db, const char *site, const struct plan *p, const struct standstill *clocks,
                     const char *date, struct today_stage *out) {
    char begun[TZ_DATE_SIZE] = "";
    struct today_stage t = { .state = "" };
    struct stage_known known = { 0 };
    int rc = of_logs(db, site, date, t.key);
    if (rc == 0) rc = of_starts(db, site, date, t.key, begun);
    if (rc < 0) return rc;
    const struct plan_stage *planned = t.key[0] ? plan_stage_find(p, t.key) : of_plan(p, date);
    if (!t.key[0] && planned) text_clip(t.key, sizeof t.key, planned->key);
    rc = daylog_first(db, site, t.key, date, known.logged, known.first);
    if (rc < 0) return rc;
    /* Nothing was logged at the site before that, so nobody knows whether the stage had begun: then as planned. */
    bool first = known.logged[0] && strcmp(known.logged, known.first) == 0;
    bool as_planned = first && planned && planned->start[0] && strcmp(planned->start, known.logged) < 0;
    if (t.key[0]) count(p, planned, begun[0] ? begun : as_planned ? "" : known.logged, clocks, date, &t);
    if (t.key[0]) rc = follow(db, site, clocks, planned, &known, date, &t);
    if (rc == 0) *out = t;
    return rc;
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
    json_put_text(w, "state", stage->state);
    json_close(w, '}');
}
