/* SPDX-License-Identifier: MIT */
/* When this journal and a peer hold different bytes in one of this journal's own chains.
 *
 * That happens when a database is put back to an older copy and written on before anybody noticed: both ends go on after one common event,
 * and each has something the other lacks. The peer's bytes may have been copied on, ours have not been acknowledged by it, so:
 *   - ours, from the fork on, are appended once more in the current epoch (a new one, reason "lost", where the forked one was current) with the
 *     same id, revision, time and data: nothing that a person recorded is lost, and because a repeated id folds once, an event too many is
 *     harmless;
 *   - the old chain is cut back to before the fork; the bytes that stood there are moved to the table `conflict`, not deleted;
 *   - our acknowledgements then name the lower head, and the peer sends what it holds, which is taken into the old chain as it is.
 * Where exactly the chains part is not told by the peer, only that they differ at or before some event. So the cut goes back that far, and each
 * time that proves too little, twice as far; but never behind an event that came from a peer, so that every event is cut at most once
 * and the search ends. */
#include "app/journal/journal_private.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"

#include <string.h>

struct fork {
    struct journal *j;
    struct db *db;
    const char *site;
    const struct event_key *key;
    struct journal_chain chain;
    uint64_t target; /* the head after the cut */
    int64_t aside;   /* newest row of `conflict` before it */
};

/* One number of a query over the chain; a and b are its parameters. */
static int ask(struct db *db, struct stmt *s, int64_t a, int64_t b, int64_t *out) {
    (void)db;
    stmt_bind_int(s, 1, a);
    stmt_bind_int(s, 2, b);
    int rc = stmt_step(s);
    if (rc == 1) *out = stmt_int(s, 0);
    stmt_reset(s);
    return rc < 0 ? rc : 0;
}

/* How far to cut: through the key's event, at least as much again as was cut before, not into what came from peers. */
static int choose_target(struct fork *f) {
    struct stmt *s = NULL;
    int64_t floor = 0;
    int64_t before = 0;
    int rc = db_prepare(f->db, "SELECT coalesce(max(seq), 0) FROM event WHERE chain = ? AND seq < ? AND taken = 1", &s);
    if (rc == 0) rc = ask(f->db, s, f->chain.id, (int64_t)f->key->seq, &floor);
    if (rc == 0)
        rc = db_prepare(f->db,
                        "SELECT count(*) FROM chain c JOIN conflict k ON k.site = c.site AND k.writer = c.writer AND "
                        "k.epoch = c.epoch AND k.lane = c.lane WHERE c.id = ? AND k.seq > ? AND k.came_from = 'fork'",
                        &s);
    if (rc == 0) rc = ask(f->db, s, f->chain.id, (int64_t)f->chain.seq, &before);
    if (rc < 0) return rc;
    uint64_t step = before > 0 ? (uint64_t)before : 1;
    uint64_t target = f->chain.seq > step ? f->chain.seq - step : 0;
    if (target > f->key->seq - 1) target = f->key->seq - 1;
    f->target = target > (uint64_t)floor ? target : (uint64_t)floor;
    return 0;
}

static int newest_aside(struct db *db, int64_t *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT coalesce(max(n), 0) FROM conflict", &s);
    if (rc == 0) rc = stmt_step(s);
    if (rc < 0) return rc;
    *out = stmt_int(s, 0);
    return 0;
}

/* ---- the cut ---- */

static int run_cut(struct fork *f, struct stmt *s) {
    stmt_bind_int(s, 1, f->chain.id);
    stmt_bind_int(s, 2, (int64_t)f->target);
    return stmt_run(s);
}

static int move_aside(struct fork *f) {
    struct stmt *s = NULL;
    int rc = newest_aside(f->db, &f->aside);
    if (rc == 0)
        rc = db_prepare(f->db,
                        "INSERT OR IGNORE INTO conflict (site, writer, epoch, lane, seq, hash, came_from, bytes) "
                        "SELECT c.site, c.writer, c.epoch, c.lane, e.seq, e.hash, 'fork', e.bytes "
                        "FROM event e JOIN chain c ON c.id = e.chain WHERE e.chain = ? AND e.seq > ? ORDER BY e.seq",
                        &s);
    if (rc == 0) rc = run_cut(f, s);
    if (rc == 0)
        rc = db_prepare(f->db, "DELETE FROM duplicate WHERE pos IN (SELECT pos FROM event WHERE chain = ? AND seq > ?)",
                        &s);
    if (rc == 0) rc = run_cut(f, s);
    if (rc == 0) rc = db_prepare(f->db, "DELETE FROM event WHERE chain = ? AND seq > ?", &s);
    if (rc == 0) rc = run_cut(f, s);
    return rc;
}

