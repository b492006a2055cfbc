/* SPDX-License-Identifier: MIT */
/* The columns in which hazards are read. Private to hazard_print.c, hazard_times.c and hazard_csv.c. */
#ifndef SITELOG_JOURNAL_HAZARD_READ_H
#define SITELOG_JOURNAL_HAZARD_READ_H

#include "app/journal/hazard.h"
#include "app/journal/site_clocks.h"

#define HAZARD_COLUMNS                                                                                                 \
    "pos, id, site, board, state, severity, stage, room, phrase, n, text, text_en, note, due, due_ms, warn_ms, "       \
    "raised_at, raised_by, assignee, photos, rectified_at, rectified_by, rectify_note, after_photos, rejected, "       \
    "reject_note, closed_at, closed_by, close_note, close_photos, raised_ms"

enum hazard_col {
    HAZARD_COL_POS,
    HAZARD_COL_ID,
    HAZARD_COL_SITE,
    HAZARD_COL_BOARD,
    HAZARD_COL_STATE,
    HAZARD_COL_SEVERITY,
    HAZARD_COL_STAGE,
    HAZARD_COL_ROOM,
    HAZARD_COL_PHRASE,
    HAZARD_COL_N,
    HAZARD_COL_TEXT,
    HAZARD_COL_TEXT_EN,
    HAZARD_COL_NOTE,
    HAZARD_COL_DUE,
    HAZARD_COL_DUE_MS,
    HAZARD_COL_WARN_MS,
    HAZARD_COL_RAISED_AT,
    HAZARD_COL_RAISED_BY,
    HAZARD_COL_ASSIGNEE,
    HAZARD_COL_PHOTOS,
    HAZARD_COL_RECTIFIED_AT,
    HAZARD_COL_RECTIFIED_BY,
    HAZARD_COL_RECTIFY_NOTE,
    HAZARD_COL_AFTER,
    HAZARD_COL_REJECTED,
    HAZARD_COL_REJECT_NOTE,
    HAZARD_COL_CLOSED_AT,
    HAZARD_COL_CLOSED_BY,
    HAZARD_COL_CLOSE_NOTE,
    HAZARD_COL_CLOSE_PHOTOS,
    HAZARD_COL_RAISED_MS,
};

/* The rows that a query asks for, newest first, bound and ready to be stepped; the caller resets it. limit instead of the query's. Of a query for
 * what is overdue, all that may be (without a limit): hazard_times says what is. */
MUST_CHECK int hazard_select(struct db *db, const struct hazard_query *q, int limit, struct stmt **out,
                             struct err_text *e);

/* By the site's clocks, as the rules have it: later than it was set by as long as they stood still since. */
struct hazard_times {
    struct wall due, warn;      /* ms 0: nobody knows yet, or no warning */
    char text[CLOCK_TEXT_SIZE]; /* due, as a date where it is the end of one; as it was set while nobody knows */
    int32_t offset_s;           /* of the site, then */
    bool overdue;               /* it should have been rectified by now */
};

/* Of the row that s stands on. */
MUST_CHECK int hazard_times(struct site_clocks *clocks, struct db *db, struct stmt *s, struct wall now,
                            struct hazard_times *out);

#endif
