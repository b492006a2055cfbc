/* SPDX-License-Identifier: MIT */
/* The tables of journal.db: the events and the state by numbered migrations; the projections, which hold nothing that the events do not, by a
 * fingerprint of their definitions (event.h: a kind's `schema`). A file that owns tables of state exports them as
 * `extern const char *const <stem>_schema` in its header, and schema.c lists it. Thread: that of the handle; blocks. */
#ifndef SITELOG_JOURNAL_SCHEMA_H
#define SITELOG_JOURNAL_SCHEMA_H

#include "firmware/db/db.h"

#define SCHEMA_VERSION 4

/* Brings the tables of events and state to the newest version. ERR_UNSUPPORTED, and nothing touched, for a newer one. */
MUST_CHECK int schema_migrate(struct db *db, struct err_text *e);

/* Inside a write transaction. Creates the projections' tables where they are missing or other than this program's; *stale then says that they
 * are empty and have to be folded from the events. */
MUST_CHECK int schema_projections(struct db *db, bool *stale, struct err_text *e);

/* Calls each() with every projection table's name, in a fixed order; stops at the first non-zero and returns it. */
typedef int (*schema_table_fn)(void *arg, const char *table);
int schema_each_projection(schema_table_fn each, void *arg);

#endif
