/* SPDX-License-Identifier: MIT */
/* What the files of stages share. Not for others. */
#ifndef SITELOG_JOURNAL_STAGE_PRIVATE_H
#define SITELOG_JOURNAL_STAGE_PRIVATE_H

#include "app/journal/shape.h"
#include "app/journal/stage.h"

#define STAGE_NOTE_MAX 1000 /* bytes */

extern const struct shape stage_shape[], stage_shape_rejected[], stage_shape_overridden[];

/* The row, or a planned one where there is none. */
MUST_CHECK int stage_row_read(struct db *db, const char *site, const char *key, const char *room,
                              struct stage_row *out);

/* The step that an event makes, or NULL: it is not legal. */
const struct life_step *stage_legal(const struct stage_row *row, const char *event);

/* The verbs that are legal for a row, of those in `may`, as a JSON array. gate: what stands in its way now. */
void stage_allowed(const struct stage_row *row, unsigned may, char out[LIFE_ALLOWED_SIZE]);

/* "room" of data; "" for none and for the whole site. */
MUST_CHECK int stage_room(const struct json *data, char out[41]);

#endif
