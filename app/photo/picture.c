/* SPDX-License-Identifier: MIT */
/* Counts who holds a frame, and keeps the memory of the last ones. */
#include "app/photo/picture.h"

#include <stdlib.h>
#include <string.h>

/* Spare memory with room for n bytes and not much more; NULL: none. */
static struct picture *take_spare(struct picture_pool *pool, size_t n) {
    for (int i = 0; i < PICTURE_SPARE; i++) {
        struct picture *p = atomic_exchange(&pool->spare[i], NULL);
        if (p && p->room >= n && p->room / 2 <= n) return p;
        free(p);
    }
    return NULL;
}

struct picture *picture_create(struct picture_pool *pool, const uint8_t *bytes, size_t n, int64_t mono_ms) {
    struct picture *p = take_spare(pool, n);
    size_t room = n + n / 8; /* the next one is a little larger */
    if (!p && (p = malloc(sizeof *p + room))) p->room = room;
    if (!p) return NULL;
    p->pool = pool;
    atomic_init(&p->holders, 1);
    p->mono_ms = mono_ms;
    p->n = n;
    memcpy(p->bytes, bytes, n);
    return p;
}

struct picture *picture_hold(struct picture *p) {
    atomic_fetch_add_explicit(&p->holders, 1, memory_order_relaxed);
    return p;
}

void picture_drop(struct picture *p) {
    if (!p || atomic_fetch_sub_explicit(&p->holders, 1, memory_order_acq_rel) != 1) return;
    struct picture_pool *pool = p->pool;
    for (int i = 0; i < PICTURE_SPARE && p; i++) p = atomic_exchange(&pool->spare[i], p);
    free(p);
}

void picture_pool_fini(struct picture_pool *pool) {
    for (int i = 0; i < PICTURE_SPARE; i++) free(atomic_exchange(&pool->spare[i], NULL));
}
