/* SPDX-License-Identifier: MIT */
/* What copying reads: heads, events and marks, straight from the tables. Writing marks and refusals are jobs for the store's thread; nothing waits. */
#include "app/journal/source.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

struct source {
    struct db *reader;
    struct store *store;
    struct journal *journal;
};

/* Room for one more of a growing list. */
static int grow(void *list_pointer, size_t count, size_t *cap, size_t size) {
    void **list = list_pointer;
    if (count < *cap) return 0;
    size_t more = *cap ? *cap * 2 : 16;
    void *larger = realloc(*list, more * size);
    if (!larger) return ERR_NOMEM;
    *list = larger;
    *cap = more;
    return 0;
}

/* Columns `first` and after: writer, epoch, lane. */
static int read_chain(struct stmt *s, int first, struct chain *out) {
    int rc = text_copy(out->writer, sizeof out->writer, stmt_text(s, first));
    if (rc == 0) rc = text_copy(out->epoch, sizeof out->epoch, stmt_text(s, first + 1));
    int64_t lane = stmt_int(s, first + 2);
    if (rc < 0 || lane < 0 || lane >= LANE_COUNT) return ERR_CORRUPT;
    out->lane = (enum lane)lane;
    return 0;
}

/* ---- heads ---- */

static int read_head(struct stmt *s, struct chain_head *out) {
    size_t n;
    const void *hash = stmt_blob(s, 4, &n);
    if (!hash || n != HASH_SIZE) return ERR_CORRUPT;
    text_hex(hash, HASH_SIZE, out->hash);
    out->seq = (uint64_t)stmt_int(s, 3);
    return read_chain(s, 0, &out->chain);
}

