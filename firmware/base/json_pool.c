/* SPDX-License-Identifier: MIT */
/* libcjson's hooks are the whole program's: outside of json_pool_begin and json_pool_end they are malloc and free, for whoever else uses it. */
#include "firmware/base/json_pool.h"

#include <assert.h>
#include <cJSON.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

/* A node has 64 bytes, and the values of a record some 20 characters each. */
#define GUESS_FACTOR 6
#define GUESS_MIN    512
#define GUESS_MAX    (16u * 1024u)

struct piece {
    struct piece *next;
    size_t size, used; /* bytes */
    _Alignas(max_align_t) unsigned char bytes[];
};

static _Thread_local struct {
    bool open;
    size_t next_size;
    struct piece *first, *last;
} pool;

static struct piece *add_piece(size_t at_least) {
    size_t size = pool.next_size > at_least ? pool.next_size : at_least;
    struct piece *p = malloc(sizeof *p + size);
    if (!p) return NULL;
    *p = (struct piece){ .size = size };
    if (pool.last)
        pool.last->next = p;
    else
        pool.first = p;
    pool.last = p;
    pool.next_size = 2 * size;
    return p;
}

static void *take(size_t n) {
    if (!pool.open) return malloc(n);
    n = (n + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) * _Alignof(max_align_t);
    struct piece *p = pool.last;
    if (!p || p->size - p->used < n) p = add_piece(n);
    if (!p) return NULL;
    void *at = p->bytes + p->used;
    p->used += n;
    return at;
}

static void give(void *at) {
    if (!pool.open) free(at);
}

static void set_hooks(void) {
    cJSON_Hooks hooks = { .malloc_fn = take, .free_fn = give };
    cJSON_InitHooks(&hooks);
}

static void free_pieces(struct piece *p) {
    while (p) {
        struct piece *next = p->next;
        free(p);
        p = next;
    }
}

void json_pool_begin(size_t text_bytes) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, set_hooks);
    assert(!pool.open);
    pool.open = true;
    pool.first = pool.last = NULL;
    pool.next_size = text_bytes < GUESS_MAX / GUESS_FACTOR ? text_bytes * GUESS_FACTOR : GUESS_MAX;
    if (pool.next_size < GUESS_MIN) pool.next_size = GUESS_MIN;
}

void json_pool_end(const void *root) {
    pool.open = false;
    if (root)
        assert(root == pool.first->bytes);
    else
        free_pieces(pool.first);
}

void json_pool_free(void *root) {
    if (root) free_pieces((struct piece *)(void *)((unsigned char *)root - offsetof(struct piece, bytes)));
}
