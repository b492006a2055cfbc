/* SPDX-License-Identifier: MIT */
/* Masking, before an event is made: an event can't be unmade. Pure. Thread: any. */
#ifndef SITELOG_JOURNAL_PRIVACY_H
#define SITELOG_JOURNAL_PRIVACY_H

#include "firmware/base/buf.h"

/* First character and "**". What is masked already stays. ERR_TOO_BIG when out is too small. */
MUST_CHECK int privacy_mask_name(const char *name, char *out, size_t out_size);

/* "138****1234"; spaces, dashes and a leading +86 go; what is masked already stays. ERR_INVALID: no telephone number. */
MUST_CHECK int privacy_mask_phone(const char *phone, char *out, size_t out_size);

/* Free text: identity card numbers, bank card numbers (Luhn) and mobile numbers in it become first digits, stars, last digits. */
MUST_CHECK int privacy_mask_text(const char *text, struct buf *out);

#endif
