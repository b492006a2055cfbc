/* SPDX-License-Identifier: MIT */
/* What happened on a site, as JSON: pages newest first, one entry, what is new since, and a subject's history.
 * An entry: {"pos","id","type","subject","at","actor":{"id","name"},"clock","state","lane","ordinal","writer","rev","late"?,"data"}, at the
 * hub also "site" and "board"; where a later clock dated it (clock_set.h) also "at_corrected", "clock_corrected" and, of a photo whose "taken" is
 * by the same clock, "taken_corrected". `ordinal` is the event's number in its lane over all epochs of its writer, so that an own event is received
 * when ordinal <= the lane's received count (counts.h). state: "saved" | "sent" | "received" | "rejected"; what others wrote is "received".
 * Reads only. Thread: that of the handle. */
#ifndef SITELOG_JOURNAL_TIMELINE_H
#define SITELOG_JOURNAL_TIMELINE_H

#include "firmware/base/json.h"
#include "firmware/db/db.h"

#define TIMELINE_LIMIT_MAX 200
#define TIMELINE_PAGE_MAX  (16u * 1024u * 1024u) /* bytes a page can have: limit × ENVELOPE_MAX and a little */

/* What a reader does not see of entries. */
enum timeline_hide {
    TIMELINE_HIDE_NAMES = 1, /* a viewer: actors' names are null, the data of plans and people is left out */
    TIMELINE_HIDE_CUSTOMER =
        2, /* whoever may not see the customer block: a plan's customer and contract, what changes cost and what the customer signed are left out */
};

struct timeline_query {
    const char *site; /* NULL: all sites (hub) */
    int64_t before;   /* entries below this position; 0: from the newest */
    size_t limit;     /* 1 … TIMELINE_LIMIT_MAX */
    unsigned hide;    /* enum timeline_hide */
};

/* {"entries":[…],"next":"<cursor>"|null}, newest first by the store's position; next goes back as `before`. */
MUST_CHECK int timeline_page(struct db *db, const struct timeline_query *q, struct buf *out);

/* The cursor text of a request. "" gives 0. ERR_INVALID. */
MUST_CHECK int timeline_cursor(const char *text, int64_t *before);

/* A bare array: all events of a subject ("hazard/0193…") in fold order. An entry has "late":"<why>" where it came too late to count.
 * Empty for an unknown subject. */
MUST_CHECK int timeline_history(struct db *db, const char *site, const char *subject, unsigned hide, struct buf *out);

/* The same of a page's rows, read by one query. rows: a JSON array of ["site","subject" …], one a row, in the order in which they are put; it has to
 * live as long. Owns: caller, timeline_histories_destroy (takes NULL). */
struct timeline_histories;
MUST_CHECK int timeline_histories_create(struct db *db, const char *rows, unsigned hide,
                                         struct timeline_histories **out);
/* The member `name` of an open object: the history of that row, counted from 0. */
MUST_CHECK int timeline_histories_put(struct timeline_histories *h, int64_t row, struct json_out *w, const char *name);
void timeline_histories_destroy(struct timeline_histories *h);

#endif
