/* SPDX-License-Identifier: MIT */
/* How long the link to head office, or the camera (camera_down.h), has been down. The link's downtime is an outage from DOWNTIME_MIN_MS on: remembered
 * over a restart, and recorded when it is back, or, where the power went meanwhile, at the next start, as over at the last sign of life. Lengths are monotonic, which a clock that is set
 * meanwhile does not change. Thread: downtime_see and the struct the loop's; what takes a db the store's, inside a write transaction. */
#ifndef SITELOG_JOURNAL_DOWNTIME_H
#define SITELOG_JOURNAL_DOWNTIME_H

#include "app/journal/outage.h"

#define DOWNTIME_MIN_MS (5 * 60 * 1000)

struct downtime {
    bool down, kept;  /* kept: written down, so that a restart knows it */
    struct mono from; /* monotonic, of this boot */
};

enum downtime_step {
    DOWNTIME_NOTHING,
    DOWNTIME_KEEP,   /* it has become an outage: downtime_keep */
    DOWNTIME_RECORD, /* it is over: append *over, and downtime_forget */
};

/* Looks at the link, at least every minute. *over is filled for DOWNTIME_RECORD. */
enum downtime_step downtime_see(struct downtime *d, bool up, enum clock_grade grade, struct outage *over);

/* Writes down that it (OUTAGE_NETWORK or OUTAGE_CAMERA, here and below) is down since then. */
MUST_CHECK int downtime_keep(struct journal *j, struct db *db, enum outage_what what, struct mono from);
MUST_CHECK int downtime_forget(struct db *db, enum outage_what what);
MUST_CHECK int downtime_is_kept(struct db *db, enum outage_what what, bool *out);

/* At start, after the power outage was judged: where the last run of this boot left it down, *out goes on from there; where it was another
 * boot, its outage is recorded as over at last_alive. */
MUST_CHECK int downtime_start(struct journal *j, struct db *db, enum outage_what what, struct wall last_alive,
                              struct downtime *out, struct err_text *e);

#endif
