/* SPDX-License-Identifier: MIT */
/* The chips that a log is tapped together from. Private to today*.c. */
#ifndef SITELOG_JOURNAL_TODAY_CHIPS_H
#define SITELOG_JOURNAL_TODAY_CHIPS_H

#include "firmware/base/json.h"
#include "firmware/db/db.h"

#define TODAY_TEXTS_MAX 20 /* chips of free text */

/* [{"key","zh","en","flags","used","warn":{"zh","en"}?}]: the stage's phrases, the general ones, and what this site wrote itself in its newest logs; most used first.
 * warn: it would cover works that are not accepted. */
MUST_CHECK int today_chips_put(struct db *db, const char *site, const char *stage, struct json_out *w,
                               const char *name);

/* The member "waiting":{"zh","en"}|null: what the site's newest log did or planned that is a waiting of this stage (flag W), unless it is blocked. */
MUST_CHECK int today_chips_put_waiting(struct db *db, const char *site, const char *stage, struct json_out *w);

#endif
