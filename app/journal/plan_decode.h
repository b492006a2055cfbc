/* SPDX-License-Identifier: MIT */
/* A plan in and out of JSON: bodies of PUT, data of plan-set. Private to plan*.c and site.c. Pure. */
#ifndef SITELOG_JOURNAL_PLAN_DECODE_H
#define SITELOG_JOURNAL_PLAN_DECODE_H

#include "app/journal/plan.h"

/* What was said: members that were left out are false here and as calloc leaves them in *plan. */
struct plan_said {
    struct plan plan;
    bool name, timezone, stages, cutoffs, contract, customer;
};

void plan_said_fini(struct plan_said *s);

/* STRICT also checks what only a person can get wrong: time zone, references and circles between stages. ERR_INVALID: e->field. */
MUST_CHECK int plan_decode(const struct json *root, enum decode mode, struct plan_said *out, struct err_text *e);

/* The data of plan-set: the members that were said, and plan.version where it is not 0 (not read back: versions are counted). */
MUST_CHECK int plan_encode(const struct plan_said *s, struct buf *out);

/* {"daylog","report","workdays","holidays"}; lenient about unknown members. *out zeroed by the caller; holidays are owned. */
MUST_CHECK int plan_cutoffs_decode(const struct json *n, enum decode mode, struct plan_cutoffs *out,
                                   struct err_text *e);
void plan_cutoffs_put(const struct plan_cutoffs *c, struct json_out *w, const char *name);
void plan_cutoffs_default(struct plan_cutoffs *out);

/* contract_amount as a number of the currency's units, null for -1. */
void plan_amount_put(int64_t fen, struct json_out *w, const char *name);

#endif
