/* SPDX-License-Identifier: MIT */
/* Requests for photos for readers, and the open ones for the board's camera. */
#include "app/journal/photo_request.h"

#include "app/journal/listing.h"
#include "app/journal/person.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

/* In the order of COLUMNS. */
enum column {
    COL_POS,
    COL_ID,
    COL_SITE,
    COL_BOARD,
    COL_STAGE,
    COL_ROOM,
    COL_TEXT,
    COL_DUE,
    COL_CAMERA,
    COL_AT,
    COL_ACTOR,
    COL_REASON,
    COL_PHOTO,
    COL_STATE,
};
#define REQUESTS                                                                                                       \
    "SELECT * FROM (SELECT r.pos AS pos, r.id, r.site AS site, r.board, r.stage, r.room, r.text, r.due, r.camera, "    \
    "r.at, r.actor, "                                                                                                  \
    "r.reason,"                                                                                                        \
    " p.id AS photo, CASE WHEN p.id IS NOT NULL THEN 'answered' WHEN r.failed THEN 'failed' ELSE "                     \
    "'open' END AS state"                                                                                              \
    " FROM photo_request r LEFT JOIN photo p ON p.site = r.site AND p.inreplyto <> '' AND p.inreplyto = r.id AND "     \
    "p.id ="                                                                                                           \
    " (SELECT min(id) FROM photo WHERE site = r.site AND inreplyto <> '' AND inreplyto = r.id) WHERE r.known = 1"

#define OPEN " AND r.answered = 0 AND r.failed = 0"

static const char *or_null(const char *text) { return text[0] ? text : NULL; }

static int put_row(struct db *db, struct stmt *s, struct json_out *w, void *ctx) {
    const bool *names = ctx;
    json_open(w, NULL, '{');
    json_put_text(w, "id", stmt_text(s, COL_ID));
    json_put_text(w, "site", stmt_text(s, COL_SITE));
    json_put_text(w, "board", or_null(stmt_text(s, COL_BOARD)));
    json_put_text(w, "stage", or_null(stmt_text(s, COL_STAGE)));
    json_put_text(w, "room", or_null(stmt_text(s, COL_ROOM)));
    json_put_text(w, "text", or_null(stmt_text(s, COL_TEXT)));
    json_put_text(w, "due", or_null(stmt_text(s, COL_DUE)));
    json_put_bool(w, "camera", stmt_int(s, COL_CAMERA) == 1);
    json_put_text(w, "state", stmt_text(s, COL_STATE));
    json_put_text(w, "photo", or_null(stmt_text(s, COL_PHOTO)));
    json_put_text(w, "reason", or_null(stmt_text(s, COL_REASON)));
    json_put_text(w, "at", stmt_text(s, COL_AT));
    int rc = person_put_actor(db, stmt_text(s, COL_SITE), stmt_text(s, COL_ACTOR), *names, w, "actor");
    json_close(w, '}');
    return rc < 0 ? rc : w->buf->error;
}

int photo_request_print(struct db *db, const char *site, const char *id, bool names, struct buf *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct json_out w;
    int rc = db_prepare(db, REQUESTS " AND r.site = ? AND r.id = ?)", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    json_start(&w, out);
    return put_row(db, s, &w, &names);
}

static int read_open(struct stmt *s, const char *site, const char *board, struct photo_request *out, size_t max,
                     size_t *n) {
    size_t count = 0;
    int rc = 0;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, board);
    stmt_bind_int(s, 3, (int64_t)max);
    while (count < max && (rc = stmt_step(s)) == 1) {
        struct photo_request *r = &out[count++];
        *r = (struct photo_request){ .camera = stmt_int(s, COL_CAMERA) == 1 };
        text_clip(r->id, sizeof r->id, stmt_text(s, COL_ID));
        text_clip(r->board, sizeof r->board, stmt_text(s, COL_BOARD));
        text_clip(r->stage, sizeof r->stage, stmt_text(s, COL_STAGE));
        text_clip(r->room, sizeof r->room, stmt_text(s, COL_ROOM));
        text_clip(r->text, sizeof r->text, stmt_text(s, COL_TEXT));
        text_clip(r->due, sizeof r->due, stmt_text(s, COL_DUE));
    }
    if (rc < 0) return rc;
    *n = count;
    return 0;
}

int photo_request_open(struct db *db, const char *site, const char *board, struct photo_request *out, size_t max,
                       size_t *n) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(
        db, REQUESTS OPEN " AND r.site = ?1) WHERE state = 'open' AND (board = '' OR board = ?2) ORDER BY pos LIMIT ?3",
        &s);
    return rc < 0 ? rc : read_open(s, site, board, out, max, n);
}

int photo_request_for_camera(struct db *db, const char *site, const char *board, struct photo_request *out, size_t max,
                             size_t *n) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc =
        db_prepare(db,
                   REQUESTS OPEN " AND r.site = ?1 AND r.camera = 1) WHERE state = 'open' AND (board = '' OR board = "
                                 "?2) ORDER BY pos LIMIT ?3",
                   &s);
    return rc < 0 ? rc : read_open(s, site, board, out, max, n);
}

#define PAGE(which)                                                                                                    \
    REQUESTS which " AND r.site = ?1 AND r.pos < ?3) WHERE (?2 IS NULL OR state = ?2) ORDER BY pos DESC LIMIT ?4"

/* What is open, and what failed, is among many that were answered: each has its index in the order of the list. */
static const char *page_of(const char *state) {
    static const char all[] = PAGE(""), open[] = PAGE(OPEN), failed[] = PAGE(" AND r.failed = 1");
    if (state && strcmp(state, "open") == 0) return open;
    return state && strcmp(state, "failed") == 0 ? failed : all;
}

int photo_request_list(struct db *db, const char *site, const char *state, const char *before, int limit, bool names,
                       struct buf *out, struct err_text *e) {
    struct stmt *s = NULL;
    int64_t from;
    int rc = listing_before(before, &from, e);
    if (rc < 0) return rc;
    rc = db_prepare(db, page_of(state), &s);
    if (rc < 0) return err_set(e, rc, "the requests cannot be read: %s", db_message(db));
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, state);
    stmt_bind_int(s, 3, from);
    stmt_bind_int(s, 4, limit + 1);
    return listing_print(db, s, "photo_requests", limit, put_row, &names, out, e);
}
