/* SPDX-License-Identifier: MIT */
/* The frames of a site's time-lapse, for its player: photos of origin "timelapse" and the viewpoints that part them into series. Thread: any, on the handle's
 * thread. */
#ifndef SITELOG_JOURNAL_TIMELAPSE_H
#define SITELOG_JOURNAL_TIMELAPSE_H

#include "firmware/base/buf.h"
#include "firmware/db/db.h"

#define TIMELAPSE_FRAMES_MAX 1000

struct timelapse_query {
    const char *site;
    const char *from, *to; /* site dates, inclusive, or NULL */
    int max; /* frames at most, 1 to TIMELAPSE_FRAMES_MAX: of more, evenly so many, the first and (from 2 on) the last among them */
};

/* {"frames":[{"id","board","taken","clock","series"?,"sha256","thumb_sha256"?}],"total":n,"series":[{"id","board","room"?,"note"?,"detected","at"}]}, oldest first. */
MUST_CHECK int timelapse_print(struct db *db, const struct timelapse_query *q, struct buf *out);

#endif
