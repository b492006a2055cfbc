/* SPDX-License-Identifier: MIT */
/* What happened, newest first, and the history of one thing. */
#include "app/http/reply.h"
#include "app/journal/timeline.h"

#include <stdio.h>
#include <string.h>

static unsigned hidden(const struct exchange *x) {
    return (reply_names(x) ? 0u : TIMELINE_HIDE_NAMES) |
           (role_sees_customer(x->user.role) ? 0u : TIMELINE_HIDE_CUSTOMER);
}

static void page(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "before", "limit", NULL };
    const char *before = exchange_query(x, "before");
    struct timeline_query q = { .site = x->site, .hide = hidden(x) };
    struct buf json;
    int limit;
    (void)app;
    if (exchange_query_only(x, known) || !reply_limit(x, &limit)) return;
    q.limit = (size_t)limit;
    if (before && timeline_cursor(before, &q.before)) {
        exchange_problem(x, 400, "before", "before is what an earlier page gave as next");
        return;
    }
    buf_init(&json, TIMELINE_PAGE_MAX);
    int rc = timeline_page(db, &q, &json);
    reply_json(x, 200, &json, rc, NULL);
}

static void history(struct app *app, struct exchange *x, struct db *db) {
    char subject[128];
    struct buf list;
    struct json_out w;
    (void)app;
    (void)snprintf(subject, sizeof subject, "%s/%s", exchange_param(x, "kind"), exchange_param(x, "id"));
    buf_init(&list, TIMELINE_PAGE_MAX);
    int rc = timeline_history(db, x->site, subject, hidden(x), &list);
    if (rc) {
        exchange_error(x, rc, NULL);
    } else if (strcmp(list.data, "[]") == 0) {
        exchange_problem(x, 404, NULL, "nothing is known of %s", subject);
    } else {
        exchange_json(x, 200, &w);
        json_open(&w, NULL, '{');
        json_put_text(&w, "subject", subject);
        json_put_raw(&w, "entries", list.data, list.len);
        json_close(&w, '}');
    }
    buf_fini(&list);
}

static const struct step page_steps[] = { { STEP_READ, page }, { STEP_END, NULL } };
static const struct step history_steps[] = { { STEP_READ, history }, { STEP_END, NULL } };

const struct route route_timeline[] = {
    { "GET", "/api/v1/timeline", PERMIT_READ, ROUTE_SITE, page_steps },
    { "GET", "/api/v1/history/{kind}/{id}", PERMIT_READ, ROUTE_SITE, history_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
