/* SPDX-License-Identifier: MIT */
/* The tables chain, event, conflict and rejected, written. Knows nothing of what events mean. */
#include "app/journal/journal_private.h"

#include "firmware/base/cleanup.h"

#include <string.h>

static int read_hash(struct stmt *s, int column, uint8_t out[HASH_SIZE]) {
    size_t n;
    const void *bytes = stmt_blob(s, column, &n);
    if (!bytes || n != HASH_SIZE) return ERR_CORRUPT;
    memcpy(out, bytes, HASH_SIZE);
    return 0;
}

/* Parameters `first` and after: writer, epoch, lane. */
static void bind_chain(struct stmt *s, int first, const struct event_key *key) {
    stmt_bind_text(s, first, key->writer);
    stmt_bind_text(s, first + 1, key->epoch);
    stmt_bind_int(s, first + 2, (int64_t)key->lane);
}

int journal_chain_find(struct db *db, const char *site, const struct event_key *key, struct journal_chain *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc =
        db_prepare(db, "SELECT id, seq, hash FROM chain WHERE site = ? AND writer = ? AND epoch = ? AND lane = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    bind_chain(s, 2, key);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    struct journal_chain c = { .id = stmt_int(s, 0), .seq = (uint64_t)stmt_int(s, 1) };
    rc = read_hash(s, 2, c.hash);
    if (rc == 0) *out = c;
    return rc;
}

int journal_chain_create(struct db *db, const char *site, const struct event_key *key, struct journal_chain *out) {
    struct journal_chain c = { 0 };
    struct stmt *s = NULL;
    int rc = db_prepare(db, "INSERT INTO chain (site, writer, epoch, lane, seq, hash) VALUES (?, ?, ?, ?, 0, ?)", &s);
    if (rc < 0) return rc;
    hash_sha256(key->epoch, strlen(key->epoch), c.hash);
    stmt_bind_text(s, 1, site);
    bind_chain(s, 2, key);
    stmt_bind_blob(s, 5, c.hash, sizeof c.hash);
    rc = stmt_run(s);
    if (rc < 0) return rc;
    c.id = db_last_rowid(db);
    *out = c;
    return 0;
}

static int insert(struct db *db, const struct journal_chain *c, const struct journal_row *row, int64_t *pos) {
    const struct envelope *ev = row->event;
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "INSERT INTO event (chain, seq, site, id, type, subject, rev, at, taken, hash, bytes) "
                        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, c->id);
    stmt_bind_int(s, 2, (int64_t)c->seq);
    stmt_bind_text(s, 3, row->site);
    stmt_bind_text(s, 4, ev ? ev->id : "");
    stmt_bind_text(s, 5, ev ? ev->type : "");
    stmt_bind_text(s, 6, ev ? ev->subject : "");
    stmt_bind_int(s, 7, ev ? (int64_t)ev->rev : 0);
    stmt_bind_int(s, 8, ev ? journal_at_ms(ev->time) : 0);
    stmt_bind_int(s, 9, row->taken);
    stmt_bind_blob(s, 10, c->hash, sizeof c->hash);
    stmt_bind_blob(s, 11, row->bytes, row->n);
    rc = stmt_run(s);
    if (rc == 0) *pos = db_last_rowid(db);
    return rc;
}

int journal_chain_add(struct db *db, struct journal_chain *chain, const struct journal_row *row, int64_t *pos) {
    struct journal_chain next = { .id = chain->id, .seq = chain->seq + 1 };
    hash_sha256(row->bytes, row->n, next.hash);
    int rc = insert(db, &next, row, pos);
    struct stmt *s = NULL;
    if (rc == 0) rc = db_prepare(db, "UPDATE chain SET seq = ?, hash = ? WHERE id = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, (int64_t)next.seq);
    stmt_bind_blob(s, 2, next.hash, sizeof next.hash);
    stmt_bind_int(s, 3, next.id);
    rc = stmt_run(s);
    if (rc == 0) *chain = next;
    return rc;
}

int journal_chain_at(struct db *db, int64_t chain, uint64_t seq, bool *taken, uint8_t hash[HASH_SIZE]) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT taken, hash FROM event WHERE chain = ? AND seq = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, chain);
    stmt_bind_int(s, 2, (int64_t)seq);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    rc = read_hash(s, 1, hash);
    if (rc == 0) *taken = stmt_int(s, 0) != 0;
    return rc;
}

int journal_chain_keep_aside(struct db *db, const char *site, const struct event_key *key, const char *from,
                             const void *bytes, size_t n) {
    uint8_t hash[HASH_SIZE];
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "INSERT OR IGNORE INTO conflict (site, writer, epoch, lane, seq, hash, came_from, bytes) "
                        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                        &s);
    if (rc < 0) return rc;
    hash_sha256(bytes, n, hash);
    stmt_bind_text(s, 1, site);
    bind_chain(s, 2, key);
    stmt_bind_int(s, 5, (int64_t)key->seq);
    stmt_bind_blob(s, 6, hash, sizeof hash);
    stmt_bind_text(s, 7, from);
    stmt_bind_blob(s, 8, bytes, n);
    return stmt_run(s);
}

int journal_chain_reject(struct db *db, bool by_us, const char *site, const struct event_key *key, const char *code,
                         const char *text) {
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "INSERT OR IGNORE INTO rejected (by_us, site, writer, epoch, lane, seq, code, text) "
                        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, by_us);
    stmt_bind_text(s, 2, site);
    bind_chain(s, 3, key);
    stmt_bind_int(s, 6, (int64_t)key->seq);
    stmt_bind_text(s, 7, code);
    stmt_bind_text(s, 8, text);
    return stmt_run(s);
}
