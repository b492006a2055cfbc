/* SPDX-License-Identifier: MIT */
/* Who this installation is towards others: its signing key and how many connections it has made. State, never sent.
 * Thread: that of the handle; writing functions inside a write transaction. */
#ifndef SITELOG_JOURNAL_IDENTITY_H
#define SITELOG_JOURNAL_IDENTITY_H

#include "firmware/base/hash.h"
#include "firmware/db/db.h"

extern const char *const identity_schema;

struct identity {
    uint8_t secret[SIGN_SECRET_SIZE];
    uint8_t public_key[SIGN_PUBLIC_SIZE];
    int64_t connect_first; /* the count of this run's first connection: above all that earlier runs can have used */
};

/* Reads it, makes the key where there is none, and counts a run. ERR_CORRUPT: the key in the database is damaged. */
MUST_CHECK int identity_load(struct db *db, struct identity *out, struct err_text *e);

/* Reads the key and makes nothing; connect_first is 0. ERR_NOT_FOUND, ERR_CORRUPT. */
MUST_CHECK int identity_read(struct db *db, struct identity *out);

/* Another journal's key becomes this one's: the same board goes on in a new journal. */
MUST_CHECK int identity_put(struct db *db, const uint8_t secret[SIGN_SECRET_SIZE],
                            const uint8_t public_key[SIGN_PUBLIC_SIZE]);

/* A run has used connections up to this one. */
MUST_CHECK int identity_connected(struct db *db, int64_t connect);

#endif