static int set_head(struct fork *f) {
    uint8_t hash[HASH_SIZE];
    bool taken;
    struct stmt *s = NULL;
    int rc = 0;
    if (f->target > 0)
        rc = journal_chain_at(f->db, f->chain.id, f->target, &taken, hash);
    else
        hash_sha256(f->key->epoch, strlen(f->key->epoch), hash);
    if (rc == 0) rc = db_prepare(f->db, "UPDATE chain SET seq = ?, hash = ? WHERE id = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, (int64_t)f->target);
    stmt_bind_blob(s, 2, hash, sizeof hash);
    stmt_bind_int(s, 3, f->chain.id);
    return stmt_run(s);
}

/* What was acknowledged was the peer's, not what stood here. */
static int lower_marks(struct fork *f) {
    struct stmt *s = NULL;
    int rc = db_prepare(f->db,
                        "UPDATE mark SET sent = min(sent, ?1), received = min(received, ?1) "
                        "WHERE site = ?2 AND writer = ?3 AND epoch = ?4 AND lane = ?5",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, (int64_t)f->target);
    stmt_bind_text(s, 2, f->site);
    stmt_bind_text(s, 3, f->key->writer);
    stmt_bind_text(s, 4, f->key->epoch);
    stmt_bind_int(s, 5, (int64_t)f->key->lane);
    return stmt_run(s);
}

/* ---- what was cut, once more ---- */

/* Everything of the old epoch but its beginning. */
static int write_again(struct fork *f, const struct envelope *event, struct err_text *e) {
    int rc = journal_fold_settle(f->db, f->site, event->id, true);
    if (rc == 0) rc = journal_fold_subject(f->db, f->site, event->subject, NULL);
    if (rc == 0 && strcmp(event->type, "epoch-started") != 0) rc = journal_append_again(f->j, f->db, event, e);
    return rc;
}

static int write_all_again(struct fork *f, int64_t *count, struct err_text *e) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(f->db, "SELECT bytes FROM conflict WHERE n > ? AND came_from = 'fork' ORDER BY n", &s);
    if (rc < 0) return rc;
    stmt_bind_int(s, 1, f->aside);
    while ((rc = stmt_step(s)) == 1) {
        struct envelope event = { 0 };
        size_t n;
        const void *bytes = stmt_blob(s, 0, &n);
        if (envelope_read(bytes, n, &event, NULL) != 0) continue; /* a refused one, or damaged: kept aside as it is */
        rc = write_again(f, &event, e);
        envelope_fini(&event);
        if (rc < 0) return rc;
        ++*count;
    }
    return rc;
}

/* The new epoch's first event is stored before the old rows go, so that no position is ever used twice. */
static int begin_epoch(struct fork *f, struct err_text *e) {
    char epoch[ID_SIZE];
    int rc = journal_epoch(f->db, f->site, f->j->writer, epoch);
    if (rc < 0 || strcmp(epoch, f->key->epoch) != 0) return rc;
    return journal_start_epoch(f->j, f->db, f->site, "lost", e);
}

int journal_forked(struct journal *j, struct db *db, const char *site, const struct event_key *key,
                   struct err_text *e) {
    struct fork f = { .j = j, .db = db, .site = site, .key = key };
    uint8_t hash[HASH_SIZE];
    bool taken = true;
    int64_t count = 0;
    if (strcmp(key->writer, j->writer) != 0 || key->seq == 0) return 0;
    int rc = journal_chain_find(db, site, key, &f.chain);
    if (rc == 0) rc = journal_chain_at(db, f.chain.id, key->seq, &taken, hash);
    if (rc == ERR_NOT_FOUND) return 0;
    if (rc < 0 || taken) return rc;
    rc = choose_target(&f);
    if (rc == 0) rc = begin_epoch(&f, e);
    if (rc == 0) rc = move_aside(&f);
    if (rc == 0) rc = set_head(&f);
    if (rc == 0) rc = lower_marks(&f);
    if (rc == 0) rc = write_all_again(&f, &count, e);
    if (rc == 0)
        log_warn("site %s: what was written after %s %llu differs from what was sent before, as after a return to an "
                 "older copy of the database: %lld own events are sent again in a new epoch",
                 site, lane_name(key->lane), (unsigned long long)f.target, (long long)count);
    return rc;
}

int journal_refused(struct journal *j, struct db *db, const char *site, const struct event_key *key, const char *code,
                    const char *text) {
    struct journal_chain before = { 0 };
    struct journal_chain after = { 0 };
    struct event_key differs = *key;
    bool own = strcmp(key->writer, j->writer) == 0;
    bool conflict = strcmp(code, "conflict") == 0;
    bool chain = strcmp(code, "chain") == 0;
    if (!own || (!conflict && !chain)) return journal_chain_reject(db, false, site, key, code, text);
    if (chain) differs.seq--;
    int rc = journal_chain_find(db, site, key, &before);
    if (rc == 0) rc = journal_forked(j, db, site, &differs, NULL);
    if (rc == 0) rc = journal_chain_find(db, site, key, &after);
    if (rc < 0) return rc == ERR_NOT_FOUND ? 0 : rc;
    /* A conflict is settled by the fork; a broken place in the chain stays one, also when it is taken back. */
    if (chain && after.seq == before.seq && key->seq <= after.seq)
        return journal_chain_reject(db, false, site, key, code, text);
    return 0;
}
