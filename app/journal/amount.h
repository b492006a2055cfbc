/* SPDX-License-Identifier: MIT */
/* Amounts of money: a JSON number of yuan with at most two decimals outside, whole hundredths (fen) inside. Pure. Thread: any. */
#ifndef SITELOG_JOURNAL_AMOUNT_H
#define SITELOG_JOURNAL_AMOUNT_H

#include "firmware/base/json.h"

#define AMOUNT_YUAN_MAX 100000000 /* either way */

/* ERR_INVALID naming `name`: no number, more than two decimals, or over AMOUNT_YUAN_MAX. */
MUST_CHECK int amount_read(const struct json *n, const char *name, int64_t *fen, struct err_text *e);

/* What an event says, however exactly: rounded to the next hundredth, halves away from zero. 0 where it is no number. */
int64_t amount_of(const struct json *n);

/* -1234.5 as a number: at most two decimals, none where there are none. */
void amount_put(struct json_out *w, const char *name, int64_t fen);

/* The share of part in whole in hundredths of a percent, halves away from zero; 0 where whole is not positive. */
int64_t amount_share(int64_t part_fen, int64_t whole_fen);

#endif
