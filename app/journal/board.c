/* SPDX-License-Identifier: MIT */
/* What boards say of themselves, kept: presence, hello, health. Heads are in board_head.c, lists in board_list.c. */
#include "app/journal/board.h"

#include "app/journal/board_head.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

const char *const board_schema =
    "CREATE TABLE board (\n"
    "  -- The boards that head office has heard of.\n"
    "  site TEXT NOT NULL, board TEXT NOT NULL,\n"
    "  online INTEGER NOT NULL,\n"
    "  last_seen INTEGER NOT NULL,  -- ms since 1970, by the hub's clock\n"
    "  boot INTEGER NOT NULL,       -- boots counted; 0: not said yet\n"
    "  connect INTEGER NOT NULL,    -- connections counted; 0: not said yet\n"
    "  clock TEXT NOT NULL,         -- ntp, rtc, none, or ''\n"
    "  software TEXT NOT NULL,\n"
    "  key TEXT NOT NULL,           -- pinned public key, base64; '': none yet\n"
    "  unsent INTEGER,              -- events it has not had acknowledged, by its last beat; NULL: not known\n"
    "  health TEXT NOT NULL,        -- JSON of its last beat; '': none yet\n"
    "  PRIMARY KEY (site, board)\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE board_head (\n"
    "  -- The newest signed heads of each board's lanes. The signature is over all lanes of the epoch at that time.\n"
    "  site TEXT NOT NULL, board TEXT NOT NULL, epoch TEXT NOT NULL,\n"
    "  lane INTEGER NOT NULL,       -- 0 alert, 1 record, 2 photo\n"
    "  seq INTEGER NOT NULL,\n"
    "  hash TEXT NOT NULL,          -- SHA-256 of the event at seq; of the epoch's text at 0\n"
    "  key BLOB NOT NULL, signature BLOB NOT NULL, -- Ed25519\n"
    "  at INTEGER NOT NULL,         -- ms since 1970, by the hub's clock, when it was first vouched for\n"
    "  PRIMARY KEY (site, board, epoch, lane)\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE board_finding (\n"
    "  -- What does not fit: another key than the pinned one, a head that went back or changed.\n"
    "  n INTEGER PRIMARY KEY,\n"
    "  site TEXT NOT NULL, board TEXT NOT NULL,\n"
    "  at INTEGER NOT NULL,         -- first\n"
    "  last INTEGER NOT NULL,\n"
    "  what TEXT NOT NULL,          -- key, head-lower, head-other\n"
    "  text TEXT NOT NULL,\n"
    "  UNIQUE (site, board, what, text)\n"
    ") STRICT;\n";

static int touch(struct db *db, const char *site, const char *board, struct wall now) {
    struct stmt *s = NULL;
    int rc = db_prepare(
        db,
        "INSERT INTO board (site, board, online, last_seen, boot, connect, clock, software, key, unsent, health)"
        " VALUES (?1, ?2, 0, ?3, 0, 0, '', '', '', NULL, '')"
        " ON CONFLICT (site, board) DO UPDATE SET last_seen = max(last_seen, ?3)",
        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, board);
    stmt_bind_int(s, 3, now.ms);
    return stmt_run(s);
}

int board_seen(struct db *db, const char *site, const char *board, struct wall now) {
    return touch(db, site, board, now);
}

struct known {
    bool online;
    int64_t connect;
    char key[48];
};

static int read_known(struct db *db, const char *site, const char *board, struct known *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT online, connect, key FROM board WHERE site = ? AND board = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, board);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    *out = (struct known){ 0 };
    if (rc == 0) return 0;
    out->online = stmt_int(s, 0) == 1;
    out->connect = stmt_int(s, 1);
    text_clip(out->key, sizeof out->key, stmt_text(s, 2));
    return 0;
}

/* A will, or a retained message that the broker gives again, is no sign of life. */
static int keep_last_seen(struct db *db, const char *site, const char *board, struct wall now) {
    struct stmt *s = NULL;
    int rc = db_prepare(
        db,
        "INSERT INTO board (site, board, online, last_seen, boot, connect, clock, software, key, unsent, health)"
        " VALUES (?1, ?2, 0, ?3, 0, 0, '', '', '', NULL, '') ON CONFLICT (site, board) DO NOTHING",
        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, board);
    stmt_bind_int(s, 3, now.ms);
    return stmt_run(s);
}

int board_state(struct db *db, const char *site, const char *board, const struct state *state, struct wall now,
                bool *changed) {
    struct known before;
    struct stmt *s = NULL;
    struct wall said = now;
    int rc = read_known(db, site, board, &before);
    if (rc < 0) return rc;
    if (changed) *changed = false;
    if (!state->online && state->connect < before.connect) return 0; /* the will of a connection that was replaced */
    /* How long an offline board has been silent: since it said so, where its clock can be believed. */
    if (!state->online && (clock_parse(state->at, &said, NULL) < 0 || said.ms > now.ms)) said = now;
    rc = state->online && !before.online ? touch(db, site, board, now) : keep_last_seen(db, site, board, said);
    if (rc == 0)
        rc = db_prepare(
            db, "UPDATE board SET online = ?3, boot = max(boot, ?4), connect = ?5 WHERE site = ?1 AND board = ?2", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, board);
    stmt_bind_int(s, 3, state->online);
    stmt_bind_int(s, 4, state->boot);
    stmt_bind_int(s, 5, state->connect);
    rc = stmt_run(s);
    if (rc == 0 && changed) *changed = before.online != state->online;
    return rc;
}

static int pin(struct db *db, const char *site, const char *board, const char *key) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "UPDATE board SET key = ? WHERE site = ? AND board = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, key);
    stmt_bind_text(s, 2, site);
    stmt_bind_text(s, 3, board);
    return stmt_run(s);
}

