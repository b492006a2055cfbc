/* SPDX-License-Identifier: MIT */
/* Photos going out: lists, original bytes, thumbnails, what a watermark's code stands for, and which hashes are stored. */
#include "app/http/reply.h"
#include "app/journal/photo.h"
#include "app/photo/capture.h"
#include "app/photo/outbox.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_MAX = 4 * 1024 * 1024, HAVE_MAX = 2000 };

static void list(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "before", "limit", "stage", "room", "from", "to", "origin", NULL };
    struct photo_query q = { .site = x->site,
                             .stage = exchange_query(x, "stage"),
                             .room = exchange_query(x, "room"),
                             .from = exchange_query(x, "from"),
                             .to = exchange_query(x, "to"),
                             .origin = exchange_query(x, "origin"),
                             .before = exchange_query(x, "before"),
                             .names = reply_names(x) };
    struct err_text e = { 0 };
    struct buf json;
    (void)app;
    if (exchange_query_only(x, known) || !reply_limit(x, &q.limit) || !reply_filters(x)) return;
    if (q.origin && !photo_is_origin(q.origin)) {
        exchange_problem(x, 400, "origin", "origin is camera, phone, timelapse, import or recovered");
        return;
    }
    buf_init(&json, LIST_MAX);
    int rc = photo_list(db, &q, &json, &e);
    reply_json(x, 200, &json, rc, &e);
}

/* ---- bytes ---- */

struct bytes {
    struct reply_stream stream; /* first */
    struct blobs *blobs;
    enum blob_variant variant;
    char sha256[HASH_TEXT_SIZE];
};

static int read_bytes(struct reply_stream *s, int64_t offset, void *out, size_t n) {
    struct bytes *b = (struct bytes *)s;
    return blobs_read(b->blobs, b->variant, b->sha256, offset, out, n);
}

static void close_bytes(struct reply_stream *s) { free(s); }

static void answer_bytes(struct app *app, struct exchange *x, const char *sha256, enum blob_variant variant) {
    struct blobs *blobs = app->photos->blobs;
    int64_t size = 0;
    int rc = sha256[0] ? blobs_size(blobs, variant, sha256, &size) : ERR_NOT_FOUND;
    if (reply_bytes_away(x, rc)) return;
    struct bytes *b = rc ? NULL : calloc(1, sizeof *b);
    if (!b) {
        exchange_error(x, rc ? rc : ERR_NOMEM, NULL);
        return;
    }
    b->stream = (struct reply_stream){ .size = size, .read = read_bytes, .close = close_bytes };
    b->blobs = blobs;
    b->variant = variant;
    memcpy(b->sha256, sha256, HASH_TEXT_SIZE);
    x->reply.stream = &b->stream;
    x->reply.status = 200;
    x->reply.type = "image/jpeg";
    (void)snprintf(x->reply.etag, sizeof x->reply.etag, "\"%s\"", sha256);
    (void)snprintf(x->reply.cache_control, sizeof x->reply.cache_control, "private, max-age=31536000, immutable");
}

static bool find(struct exchange *x, struct db *db, struct photo *photo) {
    bool withdrawn = false;
    int rc = photo_find(db, x->site, exchange_param(x, "id"), photo, &withdrawn);
    if (rc)
        exchange_error(x, rc, NULL);
    else if (withdrawn)
        exchange_problem(x, 410, NULL, "this photo was withdrawn");
    return rc == 0 && !withdrawn;
}

static void original(struct app *app, struct exchange *x, struct db *db) {
    struct photo photo;
    if (find(x, db, &photo)) answer_bytes(app, x, photo.sha256, BLOB_ORIGINAL);
}

static void thumb(struct app *app, struct exchange *x, struct db *db) {
    struct photo photo;
    if (find(x, db, &photo)) answer_bytes(app, x, photo.thumb_sha256, BLOB_THUMB);
}

/* What is known of one photo, without its bytes. */
static void info(struct app *app, struct exchange *x, struct db *db) {
    struct buf json;
    (void)app;
    buf_init(&json, LIST_MAX);
    int rc = photo_print(db, x->site, exchange_param(x, "id"), reply_names(x), &json);
    reply_json(x, 200, &json, rc, NULL);
}

/* Photos of sites that are not the caller's are not found. */
static void by_code(struct app *app, struct exchange *x, struct db *db) {
    struct err_text e = { 0 };
    struct buf all, json;
    size_t n = 0;
    buf_init(&all, LIST_MAX);
    buf_init(&json, LIST_MAX);
    int rc = photo_print_by_code(db, exchange_param(x, "code"), reply_names(x), &all, &e);
    if (!rc) rc = reply_only_seen(app, x, "photos", &all, &n, &json);
    if (!rc && n == 0) rc = ERR_NOT_FOUND;
    buf_fini(&all);
    reply_json(x, 200, &json, rc, &e);
}

