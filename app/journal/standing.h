/* SPDX-License-Identifier: MIT */
/* A site's clocks as its records say: the plan's days off, granted delays, idle days, holdings. Reads only. Thread: that of the handle. */
#ifndef SITELOG_JOURNAL_STANDING_H
#define SITELOG_JOURNAL_STANDING_H

#include "app/journal/standstill.h"
#include "firmware/db/db.h"

/* cutoffs and tz are borrowed for as long as *out is used. Owns: caller, standing_fini. */
MUST_CHECK int standing_read(struct db *db, const char *site, const struct plan_cutoffs *cutoffs, const struct tz *tz,
                             struct standstill *out);
void standing_fini(struct standstill *s); /* fine on a zeroed one */

#endif
