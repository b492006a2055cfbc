/* SPDX-License-Identifier: MIT */
/* What waits for head office over all sites: changes and claims to decide, goods that are late, questions to it. */
#include "app/http/reply.h"
#include "app/journal/approval.h"

#include <stdlib.h>
#include <string.h>

enum { ALL_MAX = 32 * 1024 * 1024 };

/* A whole number of days. False: answered as 400. */
static bool read_days(struct exchange *x, int64_t *out) {
    const char *text = exchange_query(x, "days");
    *out = 0;
    if (!text) return true;
    size_t digits = strspn(text, "0123456789");
    *out = digits > 0 && digits <= 4 && !text[digits] ? strtol(text, NULL, 10) : -1;
    if (*out >= 0 && *out <= APPROVAL_DAYS_MAX) return true;
    exchange_problem(x, 400, "days", "days is a whole number from 0 to %d", APPROVAL_DAYS_MAX);
    return false;
}

static void list(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "kind", "site", "days", "format", "lang", NULL };
    struct approval_ask ask = {
        .kind = exchange_query(x, "kind"), .site = exchange_query(x, "site"), .tz = app->tz, .now = clock_wall()
    };
    struct err_text e = { 0 };
    struct buf body;
    bool csv, zh;
    if (exchange_query_only(x, known) || !reply_filters(x) || !read_days(x, &ask.days) || !reply_format(x, &csv, &zh))
        return;
    if (ask.kind && !approval_kind_known(ask.kind)) {
        exchange_problem(x, 400, "kind", "kind is change, delay, material or question");
        return;
    }
    buf_init(&body, ALL_MAX);
    int rc = csv ? approval_csv(db, &ask, zh, &body, &e) : approval_print(db, &ask, &body, &e);
    reply_table(x, &body, rc, &e, csv ? "approvals" : NULL);
}

static const struct step list_steps[] = { { STEP_READ, list }, { STEP_END, NULL } };

extern const struct route route_approval[];
const struct route route_approval[] = {
    { "GET", "/api/v1/approvals", PERMIT_DECIDE, ROUTE_HUB, list_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