/* How a finding names a key; board_accept looks for it. */
#define SIGNS "signs with the key "
#define NOT   " and not"

/* Pins the first key; ERR_DENIED for another one than the pinned. */
static int check_key(struct db *db, const char *site, const char *board, const char *key, struct wall now,
                     struct err_text *e) {
    struct known known;
    int rc = read_known(db, site, board, &known);
    if (rc == 0 && !known.key[0] && key[0]) rc = pin(db, site, board, key);
    if (rc < 0) return err_set(e, rc, "the board's key cannot be read: %s", db_message(db));
    if (!known.key[0] || strcmp(known.key, key) == 0) return 0;
    (void)err_set(e, ERR_DENIED,
                  "board %s of %s " SIGNS "%s" NOT
                  " with the one that was pinned; if the board was replaced, accept that key at head "
                  "office: sitelogctl board accept %s --site %s --key KEY",
                  board, site, key[0] ? key : "(none)", board, site);
    rc = board_finding(db, site, board, "key", e ? e->text : "another key", now);
    return rc < 0 ? rc : ERR_DENIED;
}

/* Findings that name it. */
static int forget_refusal(struct db *db, const char *site, const char *board, const char *key) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "DELETE FROM board_finding WHERE site = ?1 AND board = ?2 AND what = 'key'"
                        " AND instr(text, '" SIGNS "' || ?3 || '" NOT "') > 0",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, board);
    stmt_bind_text(s, 3, key);
    rc = stmt_run(s);
    return rc < 0 ? rc : db_changes(db) > 0;
}

int board_accept(struct db *db, const char *site, const char *board, const char *key, struct err_text *e) {
    struct known known;
    int rc = read_known(db, site, board, &known);
    if (rc == 0) rc = forget_refusal(db, site, board, key);
    if (rc == 0)
        return err_field(
            e, ERR_NOT_FOUND, "key",
            "no board %.40s of site %.40s was refused with that key; the board's card at head office, or GET "
            "boards, shows the one that was",
            board, site);
    if (rc == 1) rc = pin(db, site, board, key);
    return rc < 0 ? err_set(e, rc, "the board's key cannot be kept: %s", db_message(db)) : 0;
}

int board_hello(struct db *db, const char *site, const char *board, const struct ack *hello, struct wall now,
                struct err_text *e) {
    struct stmt *s = NULL;
    struct err_text text = { 0 };
    int rc = touch(db, site, board, now);
    int key = rc == 0 ? check_key(db, site, board, hello->key, now, &text) : rc;
    if (key < 0 && key != ERR_DENIED) rc = key;
    if (key < 0 && text.code == 0) (void)err_set(&text, key, "the board cannot be kept: %s", db_message(db));
    if (key < 0 && e) *e = text;
    if (rc < 0) return rc;
    rc = db_prepare(db,
                    "UPDATE board SET online = 1, boot = ?3, connect = ?4, software = ?5 WHERE site = ?1 "
                    "AND board = ?2",
                    &s);
    if (rc == 0) {
        stmt_bind_text(s, 1, site);
        stmt_bind_text(s, 2, board);
        stmt_bind_int(s, 3, hello->boot);
        stmt_bind_int(s, 4, hello->connect);
        stmt_bind_text(s, 5, hello->software);
        rc = stmt_run(s);
    }
    return rc < 0 ? err_set(e, rc, "the board cannot be kept: %s", db_message(db)) : key;
}

/* Events of all lanes that are not received yet; -1 where health does not say. */
static int64_t unsent_of(const struct json *health) {
    const struct json *lanes = json_member(health, "lanes");
    int64_t sum = 0;
    if (!json_is_object(lanes)) return -1;
    for (size_t i = 0; i < json_count(lanes); i++) {
        int64_t saved = 0;
        int64_t received = 0;
        if (!json_int(json_member(json_at(lanes, i), "saved"), &saved) ||
            !json_int(json_member(json_at(lanes, i), "received"), &received))
            return -1;
        sum += saved > received ? saved - received : 0;
    }
    return sum;
}

static int keep_health(struct db *db, const char *site, const char *board, const char *health) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct stmt *s = NULL;
    if (!health || json_parse(health, strlen(health), &root, NULL) < 0 || !json_is_object(root)) return 0;
    const char *clock = json_text(json_member(root, "clock"));
    int64_t unsent = unsent_of(root);
    int rc = db_prepare(db,
                        "UPDATE board SET online = 1, health = ?3, clock = coalesce(?4, clock), unsent = ?5 WHERE site "
                        "= ?1 AND board = ?2",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, board);
    stmt_bind_text(s, 3, health);
    stmt_bind_text(s, 4, clock && strlen(clock) <= 4 ? clock : NULL);
    if (unsent < 0)
        stmt_bind_null(s, 5);
    else
        stmt_bind_int(s, 5, unsent);
    return stmt_run(s);
}

int board_beat(struct db *db, const char *site, const char *board, const struct beat *b, struct wall now,
               struct err_text *e) {
    char key[48] = "";
    struct err_text text = { 0 };
    int rc = text_base64(b->key, sizeof b->key, key, sizeof key);
    if (rc == 0) rc = touch(db, site, board, now);
    if (rc == 0) rc = keep_health(db, site, board, b->health); /* of a replaced board, too: it vouches for nothing */
    if (rc == 0) rc = check_key(db, site, board, key, now, &text);
    if (rc == 0) rc = board_head_keep(db, site, board, b, now, &text);
    if (rc < 0 && text.code == 0) (void)err_set(&text, rc, "the beat cannot be kept: %s", db_message(db));
    if (rc < 0 && e) *e = text;
    return rc;
}
