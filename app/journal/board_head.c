/* SPDX-License-Identifier: MIT */
/* Heads as they arrive: a board that lost or rewrote what it had vouched for is found out. Signatures were checked when the beat was read. */
#include "app/journal/board_head.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

#define FINDINGS_MAX 100

int board_finding(struct db *db, const char *site, const char *board, const char *what, const char *text,
                  struct wall now) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "INSERT INTO board_finding (site, board, at, last, what, text) VALUES (?1, ?2, ?3, ?3, ?4, ?5)"
                        " ON CONFLICT (site, board, what, text) DO UPDATE SET last = ?3",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, board);
    stmt_bind_int(s, 3, now.ms);
    stmt_bind_text(s, 4, what);
    stmt_bind_text(s, 5, text);
    rc = stmt_run(s);
    if (rc == 0)
        rc = db_prepare(db,
                        "DELETE FROM board_finding WHERE site = ?1 AND board = ?2 AND n <= (SELECT n FROM board_finding"
                        " WHERE site = ?1 AND board = ?2 ORDER BY n DESC LIMIT 1 OFFSET ?3)",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, board);
    stmt_bind_int(s, 3, FINDINGS_MAX);
    return stmt_run(s);
}

struct head {
    int64_t seq; /* -1: none yet */
    char hash[HASH_TEXT_SIZE];
};

static int read_head(struct db *db, const char *site, const char *board, const char *epoch, int lane,
                     struct head *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc =
        db_prepare(db, "SELECT seq, hash FROM board_head WHERE site = ? AND board = ? AND epoch = ? AND lane = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, board);
    stmt_bind_text(s, 3, epoch);
    stmt_bind_int(s, 4, lane);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    *out = (struct head){ .seq = -1 };
    if (rc == 0) return 0;
    out->seq = stmt_int(s, 0);
    text_clip(out->hash, sizeof out->hash, stmt_text(s, 1));
    return 0;
}

/* 1: the event at that place of the chain, as this database holds it, has that hash. */
static int in_chain(struct db *db, const char *site, const char *board, const struct beat *b, int lane) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    uint8_t hash[HASH_SIZE];
    if (text_unhex(b->hash[lane], hash, sizeof hash) < 0) return 0;
    int rc = db_prepare(db,
                        "SELECT 1 FROM chain c JOIN event e ON e.chain = c.id AND e.seq = ? AND e.hash = ?"
                        " WHERE c.site = ? AND c.writer = ? AND c.epoch = ? AND c.lane = ?",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, (int64_t)b->seq[lane]);
    stmt_bind_blob(s, 2, hash, sizeof hash);
    stmt_bind_text(s, 3, site);
    stmt_bind_text(s, 4, board);
    stmt_bind_text(s, 5, b->epoch);
    stmt_bind_int(s, 6, lane);
    return stmt_step(s);
}

enum verdict { HEAD_FITS, HEAD_OLD, HEAD_LOWER, HEAD_OTHER };

static int judge(struct db *db, const char *site, const char *board, const struct beat *b, int lane, enum verdict *out,
                 struct head *stored) {
    int rc = read_head(db, site, board, b->epoch, lane, stored);
    if (rc < 0) return rc;
    int64_t seq = (int64_t)b->seq[lane];
    *out = HEAD_FITS;
    if (seq > stored->seq) return 0;
    if (seq == stored->seq) {
        *out = strcmp(stored->hash, b->hash[lane]) == 0 ? HEAD_FITS : HEAD_OTHER;
        return 0;
    }
    rc = in_chain(db, site, board, b, lane);
    if (rc < 0) return rc;
    *out = rc == 1 ? HEAD_OLD : HEAD_LOWER;
    return 0;
}

static int put_head(struct db *db, const char *site, const char *board, const struct beat *b, int lane,
                    struct wall now) {
    struct stmt *s = NULL;
    int rc =
        db_prepare(db,
                   "INSERT INTO board_head (site, board, epoch, lane, seq, hash, key, signature, at)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (site, board, epoch, lane) DO UPDATE SET"
                   " at = CASE WHEN seq = ?5 THEN at ELSE ?9 END, seq = ?5, hash = ?6, key = ?7, signature = ?8",
                   &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, board);
    stmt_bind_text(s, 3, b->epoch);
    stmt_bind_int(s, 4, lane);
    stmt_bind_int(s, 5, (int64_t)b->seq[lane]);
    stmt_bind_text(s, 6, b->hash[lane]);
    stmt_bind_blob(s, 7, b->key, sizeof b->key);
    stmt_bind_blob(s, 8, b->signature, sizeof b->signature);
    stmt_bind_int(s, 9, now.ms);
    return stmt_run(s);
}

int board_head_keep(struct db *db, const char *site, const char *board, const struct beat *b, struct wall now,
                    struct err_text *e) {
    bool old = false;
    for (int lane = 0; lane < LANE_COUNT; lane++) {
        enum verdict verdict;
        struct head stored;
        int rc = judge(db, site, board, b, lane, &verdict, &stored);
        if (rc < 0) return rc;
        old = old || verdict == HEAD_OLD;
        if (verdict == HEAD_FITS || verdict == HEAD_OLD) continue;
        struct err_text text;
        (void)err_set(&text, ERR_CONFLICT,
                      verdict == HEAD_LOWER
                          ? "the %s lane of epoch %s stood at %lld and is now said to stand at %lld"
                          : "the %s lane of epoch %s has another event at %lld than it had (now %lld)",
                      lane_name((enum lane)lane), b->epoch, (long long)stored.seq, (long long)b->seq[lane]);
        rc = board_finding(db, site, board, verdict == HEAD_LOWER ? "head-lower" : "head-other", text.text, now);
        if (rc < 0) return rc;
        return err_set(e, ERR_CONFLICT, "%s", text.text);
    }
    for (int lane = 0; lane < LANE_COUNT && !old; lane++) {
        int rc = put_head(db, site, board, b, lane, now);
        if (rc < 0) return rc;
    }
    return 0;
}
