/* SPDX-License-Identifier: MIT */
/* What is written of a camera that does not work: from CAMERA_DOWN_MIN_MS on it is remembered over a restart; once it has lasted as long as head office
 * has set (camera_down_minutes), the alert camera-down stands, its due time being since when; when the camera works again, the alert is cleared and the outage
 * recorded, and where the power went meanwhile, the outage ended with the last sign of life (downtime.h).
 * Who sees the camera is not known here. Thread: the store's, inside a write transaction. */
#ifndef SITELOG_JOURNAL_CAMERA_DOWN_H
#define SITELOG_JOURNAL_CAMERA_DOWN_H

#include "app/journal/downtime.h"

#define CAMERA_DOWN_MIN_MS 10000 /* what is shorter is a plug that was turned */

/* At start, after the power outage was judged; as downtime_start. */
MUST_CHECK int camera_down_start(struct journal *j, struct db *db, struct wall last_alive, struct downtime *out,
                                 struct err_text *e);

/* It has not worked since `from`, and does not. To be called at least every minute. */
MUST_CHECK int camera_down_look(struct journal *j, struct db *db, struct mono from, struct err_text *e);

/* It works (again). from: since when it had not; ms below 0: it did not fail in this run. */
MUST_CHECK int camera_down_over(struct journal *j, struct db *db, struct mono from, struct err_text *e);

/* The program stops, and it still does not work: the outage is recorded as far as it was seen; the alert stands. */
MUST_CHECK int camera_down_stop(struct journal *j, struct db *db, struct mono from, struct err_text *e);

#endif
