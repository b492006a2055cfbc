/* SPDX-License-Identifier: MIT */
/* What stands, and what was cleared in the last seven days. */
#include "app/http/reply.h"
#include "app/journal/alert.h"

enum { LIST_MAX = 1024 * 1024 };

static void list(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "before", "limit", NULL };
    struct err_text e = { 0 };
    struct buf json;
    int limit;
    (void)app;
    if (exchange_query_only(x, known) || !reply_limit(x, &limit)) return;
    struct wall since = { clock_wall().ms - (int64_t)ALERT_KEPT_DAYS * 86400000 };
    buf_init(&json, LIST_MAX);
    int rc = alert_print(db, x->site, since, exchange_query(x, "before"), limit, &json, &e);
    reply_json(x, 200, &json, rc, &e);
}

static const struct step list_steps[] = { { STEP_READ, list }, { STEP_END, NULL } };

extern const struct route route_alert[];
const struct route route_alert[] = {
    { "GET", "/api/v1/alerts", PERMIT_READ, ROUTE_SITE, list_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
