/* SPDX-License-Identifier: MIT */
/* What gates are judged by beside the stages and the tests themselves: which rooms the site names, which tests its checklists leave out, and what
 * reports and hazards say against an acceptance. */
#include "app/journal/stage.h"
#include "app/journal/timed_limit.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

/* Whoever named a room, and wherever: there is such a room then. From each one to the next, by an index that begins with site and room: as many steps as
 * there are rooms, however often each was named. */
#define NEXT_IN(table, where) "SELECT min(room) AS room FROM " table " WHERE site = ?1 AND room > named.room" where
#define AND                   " UNION ALL "
static const char rooms_sql[] =
    "WITH RECURSIVE named(room) AS (VALUES ('') UNION ALL SELECT (SELECT min(room) FROM (" NEXT_IN("stage", "")
        AND NEXT_IN("timed_test", " AND room <> ''") AND NEXT_IN("hazard", " AND room <> ''")
            AND NEXT_IN("photo", " AND withdrawn = 0 AND room <> ''") AND NEXT_IN("daylog_room", "") AND NEXT_IN(
                "inspection_room", "") ")) FROM named WHERE room IS NOT NULL) SELECT room FROM named WHERE room <> ''";

/* Red lines that the newest report of a stage failed, from one stage to the next likewise; and hazards that stop the work. */
static const char doubts_sql[] =
    "WITH RECURSIVE reported(stage) AS (VALUES ('') UNION ALL SELECT (SELECT min(i.stage) FROM inspection i WHERE"
    " i.site = ?1 AND i.stage > reported.stage) FROM reported WHERE stage IS NOT NULL)"
    " SELECT stage, '', (SELECT i.red FROM inspection i WHERE i.site = ?1 AND i.stage = reported.stage"
    " ORDER BY i.date DESC, i.id DESC LIMIT 1) AS reds, 0 FROM reported WHERE stage <> '' AND reds > 0"
    " UNION ALL SELECT stage, room, 0, count(*) FROM hazard WHERE site = ?1 AND severity = 'stop_work'"
    " AND state <> 'verified' AND stage <> '' GROUP BY stage, room";

/* Room for one more, of 16 at a time. */
static int grow(void **list, size_t n, size_t size) {
    void *more = n % 16 == 0 ? realloc(*list, (n + 16) * size) : *list;
    if (!more) return ERR_NOMEM;
    *list = more;
    return 0;
}

static int prepare(struct db *db, const char *sql, const char *site, struct stmt **s) {
    int rc = db_prepare(db, sql, s);
    if (rc == 0) stmt_bind_text(*s, 1, site);
    return rc;
}

static int read_rooms(struct db *db, const char *site, struct stage_evidence *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    void *list = NULL;
    int rc = prepare(db, rooms_sql, site, &s);
    while (rc >= 0 && (rc = stmt_step(s)) == 1) {
        const char *room = stmt_text(s, 0);
        if (!room[0] || strcmp(room, "whole") == 0) continue;
        rc = grow(&list, out->room_count, sizeof *out->rooms);
        if (rc < 0) break;
        out->rooms = list;
        text_clip(out->rooms[out->room_count++], sizeof *out->rooms, room);
    }
    return rc < 0 ? rc : 0;
}

static int read_doubts(struct db *db, const char *site, struct stage_evidence *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    void *list = NULL;
    int rc = prepare(db, doubts_sql, site, &s);
    while (rc >= 0 && (rc = stmt_step(s)) == 1) {
        rc = grow(&list, out->doubt_count, sizeof *out->doubts);
        if (rc < 0) break;
        out->doubts = list;
        struct stage_doubt *d = &out->doubts[out->doubt_count++];
        *d = (struct stage_doubt){ .red_lines = (int)stmt_int(s, 2), .stop_work = (int)stmt_int(s, 3) };
        text_clip(d->stage, sizeof d->stage, stmt_text(s, 0));
        text_clip(d->room, sizeof d->room, stmt_text(s, 1));
    }
    return rc < 0 ? rc : 0;
}

static int read_left_out(struct db *db, const char *site, struct stage_evidence *out) {
    size_t n = 0;
    const struct timed_limit *all = timed_limit_all(&n);
    for (size_t i = 0; i < n; i++) {
        struct timed_limit l;
        int rc = timed_limit_read(db, site, all[i].kind, &l);
        if (rc < 0) return rc;
        if (l.left_out) out->left_out |= 1u << i;
    }
    return 0;
}

int stage_evidence_read(struct db *db, const char *site, struct stage_book *b) {
    struct stage_evidence *out = &b->evidence;
    int rc = read_rooms(db, site, out);
    if (rc == 0) rc = read_doubts(db, site, out);
    return rc < 0 ? rc : read_left_out(db, site, out);
}
