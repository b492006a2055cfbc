/* SPDX-License-Identifier: MIT */
/* A list that was printed as JSON, as a table (csv.h): so both say the same of the same rows. Pure. Thread: any. */
#ifndef SITELOG_JOURNAL_CSV_LIST_H
#define SITELOG_JOURNAL_CSV_LIST_H

#include "firmware/base/buf.h"

#include <stdbool.h>

#define CSV_LIST_ROWS_MAX 5000

/* A key and what a person reads for it. */
struct csv_word {
    const char *key, *zh, *en;
};

struct csv_column {
    const char *
        path; /* of the value in a row: "seen.at"; a member "*" is zh or en. Objects of an array are told as "kind n; kind n" */
    const char *zh, *en;
    const struct csv_word *words; /* ended by a NULL key; NULL: texts are told as they are */
};

#define CSV_LIST_NEXT_SIZE 40

/* json: {"<name>":[rows],"next"?:cursor}; columns: ended by a NULL path. next (may be NULL): the cursor, or "". ERR_CORRUPT: it is no such list. */
MUST_CHECK int csv_list(const struct buf *json, const char *name, const struct csv_column *columns, bool zh,
                        struct buf *out, char next[CSV_LIST_NEXT_SIZE]);

/* ---- what there is ---- */
extern const struct csv_column csv_list_sites[], csv_list_alerts[], csv_list_inspections[], csv_list_questions[];

#endif
