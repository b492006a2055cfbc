/* SPDX-License-Identifier: MIT */
/* The journal as what copying stores into (sync/copy/sink.h): a batch is one job of the store, and what became of it comes back by mail.
 * Thread: the link's; the store's thread does the work. */
#ifndef SITELOG_JOURNAL_SINK_H
#define SITELOG_JOURNAL_SINK_H

#include "app/journal/journal.h"
#include "firmware/base/mailbox.h"
#include "firmware/db/store.h"
#include "sync/copy/sink.h"

struct sink;

struct sink_options {
    struct db *reader;       /* DB_JOURNAL_READER, of the link's thread; borrowed */
    struct store *store;     /* borrowed; stopped, and the mail run, before sink_destroy */
    struct journal *journal; /* touched on the store's thread only */
    struct mailbox *mail;    /* the link thread's; must have room for one mail a peer beside its other mail */
};

/* Owns: caller. ERR_NOMEM. */
MUST_CHECK int sink_create(const struct sink_options *options, struct sink **out);
void sink_destroy(struct sink *s);

/* done's result: 0; ERR_GONE when the store stopped; ERR_CONFLICT when a chain of the batch moved under it (it forked and was cut back, or it is
 * elsewhere than the batch thinks): what could be stored is committed, read the heads again. */
struct copy_sink sink_seam(struct sink *s);

#endif
