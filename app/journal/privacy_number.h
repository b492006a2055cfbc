/* SPDX-License-Identifier: MIT */
/* Numbers in free text that belong to a person: identity card, bank card, telephone. Pure. Thread: any.
 *
 * What is one:
 * - identity card: 18 characters of GB 11643-1999 (province of GB/T 2260, date of birth from 1900 on, check character of ISO 7064 MOD 11-2), and
 *   the 15 digits of before 1999 (province, date, no check digit), in one piece or as 6-6-3
 * - bank card: 16 to 19 digits whose Luhn sum fits (ISO/IEC 7812-1) and that begin as an issuer's do (15 for American Express), in one piece, in
 *   fours, or after the first six
 * - mobile: 11 digits, 13 to 19 in front (the ministry's numbering plan: 1, then 3 to 9), in one piece or as 3-4-4, 3-8, 7-4
 * - fixed line: an area code, a separator, 7 or 8 digits that do not begin with 0 or 1; without an area code or a separator it is any number
 * Telephones may have +86, 86 or 0086 in front. Digits may be full-width. Between groups stand up to three of blank, dash, dot and closing
 * bracket; in an identity number a comma too.
 * What is none: part of a longer row of digits or of a word (order numbers, UUIDs, hashes; but tel13800138000 is one), numbers in words, other
 * countries' telephones, 400 and 800 numbers, and what is masked already. A list of measures is none, unless it looks like all of one of the above. */
#ifndef SITELOG_JOURNAL_PRIVACY_NUMBER_H
#define SITELOG_JOURNAL_PRIVACY_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

enum { PRIVACY_NUMBER_MAX = 19 };

struct privacy_number {
    char digits[PRIVACY_NUMBER_MAX + 1]; /* ASCII, without the country's code; a final X as it was written */
    size_t n;
    size_t from,
        to; /* bytes of text: [from, to); a + before the country's code belongs to it, unless a digit stands before that */
};

/* The first one at or after text + at, which is no place inside a row of digits or a word. */
bool privacy_number_next(const char *text, size_t at, struct privacy_number *out);

#endif
