/* SPDX-License-Identifier: MIT */
/* What each tus method asks and answers before a body comes. */
#include "firmware/base/text.h"
#include "sync/hub/tus_header.h"
#include "sync/hub/tus_private.h"

#include <string.h>
#include <strings.h>

static const char *header(const struct tus_request *r, const char *name) { return r->header(r->ctx, name); }

/* "type/subtype", whatever parameters follow. */
static bool is_offset_stream(const char *type) {
    static const char want[] = "application/offset+octet-stream";
    size_t n = sizeof want - 1;
    return type != NULL && strncasecmp(type, want, n) == 0 && (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

void tus_method_options(struct tus_exchange *x) {
    tus_reply_add(&x->reply, "Tus-Version", "1.0.0");
    tus_reply_add(&x->reply, "Tus-Max-Size", "%d", TUS_ORIGINAL_MAX);
    tus_reply_add(&x->reply, "Tus-Extension", "creation,creation-with-upload,termination,checksum");
    tus_reply_add(&x->reply, "Tus-Checksum-Algorithm", TUS_DIGEST_ALGORITHMS);
    tus_answer(x, 204, "%s", "");
}

/* ---- getting ready for a body ---- */

/* Upload-Checksum, where it is given. False: answered. */
static bool take_checksum(struct tus_exchange *x, const struct tus_request *r) {
    const char *text = header(r, "Upload-Checksum");
    if (text == NULL) return true;
    int err = tus_digest_create(text, &x->digest);
    if (err == ERR_NOMEM)
        tus_answer_error(x, err);
    else if (err)
        tus_answer(x, 400, "Upload-Checksum must be one of " TUS_DIGEST_ALGORITHMS ", a space, and base64\n");
    return err == 0;
}

/* Takes the hold and, where a dead connection's unchecked bytes are cut off, does so. False: answered. */
static bool take_hold(struct tus_exchange *x, const char *id) {
    const struct tus_store *store = &x->tus->options.store;
    int64_t discard = -1;
    int err = tus_hold_take(x->tus->table, &x->hold, id, &discard);
    if (!err && discard >= 0) {
        struct tus_file *file = NULL;
        err = store->open(store->ctx, id, &file);
        if (!err) {
            err = store->truncate(file, discard);
            int closed = store->close(file, true);
            if (!err) err = closed;
        }
    }
    if (err) tus_answer_error(x, err);
    return err == 0;
}

/* x->upload is held and has x->at bytes. */
static void open_body(struct tus_exchange *x) {
    const struct tus_store *store = &x->tus->options.store;
    x->start = x->at;
    if (x->digest != NULL) tus_hold_distrust(x->tus->table, &x->hold, x->start);
    int err = store->open(store->ctx, x->upload.id, &x->file);
    if (err) tus_answer_error(x, err);
}

/* ---- POST ---- */

/* What the request says it wants to upload. False: answered. */
static bool read_creation(struct tus_exchange *x, const struct tus_request *r) {
    const struct tus_options *o = &x->tus->options;
    struct err_text e = { 0 };
    struct tus_upload *u = &x->upload;
    if (header(r, "Upload-Concat") != NULL || header(r, "Upload-Defer-Length") != NULL) {
        tus_answer(x, 400, "Upload-Length is needed; concatenation and a deferred length are not supported\n");
        return false;
    }
    if (tus_header_number(header(r, "Upload-Length"), &u->length) != 0 || u->length == 0) {
        tus_answer(x, 400, "Upload-Length must be the photo's size in bytes, more than 0\n");
        return false;
    }
    if (tus_header_metadata(header(r, "Upload-Metadata"), u, &e) != 0) {
        tus_answer(x, 400, "%.180s\n", e.text);
        return false;
    }
    if ((r->certificate != NULL && strcmp(r->certificate, u->board) != 0) ||
        (o->allowed != NULL && !o->allowed(o->ctx, u->board))) {
        tus_answer(x, 403, "board %s may not upload here\n", u->board);
        return false;
    }
    if (u->length > (u->thumb ? TUS_THUMB_MAX : TUS_ORIGINAL_MAX)) {
        tus_reply_add(&x->reply, "Tus-Max-Size", "%d", u->thumb ? TUS_THUMB_MAX : TUS_ORIGINAL_MAX);
        tus_answer(x, 413, "the largest %s is %d bytes\n", u->thumb ? "thumbnail" : "original",
                   u->thumb ? TUS_THUMB_MAX : TUS_ORIGINAL_MAX);
        return false;
    }
    return true;
}

static void locate(struct tus_exchange *x) { tus_reply_add(&x->reply, "Location", TUS_PATH "%s", x->upload.id); }

/* The same bytes were begun before: answers where they are and how far. False: they are not, or no longer. */
static bool resume(struct tus_exchange *x) {
    const struct tus_store *store = &x->tus->options.store;
    char id[ID_SIZE];
    int64_t offset = 0;
    if (!tus_table_find(x->tus->table, &x->upload, id)) return false;
    if (store->load(store->ctx, id, &x->upload, &offset) != 0) {
        tus_table_remove(x->tus->table, id);
        return false;
    }
    locate(x);
    tus_reply_add(&x->reply, "Upload-Offset", "%lld", (long long)tus_hold_trusted(x->tus->table, id, offset));
    tus_answer(x, 201, "%s", "");
    return true;
}

/* False: answered. */
static bool make(struct tus_exchange *x) {
    struct tus *t = x->tus;
    const struct tus_store *store = &t->options.store;
    if (tus_table_count(t->table, x->upload.board) >= t->options.max_unfinished) {
        tus_reply_add(&x->reply, "Retry-After", "60");
        tus_answer(x, 429, "too many unfinished uploads of board %s: finish them, or delete them\n", x->upload.board);
        return false;
    }
    int err = store->room(store->ctx, x->upload.length);
    if (!err) err = store->create(store->ctx, &x->upload);
    if (!err) {
        err = tus_table_add(t->table, &x->upload);
        if (err) (void)store->remove(store->ctx, x->upload.id);
    }
    if (err)
        tus_answer_error(x, err);
    else
        atomic_fetch_add(&t->created, 1);
    return err == 0;
}

void tus_method_create(struct tus_exchange *x, const struct tus_request *r) {
    const struct tus_store *store = &x->tus->options.store;
    bool body = is_offset_stream(header(r, "Content-Type")) && r->content_length != 0;
    x->creating = true;
    if (!body && r->content_length > 0) {
        tus_answer(x, 415, "the body of a creation must be application/offset+octet-stream\n");
        return;
    }
    if (!read_creation(x, r)) return;
    if (body && r->content_length > x->upload.length) {
        tus_answer(x, 413, "more bytes than Upload-Length says\n");
        return;
    }
    if (body && !take_checksum(x, r)) return;
    if (!store->has(store->ctx, x->upload.thumb, x->upload.sha256) && resume(x)) return;
    ids_make(clock_wall(), x->upload.id);
    x->upload.created = clock_wall();
    if (store->has(store->ctx, x->upload.thumb, x->upload.sha256)) { /* nothing to send: it is here already */
        tus_table_finished(x->tus->table, &x->upload);
        locate(x);
        tus_answer_stored(x);
        return;
    }
    if (!make(x)) return;
    locate(x);
    if (!body) {
        tus_answer(x, 201, "%s", "");
    } else if (take_hold(x, x->upload.id)) {
        open_body(x);
    }
}

/* ---- HEAD, PATCH, DELETE ---- */

/* Fills x->upload and x->at; another board's upload is as good as none. *finished: taken in before. False: answered. */
static bool find(struct tus_exchange *x, const struct tus_request *r, const char *id, bool *finished) {
    const struct tus_store *store = &x->tus->options.store;
    *finished = tus_table_was_finished(x->tus->table, id, &x->upload);
    if (*finished && !store->has(store->ctx, x->upload.thumb, x->upload.sha256))
        *finished = false; /* and dropped since */
    int err = 0;
    if (*finished)
        x->at = x->upload.length;
    else
        err = store->load(store->ctx, id, &x->upload, &x->at);
    if (!err && r->certificate != NULL && strcmp(r->certificate, x->upload.board) != 0) err = ERR_NOT_FOUND;
    if (err) tus_answer_error(x, err);
    return err == 0;
}

void tus_method_head(struct tus_exchange *x, const struct tus_request *r, const char *id) {
    bool finished = false;
    int64_t discard = -1;
    tus_reply_add(&x->reply, "Cache-Control", "no-store");
    if (!find(x, r, id, &finished)) return;
    x->at = tus_hold_trusted(x->tus->table, id, x->at);
    /* complete, but the program ended before it was taken in */
    if (!finished && x->at == x->upload.length && tus_hold_take(x->tus->table, &x->hold, id, &discard) == 0) {
        int err = tus_finish(x);
        if (err) {
            tus_answer_error(x, err == ERR_CORRUPT ? ERR_NOT_FOUND : err);
            return;
        }
        finished = true;
    }
    tus_reply_add(&x->reply, "Upload-Length", "%lld", (long long)x->upload.length);
    tus_reply_add(&x->reply, "Upload-Metadata", "%s", x->upload.metadata);
    if (finished) {
        tus_answer_stored(x);
        x->reply.status = 200;
        return;
    }
    tus_reply_add(&x->reply, "Upload-Offset", "%lld", (long long)x->at);
    tus_answer(x, 200, "%s", "");
}

void tus_method_patch(struct tus_exchange *x, const struct tus_request *r, const char *id) {
    int64_t offset = 0;
    bool finished = false;
    if (!is_offset_stream(header(r, "Content-Type"))) {
        tus_answer(x, 415, "Content-Type must be application/offset+octet-stream\n");
        return;
    }
    if (tus_header_number(header(r, "Upload-Offset"), &offset) != 0) {
        tus_answer(x, 400, "Upload-Offset must be a number of bytes\n");
        return;
    }
    if (!take_checksum(x, r) || !take_hold(x, id) || !find(x, r, id, &finished)) return;
    if (offset != x->at) {
        tus_reply_add(&x->reply, "Upload-Offset", "%lld", (long long)x->at);
        tus_answer(x, 409, "this upload is at byte %lld\n", (long long)x->at);
    } else if (r->content_length > x->upload.length - x->at) {
        tus_answer(x, 413, "more bytes than Upload-Length said\n");
    } else if (finished) {
        tus_answer_stored(x);
    } else {
        open_body(x);
    }
}

void tus_method_delete(struct tus_exchange *x, const struct tus_request *r, const char *id) {
    const struct tus_store *store = &x->tus->options.store;
    bool finished = false;
    if (!take_hold(x, id) || !find(x, r, id, &finished)) return;
    if (finished) { /* what is stored stays */
        (void)tus_table_forget(x->tus->table, id);
        tus_answer(x, 204, "%s", "");
        return;
    }
    int err = store->remove(store->ctx, id);
    if (err) {
        tus_answer_error(x, err);
        return;
    }
    tus_table_remove(x->tus->table, id);
    tus_answer(x, 204, "%s", "");
}
