/* SPDX-License-Identifier: MIT */
/* Journals in temporary folders for tests, and carrying events from one to another in a random order. Failures end the test (cmocka). */
#ifndef SITELOG_TEST_JOURNAL_PAIR_H
#define SITELOG_TEST_JOURNAL_PAIR_H

#include "app/journal/journal.h"

#define JOURNAL_SITE "s-0412"

struct test_journal {
    char *dir;
    struct db *db;
    struct journal *journal;
};

/* writer "hub" makes a journal of the hub, any other one a board's of JOURNAL_SITE; in Asia/Shanghai, clock grade ntp unless journal_pair_grade
 * says otherwise. The wall clock is faked to 2026-11-22T16:00+08:00, a Sunday, where it was not faked before. */
void journal_pair_open(struct test_journal *t, const char *writer);
void journal_pair_close(struct test_journal *t);
void journal_pair_grade(enum clock_grade grade);

/* Sets the faked wall clock. */
void journal_pair_now(const char *rfc3339);

/* Transactions that must work. */
void journal_pair_begin(struct test_journal *t);
void journal_pair_commit(struct test_journal *t);

/* Ends one that a call stands in: commits where rc is 0, undoes it otherwise. Returns rc. */
int journal_pair_end(struct test_journal *t, int rc);

/* Appends one event in a transaction of its own; must work. out may be NULL. */
void journal_pair_append(struct test_journal *t, const struct event_draft *draft, struct appended *out);

/* Takes all events of `from` that `to` lacks into `to`: each chain in order, the chains interleaved at random. *seed moves on. */
void journal_pair_carry(struct test_journal *from, struct test_journal *to, unsigned *seed);

/* Both have the same projections. */
void journal_pair_same(struct test_journal *a, struct test_journal *b);

/* Folding all events again changes nothing. */
void journal_pair_rebuild(struct test_journal *t);

/* The first column of the first row, or "" where there is none. Owns: caller. `sql` is any string. */
char *journal_pair_value(struct test_journal *t, const char *sql);

/* A seed, printed, from SITELOG_SEED or the time. */
unsigned journal_pair_seed(void);

#endif
