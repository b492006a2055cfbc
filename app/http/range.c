/* SPDX-License-Identifier: MIT */
/* Reads Range and If-None-Match. Does not send anything, and does no multipart/byteranges. */
#include "app/http/range.h"

#include <string.h>
#include <strings.h>

/* Digits only, saturating; NULL where there are none. */
static const char *number(const char *p, uint64_t *out) {
    const char *start = p;
    uint64_t n = 0;
    for (; *p >= '0' && *p <= '9'; p++) n = n > (UINT64_MAX - 9) / 10 ? UINT64_MAX : n * 10 + (uint64_t)(*p - '0');
    *out = n;
    return p == start ? (const char *)0 : p;
}

static enum range_kind suffix(const char *p, uint64_t size, uint64_t *from, uint64_t *len) {
    uint64_t n;
    p = number(p, &n);
    if (!p || *p) return RANGE_WHOLE;
    if (n == 0 || size == 0) return RANGE_IMPOSSIBLE;
    *len = n < size ? n : size;
    *from = size - *len;
    return RANGE_PART;
}

enum range_kind range_read(const char *header, uint64_t size, uint64_t *from, uint64_t *len) {
    uint64_t first, last = UINT64_MAX;
    if (!header || strncasecmp(header, "bytes=", 6) != 0) return RANGE_WHOLE;
    const char *p = header + 6;
    while (*p == ' ') p++;
    if (*p == '-') return suffix(p + 1, size, from, len);
    p = number(p, &first);
    if (!p || *p++ != '-') return RANGE_WHOLE;
    if (*p) p = number(p, &last);
    if (!p || *p || last < first) return RANGE_WHOLE;
    if (first >= size) return RANGE_IMPOSSIBLE;
    *from = first;
    *len = (last < size - 1 ? last : size - 1) - first + 1;
    return RANGE_PART;
}

bool range_etag_in(const char *list, const char *etag) {
    size_t n = strlen(etag);
    for (const char *p = list; *p;) {
        while (*p == ' ' || *p == ',' || *p == '\t') p++;
        if (*p == '*') return true;
        if (strncmp(p, "W/", 2) == 0) p += 2;
        if (strncmp(p, etag, n) == 0 && (p[n] == '\0' || p[n] == ',' || p[n] == ' ' || p[n] == '\t')) return true;
        while (*p && *p != ',') p++;
    }
    return false;
}
