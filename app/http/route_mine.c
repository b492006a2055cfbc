/* SPDX-License-Identifier: MIT */
/* A person's own list, over all their sites. */
#include "app/http/reply.h"
#include "app/journal/mine.h"

enum { MINE_MAX = 4 * 1024 * 1024 };

static void mine(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { NULL };
    struct mine_ask ask = { .user = x->user.id,
                            .role = role_name(x->user.role),
                            .all = role_sees_all_sites(x->user.role) };
    struct buf json;
    if (exchange_query_only(x, known)) return;
    pressing_scope_init(&ask.scope, app->tz, app->timezone, clock_wall());
    buf_init(&json, MINE_MAX);
    int rc = mine_print(db, &ask, &json);
    reply_json(x, 200, &json, rc, NULL);
}

static const struct step mine_steps[] = { { STEP_READ, mine }, { STEP_END, NULL } };

extern const struct route route_mine[];
const struct route route_mine[] = {
    { "GET", "/api/v1/mine", PERMIT_READ, ROUTE_HUB, mine_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
