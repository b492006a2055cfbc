/* SPDX-License-Identifier: MIT */
/* What the firm improves by: on-time rates, hazards, scores; as JSON or as a table. */
#include "app/http/reply.h"
#include "app/journal/measure.h"
#include "firmware/base/ids.h"

enum { MEASURE_MAX = 4 * 1024 * 1024 };

static void print(struct exchange *x, struct db *db, const struct measure_ask *ask, bool csv, bool zh) {
    struct measure m = { .site_count = 0 };
    struct err_text e = { 0 };
    struct buf body;
    buf_init(&body, MEASURE_MAX);
    int rc = measure_read(db, ask, &m, &e);
    if (rc == 0) rc = csv ? measure_csv(&m, zh, &body) : measure_print(&m, &body);
    measure_fini(&m);
    reply_table(x, &body, rc, &e, csv ? "measures" : NULL);
}

static void measures(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "from", "to", "site", "format", "lang", NULL };
    struct measure_ask ask = { .site = exchange_query(x, "site"),
                               .from = exchange_query(x, "from"),
                               .to = exchange_query(x, "to"),
                               .fallback_tz = app->timezone,
                               .tz = app->tz,
                               .now = clock_wall() };
    bool csv, zh;
    if (exchange_query_only(x, known) || !reply_filters(x) || !reply_format(x, &csv, &zh)) return;
    if (ask.site && !ids_is_name(ask.site)) {
        exchange_problem(x, 400, "site", "site is the id of a site");
        return;
    }
    print(x, db, &ask, csv, zh);
}

static const struct step measure_steps[] = { { STEP_READ, measures }, { STEP_END, NULL } };

extern const struct route route_measure[];
const struct route route_measure[] = {
    { "GET", "/api/v1/measures", PERMIT_MEASURE, ROUTE_HUB, measure_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
