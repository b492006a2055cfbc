/* SPDX-License-Identifier: MIT */
/* The projection of daily logs: one row a log with its current version, one a version to find the log by. An amendment counts where it names
 * the version that is current when it folds; of two that name the same one, the first in fold order wins and the other came too late. */
#include "app/journal/daylog.h"

#include "app/journal/late.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

#define DATA_MAX (8u * ENVELOPE_MAX) /* printing may escape what came unescaped */

static const char schema[] = "CREATE TABLE daylog (\n"
                             "  -- The daily logs, each in its current version.\n"
                             "  pos INTEGER PRIMARY KEY, -- of the first version in this store\n"
                             "  site TEXT NOT NULL,\n"
                             "  id TEXT NOT NULL,        -- of the first version, as the subject says\n"
                             "  version TEXT NOT NULL,   -- id of the current one\n"
                             "  date TEXT NOT NULL,      -- the site's date, 2026-11-22\n"
                             "  stage TEXT NOT NULL,     -- '': not said\n"
                             "  amended INTEGER NOT NULL,-- how often\n"
                             "  at TEXT NOT NULL,        -- of the first version, RFC 3339\n"
                             "  actor TEXT NOT NULL,     -- of the first version\n"
                             "  clock TEXT NOT NULL,     -- of the first version: ntp, rtc, none\n"
                             "  writer TEXT NOT NULL,    -- of the first version: a board's id, or hub\n"
                             "  data TEXT NOT NULL,      -- of the current version, JSON\n"
                             "  UNIQUE (id, site)\n"
                             ") STRICT;\n"
                             "CREATE INDEX daylog_site_date ON daylog (site, date); -- and pos, the row's number\n"
                             "CREATE INDEX daylog_date ON daylog (date);\n"
                             "CREATE INDEX daylog_site_stage ON daylog (site, stage, date);\n"
                             "CREATE TABLE daylog_version (\n"
                             "  -- Which log a version belongs to whose id is not the log's own.\n"
                             "  site TEXT NOT NULL,\n"
                             "  id TEXT NOT NULL,\n"
                             "  daylog TEXT NOT NULL,    -- daylog.id\n"
                             "  PRIMARY KEY (site, id, daylog)\n"
                             ") STRICT, WITHOUT ROWID;\n"
                             "CREATE INDEX daylog_version_daylog ON daylog_version (site, daylog);\n"
                             "CREATE TABLE daylog_room (\n"
                             "  -- The rooms that the current version of each log names.\n"
                             "  site TEXT NOT NULL,\n"
                             "  room TEXT NOT NULL,\n"
                             "  daylog TEXT NOT NULL,    -- daylog.id\n"
                             "  PRIMARY KEY (site, room, daylog)\n"
                             ") STRICT, WITHOUT ROWID;\n";

/* Of each room that there is, by the key: that happens seldom, and an index by logs would cost every log that comes. */
static int drop_rooms(struct db *db, const char *site, const char *id) {
    return row_delete(
        db, "DELETE FROM daylog_room WHERE site = ?1 AND daylog = ?2 AND room IN (" ROW_ROOMS("daylog_room") ")", site,
        id);
}

static int reset(struct db *db, const char *site, const char *id) {
    int rc = row_delete(db, "DELETE FROM daylog WHERE site = ? AND id = ?", site, id);
    if (rc == 0) rc = drop_rooms(db, site, id);
    return rc < 0 ? rc : row_delete(db, "DELETE FROM daylog_version WHERE site = ? AND daylog = ?", site, id);
}

static int put_room(struct db *db, const char *site, const char *id, const char *room) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "INSERT OR IGNORE INTO daylog_room (site, room, daylog) VALUES (?, ?, ?)", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, room);
    stmt_bind_text(s, 3, id);
    return stmt_run(s);
}

