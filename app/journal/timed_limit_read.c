/* SPDX-License-Identifier: MIT */
/* A timed test's limit as the checklist has it that is in force at a site. */
#include "app/journal/timed_limit.h"

#include "app/journal/checklist_set.h"
#include "app/journal/domain_form.h"

int timed_limit_read(struct db *db, const char *site, const char *kind, struct timed_limit *out) {
    const struct timed_limit *own = timed_limit_find(kind);
    struct domain_text *texts = NULL;
    struct checklist_item item;
    if (!own) return ERR_NOT_FOUND;
    struct timed_limit l = *own;
    int rc = checklist_set_one(db, site, l.stage, l.item, &item, &texts);
    if (rc == 0) l.left_out = !timed_limit_take(&item, &l);
    if (rc == ERR_NOT_FOUND) l.left_out = true;
    domain_form_free(&texts);
    if (rc < 0 && rc != ERR_NOT_FOUND) return rc;
    *out = l;
    return 0;
}
