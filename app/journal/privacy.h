/* SPDX-License-Identifier: MIT */
/* Masking, before an event is made: an event can't be unmade. Pure. Thread: any. */
#ifndef SITELOG_JOURNAL_PRIVACY_H
#define SITELOG_JOURNAL_PRIVACY_H

#include "firmware/base/buf.h"

/* First character and "**". What is masked already stays. ERR_TOO_BIG when out is too small. */
MUST_CHECK int privacy_mask_name(const char *name, char *out, size_t out_size);

/* "138****1234"; spaces, dashes and a leading +86 go; what is masked already stays. ERR_INVALID: no telephone number. */
MUST_CHECK int privacy_mask_phone(const char *phone, char *out, size_t out_size);

/* Free text: numbers that belong to a person (privacy_number.h) become three digits, stars, and the last four. What is masked already stays. */
MUST_CHECK int privacy_mask_text(const char *text, struct buf *out);

/* The same for every string of a JSON text, names of members too; all else stays byte for byte. What is no JSON stays as it is, too, for its
 * parser to refuse: the same errors come out. */
MUST_CHECK int privacy_mask_json(const char *json, size_t n, struct buf *out);

#endif
