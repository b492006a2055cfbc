/* SPDX-License-Identifier: MIT */
/* What a hazard is called and how grave it is: phrases with {n} and {room} to fill in, and what each severity means in hours. From
 * app/journal/data/hazards.json. Immutable, as long as the program. Pure. Thread: any. */
#ifndef SITELOG_JOURNAL_HAZARD_PHRASE_H
#define SITELOG_JOURNAL_HAZARD_PHRASE_H

#include "firmware/base/buf.h"

#include <stdbool.h>

enum { HAZARD_SEVERITIES = 3 };

struct hazard_severity {
    const char *key, *zh, *en; /* "notice" "serious" "stop_work" */
    int due_hours;             /* from raising it */
    int warn_hours;            /* so long before it is due; 0: no warning */
};

struct hazard_phrase {
    const char *key;
    const char *zh, *en; /* "{room}防水高度需增加{n}cm" */
    const struct hazard_severity *severity;
    const char *stage;    /* where it is met; "": anywhere */
    bool has_n, has_room; /* what has to be filled in */
    const char *unit;     /* of n, or "" */
    int n_min, n_max;
};

/* NULL: unknown. */
const struct hazard_severity *hazard_severity_find(const char *key);
const struct hazard_severity *hazard_severities(size_t *n); /* from the lightest */
const struct hazard_phrase *hazard_phrase_find(const char *key);

/* The phrase with room and number filled in. room: a key of domain.h or a text of one's own; NULL or "" where it has none. has_n: n is given.
 * ERR_INVALID with the field "room" or "n": missing, not asked for, or out of its range. */
MUST_CHECK int hazard_phrase_text(const struct hazard_phrase *p, bool zh, const char *room, bool has_n, int64_t n,
                                  struct buf *out, struct err_text *e);

/* ---- for domain_check ---- */
MUST_CHECK int hazard_phrase_file_check(struct err_text *e);

#endif
