/* SPDX-License-Identifier: MIT */
/* Photos as they leave the company: with their watermark. */
#include "app/http/reply.h"
#include "app/http/watermark.h"
#include "app/photo/blobs.h"
#include "firmware/base/cleanup.h"

#include <stdio.h>
#include <string.h>

enum { STAMPED_MAX = 2 * BLOB_ORIGINAL_MAX }; /* what was progressive grows */

static void forget(void *state) { watermark_destroy(state); }

static void read_words(struct app *app, struct exchange *x, struct db *db) {
    struct watermark *w = NULL;
    char version[HASH_TEXT_SIZE];
    bool zh = true;
    if (!reply_language(x, &zh)) return;
    int rc = watermark_read(app, db, x->site, exchange_param(x, "id"), zh, reply_names(x), &w);
    if (rc == ERR_GONE) {
        exchange_problem(x, 410, NULL, "this photo was withdrawn");
        return;
    }
    if (rc) {
        exchange_error(x, rc, NULL);
        return;
    }
    x->state = w;
    x->state_free = forget;
    watermark_version(w, version);
    (void)snprintf(x->reply.etag, sizeof x->reply.etag, "\"%s\"", version);
}

static void draw(struct app *app, struct exchange *x, struct db *db) {
    const struct watermark *w = x->state;
    CLEANUP(buf_fini) struct buf photo;
    struct buf stamped;
    struct err_text e = { 0 };
    (void)db;
    buf_init(&photo, BLOB_ORIGINAL_MAX);
    int rc = watermark_load(app, w, &photo);
    if (reply_bytes_away(x, rc)) return;
    if (rc) {
        exchange_error(x, rc, NULL);
        return;
    }
    buf_init(&stamped, STAMPED_MAX);
    rc = watermark_draw(app, w, &photo, &stamped, &e);
    if (rc == ERR_NOT_FOUND || rc == ERR_TOO_BIG || rc == ERR_UNSUPPORTED || rc == ERR_INVALID) {
        exchange_problem(x, rc == ERR_NOT_FOUND ? 503 : 422, NULL, "%s", e.text);
        buf_fini(&stamped);
        return;
    }
    x->reply.type = "image/jpeg";
    (void)snprintf(x->reply.cache_control, sizeof x->reply.cache_control, "private, no-cache");
    (void)snprintf(x->reply.disposition, sizeof x->reply.disposition, "inline; filename=\"sitelog-%s.jpg\"",
                   watermark_id(w));
    reply_json(x, 200, &stamped, rc, &e);
}

static const struct step stamped_steps[] = { { STEP_READ, read_words }, { STEP_HEAVY, draw }, { STEP_END, NULL } };

const struct route route_stamped[] = {
    { "GET", "/api/v1/photos/{id}/stamped", PERMIT_READ, ROUTE_SITE, stamped_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
