/* SPDX-License-Identifier: MIT */
/* The journal as what copying reads from (sync/copy/source.h). Reads go over a handle of the link's thread, writes through the store.
 * Thread: the link's. */
#ifndef SITELOG_JOURNAL_SOURCE_H
#define SITELOG_JOURNAL_SOURCE_H

#include "app/journal/journal.h"
#include "firmware/db/store.h"
#include "sync/copy/source.h"

struct source;

struct source_options {
    struct db *reader;       /* DB_JOURNAL_READER, of the link's thread; borrowed */
    struct store *store;     /* borrowed; stopped before source_destroy */
    struct journal *journal; /* touched on the store's thread only */
};

/* Owns: caller. ERR_NOMEM. */
MUST_CHECK int source_create(const struct source_options *options, struct source **out);
void source_destroy(struct source *s);

struct copy_source source_seam(struct source *s);

#endif
