/* SPDX-License-Identifier: MIT */
/* A site's week, or one inspection, as a report, from what the projections hold of it. Reads only. Thread: that of the handle; takes some tens of milliseconds. */
#ifndef SITELOG_REPORT_REPORT_WEEK_H
#define SITELOG_REPORT_REPORT_WEEK_H

#include "app/journal/week.h"
#include "app/report/report.h"

struct report_week_ask {
    const char *site;
    const char *fallback_tz; /* of a site without a plan */
    const char *week;        /* of week_parse; NULL: the one that `now` is in at the site */
    struct wall now;
};

/* Fills and seals a zeroed report, with people's names: who may see them is the view's business. A week without anything is a report, too.
 * ERR_INVALID: week. Owns: caller; report_fini, also after an error. */
MUST_CHECK int report_week(struct db *db, const struct report_week_ask *ask, struct report *out, struct err_text *e);

/* The same of one inspection, with the hazards it raised as they are now; ask->week is not looked at. ERR_NOT_FOUND. */
MUST_CHECK int report_week_inspection(struct db *db, const struct report_week_ask *ask, const char *id,
                                      struct report *out, struct err_text *e);

#endif