static int heads(void *ctx, const char *site, struct chain_head **out, size_t *count) {
    struct source *source = ctx;
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    CLEANUP(free_ptr) struct chain_head *list = NULL;
    size_t n = 0;
    size_t cap = 0;
    int rc =
        db_prepare(source->reader, "SELECT writer, epoch, lane, seq, hash FROM chain WHERE site = ? ORDER BY id", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    while ((rc = stmt_step(s)) == 1) {
        rc = grow(&list, n, &cap, sizeof *list);
        if (rc == 0) rc = read_head(s, &list[n]);
        if (rc < 0) return rc;
        n++;
    }
    if (rc < 0) return rc;
    *out = STEAL_PTR(list);
    *count = n;
    return 0;
}

static int own_epoch(void *ctx, const char *site, char out[ID_SIZE]) {
    struct source *source = ctx;
    return journal_epoch(source->reader, site, journal_writer(source->journal), out);
}

/* ---- events ---- */

static int lend(struct stmt *s, source_event_fn each, void *arg) {
    uint8_t hash[HASH_SIZE];
    size_t hash_size;
    size_t n;
    const void *stored = stmt_blob(s, 3, &hash_size);
    const char *bytes = stmt_blob(s, 2, &n);
    hash_sha256(bytes ? bytes : "", n, hash);
    if (!stored || hash_size != HASH_SIZE || memcmp(stored, hash, HASH_SIZE) != 0) return ERR_CORRUPT;
    const char *type = stmt_text(s, 1);
    return each(arg, (uint64_t)stmt_int(s, 0), type[0] ? type : "unknown", bytes ? bytes : "", n);
}

static int read_events(void *ctx, const char *site, const struct chain *chain, uint64_t from, size_t max,
                       source_event_fn each, void *arg) {
    struct source *source = ctx;
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(source->reader,
                        "SELECT e.seq, e.type, e.bytes, e.hash FROM chain c JOIN event e ON e.chain = c.id "
                        "WHERE c.site = ? AND c.writer = ? AND c.epoch = ? AND c.lane = ? AND e.seq >= ? "
                        "ORDER BY e.seq LIMIT ?",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, chain->writer);
    stmt_bind_text(s, 3, chain->epoch);
    stmt_bind_int(s, 4, (int64_t)chain->lane);
    stmt_bind_int(s, 5, (int64_t)from);
    stmt_bind_int(s, 6, (int64_t)max);
    while ((rc = stmt_step(s)) == 1) {
        rc = lend(s, each, arg);
        if (rc == ERR_CORRUPT)
            log_error("site %s: an event of %s is damaged and cannot be sent: run sitelogctl verify", site,
                      chain->writer);
        if (rc != 0) return rc < 0 ? rc : 0;
    }
    return rc;
}

/* ---- marks ---- */

static int marks(void *ctx, const char *site, const char *peer, struct chain_mark **out, size_t *count) {
    struct source *source = ctx;
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    CLEANUP(free_ptr) struct chain_mark *list = NULL;
    size_t n = 0;
    size_t cap = 0;
    int rc = db_prepare(source->reader,
                        "SELECT writer, epoch, lane, sent, received FROM mark WHERE site = ? AND peer = ? "
                        "ORDER BY writer, epoch, lane",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, peer);
    while ((rc = stmt_step(s)) == 1) {
        rc = grow(&list, n, &cap, sizeof *list);
        if (rc == 0) rc = read_chain(s, 0, &list[n].chain);
        if (rc < 0) return rc;
        list[n].sent = (uint64_t)stmt_int(s, 3);
        list[n++].received = (uint64_t)stmt_int(s, 4);
    }
    if (rc < 0) return rc;
    *out = STEAL_PTR(list);
    *count = n;
    return 0;
}

struct marks_job {
    char site[NAME_SIZE], peer[NAME_SIZE];
    size_t count;
    struct chain_mark list[];
};

static int run_marks(struct db *db, void *arg) {
    const struct marks_job *job = arg;
    for (size_t i = 0; i < job->count; i++) {
        const struct chain_mark *m = &job->list[i];
        struct stmt *s = NULL;
        int rc = db_prepare(db,
                            "INSERT OR REPLACE INTO mark (site, peer, writer, epoch, lane, sent, received) "
                            "VALUES (?, ?, ?, ?, ?, ?, ?)",
                            &s);
        if (rc < 0) return rc;
        stmt_bind_text(s, 1, job->site);
        stmt_bind_text(s, 2, job->peer);
        stmt_bind_text(s, 3, m->chain.writer);
        stmt_bind_text(s, 4, m->chain.epoch);
        stmt_bind_int(s, 5, (int64_t)m->chain.lane);
        stmt_bind_int(s, 6, (int64_t)m->sent);
        stmt_bind_int(s, 7, (int64_t)m->received);
        rc = stmt_run(s);
        if (rc < 0) return rc;
    }
    return 0;
}

/* Marks that were not saved are only sent again: the peer's next hello sets them right. */
static void done_marks(void *arg, int result) {
    if (result < 0 && result != ERR_GONE) log_warn("what was sent could not be noted: %s", err_name(result));
    free(arg);
}

static int save_marks(void *ctx, const char *site, const char *peer, const struct chain_mark *list, size_t count) {
    struct source *source = ctx;
    if (count == 0) return 0;
    struct marks_job *job = calloc(1, sizeof *job + count * sizeof *list);
    if (!job) return ERR_NOMEM;
    int rc = text_copy(job->site, sizeof job->site, site);
    if (rc == 0) rc = text_copy(job->peer, sizeof job->peer, peer);
    memcpy(job->list, list, count * sizeof *list);
    job->count = count;
    struct store_job submit = { .run = run_marks, .done = done_marks, .arg = job };
    if (rc == 0) rc = store_submit(source->store, &submit);
    if (rc < 0) free(job);
    return rc;
}

/* ---- refusals ---- */

struct refused_job {
    struct journal *journal;
    char site[NAME_SIZE];
    struct event_key key;
    char code[16], text[200];
};

static int run_refused(struct db *db, void *arg) {
    struct refused_job *job = arg;
    return journal_refused(job->journal, db, job->site, &job->key, job->code, job->text);
}

static void done_refused(void *arg, int result) {
    if (result < 0 && result != ERR_GONE) log_warn("a refused event could not be noted: %s", err_name(result));
    free(arg);
}

/* An ack repeats its refusals: what is known costs no write. */
static int is_known(struct db *db, const char *site, const struct event_key *key, bool *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db,
                        "SELECT 1 FROM rejected WHERE site = ? AND writer = ? AND epoch = ? AND lane = ? AND seq = ? "
                        "AND by_us = 0",
                        &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, key->writer);
    stmt_bind_text(s, 3, key->epoch);
    stmt_bind_int(s, 4, (int64_t)key->lane);
    stmt_bind_int(s, 5, (int64_t)key->seq);
    rc = stmt_step(s);
    *out = rc == 1;
    return rc < 0 ? rc : 0;
}

static int refused(void *ctx, const char *site, const struct event_key *key, const char *code, const char *text) {
    struct source *source = ctx;
    bool known = false;
    int rc = is_known(source->reader, site, key, &known);
    if (rc < 0 || known) return rc;
    struct refused_job *job = calloc(1, sizeof *job);
    if (!job) return ERR_NOMEM;
    job->journal = source->journal;
    job->key = *key;
    text_clip(job->code, sizeof job->code, code);
    text_clip(job->text, sizeof job->text, text);
    rc = text_copy(job->site, sizeof job->site, site);
    struct store_job submit = { .run = run_refused, .done = done_refused, .arg = job };
    if (rc == 0) rc = store_submit(source->store, &submit);
    if (rc < 0) free(job);
    return rc;
}

/* ---- the seam ---- */

int source_create(const struct source_options *options, struct source **out) {
    struct source *source = calloc(1, sizeof *source);
    if (!source) return ERR_NOMEM;
    source->reader = options->reader;
    source->store = options->store;
    source->journal = options->journal;
    *out = source;
    return 0;
}

void source_destroy(struct source *s) { free(s); }

struct copy_source source_seam(struct source *s) {
    return (struct copy_source){ .ctx = s,
                                 .heads = heads,
                                 .read = read_events,
                                 .marks = marks,
                                 .save_marks = save_marks,
                                 .own_epoch = own_epoch,
                                 .refused = refused };
}
