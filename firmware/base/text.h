/* SPDX-License-Identifier: MIT */
/* Text: UTF-8 checks, bounded copies, hex, base64, Crockford base 32. Pure. Thread: any. */
#ifndef SITELOG_BASE_TEXT_H
#define SITELOG_BASE_TEXT_H

#include "firmware/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing over U+10FFFF), and no NUL. */
bool text_utf8_valid(const char *bytes, size_t n);

/* Nothing in it that no reader sees and that changes what is read: control characters (but newline and tab), and what turns the direction of writing
 * (U+202A to U+202E, U+2066 to U+2069). Valid UTF-8. */
bool text_is_plain(const char *text);

/* Copies with NUL; ERR_TOO_BIG, and nothing written, when it does not fit. */
MUST_CHECK int text_copy(char *out, size_t out_size, const char *text);

/* Copies what fits, ends it at a UTF-8 boundary; for display only. */
void text_clip(char *out, size_t out_size, const char *text);

void text_hex(const uint8_t *bytes, size_t n, char *out); /* out: 2n+1 */
MUST_CHECK int text_unhex(const char *hex, uint8_t *out,
                          size_t n);               /* exactly n bytes, lower or upper case; ERR_INVALID */
bool text_is_hex(const char *text, size_t digits); /* exactly that many lower-case digits */

MUST_CHECK int text_base64(const uint8_t *bytes, size_t n, char *out, size_t out_size);
MUST_CHECK int text_unbase64(const char *text, uint8_t *out, size_t out_size, size_t *n);

/* The first 40 bits, as 8 characters of Crockford's alphabet (no I L O U), as printed in a watermark. */
void text_code(const uint8_t sha256[32], char out[9]);

bool text_starts(const char *text, const char *prefix);

/* Whole decimal number in [min, max], nothing else in the text. ERR_INVALID. */
MUST_CHECK int text_int(const char *text, int64_t min, int64_t max, int64_t *out);

/* Distance of two short words (Levenshtein, over at most 63 bytes each), for "did you mean". */
unsigned text_distance(const char *a, const char *b);

/* Equal in time that does not depend on where they differ. */
bool text_equal_secret(const char *a, const char *b);

#endif
