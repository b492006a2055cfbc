/* SPDX-License-Identifier: MIT */
/* Bytes that the board's programs have written to the disk over all their runs: what wears flash. Kept in journal.db now and then, so that a power cut
 * forgets at most WRITTEN_STEP of them. Thread: the store's, inside a write transaction. */
#ifndef SITELOG_JOURNAL_WRITTEN_H
#define SITELOG_JOURNAL_WRITTEN_H

#include "firmware/db/db.h"

#define WRITTEN_STEP (16 * 1024 * 1024)

/* Of earlier runs; 0: nothing is known. */
MUST_CHECK int written_read(struct db *db, int64_t *out);

/* Keeps the new sum where it is WRITTEN_STEP above what is kept, or `anyway`. */
MUST_CHECK int written_keep(struct db *db, int64_t sum, bool anyway);

#endif
