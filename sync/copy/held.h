/* SPDX-License-Identifier: MIT */
/* What one site's journal holds, chain by chain, as the copying thread knows it: the committed head, and beyond it the head of what is with
 * the store but not committed yet. One per site, shared by the peers of the site. Thread: one owner. */
#ifndef SITELOG_COPY_HELD_H
#define SITELOG_COPY_HELD_H

#include "sync/copy/sink.h"
#include "sync/copy/source.h"

struct held;

MUST_CHECK int held_create(const char *site, struct copy_source source, struct copy_sink sink, struct held **out);
void held_destroy(struct held *h);

/* Rereads the heads from the journal (own events were appended). */
MUST_CHECK int held_refresh(struct held *h);

#endif
