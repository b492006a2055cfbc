/* SPDX-License-Identifier: MIT */
/* Taking events that other journals hold: every one ends up in exactly one of five ways (enum taken), and only a failing database is an error.
 * An event that is refused keeps its place in its chain as raw bytes, so that the chain goes on and still verifies. */
#include "app/journal/journal_private.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

#define CODE_SIZE 16
#define TEXT_SIZE 200

/* What is being taken, and the verdict. */
struct taking {
    struct journal *j;
    struct db *db;
    const char *site, *from;
    const struct event_key *key;
    const char *bytes;
    size_t n;
    bool own; /* of this journal's own writer: it lost it, or wrote it in an older epoch */
    struct journal_chain chain;
    char *code, *text;
};

/* Returns 0, as the judges below do of what is refused. */
static int refuse(struct taking *t, const char *code, const char *text) {
    text_clip(t->code, CODE_SIZE, code);
    text_clip(t->text, TEXT_SIZE, text);
    return 0;
}

static bool same_key(const struct event_key *a, const struct event_key *b) {
    return strcmp(a->writer, b->writer) == 0 && strcmp(a->epoch, b->epoch) == 0 && a->lane == b->lane &&
           a->seq == b->seq;
}

/* Data against its type, and the subject's kind where something is folded from it. Judges give 1 (good), 0 (refused) or ERR_NOMEM: what could not
 * be looked at is not refused, since a refusal is for ever. */
static int judge_type(struct taking *t, const struct envelope *event) {
    const struct event_type *type = event_type_find(event->type);
    struct err_text e = { 0 };
    if (!type) return 1;
    const struct subject_kind *kind = event_kind_find(type->kind);
    size_t length = strlen(type->kind);
    if (kind && kind->fold && (strncmp(event->subject, type->kind, length) != 0 || event->subject[length] != '/')) {
        (void)err_field(&e, ERR_INVALID, "subject", "The subject of %s is %s/{id}.", type->name, type->kind);
        return refuse(t, "schema", e.text);
    }
    int rc = type->check ? type->check(event->data, &e) : 0;
    if (rc == ERR_NOMEM) return rc;
    if (rc < 0) return refuse(t, "schema", e.text[0] ? e.text : "The data is against the type's schema.");
    return 1;
}

/* Whether the event may be folded; its place is right already. */
static int judge(struct taking *t, const struct envelope *event) {
    char prev[HASH_TEXT_SIZE];
    if (strcmp(event->org, t->j->org) != 0 || strcmp(event->site, t->site) != 0)
        return refuse(t, "schema", "The event is about another org or site than the one it was sent for.");
    if (!same_key(&event->key, t->key)) return refuse(t, "schema", "The event has another key than it was sent with.");
    text_hex(t->chain.hash, HASH_SIZE, prev);
    if (strcmp(prev, event->prev) != 0)
        return refuse(t, "chain", "prev is not the hash of the event before it in its lane.");
    return judge_type(t, event);
}

/* Highest revision of the subject, and whether the id is there. */
static int facts(struct taking *t, const struct envelope *event, uint64_t *rev, bool *id_known) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(t->db,
                        "SELECT (SELECT coalesce(max(rev), 0) FROM event WHERE site = ?1 AND subject = ?2), "
                        "EXISTS (SELECT 1 FROM event WHERE id = ?3 AND site = ?1 AND type <> '')",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, t->site);
    stmt_bind_text(s, 2, event->subject);
    stmt_bind_text(s, 3, event->id);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    *rev = (uint64_t)stmt_int(s, 0);
    *id_known = stmt_int(s, 1) != 0;
    return 0;
}

/* An own event of the current epoch that this database did not have: it was put back to an older copy. What is written next goes into a new
 * epoch, because nobody knows what else was written and sent in this one. */
static int note_loss(struct taking *t) {
    struct stmt *s = NULL;
    int rc = db_prepare(t->db, "UPDATE own SET lost = 1 WHERE site = ? AND epoch = ? AND lost = 0", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, t->site);
    stmt_bind_text(s, 2, t->key->epoch);
    rc = stmt_run(s);
    if (rc == 0 && db_changes(t->db) > 0)
        log_warn("%s holds events of this journal that its database lacks: it was put back to an older copy. They are "
                 "taken back, and a new epoch begins.",
                 t->from);
    return rc;
}

