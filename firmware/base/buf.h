/* SPDX-License-Identifier: MIT */
/* A growing byte buffer with a maximum. The first error (ERR_NOMEM, ERR_TOO_BIG) sticks: later calls do nothing and return
 * it, so that a caller may append many times and check once. Content is always followed by a NUL that len does not count.
 * Thread: one at a time. */
#ifndef SITELOG_BASE_BUF_H
#define SITELOG_BASE_BUF_H

#include "firmware/base/err.h"

#include <stddef.h>
#include <stdint.h>

struct buf {
    char *data; /* NULL while empty and nothing was reserved */
    size_t len;
    size_t cap;
    size_t max; /* bytes */
    int error;  /* first error, or 0 */
};

void buf_init(struct buf *b, size_t max);
void buf_fini(struct buf *b);
void buf_clear(struct buf *b); /* empties, forgets the error, keeps the memory */
int buf_reserve(struct buf *b, size_t more);
int buf_add(struct buf *b, const void *bytes, size_t n);
int buf_add_text(struct buf *b, const char *text);
int buf_addf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);

/* Hands the memory to the caller (free()) and leaves b empty. NULL when b is empty or in error. */
char *buf_steal(struct buf *b);

#endif