static int put_rooms(struct db *db, const char *site, const char *id, const struct daylog *d) {
    const struct item_list *const lists[] = { &d->done, &d->plan };
    int rc = 0;
    for (size_t l = 0; l < TEXT_ARRAY_LEN(lists); l++)
        for (size_t i = 0; i < lists[l]->count; i++)
            for (size_t r = 0; r < lists[l]->items[i].room_count && rc == 0; r++)
                rc = put_room(db, site, id, lists[l]->items[i].rooms[r]);
    return rc;
}

static int add_version(struct db *db, const struct envelope *event, const char *id) {
    struct stmt *s = NULL;
    if (strcmp(event->id, id) == 0) return 0;
    int rc = db_prepare(db, "INSERT OR IGNORE INTO daylog_version (site, id, daylog) VALUES (?, ?, ?)", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, event->id);
    stmt_bind_text(s, 3, id);
    return stmt_run(s);
}

/* 1 where there was no such log yet; 0: there was. */
static int insert(struct db *db, const struct envelope *event, const char *id, const struct daylog *d, const char *data,
                  bool amended, int64_t pos) {
    struct stmt *s = NULL;
    int rc =
        db_prepare(db,
                   "INSERT INTO daylog (site, id, version, date, stage, amended, at, actor, clock, writer, data, pos)"
                   " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id, site) DO NOTHING",
                   &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, id);
    stmt_bind_text(s, 3, event->id);
    stmt_bind_text(s, 4, d->date);
    stmt_bind_text(s, 5, d->stage);
    stmt_bind_int(s, 6, amended);
    stmt_bind_text(s, 7, event->time);
    stmt_bind_text(s, 8, event->actor);
    stmt_bind_text(s, 9, event->clock);
    stmt_bind_text(s, 10, event->key.writer);
    stmt_bind_text(s, 11, data);
    stmt_bind_int(s, 12, pos);
    rc = stmt_run(s);
    return rc < 0 ? rc : db_changes(db) > 0;
}

/* 1 where the amended version was the current one; 0: not. */
static int amend(struct db *db, const struct envelope *event, const char *id, const struct daylog *d,
                 const char *data) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "UPDATE daylog SET version = ?, date = ?, stage = ?, amended = amended + 1, data = ?"
                        " WHERE site = ? AND id = ? AND version = ?",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->id);
    stmt_bind_text(s, 2, d->date);
    stmt_bind_text(s, 3, d->stage);
    stmt_bind_text(s, 4, data);
    stmt_bind_text(s, 5, event->site);
    stmt_bind_text(s, 6, id);
    stmt_bind_text(s, 7, d->amends);
    rc = stmt_run(s);
    return rc < 0 ? rc : db_changes(db) > 0;
}

static int fold_data(struct db *db, const struct envelope *event, const struct daylog *d, const char *data,
                     int64_t pos) {
    const char *id = event->subject + strlen("daylog/");
    bool amends = strcmp(event->type, "daylog-amended") == 0;
    int done = insert(db, event, id, d, data, amends, pos);
    if (done != 0) return done < 0 ? done : put_rooms(db, event->site, id, d);
    if (!amends) return late_mark(db, event, "this log was submitted before");
    done = amend(db, event, id, d, data);
    if (done == 0) return late_mark(db, event, "it corrects a version that was no longer the current one");
    int rc = done < 0 ? done : drop_rooms(db, event->site, id);
    return rc < 0 ? rc : put_rooms(db, event->site, id, d);
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    struct daylog d = { 0 };
    struct buf data;
    if (strcmp(event->type, "daylog-submitted") != 0 && strcmp(event->type, "daylog-amended") != 0) return 0;
    int rc = daylog_decode(event->data, DECODE_LENIENT, &d, NULL);
    if (rc < 0) return rc;
    buf_init(&data, DATA_MAX);
    rc = json_print(event->data, &data);
    if (rc == 0) rc = add_version(db, event, event->subject + strlen("daylog/"));
    if (rc == 0) rc = fold_data(db, event, &d, data.data, pos);
    buf_fini(&data);
    daylog_fini(&d);
    return rc;
}

static const char *const tables[] = { "daylog", "daylog_version", "daylog_room", NULL };
const struct subject_kind daylog_kind = {
    .kind = "daylog", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 2
};
