/* SPDX-License-Identifier: MIT */
/* The tables of the core, and how all tables come to be. What a subject's projection looks like is in that subject's file. */
#include "app/journal/schema.h"

#include "app/journal/account.h"
#include "app/journal/board.h"
#include "app/journal/company.h"
#include "app/journal/draft.h"
#include "app/journal/event.h"
#include "app/journal/identity.h"
#include "app/journal/late.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"
#include "firmware/db/migrate.h"

#include <string.h>

/* SQLite keeps a table's text with the comments that are inside it: `sqlite3 journal.db .schema` prints them. */
static const char event_schema[] =
    "CREATE TABLE meta (\n"
    "  -- Whose database this is (org, writer, site; site is '' at the hub), the boots counted, what made the "
    "projections.\n"
    "  name TEXT PRIMARY KEY,\n"
    "  value TEXT NOT NULL\n"
    ") STRICT, WITHOUT ROWID;\n"

    "CREATE TABLE chain (\n"
    "  -- One append-only chain of events, and its head. Ids are given in order of creation: older epochs first.\n"
    "  id INTEGER PRIMARY KEY,\n"
    "  site TEXT NOT NULL,\n"
    "  writer TEXT NOT NULL, -- a board's id, or hub\n"
    "  epoch TEXT NOT NULL,  -- UUIDv7, new whenever the writer's journal was created, restored or found behind\n"
    "  lane INTEGER NOT NULL CHECK (lane BETWEEN 0 AND 2), -- 0 alert, 1 record, 2 photo\n"
    "  seq INTEGER NOT NULL, -- of the newest event; 0: none yet\n"
    "  hash BLOB NOT NULL CHECK (length(hash) = 32), -- SHA-256 of the newest event's bytes; of the epoch's text where "
    "there is none\n"
    "  UNIQUE (site, writer, epoch, lane)\n"
    ") STRICT;\n"

    "CREATE TABLE event (\n"
    "  -- Every event, as the bytes its writer made; the other columns are in the bytes, too. A refused one keeps its "
    "place in\n"
    "  -- the chain with id, type and subject ''. Rows are never changed; only a fork of an own chain moves some to "
    "conflict.\n"
    "  pos INTEGER PRIMARY KEY, -- the store's position: the order in which this database learned of it\n"
    "  chain INTEGER NOT NULL,  -- chain.id\n"
    "  seq INTEGER NOT NULL,    -- 1, 2, 3 … without gaps in the chain\n"
    "  site TEXT NOT NULL,\n"
    "  id TEXT NOT NULL,\n"
    "  type TEXT NOT NULL,      -- daylog-submitted\n"
    "  subject TEXT NOT NULL,   -- daylog/0193…: what it is about\n"
    "  rev INTEGER NOT NULL,    -- of the subject, as its writer saw it\n"
    "  at INTEGER NOT NULL,     -- milliseconds since 1970-01-01T00:00:00Z, by the writer's clock\n"
    "  taken INTEGER NOT NULL,  -- 0: written here; 1: came from another journal\n"
    "  hash BLOB NOT NULL CHECK (length(hash) = 32), -- SHA-256 of bytes\n"
    "  bytes BLOB NOT NULL,\n"
    "  UNIQUE (chain, seq)\n"
    ") STRICT;\n"
    "CREATE INDEX event_id ON event (id);\n"
    "CREATE INDEX event_subject ON event (site, subject, rev);\n"
    "CREATE INDEX event_site ON event (site, pos);\n"

    "CREATE VIEW record AS\n"
    "  -- The events for reading: sqlite3 journal.db \"SELECT * FROM record ORDER BY pos DESC LIMIT 20\".\n"
    "  SELECT e.pos, e.site, c.writer, c.epoch, CASE c.lane WHEN 0 THEN 'alert' WHEN 1 THEN 'record' ELSE 'photo' END "
    "AS lane,\n"
    "    e.seq, e.id, e.type, e.subject, e.rev, strftime('%Y-%m-%dT%H:%M:%SZ', e.at / 1000, 'unixepoch') AS at,\n"
    "    lower(hex(e.hash)) AS hash, CAST(e.bytes AS TEXT) AS bytes\n"
    "  FROM event e JOIN chain c ON c.id = e.chain;\n"

    "CREATE TABLE duplicate (\n"
    "  -- Events whose id another event has that comes first in fold order: stored, not folded.\n"
    "  pos INTEGER PRIMARY KEY -- event.pos\n"
    ") STRICT;\n";

