/* SPDX-License-Identifier: MIT */
/* What the files of the journal share. Not for others. */
#ifndef SITELOG_JOURNAL_JOURNAL_PRIVATE_H
#define SITELOG_JOURNAL_JOURNAL_PRIVATE_H

#include "app/journal/journal.h"
#include "app/journal/plan.h"

#define JOURNAL_ZONES 8

struct journal_zone {
    char name[PLAN_TZ_SIZE];
    struct tz *tz;
};

struct journal {
    char org[NAME_SIZE], writer[NAME_SIZE];
    char site[NAME_SIZE]; /* "" at the hub */
    char timezone[PLAN_TZ_SIZE];
    enum clock_grade (*grade)(void);
    int64_t boot;
    struct journal_zone zones[JOURNAL_ZONES]; /* a cache; [0] is the fallback */
    size_t zone_count, zone_next;
};

/* A time zone by name; the fallback where there is none of that name. Borrowed until the next call. */
const struct tz *journal_zone_find(struct journal *j, const char *name);

/* ---- chains (journal_chain.c) ---- */

struct journal_chain {
    int64_t id;
    uint64_t seq; /* of the newest event */
    uint8_t hash[HASH_SIZE];
};

/* ERR_NOT_FOUND. */
MUST_CHECK int journal_chain_find(struct db *db, const char *site, const struct event_key *key,
                                  struct journal_chain *out);

/* A new, empty chain. */
MUST_CHECK int journal_chain_create(struct db *db, const char *site, const struct event_key *key,
                                    struct journal_chain *out);

/* One event to be put at the end of its chain. */
struct journal_row {
    const char *site;
    const struct envelope *event; /* NULL: refused; kept raw in its place */
    const void *bytes;
    size_t n;
    bool taken; /* came from another journal */
};

/* Stores it and moves the chain's head. */
MUST_CHECK int journal_chain_add(struct db *db, struct journal_chain *chain, const struct journal_row *row,
                                 int64_t *pos);

/* What is stored at a place. ERR_NOT_FOUND. */
MUST_CHECK int journal_chain_at(struct db *db, int64_t chain, uint64_t seq, bool *taken, uint8_t hash[HASH_SIZE]);

/* Keeps bytes aside that could not have their place. */
MUST_CHECK int journal_chain_keep_aside(struct db *db, const char *site, const struct event_key *key, const char *from,
                                        const void *bytes, size_t n);

MUST_CHECK int journal_chain_reject(struct db *db, bool by_us, const char *site, const struct event_key *key,
                                    const char *code, const char *text);

/* ---- folding (journal_fold.c) ---- */

/* Folds an event that was just stored. rev_before: the subject's highest before it; id_known: the site has another event of its id. */
MUST_CHECK int journal_fold_new(struct db *db, const struct envelope *event, int64_t pos, uint64_t rev_before,
                                bool id_known);

/* Empties a subject's projection and folds all its events again in their order. *n (may be NULL) grows by their number. */
MUST_CHECK int journal_fold_subject(struct db *db, const char *site, const char *subject, int64_t *n);

/* Decides anew which of the events with an id counts, and folds again whatever that changed (refold). */
MUST_CHECK int journal_fold_settle(struct db *db, const char *site, const char *id, bool refold);

/* ---- writing own events (journal_append.c) ---- */

/* Appends an event that an own older chain had once more, with the same id, revision, time and data, in the current epoch. */
MUST_CHECK int journal_append_again(struct journal *j, struct db *db, const struct envelope *event, struct err_text *e);

/* Milliseconds since the Unix epoch of an event's time; 0 when unreadable. */
int64_t journal_at_ms(const char *time);

#endif
