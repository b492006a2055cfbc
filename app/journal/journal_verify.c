/* SPDX-License-Identifier: MIT */
/* Whether all that is stored is what its writers made: every chain from its first event on, and what was kept aside. Reads only; mends nothing. */
#include "app/journal/journal_private.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

/* The chain that is being walked. */
struct walk {
    int64_t id; /* 0: none yet */
    char site[NAME_SIZE];
    struct event_key key; /* of the event that is looked at */
    uint64_t head_seq, seq;
    uint8_t head_hash[HASH_SIZE], hash[HASH_SIZE];
    struct verify_report *report;
    struct err_text *bad;
};

static int broken(struct walk *w, const char *what) {
    return err_set(w->bad, ERR_CORRUPT, "site %s, writer %s, epoch %s, %s %llu: %s", w->site, w->key.writer,
                   w->key.epoch, lane_name(w->key.lane), (unsigned long long)w->seq, what);
}

static bool read_hash(struct stmt *s, int column, uint8_t out[HASH_SIZE]) {
    size_t n;
    const void *bytes = stmt_blob(s, column, &n);
    if (!bytes || n != HASH_SIZE) return false;
    memcpy(out, bytes, HASH_SIZE);
    return true;
}

static int end_chain(struct walk *w) {
    if (w->id == 0) return 0;
    if (w->seq != w->head_seq) return broken(w, "the chain ends here, and its head says otherwise: events are missing");
    if (memcmp(w->hash, w->head_hash, HASH_SIZE) != 0) return broken(w, "its hash is not the one of the chain's head");
    return 0;
}

static int begin_chain(struct walk *w, struct stmt *s) {
    w->id = stmt_int(s, 0);
    w->seq = 0;
    w->head_seq = (uint64_t)stmt_int(s, 5);
    w->key.lane = (enum lane)stmt_int(s, 4);
    int rc = text_copy(w->site, sizeof w->site, stmt_text(s, 1));
    if (rc == 0) rc = text_copy(w->key.writer, sizeof w->key.writer, stmt_text(s, 2));
    if (rc == 0) rc = text_copy(w->key.epoch, sizeof w->key.epoch, stmt_text(s, 3));
    if (rc < 0 || !read_hash(s, 6, w->head_hash)) return broken(w, "the chain's row is damaged");
    hash_sha256(w->key.epoch, strlen(w->key.epoch), w->hash);
    w->report->chains++;
    return 0;
}

/* The columns beside the bytes have to say what the bytes say. */
static int check_columns(struct walk *w, struct stmt *s, const void *bytes, size_t n) {
    struct envelope event = { 0 };
    struct err_text e = { 0 };
    char prev[HASH_TEXT_SIZE];
    int rc = envelope_read(bytes, n, &event, &e);
    if (rc == ERR_NOMEM) return rc;
    if (rc < 0) return broken(w, "the bytes are no event");
    text_hex(w->hash, HASH_SIZE, prev);
    const char *what = NULL;
    if (strcmp(event.prev, prev) != 0)
        what = "prev is not the hash of the event before it";
    else if (strcmp(event.key.writer, w->key.writer) != 0 || strcmp(event.key.epoch, w->key.epoch) != 0 ||
             event.key.lane != w->key.lane || event.key.seq != w->seq || strcmp(event.site, w->site) != 0)
        what = "the bytes belong to another place";
    else if (strcmp(event.id, stmt_text(s, 9)) != 0 || strcmp(event.type, stmt_text(s, 10)) != 0 ||
             strcmp(event.subject, stmt_text(s, 11)) != 0 || (int64_t)event.rev != stmt_int(s, 12) ||
             strcmp(w->site, stmt_text(s, 13)) != 0 || journal_at_ms(event.time) != stmt_int(s, 14))
        what = "id, type, subject, rev, site or time in the table is another than in the bytes";
    envelope_fini(&event);
    return what ? broken(w, what) : 0;
}

