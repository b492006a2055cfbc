/* SPDX-License-Identifier: MIT */
/* Reads up to READ_EVENTS or READ_BYTES ahead. An event's bytes never change, so what was read stays true; it is only thrown away when
 * another place is asked for. */
#include "sync/copy/prefetch.h"

#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

#define READ_EVENTS 32u
#define READ_BYTES  (256u * 1024u)

struct item {
    size_t at, n;
    char type[ENVELOPE_TYPE_SIZE];
};

struct prefetch {
    size_t tag;
    uint64_t first;
    size_t count;
    struct item items[READ_EVENTS];
    struct buf bytes;
    int error;
};

static int keep(void *arg, uint64_t seq, const char *type, const char *bytes, size_t n) {
    struct prefetch *p = arg;
    if (p->count >= READ_EVENTS || seq != p->first + p->count) return 1;
    struct item *item = &p->items[p->count];
    item->at = p->bytes.len;
    item->n = n;
    text_clip(item->type, sizeof item->type, type[0] ? type : "unknown");
    p->error = buf_add(&p->bytes, bytes, n);
    if (p->error) return 1;
    p->count++;
    return p->bytes.len >= READ_BYTES;
}

static int fill(struct prefetch *p, const struct copy_source *source, const char *site, const struct chain *chain,
                uint64_t seq) {
    buf_clear(&p->bytes);
    p->first = seq;
    p->count = 0;
    p->error = 0;
    int r = source->read(source->ctx, site, chain, seq, READ_EVENTS, keep, p);
    if (p->count > 0) return 0; /* a fault behind them is met when they are sent */
    if (p->error) return p->error;
    return r < 0 ? r : ERR_CORRUPT;
}

int prefetch_get(struct prefetch **pp, const struct copy_source *source, const char *site, const struct chain *chain,
                 size_t tag, uint64_t seq, struct prefetched *out) {
    if (!*pp) {
        *pp = calloc(1, sizeof **pp);
        if (!*pp) return ERR_NOMEM;
        buf_init(&(*pp)->bytes, 16u * READ_BYTES); /* what is kept raw may be longer than an event */
    }
    struct prefetch *p = *pp;
    if (p->count == 0 || p->tag != tag || seq < p->first || seq - p->first >= p->count) {
        p->tag = tag;
        int r = fill(p, source, site, chain, seq);
        if (r) return r;
    }
    const struct item *item = &p->items[seq - p->first];
    *out = (struct prefetched){ item->type, p->bytes.data + item->at, item->n };
    return 0;
}

void prefetch_destroy(struct prefetch *p) {
    if (!p) return;
    buf_fini(&p->bytes);
    free(p);
}
