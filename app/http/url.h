/* SPDX-License-Identifier: MIT */
/* The target of a request line, taken apart. Pure. Thread: any. */
#ifndef SITELOG_HTTP_URL_H
#define SITELOG_HTTP_URL_H

#include "app/http/exchange.h"

/* Decodes percent signs in place. ERR_INVALID: a bad escape, a NUL, or text that is not UTF-8. plus: '+' is a space. */
MUST_CHECK int url_decode(char *text, bool plus);

/* Takes "path?query" apart in place: *path is decoded and begins with '/', the query's pairs go into `in` (borrowing from target).
 * ERR_INVALID: not of that form, an escaped slash in the path, a parameter given twice; ERR_TOO_BIG: too many parameters. *e says which. */
MUST_CHECK int url_parse(char *target, const char **path, struct exchange_input *in, struct err_text *e);

/* A segment as patterns take it: [A-Za-z0-9._-]{1,64}, neither "." nor "..". */
bool url_is_segment(const char *text, size_t n);

#endif
