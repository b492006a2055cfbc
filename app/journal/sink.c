/* SPDX-License-Identifier: MIT */
/* A batch that came is one job of the store: every arrival is taken in order, and after the commit the link's thread is told by mail. Judges
 * nothing itself. */
#include "app/journal/sink.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct sink {
    struct db *reader;
    struct store *store;
    struct journal *journal;
    struct mailbox *mail;
};

struct job {
    struct sink *sink;
    struct arrival_batch *batch;
    sink_done_fn done;
    void *arg;
    bool moved; /* a chain was elsewhere than the batch thinks */
    int result;
};

/* ---- the store's thread ---- */

static int take(struct job *job, struct db *db, struct arrival *a) {
    enum taken taken;
    char code[sizeof a->code];
    char text[sizeof a->text];
    const char *broken_code = a->broken ? a->code : NULL;
    const char *broken_text = a->broken ? a->text : NULL;
    int rc = journal_take(job->sink->journal, db, job->batch->site, job->batch->from, &a->key, a->bytes, a->n,
                          broken_code, broken_text, &taken, code, text);
    if (rc < 0) return rc;
    a->rejected = taken == TAKEN_REJECTED || taken == TAKEN_CONFLICT;
    if (taken == TAKEN_GAP) job->moved = true;
    if (a->rejected) {
        memcpy(a->code, code, sizeof code);
        memcpy(a->text, text, sizeof text);
    }
    return 0;
}

/* May run twice: what it leaves in the arrivals is written anew each time (a broken one keeps its code, which is the same). */
static int run(struct db *db, void *arg) {
    struct job *job = arg;
    job->moved = false;
    for (size_t i = 0; i < job->batch->count; i++) {
        int rc = take(job, db, &job->batch->list[i]);
        if (rc < 0) return rc;
    }
    return 0;
}

static void deliver(void *arg) {
    struct job *job = arg;
    job->done(job->arg, job->batch, job->result);
    free(job);
}

/* The result has to reach the link's thread: a full mailbox is waited for (it is emptied many times a second), a closed one means that the
 * link is stopping and will ask no more. */
static void committed(void *arg, int result) {
    struct job *job = arg;
    struct mailbox *mail = job->sink->mail;
    job->result = result == 0 && job->moved ? ERR_CONFLICT : result;
    if (result < 0 && result != ERR_GONE)
        log_error("what %s sent could not be stored: %s", job->batch->from, err_name(result));
    int rc = mailbox_post(mail, deliver, job);
    while (rc == ERR_BUSY || rc == ERR_NOMEM) {
        struct timespec pause = { .tv_nsec = 1000000 };
        (void)nanosleep(&pause, NULL);
        rc = mailbox_post(mail, deliver, job);
    }
    if (rc < 0) free(job);
}

/* ---- the link's thread ---- */

static int store_batch(void *ctx, struct arrival_batch *batch, sink_done_fn done, void *arg) {
    struct sink *sink = ctx;
    struct job *job = calloc(1, sizeof *job);
    if (!job) return ERR_NOMEM;
    *job = (struct job){ .sink = sink, .batch = batch, .done = done, .arg = arg };
    struct store_job submit = { .run = run, .done = committed, .arg = job };
    int rc = store_submit(sink->store, &submit);
    if (rc < 0) free(job);
    return rc;
}

static int read_rejection(struct stmt *s, struct arrival *out) {
    memset(out, 0, sizeof *out);
    out->rejected = true;
    out->key.lane = (enum lane)stmt_int(s, 2);
    out->key.seq = (uint64_t)stmt_int(s, 3);
    text_clip(out->code, sizeof out->code, stmt_text(s, 4));
    text_clip(out->text, sizeof out->text, stmt_text(s, 5));
    int rc = text_copy(out->key.writer, sizeof out->key.writer, stmt_text(s, 0));
    if (rc == 0) rc = text_copy(out->key.epoch, sizeof out->key.epoch, stmt_text(s, 1));
    return rc < 0 ? ERR_CORRUPT : 0;
}

static int rejections(void *ctx, const char *site, size_t max, struct arrival **out, size_t *count) {
    struct sink *sink = ctx;
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    CLEANUP(free_ptr) struct arrival *list = calloc(max ? max : 1, sizeof *list);
    size_t n = 0;
    if (!list) return ERR_NOMEM;
    int rc = db_prepare(sink->reader,
                        "SELECT writer, epoch, lane, seq, code, text FROM rejected WHERE site = ? AND by_us = 1 "
                        "ORDER BY n DESC LIMIT ?",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_int(s, 2, (int64_t)max);
    while (n < max && (rc = stmt_step(s)) == 1) {
        rc = read_rejection(s, &list[n]);
        if (rc < 0) return rc;
        n++;
    }
    if (rc < 0) return rc;
    *out = STEAL_PTR(list);
    *count = n;
    return 0;
}

int sink_create(const struct sink_options *options, struct sink **out) {
    struct sink *sink = calloc(1, sizeof *sink);
    if (!sink) return ERR_NOMEM;
    sink->reader = options->reader;
    sink->store = options->store;
    sink->journal = options->journal;
    sink->mail = options->mail;
    *out = sink;
    return 0;
}

void sink_destroy(struct sink *s) { free(s); }

struct copy_sink sink_seam(struct sink *s) {
    return (struct copy_sink){ .ctx = s, .store = store_batch, .rejections = rejections };
}
