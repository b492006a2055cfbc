/* SPDX-License-Identifier: MIT */
/* The event `board-moved` and its projection: which boards have left which site. */
#include "app/journal/move.h"

#include "app/journal/row.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/ids.h"
#include "firmware/base/json.h"

#include <string.h>

static const char schema[] = "CREATE TABLE move (\n"
                             "  -- Boards that have left a site, as each said last.\n"
                             "  site TEXT NOT NULL, board TEXT NOT NULL,\n"
                             "  epoch TEXT NOT NULL, -- in which it said so; a later one means that it is back\n"
                             "  to_site TEXT NOT NULL,\n"
                             "  at TEXT NOT NULL,\n"
                             "  PRIMARY KEY (site, board)\n"
                             ") STRICT, WITHOUT ROWID;\n";

static int decode(const struct json *data, const char **to, struct err_text *e) {
    int rc = json_get_text(data, "", "to", JSON_REQUIRED, 40, to, e);
    if (rc == 0 && !ids_is_name(*to))
        rc = err_field(e, ERR_INVALID, "to", "to is a site's name: 1 to 40 of the characters a-z 0-9 -");
    return rc;
}

int move_check(const struct json *data, struct err_text *e) {
    const char *to;
    return decode(data, &to, e);
}

static int reset(struct db *db, const char *site, const char *id) {
    return row_delete(db, "DELETE FROM move WHERE site = ? AND board = ?", site, id);
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    struct stmt *s = NULL;
    const char *to;
    (void)pos;
    if (strcmp(event->type, "board-moved") != 0) return 0;
    int rc = decode(event->data, &to, NULL);
    if (rc == 0)
        rc = db_prepare(db, "INSERT OR REPLACE INTO move (site, board, epoch, to_site, at) VALUES (?, ?, ?, ?, ?)", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, event->subject + strlen("move/"));
    stmt_bind_text(s, 3, event->key.epoch);
    stmt_bind_text(s, 4, to);
    stmt_bind_text(s, 5, event->time);
    return stmt_run(s);
}

static const char *const tables[] = { "move", NULL };
const struct subject_kind move_kind = {
    .kind = "move", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};

int move_leave(struct journal *j, struct db *db, const char *to, struct err_text *e) {
    struct appended appended;
    struct json_out w;
    struct buf data;
    buf_init(&data, 256);
    json_start(&w, &data);
    json_open(&w, NULL, '{');
    json_put_text(&w, "to", to);
    json_close(&w, '}');
    struct event_draft draft = {
        .type = "board-moved", .subject_id = journal_writer(j), .actor = "board", .data = data.data
    };
    int rc = data.error ? err_set(e, data.error, "board-moved cannot be made: %s", err_name(data.error))
                        : journal_append(j, db, &draft, &appended, e);
    buf_fini(&data);
    return rc;
}

int move_said(struct db *db, const char *site, const char *board, const char *to, bool *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(
        db,
        "SELECT EXISTS (SELECT 1 FROM move WHERE site = ?1 AND board = ?2 AND to_site = ?3 AND board IN (" MOVE_GONE
        "))",
        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, board);
    stmt_bind_text(s, 3, to);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    *out = stmt_int(s, 0) == 1;
    return 0;
}
