/* SPDX-License-Identifier: MIT */
/* One JPEG frame in memory, shared by whoever holds it and gone with the last. Never changed after it was made. Thread: any. */
#ifndef SITELOG_PHOTO_PICTURE_H
#define SITELOG_PHOTO_PICTURE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct picture {
    atomic_int holders;
    int64_t mono_ms; /* when it was exposed */
    size_t n;
    uint8_t bytes[];
};

/* A copy, held once by the caller; NULL: out of memory. */
struct picture *picture_create(const uint8_t *bytes, size_t n, int64_t mono_ms);
struct picture *picture_hold(struct picture *p); /* returns p */
void picture_drop(struct picture *p);            /* takes NULL */

#endif