/* What copying remembers. */
static const char copy_schema[] =
    "CREATE TABLE own (\n"
    "  -- The epoch in which this journal writes about a site.\n"
    "  site TEXT PRIMARY KEY,\n"
    "  epoch TEXT NOT NULL,\n"
    "  lost INTEGER NOT NULL -- 1: a peer held more of this epoch than this database: a new one starts before the next "
    "event\n"
    ") STRICT, WITHOUT ROWID;\n"

    "CREATE TABLE rejected (\n"
    "  -- Events that were refused.\n"
    "  n INTEGER PRIMARY KEY, -- order in which that became known\n"
    "  by_us INTEGER NOT NULL, -- 1: this journal refused it; 0: a peer refused what this journal holds\n"
    "  site TEXT NOT NULL, writer TEXT NOT NULL, epoch TEXT NOT NULL, lane INTEGER NOT NULL, seq INTEGER NOT NULL,\n"
    "  code TEXT NOT NULL, -- schema, conflict, chain, too-big\n"
    "  text TEXT NOT NULL,\n"
    "  UNIQUE (site, writer, epoch, lane, seq, by_us)\n"
    ") STRICT;\n"
    "CREATE INDEX rejected_newest ON rejected (site, by_us, n);\n"

    "CREATE TABLE conflict (\n"
    "  -- Bytes that could not have the place in the chain that they name, because others have it.\n"
    "  n INTEGER PRIMARY KEY,\n"
    "  site TEXT NOT NULL, writer TEXT NOT NULL, epoch TEXT NOT NULL, lane INTEGER NOT NULL, seq INTEGER NOT NULL,\n"
    "  hash BLOB NOT NULL CHECK (length(hash) = 32),\n"
    "  came_from TEXT NOT NULL, -- the peer that sent them; 'fork': own ones, set aside when the chain turned out to "
    "have forked\n"
    "  bytes BLOB NOT NULL,\n"
    "  UNIQUE (site, writer, epoch, lane, seq, hash)\n"
    ") STRICT;\n"

    "CREATE TABLE mark (\n"
    "  -- How much of a chain a peer was sent, and has acknowledged.\n"
    "  site TEXT NOT NULL, peer TEXT NOT NULL,\n"
    "  writer TEXT NOT NULL, epoch TEXT NOT NULL, lane INTEGER NOT NULL,\n"
    "  sent INTEGER NOT NULL, received INTEGER NOT NULL,\n"
    "  PRIMARY KEY (site, peer, writer, epoch, lane)\n"
    ") STRICT, WITHOUT ROWID;\n"

    "CREATE TABLE projection (\n"
    "  -- The tables that hold nothing but what the events say. They are dropped and made again when a program defines "
    "them otherwise.\n"
    "  name TEXT PRIMARY KEY\n"
    ") STRICT, WITHOUT ROWID;\n";

/* The core's own projection (late.c). */
static const char late_schema[] =
    "CREATE TABLE late (\n"
    "  -- Events that were not legal where they fall in their subject's fold order: in the history, without effect.\n"
    "  site TEXT NOT NULL, subject TEXT NOT NULL, event TEXT NOT NULL,\n"
    "  why TEXT NOT NULL,\n"
    "  PRIMARY KEY (site, subject, event)\n"
    ") STRICT, WITHOUT ROWID;\n";

/* Tables of state that other files own, also of other folders of app, which are not included here: one database is made in one piece, by
 * whichever program opens it first. */
extern const char *const session_schema;  /* app/http/session.h */
extern const char *const outbox_schema;   /* app/photo/outbox.h */
extern const char *const hook_box_schema; /* app/hook/hook_box.h */

static const char *const *const state_schemas[] = {
    &identity_schema, &session_schema, &account_schema, &draft_schema, &board_schema, &outbox_schema, NULL
};

static int create_state(struct db *db, struct err_text *e) {
    int rc = db_exec(db, copy_schema, e);
    for (size_t i = 0; state_schemas[i] && rc == 0; i++) rc = db_exec(db, *state_schemas[i], e);
    return rc;
}

/* What version 2 brought. */
static const char *const *const second_schemas[] = { &company_schema, &hook_box_schema, NULL };

