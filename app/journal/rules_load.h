/* SPDX-License-Identifier: MIT */
/* Fills struct rules_site from the projections: one function a subject, each of which adds to a zeroed or partly filled struct and reads what it needs of
 * what was loaded before (plan, time zone, beginning). Reads only. Thread: any, on the handle's thread. */
#ifndef SITELOG_JOURNAL_RULES_LOAD_H
#define SITELOG_JOURNAL_RULES_LOAD_H

#include "app/journal/rules_site.h"

/* All that follows from the site's events; it stays right until there are more of them. now: how far back it has to look.
 * fallback_tz: of a site without a plan. Owns: caller, rules_site_fini. */
MUST_CHECK int rules_load(struct db *db, const char *site, const char *fallback_tz, const struct rules_limits *limits,
                          struct wall now, struct rules_site *out);

/* What changes without events: when the hub heard the site's boards last. */
MUST_CHECK int rules_load_heard(struct db *db, struct rules_site *s);

/* What a board knows of itself. disk_percent: free, -1: not known. untrusted_since: when its clock was first found without time, ms 0: it has it.
 * Since when the disk is low, and the clock without time, is what an alert that stands says; else now. */
MUST_CHECK int rules_load_self(struct db *db, const char *board, int disk_percent, struct wall untrusted_since,
                               struct wall now, struct rules_site *s);

/* ---- one a subject, for rules_load and its tests ---- */
MUST_CHECK int rules_load_begun(struct db *db, struct rules_site *s);
MUST_CHECK int rules_load_logs(struct db *db, struct wall now, struct rules_site *s);
MUST_CHECK int rules_load_boards(struct db *db, struct wall now, struct rules_site *s);

#endif
