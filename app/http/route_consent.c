/* SPDX-License-Identifier: MIT */
/* The customer's consent to the camera: what is recorded, and recording it. What it is needed for is app/journal/consent.h's business. */
#include "app/http/reply.h"
#include "app/http/viewfinder.h"
#include "app/journal/consent.h"

#include <stdlib.h>

enum { ANSWER_MAX = 16 * 1024 };

static void show(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { NULL };
    struct buf json;
    (void)app;
    if (exchange_query_only(x, known)) return;
    buf_init(&json, ANSWER_MAX);
    int rc = consent_print(db, x->site, role_sees_customer(x->user.role), reply_names(x), &json);
    reply_json(x, 200, &json, rc, NULL);
}

static void put(struct app *app, struct exchange *x, struct db *db) {
    struct err_text e = { 0 };
    struct buf json;
    char actor[64];
    bool changed = false;
    buf_init(&json, ANSWER_MAX);
    reply_actor(x, actor);
    int rc = consent_put(app->journal, db, x->site, actor, x->body, x->body_len, &changed, &json, &e);
    reply_json(x, changed ? 201 : 200, &json, rc, &e);
    if (!x->state) x->state = calloc(1, sizeof(enum consent));
    x->state_free = free;
    if (rc == 0 && x->state && consent_read(db, x->site, x->state)) exchange_error(x, ERR_IO, NULL);
}

/* A refusal ends the live picture of whoever watches it here. */
static void dismiss(struct app *app, struct exchange *x, struct db *db) {
    enum consent *now = x->state;
    (void)db;
    if (now && *now == CONSENT_REFUSED) viewfinder_dismiss(app->viewfinder);
}

static const struct step show_steps[] = { { STEP_READ, show }, { STEP_END, NULL } };
static const struct step put_steps[] = { { STEP_WRITE, put }, { STEP_LOOP, dismiss }, { STEP_END, NULL } };

extern const struct route route_consent[];
const struct route route_consent[] = {
    { "GET", "/api/v1/consent", PERMIT_STATUS, ROUTE_SITE, show_steps },
    { "PUT", "/api/v1/consent", PERMIT_CONSENT, ROUTE_SITE, put_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
