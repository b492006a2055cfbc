/* SPDX-License-Identifier: MIT */
/* Gathers the facts of every site from the projections that there are: one function a subject. */
#include "app/journal/board.h"
#include "app/journal/daylog.h"
#include "app/journal/handover.h"
#include "app/journal/move.h"
#include "app/journal/pressing.h"
#include "app/journal/standing.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { SITES_MAX = 100000, SITES_STEP = 64 };

/* Standing alerts: all, the executives', those that nothing else tells of, and what they say of hazards and boards. */
static int of_alerts(struct db *db, struct pressing *s) {
    CLEANUP(stmt_reset_ptr) struct stmt *q = NULL;
    int rc =
        db_prepare(db,
                   "SELECT count(*), count(*) FILTER (WHERE level = 'executive'),"
                   " count(*) FILTER (WHERE rule = 'hazard-overdue'), count(*) FILTER (WHERE rule = 'board-silent'),"
                   " count(*) FILTER (WHERE level <> 'executive' AND rule NOT IN"
                   " ('hazard-overdue', 'hazard-due', 'board-silent', 'daylog-missing'))"
                   " FROM alert WHERE cleared_ms = 0 AND site = ?",
                   &q);
    if (rc < 0) return rc;
    stmt_bind_text(q, 1, s->site);
    rc = stmt_step(q);
    if (rc < 0) return rc;
    s->alerts = stmt_int(q, 0);
    s->executive = stmt_int(q, 1);
    s->overdue = stmt_int(q, 2);
    s->silent = stmt_int(q, 3);
    s->others = stmt_int(q, 4);
    return 0;
}

/* Overdue is what is so by the site's clocks, as its rules have it. */
static int of_hazards(struct db *db, const struct pressing_scope *c, const struct standstill *clocks,
                      struct pressing *s) {
    CLEANUP(stmt_reset_ptr) struct stmt *q = NULL;
    int64_t overdue = 0;
    int rc = db_prepare(db,
                        "SELECT severity = 'stop_work', raised_ms, due_ms FROM hazard WHERE site = ?1"
                        " AND state <> 'verified' AND state <> 'rectified'",
                        &q);
    if (rc < 0) return rc;
    stmt_bind_text(q, 1, s->site);
    while ((rc = stmt_step(q)) == 1) {
        struct wall raised = { stmt_int(q, 1) }, due = { stmt_int(q, 2) };
        s->stop_work += stmt_int(q, 0);
        overdue += due.ms > 0 && due.ms <= c->now.ms && standstill_shift(clocks, raised, due).ms <= c->now.ms;
    }
    if (s->overdue < overdue) s->overdue = overdue;
    return rc;
}

static int of_boards(struct db *db, struct pressing *s) {
    CLEANUP(stmt_reset_ptr) struct stmt *q = NULL;
    int rc = db_prepare(db, "SELECT sum(unsent) FROM board WHERE site = ?1 AND board NOT IN (" MOVE_GONE ")", &q);
    if (rc < 0) return rc;
    stmt_bind_text(q, 1, s->site);
    rc = stmt_step(q);
    if (rc < 0) return rc;
    s->unsent = stmt_is_null(q, 0) ? -1 : stmt_int(q, 0);
    return 0;
}

/* A site that is held or was handed over does not press, whatever is open there; what has not arrived of it is still told. */
static void be_quiet(struct pressing *s) {
    s->executive = s->stop_work = s->overdue = s->late_days = s->silent = s->log_days = s->alerts = s->others = 0;
}

/* The zone of the site before, which is mostly that of the next, too: it is read from a file. */
struct zone {
    char name[PLAN_TZ_SIZE];
    struct tz *tz; /* owned, or NULL */
};

static int take_zone(struct zone *z, const char *name) {
    struct tz *tz = NULL;
    if (z->tz && strcmp(z->name, name) == 0) return 0;
    int rc = tz_create(name, &tz, NULL);
    if (rc < 0) return rc;
    tz_destroy(z->tz);
    z->tz = tz;
    text_clip(z->name, sizeof z->name, name);
    return 0;
}

