/* SPDX-License-Identifier: MIT */
/* Private to json.c. Where the trees of libcjson lie: it asks for every node and every string by itself, and a tree is read and gone as a whole. So
 * each tree has a few pieces of memory of its own. Thread: any; a tree is built by one. */
#ifndef SITELOG_BASE_JSON_POOL_H
#define SITELOG_BASE_JSON_POOL_H

#include <stddef.h>

/* From here to json_pool_end, what libcjson asks for on this thread goes into one new pool. text_bytes: of the text to be read, for a guess. */
void json_pool_begin(size_t text_bytes);

/* root: what libcjson made, its first allocation in the pool, which it keeps alive; NULL: it failed, and all is freed. */
void json_pool_end(const void *root);

/* Frees the pool that root lies in. NULL is fine. */
void json_pool_free(void *root);

#endif
