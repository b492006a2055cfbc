/* SPDX-License-Identifier: MIT */
/* What records name and the trade's data knows: reasons of changes, lead times of goods, stages of the plan. Thread: any. */
#ifndef SITELOG_JOURNAL_REASON_H
#define SITELOG_JOURNAL_REASON_H

#include "app/journal/journal.h"
#include "firmware/base/tz.h"

/* Who answers for a change of that reason: "customer" "design" "error" …; NULL: there is no such reason. */
const char *reason_responsibility(const char *key);

/* Days from measuring to delivery at most, of a kind of goods that is made to measure or ordered; 0: none is known. */
int reason_lead_days(const char *kind);

/* Which date a kind has to be measured by, so that it is there when it is needed; "" where there is no lead time or no date. */
void reason_measure_due(const char *kind, const char *needed, char out[TZ_DATE_SIZE]);

/* A stage that is "", of the site's plan, or one of the standard ones: 0; else ERR_INVALID with the field "stage". */
MUST_CHECK int reason_stage(struct journal *j, struct db *db, const char *site, const char *stage, struct err_text *e);

#endif
