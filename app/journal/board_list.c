/* SPDX-License-Identifier: MIT */
/* Boards for readers. Whether one is silent is not counted here: that the rule does, by its hours (rule_board.c), and its alert stands or does not. */
#include "app/journal/board.h"

#include "app/journal/move.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"

#include <string.h>

/* When the alert fell due that says it is silent, of a row of `board`; NULL: none stands. */
#define SILENT_DUE                                                                                                     \
    "(SELECT a.due FROM alert a WHERE a.cleared_ms = 0 AND a.site = board.site AND a.rule = 'board-silent' AND"        \
    " a.subject = 'board/' || board.board ORDER BY a.pos DESC LIMIT 1)"

static void put_time(struct json_out *w, const char *name, int64_t ms) {
    char text[CLOCK_TEXT_SIZE];
    clock_format((struct wall){ ms }, 0, text);
    json_put_text(w, name, text);
}

/* What was heard after the alert fell due ends the silence, be the alert still to be cleared. */
static void put_silence(struct stmt *s, int due_column, int64_t seen, struct json_out *w) {
    struct wall due = { 0 };
    bool silent =
        !stmt_is_null(s, due_column) && clock_parse(stmt_text(s, due_column), &due, NULL) == 0 && seen < due.ms;
    if (silent)
        put_time(w, "silent_since", seen);
    else
        json_put_null(w, "silent_since");
}

static int put_findings(struct db *db, const char *site, const char *board, struct json_out *w) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(
        db, "SELECT at, last, what, text FROM board_finding WHERE site = ? AND board = ? ORDER BY n DESC", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, board);
    json_open(w, "findings", '[');
    while ((rc = stmt_step(s)) == 1) {
        json_open(w, NULL, '{');
        put_time(w, "at", stmt_int(s, 0));
        put_time(w, "last", stmt_int(s, 1));
        json_put_text(w, "what", stmt_text(s, 2));
        json_put_text(w, "text", stmt_text(s, 3));
        json_close(w, '}');
    }
    json_close(w, ']');
    return rc;
}

static int put_heads(struct db *db, const char *site, const char *board, struct json_out *w) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(
        db, "SELECT epoch, lane, seq, hash, at FROM board_head WHERE site = ? AND board = ? ORDER BY epoch, lane", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, board);
    json_open(w, "heads", '[');
    while ((rc = stmt_step(s)) == 1) {
        json_open(w, NULL, '{');
        json_put_text(w, "epoch", stmt_text(s, 0));
        json_put_text(w, "lane", lane_name((enum lane)stmt_int(s, 1)));
        json_put_int(w, "seq", stmt_int(s, 2));
        json_put_text(w, "hash", stmt_text(s, 3));
        put_time(w, "at", stmt_int(s, 4));
        json_close(w, '}');
    }
    json_close(w, ']');
    return rc;
}

static int put_board(struct db *db, struct stmt *s, struct json_out *w) {
    int64_t seen = stmt_int(s, 3);
    const char *health = stmt_text(s, 10);
    json_open(w, NULL, '{');
    json_put_text(w, "site", stmt_text(s, 0));
    json_put_text(w, "board", stmt_text(s, 1));
    json_put_bool(w, "online", stmt_int(s, 2) == 1);
    put_time(w, "last_seen", seen);
    json_put_int(w, "boot", stmt_int(s, 4));
    json_put_int(w, "connect", stmt_int(s, 5));
    row_put(w, "clock", stmt_text(s, 6));
    row_put(w, "software", stmt_text(s, 7));
    row_put(w, "key", stmt_text(s, 8));
    if (stmt_is_null(s, 9))
        json_put_null(w, "unsent");
    else
        json_put_int(w, "unsent", stmt_int(s, 9));
    put_silence(s, 11, seen, w);
    if (health[0])
        json_put_raw(w, "health", health, strlen(health));
    else
        json_put_null(w, "health");
    int rc = put_findings(db, stmt_text(s, 0), stmt_text(s, 1), w);
    if (rc == 0) rc = put_heads(db, stmt_text(s, 0), stmt_text(s, 1), w);
    json_close(w, '}');
    return rc < 0 ? rc : w->buf->error;
}

int board_list(struct db *db, const char *site, struct buf *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct json_out w;
    int rc = db_prepare(
        db,
        "SELECT site, board, online, last_seen, boot, connect, clock, software, key, unsent, health, " SILENT_DUE
        " FROM board WHERE (?1 IS NULL OR site = ?1) AND NOT EXISTS (SELECT 1 FROM move m WHERE m.site = board.site AND"
        " m.board = board.board AND NOT EXISTS (SELECT 1 FROM chain c WHERE c.site = m.site AND c.writer = m.board AND"
        " c.epoch > m.epoch)) ORDER BY site, board",
        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_open(&w, "boards", '[');
    while ((rc = stmt_step(s)) == 1) {
        int put = put_board(db, s, &w);
        if (put < 0) return put;
    }
    json_close(&w, ']');
    json_close(&w, '}');
    return rc < 0 ? rc : out->error;
}

int board_put_short(struct db *db, const char *site, struct json_out *w, const char *name, int64_t *unsent) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int64_t sum = -1;
    int rc = db_prepare(db,
                        "SELECT board, online, last_seen, clock, unsent, " SILENT_DUE
                        " FROM board WHERE site = ?1 AND board NOT IN (" MOVE_GONE ") ORDER BY board",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    json_open(w, name, '[');
    while ((rc = stmt_step(s)) == 1) {
        json_open(w, NULL, '{');
        json_put_text(w, "board", stmt_text(s, 0));
        json_put_bool(w, "online", stmt_int(s, 1) == 1);
        put_time(w, "last_seen", stmt_int(s, 2));
        row_put(w, "clock", stmt_text(s, 3));
        put_silence(s, 5, stmt_int(s, 2), w);
        json_close(w, '}');
        if (!stmt_is_null(s, 4)) sum = (sum < 0 ? 0 : sum) + stmt_int(s, 4);
    }
    json_close(w, ']');
    if (rc < 0) return rc;
    *unsent = sum;
    return w->buf->error;
}
