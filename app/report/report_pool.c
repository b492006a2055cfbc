/* SPDX-License-Identifier: MIT */
#include "app/report/report_pool.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct report_block {
    struct report_block *next;
    size_t used, size;
    _Alignas(max_align_t) char bytes[];
};

enum { BLOCK_BYTES = 16 * 1024 };

void report_pool_fini(struct report_pool *p) {
    while (p->blocks) {
        struct report_block *next = p->blocks->next;
        free(p->blocks);
        p->blocks = next;
    }
    *p = (struct report_pool){ 0 };
}

static struct report_block *block_for(struct report_pool *p, size_t n) {
    struct report_block *b = p->blocks;
    if (b && b->size - b->used >= n) return b;
    size_t size = n > BLOCK_BYTES ? n : BLOCK_BYTES;
    if (size > REPORT_POOL_MAX - p->bytes) {
        p->error = ERR_TOO_BIG;
        return NULL;
    }
    b = calloc(1, sizeof *b + size);
    if (!b) {
        p->error = ERR_NOMEM;
        return NULL;
    }
    b->size = size;
    b->next = p->blocks;
    p->blocks = b;
    p->bytes += size;
    return b;
}

void *report_pool_get(struct report_pool *p, size_t n) {
    size_t whole = (n + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) * _Alignof(max_align_t);
    struct report_block *b = p->error ? NULL : block_for(p, whole);
    if (!b) return NULL;
    void *out = b->bytes + b->used;
    b->used += whole;
    return out;
}

const char *report_pool_text(struct report_pool *p, const char *text) {
    size_t n = text ? strlen(text) : 0;
    char *copy = n ? report_pool_get(p, n + 1) : NULL;
    return copy ? memcpy(copy, text, n + 1) : "";
}

const char *report_pool_printf(struct report_pool *p, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = n > 0 ? report_pool_get(p, (size_t)n + 1) : NULL;
    if (!text) return "";
    va_start(args, format);
    (void)vsnprintf(text, (size_t)n + 1, format, args);
    va_end(args);
    return text;
}

void *report_pool_more(struct report_pool *p, void *list, size_t *count, size_t element) {
    void *at = NULL;
    memcpy(&at, list, sizeof at);             /* a pointer to the list's pointer, of whatever type */
    bool full = (*count & (*count - 1)) == 0; /* 0, 1, 2, 4, 8 … are as many as there is room for */
    if (full) {
        void *larger = report_pool_get(p, (*count ? 2 * *count : 1) * element);
        if (!larger) return NULL;
        if (*count) memcpy(larger, at, *count * element);
        at = larger;
        memcpy(list, &at, sizeof at);
    }
    return (char *)at + (*count)++ * element;
}
