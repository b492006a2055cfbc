/* SPDX-License-Identifier: MIT */
/* Signed heads of boards' lanes, and what was found wrong. Private to board*.c. Inside a write transaction. */
#ifndef SITELOG_JOURNAL_BOARD_HEAD_H
#define SITELOG_JOURNAL_BOARD_HEAD_H

#include "firmware/db/db.h"
#include "sync/wire/beat.h"

/* Keeps a beat's heads where none of them is lower than, or other than, what was vouched for. ERR_CONFLICT: one is; a finding is kept, and the
 * stored heads stay. A beat that the broker gave twice (its head is in the chain that this database holds) changes nothing. */
MUST_CHECK int board_head_keep(struct db *db, const char *site, const char *board, const struct beat *b,
                               struct wall now, struct err_text *e);

/* Keeps a finding once, with the times it was first and last made; the newest 100 a board. */
MUST_CHECK int board_finding(struct db *db, const char *site, const char *board, const char *what, const char *text,
                             struct wall now);

#endif
