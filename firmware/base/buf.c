/* SPDX-License-Identifier: MIT */
/* A growing byte buffer with a maximum. Does not support appending a part of itself: the memory may move. */
#include "firmware/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAP_MIN 256 /* bytes: what is built in a buffer is seldom shorter than half of it */

void buf_init(struct buf *b, size_t max) { *b = (struct buf){ .max = max < SIZE_MAX ? max : SIZE_MAX - 1 }; }

void buf_fini(struct buf *b) {
    free(b->data);
    *b = (struct buf){ .max = b->max };
}

void buf_clear(struct buf *b) {
    b->len = 0;
    b->error = 0;
    if (b->data) b->data[0] = '\0';
}

static int fail(struct buf *b, int code) {
    b->error = code;
    return code;
}

int buf_reserve(struct buf *b, size_t more) {
    if (b->error) return b->error;
    if (more > b->max - b->len) return fail(b, ERR_TOO_BIG);
    size_t need = b->len + more + 1;
    if (need <= b->cap) return 0;
    size_t cap = b->cap > b->max / 2 ? b->max + 1 : b->cap * 2;
    if (cap < need) cap = need;
    if (cap < CAP_MIN && b->max >= CAP_MIN) cap = CAP_MIN;
    char *data = realloc(b->data, cap);
    if (!data) return fail(b, ERR_NOMEM);
    b->data = data;
    b->cap = cap;
    b->data[b->len] = '\0';
    return 0;
}

int buf_add(struct buf *b, const void *bytes, size_t n) {
    int r = buf_reserve(b, n);
    if (r) return r;
    if (n > 0) memcpy(b->data + b->len, bytes, n);
    b->len += n;
    b->data[b->len] = '\0';
    return 0;
}

int buf_add_text(struct buf *b, const char *text) { return buf_add(b, text, strlen(text)); }

int buf_addf(struct buf *b, const char *format, ...) {
    if (b->error) return b->error;
    size_t room = b->data ? b->cap - b->len : 0;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(room ? b->data + b->len : NULL, room, format, args);
    va_end(args);
    if (n < 0) return fail(b, ERR_INVALID);
    if ((size_t)n >= room) { /* cut off, or not printed at all */
        if (room) b->data[b->len] = '\0';
        int r = buf_reserve(b, (size_t)n);
        if (r) return r;
        va_start(args, format);
        (void)vsnprintf(b->data + b->len, (size_t)n + 1, format, args);
        va_end(args);
    }
    b->len += (size_t)n;
    return 0;
}

char *buf_steal(struct buf *b) {
    if (b->error || b->len == 0) return NULL;
    char *data = b->data;
    *b = (struct buf){ .max = b->max };
    return data;
}
