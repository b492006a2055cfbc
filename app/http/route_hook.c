/* SPDX-License-Identifier: MIT */
/* How head office's webhooks do, and the digest that they send, on demand. */
#include "app/hook/digest.h"
#include "app/hook/hook_box.h"
#include "app/http/reply.h"

enum { LIST_MAX = 1024 * 1024, DIGEST_MAX = 64 * 1024 };

static void hooks(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { NULL };
    static const struct hook_list none = { NULL, 0 };
    struct buf json;
    if (exchange_query_only(x, known)) return;
    buf_init(&json, LIST_MAX);
    int rc = hook_box_print(db, app->hooks ? app->hooks : &none, &json);
    reply_json(x, 200, &json, rc, NULL);
}

static void digest(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { NULL };
    struct digest d;
    struct json_out w;
    struct buf json;
    if (exchange_query_only(x, known)) return;
    int rc = digest_read(db, app->tz, app->timezone, clock_wall(), &d);
    buf_init(&json, DIGEST_MAX);
    if (!rc) {
        json_start(&w, &json);
        json_open(&w, NULL, '{');
        digest_put(&d, &w);
        json_close(&w, '}');
    }
    reply_json(x, 200, &json, rc, NULL);
}

static const struct step hooks_steps[] = { { STEP_READ, hooks }, { STEP_END, NULL } };
static const struct step digest_steps[] = { { STEP_READ, digest }, { STEP_END, NULL } };

extern const struct route route_hook[];
const struct route route_hook[] = {
    { "GET", "/api/v1/hooks", PERMIT_DECIDE, ROUTE_HUB, hooks_steps },
    { "GET", "/api/v1/digest", PERMIT_DECIDE, ROUTE_HUB, digest_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
