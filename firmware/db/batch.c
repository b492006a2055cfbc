/* SPDX-License-Identifier: MIT */
/* Jobs that share one commit. A job's error undoes that job alone, by its savepoint. For a full disk or an I/O error SQLite rolls
 * back the whole transaction by itself: then that job stands aside with its error, and the others are run again in a new
 * transaction, never reported as saved when they are not. Does not retry on a busy database: SQLite's busy timeout did. */
#include "firmware/db/batch.h"

#include "firmware/db/db_private.h"

enum outcome {
    COMMITTED,
    FAILED, /* nothing was saved; every job has its error */
    AGAIN,  /* nothing was saved: one job more is excluded, or there is more room; those that take part can try */
};

static void show_life(const struct batch *batch) { batch->show_life(batch->show_life_ctx); }

static void run_before(struct batch *batch) {
    for (size_t i = 0; i < batch->count; i++) {
        struct batch_item *item = &batch->items[i];
        int r = item->job.before ? item->job.before(item->job.arg) : 0;
        item->result = r < 0 ? r : 0;
        item->excluded = r < 0 || !item->job.run;
        show_life(batch);
    }
}

static size_t taking_part(const struct batch *batch) {
    size_t n = 0;
    for (size_t i = 0; i < batch->count; i++)
        if (!batch->items[i].excluded) n++;
    return n;
}

/* Those that take part and have no error of their own yet. */
static void fail_rest(struct batch *batch, int result) {
    for (size_t i = 0; i < batch->count; i++)
        if (!batch->items[i].excluded && batch->items[i].result == 0) batch->items[i].result = result;
}

/* One job in its savepoint; the only one needs none. Returns false when the transaction is not there any more. */
static bool run_job(struct batch *batch, struct batch_item *item, bool only) {
    struct db *db = batch->db;
    int r = only ? 0 : db_savepoint(db);
    if (r == 0) {
        r = item->job.run(db, item->job.arg);
        db_reset_all(db);
        /* A job that swallowed the error which ended the transaction did not save anything either. */
        if (r >= 0 && !db_in_transaction(db)) r = ERR_IO;
        if (r >= 0 && !only) r = db_release(db);
    }
    /* What cannot be undone alone must not be committed: then all goes. */
    if (r < 0 && db_in_transaction(db) && (only || db_rollback_savepoint(db) != 0)) db_rollback(db);
    item->result = r < 0 ? r : 0;
    show_life(batch);
    return db_in_transaction(db);
}

/* ERR_NO_SPACE is asked about once a batch. True: there is more room now. */
static bool find_room(struct batch *batch) {
    bool asked = batch->asked_for_room;
    batch->asked_for_room = true;
    return !asked && batch->on_no_space && batch->on_no_space(batch->on_no_space_ctx);
}

static enum outcome attempt(struct batch *batch, int64_t *changes) {
    *changes = 0;
    for (size_t i = 0; i < batch->count; i++)
        if (!batch->items[i].excluded) batch->items[i].result = 0;
    bool only = taking_part(batch) == 1;
    int r = db_begin(batch->db);
    for (size_t i = 0; i < batch->count && r == 0; i++) {
        struct batch_item *item = &batch->items[i];
        if (item->excluded) continue;
        int64_t before = db_total_changes(batch->db);
        bool stands = run_job(batch, item, only);
        if (item->result == ERR_NO_SPACE && find_room(batch)) {
            db_rollback(batch->db);
            return AGAIN;
        }
        if (!stands) {
            item->excluded = true;
            return AGAIN;
        }
        if (item->result == 0) *changes += db_total_changes(batch->db) - before;
    }
    if (r == 0) r = db_commit(batch->db);
    if (r == 0) return COMMITTED;
    if (r == ERR_NO_SPACE && find_room(batch)) return AGAIN;
    fail_rest(batch, r);
    return FAILED;
}

/* Ends: each AGAIN excludes one job more, but for the one that was given room. */
bool batch_run(struct batch *batch, bool *changed) {
    *changed = false;
    batch->asked_for_room = false;
    run_before(batch);
    while (taking_part(batch) > 0) {
        int64_t changes = 0;
        enum outcome outcome = attempt(batch, &changes);
        show_life(batch);
        if (outcome == AGAIN) continue;
        *changed = outcome == COMMITTED && changes > 0;
        return outcome == COMMITTED;
    }
    return false;
}
