/* SPDX-License-Identifier: MIT */
/* What stands, and what was cleared in the last seven days: of a site, and at the hub of all of them; head office having seen one. */
#include "app/http/reply.h"
#include "app/journal/alert.h"
#include "app/journal/csv_list.h"

#include <string.h>

enum { LIST_MAX = 4 * 1024 * 1024 };

static bool one_of(struct exchange *x, const char *name, const char *const *words, const char *must) {
    const char *text = exchange_query(x, name);
    for (; text && *words; words++)
        if (strcmp(text, *words) == 0) return true;
    if (text) exchange_problem(x, 400, name, "%s is %s", name, must);
    return !text;
}

/* The filters that both lists have. False: answered as 400. */
static bool filters(struct exchange *x, struct alert_query *q) {
    static const char *const levels[] = { "site", "office", "executive", NULL };
    static const char *const states[] = { "standing", "cleared", NULL };
    if (!reply_limit(x, &q->limit) || !one_of(x, "level", levels, "site, office or executive") ||
        !one_of(x, "state", states, "standing or cleared"))
        return false;
    q->level = exchange_query(x, "level");
    q->state = exchange_query(x, "state");
    q->rule = exchange_query(x, "rule");
    q->before = exchange_query(x, "before");
    q->since.ms = clock_wall().ms - (int64_t)ALERT_KEPT_DAYS * 86400000;
    q->names = reply_names(x);
    if (!q->rule || ids_is_name(q->rule)) return true;
    exchange_problem(x, 400, "rule", "rule is the name of a rule, such as daylog-missing");
    return false;
}

static void answer(struct exchange *x, struct db *db, const struct alert_query *q, bool csv, bool zh) {
    struct err_text e = { 0 };
    struct buf json;
    buf_init(&json, LIST_MAX);
    int rc = alert_print(db, q, &json, &e);
    reply_list(x, &json, rc, &e, "alerts", csv_list_alerts, csv, zh);
}

static void list(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "before", "limit", "level", "rule", "state", NULL };
    struct alert_query q = { .site = x->site };
    (void)app;
    if (exchange_query_only(x, known) || !filters(x, &q)) return;
    answer(x, db, &q, false, true);
}

/* ---- the hub's ---- */

static void list_all(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "before", "limit", "level", "rule", "state", "site", "format", "lang", NULL };
    struct alert_query q = { .site = exchange_query(x, "site") };
    bool csv, zh;
    (void)app;
    if (exchange_query_only(x, known) || !filters(x, &q) || !reply_format(x, &csv, &zh)) return;
    if (q.site && !ids_is_name(q.site)) {
        exchange_problem(x, 400, "site", "site is the id of a site");
        return;
    }
    if (!role_sees_all_sites(x->user.role)) q.member = x->user.id;
    if (csv) q.limit = CSV_LIST_ROWS_MAX;
    answer(x, db, &q, csv, zh);
}

static void see(struct app *app, struct exchange *x, struct db *db) {
    struct err_text e = { 0 };
    struct buf json;
    char actor[64];
    reply_actor(x, actor);
    buf_init(&json, LIST_MAX);
    int rc = alert_see(app->journal, db, exchange_param(x, "id"), actor, x->body, x->body_len, &json, &e);
    reply_posted(x, rc, &json, NULL, &e);
}

static const struct step list_steps[] = { { STEP_READ, list }, { STEP_END, NULL } };
static const struct step all_steps[] = { { STEP_READ, list_all }, { STEP_END, NULL } };
static const struct step see_steps[] = { { STEP_WRITE, see }, { STEP_END, NULL } };

extern const struct route route_alert[];
const struct route route_alert[] = {
    { "GET", "/api/v1/alerts", PERMIT_READ, ROUTE_SITE, list_steps },
    { "GET", "/api/v1/alerts", PERMIT_READ, ROUTE_HUB, all_steps },
    { "POST", "/api/v1/alerts/{id}/seen", PERMIT_DECIDE, ROUTE_HUB, see_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
