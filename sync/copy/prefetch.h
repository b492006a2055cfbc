/* SPDX-License-Identifier: MIT */
/* Events of one chain read ahead of sending, so that a backlog costs one query for many messages. Thread: one owner. */
#ifndef SITELOG_COPY_PREFETCH_H
#define SITELOG_COPY_PREFETCH_H

#include "firmware/base/buf.h"
#include "sync/copy/source.h"

#include <stdbool.h>

struct prefetch;

struct prefetched {
    const char *type;
    const char *bytes;
    size_t n;
};

/* The event `seq` of a chain, from what was read ahead or from the source; `tag` tells chains apart, head is the chain's.
 * *p may be NULL (made here when needed). Lent until the next call. Errors of the source; ERR_CORRUPT when it gives nothing, ERR_NOMEM. */
MUST_CHECK int prefetch_get(struct prefetch **p, const struct copy_source *source, const char *site,
                            const struct chain *chain, size_t tag, uint64_t seq, struct prefetched *out);
void prefetch_destroy(struct prefetch *p);

#endif
