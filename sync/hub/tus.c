/* SPDX-License-Identifier: MIT */
/* The tus receiver: choosing the method, taking the body in, ending. What each method checks is in tus_method.c; how bytes get to the disk
 * is the store's business. */
#include "sync/hub/tus.h"

#include "firmware/base/log.h"
#include "firmware/base/text.h"
#include "sync/hub/tus_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define STALE_MS (7 * INT64_C(86400000))

/* ---- answers ---- */

void tus_reply_add(struct tus_reply *reply, const char *name, const char *format, ...) {
    if (reply->header_count == TEXT_ARRAY_LEN(reply->headers)) return;
    struct tus_header *h = &reply->headers[reply->header_count++];
    va_list args;
    h->name = name;
    va_start(args, format);
    vsnprintf(h->value, sizeof h->value, format, args);
    va_end(args);
}

void tus_answer(struct tus_exchange *x, int status, const char *format, ...) {
    va_list args;
    x->reply.status = status;
    if (status >= 400 && status != 409 && status != 423) atomic_fetch_add(&x->tus->refused, 1);
    if (x->head || status == 204) return;
    va_start(args, format);
    vsnprintf(x->reply.text, sizeof x->reply.text, format, args);
    va_end(args);
}

void tus_answer_error(struct tus_exchange *x, int err) {
    if (err == ERR_NOT_FOUND) {
        tus_answer(x, 404, "no such upload: start again\n");
    } else if (err == ERR_BUSY) {
        tus_reply_add(&x->reply, "Retry-After", "%d", TUS_TAKEOVER_MS / 1000);
        tus_answer(x, 423, "another request is writing this upload\n");
    } else if (err == ERR_NO_SPACE) {
        tus_reply_add(&x->reply, "Retry-After", "300");
        tus_answer(x, 507, "no room for it at the moment\n");
    } else {
        log_error("upload %s: %s", x->upload.id, err_name(err));
        tus_answer(x, 500, "it could not be stored: %s\n", err_name(err));
    }
}

void tus_answer_stored(struct tus_exchange *x) {
    const struct tus_options *o = &x->tus->options;
    tus_reply_add(&x->reply, "Upload-Offset", "%lld", (long long)x->upload.length);
    tus_answer(x, x->creating ? 201 : 204, "%s", "");
    if (o->stored != NULL) o->stored(o->ctx, &x->upload);
}

int tus_finish(struct tus_exchange *x) {
    struct tus *t = x->tus;
    if (!tus_hold_begin(t->table, &x->hold)) return ERR_BUSY;
    int err = t->options.store.finish(t->options.store.ctx, &x->upload);
    tus_hold_end(t->table, &x->hold);
    if (err && err != ERR_CORRUPT) return err;
    tus_table_remove(t->table, x->upload.id);
    if (err) {
        atomic_fetch_add(&t->mismatched, 1);
        log_warn("board %s: the bytes of upload %s do not fit their hash; deleted", x->upload.board, x->upload.id);
        return err;
    }
    atomic_fetch_add(&t->finished, 1);
    tus_table_finished(t->table, &x->upload);
    return 0;
}

/* ---- the body ---- */

bool tus_wants_body(const struct tus_exchange *x) { return x->reply.status == 0 && x->file != NULL; }

/* Closes the file; bytes that may not stay are cut off first. */
static int close_file(struct tus_exchange *x, bool discard) {
    const struct tus_store *store = &x->tus->options.store;
    if (x->file == NULL) return 0;
    bool ours = tus_hold_begin(x->tus->table, &x->hold);
    int err = ours && discard ? store->truncate(x->file, x->start) : 0;
    int closed = store->close(x->file, ours);
    if (ours) tus_hold_end(x->tus->table, &x->hold);
    x->file = NULL;
    if (!ours) return ERR_BUSY;
    return err ? err : closed;
}

void tus_piece(struct tus_exchange *x, const void *bytes, size_t n) {
    if (!tus_wants_body(x) || n == 0) return;
    if (!tus_hold_begin(x->tus->table, &x->hold)) {
        tus_answer_error(x, ERR_BUSY);
        return;
    }
    int err = 0;
    bool over = (int64_t)n > x->upload.length - x->at;
    if (!over) err = x->tus->options.store.write(x->file, x->at, bytes, n);
    tus_hold_end(x->tus->table, &x->hold);
    if (over) {
        (void)close_file(x, true);
        tus_answer(x, 413, "more bytes than Upload-Length said\n");
    } else if (err) {
        (void)close_file(x, x->digest != NULL);
        tus_answer_error(x, err);
    } else {
        if (x->digest != NULL) tus_digest_add(x->digest, bytes, n);
        x->at += (int64_t)n;
        atomic_fetch_add(&x->tus->bytes, n);
    }
}

/* The body is complete and the file is open. */
static void end_body(struct tus_exchange *x) {
    bool mismatch = x->digest != NULL && !tus_digest_matches(x->digest);
    int err = close_file(x, mismatch);
    if (err) {
        tus_answer_error(x, err);
    } else if (mismatch) {
        atomic_fetch_add(&x->tus->mismatched, 1);
        tus_answer(x, 460, "the bytes do not fit Upload-Checksum; they were discarded\n");
    } else if (x->at < x->upload.length) {
        tus_reply_add(&x->reply, "Upload-Offset", "%lld", (long long)x->at);
        tus_answer(x, x->creating ? 201 : 204, "%s", "");
    } else if ((err = tus_finish(x)) == 0) {
        tus_answer_stored(x);
    } else if (err == ERR_CORRUPT) {
        tus_answer(x, 460, "the photo does not fit the sha256 of its metadata; it was deleted\n");
    } else {
        tus_answer_error(x, err);
    }
}

