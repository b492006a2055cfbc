/* SPDX-License-Identifier: MIT */
/* A few reader handles on photos.db, lent to one thread at a time. */
#ifndef SITELOG_PHOTO_PHOTO_READER_H
#define SITELOG_PHOTO_PHOTO_READER_H

#include "firmware/db/db.h"

struct photo_reader;

/* Opens n handles on an existing file. Owns: caller; photo_reader_destroy when none is lent (takes NULL). Errors as db_open. */
MUST_CHECK int photo_reader_create(const char *path, int n, struct photo_reader **out, struct err_text *e);
void photo_reader_destroy(struct photo_reader *r);

/* Lends a handle; waits until one is free. Give it back soon, with no statement open. Thread: any. */
struct db *photo_reader_take(struct photo_reader *r);
void photo_reader_give(struct photo_reader *r, struct db *db);

#endif
