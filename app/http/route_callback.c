/* SPDX-License-Identifier: MIT */
/* Calls to the homeowner, which head office makes, and the hand-over, which ends them. */
#include "app/http/looks.h"
#include "app/http/posting.h"
#include "app/http/reply.h"
#include "app/journal/access.h"
#include "app/journal/callback.h"
#include "app/journal/handover.h"

#include <string.h>

enum { LIST_MAX = 8 * 1024 * 1024, ANSWER_MAX = 256 * 1024 };

static void call(struct app *app, struct exchange *x, struct db *db) {
    struct appended appended;
    struct err_text e = { 0 };
    struct buf json;
    char actor[64];
    struct post p = { .site = x->site, .actor = actor };
    reply_actor(x, actor);
    buf_init(&json, ANSWER_MAX);
    int rc = callback_make(app->journal, db, &p, x->body, x->body_len, &appended, &json, &e);
    reply_stepped(x, rc, &json, p.allowed, &e);
}

static void list(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "before", "limit", NULL };
    struct err_text e = { 0 };
    struct buf json;
    int limit;
    (void)app;
    if (exchange_query_only(x, known) || !reply_limit(x, &limit)) return;
    buf_init(&json, LIST_MAX);
    int rc = callback_list(db, x->site, exchange_query(x, "before"), limit, reply_names(x), &json, &e);
    reply_json(x, 200, &json, rc, &e);
}

static void due(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "all", NULL };
    struct buf json;
    const char *all = exchange_query(x, "all");
    if (exchange_query_only(x, known)) return;
    if (all && strcmp(all, "true") != 0) {
        exchange_problem(x, 400, "all", "all is true, or left out");
        return;
    }
    buf_init(&json, LIST_MAX);
    int rc = callback_print_due(db, app->timezone, clock_wall(), all != NULL, &json);
    if (!rc && strstr(json.data, "\"customer\":{\"")) looks_shown(x, ACCESS_CUSTOMER, "callbacks");
    reply_json(x, 200, &json, rc, NULL);
}

/* ---- hand-over ---- */

static void hand_over(struct app *app, struct exchange *x, struct db *db) {
    struct appended appended;
    struct err_text e = { 0 };
    struct buf json;
    struct buf open;
    char actor[64];
    struct post p = { .site = x->site, .actor = actor };
    reply_actor(x, actor);
    buf_init(&json, ANSWER_MAX);
    buf_init(&open, ANSWER_MAX);
    int rc = handover_make(app->journal, db, &p, x->body, x->body_len, &appended, &json, &open, &e);
    reply_stepped(x, rc, &json, p.allowed, &e);
    if (rc == ERR_CONFLICT && open.len) exchange_problem_add(x, "open", open.data);
    buf_fini(&open);
}

static void handover(struct app *app, struct exchange *x, struct db *db) {
    struct buf json;
    (void)app;
    buf_init(&json, ANSWER_MAX);
    int rc = handover_print(db, x->site, "", reply_names(x), &json);
    reply_json(x, 200, &json, rc, NULL);
}

static const struct step call_steps[] = { { STEP_WRITE, call }, { STEP_END, NULL } };
static const struct step list_steps[] = { { STEP_READ, list }, { STEP_END, NULL } };
static const struct step due_steps[] = { { STEP_READ, due }, { STEP_LOOP, looks_note }, { STEP_END, NULL } };
static const struct step hand_over_steps[] = { { STEP_WRITE, hand_over }, { STEP_END, NULL } };
static const struct step handover_steps[] = { { STEP_READ, handover }, { STEP_END, NULL } };

extern const struct route route_callback[];
const struct route route_callback[] = {
    { "POST", "/api/v1/callbacks", PERMIT_DECIDE, ROUTE_SITE | ROUTE_HUB, call_steps },
    { "GET", "/api/v1/callbacks", PERMIT_REQUEST, ROUTE_SITE | ROUTE_HUB, list_steps },
    { "GET", "/api/v1/callbacks/due", PERMIT_DECIDE, ROUTE_HUB, due_steps },
    { "POST", "/api/v1/handover", PERMIT_REQUEST, ROUTE_SITE, hand_over_steps },
    { "GET", "/api/v1/handover", PERMIT_READ, ROUTE_SITE, handover_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
