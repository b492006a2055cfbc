/* SPDX-License-Identifier: MIT */
/* A board leaves its site: the last event that it writes there, `board-moved` (subject move/{board}), from which head office knows that the board is gone and not
 * silent. What leaving does to the board's own disk is app/photo/vacate.h's business. Thread: any, on the handle's thread. */
#ifndef SITELOG_JOURNAL_MOVE_H
#define SITELOG_JOURNAL_MOVE_H

#include "app/journal/journal.h"

/* SQL: the boards of site ?1 that have left it and have not begun anew there since (a board that comes back starts a new epoch). */
#define MOVE_GONE                                                                                                      \
    "SELECT m.board FROM move m WHERE m.site = ?1 AND NOT EXISTS"                                                      \
    " (SELECT 1 FROM chain c WHERE c.site = m.site AND c.writer = m.board AND c.epoch > m.epoch)"

/* Appends it at the board's own site. Inside a write transaction. */
MUST_CHECK int move_leave(struct journal *j, struct db *db, const char *to, struct err_text *e);

/* Has this board said, in its present epoch, that it leaves for `to`? */
MUST_CHECK int move_said(struct db *db, const char *site, const char *board, const char *to, bool *out);

/* ---- for the table of events ---- */
extern const struct subject_kind move_kind;
MUST_CHECK int move_check(const struct json *data, struct err_text *e);

#endif
