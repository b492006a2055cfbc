/* SPDX-License-Identifier: MIT */
/* What the timeline needs of counting: how far one own chain got. Not for others. */
#ifndef SITELOG_JOURNAL_COUNTS_PRIVATE_H
#define SITELOG_JOURNAL_COUNTS_PRIVATE_H

#include "firmware/db/db.h"
#include "sync/wire/envelope.h"

/* Whose journal this database is. */
struct counts_self {
    char writer[NAME_SIZE];
    bool hub;
};

MUST_CHECK int counts_self(struct db *db, struct counts_self *out);

/* Of an own chain: how many events the other end was sent, and has. sent >= received. */
MUST_CHECK int counts_reach(struct db *db, const struct counts_self *self, const char *site, const char *epoch,
                            enum lane lane, uint64_t *sent, uint64_t *received);

#endif
