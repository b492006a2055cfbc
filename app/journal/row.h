/* SPDX-License-Identifier: MIT */
/* From an event's data to a projection's row and back to JSON: what several subjects' folds and lists do alike. Thread: any. */
#ifndef SITELOG_JOURNAL_ROW_H
#define SITELOG_JOURNAL_ROW_H

#include "firmware/base/json.h"
#include "firmware/db/db.h"
#include "sync/wire/envelope.h"

/* A text member, "" where there is none. Borrowed. */
const char *row_text(const struct json *data, const char *name);

/* A member as JSON text; `none` where there is none, such as "[]". */
MUST_CHECK int row_json(const struct json *data, const char *name, const char *none, struct buf *out);

/* Milliseconds of an event's time; 0 where it is unreadable. */
int64_t row_ms(const struct envelope *event);

/* A text, null where it is "". */
void row_put(struct json_out *w, const char *name, const char *text);

/* A JSON text that a column holds. */
void row_put_json(struct json_out *w, const char *name, const char *json);

/* The id behind the slash of an event's subject. */
const char *row_id(const struct envelope *event);

/* In SQL: the rooms of a table whose key begins with site and room, those of site ?1, from each to the next: as many steps as rooms. */
#define ROW_ROOMS(table)                                                                                               \
    "WITH RECURSIVE named(room) AS (VALUES ('') UNION ALL SELECT (SELECT min(t.room) FROM " table                      \
    " t WHERE t.site = ?1"                                                                                             \
    " AND t.room > named.room) FROM named WHERE room IS NOT NULL) SELECT room FROM named WHERE room <> ''"

/* Deletes a subject's rows. sql: "DELETE FROM … WHERE site = ? AND id = ?", a literal. */
MUST_CHECK int row_delete(struct db *db, const char *sql, const char *site, const char *id);

#endif
