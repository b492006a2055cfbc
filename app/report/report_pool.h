/* SPDX-License-Identifier: MIT */
/* Memory that is given back all at once: what a report's texts and lists live in. The first error sticks. Thread: one at a time. */
#ifndef SITELOG_REPORT_POOL_H
#define SITELOG_REPORT_POOL_H

#include "firmware/base/err.h"

#include <stddef.h>

struct report_block;

struct report_pool {
    struct report_block *blocks;
    size_t bytes;
    int error; /* ERR_NOMEM, or ERR_TOO_BIG over REPORT_POOL_MAX; 0 */
};

#define REPORT_POOL_MAX ((size_t)16 << 20)

void report_pool_fini(struct report_pool *p); /* fine on a zeroed one */

/* Zeroed; NULL after an error. */
void *report_pool_get(struct report_pool *p, size_t n);

/* A copy; "" after an error, and for NULL. */
const char *report_pool_text(struct report_pool *p, const char *text);
const char *report_pool_printf(struct report_pool *p, const char *format, ...) PRINTF_LIKE(2, 3);

/* list: the address of a pointer to elements. Room for one more at its end, zeroed, and *count one more; NULL after an error. Elements may move: pointers to them hold until the
 * next one is added. */
void *report_pool_more(struct report_pool *p, void *list, size_t *count, size_t element);

#endif
