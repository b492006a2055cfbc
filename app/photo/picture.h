/* SPDX-License-Identifier: MIT */
/* One JPEG frame in memory, shared by whoever holds it. Never changed after it was made. The memory of frames that nobody holds any more is used for the next
 * ones: asking the system for it anew costs more than copying the frame. Thread: any. */
#ifndef SITELOG_PHOTO_PICTURE_H
#define SITELOG_PHOTO_PICTURE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum { PICTURE_SPARE = 2 };

struct picture;

struct picture_pool {
    _Atomic(struct picture *) spare[PICTURE_SPARE];
}; /* zeroed: empty */

struct picture {
    struct picture_pool *pool;
    atomic_int holders;
    int64_t mono_ms; /* when it was exposed */
    size_t n, room;
    uint8_t bytes[];
};

/* A copy, held once by the caller; NULL: out of memory. The pool outlives it. */
struct picture *picture_create(struct picture_pool *pool, const uint8_t *bytes, size_t n, int64_t mono_ms);
struct picture *picture_hold(struct picture *p); /* returns p */
void picture_drop(struct picture *p);            /* takes NULL */

/* Frees the spare memory. The pool may be used again. */
void picture_pool_fini(struct picture_pool *pool);

#endif
