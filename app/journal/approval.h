/* SPDX-License-Identifier: MIT */
/* What waits for head office to say something, over all sites: changes and claims of lost days to decide, goods that are late, questions that were asked
 * of it or of the designer. Reads only; what is decided of each is its subject's business. Thread: that of the handle. */
#ifndef SITELOG_JOURNAL_APPROVAL_H
#define SITELOG_JOURNAL_APPROVAL_H

#include "firmware/base/clock.h"
#include "firmware/base/tz.h"
#include "firmware/db/db.h"

#define APPROVAL_SHOWN    200 /* of each kind, as JSON */
#define APPROVAL_DAYS_MAX 3650

struct approval_ask {
    const char *kind; /* "change" "delay" "material" "question", or NULL: all */
    const char *site; /* or NULL */
    int64_t days;     /* has waited for so many days at least; 0: any */
    struct wall now;
    const struct tz *tz; /* head office's: by its date it is judged what is late */
};

bool approval_kind_known(const char *kind);

/* {"changes":{"changes":[…],"next"},"delays":{…},"materials":{…},"questions":{…}}: pages of those lists, newest first; empty where the kind was not
 * asked for. A thing waits since it was asked, goods since the date on which they were expected. */
MUST_CHECK int approval_print(struct db *db, const struct approval_ask *ask, struct buf *out, struct err_text *e);

/* The same as one table for spreadsheets, what has waited longest first within its kind; at most CSV_LIST_ROWS_MAX of each. */
MUST_CHECK int approval_csv(struct db *db, const struct approval_ask *ask, bool zh, struct buf *out,
                            struct err_text *e);

#endif
