/* SPDX-License-Identifier: MIT */
/* sync/edge/outbox.h over the table `upload`: the upload thread reads with a handle of its own and writes through the store's thread.
 * What is to be sent, and how often it is tried, is the uploader's business. */
#include "app/photo/outbox.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

#define STEPPED_MS                                                                                                     \
    (2 * INT64_C(3600000)) /* nothing waits longer than an hour: a time beyond this is of a clock that stepped back */

struct outbox_impl {
    struct db *reader; /* upload thread's */
    struct store *store;
    struct blobs *blobs;
    bool checks_first; /* uploads and confirmations take turns */
};

static const char *const state_names[] = { "waiting", "uploaded", "confirmed", "corrupt" };

static enum outbox_state state_of(const char *name) {
    for (size_t i = 0; i < TEXT_ARRAY_LEN(state_names); i++)
        if (strcmp(state_names[i], name) == 0) return (enum outbox_state)i;
    return OUTBOX_WAITING;
}

static enum blob_variant variant_of(const struct outbox_item *item) { return item->thumb ? BLOB_THUMB : BLOB_ORIGINAL; }

/* ---- reading ---- */

/* 1: *item is the first of this state that is due; 0: none. */
static int next_of(struct outbox_impl *o, enum outbox_state state, struct wall now, struct outbox_item *item) {
    struct stmt *s = NULL;
    int err =
        db_prepare(o->reader,
                   "SELECT id, sha256, thumb, bytes, photo, state, url, offset, attempts, next_at FROM upload"
                   " WHERE state = ?1 AND dropped = 0 AND (next_at <= ?2 OR next_at > ?3) ORDER BY rank, id LIMIT 1",
                   &s);
    if (err) return err;
    stmt_bind_text(s, 1, state_names[state]);
    stmt_bind_int(s, 2, now.ms);
    stmt_bind_int(s, 3, now.ms + STEPPED_MS);
    int row = stmt_step(s);
    if (row == 1) {
        struct outbox_item found = { .id = stmt_int(s, 0), .thumb = stmt_int(s, 2) != 0, .bytes = stmt_int(s, 3) };
        err = text_copy(found.sha256, sizeof found.sha256, stmt_text(s, 1));
        if (!err) err = text_copy(found.photo, sizeof found.photo, stmt_text(s, 4));
        if (!err) err = text_copy(found.url, sizeof found.url, stmt_text(s, 6));
        found.state = state_of(stmt_text(s, 5));
        found.offset = stmt_int(s, 7);
        found.attempts = (int)stmt_int(s, 8);
        found.next_at = (struct wall){ stmt_int(s, 9) };
        if (!err) *item = found;
    }
    stmt_reset(s);
    return err ? ERR_CORRUPT : row;
}

static int until_due(struct outbox_impl *o, struct wall now, int64_t *due_ms) {
    struct stmt *s = NULL;
    int err = db_prepare(o->reader,
                         "SELECT min(next_at) FROM upload WHERE state IN ('waiting', 'uploaded') AND dropped = 0", &s);
    if (err) return err;
    int row = stmt_step(s);
    int64_t due = -1;
    if (row == 1 && !stmt_is_null(s, 0)) due = stmt_int(s, 0) > now.ms ? stmt_int(s, 0) - now.ms : 0;
    stmt_reset(s);
    if (row >= 0) *due_ms = due;
    return row < 0 ? row : 0;
}

static int seam_next(void *ctx, struct wall now, struct outbox_item *item, int64_t *due_ms) {
    struct outbox_impl *o = ctx;
    enum outbox_state first = o->checks_first ? OUTBOX_UPLOADED : OUTBOX_WAITING;
    enum outbox_state second = o->checks_first ? OUTBOX_WAITING : OUTBOX_UPLOADED;
    o->checks_first = !o->checks_first;
    int row = next_of(o, first, now, item);
    if (row == 0) row = next_of(o, second, now, item);
    if (row != 0) return row;
    return until_due(o, now, due_ms);
}

static int seam_read(void *ctx, const struct outbox_item *item, int64_t offset, void *out, size_t n) {
    struct outbox_impl *o = ctx;
    return blobs_read(o->blobs, variant_of(item), item->sha256, offset, out, n);
}

static int seam_check(void *ctx, const struct outbox_item *item) {
    struct outbox_impl *o = ctx;
    return blobs_verify(o->blobs, variant_of(item), item->sha256);
}

/* ---- writing ---- */

