/* SPDX-License-Identifier: MIT */
/* Head office asks a site for a photo. */
#include "app/http/reply.h"
#include "app/journal/photo_request.h"

#include <string.h>

enum { LIST_MAX = 1024 * 1024 };

static void make(struct app *app, struct exchange *x, struct db *db) {
    struct appended appended;
    struct err_text e = { 0 };
    struct buf json;
    char actor[64];
    buf_init(&json, LIST_MAX);
    reply_actor(x, actor);
    int rc = photo_request_make(app->journal, db, x->site, actor, x->body, x->body_len, &appended, &json, &e);
    reply_posted(x, rc, &json, NULL, &e);
}

static void list(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "before", "limit", "state", NULL };
    struct err_text e = { 0 };
    struct buf json;
    int limit;
    (void)app;
    const char *state = exchange_query(x, "state");
    if (exchange_query_only(x, known) || !reply_limit(x, &limit)) return;
    if (state && strcmp(state, "open") != 0 && strcmp(state, "answered") != 0 && strcmp(state, "failed") != 0) {
        exchange_problem(x, 400, "state", "state is open, answered or failed");
        return;
    }
    buf_init(&json, LIST_MAX);
    int rc = photo_request_list(db, x->site, state, exchange_query(x, "before"), limit, reply_names(x), &json, &e);
    reply_json(x, 200, &json, rc, &e);
}

static const struct step make_steps[] = { { STEP_WRITE, make }, { STEP_END, NULL } };
static const struct step list_steps[] = { { STEP_READ, list }, { STEP_END, NULL } };

const struct route route_request[] = {
    { "POST", "/api/v1/photo-requests", PERMIT_DECIDE, ROUTE_SITE | ROUTE_HUB, make_steps },
    { "GET", "/api/v1/photo-requests", PERMIT_READ, ROUTE_SITE, list_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
