/* SPDX-License-Identifier: MIT */
/* Head office holds a site, and lets it go on. */
#include "app/http/posting.h"
#include "app/http/reply.h"
#include "app/journal/hold.h"

enum { LIST_MAX = 1024 * 1024 };

static void hold(struct app *app, struct exchange *x, struct db *db) {
    struct post p = { .subject_id = x->site };
    hold_post_hold(&p);
    posting_run(app, x, db, &p);
}

static void resume(struct app *app, struct exchange *x, struct db *db) {
    struct post p = { .subject_id = x->site };
    hold_post_resume(&p);
    posting_run(app, x, db, &p);
}

static void list(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "before", "limit", NULL };
    struct err_text e = { 0 };
    struct buf json;
    int limit;
    (void)app;
    if (exchange_query_only(x, known) || !reply_limit(x, &limit)) return;
    buf_init(&json, LIST_MAX);
    int rc = hold_list(db, x->site, exchange_query(x, "before"), limit, reply_names(x), &json, &e);
    reply_json(x, 200, &json, rc, &e);
}

static const struct step hold_steps[] = { { STEP_WRITE, hold }, { STEP_END, NULL } };
static const struct step resume_steps[] = { { STEP_WRITE, resume }, { STEP_END, NULL } };
static const struct step list_steps[] = { { STEP_READ, list }, { STEP_END, NULL } };

extern const struct route route_hold[];
const struct route route_hold[] = {
    { "POST", "/api/v1/hold", PERMIT_DECIDE, ROUTE_SITE | ROUTE_HUB, hold_steps },
    { "POST", "/api/v1/resume", PERMIT_DECIDE, ROUTE_SITE | ROUTE_HUB, resume_steps },
    { "GET", "/api/v1/holds", PERMIT_READ, ROUTE_SITE, list_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
