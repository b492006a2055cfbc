/* SPDX-License-Identifier: MIT */
/* Boards for readers. */
#include "app/journal/board.h"

#include "app/journal/move.h"
#include "app/journal/row.h"
#include "firmware/base/cleanup.h"

#include <string.h>

static void put_time(struct json_out *w, const char *name, int64_t ms) {
    char text[CLOCK_TEXT_SIZE];
    clock_format((struct wall){ ms }, 0, text);
    json_put_text(w, name, text);
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

static int put_board(struct db *db, struct stmt *s, struct wall now, int64_t silent_after_s, struct json_out *w) {
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
    if (now.ms - seen > silent_after_s * 1000)
        put_time(w, "silent_since", seen);
    else
        json_put_null(w, "silent_since");
    if (health[0])
        json_put_raw(w, "health", health, strlen(health));
    else
        json_put_null(w, "health");
    int rc = put_findings(db, stmt_text(s, 0), stmt_text(s, 1), w);
    if (rc == 0) rc = put_heads(db, stmt_text(s, 0), stmt_text(s, 1), w);
    json_close(w, '}');
    return rc < 0 ? rc : w->buf->error;
}

int board_list(struct db *db, const char *site, struct wall now, int64_t silent_after_s, struct buf *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct json_out w;
    int rc = db_prepare(
        db,
        "SELECT site, board, online, last_seen, boot, connect, clock, software, key, unsent, health FROM board"
        " WHERE (?1 IS NULL OR site = ?1) AND NOT EXISTS (SELECT 1 FROM move m WHERE m.site = board.site AND"
        " m.board = board.board AND NOT EXISTS (SELECT 1 FROM chain c WHERE c.site = m.site AND c.writer = m.board AND"
        " c.epoch > m.epoch)) ORDER BY site, board",
        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_open(&w, "boards", '[');
    while ((rc = stmt_step(s)) == 1) {
        int put = put_board(db, s, now, silent_after_s, &w);
        if (put < 0) return put;
    }
    json_close(&w, ']');
    json_close(&w, '}');
    return rc < 0 ? rc : out->error;
}

int board_put_short(struct db *db, const char *site, struct json_out *w, const char *name, int64_t *unsent) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int64_t sum = -1;
    int rc = db_prepare(
        db,
        "SELECT board, online, last_seen, clock, unsent FROM board WHERE site = ?1 AND board NOT IN (" MOVE_GONE
        ") ORDER BY board",
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
        json_close(w, '}');
        if (!stmt_is_null(s, 4)) sum = (sum < 0 ? 0 : sum) + stmt_int(s, 4);
    }
    json_close(w, ']');
    if (rc < 0) return rc;
    *unsent = sum;
    return w->buf->error;
}
