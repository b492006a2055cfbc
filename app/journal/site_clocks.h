/* SPDX-License-Identifier: MIT */
/* The clocks of the sites that a reader goes over: the plan's days, the time zone, and when they stand still, of each site read once. So lists, pages, tables
 * and reports find the due times that the rules find, also where a site was held, or days were granted, after the time was set. Nothing of that is
 * stored. Reads only. Thread: that of the handle. */
#ifndef SITELOG_JOURNAL_SITE_CLOCKS_H
#define SITELOG_JOURNAL_SITE_CLOCKS_H

#include "app/journal/standstill.h"
#include "firmware/db/db.h"

struct site_clock {
    char site[NAME_SIZE];
    struct plan plan;
    struct tz *tz;
    bool shared; /* tz is that of another site in the list */
    struct standstill runs;
    int64_t designer_ms, customer_ms; /* how long an answer may take, as head office has set it */
};

struct site_clocks {
    struct site_clock **list; /* owned */
    size_t count;
};

/* *c is zeroed before the first. *out is lent until site_clocks_fini. The time zone of a site without a plan is the journal's. */
MUST_CHECK int site_clocks_find(struct site_clocks *c, struct db *db, const char *site, const struct site_clock **out);
void site_clocks_fini(struct site_clocks *c); /* fine on a zeroed one; for CLEANUP, too */

#endif
