/* SPDX-License-Identifier: MIT */
/* What the files of hazards share. Not for others. */
#ifndef SITELOG_JOURNAL_HAZARD_PRIVATE_H
#define SITELOG_JOURNAL_HAZARD_PRIVATE_H

#include "app/journal/hazard.h"
#include "app/journal/shape.h"

extern const char *const hazard_severity_words[]; /* NULL-ended, the worst first */
extern const struct shape hazard_shape[];         /* of hazard-raised */
extern const struct shape hazard_step_shape[];

/* The due date of an event that does not say its instant: by the offset of its own time, so that every reader finds the same. */
MUST_CHECK int hazard_due_fixed(int32_t offset_s, struct wall raised, const char *severity, const char *said,
                                struct hazard_due *out);

/* ---- one row ---- */

struct hazard_row {
    enum hazard_state state;
    char severity[16];
    char rectified_by[ENVELOPE_ACTOR_SIZE];             /* "" : not rectified */
    char photos[(ID_SIZE + 3) * HAZARD_PHOTOS_MAX + 3]; /* JSON arrays of ids */
    char after[(ID_SIZE + 3) * HAZARD_PHOTOS_MAX + 3];
};

/* ERR_NOT_FOUND; *out is then zeroed: HAZARD_UNKNOWN. */
MUST_CHECK int hazard_row_read(struct db *db, const char *site, const char *id, struct hazard_row *out);

#endif
