/* SPDX-License-Identifier: MIT */
/* Drafts: JSON objects that everybody on a site shares until what they are for is submitted. State; never sent.
 * kind "daylog" has the date as its key, "inspection" the stage, "hazard" the id that it will have, "test" the timed test's id. Thread: any, on the handle's thread. */
#ifndef SITELOG_JOURNAL_DRAFT_H
#define SITELOG_JOURNAL_DRAFT_H

#include "firmware/base/clock.h"
#include "firmware/base/ids.h"
#include "firmware/base/json.h"
#include "firmware/db/db.h"

#define DRAFT_MAX       (64u * 1024u) /* bytes */
#define DRAFT_COUNT_MAX 200           /* a site; the oldest gives way */

extern const char *const draft_schema;

struct draft {
    char *data;
    size_t n;
    char user[NAME_SIZE];
    struct wall at;
}; /* data: NUL-ended JSON object, owned */
void draft_fini(struct draft *d);

/* ERR_INVALID (kind or key no key, not a JSON object), ERR_TOO_BIG. */
MUST_CHECK int draft_put(struct db *db, const char *site, const char *kind, const char *key, const char *data, size_t n,
                         const char *user, struct wall now, struct err_text *e);
MUST_CHECK int draft_get(struct db *db, const char *site, const char *kind, const char *key,
                         struct draft *out); /* ERR_NOT_FOUND */
MUST_CHECK int draft_delete(struct db *db, const char *site, const char *kind,
                            const char *key); /* fine when there is none */

/* GET /drafts: {"drafts":[{"kind","key","stage"?,"user","at"}],"next":null}, the newest first; stage: where the draft itself names one.
 * names: people's are shown. */
MUST_CHECK int draft_list(struct db *db, const char *site, bool names, struct buf *out);

#endif
