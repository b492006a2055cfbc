/* SPDX-License-Identifier: MIT */
/* A page of a list: {"hazards":[…],"next":cursor|null}, newest first, by the store's position (never by ids or clocks), so that a page costs the
 * same however long the list is; and one entry by its id. Thread: that of the handle. */
#ifndef SITELOG_JOURNAL_LISTING_H
#define SITELOG_JOURNAL_LISTING_H

#include "firmware/base/json.h"
#include "firmware/db/db.h"

/* `before` of a request as a position: below it the page begins; INT64_MAX where it is NULL. ERR_INVALID with the field. */
MUST_CHECK int listing_before(const char *before, int64_t *out, struct err_text *e);

/* Writes one entry: opens and closes its object itself. Column 0 of s is the position. LISTING_SKIP: this one is not shown, and nothing was written;
 * the statement then has no LIMIT. */
enum { LISTING_SKIP = 100 };
typedef int (*listing_put_fn)(struct db *db, struct stmt *s, struct json_out *w, void *ctx);

/* s: prepared, bound, ordered by position, newest first, with a LIMIT of limit + 1 (none, where put skips). Resets it. */
MUST_CHECK int listing_print(struct db *db, struct stmt *s, const char *name, int limit, listing_put_fn put, void *ctx,
                             struct buf *out, struct err_text *e);

/* One entry. sql: a literal whose parameters are a site and an id. ERR_NOT_FOUND. */
MUST_CHECK int listing_one(struct db *db, const char *sql, const char *site, const char *id, listing_put_fn put,
                           void *ctx, struct buf *out);

#endif
