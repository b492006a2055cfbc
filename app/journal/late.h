/* SPDX-License-Identifier: MIT */
/* Events that came too late: a transition that was not legal where it fell in its subject's fold order. It stays in the history, marked.
 * Part of the projections, but for when it became known here, by the wall clock. Its writer is told by today_late.h. Thread: that of the handle. */
#ifndef SITELOG_JOURNAL_LATE_H
#define SITELOG_JOURNAL_LATE_H

#include "sync/wire/envelope.h"

struct db;

extern const char *const late_since_schema; /* state, not a projection */

/* Called by a subject's fold. why: a short English sentence, at most 200 bytes. */
MUST_CHECK int late_mark(struct db *db, const struct envelope *event, const char *why);

/* Forgets the marks of a subject ("hazard/…"), before it is folded again; the journal does that itself. */
MUST_CHECK int late_reset(struct db *db, const char *site, const char *subject);

#endif
