/* SPDX-License-Identifier: MIT */
/* Which sites and boards the hub's feed begins with, and who works where. Reads only. Thread: that of the handle. */
#ifndef SITELOG_JOURNAL_ROSTER_H
#define SITELOG_JOURNAL_ROSTER_H

#include "firmware/base/ids.h"
#include "firmware/db/db.h"

struct roster_board {
    char site[NAME_SIZE], board[NAME_SIZE]; /* board "": a site that no board has been heard of yet */
    char key[48];                           /* pinned, base64, or "" */
};

/* Every board, and every site that has none. Owns: *out is the caller's (free). */
MUST_CHECK int roster_boards(struct db *db, struct roster_board **out, size_t *n);

struct roster_member {
    char user[NAME_SIZE], site[NAME_SIZE];
};

/* Who works where, active ones only, sorted by user and site. Owns: *out is the caller's (free). */
MUST_CHECK int roster_members(struct db *db, struct roster_member **out, size_t *n);

#endif
