/* SPDX-License-Identifier: MIT */
/* Looks things up that a record names. */
#include "app/journal/reason.h"

#include "app/journal/domain.h"
#include "app/journal/plan.h"
#include "firmware/base/text.h"

#include <string.h>

static const struct {
    const char *key, *responsibility;
} changes[] = {
    { "owner-adds", "customer" },     { "owner-removes", "customer" },    { "owner-upgrades", "customer" },
    { "more-points", "customer" },    { "smart-home", "customer" },       { "design-revised", "design" },
    { "drawing-error", "design" },    { "our-error", "error" },           { "poor-base", "site_condition" },
    { "old-pipes", "site_condition" }, { "hidden-defect", "site_condition" }, { "omitted", "omission" },
    { "measured-differs", "quantity" }, { "replaced", "supplier" },       { "code-demands", "regulation" },
};

const char *reason_responsibility(const char *key) {
    for (size_t i = 0; i < TEXT_ARRAY_LEN(changes); i++)
        if (strcmp(changes[i].key, key) == 0) return changes[i].responsibility;
    return NULL;
}

static const struct {
    const char *key;
    int days;
} leads[] = {
    { "tiles", 7 },    { "floor", 15 },   { "window", 25 }, { "door", 35 },
    { "cabinet", 45 }, { "worktop", 10 }, { "shower", 15 },
};

int reason_lead_days(const char *kind) {
    for (size_t i = 0; i < TEXT_ARRAY_LEN(leads); i++)
        if (strcmp(leads[i].key, kind) == 0) return leads[i].days;
    return 0;
}

void reason_measure_due(const char *kind, const char *needed, char out[TZ_DATE_SIZE]) {
    struct civil civil;
    int days = reason_lead_days(kind);
    out[0] = '\0';
    if (days > 0 && tz_date_parse(needed, &civil) == 0) tz_date_add(needed, -days, out);
}

int reason_stage(struct journal *j, struct db *db, const char *site, const char *stage, struct err_text *e) {
    struct plan plan;
    if (!stage[0] || domain_stage(stage)) return 0;
    int rc = plan_read(db, site, journal_timezone(j), &plan);
    if (rc < 0) return err_set(e, rc, "the plan cannot be read: %s", err_name(rc));
    if (!plan_stage_find(&plan, stage))
        rc = err_field(e, ERR_INVALID, "stage", "there is no stage %s in the plan or among the standard ones", stage);
    plan_fini(&plan);
    return rc;
}
