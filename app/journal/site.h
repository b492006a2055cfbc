/* SPDX-License-Identifier: MIT */
/* A site as readers see it: one as a whole, and all of them in a line each. Reads projections and board states only.
 * Thread: any, on the handle's thread. */
#ifndef SITELOG_JOURNAL_SITE_H
#define SITELOG_JOURNAL_SITE_H

#include "app/journal/pressing.h"

/* There is a plan, a board or an event of it. */
MUST_CHECK int site_known(struct db *db, const char *site, bool *out);

struct site_view {
    bool customer;
    bool names;
}; /* what the reader may see: the customer block; staff names */

/* {"site","name","version","timezone","stages":[{"key","zh","en","planned_start","planned_finish","after"}],"contract_amount","cutoffs",
 * "customer","people"}. A site without a plan: standard stages, version 0, name = site. */
MUST_CHECK int site_print(struct db *db, const char *site, const char *fallback_tz, struct site_view view,
                          struct buf *out);

/* GET /api/v1/sites: {"sites":[{"site","name","timezone","boards":[{"board","online","last_seen","clock"}],"held","last_daylog","open_hazards",
 * "alerts","unsent","red","press":[{"kind","n"}],"stage":{"key","zh","en","day","days"}|null}]}, what presses most first (pressing.h). */
MUST_CHECK int site_list(struct db *db, const struct pressing_scope *scope, struct buf *out);

#endif
