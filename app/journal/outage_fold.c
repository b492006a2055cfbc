/* SPDX-License-Identifier: MIT */
/* The projection of outages: one row an event, so that no order matters. */
#include "app/journal/outage.h"

#include "firmware/base/json.h"

#include <string.h>

int outage_reset(struct db *db, const char *site, const char *board) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "DELETE FROM outage WHERE site = ? AND board = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, board);
    return stmt_run(s);
}

static int64_t ms_of(const struct json *data, const char *name) {
    const char *text = json_text(json_member(data, name));
    struct wall at;
    return text && clock_parse(text, &at, NULL) == 0 ? at.ms : 0;
}

int outage_fold(struct db *db, const struct envelope *event, int64_t pos) {
    struct stmt *s = NULL;
    const char *what = json_text(json_member(event->data, "what"));
    int64_t seconds = 0;
    int rc = db_prepare(
        db, "INSERT INTO outage (pos, site, board, what, from_ms, to_ms, seconds) VALUES (?, ?, ?, ?, ?, ?, ?)", &s);
    if (rc < 0) return rc;
    if (!json_int(json_member(event->data, "seconds"), &seconds)) seconds = 0;
    stmt_bind_int(s, 1, pos);
    stmt_bind_text(s, 2, event->site);
    stmt_bind_text(s, 3, event->subject + strlen("board/"));
    stmt_bind_text(s, 4, what ? what : "");
    stmt_bind_int(s, 5, ms_of(event->data, "from"));
    stmt_bind_int(s, 6, ms_of(event->data, "to"));
    stmt_bind_int(s, 7, seconds);
    return stmt_run(s);
}
