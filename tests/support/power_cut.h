/* SPDX-License-Identifier: MIT */
/* Power cuts for tests: a SQLite VFS that records every write, truncation, flush, creation and deletion, and a model of a disk that
 * says what may be left of them when the power goes between two of them.
 * The model: what was flushed (xSync of its file; for a deletion, of its folder) is there. Of the rest any part may be: each 512-byte sector of
 * a write alone, each truncation, and of creations and deletions of a name a beginning of their order, as in a journaling file system. SQLite
 * flushes the folder of a journal that it made with the journal's first flush (os_unix.c, UNIXFILE_DIRSYNC); a database file counts as made.
 * Shared memory (-shm) is not kept: it does not outlive a boot.
 * Failures end the test (cmocka). Thread: the recording is locked; all else belongs to the test's thread. */
#ifndef SITELOG_TESTS_POWER_CUT_H
#define SITELOG_TESTS_POWER_CUT_H

#include <stddef.h>
#include <stdint.h>

struct power_cut;

/* Makes the recording VFS SQLite's default, once in a program; a connection that is opened from then on goes through it. */
void power_cut_install(void);

/* Records what happens to files below dir, which is empty, from now on until power_cut_stop. Owns: caller; power_cut_destroy. */
struct power_cut *power_cut_record(const char *dir);
void power_cut_stop(struct power_cut *p);
void power_cut_destroy(struct power_cut *p);

/* Notes that from here on `what` must be there whatever happens: somebody was told so. Thread: any. */
void power_cut_promise(struct power_cut *p, int kind, const char *what);

/* How many operations were recorded: a cut is between 0 and this. */
size_t power_cut_count(const struct power_cut *p);

/* Writes what a cut after `ops` operations leaves into the empty folder `out`. ops must not be lower than in the call before.
 * seed decides what is left of the unflushed; the same seed, the same rest. */
void power_cut_leave(struct power_cut *p, size_t ops, uint32_t seed, const char *out);

/* Calls fn for each promise that was made before that cut. */
void power_cut_promises(const struct power_cut *p, size_t ops, void (*fn)(void *arg, int kind, const char *what),
                        void *arg);

/* How many cuts a test shall make: POWER_CUTS, else 200. */
size_t power_cut_wanted(void);

/* What is there after a cut and a restart: "" or what is wrong with it. */
typedef void (*power_cut_look_fn)(struct power_cut *p, size_t ops, uint32_t seed, char *wrong, size_t n);

/* Cuts at so many moments, evenly from the first to the last, at a random one of each stretch (journal_rig_random). Returns how often something
 * was wrong; *first says when and what, the first time. */
size_t power_cut_try(struct power_cut *p, size_t cuts, power_cut_look_fn look, char *first, size_t n);

#endif
