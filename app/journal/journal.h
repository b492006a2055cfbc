/* SPDX-License-Identifier: MIT */
/* The journal: append-only events, one chain a (writer, epoch, lane), and the projections made of them in the same transaction.
 * One database for a board's one site or for all sites of the hub; every row says its site.
 * Thread: a struct journal and its writing functions belong to the store's thread; functions that take only a db read, on any handle. */
#ifndef SITELOG_JOURNAL_JOURNAL_H
#define SITELOG_JOURNAL_JOURNAL_H

#include "app/journal/event.h"
#include "hal/clock.h"

struct journal;

struct journal_options {
    const char *org;
    const char *writer;              /* own name: the board's id, or "hub" */
    const char *site;                /* the board's; NULL at the hub, which has a chain of its own for each site */
    const char *timezone;            /* for times of a site without a plan */
    enum clock_grade (*grade)(void); /* NULL: hal's clock_grade */
};

/* Migrates the database, counts a new boot where the kernel's boot id is new, starts an epoch where there is none.
 * Owns: caller; journal_destroy. ERR_UNSUPPORTED (newer version), ERR_CORRUPT, ERR_CONFLICT (the database belongs to another org, site or
 * board than the settings say). Blocks. */
MUST_CHECK int journal_create(struct db *db, const struct journal_options *options, struct journal **out,
                              struct err_text *e);
void journal_destroy(struct journal *j);

/* What an event shall say; the rest (epoch, seq, prev, rev, time, clock, boot, mono) is given by journal_append. */
struct event_draft {
    const char *id;         /* UUIDv7; NULL: a new one */
    const char *site;       /* NULL: the board's own */
    const char *type;       /* must be in the table of types */
    const char *subject_id; /* without its kind */
    const char *actor;      /* "user/u-03", "rule/…", "board" */
    const char *inreplyto;  /* or NULL */
    const char *data;       /* JSON object, checked here against its type */
};

struct appended {
    char id[ID_SIZE];
    struct event_key key;
    uint64_t rev;
    int64_t pos;
    struct wall at;
};

/* Inside a write transaction: makes the bytes, stores them, folds them. Undone by rolling back (the journal keeps no heads in memory).
 * ERR_INVALID, ERR_TOO_BIG (over 64 KiB; names the longest member), ERR_EXISTS (an event with this id is there), ERR_NO_SPACE … */
MUST_CHECK int journal_append(struct journal *j, struct db *db, const struct event_draft *draft, struct appended *out,
                              struct err_text *e);

/* How an event that came from elsewhere was taken. */
enum taken { TAKEN_STORED, TAKEN_REPEAT, TAKEN_REJECTED, TAKEN_CONFLICT, TAKEN_GAP };

/* Inside a write transaction: stores the bytes of another writer (or of our own older epoch) at the end of their chain and folds them.
 * Rejected ("schema", "chain", "too-big"): kept raw in its place of the chain, not folded. Conflict: kept aside, reported.
 * code: set for rejected and conflict; must hold 16 bytes, text 200. Negative only when the database failed. */
MUST_CHECK int journal_take(struct journal *j, struct db *db, const char *site, const char *from,
                            const struct event_key *key, const char *bytes, size_t n, const char *broken_code,
                            const char *broken_text, enum taken *out, char *code, char *text);

/* Starts a new epoch for a site's own chain (reason: "created" "restored" "lost"): with its epoch-started event. Own events that turn out to
 * conflict with what peers hold of the old epoch are appended again under their ids. Inside a write transaction. */
MUST_CHECK int journal_start_epoch(struct journal *j, struct db *db, const char *site, const char *reason,
                                   struct err_text *e);

/* The current own epoch of a site. ERR_NOT_FOUND. */
MUST_CHECK int journal_epoch(struct db *db, const char *site, const char *writer, char out[ID_SIZE]);

/* A peer holds other bytes than this journal in the site's own chain of `key`, at or before key->seq (it refused one of ours with "conflict" or
 * "chain"; a hello's head differs): both wrote on after one common event, which happens when a database is put back to an older copy. Inside a
 * write transaction; journal_take calls it too. See journal_fork.c for what is done. */
MUST_CHECK int journal_forked(struct journal *j, struct db *db, const char *site, const struct event_key *key,
                              struct err_text *e);

/* A peer refused an event of this journal: remembered and shown, or, where the refusal means that an own chain forked, mended. Idempotent.
 * Inside a write transaction. */
MUST_CHECK int journal_refused(struct journal *j, struct db *db, const char *site, const struct event_key *key,
                               const char *code, const char *text);

const char *journal_org(const struct journal *j);
const char *journal_site(const struct journal *j); /* NULL at the hub */
const char *journal_writer(const struct journal *j);
int64_t journal_boot(const struct journal *j);
const char *journal_timezone(const struct journal *j); /* of a site without a plan */
enum clock_grade journal_grade(const struct journal *j);

/* Position of the newest event of the store. */
MUST_CHECK int journal_last_pos(struct db *db, int64_t *out);

/* The event of a site with this id (the one that counts). Owns: out->data; envelope_fini. ERR_NOT_FOUND. */
MUST_CHECK int journal_find(struct db *db, const char *site, const char *id, struct envelope *out, int64_t *pos);

/* ---- whole-journal work ---- */

/* Projections are emptied and folded again from the events, in one transaction of the caller. *events: how many. */
MUST_CHECK int journal_rebuild(struct db *db, int64_t *events, struct err_text *e);

/* SHA-256 over all projection tables in key order: equal content, equal digest (positions and row ids do not count). */
MUST_CHECK int journal_digest(struct db *db, const char *site /* NULL: all */, char out[HASH_TEXT_SIZE]);

/* Checks every chain: seq without gaps, every prev, every hash, id and key as in the bytes. *bad says the first broken record. ERR_CORRUPT. */
struct verify_report {
    int64_t events, chains, rejected, conflicts;
};
MUST_CHECK int journal_verify(struct db *db, struct verify_report *out, struct err_text *bad);

#endif
