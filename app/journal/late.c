/* SPDX-License-Identifier: MIT */
/* The table `late`: which events came too late to have an effect, and why; and since when this database knows it, which no rebuild changes. */
#include "app/journal/late.h"

#include "firmware/base/clock.h"
#include "firmware/db/db.h"

const char *const late_since_schema =
    "CREATE TABLE late_since (\n"
    "  -- When an event was first found here to have come too late: its writer is told from then on.\n"
    "  site TEXT NOT NULL, subject TEXT NOT NULL, event TEXT NOT NULL,\n"
    "  since_ms INTEGER NOT NULL, -- since 1970\n"
    "  PRIMARY KEY (site, subject, event)\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE INDEX late_since_newest ON late_since (site, since_ms);\n";

static int know(struct db *db, const struct envelope *event) {
    struct stmt *s = NULL;
    int rc =
        db_prepare(db, "INSERT OR IGNORE INTO late_since (site, subject, event, since_ms) VALUES (?, ?, ?, ?)", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, event->subject);
    stmt_bind_text(s, 3, event->id);
    stmt_bind_int(s, 4, clock_wall().ms);
    return stmt_run(s);
}

int late_mark(struct db *db, const struct envelope *event, const char *why) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "INSERT OR REPLACE INTO late (site, subject, event, why) VALUES (?, ?, ?, ?)", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, event->subject);
    stmt_bind_text(s, 3, event->id);
    stmt_bind_text(s, 4, why);
    rc = stmt_run(s);
    return rc < 0 ? rc : know(db, event);
}

int late_reset(struct db *db, const char *site, const char *subject) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "DELETE FROM late WHERE site = ? AND subject = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, subject);
    return stmt_run(s);
}