static int run_save(struct db *db, void *arg) {
    const struct outbox_item *item = arg;
    struct stmt *s = NULL;
    int err = db_prepare(db,
                         "UPDATE upload SET state = ?2, url = ?3, offset = ?4, attempts = ?5, next_at = ?6"
                         " WHERE id = ?1 AND state <> 'confirmed'",
                         &s);
    if (err) return err;
    stmt_bind_int(s, 1, item->id);
    stmt_bind_text(s, 2, state_names[item->state]);
    stmt_bind_text(s, 3, item->url);
    stmt_bind_int(s, 4, item->offset);
    stmt_bind_int(s, 5, item->attempts);
    stmt_bind_int(s, 6, item->next_at.ms);
    return stmt_run(s);
}

static int seam_save(void *ctx, const struct outbox_item *item) {
    struct outbox_impl *o = ctx;
    struct outbox_item copy = *item;
    return store_call(o->store, run_save, &copy);
}

/* Hashes that head office has confirmed, or withdrawn; or all that it ever confirmed, withdrawn. */
enum marking { CONFIRMED, WITHDRAWN, ALL_WITHDRAWN };
struct marks {
    enum marking marking;
    size_t n;
    char sha256[][HASH_TEXT_SIZE];
};

/* What is no longer here cannot be sent again. */
static int withdraw_all(struct db *db) {
    struct stmt *s = NULL;
    int err = db_prepare(db,
                         "UPDATE upload SET state = 'waiting', url = '', offset = 0, attempts = 0, next_at = 0"
                         " WHERE state = 'confirmed' AND dropped IN (0, 3)",
                         &s);
    return err ? err : stmt_run(s);
}

static int run_marks(struct db *db, void *arg) {
    const struct marks *marks = arg;
    if (marks->marking == ALL_WITHDRAWN) return withdraw_all(db);
    for (size_t i = 0; i < marks->n; i++) {
        struct stmt *s = NULL;
        int err =
            marks->marking == CONFIRMED
                ? db_prepare(db, "UPDATE upload SET state = 'confirmed' WHERE sha256 = ?1 AND state <> 'confirmed'", &s)
                : db_prepare(db,
                             "UPDATE upload SET state = 'waiting', url = '', offset = 0, attempts = 0, next_at = 0"
                             " WHERE sha256 = ?1 AND state IN ('confirmed', 'uploaded')",
                             &s);
        if (err) return err;
        stmt_bind_text(s, 1, marks->sha256[i]);
        err = stmt_run(s);
        if (err) return err;
    }
    return 0;
}

static void done_marks(void *arg, int result) {
    struct marks *marks = arg;
    if (result && result != ERR_GONE)
        log_warn("photo receipts could not be kept: %s; head office repeats them", err_name(result));
    free(marks);
}

static int submit(struct outbox_impl *o, enum marking marking, const char (*sha256)[HASH_TEXT_SIZE], size_t n) {
    if (n == 0 && marking != ALL_WITHDRAWN) return 0;
    struct marks *marks = calloc(1, sizeof *marks + n * HASH_TEXT_SIZE);
    if (marks == NULL) return ERR_NOMEM;
    marks->marking = marking;
    marks->n = n;
    if (n) memcpy(marks->sha256, sha256, n * HASH_TEXT_SIZE);
    int err = store_submit(o->store, &(struct store_job){ .run = run_marks, .done = done_marks, .arg = marks });
    if (err) free(marks);
    return err;
}

static int seam_confirmed(void *ctx, const char (*sha256)[HASH_TEXT_SIZE], size_t n) {
    return submit(ctx, CONFIRMED, sha256, n);
}

static int seam_withdrawn(void *ctx, const char (*sha256)[HASH_TEXT_SIZE], size_t n) {
    return submit(ctx, WITHDRAWN, sha256, n);
}

static int seam_doubted(void *ctx) { return submit(ctx, ALL_WITHDRAWN, NULL, 0); }

/* ---- making it ---- */

int outbox_create(struct db *reader, struct store *store, struct blobs *blobs, struct outbox_impl **out) {
    struct outbox_impl *o = calloc(1, sizeof *o);
    if (o == NULL) {
        db_close(reader);
        return ERR_NOMEM;
    }
    o->reader = reader;
    o->store = store;
    o->blobs = blobs;
    *out = o;
    return 0;
}

void outbox_destroy(struct outbox_impl *o) {
    if (o == NULL) return;
    db_close(o->reader);
    free(o);
}

struct outbox outbox_seam(struct outbox_impl *o) {
    return (struct outbox){ .ctx = o,
                            .next = seam_next,
                            .read = seam_read,
                            .check = seam_check,
                            .save = seam_save,
                            .confirmed = seam_confirmed,
                            .withdrawn = seam_withdrawn,
                            .doubted = seam_doubted };
}
