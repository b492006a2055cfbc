/* SPDX-License-Identifier: MIT */
/* What the receiver knows in memory: which uploads are unfinished (to find one again by its hash, and to limit a board), which were finished
 * lately (to answer a board that asks again), and which exchange is writing which upload. Thread: any. */
#ifndef SITELOG_HUB_TUS_TABLE_H
#define SITELOG_HUB_TUS_TABLE_H

#include "sync/hub/tus.h"

struct tus_table;

MUST_CHECK int tus_table_create(struct tus_table **out);
void tus_table_destroy(struct tus_table *t);

/* ---- unfinished ---- */
MUST_CHECK int tus_table_add(struct tus_table *t, const struct tus_upload *u); /* ERR_NOMEM */
void tus_table_remove(struct tus_table *t, const char *id);
/* The same bytes of the same board. */
bool tus_table_find(struct tus_table *t, const struct tus_upload *like, char id[ID_SIZE]);
int tus_table_count(struct tus_table *t, const char *board);

/* ---- finished lately; the oldest are forgotten ---- */
void tus_table_finished(struct tus_table *t, const struct tus_upload *u);
bool tus_table_was_finished(struct tus_table *t, const char *id, struct tus_upload *out);
bool tus_table_forget(struct tus_table *t, const char *id); /* true: it was there */

/* ---- who writes; one at a time ---- */
struct tus_hold {
    char id[ID_SIZE];
    struct tus_hold *next;
    bool held, busy; /* busy: within tus_hold_begin and _end */
    int64_t active_ms;
    int64_t start; /* bytes after this one are not to be trusted until it is done; -1: all are as good as they come */
};

#define TUS_TAKEOVER_MS                                                                                                \
    5000 /* a holder that got nothing for this long has a dead connection: the next one takes over */

/* ERR_BUSY: another one is at it. *discard_to: the one that was taken over left untrusted bytes after this; else -1. */
MUST_CHECK int tus_hold_take(struct tus_table *t, struct tus_hold *h, const char *id, int64_t *discard_to);
/* From here on bytes count only when all have come. */
void tus_hold_distrust(struct tus_table *t, struct tus_hold *h, int64_t start);
/* False: somebody took over; keep off. */
bool tus_hold_begin(struct tus_table *t, struct tus_hold *h);
void tus_hold_end(struct tus_table *t, struct tus_hold *h);
void tus_hold_release(struct tus_table *t, struct tus_hold *h);
/* How far an upload may be trusted while somebody writes it: offset, or less. */
int64_t tus_hold_trusted(struct tus_table *t, const char *id, int64_t offset);

#endif
