/* SPDX-License-Identifier: MIT */
/* Daily logs and the drafts they grow from. */
#include "app/http/live.h"
#include "app/http/reply.h"
#include "app/journal/daylog.h"
#include "app/journal/draft.h"
#include "app/journal/listing.h"
#include "firmware/base/clock.h"

#include <stdio.h>

enum { LOG_MAX = 4 * 1024 * 1024 };

static void submit(struct app *app, struct exchange *x, struct db *db) {
    struct appended appended;
    struct err_text e = { 0 };
    struct buf json;
    char location[160] = "";
    buf_init(&json, LOG_MAX);
    int rc = daylog_submit(app->journal, db, x->site, x->user.id, x->body, x->body_len, &appended, &json, &e);
    if (rc == 0 || rc == ERR_EXISTS) (void)snprintf(location, sizeof location, "%s/%s", x->path, appended.id);
    reply_posted(x, rc, &json, location, &e);
}

static void list(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "before", "limit", "from", "to", "stage", NULL };
    struct daylog_query q = { .site = x->site,
                              .from = exchange_query(x, "from"),
                              .to = exchange_query(x, "to"),
                              .stage = exchange_query(x, "stage"),
                              .before = exchange_query(x, "before"),
                              .names = reply_names(x) };
    struct err_text e = { 0 };
    struct buf json;
    (void)app;
    if (exchange_query_only(x, known) || !reply_limit(x, &q.limit) || !reply_filters(x)) return;
    buf_init(&json, LOG_MAX);
    int rc = daylog_list(db, &q, &json, &e);
    reply_json(x, 200, &json, rc, &e);
}

static void one(struct app *app, struct exchange *x, struct db *db) {
    struct buf json;
    (void)app;
    buf_init(&json, LOG_MAX);
    int rc = daylog_print(db, x->site, exchange_param(x, "id"), reply_names(x), &json);
    reply_json(x, 200, &json, rc, NULL);
}

/* ---- drafts ---- */

static void put_draft(struct app *app, struct exchange *x, struct db *db) {
    struct err_text e = { 0 };
    (void)app;
    int rc = draft_put(db, x->site, exchange_param(x, "kind"), exchange_param(x, "key"), x->body, x->body_len,
                       x->user.id, clock_wall(), &e);
    if (rc)
        exchange_error(x, rc, &e);
    else
        x->reply.status = 204;
}

static void get_draft(struct app *app, struct exchange *x, struct db *db) {
    struct draft draft;
    struct json_out w;
    char at[CLOCK_TEXT_SIZE];
    (void)app;
    int rc = draft_get(db, x->site, exchange_param(x, "kind"), exchange_param(x, "key"), &draft);
    if (rc) {
        exchange_error(x, rc, NULL);
        return;
    }
    clock_format(draft.at, 0, at);
    exchange_json(x, 200, &w);
    json_open(&w, NULL, '{');
    json_put_raw(&w, "draft", draft.data, draft.n);
    json_put_text(&w, "user", reply_names(x) ? draft.user : NULL);
    json_put_text(&w, "at", at);
    json_close(&w, '}');
    draft_fini(&draft);
}

static void list_drafts(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "before", "limit", NULL };
    struct buf json;
    int64_t from;
    int limit; /* what is begun on a site is one page, whatever page is asked for */
    struct err_text e = { 0 };
    (void)app;
    if (exchange_query_only(x, known) || !reply_limit(x, &limit)) return;
    if (listing_before(exchange_query(x, "before"), &from, &e) < 0) {
        exchange_error(x, ERR_INVALID, &e);
        return;
    }
    buf_init(&json, LOG_MAX);
    int rc = draft_list(db, x->site, reply_names(x), &json);
    reply_json(x, 200, &json, rc, NULL);
}

static void delete_draft(struct app *app, struct exchange *x, struct db *db) {
    (void)app;
    int rc = draft_delete(db, x->site, exchange_param(x, "kind"), exchange_param(x, "key"));
    if (rc)
        exchange_error(x, rc, NULL);
    else
        x->reply.status = 204;
}

/* Whoever has the same draft open sees what was kept of it. */
static void tell_draft(struct app *app, struct exchange *x, struct db *db) {
    struct buf json;
    struct json_out w;
    (void)db;
    if (x->reply.status != 204) return;
    buf_init(&json, 1024);
    json_start(&w, &json);
    json_open(&w, NULL, '{');
    json_put_text(&w, "site", x->site);
    json_put_text(&w, "kind", exchange_param(x, "kind"));
    json_put_text(&w, "key", exchange_param(x, "key"));
    json_close(&w, '}');
    if (!json.error) live_publish(app->live, "draft", 0, x->site, json.data);
    buf_fini(&json);
}

static const struct step submit_steps[] = { { STEP_WRITE, submit }, { STEP_END, NULL } };
static const struct step list_steps[] = { { STEP_READ, list }, { STEP_END, NULL } };
static const struct step one_steps[] = { { STEP_READ, one }, { STEP_END, NULL } };
static const struct step put_draft_steps[] = { { STEP_WRITE, put_draft },
                                               { STEP_LOOP, tell_draft },
                                               { STEP_END, NULL } };
static const struct step get_draft_steps[] = { { STEP_READ, get_draft }, { STEP_END, NULL } };
static const struct step list_drafts_steps[] = { { STEP_READ, list_drafts }, { STEP_END, NULL } };
static const struct step delete_draft_steps[] = { { STEP_WRITE, delete_draft },
                                                  { STEP_LOOP, tell_draft },
                                                  { STEP_END, NULL } };

const struct route route_daylog[] = {
    { "POST", "/api/v1/daylogs", PERMIT_DAYLOG, ROUTE_SITE, submit_steps },
    { "GET", "/api/v1/daylogs", PERMIT_READ, ROUTE_SITE, list_steps },
    { "GET", "/api/v1/daylogs/{id}", PERMIT_READ, ROUTE_SITE, one_steps },
    { "GET", "/api/v1/drafts", PERMIT_DRAFT, ROUTE_SITE, list_drafts_steps },
    { "PUT", "/api/v1/drafts/{kind}/{key}", PERMIT_DRAFT, ROUTE_SITE, put_draft_steps },
    { "GET", "/api/v1/drafts/{kind}/{key}", PERMIT_DRAFT, ROUTE_SITE, get_draft_steps },
    { "DELETE", "/api/v1/drafts/{kind}/{key}", PERMIT_DRAFT, ROUTE_SITE | ROUTE_NO_BODY, delete_draft_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
