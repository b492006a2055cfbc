/* SPDX-License-Identifier: MIT */
/* Quality reports: submitted, listed for a site and, at the hub, over all sites. */
#include "app/http/reply.h"
#include "app/journal/csv_list.h"
#include "app/journal/inspection.h"

#include <stdio.h>
#include <string.h>

enum { LIST_MAX = 4 * 1024 * 1024 };

static void submit(struct app *app, struct exchange *x, struct db *db) {
    struct appended appended;
    struct err_text e = { 0 };
    struct buf json;
    char actor[64], location[160] = "";
    reply_actor(x, actor);
    struct hazard_by by = { .site = x->site, .actor = actor, .office = x->user.role == ROLE_OFFICE };
    buf_init(&json, LIST_MAX);
    int rc = inspection_submit(app->journal, db, &by, x->body, x->body_len, &appended, &json, &e);
    if (rc == 0 || rc == ERR_EXISTS) (void)snprintf(location, sizeof location, "%s/%s", x->path, appended.id);
    reply_posted(x, rc, &json, location, &e);
}

/* ---- reading ---- */

static bool is_verdict(struct exchange *x, const char *text) {
    if (!text || strcmp(text, "pass") == 0 || strcmp(text, "rectify") == 0 || strcmp(text, "fail") == 0) return true;
    exchange_problem(x, 400, "verdict", "verdict is pass, rectify or fail");
    return false;
}

static void print(struct exchange *x, struct db *db, const char *const *known, struct inspection_query q, bool tables) {
    struct err_text e = { 0 };
    struct buf json;
    bool csv = false, zh = true;
    q.stage = exchange_query(x, "stage");
    q.verdict = exchange_query(x, "verdict");
    q.from = exchange_query(x, "from");
    q.to = exchange_query(x, "to");
    q.before = exchange_query(x, "before");
    q.names = reply_names(x);
    if (exchange_query_only(x, known) || !reply_limit(x, &q.limit) || !reply_filters(x) || !is_verdict(x, q.verdict) ||
        (tables && !reply_format(x, &csv, &zh)))
        return;
    if (csv) q.limit = CSV_LIST_ROWS_MAX;
    buf_init(&json, LIST_MAX);
    int rc = inspection_list(db, &q, &json, &e);
    reply_list(x, &json, rc, &e, "inspections", csv_list_inspections, csv, zh);
}

static void list(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "before", "limit", "stage", "verdict", "from", "to", NULL };
    (void)app;
    print(x, db, known, (struct inspection_query){ .site = x->site }, false);
}

/* Over all sites that whoever asks may see. */
static void list_all(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "before", "limit", "stage",  "verdict", "from",
                                         "to",     "site",  "format", "lang",    NULL };
    struct inspection_query q = { .site = exchange_query(x, "site") };
    (void)app;
    if (x->user.role != ROLE_OFFICE && x->user.role != ROLE_VIEWER) q.member = x->user.id;
    print(x, db, known, q, true);
}

static void one(struct app *app, struct exchange *x, struct db *db) {
    struct buf json;
    (void)app;
    buf_init(&json, LIST_MAX);
    int rc = inspection_print(db, x->site, exchange_param(x, "id"), reply_names(x), &json);
    reply_json(x, 200, &json, rc, NULL);
}

static const struct step submit_steps[] = { { STEP_WRITE, submit }, { STEP_END, NULL } };
static const struct step list_steps[] = { { STEP_READ, list }, { STEP_END, NULL } };
static const struct step all_steps[] = { { STEP_READ, list_all }, { STEP_END, NULL } };
static const struct step one_steps[] = { { STEP_READ, one }, { STEP_END, NULL } };

extern const struct route route_inspection[];
const struct route route_inspection[] = {
    { "POST", "/api/v1/inspections", PERMIT_JUDGE, ROUTE_SITE, submit_steps },
    { "GET", "/api/v1/inspections", PERMIT_READ, ROUTE_SITE, list_steps },
    { "GET", "/api/v1/inspections/{id}", PERMIT_READ, ROUTE_SITE, one_steps },
    { "GET", "/api/v1/inspections", PERMIT_READ, ROUTE_HUB, all_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
