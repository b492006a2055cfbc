/* SPDX-License-Identifier: MIT */
/* What a record names has to be there: one check for those that several subjects name. Thread: that of the handle. */
#ifndef SITELOG_JOURNAL_NAMED_H
#define SITELOG_JOURNAL_NAMED_H

#include "app/journal/journal.h"
#include "app/journal/plan.h"

/* A stage that is "", of the site's plan, or one of the standard ones: 0; else ERR_INVALID with the field "stage". */
MUST_CHECK int named_stage(struct journal *j, struct db *db, const char *site, const char *stage, struct err_text *e);

/* The same by a plan that is read already. Pure. */
MUST_CHECK int named_in_plan(const struct plan *plan, const char *stage, struct err_text *e);

#endif
