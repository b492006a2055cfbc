/* SPDX-License-Identifier: MIT */
/* Judging sites and raising and clearing what changed, in two steps: rules_run_look reads only and says at which sites something has to be written,
 * which is nearly always nowhere; rules_run_write judges such a site once more, from the tables, inside the transaction that writes. What a site's
 * events say is kept between looks, and read again when there are more of them.
 * An alert that stands and is not judged to any more is cleared, unless its due time is still to come by our own clock and somebody else raised it: then his
 * clock is ahead of ours, or right. At a board, one that is much older than rules keep is left to head office likewise: our clock may be ahead by years.
 * Thread: each function says whose. */
#ifndef SITELOG_JOURNAL_RULES_RUN_H
#define SITELOG_JOURNAL_RULES_RUN_H

#include "app/journal/rules.h"

struct rules_run_options {
    bool hub;
    const char *writer;      /* own name; strings are borrowed */
    const char *site;        /* a board's; NULL at the hub */
    const char *fallback_tz; /* of a site without a plan */
    struct rules_limits limits;
};

/* What is so at the moment of judging. */
struct rules_now {
    struct wall at;
    enum clock_grade grade;
    struct wall listening;       /* the hub: it hears boards since then */
    int disk_percent;            /* a board: free; -1: not known */
    struct wall untrusted_since; /* a board: its clock is without time since then; ms 0: it is not */
};

struct rules_run;

/* Owns: caller. *o is copied. ERR_NOMEM. */
MUST_CHECK int rules_run_create(const struct rules_run_options *o, struct rules_run **out);
void rules_run_destroy(struct rules_run *r);

/* Calls each() with every site at which something has to be raised or cleared; stops at the first non-zero and returns it. Inside a read
 * transaction. Thread: one, always the same. */
typedef int (*rules_run_each_fn)(void *arg, const char *site);
MUST_CHECK int rules_run_look(struct rules_run *r, struct db *db, const struct rules_now *now, rules_run_each_fn each,
                              void *arg);

/* Judges one site and writes what changed; *changes (may be NULL): how many events. Inside a write transaction.
 * Thread: the store's; takes nothing of the struct but its options. */
MUST_CHECK int rules_run_write(const struct rules_run_options *o, struct journal *j, struct db *db, const char *site,
                               const struct rules_now *now, int *changes, struct err_text *e);

#endif
