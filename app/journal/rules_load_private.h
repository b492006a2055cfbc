/* SPDX-License-Identifier: MIT */
/* Between the files that load facts. Not for others. */
#ifndef SITELOG_JOURNAL_RULES_LOAD_PRIVATE_H
#define SITELOG_JOURNAL_RULES_LOAD_PRIVATE_H

#include "app/journal/rules_load.h"
#include "firmware/db/db.h"

/* Room for one more element of `size` bytes at the end of *list; NULL when there is none. */
void *rules_load_grow(void *list, size_t n, size_t size);

/* The site is bound as the first. */
MUST_CHECK int rules_load_prepare(struct db *db, const char *sql, const char *site, struct stmt **s);

/* One a subject; each needs plan and tz. */
MUST_CHECK int rules_load_limits(struct db *db, struct rules_site *s);
MUST_CHECK int rules_load_clock(struct db *db, struct rules_site *s);
MUST_CHECK int rules_load_closed(struct db *db, struct rules_site *s);
MUST_CHECK int rules_load_inspections(struct db *db, const char *first, struct rules_site *s); /* from that date on */
MUST_CHECK int rules_load_hazards(struct db *db, struct rules_site *s);
MUST_CHECK int rules_load_stages(struct db *db, struct wall now, struct rules_site *s);
MUST_CHECK int rules_load_changes(struct db *db, struct rules_site *s);
MUST_CHECK int rules_load_materials(struct db *db, struct rules_site *s);
MUST_CHECK int rules_load_questions(struct db *db, struct rules_site *s);
MUST_CHECK int rules_load_call(struct db *db, struct rules_site *s);

#endif
