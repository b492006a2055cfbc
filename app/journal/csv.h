/* SPDX-License-Identifier: MIT */
/* Tables for spreadsheets: RFC 4180 in UTF-8 with a byte-order mark, and no cell that a spreadsheet would run as a formula.
 * Errors stick in the buffer. Pure. Thread: any. */
#ifndef SITELOG_JOURNAL_CSV_H
#define SITELOG_JOURNAL_CSV_H

#include "firmware/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct csv {
    struct buf *out;
    bool row; /* a row has begun */
};

/* Without the mark it begins with, spreadsheets take UTF-8 for something else. */
void csv_start(struct csv *c, struct buf *out);

/* One cell, quoted; what begins like a formula gets an apostrophe in front. NULL: an empty one. */
void csv_text(struct csv *c, const char *text);
void csv_int(struct csv *c, int64_t value);
void csv_end(struct csv *c); /* of the row */

#endif
