/* SPDX-License-Identifier: MIT */
/* Which events there are: for each type its lane, the kind of subject, and how its data is checked and folded into projections. One table
 * (event.c) that append, intake, rebuild and the documents' tests share. A type that is not in it is stored raw and not folded. */
#ifndef SITELOG_JOURNAL_EVENT_H
#define SITELOG_JOURNAL_EVENT_H

#include "firmware/db/db.h"
#include "sync/wire/envelope.h"

struct event_type {
    const char *name;         /* "daylog-submitted" */
    enum lane lane;
    const char *kind;         /* subject's kind: "daylog" */
    /* Checks data against its schema; ERR_INVALID with the field. Lenient: unknown members are fine. */
    int (*check)(const char *data, size_t n, struct err_text *e);
    bool in_timeline;
};

/* One file a subject: how the events of one subject become rows. */
struct subject_kind {
    const char *kind;
    /* Removes what the subject has in the projection's tables. */
    int (*reset)(struct db *db, const char *site, const char *id);
    /* Folds the next event, in fold order. The event's data passed its check. Never fails because something else is missing. */
    int (*fold)(struct db *db, const struct envelope *event, int64_t pos);
    /* Tables that hold nothing but this projection, NULL-ended: rebuild empties them, comparisons dump them. */
    const char *const *tables;
};

const struct event_type *event_type_find(const char *name); /* NULL: unknown */
const struct subject_kind *event_kind_find(const char *kind);
extern const struct event_type event_types[];
extern const size_t event_type_count;
extern const struct subject_kind event_kinds[];
extern const size_t event_kind_count;

#endif
