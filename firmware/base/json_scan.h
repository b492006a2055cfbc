/* SPDX-License-Identifier: MIT */
/* Private to json.c. Checks JSON text against RFC 8259 before libcjson, which is laxer, builds a tree of it. Pure. Thread: any. */
#ifndef SITELOG_BASE_JSON_SCAN_H
#define SITELOG_BASE_JSON_SCAN_H

#include <stddef.h>

#define JSON_SCAN_DEPTH 64

/* NULL when the n bytes are one value with nothing after it, at most 64 levels deep; else what is wrong (static), and where. */
const char *json_scan(const char *text, size_t n, size_t *at);

#endif
