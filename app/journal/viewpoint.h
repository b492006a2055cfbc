/* SPDX-License-Identifier: MIT */
/* Where a board's camera looks from. The board is portable: the wall by the door gets demolished, plastered and painted. Moving it is the event
 * `viewpoint-moved` (subject viewpoint/{board}), and the frames of a time-lapse from then on are a new series, named by that event's id. Thread: any, on the handle's
 * thread. */
#ifndef SITELOG_JOURNAL_VIEWPOINT_H
#define SITELOG_JOURNAL_VIEWPOINT_H

#include "app/journal/journal.h"

#define VIEWPOINT_NOTE_MAX 400 /* bytes */

/* POST /viewpoint: {"id","room"?,"note"?}: somebody says that the board hangs elsewhere now; room: where. As photo_record: 0, ERR_EXISTS, ERR_CONFLICT,
 * ERR_INVALID; *answer: the event's data with its id and time. Inside a write transaction, at a board. */
MUST_CHECK int viewpoint_move(struct journal *j, struct db *db, const char *actor, const char *body, size_t n,
                              struct appended *out, struct buf *answer, struct err_text *e);

/* The camera itself saw that the picture is another one, and stays so. Likewise. */
MUST_CHECK int viewpoint_seen(struct journal *j, struct db *db, struct appended *out, struct err_text *e);

/* The series that a board's frames belong to now; "": it was never moved. */
MUST_CHECK int viewpoint_series(struct db *db, const char *site, const char *board, char out[ID_SIZE]);

/* ---- for the table of events ---- */
extern const struct subject_kind viewpoint_kind;
MUST_CHECK int viewpoint_check(const struct json *data, struct err_text *e);

#endif