static void release(struct tus_exchange *x) {
    (void)close_file(x, false); /* still open when somebody took over */
    tus_hold_release(x->tus->table, &x->hold);
    tus_digest_destroy(x->digest);
    free(x);
}

void tus_end(struct tus_exchange *x, struct tus_reply *reply) {
    if (tus_wants_body(x)) end_body(x);
    tus_reply_add(&x->reply, "Tus-Resumable", "1.0.0");
    *reply = x->reply;
    release(x);
}

void tus_abort(struct tus_exchange *x) {
    (void)close_file(x, x->digest != NULL); /* what could not be kept is sent again */
    release(x);
}

/* ---- beginning ---- */

/* The id in the path; "" for the collection. */
static bool read_path(const char *path, char id[ID_SIZE]) {
    if (strcmp(path, TUS_PATH) == 0 || strcmp(path, "/tus") == 0) {
        id[0] = '\0';
        return true;
    }
    return text_starts(path, TUS_PATH) && ids_is_uuid7(path + strlen(TUS_PATH)) &&
           text_copy(id, ID_SIZE, path + strlen(TUS_PATH)) == 0;
}

static void dispatch(struct tus_exchange *x, const struct tus_request *r, const char *method) {
    char id[ID_SIZE];
    if (!read_path(r->path, id)) {
        tus_answer(x, 404, "uploads are at " TUS_PATH "\n");
    } else if (strcmp(method, "OPTIONS") == 0) {
        tus_method_options(x);
    } else if (strcmp(method, "POST") != 0 && strcmp(method, "HEAD") != 0 && strcmp(method, "PATCH") != 0 &&
               strcmp(method, "DELETE") != 0) {
        tus_reply_add(&x->reply, "Allow", "OPTIONS, POST, HEAD, PATCH, DELETE");
        tus_answer(x, 405, "not a method of tus\n");
    } else if (r->header(r->ctx, "Tus-Resumable") == NULL || strcmp(r->header(r->ctx, "Tus-Resumable"), "1.0.0") != 0) {
        tus_reply_add(&x->reply, "Tus-Version", "1.0.0");
        tus_answer(x, 412, "this server speaks tus 1.0.0: send Tus-Resumable: 1.0.0\n");
    } else if ((strcmp(method, "POST") == 0) != (id[0] == '\0')) {
        tus_reply_add(&x->reply, "Allow", id[0] ? "OPTIONS, HEAD, PATCH, DELETE" : "OPTIONS, POST");
        tus_answer(x, 405, "create with POST at " TUS_PATH ", then use the address it answers\n");
    } else if (method[0] == 'H') {
        tus_method_head(x, r, id);
    } else if (method[0] == 'D') {
        tus_method_delete(x, r, id);
    } else if (strcmp(method, "PATCH") == 0) {
        tus_method_patch(x, r, id);
    } else {
        tus_method_create(x, r);
    }
}

int tus_begin(struct tus *t, const struct tus_request *request, struct tus_exchange **out) {
    struct tus_exchange *x = calloc(1, sizeof *x);
    if (x == NULL) return ERR_NOMEM;
    x->tus = t;
    x->head = strcmp(request->method, "HEAD") == 0;
    const char *method = request->method, *override = request->header(request->ctx, "X-HTTP-Method-Override");
    if (override != NULL && strcmp(method, "POST") == 0) method = override;
    dispatch(x, request, method);
    *out = x;
    return 0;
}

/* ---- the receiver ---- */

struct sweep {
    struct tus *tus;
    bool load;
    int err;
};

static void sweep_one(void *ctx, const struct tus_upload *u, struct wall touched) {
    struct sweep *sweep = ctx;
    struct tus *t = sweep->tus;
    int64_t discard = -1;
    if (clock_wall().ms - touched.ms < STALE_MS) {
        if (sweep->load && !sweep->err) sweep->err = tus_table_add(t->table, u);
        return;
    }
    struct tus_hold hold = { .held = false };
    if (tus_hold_take(t->table, &hold, u->id, &discard) != 0) return;
    int err = t->options.store.remove(t->options.store.ctx, u->id);
    if (err && err != ERR_NOT_FOUND) log_warn("upload %s: stale, but cannot be removed: %s", u->id, err_name(err));
    tus_table_remove(t->table, u->id);
    tus_hold_release(t->table, &hold);
}

static int sweep(struct tus *t, bool load) {
    struct sweep s = { t, load, 0 };
    int err = t->options.store.each(t->options.store.ctx, sweep_one, &s);
    return err ? err : s.err;
}

void tus_sweep(struct tus *t) {
    int err = sweep(t, false);
    if (err) log_warn("uploads: cannot look for stale ones: %s", err_name(err));
}

int tus_create(const struct tus_options *options, struct tus **out, struct err_text *e) {
    struct tus *t = calloc(1, sizeof *t);
    if (t == NULL) return err_set(e, ERR_NOMEM, "out of memory");
    t->options = *options;
    if (t->options.max_unfinished <= 0) t->options.max_unfinished = 256;
    int err = tus_table_create(&t->table);
    if (!err) err = sweep(t, true);
    if (err) {
        tus_destroy(t);
        return err_set(e, err, "uploads: those that were begun cannot be read: %s; check the photo folder",
                       err_name(err));
    }
    *out = t;
    return 0;
}

void tus_destroy(struct tus *t) {
    if (t == NULL) return;
    tus_table_destroy(t->table);
    free(t);
}

struct tus_counts tus_counts(struct tus *t) {
    return (struct tus_counts){ atomic_load(&t->created), atomic_load(&t->finished), atomic_load(&t->mismatched),
                                atomic_load(&t->refused), atomic_load(&t->bytes) };
}
