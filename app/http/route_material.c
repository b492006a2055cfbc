/* SPDX-License-Identifier: MIT */
/* Materials: expected, measured, arrived, looked at, answered. The codes on a label are read from its photo before the record is made; where its bytes are
 * still on their way, the record is made without them. */
#include "app/http/posting.h"
#include "app/http/reply.h"
#include "app/journal/material.h"
#include "app/journal/photo.h"
#include "app/photo/barcode.h"
#include "app/photo/blobs.h"
#include "app/photo/capture.h"
#include "firmware/base/cleanup.h"

#include <stdlib.h>
#include <string.h>

enum { LIST_MAX = 4 * 1024 * 1024, CODES_BYTES_MAX = 64 * 1024 };

static void make(struct app *app, struct exchange *x, struct db *db) {
    struct post p = { .subject_id = NULL };
    material_post_new(&p);
    posting_run(app, x, db, &p);
}

static void step(struct app *app, struct exchange *x, struct db *db, void (*fill)(struct post *p)) {
    struct post p = { .subject_id = exchange_param(x, "id") };
    fill(&p);
    posting_run(app, x, db, &p);
}

static void expect(struct app *app, struct exchange *x, struct db *db) { step(app, x, db, material_post_expect); }
static void arrive(struct app *app, struct exchange *x, struct db *db) { step(app, x, db, material_post_arrive); }
static void measure(struct app *app, struct exchange *x, struct db *db) { step(app, x, db, material_post_measure); }
static void answer(struct app *app, struct exchange *x, struct db *db) { step(app, x, db, material_post_answer); }

/* ---- scanning ---- */

struct scan {
    struct photo photo;
    struct buf codes; /* JSON array, "" : nothing was read */
};

static void forget(void *state) {
    struct scan *scan = state;
    buf_fini(&scan->codes);
    free(scan);
}

/* The photo that the body names; what is wrong with the body is told when the record is made. */
static void find_photo(struct app *app, struct exchange *x, struct db *db) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    bool withdrawn = false;
    (void)app;
    int rc = json_parse(x->body, x->body_len, &root, NULL);
    const char *id = rc == 0 ? json_text(json_member(root, "photo")) : NULL;
    if (!id || !ids_is_uuid7(id)) return;
    struct scan *scan = calloc(1, sizeof *scan);
    rc = scan ? photo_find(db, x->site, id, &scan->photo, &withdrawn) : ERR_NOMEM;
    if (rc == 0 && !withdrawn) {
        buf_init(&scan->codes, CODES_BYTES_MAX);
        x->state = scan;
        x->state_free = forget;
        return;
    }
    free(scan);
    if (rc == 0 || rc == ERR_NOT_FOUND)
        exchange_problem(x, 400, "photo", "there is no photo %s on this site; send it first", id);
    else
        exchange_error(x, rc, NULL);
}

/* A photo without codes, or whose bytes are elsewhere, is a photo of a label all the same. */
static void read_codes(struct app *app, struct exchange *x, struct db *db) {
    CLEANUP(buf_fini) struct buf photo;
    struct scan *scan = x->state;
    struct err_text e = { 0 };
    (void)db;
    buf_init(&photo, BLOB_ORIGINAL_MAX);
    if (!scan || !app->photos) return;
    if (blobs_read_all(app->photos->blobs, BLOB_ORIGINAL, scan->photo.sha256, &photo) < 0) return;
    (void)pthread_mutex_lock(&app->photos->whole_image);
    int rc = barcode_read(photo.data, photo.len, &scan->codes, &e);
    (void)pthread_mutex_unlock(&app->photos->whole_image);
    if (rc == ERR_NOMEM)
        exchange_error(x, rc, &e);
    else if (rc < 0)
        buf_clear(&scan->codes);
}

static void keep_scan(struct app *app, struct exchange *x, struct db *db) {
    const struct scan *scan = x->state;
    struct post p = { .subject_id = exchange_param(x, "id") };
    material_post_scan(&p);
    if (scan && scan->codes.len > 2) p.ctx = scan->codes.data;
    posting_run(app, x, db, &p);
}

/* ---- lists ---- */

static bool known_state(struct exchange *x, const char *state) {
    static const char *const states[] = { "expected", "partly", "late", "arrived", NULL };
    for (size_t i = 0; state && states[i]; i++)
        if (strcmp(state, states[i]) == 0) return true;
    if (state) exchange_problem(x, 400, "state", "state is expected, partly, late or arrived");
    return !state;
}

static void list(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "before", "limit", "state", NULL };
    struct material_query q = { .site = x->site,
                                .state = exchange_query(x, "state"),
                                .now = clock_wall(),
                                .before = exchange_query(x, "before"),
                                .names = reply_names(x) };
    struct err_text e = { 0 };
    struct buf json;
    (void)app;
    if (exchange_query_only(x, known) || !reply_limit(x, &q.limit) || !known_state(x, q.state)) return;
    buf_init(&json, LIST_MAX);
    int rc = material_list(db, &q, &json, &e);
    reply_json(x, 200, &json, rc, &e);
}

static const struct step make_steps[] = { { STEP_WRITE, make }, { STEP_END, NULL } };
static const struct step list_steps[] = { { STEP_READ, list }, { STEP_END, NULL } };
static const struct step expect_steps[] = { { STEP_WRITE, expect }, { STEP_END, NULL } };
static const struct step arrive_steps[] = { { STEP_WRITE, arrive }, { STEP_END, NULL } };
static const struct step measure_steps[] = { { STEP_WRITE, measure }, { STEP_END, NULL } };
static const struct step answer_steps[] = { { STEP_WRITE, answer }, { STEP_END, NULL } };
static const struct step scan_steps[] = {
    { STEP_READ, find_photo }, { STEP_HEAVY, read_codes }, { STEP_WRITE, keep_scan }, { STEP_END, NULL }
};

extern const struct route route_material[];
const struct route route_material[] = {
    { "POST", "/api/v1/materials", PERMIT_RAISE, ROUTE_SITE, make_steps },
    { "GET", "/api/v1/materials", PERMIT_READ, ROUTE_SITE, list_steps },
    { "POST", "/api/v1/materials/{id}/expect", PERMIT_RAISE, ROUTE_SITE, expect_steps },
    { "POST", "/api/v1/materials/{id}/arrive", PERMIT_RAISE, ROUTE_SITE, arrive_steps },
    { "POST", "/api/v1/materials/{id}/scan", PERMIT_RAISE, ROUTE_SITE, scan_steps },
    { "POST", "/api/v1/materials/{id}/measure", PERMIT_RAISE, ROUTE_SITE, measure_steps },
    { "POST", "/api/v1/materials/{id}/answer", PERMIT_DECIDE, ROUTE_SITE | ROUTE_HUB, answer_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
