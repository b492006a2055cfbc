/* SPDX-License-Identifier: MIT */
/* Private to the store: jobs that share one commit. Thread: the store's. */
#ifndef SITELOG_DB_BATCH_H
#define SITELOG_DB_BATCH_H

#include "firmware/db/store.h"

struct batch_item {
    struct store_job job;
    int result;    /* the first error, or 0 */
    bool excluded; /* takes no part in the transaction: `before` failed, or it took the whole transaction down */
};

struct batch {
    struct db *db;
    struct batch_item *items;
    size_t count;
    store_no_space_fn on_no_space; /* may be NULL */
    void *on_no_space_ctx;
    bool asked_for_room; /* in this batch */
    void (*show_life)(void *ctx);
    void *show_life_ctx;
};

/* Runs all the jobs and fills their results; `done` is the caller's. Returns whether there was a commit; *changed: it changed rows. */
bool batch_run(struct batch *batch, bool *changed);

#endif