static int create_second(struct db *db, struct err_text *e) {
    int rc = 0;
    for (size_t i = 0; second_schemas[i] && rc == 0; i++) rc = db_exec(db, *second_schemas[i], e);
    return rc;
}

/* What version 3 brought. */
static int create_third(struct db *db, struct err_text *e) { return db_exec(db, company_said_schema, e); }

/* What version 4 brought. */
static int create_fourth(struct db *db, struct err_text *e) { return db_exec(db, late_since_schema, e); }

static const struct migration migrations[] = {
    { .version = 1, .sql = event_schema, .run = create_state },
    { .version = 2, .run = create_second },
    { .version = 3, .run = create_third },
    { .version = 4, .run = create_fourth },
};

int schema_migrate(struct db *db, struct err_text *e) {
    return migrate_run(db, "journal.db", migrations, TEXT_ARRAY_LEN(migrations), e);
}

int schema_each_projection(schema_table_fn each, void *arg) {
    int rc = each(arg, "late");
    for (size_t i = 0; i < event_kind_count && rc == 0; i++)
        for (const char *const *table = event_kinds[i]->tables; table && *table && rc == 0; table++)
            rc = each(arg, *table);
    return rc;
}

/* A hash over everything that decides what is in the projections: types, kinds, their tables and versions. */
static int fingerprint(char out[HASH_TEXT_SIZE]) {
    struct buf b;
    buf_init(&b, 1024u * 1024u);
    buf_add_text(&b, late_schema);
    for (size_t i = 0; i < event_type_count; i++)
        buf_addf(&b, "type %s %s\n", event_types[i].name, event_types[i].kind);
    for (size_t i = 0; i < event_kind_count; i++)
        buf_addf(&b, "kind %s %d %s\n", event_kinds[i]->kind, event_kinds[i]->version,
                 event_kinds[i]->schema ? event_kinds[i]->schema : "");
    int rc = b.error;
    if (rc == 0) hash_sha256_text(b.data, b.len, out);
    buf_fini(&b);
    return rc;
}

static int fingerprint_is(struct db *db, const char *print, bool *same) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT value = ? FROM meta WHERE name = 'projections'", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, print);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    *same = rc == 1 && stmt_int(s, 0) == 1;
    return 0;
}

/* Drops what an earlier program's projections were called, whatever this one calls them. */
static int drop_old(struct db *db, struct err_text *e) {
    struct buf sql;
    buf_init(&sql, 64u * 1024u);
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT name FROM projection ORDER BY name", &s);
    while (rc >= 0 && (rc = stmt_step(s)) == 1) buf_addf(&sql, "DROP TABLE IF EXISTS \"%s\";\n", stmt_text(s, 0));
    stmt_reset(s);
    if (rc >= 0) rc = sql.error;
    if (rc >= 0 && sql.len > 0) rc = db_exec(db, sql.data, e);
    if (rc >= 0) rc = db_exec(db, "DELETE FROM projection", e);
    buf_fini(&sql);
    return rc < 0 ? rc : 0;
}

static int remember_table(void *arg, const char *table) {
    struct stmt *s = NULL;
    int rc = db_prepare(arg, "INSERT INTO projection (name) VALUES (?)", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, table);
    return stmt_run(s);
}

static int create_projections(struct db *db, struct err_text *e) {
    int rc = db_exec(db, late_schema, e);
    for (size_t i = 0; i < event_kind_count && rc == 0; i++)
        if (event_kinds[i]->schema) rc = db_exec(db, event_kinds[i]->schema, e);
    if (rc == 0) rc = schema_each_projection(remember_table, db);
    return rc;
}

int schema_projections(struct db *db, bool *stale, struct err_text *e) {
    char print[HASH_TEXT_SIZE];
    bool same = false;
    int rc = fingerprint(print);
    if (rc == 0) rc = fingerprint_is(db, print, &same);
    if (rc < 0) return rc;
    if (same) {
        *stale = false;
        return 0;
    }
    rc = drop_old(db, e);
    if (rc == 0) rc = create_projections(db, e);
    if (rc < 0) return rc;
    struct stmt *s = NULL;
    rc = db_prepare(db, "INSERT OR REPLACE INTO meta (name, value) VALUES ('projections', ?)", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, print);
    rc = stmt_run(s);
    if (rc == 0) *stale = true;
    return rc;
}
