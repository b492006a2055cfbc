/* SPDX-License-Identifier: MIT */
/* Hazards: raised, taken through their steps, listed for a site and, at the hub, over all sites. */
#include "app/http/reply.h"
#include "app/journal/hazard.h"
#include "app/photo/outbox.h"
#include "firmware/base/clock.h"
#include "firmware/base/ids.h"

#include <stdio.h>
#include <string.h>

enum { LIST_MAX = 4 * 1024 * 1024 };

static struct hazard_by who(const struct exchange *x, char actor[64]) {
    reply_actor(x, actor);
    return (struct hazard_by){ .site = x->site, .actor = actor, .office = x->user.role == ROLE_OFFICE };
}

static void submit(struct app *app, struct exchange *x, struct db *db) {
    struct appended appended;
    struct err_text e = { 0 };
    struct buf json;
    char actor[64], location[160] = "";
    struct hazard_by by = who(x, actor);
    buf_init(&json, LIST_MAX);
    int rc = hazard_submit(app->journal, db, &by, x->body, x->body_len, &appended, &json, &e);
    if (rc == 0 && app->board) rc = hazard_photos(db, x->site, appended.id, outbox_urgent, &e);
    if (rc == 0 || rc == ERR_EXISTS) (void)snprintf(location, sizeof location, "%s/%s", x->path, appended.id);
    reply_posted(x, rc, &json, location, &e);
}

static void step(struct app *app, struct exchange *x, struct db *db, const char *verb) {
    struct appended appended;
    struct err_text e = { 0 };
    struct buf json;
    char actor[64], allowed[LIFE_ALLOWED_SIZE];
    struct hazard_by by = who(x, actor);
    buf_init(&json, LIST_MAX);
    int rc = hazard_step(app->journal, db, &by, exchange_param(x, "id"), verb, x->body, x->body_len, &appended, &json,
                         allowed, &e);
    if (rc == 0 && app->board) rc = hazard_photos(db, x->site, exchange_param(x, "id"), outbox_urgent, &e);
    reply_stepped(x, rc, &json, allowed, &e);
}

static void assign(struct app *app, struct exchange *x, struct db *db) { step(app, x, db, "assign"); }
static void rectify(struct app *app, struct exchange *x, struct db *db) { step(app, x, db, "rectify"); }
static void reject(struct app *app, struct exchange *x, struct db *db) { step(app, x, db, "reject"); }
static void verify(struct app *app, struct exchange *x, struct db *db) { step(app, x, db, "verify"); }

/* ---- reading ---- */

/* A parameter of two words. *second: it is the second one; false where it is not there. False: answered as 400. */
static bool either(struct exchange *x, const char *name, const char *first, const char *other, bool *second) {
    const char *text = exchange_query(x, name);
    *second = text && strcmp(text, other) == 0;
    if (!text || *second || strcmp(text, first) == 0) return true;
    exchange_problem(x, 400, name, "%s is %s or %s", name, first, other);
    return false;
}

/* A parameter of a certain form, or none. False: answered as 400. */
static bool fits(struct exchange *x, const char *name, bool (*is)(const char *text)) {
    const char *text = exchange_query(x, name);
    if (!text || is(text)) return true;
    exchange_problem(x, 400, name, "%s has to be an id", name);
    return false;
}

static void print(struct exchange *x, struct db *db, const struct hazard_query *q, bool csv, bool zh) {
    struct err_text e = { 0 };
    char next[CSV_LIST_NEXT_SIZE] = "";
    struct buf body;
    buf_init(&body, LIST_MAX);
    int rc = csv ? hazard_csv(db, q, zh, &body, next, &e) : hazard_list(db, q, &body, &e);
    reply_table(x, &body, rc, &e, csv ? "hazards" : NULL);
    if (rc == 0 && next[0]) exchange_link_next(x, next);
}

/* What is asked for, but for the site. False: answered. */
static bool read_query(struct exchange *x, const char *const *known, struct hazard_query *q, bool *csv, bool *zh) {
    *q = (struct hazard_query){ .state = exchange_query(x, "state"),
                                .severity = exchange_query(x, "severity"),
                                .stage = exchange_query(x, "stage"),
                                .room = exchange_query(x, "room"),
                                .assignee = exchange_query(x, "assignee"),
                                .now = clock_wall(),
                                .before = exchange_query(x, "before"),
                                .names = reply_names(x) };
    if (exchange_query_only(x, known) || !reply_limit(x, &q->limit) || !reply_filters(x)) return false;
    return fits(x, "assignee", ids_is_key) && either(x, "overdue", "false", "true", &q->overdue) &&
           reply_format(x, csv, zh);
}

#define FILTERS "before", "limit", "state", "severity", "stage", "room", "assignee", "overdue", "format", "lang"

static void list(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { FILTERS, NULL };
    struct hazard_query q;
    bool csv, zh;
    (void)app;
    if (!read_query(x, known, &q, &csv, &zh)) return;
    q.site = x->site;
    print(x, db, &q, csv, zh);
}

/* Over all sites that whoever asks may see. */
static void list_all(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { FILTERS, "site", NULL };
    struct hazard_query q;
    bool csv, zh;
    (void)app;
    if (!read_query(x, known, &q, &csv, &zh) || !fits(x, "site", ids_is_name)) return;
    q.site = exchange_query(x, "site");
    if (x->user.role != ROLE_OFFICE && x->user.role != ROLE_VIEWER) q.member = x->user.id;
    print(x, db, &q, csv, zh);
}

static void one(struct app *app, struct exchange *x, struct db *db) {
    struct buf json;
    (void)app;
    buf_init(&json, LIST_MAX);
    int rc = hazard_print(db, x->site, exchange_param(x, "id"), clock_wall(), reply_names(x), &json);
    reply_json(x, 200, &json, rc, NULL);
}

static const struct step submit_steps[] = { { STEP_WRITE, submit }, { STEP_END, NULL } };
static const struct step assign_steps[] = { { STEP_WRITE, assign }, { STEP_END, NULL } };
static const struct step rectify_steps[] = { { STEP_WRITE, rectify }, { STEP_END, NULL } };
static const struct step reject_steps[] = { { STEP_WRITE, reject }, { STEP_END, NULL } };
static const struct step verify_steps[] = { { STEP_WRITE, verify }, { STEP_END, NULL } };
static const struct step list_steps[] = { { STEP_READ, list }, { STEP_END, NULL } };
static const struct step all_steps[] = { { STEP_READ, list_all }, { STEP_END, NULL } };
static const struct step one_steps[] = { { STEP_READ, one }, { STEP_END, NULL } };

extern const struct route route_hazard[];
const struct route route_hazard[] = {
    { "POST", "/api/v1/hazards", PERMIT_RAISE, ROUTE_SITE, submit_steps },
    { "GET", "/api/v1/hazards", PERMIT_READ, ROUTE_SITE, list_steps },
    { "GET", "/api/v1/hazards/{id}", PERMIT_READ, ROUTE_SITE, one_steps },
    { "POST", "/api/v1/hazards/{id}/assign", PERMIT_ASSIGN, ROUTE_SITE, assign_steps },
    { "POST", "/api/v1/hazards/{id}/rectify", PERMIT_RECTIFY, ROUTE_SITE, rectify_steps },
    { "POST", "/api/v1/hazards/{id}/reject", PERMIT_JUDGE, ROUTE_SITE, reject_steps },
    { "POST", "/api/v1/hazards/{id}/verify", PERMIT_JUDGE, ROUTE_SITE, verify_steps },
    { "GET", "/api/v1/hazards", PERMIT_READ, ROUTE_HUB, all_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
