/* SPDX-License-Identifier: MIT */
/* Counts who holds a frame. */
#include "app/photo/picture.h"

#include <stdlib.h>
#include <string.h>

struct picture *picture_create(const uint8_t *bytes, size_t n, int64_t mono_ms) {
    struct picture *p = malloc(sizeof *p + n);
    if (!p) return NULL;
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
    if (p && atomic_fetch_sub_explicit(&p->holders, 1, memory_order_acq_rel) == 1) free(p);
}
