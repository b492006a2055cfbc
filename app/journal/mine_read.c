/* SPDX-License-Identifier: MIT */
/* What is on a person's list: one function a kind, each a read of the projections. Stages and signatures: mine_stage.c. */
#include "app/journal/daylog.h"
#include "app/journal/mine_private.h"
#include "app/journal/question.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

enum { WEEK = 7 };

static int prepare(const struct mine_list *list, const char *sql, struct stmt **s) {
    int rc = db_prepare(list->db, sql, s);
    if (rc == 0) stmt_bind_text(*s, 1, list->site);
    return rc;
}

/* id, text and text_en of the row that s stands on. */
static int add_hazard(struct mine_list *list, enum mine_kind kind, struct stmt *s, const char *zh, const char *en) {
    struct mine_item *item;
    const char *text_en = stmt_text(s, 2)[0] ? stmt_text(s, 2) : stmt_text(s, 1);
    int rc = mine_add(list, kind, &item);
    if (rc < 0) return rc;
    (void)snprintf(item->subject, sizeof item->subject, "hazard/%s", stmt_text(s, 0));
    (void)snprintf(item->zh, sizeof item->zh, "%s：%s", zh, stmt_text(s, 1));
    (void)snprintf(item->en, sizeof item->en, "%s: %s", en, text_en);
    return 0;
}

/* Of a hazard that is set for `set`; ms 0: nobody knows until when the site is held. */
static struct wall hazard_is_due(const struct mine_list *list, struct stmt *s, int raised, int set) {
    struct wall due =
        standstill_shift(&list->clock->runs, (struct wall){ stmt_int(s, raised) }, (struct wall){ stmt_int(s, set) });
    return due.ms == STANDSTILL_NEVER ? (struct wall){ 0 } : due;
}

/* A supervisor sees those of the site that are overdue or stop the work; others their own, a manager also those of nobody. */
int mine_hazards(struct mine_list *list) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    bool looks = mine_is(list, "supervisor"), manages = mine_is(list, "manager");
    if (!looks && !manages && !mine_is(list, "crew")) return 0;
    int rc = prepare(list,
                     "SELECT id, text, text_en, due_ms, raised_ms, state = 'raised', severity = 'stop_work' FROM hazard"
                     " WHERE site = ?1 AND state IN ('raised', 'assigned') AND state <> 'verified' AND CASE ?3"
                     " WHEN 'supervisor' THEN severity = 'stop_work' OR due_ms <= ?2"
                     " WHEN 'manager' THEN assignee = ?4 OR assignee = '' ELSE assignee = ?4 END ORDER BY due_ms",
                     &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 2, list->ask->scope.now.ms);
    stmt_bind_text(s, 3, list->ask->role);
    stmt_bind_text(s, 4, list->ask->user);
    for (int n = 0; n < MINE_ITEMS_MAX && rc >= 0 && (rc = stmt_step(s)) == 1;) {
        struct wall due = hazard_is_due(list, s, 4, 3);
        bool assign = stmt_int(s, 5) && (looks || manages);
        bool overdue = due.ms && due.ms <= list->ask->scope.now.ms;
        if (looks && !overdue && !stmt_int(s, 6)) continue;
        rc = add_hazard(list, overdue ? MINE_OVERDUE : MINE_HAZARD, s, assign ? "指派" : "整改",
                        assign ? "Assign" : "Rectify");
        if (rc == 0) list->items[list->count - 1].due = due;
        n++;
    }
    return rc;
}

int mine_rechecks(struct mine_list *list) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    if (!mine_is(list, "supervisor")) return 0;
    int rc = prepare(list,
                     "SELECT id, text, text_en FROM hazard WHERE site = ?1 AND state = 'rectified'"
                     " AND state <> 'verified' AND rectified_by <> 'user/' || ?2"
                     " ORDER BY severity <> 'stop_work', rectified_ms LIMIT ?3",
                     &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 2, list->ask->user);
    stmt_bind_int(s, 3, MINE_ITEMS_MAX);
    while (rc >= 0 && (rc = stmt_step(s)) == 1) rc = add_hazard(list, MINE_RECHECK, s, "复查", "Re-check");
    return rc;
}

int mine_questions(struct mine_list *list) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct mine_item *item;
    if (!mine_is(list, "manager")) return 0;
    int rc = prepare(list,
                     "SELECT id, CASE again WHEN '' THEN text ELSE again END, asker, asked_ms FROM question"
                     " WHERE site = ?1 AND state = 'open' AND asked_of = 'site' ORDER BY due_ms, pos LIMIT ?2",
                     &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 2, MINE_ITEMS_MAX);
    while (rc >= 0 && (rc = stmt_step(s)) == 1) {
        rc = mine_add(list, MINE_QUESTION, &item);
        if (rc < 0) break;
        (void)snprintf(item->subject, sizeof item->subject, "question/%.60s", stmt_text(s, 0));
        (void)snprintf(item->zh, sizeof item->zh, "回答：%s", stmt_text(s, 1));
        (void)snprintf(item->en, sizeof item->en, "Answer: %s", stmt_text(s, 1));
        item->due =
            question_due(list->clock, strcmp(stmt_text(s, 2), "customer") == 0, (struct wall){ stmt_int(s, 3) });
    }
    return rc;
}

/* ---- what has to be written ---- */

/* Before the site's first event nothing is due. 1: it had begun on that date. */
static int had_begun(const struct mine_list *list, const char *date) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    char first[TZ_DATE_SIZE];
    int rc = prepare(list, "SELECT at FROM event WHERE site = ? ORDER BY pos LIMIT 1", &s);
    if (rc == 0) rc = stmt_step(s);
    if (rc <= 0) return rc;
    tz_date(list->clock->tz, (struct wall){ stmt_int(s, 0) }, first);
    return strcmp(first, date) <= 0;
}