/* ---- which bytes have arrived ---- */

/* {"sha256":[…]} of the body: checked hashes. Owns: *body is the caller's. */
static int asked_hashes(struct exchange *x, struct json **body, const struct json **asked, struct err_text *e) {
    static const char *const known[] = { "sha256", NULL };
    int rc = json_parse(x->body, x->body_len, body, e);
    if (!rc) rc = json_only(*body, "", known, e);
    if (!rc) rc = json_get_array(*body, "", "sha256", JSON_REQUIRED, HAVE_MAX, asked, e);
    for (size_t i = 0; !rc && i < json_count(*asked); i++) {
        const char *hash = json_text(json_at(*asked, i));
        char field[32];
        (void)snprintf(field, sizeof field, "sha256.%zu", i);
        if (!hash || !text_is_hex(hash, 64))
            rc = err_field(e, ERR_INVALID, field, "%s has to be 64 lower-case hex digits", field);
    }
    return rc;
}

typedef int (*arrived_fn)(struct app *app, struct db *db, const char *sha256, bool *out);

/* Answers {name:[…]} with those of the asked hashes that have arrived. */
static void answer_arrived(struct app *app, struct exchange *x, struct db *db, const char *name, arrived_fn arrived) {
    CLEANUP(json_destroy_ptr) struct json *body = NULL;
    const struct json *asked = NULL;
    struct err_text e = { 0 };
    struct json_out w;
    int rc = asked_hashes(x, &body, &asked, &e);
    if (rc) {
        exchange_error(x, rc, &e);
        return;
    }
    exchange_json(x, 200, &w);
    json_open(&w, NULL, '{');
    json_open(&w, name, '[');
    for (size_t i = 0; !rc && i < json_count(asked); i++) {
        const char *hash = json_text(json_at(asked, i));
        bool there = false;
        rc = arrived(app, db, hash, &there);
        if (there) json_put_text(&w, NULL, hash);
    }
    json_close(&w, ']');
    json_close(&w, '}');
    if (rc) exchange_error(x, rc, &(struct err_text){ .text = "the list of uploads cannot be read" });
}

static int is_stored(struct app *app, struct db *db, const char *sha256, bool *out) {
    struct blobs *blobs = app->photos->blobs;
    (void)db;
    *out = blobs_has(blobs, BLOB_ORIGINAL, sha256) || blobs_has(blobs, BLOB_THUMB, sha256);
    return 0;
}

static int is_confirmed(struct app *app, struct db *db, const char *sha256, bool *out) {
    (void)app;
    return outbox_is_confirmed(db, sha256, out);
}

/* At the hub: {"have":[…]}, which of these are stored and were checked. */
static void have(struct app *app, struct exchange *x, struct db *db) { answer_arrived(app, x, db, "have", is_stored); }

/* At a board: {"confirmed":[…]}, which of these head office has. */
static void confirmed(struct app *app, struct exchange *x, struct db *db) {
    answer_arrived(app, x, db, "confirmed", is_confirmed);
}

static const struct step list_steps[] = { { STEP_READ, list }, { STEP_END, NULL } };
static const struct step original_steps[] = { { STEP_READ, original }, { STEP_END, NULL } };
static const struct step thumb_steps[] = { { STEP_READ, thumb }, { STEP_END, NULL } };
static const struct step info_steps[] = { { STEP_READ, info }, { STEP_END, NULL } };
static const struct step code_steps[] = { { STEP_READ, by_code }, { STEP_END, NULL } };
static const struct step have_steps[] = { { STEP_POOL, have }, { STEP_END, NULL } };
static const struct step confirmed_steps[] = { { STEP_READ, confirmed }, { STEP_END, NULL } };

const struct route route_photo_get[] = {
    { "GET", "/api/v1/photos", PERMIT_READ, ROUTE_SITE, list_steps },
    { "GET", "/api/v1/photos/{id}", PERMIT_READ, ROUTE_SITE, original_steps },
    { "GET", "/api/v1/photos/{id}/thumb", PERMIT_READ, ROUTE_SITE, thumb_steps },
    { "GET", "/api/v1/photos/{id}/info", PERMIT_READ, ROUTE_SITE, info_steps },
    { "GET", "/api/v1/verify/{code}", PERMIT_READ, ROUTE_HUB, code_steps },
    { "POST", "/api/v1/blobs/have", PERMIT_ANY, ROUTE_HUB | ROUTE_OPEN | ROUTE_NO_CSRF, have_steps },
    { "POST", "/api/v1/blobs/confirmed", PERMIT_READ, ROUTE_BOARD, confirmed_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
