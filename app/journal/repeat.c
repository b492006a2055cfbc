/* SPDX-License-Identifier: MIT */
/* Looks an event up by its id. Whether it says the same is for its subject's file to judge. */
#include "app/journal/repeat.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

int repeat_find(struct db *db, const char *id, struct envelope *event, struct appended *first) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct envelope found = { 0 };
    size_t n = 0;
    int rc = db_prepare(db, "SELECT bytes, pos, at FROM event WHERE id = ? ORDER BY pos LIMIT 1", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, id);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    const void *bytes = stmt_blob(s, 0, &n);
    rc = envelope_read(bytes, n, &found, NULL);
    if (rc < 0) return rc == ERR_NOMEM ? rc : ERR_CORRUPT;
    *first = (struct appended){ .key = found.key, .rev = found.rev, .pos = stmt_int(s, 1), .at = { stmt_int(s, 2) } };
    memcpy(first->id, found.id, sizeof first->id);
    *event = found;
    return 0;
}