/* Where it stands in its plan, and how many working days it has no log of; by the site's clocks: days that head office granted, or on which it held
 * the site, are none. */
static int of_stage(struct db *db, const struct pressing_scope *c, const struct plan *plan, struct zone *zone,
                    struct pressing *s) {
    struct standstill clocks = { 0 };
    char yesterday[TZ_DATE_SIZE], after[TZ_DATE_SIZE];
    int rc = take_zone(zone, plan->timezone);
    if (rc == 0) rc = standing_read(db, s->site, &plan->cutoffs, zone->tz, &clocks);
    if (rc == 0) rc = of_hazards(db, c, &clocks, s);
    if (rc == 0 && (plan->version > 0 || s->last_log[0]))
        rc = today_stage_find(db, s->site, plan, &clocks, c->date, &s->stage);
    if (rc == 0) s->late_days = s->stage.late_days;
    if (rc == 0 && s->last_log[0]) {
        tz_date_add(c->date, -1, yesterday);
        tz_date_add(s->last_log, 1, after);
        s->log_days = standstill_days(&clocks, after, yesterday);
    }
    if (rc == 0 && standstill_is_held(&clocks, c->now)) be_quiet(s);
    standing_fini(&clocks);
    return rc;
}

static int of_plan(struct db *db, const struct pressing_scope *c, struct zone *zone, struct pressing *s) {
    struct plan plan;
    int rc = plan_read(db, s->site, c->fallback_tz, &plan);
    if (rc < 0) return rc;
    text_clip(s->name, sizeof s->name, plan.name);
    text_clip(s->timezone, sizeof s->timezone, plan.timezone);
    rc = of_stage(db, c, &plan, zone, s);
    plan_fini(&plan);
    return rc;
}

void pressing_scope_init(struct pressing_scope *c, const struct tz *tz, const char *fallback_tz, struct wall now) {
    *c = (struct pressing_scope){ .fallback_tz = fallback_tz, .now = now };
    tz_date(tz, now, c->date);
}

static int read_site(struct db *db, const struct pressing_scope *c, const char *site, struct zone *zone,
                     struct pressing *out) {
    struct pressing s = { .unsent = -1 };
    text_clip(s.site, sizeof s.site, site);
    int rc = of_alerts(db, &s);
    if (rc == 0) rc = of_boards(db, &s);
    if (rc == 0) rc = daylog_last_date(db, site, s.last_log);
    if (rc == 0) rc = of_plan(db, c, zone, &s);
    if (rc == 0) rc = handover_done(db, site, &s.closed, NULL);
    if (rc == 0 && s.closed) be_quiet(&s);
    if (rc == 0) *out = s;
    return rc;
}

int pressing_read(struct db *db, const struct pressing_scope *c, const char *site, struct pressing *out) {
    struct zone zone = { .tz = NULL };
    int rc = read_site(db, c, site, &zone, out);
    tz_destroy(zone.tz);
    return rc;
}

/* Room for one more. */
static int grow(struct pressing **list, size_t n) {
    if (n == SITES_MAX) return ERR_TOO_BIG;
    if (n % SITES_STEP) return 0;
    struct pressing *more = realloc(*list, (n + SITES_STEP) * sizeof **list);
    if (!more) return ERR_NOMEM;
    *list = more;
    return 0;
}

int pressing_read_all(struct db *db, const struct pressing_scope *c, struct pressing **out, size_t *n) {
    CLEANUP(stmt_reset_ptr) struct stmt *q = NULL;
    CLEANUP(free_ptr) struct pressing *list = NULL;
    struct zone zone = { .tz = NULL };
    size_t count = 0;
    int rc = db_prepare(
        db, "SELECT site FROM site UNION SELECT site FROM board UNION SELECT site FROM chain ORDER BY 1", &q);
    while (rc >= 0 && (rc = stmt_step(q)) == 1) {
        rc = grow(&list, count);
        if (rc == 0) rc = read_site(db, c, stmt_text(q, 0), &zone, &list[count]);
        if (rc == 0) count++;
    }
    tz_destroy(zone.tz);
    if (rc < 0) return rc;
    *out = STEAL_PTR(list);
    *n = count;
    return 0;
}
