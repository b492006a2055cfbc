/* SPDX-License-Identifier: MIT */
/* Puts a standstill together. */
#include "app/journal/standing.h"

#include "app/journal/delay.h"
#include "app/journal/hold.h"

#include "firmware/base/cleanup.h"

#include <stdlib.h>
#include <string.h>

enum { PLANS_MAX = 50 };

void standing_fini(struct standstill *s) {
    free(s->granted);
    free(s->held);
    free(s->idle);
    *s = (struct standstill){ 0 };
}

/* Since when the planned dates are as they are: the first of the newest plans that have the same stages. A plan that says none leaves them. */
static int read_planned(struct db *db, const char *site, const struct tz *tz, char out[TZ_DATE_SIZE]) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    CLEANUP(free_ptr) char *stages = NULL;
    int64_t since = 0;
    int rc = db_prepare(db,
                        "SELECT at, json_extract(bytes, '$.data.stages') FROM event WHERE site = ?1 AND subject ="
                        " 'plan/' || ?1 AND type = 'plan-set' ORDER BY rev DESC, pos DESC LIMIT ?2",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_int(s, 2, PLANS_MAX);
    while ((rc = stmt_step(s)) == 1) {
        if (stmt_is_null(s, 1)) continue;
        if (stages && strcmp(stages, stmt_text(s, 1)) != 0) break;
        since = stmt_int(s, 0);
        if (!stages && !(stages = strdup(stmt_text(s, 1)))) return ERR_NOMEM;
    }
    if (rc >= 0 && since > 0) tz_date(tz, (struct wall){ since }, out);
    return rc < 0 ? rc : 0;
}

int standing_read(struct db *db, const char *site, const struct plan_cutoffs *cutoffs, const struct tz *tz,
                  struct standstill *out) {
    struct standstill s = { .cutoffs = cutoffs, .tz = tz };
    int rc = delay_granted(db, site, &s.granted, &s.granted_count);
    if (rc == 0) rc = delay_idle(db, site, &s.idle, &s.idle_count);
    if (rc == 0) rc = hold_periods(db, site, &s.held, &s.held_count);
    if (rc == 0 && (s.granted_count || s.held_count)) rc = read_planned(db, site, tz, s.planned_since);
    if (rc < 0)
        standing_fini(&s);
    else
        *out = s;
    return rc;
}
