/* SPDX-License-Identifier: MIT */
/* Claims of lost days and idle days. Head office decides claims by way of route_decision.c. */
#include "app/http/posting.h"
#include "app/http/reply.h"
#include "app/journal/delay.h"

#include <string.h>

enum { LIST_MAX = 1024 * 1024 };

static void claim(struct app *app, struct exchange *x, struct db *db) {
    struct post p = { 0 };
    delay_post_claim(&p);
    posting_run(app, x, db, &p);
}

static void idle(struct app *app, struct exchange *x, struct db *db) {
    struct err_text e = { 0 };
    char date[TZ_DATE_SIZE];
    int rc = delay_idle_date(x->body, x->body_len, date, &e);
    if (rc < 0) {
        exchange_error(x, rc, &e);
        return;
    }
    struct post p = { .subject_id = date };
    delay_post_idle(&p);
    posting_run(app, x, db, &p);
}

static void list(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "before", "limit", "state", NULL };
    static const char *const states[] = { "claimed", "granted", "partly", "refused" };
    const char *state = exchange_query(x, "state");
    struct err_text e = { 0 };
    struct buf json;
    int limit;
    bool fits = !state;
    (void)app;
    if (exchange_query_only(x, known) || !reply_limit(x, &limit)) return;
    for (size_t i = 0; state && i < 4; i++) fits = fits || strcmp(state, states[i]) == 0;
    if (!fits) {
        exchange_problem(x, 400, "state", "state is claimed, granted, partly or refused");
        return;
    }
    buf_init(&json, LIST_MAX);
    struct delay_query q = {
        .site = x->site, .state = state, .before = exchange_query(x, "before"), .limit = limit, .names = reply_names(x)
    };
    int rc = delay_list(db, &q, &json, &e);
    reply_json(x, 200, &json, rc, &e);
}

static void idle_list(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "before", "limit", NULL };
    struct err_text e = { 0 };
    struct buf json;
    int limit;
    (void)app;
    if (exchange_query_only(x, known) || !reply_limit(x, &limit)) return;
    buf_init(&json, LIST_MAX);
    int rc = delay_idle_list(db, x->site, exchange_query(x, "before"), limit, reply_names(x), &json, &e);
    reply_json(x, 200, &json, rc, &e);
}

static const struct step claim_steps[] = { { STEP_WRITE, claim }, { STEP_END, NULL } };
static const struct step idle_steps[] = { { STEP_WRITE, idle }, { STEP_END, NULL } };
static const struct step list_steps[] = { { STEP_READ, list }, { STEP_END, NULL } };
static const struct step idle_list_steps[] = { { STEP_READ, idle_list }, { STEP_END, NULL } };

extern const struct route route_delay[];
const struct route route_delay[] = {
    { "POST", "/api/v1/delays", PERMIT_REQUEST, ROUTE_SITE, claim_steps },
    { "GET", "/api/v1/delays", PERMIT_READ, ROUTE_SITE, list_steps },
    { "POST", "/api/v1/idle-days", PERMIT_REQUEST, ROUTE_SITE, idle_steps },
    { "GET", "/api/v1/idle-days", PERMIT_READ, ROUTE_SITE, idle_list_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
