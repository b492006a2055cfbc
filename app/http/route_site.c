/* SPDX-License-Identifier: MIT */
/* A site: its plan and people, what today needs, and at the hub all sites, their boards, and changing a plan. */
#include "app/http/looks.h"
#include "app/http/reply.h"
#include "app/journal/access.h"
#include "app/journal/board.h"
#include "app/journal/counts.h"
#include "app/journal/csv_list.h"
#include "app/journal/plan.h"
#include "app/journal/site.h"
#include "app/journal/today.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/clock.h"

#include <string.h>

enum { SITE_MAX = 1024 * 1024, LIST_MAX = 4 * 1024 * 1024 };

static struct site_view view_of(const struct exchange *x) {
    return (struct site_view){ .customer = role_sees_customer(x->user.role), .names = reply_names(x) };
}

static void site(struct app *app, struct exchange *x, struct db *db) {
    struct buf json;
    bool known = app->board;
    int rc = known ? 0 : site_known(db, x->site, &known);
    if (!rc && !known) {
        exchange_problem(x, 404, NULL, "there is no site %s; head office makes one by PUT with If-Match: 0", x->site);
        return;
    }
    buf_init(&json, SITE_MAX);
    if (!rc) rc = site_print(db, x->site, app->timezone, view_of(x), &json);
    if (!rc && strstr(json.data, "\"customer\":{")) looks_shown(x, ACCESS_CUSTOMER, NULL);
    reply_json(x, 200, &json, rc, NULL);
}

static void today(struct app *app, struct exchange *x, struct db *db) {
    struct counts counts = { 0 };
    struct buf json;
    buf_init(&json, SITE_MAX);
    int rc = counts_read(db, x->site, &counts);
    struct today_ask ask = { .site = x->site,
                             .board = app->writer_id,
                             .fallback_tz = app->timezone,
                             .now = clock_wall(),
                             .rejected = (int64_t)counts.rejected,
                             .user = x->user.id,
                             .role = role_name(x->user.role) };
    if (!rc) rc = today_print(db, &ask, &json);
    reply_json(x, 200, &json, rc, NULL);
}

static void set_plan(struct app *app, struct exchange *x, struct db *db) {
    const char *match = exchange_header(x, "If-Match");
    struct err_text e = { 0 };
    struct buf json;
    int64_t version;
    char actor[64];
    if (!match) {
        exchange_problem(x, 428, NULL,
                         "say which version you change: If-Match with the version that GET gave, 0 for a new site");
        return;
    }
    if (plan_if_match(match, &version)) {
        exchange_problem(x, 400, "If-Match", "If-Match is a version number, bare or in quotes");
        return;
    }
    reply_actor(x, actor);
    buf_init(&json, SITE_MAX);
    int rc = plan_set(app->journal, db, x->site, version, x->body, x->body_len, actor, &json, &e);
    if (rc == ERR_CONFLICT) {
        exchange_problem(x, 412, NULL, "%s", e.text[0] ? e.text : "the plan has changed since; read it again");
        if (json.len) exchange_problem_add(x, "stored", json.data);
        buf_fini(&json);
        return;
    }
    reply_json(x, version == 0 ? 201 : 200, &json, rc, &e);
}

/* ---- the hub's ---- */

/* columns NULL: no table of it. */
static void listed(struct app *app, struct exchange *x, const char *name, struct buf *all, int rc,
                   const struct csv_column *columns, bool zh) {
    struct buf json;
    size_t n;
    buf_init(&json, LIST_MAX);
    if (!rc) rc = reply_only_seen(app, x, name, all, &n, &json);
    buf_fini(all);
    reply_list(x, &json, rc, NULL, name, columns, columns != NULL, zh);
}

static void sites(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "format", "lang", NULL };
    struct buf all;
    struct pressing_scope scope;
    bool csv, zh;
    if (exchange_query_only(x, known) || !reply_format(x, &csv, &zh)) return;
    pressing_scope_init(&scope, app->tz, app->timezone, clock_wall());
    buf_init(&all, LIST_MAX);
    int rc = site_list(db, &scope, &all);
    listed(app, x, "sites", &all, rc, csv ? csv_list_sites : NULL, zh);
}

static void boards(struct app *app, struct exchange *x, struct db *db) {
    struct buf all;
    buf_init(&all, LIST_MAX);
    int rc = board_list(db, NULL, &all);
    listed(app, x, "boards", &all, rc, NULL, true);
}

static const struct step site_steps[] = { { STEP_READ, site }, { STEP_LOOP, looks_note }, { STEP_END, NULL } };
static const struct step today_steps[] = { { STEP_READ, today }, { STEP_END, NULL } };
static const struct step plan_steps[] = { { STEP_WRITE, set_plan }, { STEP_END, NULL } };
static const struct step sites_steps[] = { { STEP_READ, sites }, { STEP_END, NULL } };
static const struct step boards_steps[] = { { STEP_READ, boards }, { STEP_END, NULL } };

const struct route route_site[] = {
    { "GET", "/api/v1/site", PERMIT_READ, ROUTE_BOARD | ROUTE_SITE, site_steps },
    { "GET", "/api/v1/today", PERMIT_READ, ROUTE_SITE, today_steps },
    { "GET", "/api/v1/sites", PERMIT_READ, ROUTE_HUB, sites_steps },
    { "GET", "/api/v1/sites/{site}", PERMIT_READ, ROUTE_HUB, site_steps },
    { "PUT", "/api/v1/sites/{site}", PERMIT_DECIDE, ROUTE_HUB, plan_steps },
    { "GET", "/api/v1/boards", PERMIT_READ, ROUTE_HUB, boards_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
