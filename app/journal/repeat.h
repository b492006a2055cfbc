/* SPDX-License-Identifier: MIT */
/* Whether an id that a client brought was used before: a repeated POST is the same record. Thread: any, on the handle's thread. */
#ifndef SITELOG_JOURNAL_REPEAT_H
#define SITELOG_JOURNAL_REPEAT_H

#include "app/journal/journal.h"

/* The first event that has this id, at whatever site. ERR_NOT_FOUND.
 * Owns: *event is the caller's, envelope_fini. *first: as journal_append told it. */
MUST_CHECK int repeat_find(struct db *db, const char *id, struct envelope *event, struct appended *first);

#endif
