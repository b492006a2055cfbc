/* SPDX-License-Identifier: MIT */
/* A site that head office holds: every clock stands still until it resumes. Events site-held and site-resumed, subject hold/{site}.
 * Thread: any, on the handle's thread. */
#ifndef SITELOG_JOURNAL_HOLD_H
#define SITELOG_JOURNAL_HOLD_H

#include "app/journal/post.h"
#include "app/journal/standstill.h"

/* What post_event needs for POST /hold {"id","reason","note"?} and /resume {"id","note"?}; p->subject_id is the site. ERR_CONFLICT: it is held
 * already, or not held. The answer is hold_print's. */
void hold_post_hold(struct post *p);
void hold_post_resume(struct post *p);

/* GET /holds: {"holds":[{"from","to"|null,"reason",…}],"next":cursor|null,"held":{"since","by","reason","note"?}|null}, newest first. */
MUST_CHECK int hold_list(struct db *db, const char *site, const char *before, int limit, bool names, struct buf *out,
                         struct err_text *e);
/* The first page. id: not looked at (post.h). */
MUST_CHECK int hold_print(struct db *db, const char *site, const char *id, bool names, struct buf *out);

/* The member `name` of an open object: {"since","by","reason"}, or null. */
MUST_CHECK int hold_put(struct db *db, const char *site, bool names, struct json_out *w, const char *name);

/* For clocks, oldest first. Owns: caller, free. */
MUST_CHECK int hold_periods(struct db *db, const char *site, struct standstill_held **out, size_t *n);

/* ---- for the table of events ---- */
extern const struct subject_kind hold_kind;
MUST_CHECK int hold_check(const struct json *data, struct err_text *e);

#endif