static int check_event(struct walk *w, struct stmt *s) {
    uint8_t stored[HASH_SIZE];
    uint8_t hash[HASH_SIZE];
    size_t n;
    w->seq++;
    if ((uint64_t)stmt_int(s, 7) != w->seq) return broken(w, "this event is missing");
    if (!read_hash(s, 8, stored)) return broken(w, "its hash is damaged");
    const void *bytes = stmt_blob(s, 15, &n);
    hash_sha256(bytes ? bytes : "", n, hash);
    if (memcmp(hash, stored, HASH_SIZE) != 0) return broken(w, "the bytes were changed: they do not have its hash");
    bool refused = stmt_text(s, 10)[0] == '\0';
    if (refused && stmt_int(s, 16) == 0) return broken(w, "it is marked as refused, and nothing says why");
    int rc = refused ? 0 : check_columns(w, s, bytes, n);
    if (rc < 0) return rc;
    w->report->events++;
    if (refused) w->report->rejected++;
    memcpy(w->hash, hash, HASH_SIZE);
    return 0;
}

static int check_chains(struct db *db, struct walk *w) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(
        db,
        "SELECT c.id, c.site, c.writer, c.epoch, c.lane, c.seq, c.hash, e.seq, e.hash, e.id, e.type, e.subject, e.rev, "
        "e.site, e.at, e.bytes, EXISTS (SELECT 1 FROM rejected r WHERE r.by_us = 1 AND r.site = c.site AND "
        "r.writer = c.writer AND r.epoch = c.epoch AND r.lane = c.lane AND r.seq = e.seq) "
        "FROM chain c LEFT JOIN event e ON e.chain = c.id ORDER BY c.id, e.seq",
        &s);
    if (rc < 0) return err_set(w->bad, rc, "The events cannot be read: %s", db_message(db));
    while ((rc = stmt_step(s)) == 1) {
        if (stmt_int(s, 0) != w->id) {
            rc = end_chain(w);
            if (rc == 0) rc = begin_chain(w, s);
        } else {
            rc = 0;
        }
        if (rc == 0 && !stmt_is_null(s, 7)) rc = check_event(w, s);
        if (rc < 0) return rc;
    }
    if (rc < 0) return err_set(w->bad, rc, "The events cannot be read: %s", db_message(db));
    return end_chain(w);
}

/* Events that no chain knows. */
static int check_strays(struct db *db, struct err_text *bad) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(
        db, "SELECT e.pos FROM event e WHERE NOT EXISTS (SELECT 1 FROM chain c WHERE c.id = e.chain) LIMIT 1", &s);
    if (rc == 0) rc = stmt_step(s);
    if (rc < 0) return err_set(bad, rc, "The events cannot be read: %s", db_message(db));
    return rc == 0 ? 0
                   : err_set(bad, ERR_CORRUPT, "The event at position %lld belongs to no chain.",
                             (long long)stmt_int(s, 0));
}

static int check_aside(struct db *db, struct verify_report *report, struct err_text *bad) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT n, hash, bytes FROM conflict ORDER BY n", &s);
    if (rc < 0) return err_set(bad, rc, "What was kept aside cannot be read: %s", db_message(db));
    while ((rc = stmt_step(s)) == 1) {
        uint8_t stored[HASH_SIZE];
        uint8_t hash[HASH_SIZE];
        size_t n;
        const void *bytes = stmt_blob(s, 2, &n);
        hash_sha256(bytes ? bytes : "", n, hash);
        if (!read_hash(s, 1, stored) || memcmp(hash, stored, HASH_SIZE) != 0)
            return err_set(bad, ERR_CORRUPT, "The bytes kept aside in row %lld of the table conflict were changed.",
                           (long long)stmt_int(s, 0));
        report->conflicts++;
    }
    return rc < 0 ? err_set(bad, rc, "What was kept aside cannot be read: %s", db_message(db)) : 0;
}

int journal_verify(struct db *db, struct verify_report *out, struct err_text *bad) {
    struct verify_report report = { 0 };
    struct walk w = { .report = &report, .bad = bad };
    int rc = check_chains(db, &w);
    if (rc == 0) rc = check_strays(db, bad);
    if (rc == 0) rc = check_aside(db, &report, bad);
    if (rc == 0 && out) *out = report;
    return rc;
}
