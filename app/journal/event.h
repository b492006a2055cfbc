/* SPDX-License-Identifier: MIT */
/* Which events there are: for each type its lane, the kind of subject, and how its data is checked and folded into projections. One table
 * (event.c) that append, intake, rebuild and the documents' tests share. A type that is not in it is stored raw and not folded. */
#ifndef SITELOG_JOURNAL_EVENT_H
#define SITELOG_JOURNAL_EVENT_H

#include "firmware/db/db.h"
#include "sync/wire/envelope.h"

struct event_type {
    const char *name; /* "daylog-submitted" */
    enum lane lane;
    const char *kind; /* subject's kind: "daylog" */
    /* Checks data, an object, against its schema; ERR_INVALID with the field. Lenient: unknown members are fine. NULL: any object will do. */
    int (*check)(const struct json *data, struct err_text *e);
    bool in_timeline;
};

/* One file a subject: how the events of one subject become rows. Each file exports its `const struct subject_kind <stem>_kind` and the check
 * functions of its types through a header of its own; event.c lists them.
 * Projection tables: STRICT, without foreign keys, with a column `site`; a column `pos` (or one that ends in `_pos`) may hold the position of
 * an event in this store, and is the only kind of content that may differ between stores that hold the same events. An event's late arrival
 * is told with late_mark (late.h). The core itself reads `site(site, timezone)` of the plan and `person(site, id, name)` of the people. */
struct subject_kind {
    const char *kind;
    /* Removes what the subject has in the projection's tables. NULL: it has none. */
    int (*reset)(struct db *db, const char *site, const char *id);
    /* Folds the next event, in fold order. The event's data passed its check. Never fails because something else is missing. NULL: nothing is folded. */
    int (*fold)(struct db *db, const struct envelope *event, int64_t pos);
    /* Tables that hold nothing but this projection, NULL-ended: rebuild empties them, comparisons dump them. NULL: none. */
    const char *const *tables;
    /* Creates exactly those tables and their indexes (comments inside, where SQLite keeps them). Projections are not migrated: where any kind's
     * schema or version differs from what made the database, all are dropped, created and folded again at start. NULL: none. */
    const char *schema;
    int version; /* raised when `fold` makes something else of the same events */
};

const struct event_type *event_type_find(const char *name); /* NULL: unknown */
const struct subject_kind *event_kind_find(const char *kind);
extern const struct event_type event_types[];
extern const size_t event_type_count;
extern const struct subject_kind *const event_kinds[];
extern const size_t event_kind_count;

#endif
