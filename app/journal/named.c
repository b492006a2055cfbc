/* SPDX-License-Identifier: MIT */
/* Looks things up that a record names. */
#include "app/journal/named.h"

#include "app/journal/domain.h"

int named_in_plan(const struct plan *plan, const char *stage, struct err_text *e) {
    if (!stage[0] || domain_stage(stage) || plan_stage_find(plan, stage)) return 0;
    return err_field(e, ERR_INVALID, "stage", "there is no stage %s in the plan or among the standard ones", stage);
}

int named_stage(struct journal *j, struct db *db, const char *site, const char *stage, struct err_text *e) {
    struct plan plan;
    if (!stage[0] || domain_stage(stage)) return 0;
    int rc = plan_read(db, site, journal_timezone(j), &plan);
    if (rc < 0) return err_set(e, rc, "the plan cannot be read: %s", err_name(rc));
    rc = named_in_plan(&plan, stage, e);
    plan_fini(&plan);
    return rc;
}
