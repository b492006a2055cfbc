/* SPDX-License-Identifier: MIT */
/* Gathers the facts of every site from the projections that there are. A new subject (hazards of their own, say) adds its count in facts_of. */
#include "app/hook/digest.h"

#include "app/journal/board.h"
#include "app/journal/daylog.h"
#include "app/journal/standing.h"
#include "app/journal/today_stage.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

enum { SITES_MAX = 100000, SILENT_AT_LEAST_S = 2 * 86400 };

struct scope {
    struct db *db;
    const char *fallback_tz;
    int64_t silent_before_ms;
};

/* Standing alerts: all, the executives', and what they say of hazards and boards. */
static int of_alerts(struct db *db, struct digest_site *s, int64_t *silent_alerts) {
    CLEANUP(stmt_reset_ptr) struct stmt *q = NULL;
    int rc = db_prepare(db,
                        "SELECT count(*), count(*) FILTER (WHERE level = 'executive'),"
                        " count(*) FILTER (WHERE rule = 'hazard-overdue'),"
                        " count(*) FILTER (WHERE rule = 'board-silent')"
                        " FROM alert WHERE cleared_ms = 0 AND site = ?",
                        &q);
    if (rc < 0) return rc;
    stmt_bind_text(q, 1, s->site);
    rc = stmt_step(q);
    if (rc < 0) return rc;
    s->alerts = stmt_int(q, 0);
    s->executive = stmt_int(q, 1);
    s->overdue = stmt_int(q, 2);
    *silent_alerts = stmt_int(q, 3);
    return 0;
}

static int of_boards(const struct scope *c, struct digest_site *s) {
    CLEANUP(stmt_reset_ptr) struct stmt *q = NULL;
    int rc = db_prepare(c->db,
                        "SELECT count(*) FILTER (WHERE online = 0 AND last_seen < ?2), sum(unsent)"
                        " FROM board WHERE site = ?1",
                        &q);
    if (rc < 0) return rc;
    stmt_bind_text(q, 1, s->site);
    stmt_bind_int(q, 2, c->silent_before_ms);
    rc = stmt_step(q);
    if (rc < 0) return rc;
    s->silent = stmt_int(q, 0);
    s->unsent = stmt_is_null(q, 1) ? -1 : stmt_int(q, 1);
    return 0;
}

/* With the site's clocks: days that head office granted or on which it held the site are none. */
static int of_stage(const struct scope *c, const struct plan *plan, const char *date, struct digest_site *s) {
    struct tz *tz = NULL;
    struct standstill clocks = { 0 };
    struct today_stage stage = { 0 };
    char yesterday[TZ_DATE_SIZE], after[TZ_DATE_SIZE];
    int rc = tz_create(plan->timezone, &tz, NULL);
    if (rc == 0) rc = standing_read(c->db, s->site, &plan->cutoffs, tz, &clocks);
    if (rc == 0 && (plan->version > 0 || s->last_log[0]))
        rc = today_stage_find(c->db, s->site, plan, &clocks, date, &stage);
    if (rc == 0) {
        text_clip(s->stage, sizeof s->stage, stage.key);
        s->day = stage.day;
        s->days = stage.days;
        s->late_days = stage.late_days;
    }
    if (rc == 0 && s->last_log[0]) {
        tz_date_add(date, -1, yesterday);
        tz_date_add(s->last_log, 1, after);
        s->log_days = standstill_days(&clocks, after, yesterday);
    }
    standing_fini(&clocks);
    tz_destroy(tz);
    return rc;
}

static int of_plan(const struct scope *c, const char *date, struct digest_site *s) {
    struct plan plan;
    int rc = plan_read(c->db, s->site, c->fallback_tz, &plan);
    if (rc < 0) return rc;
    text_clip(s->name, sizeof s->name, plan.name);
    rc = of_stage(c, &plan, date, s);
    plan_fini(&plan);
    return rc;
}

static int facts_of(const struct scope *c, const char *date, struct digest_site *s) {
    int64_t silent_alerts = 0;
    int rc = of_alerts(c->db, s, &silent_alerts);
    if (rc == 0) rc = of_boards(c, s);
    if (rc == 0) rc = daylog_last_date(c->db, s->site, s->last_log);
    if (rc == 0) rc = of_plan(c, date, s);
    if (s->silent < silent_alerts) s->silent = silent_alerts;
    return rc;
}

static int list_sites(struct db *db, struct digest_site **out, size_t *n) {
    CLEANUP(stmt_reset_ptr) struct stmt *q = NULL;
    CLEANUP(free_ptr) struct digest_site *list = NULL;
    size_t room = 0, count = 0;
    int rc = db_prepare(
        db, "SELECT site FROM site UNION SELECT site FROM board UNION SELECT site FROM chain ORDER BY 1", &q);
    while (rc >= 0 && (rc = stmt_step(q)) == 1) {
        if (count == SITES_MAX) return ERR_TOO_BIG;
        if (count == room) {
            struct digest_site *more = realloc(list, (room + 64) * sizeof *list);
            if (!more) return ERR_NOMEM;
            list = more;
            room += 64;
        }
        list[count] = (struct digest_site){ .unsent = -1 };
        text_clip(list[count++].site, NAME_SIZE, stmt_text(q, 0));
    }
    if (rc < 0) return rc;
    *out = STEAL_PTR(list);
    *n = count;
    return 0;
}

int digest_read(struct db *db, const struct tz *tz, const char *fallback_tz, int64_t silent_after_s, struct wall now,
                struct digest *out) {
    CLEANUP(free_ptr) struct digest_site *all = NULL;
    struct digest d = { .at = now };
    int64_t silent_s = silent_after_s > SILENT_AT_LEAST_S ? silent_after_s : SILENT_AT_LEAST_S;
    struct scope c = { db, fallback_tz, now.ms - silent_s * 1000 };
    size_t n = 0;
    tz_date(tz, now, d.date);
    int rc = list_sites(db, &all, &n);
    for (size_t i = 0; rc == 0 && i < n; i++) rc = facts_of(&c, d.date, &all[i]);
    if (rc < 0) return rc;
    digest_choose(all, n, &d);
    *out = d;
    return 0;
}
