/* SPDX-License-Identifier: MIT */
/* Journals for tests: real ones on real files, other writers that have none, and copying from one to another without a link.
 * A failure here ends the test program. Thread: test thread. */
#ifndef SITELOG_TEST_JOURNAL_RIG_H
#define SITELOG_TEST_JOURNAL_RIG_H

#include "app/journal/journal.h"

#define JOURNAL_RIG_ORG  "acme"
#define JOURNAL_RIG_SITE "s-0412"

struct journal_rig {
    char *path;
    struct db *db;
    struct journal *journal;
};

/* site NULL: the hub's. The clock grade is always "ntp". */
void journal_rig_open(struct journal_rig *r, const char *dir, const char *file, const char *writer, const char *site);
void journal_rig_close(struct journal_rig *r);

/* One event in a transaction of its own; its id, in a buffer that the next call but three reuses. id NULL: a new one. */
const char *journal_rig_append(struct journal_rig *r, const char *type, const char *subject_id, const char *id,
                               const char *data);

/* First column of the first row; -1 where there is none. */
int64_t journal_rig_int(struct db *db, const char *sql);
void journal_rig_exec(struct db *db, const char *sql);
void journal_rig_digest(struct db *db, char out[HASH_TEXT_SIZE]);

/* ---- writers that have no journal ---- */

/* What a scribe's next events say of when they were made. */
struct journal_rig_when {
    int64_t boot, mono;
    const char *clock; /* NULL: boot 1, second 5, "rtc", now */
    struct wall at;
};

struct journal_rig_scribe {
    struct journal_rig_when when;
    char site[NAME_SIZE];
    char writer[NAME_SIZE], epoch[ID_SIZE];
    uint64_t seq[LANE_COUNT];
    char hash[LANE_COUNT][HASH_TEXT_SIZE];
};

struct journal_rig_event {
    struct event_key key;
    char *bytes;
    size_t n;
};

/* epoch NULL: a new one. */
void journal_rig_scribe(struct journal_rig_scribe *s, const char *writer, const char *epoch);

/* The scribe's next event. id NULL: a new one. Owns: caller; free(out->bytes). */
void journal_rig_write(struct journal_rig_scribe *s, enum lane lane, const char *type, const char *subject,
                       const char *id, uint64_t rev, const char *data, struct journal_rig_event *out);

/* journal_take from "peer", inside the transaction that is open; code and text may be NULL. */
enum taken journal_rig_take(struct journal_rig *r, const struct journal_rig_event *e, char code[16], char text[200]);

/* The same in a transaction of its own. */
enum taken journal_rig_take_now(struct journal_rig *r, const struct journal_rig_event *e, char code[16]);

/* Hands `to` what `from` holds beyond its heads, chain by chain, as a peer would that heard them, until nothing moves any more. */
void journal_rig_copy(struct journal_rig *from, struct journal_rig *to);

/* ---- random numbers with a seed that is printed ---- */

void journal_rig_seed(void); /* SITELOG_SEED, else a new one */
uint32_t journal_rig_random(uint32_t below);

#endif
