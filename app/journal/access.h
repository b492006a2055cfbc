/* SPDX-License-Identifier: MIT */
/* Who looked at what is not for everybody: the event `access` (subject access/{person, or board}), with which it is told that somebody was shown the
 * customer block, or took the site's complete file. No projection: it is in the timeline. How often is the caller's business.
 * Thread: that of the handle, inside a write transaction. */
#ifndef SITELOG_JOURNAL_ACCESS_H
#define SITELOG_JOURNAL_ACCESS_H

#include "app/journal/journal.h"

#define ACCESS_CUSTOMER  "customer"  /* the customer's name and telephone, masked */
#define ACCESS_SIGNATURE "signature" /* what the customer signed, with the signature */
#define ACCESS_EXPORT    "export"    /* the evidence pack */

struct access {
    const char *site;
    const char *actor;     /* "user/u-03", "board" */
    const char *what;      /* one of the above */
    const char *from, *to; /* of an export: the site's dates, or NULL */
};

/* ERR_NOT_FOUND: there is no such site. */
MUST_CHECK int access_append(struct journal *j, struct db *db, const struct access *a, struct err_text *e);

/* ---- for the table of events ---- */
extern const struct subject_kind access_kind;
MUST_CHECK int access_check(const struct json *data, struct err_text *e);

#endif
