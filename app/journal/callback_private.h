/* SPDX-License-Identifier: MIT */
/* What callback*.c share. Not for others. */
#ifndef SITELOG_JOURNAL_CALLBACK_PRIVATE_H
#define SITELOG_JOURNAL_CALLBACK_PRIVATE_H

#include "app/journal/callback.h"
#include "app/journal/plan.h"

/* The member "digest" of an open object: since the event at that place in this store. */
MUST_CHECK int callback_put_digest(struct db *db, const char *site, const struct plan *plan, int64_t since,
                                   struct json_out *w);

#endif
