/* SPDX-License-Identifier: MIT */
/* Outages as records (`outage`, subject board/{id}): the power was off, the link to head office was down, the camera did not work; from when,
 * to when, and how well that is known. Evidence for delays, and what a site's off-hours are learned from. Who notices an outage is not known here. */
#ifndef SITELOG_JOURNAL_OUTAGE_H
#define SITELOG_JOURNAL_OUTAGE_H

#include "app/journal/journal.h"

enum outage_what { OUTAGE_POWER, OUTAGE_NETWORK, OUTAGE_CAMERA };

/* How a power outage began: "" nobody knows (others than power); "sudden": no warning; "power-fail": the input warned; "clean": the program had
 * been stopped before, so somebody may have switched the board off. */
#define OUTAGE_STOP_SUDDEN "sudden"
#define OUTAGE_STOP_FAIL   "power-fail"
#define OUTAGE_STOP_CLEAN  "clean"

struct outage {
    enum outage_what what;
    struct wall from;
    struct wall to;         /* ms 0: not known, because the clock was not set; then there are no seconds either */
    int64_t seconds;        /* how long; 0: to - from */
    int64_t margin_s;       /* it may have begun up to so much later than `from`, which is the last sign of life */
    enum clock_grade clock; /* the worse one of its two ends' */
    const char *stop;       /* see above; NULL is "" */
};

/* Appends the event, with times in the site's zone. ERR_INVALID (it ends before it begins) and journal_append's.
 * Thread: the store's, inside a write transaction. */
MUST_CHECK int outage_append(struct journal *j, struct db *db, const struct outage *outage, struct appended *out,
                             struct err_text *e);

const char *outage_what_name(enum outage_what what); /* "power" "network" "camera" */

/* ---- for the table of events ---- */
MUST_CHECK int outage_check(const struct json *data, struct err_text *e);

/* The projection of outages: a part of that of the kind "board", which clock_set.h exports. */
#define OUTAGE_SCHEMA                                                                                                  \
    "CREATE TABLE outage (\n"                                                                                          \
    "  -- When boards were without power, link or camera.\n"                                                           \
    "  pos INTEGER PRIMARY KEY, -- of the event in this store\n"                                                       \
    "  site TEXT NOT NULL, board TEXT NOT NULL,\n"                                                                     \
    "  what TEXT NOT NULL,       -- power, network, camera\n"                                                          \
    "  from_ms INTEGER NOT NULL, -- milliseconds since 1970-01-01T00:00:00Z\n"                                         \
    "  to_ms INTEGER NOT NULL,   -- likewise; 0: not known\n"                                                          \
    "  seconds INTEGER NOT NULL  -- how long; 0: not known\n"                                                          \
    ") STRICT;\n"                                                                                                      \
    "CREATE INDEX outage_board ON outage (site, board, what, to_ms);\n"
MUST_CHECK int outage_reset(struct db *db, const char *site, const char *board);
MUST_CHECK int outage_fold(struct db *db, const struct envelope *event, int64_t pos);

#endif
