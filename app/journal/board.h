/* SPDX-License-Identifier: MIT */
/* What the hub knows of each board: presence, clock, software, pinned key, unsent counts, and the signed heads as they arrived. State.
 * Thread: any, on the handle's thread; writing functions inside a write transaction. */
#ifndef SITELOG_JOURNAL_BOARD_H
#define SITELOG_JOURNAL_BOARD_H

#include "firmware/base/json.h"
#include "firmware/db/db.h"
#include "sync/wire/ack.h"
#include "sync/wire/beat.h"

extern const char *const board_schema;

/* ERR_DENIED and ERR_CONFLICT below come with a finding that is to be kept: the caller commits all the same. */

/* Anything at all was heard of it. */
MUST_CHECK int board_seen(struct db *db, const char *site, const char *board, struct wall now);

/* A retained `state` message. The will of an older connection than the one known changes nothing. *changed (may be NULL): online is another than before. */
MUST_CHECK int board_state(struct db *db, const char *site, const char *board, const struct state *s, struct wall now,
                           bool *changed);

/* A hello: software, boot, connect, key. The first key is pinned. ERR_DENIED: another key than the pinned one (a finding is kept). */
MUST_CHECK int board_hello(struct db *db, const char *site, const char *board, const struct ack *hello, struct wall now,
                           struct err_text *e);

/* A board was replaced: the key that was refused is the pinned one from now on, and its finding is done with. ERR_NOT_FOUND: no such board, or that key was
 * not refused of it (a typing error pins nothing). */
MUST_CHECK int board_accept(struct db *db, const char *site, const char *board, const char *key, struct err_text *e);

/* A beat whose signature was checked: health and heads. health has members as GET /api/v1/status: "clock", "lanes":{lane:{"saved","received"}},
 * "photos":{"pending"}, "camera", "disk". ERR_DENIED: not the pinned key. ERR_CONFLICT: a head is lower than one that was vouched for, or
 * another at the same place; the higher one stays, and a finding is kept; health is taken all the same. */
MUST_CHECK int board_beat(struct db *db, const char *site, const char *board, const struct beat *b, struct wall now,
                          struct err_text *e);

/* {"boards":[{"site","board","online","last_seen","boot","connect","clock","software","key","unsent","silent_since","health",
 * "findings":[{"at","what","text"}],"heads":[{"epoch","lane","seq","hash","at"}]}]}. site NULL: all. "silent_since": when it was
 * heard last, while the alert board-silent stands of it; else null: offline is not yet silent (the power of a site is off at night). */
MUST_CHECK int board_list(struct db *db, const char *site, struct buf *out);

/* [{"board","online","last_seen","clock","silent_since"}] of a site; *unsent: the sum over them, -1 when none is known. */
MUST_CHECK int board_put_short(struct db *db, const char *site, struct json_out *w, const char *name, int64_t *unsent);

#endif
