/* SPDX-License-Identifier: MIT */
/* Whose signature is awaited, and the job that may be handed over: cards of the manager's home screen. Private to today*.c. */
#ifndef SITELOG_JOURNAL_TODAY_SIGN_H
#define SITELOG_JOURNAL_TODAY_SIGN_H

#include "app/journal/today.h"
#include "firmware/base/json.h"

/* Entries of an open array, for managers and head office: "sign" (id: the key of a stage whose acceptance the customer has not confirmed; completion
 * first, else what was accepted last; the others are counted) or, once the completion is confirmed, only "handover" (no id). Nothing once the job is closed. */
MUST_CHECK int today_sign_put(struct db *db, const struct today_ask *ask, struct json_out *w);

#endif
