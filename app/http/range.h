/* SPDX-License-Identifier: MIT */
/* Conditional and range requests (RFC 9110, sections 13 and 14). Pure. Thread: any. */
#ifndef SITELOG_HTTP_RANGE_H
#define SITELOG_HTTP_RANGE_H

#include <stdbool.h>
#include <stdint.h>

enum range_kind { RANGE_WHOLE, RANGE_PART, RANGE_IMPOSSIBLE };

/* header: the Range header or NULL; size: of the whole. Several ranges, other units and nonsense mean the whole, as the RFC allows. */
enum range_kind range_read(const char *header, uint64_t size, uint64_t *from, uint64_t *len);

/* Is etag (quoted) in an If-None-Match list? Weak comparison; "*" fits everything. */
bool range_etag_in(const char *list, const char *etag);

#endif
