/* SPDX-License-Identifier: MIT */
/* The table `meta` of journal.db: single short values of state, by name. Thread: that of the handle. */
#ifndef SITELOG_JOURNAL_META_H
#define SITELOG_JOURNAL_META_H

#include "firmware/db/db.h"

#define META_SIZE 64 /* bytes of a value, with its NUL */

/* "" where there is none. ERR_CORRUPT: longer than that. */
MUST_CHECK int meta_get(struct db *db, const char *name, char out[META_SIZE]);

/* Inside a write transaction. */
MUST_CHECK int meta_set(struct db *db, const char *name, const char *value);
MUST_CHECK int meta_clear(struct db *db, const char *name);

#endif
