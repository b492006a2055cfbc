/* SPDX-License-Identifier: MIT */
/* Hand-over: closes the job and announces what is looked after later. Event handover-done, subject handover/{site}. It is refused while hard things are
 * open, which are named. Thread: that of the handle; what posts, the store's inside a write transaction. */
#ifndef SITELOG_JOURNAL_HANDOVER_H
#define SITELOG_JOURNAL_HANDOVER_H

#include "app/journal/post.h"
#include "firmware/base/tz.h"

/* POST /handover: {"id","date"?,"note"?,"photos"?}; the maintenance plan is made. As post_event; ERR_CONFLICT: *open is a JSON array of what is in the
 * way, [{"kind":"hazard|change|confirmation|test|gate","subject","zh","en"}], or empty where the job is closed already. */
MUST_CHECK int handover_make(struct journal *j, struct db *db, struct post *p, const char *body, size_t n,
                             struct appended *out, struct buf *answer, struct buf *open, struct err_text *e);

/* Is the job closed? date: since when, or NULL. Clocks stand still from then on, and nobody is called any more. */
MUST_CHECK int handover_done(struct db *db, const char *site, bool *done, char date[TZ_DATE_SIZE]);

/* {"site","done":bool,"date","note","photos","plan":[{"years","date","zh","en"}],"at","actor","open":[…]}; not done: what is in the way, and the plan as it would be today.
 * id: not looked at (post.h). */
MUST_CHECK int handover_print(struct db *db, const char *site, const char *id, bool names, struct buf *out);

/* ---- for the table of events ---- */
extern const struct subject_kind handover_kind;
MUST_CHECK int handover_check(const struct json *data, struct err_text *e);

#endif