static int add(struct taking *t, const struct envelope *event) {
    struct journal_row row = { .site = t->site, .event = event, .bytes = t->bytes, .n = t->n, .taken = true };
    uint64_t rev = 0;
    bool id_known = false;
    int64_t pos = 0;
    int rc = event ? facts(t, event, &rev, &id_known) : 0;
    if (rc == 0) rc = journal_chain_add(t->db, &t->chain, &row, &pos);
    if (rc == 0 && event) rc = journal_fold_new(t->db, event, pos, rev, id_known);
    if (rc == 0 && !event) rc = journal_chain_reject(t->db, true, t->site, t->key, t->code, t->text);
    if (rc == 0 && t->own) rc = note_loss(t);
    return rc;
}

/* The event is the next of its chain. */
static int take_next(struct taking *t, const char *broken_code, const char *broken_text, enum taken *out) {
    struct envelope event = { 0 };
    struct err_text e = { 0 };
    int good;
    int rc = 0;
    if (broken_code) {
        good = refuse(t, broken_code, broken_text ? broken_text : "");
    } else {
        rc = envelope_read(t->bytes, t->n, &event, &e);
        if (rc == ERR_NOMEM) return rc;
        good = rc == 0 ? judge(t, &event) : refuse(t, rc == ERR_TOO_BIG ? "too-big" : "schema", e.text);
        if (good < 0) {
            envelope_fini(&event);
            return good;
        }
    }
    if (!good && t->own && strcmp(t->code, "chain") == 0 && t->chain.seq > 0) {
        struct event_key last = *t->key;
        struct journal_chain after = { 0 };
        last.seq = t->chain.seq;
        rc = journal_forked(t->j, t->db, t->site, &last, &e);
        if (rc == 0) rc = journal_chain_find(t->db, t->site, t->key, &after);
        if (rc < 0 || after.seq < t->chain.seq) {
            envelope_fini(&event);
            t->code[0] = t->text[0] = '\0';
            if (rc == 0) *out = TAKEN_GAP;
            return rc;
        }
    }
    rc = add(t, good ? &event : NULL);
    envelope_fini(&event);
    if (rc == 0) *out = good ? TAKEN_STORED : TAKEN_REJECTED;
    return rc;
}

/* Its place is taken: by the same bytes, or by others. *retry: the place was made free. */
static int take_again(struct taking *t, enum taken *out, bool *retry) {
    uint8_t have[HASH_SIZE];
    uint8_t hash[HASH_SIZE];
    bool taken = false;
    struct err_text e = { 0 };
    int rc = journal_chain_at(t->db, t->chain.id, t->key->seq, &taken, have);
    if (rc < 0) return rc == ERR_NOT_FOUND ? ERR_CORRUPT : rc;
    hash_sha256(t->bytes, t->n, hash);
    if (memcmp(have, hash, HASH_SIZE) == 0) {
        *out = TAKEN_REPEAT;
        return 0;
    }
    if (t->own && !taken) {
        *retry = true;
        return journal_forked(t->j, t->db, t->site, t->key, &e);
    }
    (void)refuse(t, "conflict", "Another event has this place in its lane already.");
    rc = journal_chain_keep_aside(t->db, t->site, t->key, t->from, t->bytes, t->n);
    if (rc == 0) rc = journal_chain_reject(t->db, true, t->site, t->key, t->code, t->text);
    if (rc == 0) *out = TAKEN_CONFLICT;
    return rc;
}

int journal_take(struct journal *j, struct db *db, const char *site, const char *from, const struct event_key *key,
                 const char *bytes, size_t n, const char *broken_code, const char *broken_text, enum taken *out,
                 char *code, char *text) {
    struct taking t = { .j = j,
                        .db = db,
                        .site = site,
                        .from = from,
                        .key = key,
                        .bytes = bytes,
                        .n = n,
                        .own = strcmp(key->writer, j->writer) == 0,
                        .code = code,
                        .text = text };
    bool retry = false;
    code[0] = text[0] = '\0';
    int rc = journal_chain_find(db, site, key, &t.chain);
    if (rc == ERR_NOT_FOUND && key->seq == 1) rc = journal_chain_create(db, site, key, &t.chain);
    if (rc == ERR_NOT_FOUND) {
        *out = TAKEN_GAP;
        return 0;
    }
    if (rc < 0) return rc;
    if (key->seq <= t.chain.seq) {
        rc = take_again(&t, out, &retry);
        if (rc < 0 || !retry) return rc;
        rc = journal_chain_find(db, site, key, &t.chain);
        if (rc < 0) return rc;
    }
    if (key->seq != t.chain.seq + 1) {
        *out = TAKEN_GAP;
        return 0;
    }
    return take_next(&t, broken_code, broken_text, out);
}
