/* SPDX-License-Identifier: MIT */
/* A page of a list: {"hazards":[…],"next":cursor|null}, newest first, by the store's position (never by ids or clocks), so that a page costs the
 * same however long the list is; and one entry by its id. Thread: that of the handle. */
#ifndef SITELOG_JOURNAL_LISTING_H
#define SITELOG_JOURNAL_LISTING_H

#include "firmware/base/json.h"
#include "firmware/base/tz.h"
#include "firmware/db/db.h"

/* `before` of a request as a position: below it the page begins; INT64_MAX where it is NULL. ERR_INVALID with the field. */
MUST_CHECK int listing_before(const char *before, int64_t *out, struct err_text *e);

/* Likewise of a list by date: *date and *pos, below which the page begins. A cursor is the date and the position of the last entry,
 * "2026-11-22.123". to: the newest date asked for, or NULL; *date is "~", after every date, where nothing says otherwise. */
MUST_CHECK int listing_before_dated(const char *before, const char *to, char date[TZ_DATE_SIZE], int64_t *pos,
                                    struct err_text *e);

/* In SQL: the newest rows of the sites on whose list somebody is, as many of each site as the page has: so a page costs what those of its sites do, and
 * not what all sites have written since. table and filter are literals, the filter on that table alone; by: its order; who and limit: parameters. */
#define LISTING_OF_MEMBER(table, filter, by, who, limit)                                                               \
    " pos IN (SELECT k.pos FROM person p CROSS JOIN " table " k ON k.pos IN (SELECT pos FROM " table                   \
    " WHERE site = p.site AND" filter " ORDER BY " by " LIMIT " limit ") WHERE p.id = " who " AND p.active = 1)"

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

/* The same of a list by date; date: the column that has it. */
MUST_CHECK int listing_print_dated(struct db *db, struct stmt *s, const char *name, int date, int limit,
                                   listing_put_fn put, void *ctx, struct buf *out, struct err_text *e);

/* ---- what goes with a page's rows, such as their histories ---- */

/* One query for all of a page instead of one a row: its rows say in `column` which row of the page they go with, counted from 0, and come in that
 * order. s: prepared and bound; owned, listing_kin_fini. */
struct listing_kin {
    struct stmt *s;
    int column;
    bool ahead, over; /* s stands on what goes with a later row; there is no more */
};

/* 1: s stands on the next one that goes with that row; 0: there is no further one. Rows are asked for in their order. */
MUST_CHECK int listing_kin_next(struct listing_kin *k, int64_t row);
void listing_kin_fini(struct listing_kin *k); /* fine on a zeroed one */

/* What such a query is told of the page: a JSON array of what `put` writes of each row. Steps s through its first `limit` rows
 * that put does not skip, and resets it. */
MUST_CHECK int listing_keys(struct db *db, struct stmt *s, int limit, listing_put_fn put, void *ctx, struct buf *out);

#endif