/* 1: nothing of that table is dated `from` or later. */
static int lacks(const struct mine_list *list, struct stmt *s, const char *from) {
    stmt_bind_text(s, 1, list->site);
    stmt_bind_text(s, 2, from);
    int rc = stmt_step(s);
    return rc < 0 ? rc : rc == 0;
}

static int add_written(struct mine_list *list, enum mine_kind kind, const char *what, const char *date,
                       struct wall due) {
    struct mine_item *item;
    int rc = mine_add(list, kind, &item);
    if (rc < 0) return rc;
    (void)snprintf(item->subject, sizeof item->subject, "%s/%s", what, date);
    item->due = due;
    if (kind == MINE_REPORT) {
        (void)snprintf(item->zh, sizeof item->zh, "本周（至 %s）的质检报告还没交", date);
        (void)snprintf(item->en, sizeof item->en, "The quality report of the week to %s is not in", date);
    } else {
        (void)snprintf(item->zh, sizeof item->zh, "%s 的日志还没写", date);
        (void)snprintf(item->en, sizeof item->en, "The log of %s is not written", date);
    }
    return 0;
}

/* 1: a log of that date should be there, or still come, and is not. Today's is due also where nothing has happened yet. */
static int log_is_due(const struct mine_list *list, const char *date, bool today) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct wall due = standstill_at(&list->clock->runs, date, list->clock->plan.cutoffs.daylog_min);
    if (!standstill_is_open(&list->clock->runs, date) || standstill_is_idle(&list->clock->runs, date) ||
        standstill_is_held(&list->clock->runs, due))
        return 0;
    int rc = today ? 1 : had_begun(list, date);
    if (rc <= 0) return rc;
    rc = db_prepare(list->db, "SELECT 1 FROM daylog WHERE site = ? AND date = ? LIMIT 1", &s);
    return rc < 0 ? rc : lacks(list, s, date);
}

/* Today's, and until ten yesterday's. */
int mine_daylogs(struct mine_list *list) {
    char dates[2][TZ_DATE_SIZE];
    struct wall due;
    if (list->closed || !mine_is(list, "manager")) return 0;
    size_t n = daylog_dates(list->clock->tz, list->ask->scope.now, dates);
    for (size_t i = 0; i < n; i++) {
        int rc = log_is_due(list, dates[i], i == 0);
        if (rc == 0) continue;
        if (rc == 1) rc = plan_daylog_due(&list->clock->plan, list->clock->tz, dates[i], &due);
        if (rc == 0) rc = add_written(list, MINE_DAYLOG, "daylog", dates[i], due);
        if (rc < 0) return rc;
    }
    return 0;
}

/* On its day, until it is due; from then on the alert that it is missing tells. */
int mine_report(struct mine_list *list) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct civil civil;
    char today[TZ_DATE_SIZE], first[TZ_DATE_SIZE];
    struct wall due;
    if (list->closed || !mine_is(list, "supervisor")) return 0;
    tz_date(list->clock->tz, list->ask->scope.now, today);
    tz_date_add(today, 1 - WEEK, first);
    int rc = tz_date_parse(today, &civil);
    due = standstill_at(&list->clock->runs, today, list->clock->plan.cutoffs.report_min);
    if (rc < 0 || civil.weekday != list->clock->plan.cutoffs.report_weekday ||
        !standstill_is_open(&list->clock->runs, today) || standstill_is_idle(&list->clock->runs, today) ||
        standstill_is_held(&list->clock->runs, due))
        return 0;
    rc = had_begun(list, today);
    if (rc <= 0) return rc;
    rc = db_prepare(list->db, "SELECT 1 FROM inspection WHERE site = ? AND date >= ? LIMIT 1", &s);
    if (rc == 0) rc = lacks(list, s, first);
    if (rc <= 0) return rc;
    return due.ms <= list->ask->scope.now.ms ? 0 : add_written(list, MINE_REPORT, "report", today, due);
}

/* ---- alerts ---- */

static int add_alert(struct mine_list *list, struct stmt *s) {
    struct mine_item *item;
    bool report = strcmp(stmt_text(s, 1), "report-missing") == 0 && mine_is(list, "supervisor");
    int rc = mine_add(list, report ? MINE_REPORT : MINE_ALERT, &item);
    if (rc < 0) return rc;
    text_clip(item->subject, sizeof item->subject, stmt_text(s, 5)); /* where it leads to: what the alert is about */
    text_clip(item->zh, sizeof item->zh, stmt_text(s, 3));
    text_clip(item->en, sizeof item->en, stmt_text(s, 4));
    return clock_parse(stmt_text(s, 2), &item->due, NULL) == 0 ? 0 : ERR_CORRUPT;
}

/* What stands and the other kinds do not tell of: of a manager all of it, of a supervisor what is theirs to do, of head office what goes beyond the
 * site. */
int mine_alerts(struct mine_list *list) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    if (mine_is(list, "crew")) return 0;
    int rc = prepare(list,
                     "SELECT id, rule, due, zh, en, subject FROM alert WHERE cleared_ms = 0 AND site = ?1"
                     " AND rule NOT IN ('hazard-due', 'hazard-overdue', 'daylog-missing') AND CASE ?2"
                     " WHEN 'supervisor' THEN rule = 'report-missing'"
                     " WHEN 'manager' THEN rule NOT IN ('report-missing', 'acceptance-missed', 'callback-due')"
                     " ELSE level <> 'site' END ORDER BY due, pos LIMIT ?3",
                     &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 2, list->ask->role);
    stmt_bind_int(s, 3, MINE_ITEMS_MAX);
    while (rc >= 0 && (rc = stmt_step(s)) == 1) rc = add_alert(list, s);
    return rc;
}
