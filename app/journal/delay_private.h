/* SPDX-License-Identifier: MIT */
/* What the files of delays share. Not for others. */
#ifndef SITELOG_JOURNAL_DELAY_PRIVATE_H
#define SITELOG_JOURNAL_DELAY_PRIVATE_H

#include "app/journal/delay.h"

#define DELAY_DAYS_MAX 366

extern const struct shape delay_shape_claimed[], delay_shape_decided[], delay_shape_idle[];

/* A claim. */
struct delay_row {
    char state[12], stage[41], from[TZ_DATE_SIZE], to[TZ_DATE_SIZE];
};
MUST_CHECK int delay_row_read(struct db *db, const char *site, const char *id,
                              struct delay_row *out); /* ERR_NOT_FOUND */

#endif
