/* SPDX-License-Identifier: MIT */
/* The table `late`: which events came too late to have an effect, and why. */
#include "app/journal/late.h"

#include "firmware/db/db.h"

int late_mark(struct db *db, const struct envelope *event, const char *why) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "INSERT OR REPLACE INTO late (site, subject, event, why) VALUES (?, ?, ?, ?)", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, event->subject);
    stmt_bind_text(s, 3, event->id);
    stmt_bind_text(s, 4, why);
    return stmt_run(s);
}

int late_reset(struct db *db, const char *site, const char *subject) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "DELETE FROM late WHERE site = ? AND subject = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, subject);
    return stmt_run(s);
}
